"""The neutral language of replies: spans make blocks, and blocks make a reply. It knows no platform.

Everything is an immutable value that can be written as JSON. So a reply can be stored with its act or in the outbox,
and any adapter can render it later. Text is data, never markup.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, TypeAlias

import msgspec

from bot.domain.phrases import phrase, written
from bot.domain.times import clock_in_words


class _Value(msgspec.Struct, frozen=True, omit_defaults=True):
    """The base of all values of the language."""


# -- spans ---------------------------------------------------------------------------------------------


class Text(_Value, frozen=True, tag="t"):
    """Plain words. `bold` and `italic` are the only styles."""

    text: str
    bold: bool = False
    italic: bool = False

    def __str__(self) -> str:
        return str(self.text)


class Code(_Value, frozen=True, tag="c"):
    """A text to copy exactly: a command, a code, an address."""

    text: str

    def __str__(self) -> str:
        return self.text


class Link(_Value, frozen=True, tag="l"):
    """A link. Its label is the program's, or the address itself as a member wrote it, once that is approved."""

    label: str
    url: str

    def __str__(self) -> str:
        return str(self.label)


class Mention(_Value, frozen=True, tag="m"):
    """A person, by account. Their own platform shows a mention, other platforms show the name.

    `silent`: a platform whose mentions notify the person (Telegram) shows only the name.
    """

    platform: str
    native_id: str
    name: str
    silent: bool = False

    def __str__(self) -> str:
        return self.name


class Moment(_Value, frozen=True, tag="w"):
    """A point in time. It is shown in the reader's own time zone if the platform can do that, else in `zone`."""

    at: datetime
    zone: str = "UTC"
    style: Literal["date", "time", "full", "relative"] = "full"

    def __str__(self) -> str:
        try:
            return clock_in_words(self.at, self.zone)
        except (LookupError, ValueError, OSError):  # a zone that is not known here stops nobody's message
            return clock_in_words(self.at, "UTC")


Span: TypeAlias = Text | Code | Link | Mention | Moment
Spans: TypeAlias = tuple[Span, ...]


# -- blocks --------------------------------------------------------------------------------------------


class Paragraph(_Value, frozen=True, tag="p"):
    spans: Spans


class Heading(_Value, frozen=True, tag="h"):
    text: str


class Field(_Value, frozen=True):
    name: str
    value: Spans


class Fields(_Value, frozen=True, tag="f"):
    """Named values, one below the other."""

    fields: tuple[Field, ...]


class Items(_Value, frozen=True, tag="i"):
    """A list, numbered if `ordered`."""

    items: tuple[Spans, ...]
    ordered: bool = False


class CodeBlock(_Value, frozen=True, tag="b"):
    text: str


