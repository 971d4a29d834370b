"""Spans as Discord's Markdown. Text is data: nothing in it can format, ping, link or change direction.

https://docs.discord.com/developers/reference#message-formatting
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.discord.limits import is_web_address
from bot.chat.model import Code, Link, Mention, Moment, Span, Spans, Text
from bot.domain.names import visible

# Markdown's own marks; `@` of mass mentions; `:` of addresses and emoji names; the dot of invitations, which
# are shown as such without any `https://`; and at the beginning of a line the marks of headings, quotes, lists.
_MARKS = re.compile(
    r"[\\*_~`|\[\]<>]"
    r"|@(?=everyone|here)"
    r"|:(?=/|\w+:)"
    r"|(?<=discord)\.(?=gg|com/invite)|(?<=discordapp)\.(?=com/invite)",
    re.IGNORECASE,
)
_LINE_MARKS = re.compile(r"^([ \t]*)(-?#|[-+]|\d+(?=[.)]))", re.MULTILINE)
_TIMES = {"date": "D", "time": "t", "full": "f", "relative": "R"}
LONGEST_WORD = 400
"""Characters of a piece of text that is never divided further; escaped it may be twice as long."""


def escaped(text: str) -> str:
    """Words as they are, hidden characters written out."""
    marked = _MARKS.sub(lambda found: "\\" + found.group(), visible(text))
    return _LINE_MARKS.sub(_line_mark, marked)


def _line_mark(found: re.Match[str]) -> str:
    indent, mark = found.groups()
    return f"{indent}{mark}\\" if mark.isdigit() else f"{indent}\\{mark}"


def pieces(content: Spans) -> Iterator[str]:
    """The Markdown of spans in pieces that may stand in different messages."""
    before = ""
    for span in content:
        parts = divided(visible(span.text)) if isinstance(span, Text) else [""]
        for words in parts:
            piece = _styled(escaped(words), span) if isinstance(span, Text) else _span(span)
            joins = before.endswith(":") and piece.startswith("/")  # two spans must not make an address
            yield f"\\{piece}" if joins else piece
            before = piece


def divided(text: str, most: int = LONGEST_WORD) -> Iterator[str]:
    """The text in pieces of at most `most` characters, cut at white space where there is some."""
    while len(text) > most:
        cut = max(text.rfind("\n", 1, most), text.rfind(" ", 1, most)) + 1 or most
        yield text[:cut]
        text = text[cut:]
    if text:
        yield text


def fence(text: str) -> str:
    """A block of code; a fence within it is broken by an invisible space."""
    broken = visible(text).replace("``", "`\u200b`")
    return f"```\n{broken}\n```"


def _styled(words: str, span: Text) -> str:
    mark = ("**" if span.bold else "") + ("*" if span.italic else "")
    bare = words.strip()
    if not mark or not bare:
        return words
    at = words.index(bare)
    return f"{words[:at]}{mark}{bare}{mark[::-1]}{words[at + len(bare) :]}"


def _span(span: Span) -> str:
    match span:
        case Code(text=text):
            return _code(visible(text).replace("\n", " "))
        case Link(label=label, url=url):
            return f"[{escaped(label)}](<{url}>)" if is_web_address(url) else escaped(label)
        case Mention(platform="discord", native_id=native_id) if native_id.isdigit():
            return f"<@{native_id}>"
        case Mention(name=name):
            return escaped(name)
        case Moment(at=at, style=style):
            return f"<t:{int(at.timestamp())}:{_TIMES[style]}>"
        case Text(text=text):
            return escaped(text)


def _code(text: str) -> str:
    if "`" not in text:
        return f"`{text or ' '}`"
    longest = max(len(run) for run in re.findall("`+", text))
    mark = "`" * (longest + 1)
    return f"{mark} {text} {mark}"
