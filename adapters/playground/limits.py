"""The playground's limits, checked before anything is sent."""

from __future__ import annotations

import msgspec

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
    Reply,
    Span,
    Spans,
    Table,
    Text,
    p,
)

MAX_LINE = 4000  # characters a person may write at once
MAX_FRAME = 128 * 1024  # bytes of one websocket message from the browser
ACTS_PER_S = 8  # frames a socket may send, in the long run
ACTS_AT_ONCE = 24  # … and in a burst
MAX_SOCKETS = 64
MAX_WAITING = 512  # frames that wait for a slow browser before it is disconnected
HISTORY = 200  # messages kept in each chat
REMEMBERED = 2000  # acts and deliveries that are recognised when they come again
FILES_KEPT = 8  # files from browsers
MAX_SIGNED_TEXT = 8192  # characters that a demo wallet signs

MAX_BLOCKS = 50
MAX_TEXT = 12_000  # characters in the blocks of a reply
MAX_ROWS = 5  # of buttons
MAX_IN_ROW = 5  # buttons
MAX_LABEL = 80
MAX_TOKEN = 29  # bytes of a button's token: the longest that dispatch makes
MAX_QUESTIONS = 25
MAX_IMAGE = 1024 * 1024  # bytes


class CannotShow(Exception):
    """The reply breaks a limit and cutting would falsify it; the text says what to change."""


def fit(reply: Reply) -> tuple[Reply, tuple[str, ...]]:
    """Returns the reply within the limits, and the changes made to it ("text cut", "image as words", …).

    Raises:
        CannotShow: buttons or a form break a limit; they cannot be cut.
    """
    _check(reply)
    done: list[str] = []
    blocks: list[Block] = []
    room = MAX_TEXT
    for block in reply.blocks:
        if isinstance(block, Image) and len(block.data) > MAX_IMAGE:
            done.append("image as words")
            block = p(block.alt)
        size = _size(block)
        if size > room or len(blocks) == MAX_BLOCKS:
            done.append("text cut")
            blocks.append(p(_plain(block)[: max(room - 1, 0)] + "…"))
            break
        room -= size
        blocks.append(block)
    return (msgspec.structs.replace(reply, blocks=tuple(blocks)) if done else reply), tuple(done)


def _check(reply: Reply) -> None:
    if len(reply.buttons) > MAX_ROWS or any(len(row) > MAX_IN_ROW for row in reply.buttons):
        raise CannotShow(f"at most {MAX_ROWS} rows of {MAX_IN_ROW} buttons: use fewer buttons or pages")
    for button in (button for row in reply.buttons for button in row):
        if not 1 <= len(button.label) <= MAX_LABEL:
            raise CannotShow(f"a button's label has 1–{MAX_LABEL} characters: shorten “{button.label[:20]}…”")
        token = getattr(button, "token", None)
        if token is not None and not 1 <= len(token.encode()) <= MAX_TOKEN:
            raise CannotShow(f"a button's token has 1–{MAX_TOKEN} bytes: let dispatch store “{button.label}”")
    if reply.form is not None and not 1 <= len(reply.form.questions) <= MAX_QUESTIONS:
        raise CannotShow(f"a form has 1–{MAX_QUESTIONS} questions: split “{reply.form.title}”")


def _size(block: Block) -> int:
    return 0 if isinstance(block, Image) else len(_plain(block))


def _plain(block: Block) -> str:
    match block:
        case Paragraph(spans=spans):
            return _words(spans)
        case Heading(text=text) | CodeBlock(text=text):
            return text
        case Fields(fields=fields):
            return "\n".join(f"{field.name}: {_words(field.value)}" for field in fields)
        case Items(items=items):
            return "\n".join(map(_words, items))
        case Table(header=header, rows=rows):
            return "\n".join(" ".join(row) for row in (header, *rows))
        case Image(alt=alt):
            return alt


def _words(spans: Spans) -> str:
    return "".join(map(_word, spans))


def _word(span: Span) -> str:
    match span:
        case Text(text=text) | Code(text=text):
            return text
        case Link(label=label):
            return label
        case Mention(name=name):
            return name
        case Moment(at=at):
            return at.isoformat()
