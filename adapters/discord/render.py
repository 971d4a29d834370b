"""Reply → messages of Discord. Pure.

Everything is Markdown in a message's content, with rows of buttons below. There are no embeds: they need one more
permission, disappear where it is missing, and often show a mention as a number. A text that is too long for one
message goes on in the next.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import msgspec

from adapters.discord import limits
from adapters.discord.markup import divided, escaped, fence, pieces
from bot.chat.model import (
    AnyButton,
    Block,
    Button,
    CodeBlock,
    Fields,
    Heading,
    Image,
    Items,
    LinkButton,
    Paragraph,
    Reply,
    Style,
    Table,
)
from bot.domain.hidden import visible
from bot.domain.names import one_line

Json: TypeAlias = dict[str, Any]

EPHEMERAL = 1 << 6
NOTIFY_NOBODY: Json = {"parse": []}  # as `allowed_mentions`: a mention notifies nobody
_STYLES = {Style.PRIMARY: 1, Style.PLAIN: 2, Style.DANGER: 4}
_LINK = 5
_FENCED = limits.MAX_CONTENT - 10


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file to attach: a picture's bytes and a plain name."""

    name: str
    data: bytes
    mime: str = "image/png"


@dataclass(frozen=True, slots=True)
class ReplyPart:
    """One message of a reply: its payload, and the file that it shows."""

    payload: Json
    file: OutgoingFile | None = None

    def ephemeral(self) -> ReplyPart:
        """Returns the same message, for one person only."""
        return replace(self, payload=self.payload | {"flags": EPHEMERAL})

    def replacing(self) -> ReplyPart:
        """Returns the same message as an edit, which removes everything that was there before."""
        return replace(self, payload={"components": [], "attachments": [], "embeds": []} | self.payload)


class Rendered(msgspec.Struct, frozen=True):
    """The messages of a reply (none if it is empty), and the changes that made it fit."""

    parts: tuple[ReplyPart, ...]
    changed: tuple[str, ...] = ()


def render(reply: Reply) -> Rendered:
    """Returns the messages of a reply's blocks and buttons; of its notice, if it has nothing else.

    Raises:
        CannotShow: the reply's buttons or form break a limit.
    """
    limits.check(reply)
    if not reply.blocks and not reply.buttons:
        return Rendered((words(reply.notice),) if reply.notice else ())
    changed: list[str] = []
    image = _image(reply, changed)
    texts = _messages(list(_units(reply, image is not None, changed)), changed)
    parts = [ReplyPart({"content": text, "allowed_mentions": NOTIFY_NOBODY}) for text in texts or [""]]
    last = parts[-1].payload
    if rows := [[button(one) for one in row if _pressable(one)] for row in reply.buttons]:
        last["components"] = [{"type": 1, "components": row} for row in rows if row]
    if image is not None:
        file = OutgoingFile(_file_name(image.name), image.data, image.mime)
        last["attachments"] = [
            {"id": "0", "filename": file.name, "description": one_line(image.alt, limits.MAX_ALT)}
        ]
        parts[-1] = ReplyPart(last, file)
    return Rendered(tuple(parts), tuple(changed))


def words(text: str) -> ReplyPart:
    """Returns a message with a few plain words."""
    cut = next(divided(visible(text), limits.MAX_CONTENT // 2), "")
    return ReplyPart({"content": escaped(cut), "allowed_mentions": NOTIFY_NOBODY})


def button(it: AnyButton) -> Json:
    """Returns the button as a component."""
    label = one_line(it.label, limits.MAX_LABEL)
    match it:
        case Button(style=style, token=token):
            return {"type": 2, "style": _STYLES[style], "label": label, "custom_id": token}
        case LinkButton(url=url):
            return {"type": 2, "style": _LINK, "label": label, "url": url}


def _pressable(it: AnyButton) -> bool:
    return isinstance(it, Button) or limits.takes_link_button(it.url)


def _image(reply: Reply, changed: list[str]) -> Image | None:
    """Returns the reply's image, if it can be attached."""
    image = next((block for block in reply.blocks if isinstance(block, Image)), None)
    if image is not None and len(image.data) > limits.MAX_FILE:
        changed.append("image as words")
        return None
    return image


def _file_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)[-60:] or "image.png"


# -- text ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Unit:
    """Markdown that stays in one message; `glue` comes before it, unless it begins a message."""

    glue: str
    text: str


def _units(reply: Reply, attached: bool, changed: list[str]) -> Iterator[_Unit]:
    before: Block | None = None
    for block in reply.blocks:
        if isinstance(block, Image) and attached:
            continue
        glue = "\n\n" if isinstance(before, Paragraph) and isinstance(block, Paragraph) else "\n"
        for at, unit in enumerate(_block(block)):
            yield _Unit(glue, unit.text) if at == 0 else unit
        before = block
    for one in (one for row in reply.buttons for one in row if not _pressable(one)):
        changed.append("button as words")
        url = one.url if isinstance(one, LinkButton) and limits.is_web_address(one.url) else ""
        yield _Unit("\n", f"{escaped(one.label)}: {url}"[: limits.MAX_CONTENT])


def _block(block: Block) -> Iterator[_Unit]:
    match block:
        case Paragraph(spans=spans):
            yield from (_Unit("", piece) for piece in pieces(spans))
        case Heading(text=text):
            yield _Unit("", f"## {escaped(one_line(text, 200))}")
        case Fields(fields=fields):
            for field in fields:
                yield _Unit("\n", f"**{escaped(one_line(field.name, 200))}:** ")
                yield from (_Unit("", piece) for piece in pieces(field.value))
        case Items(items=items, ordered=ordered):
            for number, spans in enumerate(items, start=1):
                yield _Unit("\n", f"{number}. " if ordered else "- ")
                yield from (_Unit("", piece.replace("\n", "\n  ")) for piece in pieces(spans))
        case CodeBlock(text=text):
            yield from _fenced(text)
        case Table(header=header, rows=rows):
            yield from _fenced(table(header, rows))
        case Image(alt=alt):
            yield _Unit("", escaped(one_line(alt, limits.MAX_ALT)))


def _fenced(text: str) -> Iterator[_Unit]:
    """Yields code in as many blocks as it needs, cut between lines where that is possible."""
    for lines in divided(visible(text), _FENCED // 2 if "``" in text else _FENCED) if text else [" "]:
        yield _Unit("\n", fence(lines.rstrip("\n")))


def table(header: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    """Returns a table as text in columns of fixed width; wide characters count as two."""
    cells = [[one_line(cell, 60) for cell in row] for row in (header, *rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in cells
    ]
    return "\n".join([lines[0], "  ".join("─" * width for width in widths), *lines[1:]])


def _width(text: str) -> int:
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _messages(units: list[_Unit], changed: list[str]) -> list[str]:
    """Returns the texts of messages that hold the units in order: as few as possible, at most `MOST_PARTS`."""
    texts: list[str] = []
    for unit in units:
        text = unit.text
        if len(text) > limits.MAX_CONTENT:
            changed.append("text cut")
            text = text[: limits.MAX_CONTENT - 1] + "…"
        if not texts:
            texts.append(text)
        elif len(texts[-1]) + len(unit.glue) + len(text) <= limits.MAX_CONTENT:
            texts[-1] += unit.glue + text
        elif len(texts) < limits.MOST_PARTS:
            texts.append(text)
        else:
            changed.append("text cut")
            texts[-1] = texts[-1][: limits.MAX_CONTENT - 2] + "\n…"
            break
    if len(texts) > 1:
        changed.append(f"{len(texts)} messages")
    return [text for text in texts if text.strip()]
