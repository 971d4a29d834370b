"""What reaches the core from a platform, already free of its payloads."""

from __future__ import annotations

from typing import Any

import msgspec


class Actor(msgspec.Struct, frozen=True):
    """Who acts: an account of a platform. `moderator` is None when the platform has not said."""

    platform: str
    native_id: str
    name: str
    username: str | None = None
    moderator: bool | None = None


class Place(msgspec.Struct, frozen=True):
    """Where: `space` is the server or group (None in a private chat), `chat` where a reply goes,
    `thread` a topic or thread in it."""

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
"""What stands where no person can be told: a bot, a channel, an administrator who stays anonymous."""


class Where(msgspec.Struct, frozen=True, tag="where"):
    """A space or channel that a message names by the platform's id."""

    native_id: str
    name: str = ""


class File(msgspec.Struct, frozen=True, tag="file"):
    """A file that came with an act. `ref` is the platform's own word for it, by which `Adapter.fetch` finds it;
    `name`, `mime` and `size` (bytes) are what the platform says, "" and 0 where it says nothing: a claim."""

    ref: str
    name: str = ""
    mime: str = ""
    size: int = 0


Value = str | int | float | bool | Who | Where | File
Answer = str | File
"""What a question of a form is answered with."""


class CommandCall(msgspec.Struct, frozen=True, tag="command"):
    """`name` is the whole path ("union create"). `values` by parameter name where the platform types them;
    `words` is the rest of the line where it does not (Telegram), with `mentions` for the people in it by
    their token in `words`, `reply_to` for the author of the message replied to, and `file` for what is in this
    message or in that one."""

    name: str
    values: dict[str, Value] = {}
    words: str | None = None
    mentions: dict[str, Who] = {}
    reply_to: Who | None = None
    file: File | None = None


class Press(msgspec.Struct, frozen=True, tag="press"):
    token: str


class Submit(msgspec.Struct, frozen=True, tag="submit"):
    """A filled-in form."""

    token: str
    values: dict[str, Answer]


class Say(msgspec.Struct, frozen=True, tag="say"):
    """Plain words to the bot, or a file: the answer to a question it asked, or chatter in a private chat."""

    text: str
    file: File | None = None


class Start(msgspec.Struct, frozen=True, tag="start"):
    """A private chat was opened by a deep link; `payload` is what the link carried."""

    payload: str


class BotAdded(msgspec.Struct, frozen=True, tag="added"):
    """The bot was brought into `Incoming.place`."""


class BotRemoved(msgspec.Struct, frozen=True, tag="removed"):
    """The bot was put out of `Incoming.place`."""


class SpaceMoved(msgspec.Struct, frozen=True, tag="moved"):
    """The place has a new native id (a group became a supergroup)."""

    new_native_id: str


class SpaceRenamed(msgspec.Struct, frozen=True, tag="space_renamed"):
    """The place has the title now in `Incoming.place.title`."""


class PersonRenamed(msgspec.Struct, frozen=True, tag="renamed"):
    """The actor has the names now in `Incoming.actor`."""


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
    """One act. `native_id` is the platform's own, unique id of it: a repeat is recognised by it."""

    native_id: str
    actor: Actor
    place: Place
    act: Act
    locale: str = "en"

    @property
    def key(self) -> str:
        """The act's id over all platforms."""
        return f"{self.place.platform}:{self.native_id}"


_DECODER = msgspec.json.Decoder(Incoming)


def encode(incoming: Incoming) -> bytes:
    """The act as JSON. Half characters (lone surrogates), which JSON can smuggle in, become question marks."""
    try:
        return msgspec.json.encode(incoming)
    except UnicodeEncodeError:
        return msgspec.json.encode(_whole(msgspec.to_builtins(incoming)))


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_whole(key): _whole(one) for key, one in value.items()}
    return value


def decode(data: bytes) -> Incoming:
    return _DECODER.decode(data)
