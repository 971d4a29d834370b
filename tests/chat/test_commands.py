"""A walk over all commands: names, descriptions, permissions, help."""

from __future__ import annotations

import pytest

import commands
from bot.chat.declarations import Area
from bot.chat.languages import said
from bot.chat.registry import Registry
from bot.errors import ConfigError
from tests.stage import Stage

REGISTRY = Registry(commands.areas())


@pytest.mark.parametrize("path", REGISTRY.commands)
async def test_every_command_has_its_page(stage: Stage, path: str) -> None:
    bo = stage.person("Bo")
    page = await bo.says(f'/help "{path}"')
    command = REGISTRY.commands[path]
    assert page.private
    assert command.description in page.text
    assert "For " in page.text
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


async def test_help_lists_what_this_member_may_do_here(stage: Stage) -> None:
    ada, bo, farm = stage.person("Ada", moderator=True), stage.person("Bo"), stage.group("Farm")
    before = (await bo.says("/help", farm)).text
    assert "/union create" not in before
    assert "/union create" in (await ada.says("/help", farm)).text
    await ada.says('/union create name:Farm purpose:"Grow"', farm)
    assert "/me" not in (await bo.says("/help", farm)).text
    await bo.says("/join", farm)
    mine = (await bo.says("/help", farm)).text
    assert "/me" in mine
    assert "/union edit" not in mine
    assert "/union edit" in (await ada.says("/help", farm)).text


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
