"""A walk over all commands: names, descriptions, permissions, help."""

from __future__ import annotations

import pytest

import commands
from bot.areas.members.services import members
from bot.chat.declarations import Area
from bot.chat.incoming import Place
from bot.chat.languages import said
from bot.chat.registry import Registry
from bot.errors import ConfigError
from commands.help import TOPICS
from tests.areas.checkins.answering import call as open_call
from tests.scenes import endorse, founded, joined, member_of, place_code
from tests.stage import Persona, Stage

REGISTRY = Registry(commands.areas())


@pytest.mark.parametrize("path", REGISTRY.commands)
async def test_every_command_has_its_page(stage: Stage, path: str) -> None:
    bo = stage.person("Bo")
    page = await bo.says(f'/help "{path}"')
    command = REGISTRY.commands[path]
    assert page.private
    assert command.description in page.text
    assert "For " in page.text
    assert "use it here." in page.text
    for param in command.params:
        assert f"{param.name}: {param.description}" in page.text


@pytest.mark.parametrize("path", REGISTRY.commands)
async def test_every_command_answers_a_stranger_without_a_crash(stage: Stage, path: str) -> None:
    bo, farm = stage.person("Bo"), stage.group("Farm")
    await bo.says(f"/{path}", farm)
    await bo.says(f"/{path} nonsense of several words", farm)
    assert not [label for label, outcome in stage.observed if outcome == "failed"]


@pytest.mark.parametrize("path", REGISTRY.commands)
async def test_every_command_answers_the_founder_without_a_crash(stage: Stage, path: str) -> None:
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    await ada.says('/union create name:Farm purpose:"Grow"', farm)
    for place in (farm, None):
        await ada.says(f"/{path}", place)
        await ada.says_quietly("/cancel", place)
        await ada.says(f"/{path} @ada", place)
    assert not [label for label, outcome in stage.observed if outcome == "failed"]


async def _all_help(person: Persona, place: Place) -> str:
    """All that `/help` shows: its first page and each of its topics."""
    first = await person.says("/help", place)
    assert first.private
    pages = [await person.presses(first, label, place) for label in first.labels]
    assert all(page.private for page in pages)
    return "\n".join(page.text for page in (first, *pages))


async def test_help_lists_what_this_member_may_do_here(stage: Stage) -> None:
    ada, bo, farm = stage.person("Ada", moderator=True), stage.person("Bo"), stage.group("Farm")
    before = await _all_help(bo, farm)
    assert "/union create" not in before
    assert "/union create" in await _all_help(ada, farm)
    await ada.says('/union create name:Farm purpose:"Grow"', farm)
    stranger = await _all_help(bo, farm)
    assert "/me" not in stranger
    assert "/join" in stranger
    await bo.says("/join", farm)
    mine = await _all_help(bo, farm)
    assert "/me show" in mine
    assert "/join" not in mine
    assert "/union edit" not in mine
    assert "/moderators add" not in await _all_help(bo, farm)
    founders = await _all_help(ada, farm)
    assert "/union edit" in founders
    assert "/union create" not in founders, "a union lives here already"


async def test_help_begins_with_what_to_do_today(stage: Stage) -> None:
    ada, farm = await founded(stage)
    bo, cy = await joined(stage, farm, "Bo", "Cy")
    first = (await bo.says("/help", farm)).text
    assert "/leaders Find a leader to endorse." in first
    assert "/link Link a wallet. It costs nothing." in first
    assert "/call today" not in first, "there is no call yet"
    assert "/call new" not in first, "Bo does not lead"
    await endorse(bo, ada, farm)
    await stage.store.write(
        lambda tx: open_call(
            tx, members.unions_of(tx, "words", ada.actor.native_id)[0], member_of(tx, ada)[0]
        )
    )
    now = (await bo.says("/help", farm)).text
    assert "/call today Answer today's call." in now
    assert "/leaders" not in now
    founder = (await ada.says("/help", farm)).text
    assert "/call new Write a call to action." in founder
    assert "/branch See who joined or left your branch." in founder
    for person in (ada, bo, cy):
        lines = [
            line for line in (await person.says("/help", farm)).text.splitlines() if line.startswith("- /")
        ]
        assert 5 <= len(lines) <= 7, lines


async def test_help_says_that_something_waits(stage: Stage) -> None:
    ada, farm = await founded(stage)
    assert "waits for you" not in (await ada.says("/help", farm)).text
    asking, barn = stage.person("Mo", moderator=True), stage.group("Barn")
    await asking.says(f"/union connect {await place_code(ada, farm)}", barn)
    assert "- /waiting 1 thing waits for you." in (await ada.says("/help", farm)).text
    assert "/waiting" not in (await asking.says("/help", barn)).text, "no union lives there yet"


async def test_every_topic_shows_its_commands_and_the_way_back(stage: Stage) -> None:
    ada, farm = await founded(stage)
    first = await ada.says("/help", farm)
    assert first.labels == ["Calls", "People", "You", "The union", "Moderation"]
    people = await ada.presses(first, "People", farm)
    assert "/endorse Follow a leader" in people.text
    assert "/call new" not in people.text
    assert people.labels == ["Calls", "You", "The union", "Moderation", "Back"]
    assert (await ada.presses(people, "Back", farm)).text == first.text


def test_every_command_has_a_topic() -> None:
    named = [top for _, tops in TOPICS.values() for top in tops]
    assert sorted(named) == sorted(REGISTRY.tops())


def test_help_in_another_language() -> None:
    words = REGISTRY.description("join")
    assert said(words, "de") == "Mitglied der Union an diesem Ort werden"
    assert said(words, "en") == REGISTRY.commands["join"].description


def test_mistakes_are_errors_at_start_all_at_once() -> None:
    wrong = Area()

    @wrong.command("Bad Name", "")
    def bad(ctx: object) -> None:
        """Page."""

    @wrong.command("twice", "One")
    def one(ctx: object) -> None:
        """Page."""

    @wrong.command("twice", "Two")
    def two(ctx: object, untyped: str) -> None:
        """Page."""

    @wrong.command("twice", "Three")
    def three(ctx: object) -> None: ...

    with pytest.raises(ConfigError) as refused:
        Registry([wrong])
    lines = str(refused.value).splitlines()
    assert any("/Bad Name needs a description" in line for line in lines)
    assert any("one or two words" in line for line in lines)
    assert any("/twice is declared twice" in line for line in lines)
    assert any("'untyped' needs Annotated" in line for line in lines)
    assert any("docstring" in line for line in lines)
