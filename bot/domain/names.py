"""Makes words safe to show that people chose themselves."""

import re
import unicodedata

from bot.domain.hidden import HIDDEN, is_seen, visible

_ONE_LINE = re.compile("[\\s\u2800]+")
_HALF = re.compile(f"{HIDDEN.pattern}+$")  # of an emoji that is cut in two
_DOT = re.compile("[.\u3002\uff0e\uff61\u2024\ufe52]")


def one_line(text: str, max_length: int = 80) -> str:
    """Returns a name on one line: composed (NFC), visible, with single spaces, cut with an ellipsis if too long.

    A word with a dot is never cut at its end: it may be a host, whose end says whose it is. The line is empty if
    there is nothing to see in the name.
    """
    if not text.isascii() and not is_seen(text):
        return ""
    folded = _ONE_LINE.sub(
        " ", visible(unicodedata.normalize("NFC", text).replace("\r", " ").replace("\n", " "))
    ).strip()
    return folded if len(folded) <= max_length else _cut(folded, max_length)


def _cut(words: str, most: int) -> str:
    head, blank, last = words[: most - 1].rpartition(" ")
    whole = words[len(head + blank) :].partition(" ")[0]
    if len(whole) == len(last) or not _DOT.search(whole):
        return _HALF.sub("", words[: most - 1]) + "…"
    return f"{head} …" if blank else "…" + whole[1 - most :]


def counted(number: int, one: str, many: str) -> str:
    """Returns a number of things in words: `counted(1234, "person", "people")` is “1,234 people”."""
    return f"1 {one}" if number == 1 else f"{number:,} {many}"
