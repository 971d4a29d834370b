"""Blocks → pieces of text with their HTML tags, and their division into messages. Pure.

Telegram makes links out of plain text by itself: @names, /commands, #tags, domains, addresses. Texts come from
members, so they must not become such links. Every plain text gets an invisible word joiner (U+2060) where Telegram
would begin a link. In domains it takes any character from U+00C0 on that is no separator, emoji and marks included.
Commands are in `Code` and links in `Link`; these still work, and can be copied without a joiner in them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.chat.incoming import WORD_JOINER
from bot.chat.model import (
    Block,
    Code,
    CodeBlock,
    Fields,
    Heading,
    Image,
    Items,
    Link,
    Mention,
    Moment,
    Paragraph,
    Span,
    Spans,
    Table,
    Text,
)
from bot.domain.hidden import visible
from bot.domain.hosts import NAME_SYMBOLS, hosts_in

PLATFORM: Final = "telegram"
_BEGINS_A_LINK: Final = re.compile(
    r"(?<=[@#$])(?=[\w\u00b7\u200c\u0d80-\u0dff])"  # @name, #tag, $CASH, name@host
    r"|(?<=/)(?<!\w/)(?=\w)"  # /command, and what follows //
    r"|(?<=:)(?=//)"  # scheme://
    rf"|(?<=[{NAME_SYMBOLS}]\.)(?=[{NAME_SYMBOLS}](?<!\d)(?:[{NAME_SYMBOLS}]|$))"  # host.name
    r"|(?<=\d\.)(?=\d{1,3}\.\d{1,3}\.\d)"  # 1.2.3.4
)
_IN_A_NAME: Final = re.compile(rf"[{NAME_SYMBOLS}]")
# Telegram's own formats of a point in time: https://core.telegram.org/bots/api#date-time-entity-formatting
_SHOWN: Final = {"date": "D", "time": "t", "full": "Dt", "relative": "r"}
_WRITTEN: Final = {
    "date": "%-d %B %Y",
    "time": "%H:%M",
    "full": "%-d %B %Y, %H:%M",
    "relative": "%-d %B %Y, %H:%M",
}


class Piece(NamedTuple):
    """Plain text, and the tags around it."""

    text: str
    opening: str = ""
    closing: str = ""

    @property
    def html(self) -> str:
        return f"{self.opening}{html.escape(self.text, quote=False)}{self.closing}"

    @property
    def length(self) -> int:
        """The length in UTF-16 code units, as Telegram counts."""
        return utf16(self.text)


Pieces: TypeAlias = Sequence[Piece]


def utf16(text: str) -> int:
    """Returns the length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def length(pieces: Pieces) -> int:
    return sum(piece.length for piece in pieces)


def to_html(pieces: Pieces) -> str:
    return "".join(piece.html for piece in pieces)


def inert(text: str) -> str:
    """Returns the text with hidden characters written out, in which Telegram finds no links by itself."""
    return _BEGINS_A_LINK.sub(WORD_JOINER, visible(text))


