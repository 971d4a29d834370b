"""A stranger who was taken for part of a person, by a signature or a code that they talked out of somebody."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.areas.members.tables import accounts as accounts_table
from bot.areas.tree.services import recount
from bot.areas.wallets.domain.links import TicketState
from bot.areas.wallets.services import links
from bot.areas.wallets.storage import wallets as wallets_storage
from bot.areas.wallets.tables import tickets as tickets_table
from bot.areas.wallets.tables import wallets as wallets_table
from bot.domain.transaction import Tx
from bot.storage.statements import Statement
from tests.areas.joinings.village import YES, Village
from tests.scenes import endorse, later, member_of
from tests.stage import Persona
from tests.web.people import ANNAS, BOBS, SITE

DAY = timedelta(days=1)
WAITS = "cannot do this before"


async def taken_in(village: Village) -> tuple[Persona, Persona, Persona]:
    """Vera founded the union. The thief was a member for long, and has an account that Vera took for hers."""
    thief = await village.joins("Thief")
    await village.holds(thief, BOBS)
    village.stage.clock.advance(30 * DAY)
    mask = await village.joins("Mask", "values")
    await village.become_one(mask, village.ada)
    return village.ada, mask, thief


async def waits(village: Village, *people: Persona) -> list[datetime | None]:
    return [(await village.account(one)).waits_until for one in people]


# -- the inverted wait -----------------------------------------------------------------------------------------


async def test_a_wait_is_not_inverted_by_a_second_wallet(village: Village) -> None:
    """The joined account signs with a wallet that an older member of the thief's holds, to be absorbed into that."""
    thief = await village.joins("Thief")
    await village.holds(thief, BOBS)
    village.stage.clock.advance(30 * DAY)
    mask, vera = await village.joins("Mask", "values"), village.ada
    ticket = await village.signs(mask, BOBS)
    await village.become_one(mask, vera)
    end = village.stage.clock.now() + DAY
    assert await waits(village, vera, mask) == [end, end]

    assert WAITS in (await mask.runs("link", village.hall)).text
    # A ticket from before the joining does not help either.
    for action in ("joining.ask", "joining.slow"):
        assert WAITS in (await village.button(mask, action, ticket=ticket)).text
        assert WAITS in (await village.button(vera, action, ticket=ticket)).text
    for path, values in (("leave", {}), ("union hand-over", {"heir": "thief"})):
        assert WAITS in (await mask.runs(path, None, **values)).text
    assert await waits(village, vera, mask) == [end, end]
    assert not await village.same(vera, thief)


async def test_a_link_begun_before_the_joining_is_not_finished_after_it(village: Village) -> None:
    """The six digits come back from an account that waits."""
    mask = await village.joins("Mask", "values")
    account = await village.account(mask)
    code = await village.stage.store.write(signed_code, account.id)
    await village.become_one(mask, village.ada)
    asked = await mask.opens(f"code-{code}")
    assert WAITS in (await mask.presses(asked, "Link this wallet")).text
    assert await village.stage.store.read(wallets_storage.of_member, account.member_id) == []


def signed_code(tx: Tx, account_id: int) -> str:
    from bot.areas.members.services import members

    account = members.account(tx, account_id)
    assert account is not None
    token = links.open_ticket(tx, account)
    issued = links.issue_text(tx, token, BOBS.address, SITE)
    return links.sign(tx, token, links.take_text(tx, token, issued.nonce), "eoa").code


async def test_a_wait_is_not_inverted_by_a_code(village: Village) -> None:
    vera, mask, thief = await taken_in(village)
    code = await village.code(thief)
    for one in (vera, mask):
        assert WAITS in (await one.runs("me same-person", code=code)).text
        assert WAITS in (await one.runs("me same-person")).text
    assert not await village.same(vera, thief)


async def test_a_question_from_before_the_joining_is_not_answered_after_it(village: Village) -> None:
    """The thief let their older member ask first, and answers with the account that came in."""
    mask, thief = await village.joins("Mask", "values"), await village.joins("Thief")
    asked, question = await village.asks(thief, mask)
    code = await village.code(mask)
    await thief.presses(asked, YES)
    await village.become_one(mask, village.ada)
    assert "no longer open" in (await mask.presses(question, YES)).text
    assert "No account in this union has this code" in (await thief.runs("me same-person", code=code)).text
    assert not await village.same(thief, village.ada)


@pytest.mark.parametrize("way", ["typing", "owner"])
async def test_whatever_is_absorbed_into_what_all_accounts_and_wallets_wait(
    village: Village, way: str
) -> None:
    """The victim joined the union before the thief, or after; either typed the code."""
    early = await village.joins("Early")
    village.stage.clock.advance(DAY)
    late = await village.joins("Late", "values")
    await village.holds(early, ANNAS)
    await village.holds(late, BOBS)
    await (village.become_one(early, late) if way == "typing" else village.become_one(late, early))
    end = village.stage.clock.now() + DAY
    assert await waits(village, early, late) == [end, end]
    rows = await village.stage.store.read(
        lambda tx: [row[0] for row in tx.all(Statement(select(wallets_table.c.waits_until)))]
    )
    assert rows == [end, end]


