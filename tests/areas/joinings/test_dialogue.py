"""Two accounts become one person by a one-time code: no wallet, and a press in each."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest

from bot.areas.joinings.storage import codes as codes_storage
from bot.areas.ledger.services import verify
from bot.areas.traces import services as traces
from bot.areas.traces.domain import TraceKind
from bot.areas.unions import services as unions
from bot.chat.incoming import CommandCall, Press
from bot.chat.model import encode
from bot.domain.people import Account
from bot.domain.transaction import Tx
from tests.areas.joinings.village import NO, YES, Village
from tests.scenes import entries, later, leaves

BOTH_KINDS = pytest.mark.parametrize("typing_on", ["words", "values"])


@BOTH_KINDS
async def test_two_accounts_become_one_person_when_both_said_yes(village: Village, typing_on: str) -> None:
    other_on = "values" if typing_on == "words" else "words"
    bo, bob = await village.joins("Bo", typing_on), await village.joins("Bob", other_on)
    before = await village.members()

    asked, question = await village.asks(bo, bob)
    assert asked.private
    for heard, other in ((asked, bob), (question, bo)):
        assert f"{other.actor.name} @{other.actor.username} on {other.actor.platform.title()}, " in heard.text
        assert f"id {other.actor.native_id}, in this union since 20" in heard.text
        assert "cannot be undone" in heard.text
        assert heard.labels == [YES, NO]
    assert not await village.same(bo, bob)

    half = await bo.presses(asked, YES)
    assert "Now press Yes, that is me there" in half.text
    assert not await village.same(bo, bob)
    assert await village.members() == before

    done = await bob.presses(question, YES)
    assert "You are now one person in Free Farmers" in done.text
    assert await village.same(bo, bob)
    assert await village.members() == before - 1
    told = await village.last(bo)
    assert f"Bob @bob on {other_on.title()}" in told.text
    assert told.labels == [f"Remove Bob ({other_on.title()})"]
    assert done.labels == [f"Remove Bo ({typing_on.title()})"]
    mine = await bo.runs("me")
    assert f"Bob · {other_on.title()}" in mine.text
    assert await village.open_questions() == 0
    assert await village.stage.store.read(lambda tx: verify(tx, unions.every(tx)[0])) == (
        len(await all_entries(village)),
        None,
    )


async def all_entries(village: Village) -> list[object]:
    from bot.areas.ledger import storage as ledger_storage

    return list(await village.stage.store.read(ledger_storage.entries, 1))


@pytest.mark.parametrize("first", ["typing", "owner"])
async def test_it_makes_no_difference_who_says_yes_first(village: Village, first: str) -> None:
    bo, bob = await village.joins("Bo"), await village.joins("Bob", "values")
    asked, question = await village.asks(bo, bob)
    answers = [(bo, asked), (bob, question)]
    for person, heard in answers if first == "typing" else reversed(answers):
        assert not await village.same(bo, bob)
        await person.presses(heard, YES)
    assert await village.same(bo, bob)


async def test_one_side_alone_can_press_as_often_as_it_likes(village: Village) -> None:
    bo, bob = await village.joins("Bo"), await village.joins("Bob", "values")
    asked, _ = await village.asks(bo, bob)
    for _ in range(3):
        assert "I have asked it" in (await bo.presses(asked, YES)).text
    assert not await village.same(bo, bob)


async def test_two_presses_at_once_and_repeated_deliveries_join_once(village: Village) -> None:
    bo, bob = await village.joins("Bo"), await village.joins("Bob", "values")
    asked, question = await village.asks(bo, bob)
    presses = [
        village.again(person, Press(heard.button(YES).token), f"{person.actor.name}-{number % 2}")
        for number in range(4)
        for person, heard in ((bo, asked), (bob, question))
    ]
    await asyncio.gather(*presses)
    assert await village.same(bo, bob)
    assert len(await entries(village.stage, "member.merged")) == 1
    assert "no longer open" in (await bo.presses(asked, YES)).text
    assert "no longer open" in (await bob.presses(question, NO)).text
    told = await village.stage.told(bo) + await village.stage.told(bob)
    assert sum("You are now one person" in heard.text for heard in told) == 1  # the other is the answer


async def test_a_question_ends_after_a_day_and_both_hear_of_it(village: Village) -> None:
    bo, bob = await village.joins("Bo"), await village.joins("Bob", "values")
    asked, question = await village.asks(bo, bob)
    await bo.presses(asked, YES)
    village.stage.clock.advance(timedelta(hours=24))
    assert "has expired" in (await bob.presses(question, YES)).text
    await later(village.stage, timedelta())
    for person, other in ((bo, "Bob"), (bob, "Bo")):
        ends = [one for one in await village.stage.told(person) if "not both accounts said yes" in one.text]
        assert len(ends) == 1
        assert f"{other} @" in ends[0].text
    assert await village.open_questions() == 0
    assert not await village.same(bo, bob)


async def test_an_expired_question_is_not_answered_by_a_button_that_lasts_longer(village: Village) -> None:
    bo, bob = await village.joins("Bo"), await village.joins("Bob", "values")
    asked, _ = await village.asks(bo, bob)
    await bo.presses(asked, YES)
    village.stage.clock.advance(timedelta(hours=24))
    assert "no longer open" in (await village.button(bob, "joining.yes", joining=1)).text
    assert not await village.same(bo, bob)


# -- codes ---------------------------------------------------------------------------------------------------


async def test_a_code_is_stored_as_a_hash_works_once_and_for_ten_minutes(village: Village) -> None:
    bo, bob, cy = await village.joins("Bo"), await village.joins("Bob", "values"), await village.joins("Cy")
    code = await village.code(bo)
    assert re.fullmatch(r"(?:[A-HJKMNP-Z2-9]{4}-){3}[A-HJKMNP-Z2-9]{4}", code)
    newer = await village.code(bo)
    assert newer != code
    assert "No account in this union has this code" in (await cy.runs("me same-person", code=code)).text
    spelled = newer.lower().replace("-", " ")
    assert YES in (await bob.runs("me same-person", code=spelled)).labels
    assert "No account in this union has this code" in (await cy.runs("me same-person", code=newer)).text

    late = await village.code(cy)
    village.stage.clock.advance(timedelta(minutes=10))
    assert "No account in this union has this code" in (await bo.runs("me same-person", code=late)).text


async def test_no_button_carries_the_code(village: Village) -> None:
    bo, bob = await village.joins("Bo"), await village.joins("Bob", "values")
    code = await village.code(bob)
    asked = await bo.runs("me same-person", code=code)
    question = await village.last(bob)
    for heard in (asked, question):
        assert code not in encode(heard.reply).decode()
    assert set(asked.button(YES).arguments) == {"joining"}


async def test_five_wrong_codes_end_the_guessing_for_an_hour_also_of_who_comes_again(
    village: Village,
) -> None:
    bo, eve = await village.joins("Bo"), await village.joins("Eve")
    right = await village.code(bo)
    for left in ("4 tries left", "3 tries left", "2 tries left", "1 try left"):
        assert left in (await eve.runs("me same-person", code="AAAA-BBBB-CCCC-DDDD")).text
    assert "too many wrong codes" in (await eve.runs("me same-person", code="nonsense")).text
    assert "too many wrong codes" in (await eve.runs("me same-person", code=right)).text
    await leaves(eve, village.farm)
    await eve.runs("join", village.farm)
    assert "too many wrong codes" in (await eve.runs("me same-person", code=right)).text
    village.stage.clock.advance(timedelta(hours=1))
    assert YES in (await eve.runs("me same-person", code=await village.code(bo))).labels


async def test_a_code_is_of_one_union(village: Village) -> None:
    bo, lair = await village.joins("Bo"), village.stage.group("Lair")
    eve = village.stage.person("Eve", moderator=True)
    await eve.says('/union create name:Weeds purpose:"Grow"', lair)
    code = await village.code(bo)
    assert "No account in this union has this code" in (await eve.runs("me same-person", code=code)).text


async def test_ones_own_code_joins_nobody(village: Village) -> None:
    bo, bob = await village.joins("Bo"), await village.joins("Bob", "values")
    assert "from this very account" in (await bo.runs("me same-person", code=await village.code(bo))).text
    await village.become_one(bo, bob)
    village.stage.clock.advance(timedelta(hours=24))
    assert "already one person" in (await bo.runs("me same-person", code=await village.code(bob))).text


async def test_expired_codes_are_pruned(village: Village) -> None:
    await village.code(await village.joins("Bo"))
    village.stage.clock.advance(timedelta(minutes=11))
    assert await village.stage.store.write(codes_storage.prune, village.stage.clock.now()) == 1


async def test_a_new_question_between_two_takes_the_place_of_the_old_one(village: Village) -> None:
    bo, bob = await village.joins("Bo"), await village.joins("Bob", "values")
    old, old_question = await village.asks(bo, bob)
    new, _ = await village.asks(bob, bo)
    assert await village.open_questions() == 1
    await bob.presses(new, YES)
    for person, heard in ((bo, old), (bob, old_question)):
        assert "no longer open" in (await person.presses(heard, YES)).text
    assert not await village.same(bo, bob)


# -- refusing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("refuser", ["owner", "typing"])
async def test_who_is_not_the_other_says_so_and_is_left_alone_for_a_week(
    village: Village, refuser: str
) -> None:
    """The typing side, too: a stranger may have talked them into typing the stranger's code."""
    bo, eve = await village.joins("Bo"), await village.joins("Eve", "values")
    if refuser == "owner":
        asked, question = await village.asks(eve, bo)
        await eve.presses(asked, YES)
        done = await bo.presses(question, NO)
    else:
        asked, question = await village.asks(bo, eve)
        await eve.presses(question, YES)
        done = await bo.presses(asked, NO)
    assert "Eve (Values) is not you" in done.text
    assert "you are not the same person" in (await village.last(eve)).text
    assert not await village.same(bo, eve)
    (said,) = await entries(village.stage, "joining.refused")
    assert "Eve" not in said
    assert (await village.account(eve)).native_id not in said

    assert "not them" in (await eve.runs("me same-person")).text
    await leaves(eve, village.hall)
    await eve.runs("join", village.hall)
    code = await village.code(bo)
    assert "not them" in (await eve.runs("me same-person", code=code)).text
    assert (
        YES
        not in (await eve.runs("me same-person", code=await village.code(await village.joins("Cy")))).labels
    )
    village.stage.clock.advance(timedelta(days=7))
    assert YES in (await eve.runs("me same-person", code=await village.code(bo))).labels


