"""What is asked of commands in the menu of a person, when the program starts."""

from __future__ import annotations

from typing import Annotated, Any

import pytest

from bot.chat.declarations import Area
from bot.chat.model import Reply, say
from bot.chat.platform_rules import MAX_MENU_COMMANDS
from bot.chat.registry import Registry
from bot.domain.people import Person
from bot.errors import ConfigError

Whom = Annotated[Person, "Whom"]


def one(ctx: object, leader: Whom, why: Annotated[str, "Why"] = "") -> Reply:
    """Page."""
    return say("x")


def nobody(ctx: object) -> Reply:
    """Page."""
    return say("x")


def perhaps(ctx: object, leader: Annotated[Person | None, "Whom"] = None) -> Reply:
    """Page."""
    return say("x")


def text(ctx: object, leader: Annotated[str, "Whom"]) -> Reply:
    """Page."""
    return say("x")


def two(ctx: object, leader: Whom, follower: Whom) -> Reply:
    """Page."""
    return say("x")


def registry(*entries: tuple[str, Any]) -> Registry:
    area = Area()
    for number, (name, handler) in enumerate(entries):
        area.command(f"c{number}", "A command", menu=name)(handler)
    return Registry([area])


def test_a_menu_leads_to_its_command_and_the_parameter_that_it_fills() -> None:
    found = registry(("Endorse", one), ("Follow Zoë's-2", one)).menus
    assert [(name, command.path, command.target) for name, command in found.items()] == [
        ("Endorse", "c0", "leader"),
        ("Follow Zoë's-2", "c1", "leader"),
    ]


@pytest.mark.parametrize("handler", [nobody, perhaps, text, two])
def test_a_menu_fills_in_one_person(handler: Any) -> None:
    with pytest.raises(ConfigError, match=r"^/c0: the menu 'Follow' needs exactly one .* Person$"):
        registry(("Follow", handler))


@pytest.mark.parametrize("name", ["", "endorse", " Endorse", "Endorse ", "E" * 33, "End\norse", "A/b", "1st"])
def test_names_that_are_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="the menu name"):
        registry((name, one))


def test_a_name_is_used_once() -> None:
    with pytest.raises(ConfigError, match="the menu name 'Follow' is used 2 times"):
        registry(("Follow", one), ("Follow", one))


def test_there_are_no_more_than_discord_takes() -> None:
    names = [(f"Follow {number}", one) for number in range(MAX_MENU_COMMANDS)]
    assert len(registry(*names).menus) == MAX_MENU_COMMANDS
    with pytest.raises(ConfigError, match="6 commands in the menu of a person; Discord takes 5"):
        registry(*names, ("One more", one))
