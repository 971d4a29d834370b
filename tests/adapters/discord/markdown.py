"""Discord's Markdown as a person sees it: the words, and the pieces of it that do something.

After the rules of Discord's client (escape, code, links, autolinks, mentions, styles, line marks); what is not
such a rule is plain text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_RULES = [
    ("escape", re.compile(r"\\([^0-9A-Za-z\s])")),
    ("fence", re.compile(r"```\n?([\s\S]*?)\n?```")),
    ("code", re.compile(r"(`+)([\s\S]*?[^`])\1(?!`)")),
    ("link", re.compile(r"\[((?:\\.|[^\]\\])+)\]\(<?(https?://[^\s>)]+)>?\)")),
    ("autolink", re.compile(r"<?https?://[^\s<]+>?")),
    ("invitation", re.compile(r"(?:discord\.gg|discord(?:app)?\.com/invite)/\w+", re.IGNORECASE)),
    ("everyone", re.compile(r"@(?:everyone|here)")),
    ("mention", re.compile(r"<[@#][!&]?\d+>")),
    ("time", re.compile(r"<t:-?\d+(?::[tTdDfFR])?>")),
    ("emoji", re.compile(r"<a?:\w+:\d+>|:\w+:")),
    ("spoiler", re.compile(r"\|\|([\s\S]+?)\|\|")),
    ("bold", re.compile(r"\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)")),
    ("underline", re.compile(r"__((?:\\[\s\S]|[^\\])+?)__(?!_)")),
    ("italic", re.compile(r"\*(?=\S)((?:\\[\s\S]|\*\*|[^\\*])+?)\*(?!\*)|\b_((?:\\[\s\S]|[^\\_])+?)_\b")),
    ("struck", re.compile(r"~~(?=\S)([\s\S]*?\S)~~")),
]
_LINE = re.compile(r"[ \t]*(#{1,3} |-# |>>> |> |[-*] |\d+\. )")
_INNER = {"spoiler", "bold", "underline", "italic", "struck"}


@dataclass
class Read:
    """`text` as shown; `live` the rules that took effect, with what they took: [("bold", "Farmers")]."""

    text: str = ""
    live: list[tuple[str, str]] = field(default_factory=list)

    def of(self, *kinds: str) -> list[str]:
        return [what for kind, what in self.live if kind in kinds]


def read(content: str) -> Read:
    """What a person sees of a message's content."""
    seen = Read()
    _read(content, seen, at_line_start=True)
    return seen


def _read(content: str, seen: Read, *, at_line_start: bool) -> None:
    at = 0
    while at < len(content):
        if at_line_start and (mark := _LINE.match(content, at)):
            seen.live.append(("line", mark.group().strip()))
            at = mark.end()
            at_line_start = mark.group().strip() not in ("#", "##", "###", "-#")
            continue
        found = next(((kind, m) for kind, rule in _RULES if (m := rule.match(content, at))), None)
        if found is None:
            seen.text += content[at]
            at_line_start = content[at] == "\n"
            at += 1
            continue
        kind, match = found
        _take(kind, match, seen)
        at, at_line_start = match.end(), False


def _take(kind: str, match: re.Match[str], seen: Read) -> None:
    if kind == "escape":
        seen.text += match.group(1)
        return
    if kind in _INNER:
        begin = len(seen.text)
        _read(next(group for group in match.groups() if group), seen, at_line_start=False)
        seen.live.append((kind, seen.text[begin:]))
        return
    shown = {"fence": 1, "code": 2}.get(kind, 0)
    if kind == "link":
        _read(match.group(1), seen, at_line_start=False)
    else:
        seen.text += match.group(shown)
    seen.live.append((kind, match.group(2) if kind == "link" else match.group(shown)))
