"""Removing an account from its person: an older one at once, a newer one after a day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.areas.members.services import members
from bot.areas.traces import services as traces
from bot.areas.traces.domain import TraceKind
from bot.areas.unions import services as unions
from bot.domain.people import Account
from bot.domain.transaction import Tx
from tests.areas.joinings.village import YES, Village, gather
from tests.scenes import endorse, entries, leaves, link, member_of
from tests.stage import Persona, Stage

DAY = timedelta(days=1)


@pytest.fixture
async def village(stage: Stage) -> Village:
    return await gather(stage)


async def removes(village: Village, by: Persona, label: str) -> str:
    """Press the button under /me, and confirm; the last answer."""
    asked = await by.presses(await by.runs("me"), label)
    if "Remove it" not in asked.labels:
        return asked.text
    return (await by.presses(asked, "Remove it")).text


async def joined(village: Village) -> tuple[Persona, Persona]:
    """Bo, who was there first, and Eve, who came in."""
    bo = await village.joins("Bo")
    village.stage.clock.advance(DAY)
    eve = await village.joins("Eve", "values")
    await village.become_one(eve, bo)
    return bo, eve


async def test_an_older_account_throws_a_newer_one_out_at_once(village: Village) -> None:
    bo, eve = await joined(village)
    shown = await bo.runs("me")
    assert "Eve · Values · since" in shown.text
    assert "waits until" in shown.text
    asked = await bo.presses(shown, "Remove Eve (Values)")
    assert "Eve @eve on Values, id eve-values" in asked.text
    assert "no longer one of your accounts" in (await bo.presses(asked, "Remove it")).text
    assert "Join" in (await eve.runs("me", village.hall)).text
    told = await village.last(eve)
    assert "another account of the same person" in told.text
    assert "by Bo (Words)" in told.text
    (entry,) = await entries(village.stage, "account.removed")
    assert "eve" not in entry
    await eve.runs("join", village.hall)
    assert not await village.same(bo, eve)


async def test_a_newer_account_removes_an_older_one_only_after_its_wait(village: Village) -> None:
    _, eve = await joined(village)
    assert "after 3 March, 12:00 (UTC)" in await removes(village, eve, "Remove Bo (Words)")
    village.stage.clock.advance(DAY - timedelta(seconds=1))
    assert "can remove that one after" in await removes(village, eve, "Remove Bo (Words)")
    village.stage.clock.advance(timedelta(seconds=1))
    assert "no longer one of your accounts" in await removes(village, eve, "Remove Bo (Words)")


async def test_a_confirmation_pressed_later_is_checked_again(village: Village) -> None:
    """Bo removes Eve, who comes back as somebody else: an open confirmation of hers does nothing."""
    bo, eve = await joined(village)
    village.stage.clock.advance(DAY)
    asked = await eve.presses(await eve.runs("me"), "Remove Bo (Words)")
    await removes(village, bo, "Remove Eve (Values)")
    await eve.runs("join", village.hall)
    assert "has expired" in (await eve.presses(asked, "Remove it")).text
    account = await village.account(bo)
    assert "no longer one of yours" in (await village.button(eve, "account.removed", account=account.id)).text
    assert (await village.account(bo)).id == account.id


async def test_nobody_removes_the_account_of_another_or_the_last_one(village: Village) -> None:
    bo, eve = await village.joins("Bo"), await village.joins("Eve")
    theirs, own = await village.account(bo), await village.account(eve)
    for action in ("account.remove", "account.removed"):
        assert "no longer one of yours" in (await village.button(eve, action, account=theirs.id)).text
        assert "the account that you are using" in (await village.button(eve, action, account=own.id)).text


async def test_the_persons_other_accounts_hear_of_it(village: Village) -> None:
    bo, _ = await joined(village)
    village.stage.clock.advance(DAY)
    third = await village.joins("Third")
    await village.become_one(third, bo)
    await removes(village, bo, "Remove Eve (Values)")
    told = await village.last(third)
    assert "Your account Eve (Values) was removed from Free Farmers by your account Bo (Words)" in told.text
    assert told.labels == ["Remove Bo (Words)"]


async def test_a_removed_account_keeps_its_wait_and_leaves_nothing_else(village: Village) -> None:
    bo, eve = await joined(village)
    account = await village.account(eve)
    before = await eve.runs("me")
    await removes(village, bo, "Remove Eve (Values)")

    def left(tx: Tx) -> tuple[Account | None, int | None, bool]:
        union = unions.every(tx)[0]
        wait = traces.find(tx, union, account.platform, account.native_id, TraceKind.WAIT)
        chosen = unions.chosen_in_private(tx, account.platform, account.native_id)
        return members.account(tx, account.id), chosen, wait is not None and wait.until == account.waits_until

    assert await village.stage.store.read(left) == (None, None, True)
    await eve.runs("join", village.hall)
    assert (await village.account(eve)).waits_until == account.waits_until
    assert "cannot do this before" in (await eve.runs("leave", village.hall)).text
    village.stage.clock.advance(DAY)
    assert "erased" in (await leaves(eve, village.hall)).text
    assert "has expired" in (await eve.presses(before, "Remove Bo (Words)")).text


async def test_a_removed_account_does_not_come_back_by_what_is_open(village: Village) -> None:
    """A question between the person and a third account ends with the account that may have answered it."""
    bo, eve = await joined(village)
    village.stage.clock.advance(DAY)
    third = await village.joins("Third")
    code = await village.code(eve)
    asked, question = await village.asks(third, bo)
    await bo.presses(question, YES)
    await removes(village, bo, "Remove Eve (Values)")
    assert "no longer open" in (await third.presses(asked, YES)).text
    assert "No account in this union has this code" in (await third.runs("me same-person", code=code)).text
    await eve.runs("join", village.hall)
    assert not await village.same(bo, eve)
    assert not await village.same(bo, third)


async def test_an_account_that_joined_the_union_earlier_does_not_count_as_older(village: Village) -> None:
    """Bo has an old account and a new one; Eve's is of the time between."""
    old = await village.joins("Old")
    village.stage.clock.advance(DAY)
    eve = await village.joins("Eve", "values")
    village.stage.clock.advance(DAY)
    new = await village.joins("New")
    await village.become_one(new, old)
    village.stage.clock.advance(2 * DAY)
    await village.become_one(eve, new)
    assert "can remove that one after" in await removes(village, eve, "Remove New (Words)")
    assert "no longer one of your accounts" in await removes(village, new, "Remove Eve (Values)")


