"""Frames of the browser as acts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
import pytest

from adapters.playground import events, frames, people
from bot.chat.declarations import Area
from bot.chat.incoming import (
    NOBODY,
    Actor,
    BotAdded,
    CommandCall,
    File,
    Place,
    Press,
    Say,
    Start,
    Submit,
    Where,
    Who,
)
from bot.chat.model import Reply, say
from bot.chat.registry import Registry
from bot.domain.people import Person
from bot.errors import BadInput

ADA, BO = people.PLAYERS[0], people.PLAYERS[1]
SERVER, GROUP = people.chat("room-discord"), people.chat("room-telegram")


def registry() -> Registry:
    area = Area()
    area.group("union", "Unions")

    @area.command("union create", "Found one")
    def create(ctx: object, name: Annotated[str, "Its name"]) -> Reply:
        """Founds one."""
        return say(name)

    @area.command("union invite-space", "Invite one")
    def invite(ctx: object) -> Reply:
        """Invites one."""
        return say("x")

    @area.command("whois", "Who is it")
    def whois(ctx: object, person: Annotated[Person, "Whom"]) -> Reply:
        """Tells who."""
        return say("x")

    return Registry([area])


def read(what: object, player: people.Player, chat: people.Chat, **more: object) -> object:
    frame = frames.read(
        msgspec.json.encode(
            {"t": "act", "id": "session-1", "player": player.key, "chat": chat.native_id, "what": what}
        )
    )
    found = events.incoming(frame, player.account(chat.manner), chat, registry(), **more)
    return found.act if found else None


def line(text: str, chat: people.Chat, player: people.Player = BO, **more: object) -> object:
    return read({"t": "line", "text": text}, player, chat, **more)


def test_the_accounts_of_a_person_are_different_and_only_rooms_have_moderators() -> None:
    private = people.private_chat(ADA.account(people.Manner.TELEGRAM))
    assert events.actor(ADA.account(people.Manner.DISCORD), SERVER) == Actor(
        "playground", "discord:ada", "Ada", "ada", True
    )
    assert events.actor(BO.account(people.Manner.TELEGRAM), GROUP) == Actor(
        "playground", "telegram:bo", "Bo Lindgren", "bo_lindgren", False
    )
    assert events.actor(ADA.account(people.Manner.TELEGRAM), private).moderator is None


def test_places() -> None:
    private = people.private_chat(BO.account(people.Manner.DISCORD))
    assert events.place(GROUP) == Place(
        "playground", "room-telegram", "room-telegram", None, "Riverside Neighbours"
    )
    assert events.place(private) == Place("playground", "private:discord:bo")


def test_typed_options_go_by_name_and_people_are_looked_up() -> None:
    values = {
        "who": {"type": "who", "native_id": "discord:ada", "name": "not Ada"},
        "stranger": {"type": "who", "native_id": "discord:nobody", "name": "N"},
        "where": {"type": "where", "native_id": "room-telegram", "name": "not it"},
        "n": 7,
        "yes": True,
        "t": "a b",
    }
    assert read({"t": "command", "name": "union create", "values": values}, BO, SERVER) == CommandCall(
        "union create",
        {
            "who": Who("discord:ada", "Ada"),
            "stranger": Who(None, "N"),
            "where": Where("room-telegram", "Riverside Neighbours"),
            "n": 7,
            "yes": True,
            "t": "a b",
        },
    )


@pytest.mark.parametrize(
    ("typed", "name", "words"),
    [
        ("/union create Two Words", "union create", "Two Words"),
        ("/UNION Create  Two  Words", "union create", "Two  Words"),
        ("/union_create x", "union create", "x"),
        ("/union_invite_space", "union invite-space", ""),
        ("/union", "union", ""),
        ("/nothing at all", "nothing", "at all"),
    ],
)
def test_typed_lines_name_commands_and_keep_the_rest(typed: str, name: str, words: str) -> None:
    assert line(typed, GROUP) == CommandCall(name, {}, words)


def test_at_names_are_mentions_of_that_rooms_accounts() -> None:
    call = line("/whois @ADA_okoye @ada @nobody x@bo_lindgren", GROUP)
    assert call.mentions == {"@ADA_okoye": Who("telegram:ada", "Ada Okoye")}


def test_a_reply_names_its_author() -> None:
    author = events.RepliedTo(ADA.account(people.Manner.TELEGRAM))
    assert line("/whois", GROUP, replied_to=author).reply_to == Who("telegram:ada", "Ada Okoye")
    assert line("/whois", GROUP).reply_to is None
    assert line("/whois", GROUP, replied_to=events.RepliedTo(None)).reply_to == NOBODY


def test_a_picture_is_the_senders_own() -> None:
    photo = File("photo", "photo.png", "image/png", 9)
    ada, bo = (who.account(people.Manner.TELEGRAM) for who in (ADA, BO))
    for author, taken in ((bo, (photo, False)), (ada, (None, True)), (None, (None, False))):
        call = line("/call done", GROUP, replied_to=events.RepliedTo(author, photo))
        assert isinstance(call, CommandCall)
        assert (call.file, call.foreign) == taken


def test_the_bot_does_not_hear_chatter_in_rooms() -> None:
    to_person, to_bot = events.RepliedTo(ADA.account(people.Manner.TELEGRAM)), events.RepliedTo(None)
    assert line("hello", GROUP) is None
    assert line("/", GROUP) is None
    assert line("hello", GROUP, replied_to=to_person) is None
    assert line("hello", GROUP, replied_to=to_bot) == Say("hello")
    assert line("hello", people.private_chat(BO.account(people.Manner.TELEGRAM))) == Say("hello")


def test_presses_forms_and_deep_links() -> None:
    assert read({"t": "press", "token": "tok", "message": "m"}, BO, GROUP) == Press("tok")
    assert read({"t": "submit", "token": "tok", "values": {"a": "b"}}, BO, GROUP) == Submit("tok", {"a": "b"})
    assert read({"t": "start", "payload": "code-1"}, BO, GROUP) == Start("code-1")


def test_the_bot_comes_in_anew_at_every_start() -> None:
    """The same act would get the answer that was kept, from before there was a union."""
    start = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    first, second = (
        events.bot_added(SERVER, ADA.account(people.Manner.DISCORD), start + timedelta(seconds=later))
        for later in (0, 1)
    )
    assert (first.key, first.act) == ("playground:added-20260102030405000006-room-discord", BotAdded())
    assert second.key != first.key


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "[]",
        '{"t":"act"}',
        '{"t":"dance"}',
        '{"t":"hello","player":"bo","session":"short"}',
        '{"t":"hello","player":"bo","session":"long-enough","locale":"<b>"}',
        '{"t":"act","id":"session-1","player":"bo","chat":"c","what":{"t":"start","payload":"a b"}}',
        '{"t":"act","id":"session-1","player":"bo","chat":"c","what":{"t":"line","text":"%s"}}'
        % ("x" * 4001),
    ],
)
def test_frames_that_are_none_are_refused(frame: str) -> None:
    with pytest.raises(BadInput):
        frames.read(frame)
