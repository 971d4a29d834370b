"""Attacks through the seams between areas: moderators, handing over, claims, and wallets that somebody brought."""

from __future__ import annotations

from datetime import timedelta

from bot.chat.incoming import Who
from tests.areas.joinings.village import NO, YES, Village
from tests.scenes import entries, place_code
from tests.stage import Persona
from tests.web.people import ANNAS, BOBS

DAY = timedelta(days=1)


def who(person: Persona) -> Who:
    return Who(person.actor.native_id, person.actor.name)


async def test_a_thief_with_a_friend_does_not_come_before_a_moderator(village: Village) -> None:
    """Attack: a friend's endorsement makes the thief's account the older one, which removes Vera's at once."""
    vera = await village.joins("Vera")
    asked = await village.ada.runs("moderators add", village.farm, person=who(vera))
    await village.ada.presses(asked, "Let them moderate", village.farm)
    thief, friend = await village.joins("Thief"), await village.joins("Friend")
    await friend.runs("endorse", village.farm, leader=who(thief))
    await village.become_one(thief, vera)
    shown = await thief.runs("me")
    refused = await thief.presses(shown, "Remove Vera (Words)")
    assert "it can remove this one at once" in refused.text.lower()
    shown = await vera.runs("me")
    sure = await vera.presses(shown, "Remove Thief (Words)")
    assert "no longer one of your accounts" in (await vera.presses(sure, "Remove it")).text


async def test_a_union_is_not_handed_to_somebody_who_waits(village: Village) -> None:
    """Attack: Vera, the heir, said yes to a thief; nobody knows yet who throws whom out."""
    vera, thief = await village.joins("Vera"), await village.joins("Thief")
    question = await village.ada.runs("union hand-over", village.farm, heir=who(vera))
    await village.become_one(thief, vera)
    refused = await village.ada.presses(question, "Hand over", village.farm)
    assert "They became one person with others a short while ago" in refused.text
    assert len(await entries(village.stage, "union.founder")) == 1
    at_once = await village.ada.runs("union hand-over", village.farm, heir=who(vera))
    assert "They became one person with others a short while ago" in at_once.text
    assert at_once.labels == []
    village.stage.clock.advance(DAY)
    question = await village.ada.runs("union hand-over", village.farm, heir=who(vera))
    assert "is now the founder" in (await village.ada.presses(question, "Hand over", village.farm)).text


async def test_who_is_refused_by_one_goes_on_with_nobody(village: Village) -> None:
    """Attack: signatures talked out of two people, and the slow way to both."""
    vera, wilma, thief = [await village.joins(name) for name in ("Vera", "Wilma", "Thief")]
    await village.holds(vera, ANNAS)
    await village.holds(wilma, BOBS)
    for wallet in (ANNAS, BOBS):
        ticket = await village.signs(thief, wallet)
        assert "You will be one person" in (await village.button(thief, "joining.slow", ticket=ticket)).text
    await vera.presses(await village.last(vera), "Stop it")
    for _ in range(9):
        village.stage.clock.advance(DAY)
        await village.stage.chores()
    assert not await village.same(thief, wilma)
    assert "was refused by others" in (await village.last(wilma)).text
    assert await village.open_questions() == 0


async def test_nobody_is_asked_without_end(village: Village) -> None:
    """Attack: one signature, and a question that is asked and taken back until Vera presses the wrong button."""
    vera, thief = await village.joins("Vera"), await village.joins("Thief")
    await village.holds(vera)
    ticket = await village.signs(thief)
    before = len(await village.stage.told(vera))
    for _ in range(20):
        asked = await village.button(thief, "joining.ask", ticket=ticket)
        if NO in asked.labels:
            await thief.presses(asked, NO)
    assert "You have asked 10 times within an hour" in asked.text
    assert "You have asked 10 times" in (await village.button(thief, "joining.slow", ticket=ticket)).text
    assert len(await village.stage.told(vera)) == before + 20
    village.stage.clock.advance(timedelta(hours=1))
    ticket = await village.signs(thief)
    assert YES in (await village.button(thief, "joining.ask", ticket=ticket)).labels


async def test_a_refused_account_asks_through_no_account_that_it_becomes_one_with(village: Village) -> None:
    vera, thief, mask = [await village.joins(name) for name in ("Vera", "Thief", "Mask")]
    await village.holds(vera, ANNAS)
    await village.holds(thief, BOBS)
    asked = await village.button(thief, "joining.ask", ticket=await village.signs(thief, ANNAS))
    assert YES in asked.labels
    await vera.presses(await village.last(vera), NO)
    mine = await village.button(mask, "joining.ask", ticket=await village.signs(mask, BOBS))
    await mask.presses(mine, YES)
    await thief.presses(await village.last(thief), YES)
    assert await village.same(mask, thief)
    village.stage.clock.advance(DAY)
    ticket = await village.signs(mask, ANNAS)
    refused = await village.button(mask, "joining.ask", ticket=ticket)
    assert "Someone said that this account is not them" in refused.text