async def test_a_longer_wait_stays_through_a_joining(village: Village) -> None:
    bo, bob = await village.joins("Bo"), await village.joins("Bob", "values")
    await village.holds(bo)
    far = village.stage.clock.now() + 9 * DAY
    asked, question = await village.asks(bo, bob)
    await bo.presses(asked, YES)

    def lengthen(tx: Tx) -> None:
        tx.run(
            Statement(
                update(accounts_table).where(accounts_table.c.native_id == "bo-words").values(waits_until=far)
            )
        )
        tx.run(Statement(update(wallets_table).values(waits_until=far)))

    await village.stage.store.write(lengthen)
    await bob.presses(question, YES)
    assert await waits(village, bo, bob) == [far, village.stage.clock.now() + DAY]
    account = await village.account(bob)
    (wallet,) = await village.stage.store.read(wallets_storage.of_member, account.member_id)
    assert wallet.waits_until == far


# -- powers while a wait runs ------------------------------------------------------------------------------------


async def test_within_the_wait_no_account_does_lasting_harm(village: Village) -> None:
    vera, mask, _ = await taken_in(village)
    for person in (mask, vera):
        for path, values in (
            ("leave", {}),
            ("link", {}),
            ("unlink", {"address": ANNAS.address}),
            ("me same-person", {}),
            ("union edit", {"name": "Mine"}),
            ("union hand-over", {"heir": "thief"}),
            ("union invite-space", {}),
            ("union rules", {}),
            ("call new", {}),
            ("call hosts", {}),
            ("call approvals", {}),
            ("flags list", {}),
            ("union disconnect", {}),
        ):
            heard = await person.runs(path, None, **values)
            assert WAITS in heard.text, (person.actor.name, path, heard.text)


async def test_a_founder_who_moderates_a_place_keeps_what_the_platform_gave(village: Village) -> None:
    await taken_in(village)
    assert "calls are posted here" in (await village.ada.says("/call here", village.farm)).text


async def test_buttons_from_before_the_joining_do_nothing_within_the_wait(village: Village) -> None:
    """Joining while a hand-over, a leave and an unlink are confirmed."""
    mask = await village.joins("Mask", "values")
    await village.holds(village.ada)
    await village.joins("Cy")
    hand_over = await village.ada.says("/union hand-over @cy", village.farm)
    unlink = await village.ada.says(f"/unlink {ANNAS.address}", village.farm)
    leave = await mask.runs("leave", village.hall)
    await village.become_one(mask, village.ada)
    for person, heard, label in (
        (village.ada, hand_over, "Hand over"),
        (village.ada, unlink, "Unlink"),
        (mask, leave, "Leave and erase"),
    ):
        assert WAITS in (await person.presses(heard, label)).text
    village.stage.clock.advance(timedelta(minutes=9))
    assert WAITS in (await village.ada.presses(hand_over, "Hand over")).text


async def test_the_victim_throws_the_stranger_out_before_the_wait_is_over(village: Village) -> None:
    vera, mask, _ = await taken_in(village)
    asked = await vera.presses(await vera.runs("me"), "Remove Mask (Values)")
    await vera.presses(asked, "Remove it")
    assert "Join" in (await mask.runs("me", village.hall)).text
    assert "Ada" in (await vera.says("/union about", village.farm)).text
    await mask.runs("join", village.hall)
    assert not await village.same(vera, mask)
    village.stage.clock.advance(DAY)
    assert "Hand Free Farmers over to" in (await vera.says("/union hand-over @thief", village.farm)).text


async def test_an_account_that_waits_neither_proposes_nor_agrees(village: Village) -> None:
    bo, bob, cy = await village.joins("Bo"), await village.joins("Bob", "values"), await village.joins("Cy")
    code = await village.code(cy)
    await village.become_one(bob, bo)
    assert WAITS in (await bo.runs("me same-person", code=code)).text
    await village.holds(bo)
    asked = await village.button(cy, "joining.ask", ticket=await village.signs(cy))
    await cy.presses(asked, YES)
    assert WAITS in (await bo.presses(await village.last(bo), YES)).text
    assert not await village.same(bo, cy)
    village.stage.clock.advance(DAY - timedelta(minutes=1))
    assert WAITS in (await bo.presses(await village.last(bo), YES)).text