async def test_both_sides_keep_the_order_of_their_own_accounts(village: Village) -> None:
    """Also if an account of one side joined the union before an older one of the same side."""
    late = await village.joins("Late")
    village.stage.clock.advance(DAY)
    bo = await village.joins("Bo")
    village.stage.clock.advance(DAY)
    await endorse(village.ada, bo, village.farm)
    await village.become_one(late, bo)  # Bo is followed, so Late is the newer one
    village.stage.clock.advance(2 * DAY)
    await village.become_one(bo, village.ada)
    assert "can remove that one after" in await removes(village, late, "Remove Bo (Words)")
    assert "can remove that one after" in await removes(village, bo, "Remove Ada (Words)")
    assert "no longer one of your accounts" in await removes(village, bo, "Remove Late (Words)")
    assert "no longer one of your accounts" in await removes(village, village.ada, "Remove Bo (Words)")


@pytest.mark.parametrize("kind", ["founder", "followed", "earlier"])
async def test_the_side_with_more_to_lose_was_there_first(village: Village, kind: str) -> None:
    """Whoever typed the code, and whichever member survives."""
    eve = await village.joins("Eve", "values")
    village.stage.clock.advance(DAY)
    bo = await village.joins("Bo")
    first, later = bo, eve
    if kind == "founder":
        asked = await village.ada.says("/union hand-over @bo", village.farm)
        await village.ada.presses(asked, "Hand over", village.farm)
        await village.stage.store.write(_follow, village.ada, eve)
    elif kind == "followed":
        await village.stage.store.write(_follow, village.ada, bo)
    else:
        first, later = eve, bo
    await village.become_one(bo, eve)
    label = f"Remove {first.actor.name} ({first.actor.platform.title()})"
    assert "can remove that one after" in await removes(village, later, label)
    label = f"Remove {later.actor.name} ({later.actor.platform.title()})"
    assert "no longer one of your accounts" in await removes(village, first, label)


def _follow(tx: Tx, who: Persona, leader: Persona) -> None:
    from bot.areas.tree.services import endorsements

    union = unions.every(tx)[0]
    endorsements.endorse(tx, union, member_of(tx, who)[0], member_of(tx, leader)[0], "words")


async def test_what_is_the_persons_stays_with_those_who_are_left(village: Village) -> None:
    bo, _ = await joined(village)
    await village.stage.store.write(lambda tx: link(tx, member_of(tx, bo)[0]))
    await removes(village, bo, "Remove Eve (Values)")
    assert "0x" in (await bo.runs("me")).text
    village.stage.clock.advance(DAY)
    assert "erased" in (await leaves(bo, village.farm)).text
