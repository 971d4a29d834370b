"""Spans → Discord's Markdown. Text is data: it can never format, notify people, become a link or change direction.

https://docs.discord.com/developers/reference#message-formatting
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.discord.limits import is_web_address
from bot.chat.model import Code, Link, Mention, Moment, Span, Spans, Text
from bot.domain.hidden import visible

# These get a backslash: the marks of Markdown; `@` of mass mentions; `:` of addresses and emoji names; the dot of
# invitation links, which Discord finds even without `https://`; at the beginning of a line, headings and lists.
_MARKS = re.compile(
    r"[\\*_~`|\[\]<>]"
    r"|@(?=everyone|here)"
    r"|:(?=/|\w+:)"
    r"|(?<=discord)\.(?=gg|com/invite)|(?<=discordapp)\.(?=com/invite)",
    re.IGNORECASE,
)
_LINE_MARKS = re.compile(r"^([ \t]*)(-?#|[-+]|\d+(?=[.)]))", re.MULTILINE)
_TIMES = {"date": "D", "time": "t", "full": "f", "relative": "R"}
LONGEST_PIECE = 400
"""Characters of a piece at most; a piece is never divided between messages."""


def escaped(text: str) -> str:
    """Returns Markdown that Discord shows as this very text; hidden characters are written out."""
    marked = _MARKS.sub(lambda found: "\\" + found.group(), visible(text))
    return _LINE_MARKS.sub(_line_mark, marked)


def _line_mark(found: re.Match[str]) -> str:
    indent, mark = found.groups()
    return f"{indent}{mark}\\" if mark.isdigit() else f"{indent}\\{mark}"


def pieces(content: Spans) -> Iterator[str]:
    """Yields the Markdown of spans in pieces; a message may end after any piece."""
    for span in _runs(content):
        if isinstance(span, Text):
            for part in divided(escaped(span.text)):
                yield _styled(_LINE_MARKS.sub(_line_mark, part), span)
        else:
            yield _span(span)


def divided(text: str, most: int = LONGEST_PIECE) -> Iterator[str]:
    """Yields the text in pieces of at most `most` characters, cut at white space where there is some."""
    while len(text) > most:
        cut = max(text.rfind("\n", 1, most), text.rfind(" ", 1, most)) + 1 or most
        while text[cut - 1] == "\\" and cut > 1:
            cut -= 1  # a backslash stays with the character after it
        yield text[:cut]
        text = text[cut:]
    if text:
        yield text


def _runs(content: Spans) -> Iterator[Span]:
    """Yields the spans, with neighbouring texts of one style joined.

    Escaped one by one, the end of a text and the beginning of the next could form a mark together.
    """
    run: Text | None = None
    for span in map(_as_words, content):
        if run is not None and isinstance(span, Text) and (span.bold, span.italic) == (run.bold, run.italic):
            run = Text(run.text + span.text, run.bold, run.italic)
            continue
        if run is not None:
            yield run
        run = span if isinstance(span, Text) else None
        if run is None:
            yield span
    if run is not None:
        yield run


def _as_words(span: Span) -> Span:
    """Returns the span; as plain text if it is a person of another platform, or a link that leads nowhere."""
    match span:
        case Mention(platform=platform, native_id=native_id, name=name):
            return span if platform == "discord" and native_id.isdecimal() else Text(name)
        case Link(label=label, url=url):
            return span if is_web_address(url) else Text(label)
    return span


def fence(text: str) -> str:
    """Returns a block of code. An invisible space breaks backticks in the text, which would end the block."""
    broken = visible(text).replace("``", "`\u200b`")
    return f"```\n{broken}\n```"


def _styled(words: str, span: Text) -> str:
    mark = ("**" if span.bold else "") + ("*" if span.italic else "")
    bare = words.strip()
    if not mark or not bare:
        return words
    at = words.index(bare)
    return f"{words[:at]}{mark}{bare}{mark[::-1]}{words[at + len(bare) :]}"


def _span(span: Code | Link | Mention | Moment) -> str:
    match span:
        case Code(text=text):
            return _code(visible(text).replace("\n", " "))
        case Link(label=label, url=url):
            # Discord makes no link of a label that is itself an address with its scheme.
            own = "://" in label or url == f"https://{label}"
            return f"<{url}>" if own else f"[{escaped(label)}](<{url}>)"
        case Mention(native_id=native_id):
            return f"<@{native_id}>"
        case Moment(at=at, style=style):
            return f"<t:{int(at.timestamp())}:{_TIMES[style]}>"


def _code(text: str) -> str:
    """Returns code within a line. Invisible spaces part the text's backticks: three would begin a block."""
    if "`" not in text:
        return f"`{text or ' '}`"
    apart = text.replace("``", "`\u200b`").replace("``", "`\u200b`")
    return f"`` {apart} ``"
