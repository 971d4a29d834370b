"""The neutral language of replies: spans make blocks, blocks make a reply. No platform is known here.

Everything is an immutable, JSON-serialisable value, so that a reply can be stored beside the act that
caused it, or in the outbox, and rendered later by any adapter. Text is data, never markup.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, TypeAlias

import msgspec


class _Value(msgspec.Struct, frozen=True, omit_defaults=True):
    """Base of all values of the language."""


# -- spans ---------------------------------------------------------------------------------------------


class Text(_Value, frozen=True, tag="t"):
    """Plain words; `bold` and `italic` are all the style there is."""

    text: str
    bold: bool = False
    italic: bool = False


class Code(_Value, frozen=True, tag="c"):
    """Something to copy exactly: a command, a code, an address."""

    text: str


class Link(_Value, frozen=True, tag="l"):
    """A link whose label the program chose (never a member)."""

    label: str
    url: str


class Mention(_Value, frozen=True, tag="m"):
    """A person, by account. Rendered as a mention on their own platform, as the name elsewhere.

    `silent`: where a mention notifies the person (Telegram), only the name is shown.
    """

    platform: str
    native_id: str
    name: str
    silent: bool = False


class Moment(_Value, frozen=True, tag="w"):
    """A point in time, shown in the reader's own time where the platform can, else in `zone`."""

    at: datetime
    zone: str = "UTC"
    style: Literal["date", "time", "full", "relative"] = "full"


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
    """Named values, one under the other."""

    fields: tuple[Field, ...]


class Items(_Value, frozen=True, tag="i"):
    """A list, numbered if `ordered`."""

    items: tuple[Spans, ...]
    ordered: bool = False


class CodeBlock(_Value, frozen=True, tag="b"):
    text: str


class Table(_Value, frozen=True, tag="g"):
    """A small table; adapters without tables draw it in a fixed-width block."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Image(_Value, frozen=True, tag="x"):
    """A PNG, or a JPEG if its name ends so, with the words for those who cannot see it. At most one in a reply."""

    data: bytes = msgspec.field(name="png")  # as in replies that were stored before there were JPEGs
    alt: str
    name: str = "image.png"

    @property
    def mime(self) -> str:
        return "image/jpeg" if self.name.endswith(".jpg") else "image/png"


Block: TypeAlias = Paragraph | Heading | Fields | Items | CodeBlock | Table | Image


# -- what can be pressed and filled in -----------------------------------------------------------------


class Style(StrEnum):
    PRIMARY = "primary"
    PLAIN = "plain"
    DANGER = "danger"


class Button(_Value, frozen=True, tag="press"):
    """Something to press. `action` names a declared action; `arguments` are JSON values for it.

    Dispatch stores the button and fills `token` (≤ 29 bytes), the only thing that platforms see.
    `anyone` lets everybody press; else only the person the reply is for. `lasts_s` None: as long as the post.
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
    """One input of a form. `kind` says how the answer is parsed; `choices` are (label, value).

    The answer to a "photo" is a `File`, so the form's action is a command, which can fetch it: "/call enter".
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
    """A few questions: a modal where there are modals, else asked one by one with a summary."""

    title: str
    questions: tuple[Question, ...]
    action: str
    arguments: dict[str, Any] = {}
    submit: str = "Send"
    lasts_s: int = 900
    token: str = ""


class Visibility(StrEnum):
    PRIVATE = "private"
    PUBLIC = "public"


class Reply(_Value, frozen=True):
    """What a handler returns: blocks, rows of buttons, or a form to open.

    `visibility` None means the command's own. `edit` replaces the message whose button was pressed.
    `notice` is a one-line answer to a press (a toast) and needs no message. `ask` marks a question whose
    answer is the person's next words here (set by dispatch only, on platforms without modals).
    """

    blocks: tuple[Block, ...] = ()
    buttons: tuple[tuple[AnyButton, ...], ...] = ()
    form: Form | None = None
    visibility: Visibility | None = None
    edit: bool = False
    notice: str = ""
    ask: Question | None = None


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Reply)


def encode(reply: Reply) -> bytes:
    """The reply as JSON."""
    return _ENCODER.encode(reply)


def decode(data: bytes) -> Reply:
    """The reply that `encode` wrote."""
    return _DECODER.decode(data)


# -- short ways to write replies -----------------------------------------------------------------------


def spans(*parts: str | Span) -> Spans:
    """Spans from a mix of plain strings and spans."""
    return tuple(Text(part) if isinstance(part, str) else part for part in parts)


def bold(text: str) -> Text:
    return Text(text, bold=True)


def p(*parts: str | Span) -> Paragraph:
    """A paragraph."""
    return Paragraph(spans(*parts))


def fields(*pairs: tuple[str, str | Span | Spans]) -> Fields:
    """Named values."""
    return Fields(
        tuple(Field(name, value if isinstance(value, tuple) else spans(value)) for name, value in pairs)
    )


def items(*rows: str | Span | Spans, ordered: bool = False) -> Items:
    """A list."""
    return Items(tuple(row if isinstance(row, tuple) else spans(row) for row in rows), ordered)


def say(*blocks: Block | str, **more: Any) -> Reply:
    """A reply of blocks; a plain string is a paragraph."""
    return Reply(tuple(p(block) if isinstance(block, str) else block for block in blocks), **more)
