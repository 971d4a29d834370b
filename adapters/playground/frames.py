"""What travels over the websocket: JSON objects, told apart by "t"."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import msgspec

from adapters.playground import limits
from bot.chat.incoming import Answer, File, Value

Id: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9-]{8,100}$")]
Short: TypeAlias = Annotated[str, msgspec.Meta(max_length=200)]


class Line(msgspec.Struct, frozen=True, tag_field="t", tag="line"):
    """A typed line; `reply_to` is the id of the message that it answers, `file` what was attached."""

    text: Annotated[str, msgspec.Meta(max_length=limits.MAX_LINE)]
    reply_to: Short | None = None
    file: File | None = None


class Options(msgspec.Struct, frozen=True, tag_field="t", tag="command"):
    """A command with typed options."""

    name: Short
    values: dict[str, Value] = {}


class Pressed(msgspec.Struct, frozen=True, tag_field="t", tag="press"):
    """A button, and the message that it stands under."""

    token: Short
    message: Short


class Filled(msgspec.Struct, frozen=True, tag_field="t", tag="submit"):
    """A form, and the message whose button opened it."""

    token: Short
    values: dict[str, Answer]
    message: Short | None = None


class Opened(msgspec.Struct, frozen=True, tag_field="t", tag="start"):
    """A private chat opened by a deep link."""

    payload: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class Hello(msgspec.Struct, frozen=True, tag_field="t", tag="hello"):
    """The first frame, and again to act as somebody else. `session` is the browser tab's own random id."""

    player: Short
    session: Id
    locale: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$")] = "en"


class Do(msgspec.Struct, frozen=True, tag_field="t", tag="act"):
    """An act of `player`. `id` is "session-random", the same when the act is sent again."""

    id: Id
    player: Short
    chat: Short
    what: Line | Options | Pressed | Filled | Opened


class Suggest(msgspec.Struct, frozen=True, tag_field="t", tag="suggest"):
    """Asks for completions of a parameter; `n` comes back with them."""

    n: int
    chat: Short
    name: Short
    param: Short
    typed: Short
    values: dict[str, Value] = {}


class Dismiss(msgspec.Struct, frozen=True, tag_field="t", tag="dismiss"):
    """Takes a private message out of the person's own sight."""

    chat: Short
    message: Short


FromBrowser: TypeAlias = Hello | Do | Suggest | Dismiss

_DECODER: msgspec.json.Decoder[FromBrowser] = msgspec.json.Decoder(FromBrowser)
_ENCODER = msgspec.json.Encoder()


def read(data: str | bytes) -> FromBrowser:
    """The frame in `data`.

    Raises:
        msgspec.MsgspecError: it is none.
    """
    return _DECODER.decode(data)


def write(kind: str, **content: Any) -> str:
    """A frame for the browser."""
    return _ENCODER.encode({"t": kind} | content).decode()
