"""The command menu, and what the doctor says."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from adapters.playground.check import findings
from adapters.playground.menu import menu
from bot.chat.declarations import Area
from bot.chat.model import Reply, Visibility, say
from bot.chat.params import Arg
from bot.chat.registry import Registry
from bot.domain.people import Person


def test_menu_tells_everything_that_completion_needs() -> None:
    area = Area()

    @area.command("give", "What you can do here", visibility=Visibility.PRIVATE, space_only=True)
    def give(
        ctx: object,
        much: Annotated[Decimal, "How much"],
        unit: Annotated[Literal["a", "b"], "Of what"] = "a",
        note: Annotated[str, Arg("Why", max_length=9, long=True, suggest=lambda ctx, typed: [])] = "",
    ) -> Reply:
        """Gives."""
        return say("x")

    plain = {"choices": [], "suggests": False, "long": False, "max": 1000}
    assert menu(Registry([area]), "de-AT") == [
        {
            "path": "give",
            "description": "Was du hier tun kannst",
            "private": True,
            "space_only": True,
            "menu": None,
            "params": [
                plain | {"name": "much", "kind": "amount", "description": "How much", "required": True},
                plain
                | {
                    "name": "unit",
                    "kind": "choice",
                    "description": "Of what",
                    "required": False,
                    "choices": ["a", "b"],
                },
                plain
                | {
                    "name": "note",
                    "kind": "text",
                    "description": "Why",
                    "required": False,
                    "suggests": True,
                    "long": True,
                    "max": 9,
                },
            ],
        }
    ]


def test_menu_tells_what_the_menu_of_a_person_offers() -> None:
    area = Area()

    @area.command("follow", "Follow somebody", menu="Follow")
    def follow(ctx: object, leader: Annotated[Person, "Whom"]) -> Reply:
        """Follows."""
        return say("x")

    (shown,) = menu(Registry([area]))
    assert (shown["menu"], shown["params"][0]["name"]) == ("Follow", "leader")


def test_doctor_finds_nothing_wrong_with_the_rooms() -> None:
    assert [finding.problem for finding in findings(["room-discord", "room-telegram"])] == [None]


def test_doctor_names_a_space_that_is_no_room() -> None:
    (_, finding) = findings(["room-gone"])
    assert (finding.subject, bool(finding.problem), "/union disconnect" in finding.remedy) == (
        "playground room room-gone",
        True,
        True,
    )