async def test_moderators_see_who_is_tried_again(village: Village) -> None:
    bo = await village.joins("Bo")
    for number, name in enumerate(("Eve", "Mallory", "Trudy")):
        stranger = await village.joins(name, "values")
        asked, question = await village.asks(stranger, bo)
        await stranger.presses(asked, YES)
        await bo.presses(question, NO)
        queue = (await village.ada.says("/flags list", village.farm)).text
        assert ("Bo, who says that they are not" in queue) is (number > 0)
        village.stage.clock.advance(timedelta(minutes=1))
    assert "Refused within a week: 3 times" in queue
    assert "Mallory (1), Trudy (1)" in queue
    told = [
        heard
        for heard in await village.stage.told(village.ada)
        if "keeps asking to be one person" in heard.text
    ]
    assert len(told) == 1


async def test_moderators_see_who_tries_several_people(village: Village) -> None:
    bo, cy, eve = await village.joins("Bo"), await village.joins("Cy"), await village.joins("Eve", "values")
    questions = [(person, (await village.asks(eve, person))[1]) for person in (bo, cy)]
    for person, question in questions:
        await person.presses(question, NO)
    assert "Cy, who says that they are not" in (await village.ada.says("/flags list", village.farm)).text


# -- how it ends otherwise -------------------------------------------------------------------------------------


