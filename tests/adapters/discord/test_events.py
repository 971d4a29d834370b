"""Interactions as acts: every kind, as discord.py hands them over."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Any
from unittest.mock import Mock

import discord
import pytest

from adapters.discord import events
from adapters.discord.events import InteractionKind
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.incoming import NOBODY, Actor, CommandCall, Place, Press, Submit, Value, Where, Who
from bot.chat.model import Reply, say
from bot.chat.registry import Registry
from bot.domain.people import Person
from tests.adapters.discord.conftest import House
from tests.emulators.discord import MANAGE_ROLES
from tests.emulators.discord import Person as Somebody


def heard(muster: House, monkeypatch: pytest.MonkeyPatch) -> list[events.Asked]:
    """Every interaction from now on, as events.py understands it."""
    seen: list[events.Asked] = []
    understand = events.asked

    def listen(interaction: Any, registry: Registry) -> events.Asked | None:
        asked = understand(interaction, registry)
        if asked is not None:
            seen.append(asked)
        return asked

    monkeypatch.setattr(events, "asked", listen)
    return seen


async def test_a_command_in_a_server(muster: House, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = heard(muster, monkeypatch)
    muster.bob.rename("Bobby")
    muster.bob.user.locale = "de"
    reply = await muster.bob.slash(muster.room, "union create", name="Farmers", purpose="Grow")
    (asked,) = seen
    incoming = asked.incoming
    assert asked.kind is InteractionKind.COMMAND
    assert incoming.native_id == str(reply.interaction.id)
    assert incoming.actor == Actor("discord", str(muster.bob.id), "Bobby", "bob", False)
    assert incoming.place == Place("discord", str(muster.room.id), str(muster.guild.id), None, "Farm")
    assert incoming.act == CommandCall("union create", {"name": "Farmers", "purpose": "Grow"})
    assert incoming.locale == "de"


async def test_a_command_in_private(muster: House, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = heard(muster, monkeypatch)
    await muster.bob.slash(muster.bob.dm, "help")
    incoming = seen[0].incoming
    assert incoming.actor.moderator is None
    assert incoming.place == Place("discord", str(muster.bob.dm.id))


@pytest.mark.parametrize(
    ("permissions", "moderates"),
    [(0, False), (1 << 5, None), (MANAGE_ROLES, None), (1 << 3, None), (1 << 13, False)],
)
async def test_who_moderates(
    muster: House, monkeypatch: pytest.MonkeyPatch, permissions: int, moderates: bool | None
) -> None:
    seen = heard(muster, monkeypatch)
    carl: Somebody = muster.guild.member("Carl", permissions=permissions)
    await carl.slash(muster.room, "help")
    assert seen[0].incoming.actor.moderator is moderates


async def test_people_presses_and_forms(muster: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await muster.founded()
    seen = heard(muster, monkeypatch)
    await muster.alice.slash(muster.room, "whois", person=muster.bob)
    assert seen[-1].incoming.act == CommandCall("whois", {"person": Who(str(muster.bob.id), "Bob")})
    link = await muster.alice.slash(muster.room, "link")
    form = await muster.alice.press(link, "Enter the code")
    assert isinstance(seen[-1].incoming.act, Press)
    assert (seen[-1].kind, seen[-1].on_message, seen[-1].on_private) == (InteractionKind.PRESS, True, True)
    await muster.alice.submit(form, {"code": "123456"})
    assert seen[-1].incoming.act == Submit(form.modal["custom_id"], {"code": "123456"})
    assert seen[-1].kind is InteractionKind.SUBMIT


async def test_half_typed(muster: House, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = heard(muster, monkeypatch)
    await muster.alice.autocomplete(muster.room, "union create", "time_zone", "Eur", name="x")
    assert seen[0].kind is InteractionKind.SUGGEST
    assert seen[0].focused == ("time_zone", "Eur")
    assert seen[0].incoming.act == CommandCall("union create", {"name": "x", "time_zone": "Eur"})


def test_a_thread_belongs_to_its_channel() -> None:
    thread = Mock(spec=discord.Thread, id=7, parent_id=6)
    interaction: Any = SimpleNamespace(channel=thread, guild_id=5, guild=SimpleNamespace(name="Farm"))
    assert events.place(interaction) == Place("discord", "6", "5", "7", "Farm")


def test_a_channel_that_discord_py_does_not_know_is_still_a_place() -> None:
    interaction: Any = SimpleNamespace(channel=None, guild_id=5, guild=None)
    assert events.place(interaction) == Place("discord", "5", "5")


def test_values_of_every_type() -> None:
    data = {
        "name": "a",
        "options": [
            {"name": "text", "type": 3, "value": "x"},
            {"name": "number", "type": 4, "value": -3},
            {"name": "yes", "type": 5, "value": True},
            {"name": "member", "type": 6, "value": "1"},
            {"name": "user", "type": 6, "value": "2"},
            {"name": "stranger", "type": 6, "value": "3"},
            {"name": "robot", "type": 6, "value": "5"},
            {"name": "channel", "type": 7, "value": "4"},
            {"name": "float", "type": 10, "value": 1.5},
        ],
        "resolved": {
            "users": {
                "1": {"username": "one", "global_name": "One"},
                "2": {"username": "two", "global_name": None},
                "5": {"username": "five", "global_name": "Five", "bot": True},
            },
            "members": {"1": {"nick": "First"}},
            "channels": {"4": {"name": "general"}},
        },
    }
    call, focused = events.call(data, Registry([]))
    assert focused == ("", "")
    assert call == CommandCall(
        "a",
        {
            "text": "x",
            "number": -3,
            "yes": True,
            "member": Who("1", "First"),
            "user": Who("2", "two"),
            "stranger": Who("3", ""),
            "robot": NOBODY,
            "channel": Where("4", "general"),
            "float": 1.5,
        },
    )


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("<@1>", Who("1", "One")),
        (" <@!1> ", Who("1", "One")),
        ("<@5>", NOBODY),
        ("123456789012345678", Who("123456789012345678", "")),
        ("#12", "#12"),
        ("@Chidi Mensah", "@Chidi Mensah"),
    ],
)
def test_a_person_is_a_mention_an_id_or_words(typed: str, value: Value) -> None:
    area = Area()

    @area.command("greet", "Greets")
    def greet(ctx: Context, who: Annotated[Person, "Whom"], words: Annotated[str, "What"]) -> Reply:
        """Greets somebody."""
        return say("Hello")

    users = {"1": {"global_name": "One"}, "5": {"username": "five", "bot": True}}
    options = [
        {"name": "who", "type": 3, "value": typed, "focused": True},
        {"name": "words", "type": 3, "value": "<@1>"},
    ]
    data = {"name": "greet", "options": options, "resolved": {"users": users}}
    call, focused = events.call(data, Registry([area]))
    assert call.values == {"who": value, "words": "<@1>"}
    assert focused == ("who", typed)


def test_what_muster_does_not_offer_is_no_act() -> None:
    menu_of_a_message: Any = SimpleNamespace(
        data={"name": "Endorse", "type": 3}, type=SimpleNamespace(value=2), message=None
    )
    assert events.asked(menu_of_a_message, Registry([])) is None
    ping: Any = SimpleNamespace(data=None, type=SimpleNamespace(value=1), message=None)
    assert events.asked(ping, Registry([])) is None


BOB = {"users": {"2": {"username": "bob", "global_name": "Bob"}}}
ROBOT = {"users": {"2": {"username": "robot", "global_name": None, "bot": True}}}


@pytest.mark.parametrize(
    ("data", "call"),
    [
        ({"target_id": "2", "resolved": BOB}, CommandCall("follow one", {"leader": Who("2", "Bob")})),
        (
            {"target_id": "2", "resolved": BOB | {"members": {"2": {"nick": "Bobby"}}}},
            CommandCall("follow one", {"leader": Who("2", "Bobby")}),
        ),
        ({"target_id": "2", "resolved": ROBOT}, CommandCall("follow one", {"leader": NOBODY})),
        ({"target_id": "2", "resolved": {}}, CommandCall("follow one", {"leader": Who("2", "")})),
        ({"target_id": "2"}, CommandCall("follow one", {"leader": Who("2", "")})),
        ({}, CommandCall("follow one", {})),
        ({"name": "Leave", "target_id": "2", "resolved": BOB}, CommandCall("Leave", {})),
    ],
)
def test_the_menu_of_a_person(data: dict[str, Any], call: CommandCall) -> None:
    area = Area()
    area.group("follow", "Follow people")

    @area.command("follow one", "Follow somebody", menu="Follow")
    def follow(ctx: object, leader: Annotated[Person, "Whom"], why: Annotated[str, "Why"] = "") -> Reply:
        """Follows."""
        return say("x")

    assert events.chosen({"name": "Follow", "type": 2} | data, Registry([area])) == call