# -- endorsements ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("earlier", ["leader", "thief"])
@pytest.mark.parametrize("follows", [True, False], ids=["follows somebody", "follows nobody"])
async def test_a_joining_carries_no_base_away(village: Village, earlier: str, follows: bool) -> None:
    """Whichever of the two survives, and whether the leader follows somebody or is a root."""
    names = ["Lea", "Thief"] if earlier == "leader" else ["Thief", "Lea"]
    people = {}
    for name in names:
        people[name] = await village.joins(name)
        village.stage.clock.advance(DAY)
    lea, thief = people["Lea"], people["Thief"]
    friend, fan = await village.joins("Friend"), await village.joins("Fan")
    await endorse(fan, lea, village.farm)
    if follows:
        await endorse(lea, village.ada, village.farm)
    await endorse(thief, friend, village.farm)
    village.stage.clock.advance(2 * DAY)
    await village.become_one(thief, lea)
    assert "Nobody endorses you yet." in (await friend.says("/support", village.farm)).text
    headcount = "Headcount: 2 people" if follows else "Nobody endorses you"
    assert headcount in (await village.ada.says("/support", village.farm)).text
    for one in (lea, thief):
        assert WAITS in (await endorse(one, friend, village.farm)).text
        if follows:
            assert WAITS in (await one.runs("unendorse", village.farm)).text
    assert ("endorse no one now" in (await village.last(thief)).text) is not follows
    await well(village)


async def test_two_leaders_who_followed_different_people_follow_nobody_until_they_choose(
    village: Village,
) -> None:
    lea, leo = await village.joins("Lea"), await village.joins("Leo", "values")
    cy, fan, fun = [await village.joins(name) for name in ("Cy", "Fan", "Fun")]
    await endorse(fan, lea, village.farm)
    await village.stage.store.write(_endorse, fun, leo)
    await endorse(lea, village.ada, village.farm)
    await village.stage.store.write(_endorse, leo, cy)
    village.stage.clock.advance(2 * DAY)
    mine, theirs = await village.asks(lea, leo)
    await lea.presses(mine, YES)
    done = await leo.presses(theirs, YES)
    for heard in (done, await village.last(lea)):
        assert "You endorse no one now, because your accounts endorsed different people" in heard.text
    assert "endorses nobody" in (await lea.says("/lineage", village.farm)).text
    for one in (village.ada, cy):
        assert "Nobody endorses you yet." in (await one.says("/support", village.farm)).text
    await well(village)


async def test_a_base_stays_where_it_was_if_one_followed_the_other(village: Village) -> None:
    """Fan → Lea → Mid → Leo → Ada: as one person, Lea and Leo follow Ada."""
    lea, mid, leo, fan = [await village.joins(name) for name in ("Lea", "Mid", "Leo", "Fan")]
    for one, leader in ((fan, lea), (lea, mid), (mid, leo), (leo, village.ada)):
        await endorse(one, leader, village.farm)
    village.stage.clock.advance(2 * DAY)
    await village.become_one(lea, leo)
    assert "Headcount: 3 people" in (await village.ada.says("/support", village.farm)).text
    await well(village)


def _endorse(tx: Tx, who: Persona, leader: Persona) -> None:
    from bot.areas.tree.services import endorsements
    from bot.areas.unions import services as unions

    union = unions.every(tx)[0]
    endorsements.endorse(tx, union, member_of(tx, who)[0], member_of(tx, leader)[0], "words")


async def well(village: Village) -> None:
    from bot.areas.unions import services as unions

    union = (await village.stage.store.read(unions.every))[0]
    report = await village.stage.store.scan(recount.compare, union)
    assert report.well, report.first


# -- crashes -------------------------------------------------------------------------------------------------


async def test_a_crash_in_the_middle_of_a_joining_leaves_the_question_open(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fails last, nothing of the joining is kept, and the same press works later."""
    from bot.areas.members.services import members

    bo, bob = await village.joins("Bo"), await village.joins("Bob", "values")
    asked, question = await village.asks(bo, bob)
    await bo.presses(asked, YES)

    def crash(*_: object) -> None:
        raise RuntimeError("the power is gone")

    with monkeypatch.context() as broken:
        broken.setattr(members, "place_after", crash)
        assert "nothing was changed" in (await bob.presses(question, YES)).text
    assert not await village.same(bo, bob)
    assert await waits(village, bo, bob) == [None, None]
    assert await village.open_questions() == 1
    assert "You are now one person" in (await bob.presses(question, YES)).text


async def test_an_unused_ticket_state_proves_nothing(village: Village) -> None:
    """A signature alone, whose code nobody brought back, asks nobody."""
    bo, bob = await village.joins("Bo"), await village.joins("Bob", "values")
    await village.holds(bo)
    ticket = await village.signs(bob)
    for state in (TicketState.OPEN, TicketState.SIGNED, TicketState.DONE, TicketState.CANCELLED):
        await village.stage.store.write(
            lambda tx, value=state.value: tx.run(Statement(update(tickets_table).values(state=value)))
        )
        for action in ("joining.ask", "joining.slow"):
            assert "Type /link" in (await village.button(bob, action, ticket=ticket)).text
    assert await village.open_questions() == 0
    await later(village.stage, DAY)