def web_link(url: str) -> str | None:
    """Returns the link if it leads to the web, Telegram's own pages included, else None."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("https", "http") and parts.hostname else None


def spans(content: Spans) -> list[Piece]:
    pieces: list[Piece] = []
    before: Span | None = None
    for each in content:
        piece = _span(each)
        if pieces and _would_join(pieces[-1].text, piece.text):
            # Code and links stay exact, so that they can be copied.
            if not isinstance(each, Code | Link):
                piece = piece._replace(text=WORD_JOINER + piece.text)
            elif not isinstance(before, Code | Link) and not pieces[-1].text[-1].isspace():
                pieces[-1] = pieces[-1]._replace(text=pieces[-1].text + WORD_JOINER)
        pieces.append(piece)
        before = each
    return pieces


def _would_join(before: str, after: str) -> bool:
    """Whether Telegram could make a link across the border of two spans, such as "@" and a name."""
    if not before or not after:
        return False
    if before[-1].isdecimal() and after[0].isdecimal():
        return True
    opened = before[-1] in "@#$/.:" and (_IN_A_NAME.match(after[0]) is not None or after[0] == "/")
    return opened or (after[0] in "@#$./" and _IN_A_NAME.match(after[1:2]) is not None)


def _span(it: Span) -> Piece:
    match it:
        case Text(text=text, bold=bold, italic=italic):
            opening = "<b>" * bold + "<i>" * italic
            return Piece(inert(text), opening, "</i>" * italic + "</b>" * bold)
        case Code(text=text):
            return Piece(visible(text), "<code>", "</code>")
        case Link(label=label, url=url):
            if not web_link(url):
                return Piece(inert(label))
            address = hosts_in(label)
            return _linked(visible(label) if address and address <= hosts_in(url) else inert(label), url)
        case Mention(platform=platform, native_id=native_id, name=name, silent=silent):
            known = platform == PLATFORM and native_id.isdecimal() and not silent
            return _linked(inert(name), f"tg://user?id={native_id}") if known else Piece(inert(name))
        case Moment():
            return _moment(it)


def _linked(label: str, url: str) -> Piece:
    return Piece(label, f'<a href="{html.escape(url)}">', "</a>")


def _moment(it: Moment) -> Piece:
    """Returns a time that clients show in their own zone and language; a client that cannot shows it in `zone`."""
    written = it.at.astimezone(ZoneInfo(it.zone)).strftime(_WRITTEN[it.style])
    zone = "" if it.style == "date" else f" ({it.zone})"
    return Piece(
        written + zone, f'<tg-time unix="{int(it.at.timestamp())}" format="{_SHOWN[it.style]}">', "</tg-time>"
    )


def block(it: Block) -> list[Piece]:
    """Returns the pieces of one block, with line feeds between its lines."""
    match it:
        case Paragraph(spans=content):
            return spans(content)
        case Heading(text=text):
            return [Piece(inert(text), "<b>", "</b>")]
        case Fields(fields=pairs):
            return _lines(
                [Piece(inert(pair.name), "<b>", "</b>"), Piece(": "), *spans(pair.value)] for pair in pairs
            )
        case Items(items=rows, ordered=ordered):
            return _lines(
                [Piece(f"{number}. " if ordered else "• "), *spans(row)]
                for number, row in enumerate(rows, start=1)
            )
        case CodeBlock(text=text):
            return [Piece(visible(text), "<pre>", "</pre>")]
        case Table(header=header, rows=rows):
            return [Piece(_table([header, *rows]), "<pre>", "</pre>")]
        case Image(alt=alt):
            # Telegram has no alternative text for people who cannot see a picture: it comes below, folded.
            return [Piece(inert(alt), "<blockquote expandable>", "</blockquote>")] if alt else []


def _lines(rows: Iterable[list[Piece]]) -> list[Piece]:
    pieces: list[Piece] = []
    for row in rows:
        pieces += [Piece("\n"), *row] if pieces else row
    return pieces


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    cells = [[" ".join(visible(cell).split()) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(line.rstrip() for line in lines)


def divide(blocks: Sequence[Block], most: int) -> list[list[Piece]]:
    """Returns texts of messages of at most `most` UTF-16 units, divided between blocks where that is possible."""
    messages: list[list[Piece]] = [[]]
    after_heading = False
    for each in blocks:
        pieces = [piece for piece in block(each) if piece.text]
        if not pieces:
            continue
        gap = Piece("\n" if after_heading else "\n\n")
        after_heading = isinstance(each, Heading)
        current = messages[-1]
        if current and length(current) + gap.length + length(pieces) <= most:
            current += [gap, *pieces]
        elif current:
            messages += _cut(pieces, most)
        else:
            messages[-1:] = _cut(pieces, most)
    return [message for message in messages if message]


def _cut(pieces: Pieces, most: int) -> list[list[Piece]]:
    """Divides one block into as many messages as it takes."""
    messages: list[list[Piece]] = [[]]
    room = most
    waiting = list(reversed(pieces))
    while waiting:
        piece = waiting.pop()
        if piece.length <= room:
            messages[-1].append(piece)
            room -= piece.length
            continue
        head, rest = _break(piece.text, room, whole_line=bool(messages[-1]))
        if head:
            messages[-1].append(piece._replace(text=head))
        if messages[-1]:
            messages.append([])
        room = most
        if rest:
            waiting.append(piece._replace(text=rest))
    return [message for message in messages if message]


def _break(text: str, room: int, *, whole_line: bool) -> tuple[str, str]:
    """Returns a head of at most `room` units, cut at white space, and the rest without that white space.

    If the head has no white space, it is cut anywhere; with `whole_line` it is empty instead.
    """
    head = text.encode("utf-16-le", "surrogatepass")[: 2 * room].decode("utf-16-le", "ignore")
    at = max(head.rfind("\n"), head.rfind(" "))
    if at <= 0:
        return ("", text) if whole_line else (head, text[len(head) :])
    return head[:at], text[at:].lstrip()