@pytest.mark.parametrize("gone", ["typing", "owner"])
async def test_it_ends_when_one_side_leaves(village: Village, gone: str) -> None:
    bo, bob = await village.joins("Bo"), await village.joins("Bob", "values")
    asked, question = await village.asks(bo, bob)
    if gone == "typing":
        await bo.presses(asked, YES)
        await leaves(bo, village.farm)
        left, heard = bob, question
    else:
        await bob.presses(question, YES)
        await leaves(bob, village.hall)
        left, heard = bo, asked
    assert "no longer open" in (await left.presses(heard, YES)).text
    await later(village.stage, timedelta())
    over = [one for one in await village.stage.told(left) if "One of the accounts left" in one.text]
    assert len(over) == 1
    assert "Bo" not in over[0].text
    assert await village.open_questions() == 0


async def test_it_ends_when_one_side_becomes_one_with_a_third(village: Village) -> None:
    bo, bob, cy = await village.joins("Bo"), await village.joins("Bob", "values"), await village.joins("Cy")
    asked, question = await village.asks(bo, cy)
    await bo.presses(asked, YES)
    await village.become_one(bob, bo)
    assert "no longer open" in (await cy.presses(question, YES)).text
    assert not await village.same(bo, cy)
    await later(village.stage, timedelta())
    assert any("One of the accounts left" in one.text for one in await village.stage.told(cy))
    assert await village.open_questions() == 0


