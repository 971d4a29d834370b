"""The neutral language of acts: adapters turn a platform's payloads into these values, which the core understands."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.chat import text
from bot.domain.hidden import is_seen
from bot.domain.people import BanQuestion


class Actor(msgspec.Struct, frozen=True):
    """The account that acts. `moderator` is None if the platform has not said whether the person runs the space.

    `bans`: what platforms answered to the questions about bans that dispatch asked for this act.
    """

    platform: str
    native_id: str
    name: str
    username: str | None = None
    moderator: bool | None = None
    bans: tuple[tuple[BanQuestion, bool], ...] = ()


class Place(msgspec.Struct, frozen=True):
    """The place of an act, by native ids.

    `space` is the server or group, None in a private chat. A reply goes to `chat`, and to `thread` (a topic) in it.
    """

    platform: str
    chat: str
    space: str | None = None
    thread: str | None = None
    title: str = ""


class Who(msgspec.Struct, frozen=True, tag="who"):
    """A person that a message names: by account (a mention, a message replied to) or by a typed @name."""

    native_id: str | None = None
    name: str = ""


NOBODY = Who()
"""Stands for a sender whose person is unknown: a bot, a channel or an anonymous administrator."""


class Where(msgspec.Struct, frozen=True, tag="where"):
    """A space or channel that a message names by the platform's id."""

    native_id: str
    name: str = ""


class File(msgspec.Struct, frozen=True, tag="file"):
    """A file that came with an act. `Adapter.fetch` finds it by `ref`, the platform's own name of it.

    `name`, `mime` and `size` (bytes) are claims of the platform; "" and 0 where it says nothing.
    """

    ref: str
    name: str = ""
    mime: str = ""
    size: int = 0


Value = str | int | float | bool | Who | Where | File
Answer = str | File
"""The answer to a question of a form."""


class CommandCall(msgspec.Struct, frozen=True, tag="command"):
    """A command that was typed. `name` is the whole path ("union create").

    A platform with typed commands gives `values` by parameter name. Any other platform (Telegram) gives `words`, the
    rest of the line, and `mentions`: the people in it by their token in `words`. There `reply_to` is the author of
    the message that the command replies to, and `file` the actor's own file, in either message. `foreign`: the other
    message has a file that is not the actor's own.
    """

    name: str
    values: dict[str, Value] = {}
    words: str | None = None
    mentions: dict[str, Who] = {}
    reply_to: Who | None = None
    file: File | None = None
    foreign: bool = False


class Press(msgspec.Struct, frozen=True, tag="press"):
    token: str


class Submit(msgspec.Struct, frozen=True, tag="submit"):
    """A filled-in form."""

    token: str
    values: dict[str, Answer]


class Say(msgspec.Struct, frozen=True, tag="say"):
    """Plain words or a file: the answer to a question that the bot asked, or chatter in a private chat.

    Without both it is something that the bot cannot read, like a video, a voice message or a sticker.
    """

    text: str
    file: File | None = None


class Start(msgspec.Struct, frozen=True, tag="start"):
    """A private chat was opened by a deep link that carries `payload`."""

    payload: str


class BotAdded(msgspec.Struct, frozen=True, tag="added"):
    """The bot was added to `Incoming.place`. `broadcast`: a channel that people only read, and cannot type in."""

    broadcast: bool = False


class BotRemoved(msgspec.Struct, frozen=True, tag="removed"):
    """The bot was removed from `Incoming.place`."""


class SpaceMoved(msgspec.Struct, frozen=True, tag="moved"):
    """The place has a new native id (a group became a supergroup)."""

    new_native_id: str


class SpaceRenamed(msgspec.Struct, frozen=True, tag="space_renamed"):
    """The place was renamed to `Incoming.place.title`."""


class PersonRenamed(msgspec.Struct, frozen=True, tag="renamed"):
    """The actor changed their names to those of `Incoming.actor`."""


class PersonLeft(msgspec.Struct, frozen=True, tag="left"):
    """The actor left the place."""


class Reachable(msgspec.Struct, frozen=True, tag="reachable"):
    """The actor opened (True) or blocked (False) private messages."""

    yes: bool


Act = (
    CommandCall
    | Press
    | Submit
    | Say
    | Start
    | BotAdded
    | BotRemoved
    | SpaceMoved
    | SpaceRenamed
    | PersonRenamed
    | PersonLeft
    | Reachable
)


class Incoming(msgspec.Struct, frozen=True):
    """An act, by an actor in a place. `native_id` is the platform's own unique id of it; a repeat has the same id."""

    native_id: str
    actor: Actor
    place: Place
    act: Act
    locale: str = ""

    @property
    def key(self) -> str:
        """The act's unique id among all platforms."""
        return f"{self.place.platform}:{self.native_id}"


_DECODER = msgspec.json.Decoder(Incoming)


_LEAST, _MOST = -(2**63), 2**63 - 1
WORD_JOINER = "\u2060"
"""An invisible character that adapters put where a platform would otherwise make a link of words."""
_JOINER = WORD_JOINER.encode()


def sound(incoming: Incoming) -> Incoming:
    """Returns the act without anything that no database takes, although JSON can carry it, and with names to see.

    Question marks stand for half characters (lone surrogates) and NUL, and words for numbers of more than 64 bits.
    The joiners that adapters put into words, so that these become no links, are taken out of copies of such words.
    """
    incoming = _named(incoming)
    try:
        payload = msgspec.json.encode(incoming)
        good = b"\\u0000" not in payload and not _has_huge_numbers(incoming.act)
        if good and _JOINER not in payload:
            return incoming
    except (UnicodeEncodeError, OverflowError):
        pass
    return msgspec.convert(_whole(msgspec.to_builtins(incoming)), Incoming)


def _named(incoming: Incoming) -> Incoming:
    """Gives words to an actor or place whose name is only blanks or hidden characters."""
    actor, place = incoming.actor, incoming.place
    if not is_seen(actor.name):
        name = actor.username or str(text.nameless(actor.native_id))
        incoming = msgspec.structs.replace(incoming, actor=msgspec.structs.replace(actor, name=name))
    if place.title and not is_seen(place.title):
        incoming = msgspec.structs.replace(
            incoming, place=msgspec.structs.replace(place, title=str(text.UNTITLED))
        )
    return incoming


def encode(incoming: Incoming) -> bytes:
    """Returns the act as JSON, made `sound`."""
    return msgspec.json.encode(sound(incoming))


def _has_huge_numbers(act: Act) -> bool:
    values = act.values.values() if isinstance(act, CommandCall) else ()
    return any(isinstance(value, int) and not _LEAST <= value <= _MOST for value in values)


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "?").replace(WORD_JOINER, "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_whole(key): _whole(one) for key, one in value.items()}
    if isinstance(value, int) and not _LEAST <= value <= _MOST:
        return str(value)
    return value


def decode(data: bytes) -> Incoming:
    """Returns the act that `encode` wrote. Raises msgspec.MsgspecError if this version does not know its form."""
    return _DECODER.decode(data)