class Table(_Value, frozen=True, tag="g"):
    """A small table. Adapters without tables draw it in a fixed-width block."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Image(_Value, frozen=True, tag="x"):
    """A PNG, or a JPEG if `name` ends with .jpg. `alt` describes it in words. At most one in a reply.

    `file` is the id of a picture that a member gave. A stored reply has no `data`: its picture is the `file`, or was
    `kept` under this number (`kept.py`).
    """

    data: bytes = msgspec.field(name="png")  # the name in stored replies, from before there were JPEGs
    alt: str
    name: str = "image.png"
    file: int | None = None
    kept: int | None = None

    @property
    def mime(self) -> str:
        return "image/jpeg" if self.name.endswith(".jpg") else "image/png"


Block: TypeAlias = Paragraph | Heading | Fields | Items | CodeBlock | Table | Image


# -- buttons and forms ---------------------------------------------------------------------------------


class Style(StrEnum):
    PRIMARY = "primary"
    PLAIN = "plain"
    DANGER = "danger"


class Button(_Value, frozen=True, tag="press"):
    """A button that starts an action. `action` names a declared action, or a command as "/path".

    `arguments` are JSON values for the action. Dispatch stores the button and sets `token` (≤ 29 bytes), the only
    part that platforms see. `anyone` lets everybody press the button; otherwise only the person that the reply is for
    may. `lasts_s` None means without end.
    """

    label: str
    action: str = ""
    arguments: dict[str, Any] = {}
    style: Style = Style.PLAIN
    anyone: bool = False
    single_use: bool = False
    lasts_s: int | None = 86_400
    token: str = ""


class LinkButton(_Value, frozen=True, tag="open"):
    label: str
    url: str


AnyButton: TypeAlias = Button | LinkButton


class Question(_Value, frozen=True):
    """One input of a form. `kind` says how the answer is read; `choices` are (label, value).

    The answer to a "photo" is a `File`. Only a command can fetch it, so the form's action is one ("/call enter").
    """

    name: str
    label: str
    kind: Literal["text", "long", "choice", "photo"] = "text"
    hint: str = ""
    required: bool = True
    min_length: int = 0
    max_length: int = 1000
    choices: tuple[tuple[str, str], ...] = ()
    default: str = ""


class Form(_Value, frozen=True):
    """A few questions. A platform with modals shows them as one; on others the bot asks one by one, and sums up."""

    title: str
    questions: tuple[Question, ...]
    action: str
    arguments: dict[str, Any] = {}
    submit: str = phrase("Send")
    lasts_s: int = 900
    token: str = ""


class Visibility(StrEnum):
    PRIVATE = "private"
    PUBLIC = "public"


class Reply(_Value, frozen=True):
    """The result of a handler: blocks, rows of buttons, or a form to open.

    `visibility` None means that of the command. `edit` replaces the message whose button was pressed. `notice` is a
    one-line answer to a press (a toast), without a message. `ask` is a question whose answer is the person's next
    words in this chat; only dispatch sets it, on platforms without modals.
    """

    blocks: tuple[Block, ...] = ()
    buttons: tuple[tuple[AnyButton, ...], ...] = ()
    form: Form | None = None
    visibility: Visibility | None = None
    edit: bool = False
    notice: str = ""
    ask: Question | None = None


# Words that are still a phrase are written in English: `languages.in_language` says them before.
_ENCODER = msgspec.json.Encoder(enc_hook=written)
_DECODER = msgspec.json.Decoder(Reply)


def encode(reply: Reply) -> bytes:
    """Returns the reply as JSON. Raises ValueError if it has a picture: `kept.stored` is for those."""
    if any(isinstance(block, Image) and block.data for block in reply.blocks):
        raise ValueError("a picture is not stored with its reply")
    return _ENCODER.encode(reply)


def decode(data: bytes) -> Reply:
    """Returns the reply that `encode` wrote."""
    return _DECODER.decode(data)


# -- short ways to write replies -----------------------------------------------------------------------


def spans(*parts: str | Span) -> Spans:
    """Makes spans of plain strings and spans."""
    return tuple(Text(part) if isinstance(part, str) else part for part in parts)


def bold(text: str) -> Text:
    return Text(text, bold=True)


def p(*parts: str | Span) -> Paragraph:
    """Makes a paragraph."""
    return Paragraph(spans(*parts))


def fields(*pairs: tuple[str, str | Span | Spans]) -> Fields:
    """Makes named values."""
    return Fields(
        tuple(Field(name, value if isinstance(value, tuple) else spans(value)) for name, value in pairs)
    )


def items(*rows: str | Span | Spans, ordered: bool = False) -> Items:
    """Makes a list."""
    return Items(tuple(row if isinstance(row, tuple) else spans(row) for row in rows), ordered)


def say(
    *blocks: Block | str,
    buttons: tuple[tuple[AnyButton, ...], ...] = (),
    visibility: Visibility | None = None,
    edit: bool = False,
    notice: str = "",
    ask: Question | None = None,
) -> Reply:
    """Makes a reply of blocks. A plain string becomes a paragraph."""
    made = tuple(p(block) if isinstance(block, str) else block for block in blocks)
    return Reply(made, buttons, None, visibility, edit, notice, ask)
