"""Endorsing as people type it, on a platform of words and one of values."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from bot import membership
from bot.areas.conversations import services as conversations
from bot.chat.incoming import Place, Who
from tests.scenes import FREE_FARMERS, endorse, founded, joined
from tests.stage import Persona, Stage


class Farm(NamedTuple):
    place: Place
    ada: Persona
    bob: Persona
    cat: Persona
    dan: Persona


@pytest.fixture(params=["words", "values"])
async def farm(stage: Stage, request: pytest.FixtureRequest) -> Farm:
    ada, place = await founded(stage, request.param, **FREE_FARMERS)
    return Farm(place, ada, *await joined(stage, place, "Bob", "Cat", "Dan"))


async def test_one_endorses_and_everybody_sees_it(farm: Farm) -> None:
    heard = await endorse(farm.bob, farm.ada, farm.place)
    assert not heard.private
    assert "@Bob endorses @Ada now" in heard.text
    assert "1 person" in heard.text
    again = await endorse(farm.bob, farm.ada, farm.place)
    assert again.private
    assert "You already endorse them" in again.text


async def test_the_author_of_a_message_is_endorsed_by_replying(stage: Stage) -> None:
    ada, place = await founded(stage, **FREE_FARMERS)
    [bob] = await joined(stage, place, "Bob")
    heard = await bob.says("/endorse", place, reply_to=ada)
    assert "@Bob endorses @Ada now" in heard.text


async def test_without_anybody_it_is_asked_who(farm: Farm) -> None:
    heard = await farm.bob.runs("endorse", farm.place)
    assert heard.reply.form is not None or heard.reply.ask is not None


async def test_a_change_is_asked_about_and_waits(stage: Stage, farm: Farm) -> None:
    await endorse(farm.bob, farm.ada, farm.place)
    early = await endorse(farm.bob, farm.cat, farm.place)
    assert early.private
    assert "again in 1 day" in early.text
    stage.clock.advance(timedelta(hours=25))
    asked = await endorse(farm.bob, farm.cat, farm.place)
    assert asked.private
    assert "You endorse @Ada · " in asked.text
    assert "Endorse @Cat · " in asked.text
    assert " · @cat instead?" in asked.text
    assert "after 24 hours" in asked.text
    mine = await farm.bob.runs("lineage", farm.place)
    assert "@Ada" in mine.text
    done = await farm.bob.presses(asked, "Endorse Cat instead", farm.place)
    assert "@Bob endorses @Cat now" in done.text
    assert done.reply.edit
    twice = await farm.bob.presses(asked, "Endorse Cat instead", farm.place)
    assert "You already endorse them" in twice.text
    other = await farm.dan.presses(asked, "Endorse Cat instead", farm.place)
    assert "someone else" in other.text


async def test_a_button_replaces_only_whom_it_named(stage: Stage, farm: Farm) -> None:
    """A question that was answered otherwise meanwhile, or is old, moves nobody."""
    await endorse(farm.bob, farm.ada, farm.place)
    stage.clock.advance(timedelta(hours=25))
    asked = await endorse(farm.bob, farm.cat, farm.place)
    first = await endorse(farm.bob, farm.dan, farm.place)
    await farm.bob.presses(first, "Endorse Dan instead", farm.place)
    stage.clock.advance(timedelta(minutes=5))
    await farm.ada.runs("union rules", farm.place, switch_hours="0")
    again = await farm.bob.presses(asked, "Endorse Cat instead", farm.place)
    assert "You endorse @Dan · " in again.text
    stage.clock.advance(timedelta(minutes=11))
    late = await farm.bob.presses(again, "Endorse Cat instead", farm.place)
    assert "has expired" in late.text
    assert "@Dan" in (await farm.bob.runs("lineage", farm.place)).text


async def test_what_is_refused(stage: Stage, farm: Farm) -> None:
    assert "cannot endorse yourself" in (await endorse(farm.bob, farm.bob, farm.place)).text
    await endorse(farm.bob, farm.ada, farm.place)
    await endorse(farm.ada, farm.cat, farm.place)
    circle = await endorse(farm.cat, farm.bob, farm.place)
    assert "Bob → Ada → you" in circle.text
    stranger = stage.person("Eve", farm.ada.actor.platform)
    unknown = await endorse(farm.bob, stranger, farm.place)
    assert "I do not know" in unknown.text or "is not a member of" in unknown.text
    assert "Join Free Farmers first" in (await endorse(stranger, farm.ada, farm.place)).text
    gone = await farm.dan.runs("leave", farm.place)
    await farm.dan.presses(gone, "Leave and erase", farm.place)
    left = await endorse(farm.cat, farm.dan, farm.place)
    assert "I do not know" in left.text or "is not a member of" in left.text


async def test_an_endorsement_ends(farm: Farm) -> None:
    assert "You endorse nobody." in (await farm.bob.runs("unendorse", farm.place)).text
    await endorse(farm.bob, farm.ada, farm.place)
    heard = await farm.bob.runs("unendorse", farm.place)
    assert heard.private
    assert "You no longer endorse @Ada. You can choose another leader in 1 day, with /endorse." in heard.text
    assert "stands at the top of a tree" in (await farm.bob.runs("lineage", farm.place)).text


async def test_lineage_goes_up_to_the_root(farm: Farm) -> None:
    await endorse(farm.bob, farm.cat, farm.place)
    await endorse(farm.cat, farm.ada, farm.place)
    heard = await farm.dan.runs("lineage", farm.place, person=Who(farm.bob.actor.native_id))
    assert [line for line in heard.text.splitlines() if line.startswith("- ")] == [
        "- @Bob",
        "- @Cat",
        "- @Ada",
    ]


async def test_a_long_lineage_is_shown_without_its_middle(stage: Stage, farm: Farm) -> None:
    on = farm.ada.actor.platform
    above = farm.ada
    for number in range(20):
        person = stage.person(f"P{number}", on)
        await person.runs("join", farm.place)
        await endorse(person, above, farm.place)
        above = person
    lines = (await above.runs("lineage", farm.place)).text.splitlines()[1:]
    assert len(lines) == 12
    assert lines[0] == "- @P19"
    assert lines[8] == "- … 10 more …"
    assert lines[-1] == "- @Ada"


def merged(tx: Any, stage: Stage, farm: Farm, absorbed: Persona, survivor: Persona) -> None:
    here = [
        conversations.identify(tx, one.actor.platform, one.actor.native_id, farm.place.space)
        for one in (absorbed, survivor)
    ]
    union, members = here[0].union, [one.member for one in here]
    assert union is not None
    assert members[0] is not None
    assert members[1] is not None
    membership.merge(tx, union.id, members[0], members[1])


async def test_an_account_that_was_just_joined_to_a_member_changes_nothing(stage: Stage, farm: Farm) -> None:
    """Who got a signature by a trick must not move somebody's branch the same day."""
    await endorse(farm.bob, farm.ada, farm.place)
    stage.clock.advance(timedelta(hours=25))

    await stage.store.write(merged, stage, farm, farm.dan, farm.bob)
    for one in (farm.dan, farm.bob):
        for heard in (
            await endorse(one, farm.cat, farm.place),
            await one.runs("unendorse", farm.place),
        ):
            assert "cannot do this before" in heard.text
    stage.clock.advance(timedelta(hours=24))
    assert "@cat instead?" in (await endorse(farm.bob, farm.cat, farm.place)).text


async def test_nor_does_it_bring_a_branch_to_anybody(stage: Stage, farm: Farm) -> None:
    """Who has followers and endorses nobody is at the root: the founder, as a rule."""
    await endorse(farm.bob, farm.ada, farm.place)
    await stage.store.write(merged, stage, farm, farm.dan, farm.ada)
    for one in (farm.dan, farm.ada):
        assert "cannot do this before" in (await endorse(one, farm.cat, farm.place)).text
    stage.clock.advance(timedelta(hours=24))
    assert "@Ada endorses @Cat now" in (await endorse(farm.ada, farm.cat, farm.place)).text


async def test_an_offer_is_of_whom_that_person_became(stage: Stage, farm: Farm) -> None:
    shown = await farm.bob.runs("invite", farm.place)
    code = next(word for word in shown.text.split() if len(word) == 10 and word.isupper())
    eve = stage.person("Eve", farm.ada.actor.platform)
    offered = await eve.runs("join", farm.place, code=code)
    await stage.store.write(merged, stage, farm, farm.bob, farm.cat)
    done = await eve.presses(offered, "Endorse Bob", farm.place)
    assert "@Eve endorses" in done.text
    assert "1 person" in done.text