async def test_the_wallets_that_a_thief_brought_go_when_the_thief_is_removed(village: Village) -> None:
    """Attack: what is sent to Vera goes to a wallet of the thief's, who is gone."""
    vera = await village.joins("Vera")
    await village.holds(vera, ANNAS)
    village.stage.clock.advance(DAY)
    thief = await village.joins("Thief")
    await village.holds(thief, BOBS)
    await village.become_one(thief, vera)
    shown = await vera.runs("me")
    assert f"{ANNAS.address} · since 2026-03-01T12:00:00+00:00 · linked by Vera (Words)" in shown.text
    assert (
        f"{BOBS.address} · since 2026-03-02T12:00:00+00:00 · linked by Thief (Words)"
        in (await vera.runs("wallets")).text
    )
    sure = await vera.presses(shown, "Remove Thief (Words)")
    assert f"unlinked too. /link links again what is yours:\n- {BOBS.address}" in sure.text
    assert ANNAS.address not in sure.text
    done = await vera.presses(sure, "Remove it")
    assert "These wallets were unlinked too, because it linked them." in done.text
    assert BOBS.address in done.text
    assert "the wallets that it linked are unlinked" in (await village.last(thief)).text
    left = (await vera.runs("wallets")).text
    assert ANNAS.address in left
    assert BOBS.address not in left


async def test_wallets_that_anybody_may_have_linked_are_shown_when_an_account_is_removed(
    village: Village,
) -> None:
    """It was not always noted which account linked a wallet."""
    vera = await village.joins("Vera")
    village.stage.clock.advance(DAY)
    thief = await village.joins("Thief")
    await village.holds(thief, BOBS, noted=False)
    await village.become_one(thief, vera)
    sure = await vera.presses(await vera.runs("me"), "Remove Thief (Words)")
    done = await vera.presses(sure, "Remove it")
    assert BOBS.address in done.text
    assert "unlink those that are not yours" in done.text
    village.stage.clock.advance(DAY)
    sure = await vera.presses(done, f"Unlink {BOBS.address[:6]}…{BOBS.address[-4:]}")
    await vera.presses(sure, "Unlink")
    assert "not linked a wallet yet" in (await vera.runs("wallets")).text


async def test_a_person_is_shown_by_their_older_account_and_written_to_there(village: Village) -> None:
    """Attack: the thief was in the union before the founder, so the founder's name and mail become the thief's."""
    thief = await village.joins("Thief")
    vera = await village.joins("Vera")
    asked = await village.ada.runs("union hand-over", village.farm, heir=who(vera))
    await village.ada.presses(asked, "Hand over", village.farm)
    await village.become_one(thief, vera)
    village.stage.clock.advance(DAY)
    assert "Founder: @Vera" in (await village.ada.runs("union about", village.farm)).text
    code = await place_code(vera, village.farm)
    mara = village.stage.person("Mara", moderator=True)
    await mara.runs("union connect", village.stage.group("Mill"), code=code)
    assert "A place wants to become part of" in (await village.last(vera)).text


async def test_one_friend_does_not_stand_against_a_leaders_base(village: Village) -> None:
    """Attack: both are endorsed, so that the one who joined earlier would come first: the thief."""
    thief, friend = await village.joins("Thief"), await village.joins("Friend")
    await friend.runs("endorse", village.farm, leader=who(thief))
    village.stage.clock.advance(DAY)
    vera = await village.joins("Vera")
    for name in ("Ulla", "Wilma"):
        follower = await village.joins(name)
        await follower.runs("endorse", village.farm, leader=who(vera))
    await village.become_one(thief, vera)
    refused = await thief.presses(await thief.runs("me"), "Remove Vera (Words)")
    assert "it can remove this one at once" in refused.text.lower()


async def test_followers_who_are_the_other_side_do_not_count(village: Village) -> None:
    """Attack: Vera and her base follow the thief, and all of them would stand behind the thief against her."""
    thief = await village.joins("Thief")
    village.stage.clock.advance(DAY)
    vera, ulla = await village.joins("Vera"), await village.joins("Ulla")
    await ulla.runs("endorse", village.farm, leader=who(vera))
    await vera.runs("endorse", village.farm, leader=who(thief))
    await village.become_one(thief, vera)
    refused = await thief.presses(await thief.runs("me"), "Remove Vera (Words)")
    assert "it can remove this one at once" in refused.text.lower()


async def test_nobody_who_waits_is_made_a_moderator(village: Village) -> None:
    vera, thief = await village.joins("Vera"), await village.joins("Thief")
    asked = await village.ada.runs("moderators add", village.farm, person=who(vera))
    await village.become_one(thief, vera)
    refused = await village.ada.presses(asked, "Let them moderate", village.farm)
    assert "They became one person with others a short while ago" in refused.text
    village.stage.clock.advance(DAY)
    asked = await village.ada.runs("moderators add", village.farm, person=who(vera))
    done = await village.ada.presses(asked, "Let them moderate", village.farm)
    assert "now moderates the whole union" in done.text
