"""Frame of the browser → Incoming. Pure: all that it needs is passed in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

import msgspec

from adapters.playground import people
from adapters.playground.frames import CommandOptions, Do, Filled, Line, LinkOpened, Pressed, Suggest
from bot.chat.incoming import (
    NOBODY,
    Act,
    Actor,
    BotAdded,
    CommandCall,
    File,
    Incoming,
    Place,
    Press,
    Say,
    Start,
    Submit,
    Value,
    Where,
    Who,
)
from bot.chat.registry import Registry

_AT_NAME = re.compile(r"(?<!\S)@([A-Za-z0-9_]{2,32})\b")


@dataclass(frozen=True, slots=True)
class RepliedTo:
    """The message that a line replies to; `author` is None if the bot wrote it."""

    author: people.PlayerAccount | None
    file: File | None = None


def actor(account: people.PlayerAccount, chat: people.Chat) -> Actor:
    """Returns the account as the core sees it in this chat; only rooms have moderators."""
    player = people.player(account.player)
    runs_it = player is not None and chat.native_id in player.moderates
    return Actor(
        people.PLATFORM, account.native_id, account.name, account.username, runs_it if chat.is_room else None
    )


def place(chat: people.Chat) -> Place:
    """Returns the chat as the core sees it."""
    space = chat.native_id if chat.is_room else None
    return Place(people.PLATFORM, chat.native_id, space, None, chat.title if chat.is_room else "")


def incoming(
    frame: Do,
    account: people.PlayerAccount,
    chat: people.Chat,
    registry: Registry,
    locale: str = "en",
    replied_to: RepliedTo | None = None,
) -> Incoming | None:
    """Returns the act of a frame; None for talk between people in a room, which the bot ignores."""
    act: Act | None
    match frame.what:
        case Line():
            act = _line(frame.what, account, chat, registry, replied_to)
        case CommandOptions(name=name, values=values):
            act = CommandCall(name, {key: _value(value) for key, value in values.items()})
        case Pressed(token=token):
            act = Press(token)
        case Filled(token=token, values=answers):
            act = Submit(token, answers)
        case LinkOpened(payload=payload):
            act = Start(payload)
    if act is None:
        return None
    return Incoming(frame.id, actor(account, chat), place(chat), act, locale)


def half_typed(frame: Suggest, account: people.PlayerAccount, chat: people.Chat, locale: str) -> Incoming:
    """Returns the command as typed so far, for completions."""
    call = CommandCall(frame.name, {key: _value(value) for key, value in frame.values.items()})
    return Incoming(f"suggest-{frame.n}", actor(account, chat), place(chat), call, locale)


def looking(account: people.PlayerAccount, chat: people.Chat) -> Incoming:
    """Returns an act that is never done: it only says who looks at which chat."""
    return Incoming("looking", actor(account, chat), place(chat), CommandCall("", {}))


def bot_added(chat: people.Chat, by: people.PlayerAccount, start: datetime) -> Incoming:
    """Returns the act "the bot was added to this room". It happens in every room at each start of the program; the
    core decides by its stored data what to say there."""
    return Incoming(
        f"added-{start:%Y%m%d%H%M%S%f}-{chat.native_id}", actor(by, chat), place(chat), BotAdded()
    )


def _line(
    line: Line,
    account: people.PlayerAccount,
    chat: people.Chat,
    registry: Registry,
    replied_to: RepliedTo | None,
) -> Act | None:
    """Returns the act of typed words. The picture of a message that they reply to counts if the account sent it."""
    if line.text.startswith("/"):
        call = _command(line.text[1:], chat.manner, registry, replied_to)
        if call is None:
            return None
        quoted = replied_to.file if replied_to is not None else None
        own = replied_to is not None and replied_to.author == account
        foreign = quoted is not None and not own and replied_to is not None and replied_to.author is not None
        file = line.file or (quoted if own else None)
        return msgspec.structs.replace(call, file=file, foreign=foreign and file is None)
    answers_bot = replied_to is not None and replied_to.author is None
    return None if chat.is_room and not answers_bot else Say(line.text, line.file)


def _command(
    text: str, manner: people.Manner, registry: Registry, replied_to: RepliedTo | None
) -> CommandCall | None:
    first, rest = _first_word(text)
    if not first:
        return None
    second, after = _first_word(rest)
    underscored = {path.replace(" ", "_").replace("-", "_"): path for path in registry.commands}
    if f"{first} {second}".lower() in registry.commands:
        name, words = f"{first} {second}".lower(), after
    else:
        name, words = underscored.get(first.lower(), first.lower()), rest
    mentions = {
        found.group(): Who(known.native_id, known.name)
        for found in _AT_NAME.finditer(words)
        if (known := people.by_username(found.group(1), manner))
    }
    return CommandCall(name, {}, words, mentions, _author(replied_to))


def _author(replied_to: RepliedTo | None) -> Who | None:
    if replied_to is None:
        return None
    author = replied_to.author
    return Who(author.native_id, author.name) if author else NOBODY


def _first_word(text: str) -> tuple[str, str]:
    parts = text.strip().split(None, 1)
    return (parts[0] if parts else ""), (parts[1] if len(parts) > 1 else "")


def _value(value: Value) -> Value:
    """Returns the value, with the true name of a picked player or room: a browser could send any name."""
    match value:
        case Who(native_id=str(native_id)):
            known = people.account(native_id)
            return Who(native_id, known.name) if known else Who(None, value.name)
        case Where(native_id=native_id):
            room = people.chat(native_id)
            return Where(native_id, room.title) if room and room.is_room else value
    return value
