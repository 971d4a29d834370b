"""The registry as slash commands, held against Discord's rules."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

import commands
from adapters.discord import menu
from bot.chat.declarations import Area
from bot.chat.model import Reply, say
from bot.chat.params import Arg
from bot.chat.registry import Registry
from bot.domain.people import Permission, Person, Space
from tests.adapters.discord.conftest import House
from tests.emulators.discord.rule import broken
from tests.emulators.discord.rules import COMMANDS


def example() -> Registry:
    area = Area()
    area.group("give", "What you can do here")

    @area.command("give all", "Found a union in this place", space_only=True)
    def give(
        ctx: object,
        text: Annotated[str, Arg("A text", min_length=2, max_length=9000)],
        number: Annotated[int, Arg("A number", minimum=-1, maximum=2**60)],
        free: Annotated[int, Arg("Any number")],
        amount: Annotated[Decimal, "An amount"],
        person: Annotated[Person, "A person"],
        span: Annotated[timedelta, "A duration"],
        when: Annotated[datetime, "A time"],
        side: Annotated[Literal["left", "right"], "A side"] = "left",
        sure: Annotated[bool, "Sure"] = False,
        space: Annotated[Space | None, Arg("A place", suggest=lambda ctx, typed: [])] = None,
    ) -> Reply:
        """Gives."""
        return say("x")

    @area.command("give none", "Give nothing")
    def none(ctx: object) -> Reply:
        """Gives nothing."""
        return say("x")

    @area.command("found", "Begin", permission=Permission.MODERATOR, needs_union=False, space_only=True)
    def found(ctx: object) -> Reply:
        """Begins."""
        return say("x")

    @area.command("run", "Run", permission=Permission.MODERATOR)
    def run(ctx: object) -> Reply:
        """Runs."""
        return say("x")

    return Registry([area])


def test_every_kind_of_parameter() -> None:
    give = menu.menu(example())[0]
    options = {option.pop("name"): option for option in give["options"][0]["options"]}
    assert [options[name].pop("required") for name in options] == [True] * 7 + [False] * 3
    assert {name: option.pop("description") for name, option in options.items()}["text"] == "A text"
    assert options == {
        "text": {"type": 3, "min_length": 2, "max_length": 6000},
        "number": {"type": 4, "min_value": -1, "max_value": 2**53 - 1},
        "free": {"type": 4, "min_value": -(2**53 - 1), "max_value": 2**53 - 1},
        "amount": {"type": 3, "max_length": 100},
        "person": {"type": 3, "max_length": 100, "autocomplete": True},
        "span": {"type": 3, "max_length": 100},
        "when": {"type": 3, "max_length": 100},
        "side": {
            "type": 3,
            "choices": [{"name": "left", "value": "left"}, {"name": "right", "value": "right"}],
        },
        "sure": {"type": 5},
        "space": {"type": 3, "max_length": 100, "autocomplete": True},
    }


def test_groups_translations_places_and_permissions() -> None:
    give, found, run = menu.menu(example())
    assert [option["name"] for option in give["options"]] == ["all", "none"]
    assert give["contexts"] == [0, 1]  # one of its subcommands works in private
    assert give["description_localizations"] == {"de": "Was du hier tun kannst"}
    assert give["options"][0]["description_localizations"] == {"de": "An diesem Ort eine Union gründen"}
    assert "default_member_permissions" not in give
    assert found["contexts"] == [0]
    assert found["default_member_permissions"] == "32"
    assert "description_localizations" not in found  # it has none
    assert "default_member_permissions" not in run  # a founder may, whatever their roles here


def test_our_own_commands_and_the_example_keep_discords_rules() -> None:
    ours = Registry(commands.areas())
    for registry in (ours, example()):
        assert list(broken(COMMANDS, menu.menu(registry))) == []


def stored(sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As Discord gives it back: with ids and defaults, without what is false."""
    shown = []
    for number, command in enumerate(copy.deepcopy(sent)):
        command |= {"id": str(number), "application_id": "1", "version": "1", "nsfw": False}
        command |= {"dm_permission": True, "name_localizations": None}
        command.setdefault("description_localizations", None)
        command.setdefault("default_member_permissions", None)
        if not command["options"]:
            del command["options"]
        for option in command.get("options", []):
            if option.get("required") is False:
                del option["required"]
        shown.append(command)
    return shown[::-1]


def test_what_discord_has_already_is_recognised() -> None:
    ours = menu.menu(example())
    assert menu.same(ours, stored(ours))


def test_every_change_is_noticed() -> None:
    ours = menu.menu(example())
    changes = [
        lambda theirs: theirs[0].update(description="Other"),
        lambda theirs: theirs[0].update(contexts=[0]),
        lambda theirs: theirs[1].update(default_member_permissions=None),
        lambda theirs: theirs[1].update(description_localizations={"es-ES": "Empezar"}),
        lambda theirs: theirs[2]["options"][0]["options"][0].update(max_length=5),
        lambda theirs: theirs[2]["options"][0]["options"][0].update(required=False),
        lambda theirs: theirs[2]["options"][0]["options"].reverse(),
        lambda theirs: theirs[2]["options"][0]["options"][7]["choices"].pop(),
        lambda theirs: theirs.pop(),
        lambda theirs: theirs.append({"name": "old", "description": "x", "type": 1}),
    ]
    for number, change in enumerate(changes):
        theirs = stored(ours)
        change(theirs)
        assert not menu.same(ours, theirs), f"change {number} was not noticed"


async def test_commands_are_registered_once_and_again_only_when_changed(house: House) -> None:
    await house.start()
    await house.restart()
    assert len(house.emulator.syncs) == 1
    first = next(iter(house.emulator.world.commands.values()))
    first.definition["description"] = "Something older"
    await house.restart()
    assert len(house.emulator.syncs) == 2


async def test_descriptions_come_in_the_languages_there_are(muster: House) -> None:
    (_, sent) = muster.emulator.syncs[0]
    union = next(command for command in sent if command["name"] == "union")
    assert union["description_localizations"]["de"].startswith("Eine Union")


async def test_a_refused_menu_does_not_stop_the_rest(house: House) -> None:
    await house.start()
    await house.stop()
    next(iter(house.emulator.world.commands.values())).definition["description"] = "Something older"
    fault = house.emulator.fault("PUT", "/applications/*/commands", 50001)
    await house.start()
    assert fault.fired == 1
    assert (await house.alice.slash(house.room, "help")).ephemeral
