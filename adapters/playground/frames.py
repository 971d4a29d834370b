"""The frames on the websocket: JSON objects whose "t" says the kind."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import msgspec

from adapters.playground import limits
from bot.chat.incoming import Answer, File, Value
from bot.chat.untrusted import decoded
from bot.domain.phrases import written
from bot.errors import BadInput

Id: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9-]{8,100}$")]
Short: TypeAlias = Annotated[str, msgspec.Meta(max_length=200)]


class Line(msgspec.Struct, frozen=True, tag_field="t", tag="line"):
    """A typed line; `reply_to` is the id of the message that it replies to, `file` the attachment."""

    text: Annotated[str, msgspec.Meta(max_length=limits.MAX_LINE)]
    reply_to: Short | None = None
    file: File | None = None


class CommandOptions(msgspec.Struct, frozen=True, tag_field="t", tag="command"):
    """A command with typed options."""

    name: Short
    values: dict[str, Value] = {}


class Pressed(msgspec.Struct, frozen=True, tag_field="t", tag="press"):
    """A pressed button, and the message that it belongs to."""

    token: Short
    message: Short


class Filled(msgspec.Struct, frozen=True, tag_field="t", tag="submit"):
    """A filled form, and the message whose button opened it."""

    token: Short
    values: dict[str, Answer]
    message: Short | None = None


class LinkOpened(msgspec.Struct, frozen=True, tag_field="t", tag="start"):
    """A private chat that a deep link opened."""

    payload: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class Hello(msgspec.Struct, frozen=True, tag_field="t", tag="hello"):
    """The first frame of a tab, sent again to act as another player. `session` is the tab's own random id."""

    player: Short
    session: Id
    locale: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$")] = "en"


class Do(msgspec.Struct, frozen=True, tag_field="t", tag="act"):
    """An act of `player`. `id` is "session-random", and stays the same when the act is sent again."""

    id: Id
    player: Short
    chat: Short
    what: Line | CommandOptions | Pressed | Filled | LinkOpened


class Suggest(msgspec.Struct, frozen=True, tag_field="t", tag="suggest"):
    """Asks for completions of a parameter; the answer repeats `n`."""

    n: Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
    chat: Short
    name: Short
    param: Short
    typed: Short
    values: dict[str, Value] = {}


class Dismiss(msgspec.Struct, frozen=True, tag_field="t", tag="dismiss"):
    """Removes a private message from the player's view."""

    chat: Short
    message: Short


FromBrowser: TypeAlias = Hello | Do | Suggest | Dismiss

_DECODER: msgspec.json.Decoder[FromBrowser] = msgspec.json.Decoder(FromBrowser)
_ENCODER = msgspec.json.Encoder(enc_hook=written)


def read(data: str | bytes) -> FromBrowser:
    """Returns the frame in `data`. Raises BadInput if it is none."""
    return decoded(data, _DECODER)


def id_of(data: str | bytes) -> str:
    """Returns the "id" of an act that is no frame, so that its tab can be told; "" if it has none."""
    try:
        found = decoded(data, dict[str, msgspec.Raw]).get("id")
        return decoded(bytes(found), str)[:100] if found is not None else ""
    except BadInput:
        return ""


def write(kind: str, **content: Any) -> str:
    """Returns a frame for the browser, as JSON."""
    return _ENCODER.encode({"t": kind} | content).decode()