async def test_nobody_answers_for_another(village: Village) -> None:
    bo, bob, eve = await village.joins("Bo"), await village.joins("Bob", "values"), await village.joins("Eve")
    asked, question = await village.asks(bo, bob)
    for heard in (asked, question):
        assert "for someone else" in (await eve.presses(heard, YES)).text
    for action in ("joining.yes", "joining.no"):
        assert "no longer open" in (await village.button(eve, action, joining=1)).text
    assert await village.open_questions() == 1
    await bo.presses(asked, YES)
    assert not await village.same(bo, bob)


async def test_me_shows_a_question_whose_message_did_not_arrive(village: Village) -> None:
    bo, bob, cy = await village.joins("Bo"), await village.joins("Bob", "values"), await village.joins("Cy")
    await village.asks(bo, bob)
    assert "Show the question" not in (await cy.runs("me")).labels
    for person in (bo, bob):
        shown = await person.presses(await person.runs("me"), "Show the question")
        await person.presses(shown, YES)
    assert await village.same(bo, bob)


async def test_a_blocked_owner_of_a_code_is_not_blamed_on_who_types_it(village: Village) -> None:
    bo, eve, cy = await village.joins("Bo"), await village.joins("Eve", "values"), await village.joins("Cy")
    code = await village.code(eve)
    await village.stage.store.write(block, await village.account(eve))
    assert "The account with this code cannot" in (await cy.runs("me same-person", code=code)).text
    assert YES in (await cy.runs("me same-person", code=await village.code(bo))).labels


def block(tx: Tx, account: Account) -> None:
    union = unions.every(tx)[0]
    until = tx.now + timedelta(days=1)
    traces.keep(tx, union, account.platform, account.native_id, TraceKind.JOINING_REFUSED, until, 1)


async def test_me_alone_still_shows_oneself(village: Village) -> None:
    bo = await village.joins("Bo")
    for heard in (await bo.says("/me", village.farm), await bo.does(CommandCall("me"), village.farm)):
        assert heard is not None
        assert heard.private
        assert "Bo · Words · since" in heard.text
    assert "/me show" in (await bo.says("/help me")).text
