"""Makes words safe to show that people chose themselves."""

import re
import unicodedata

# Controls, bidirectional overrides and isolates, zero-width and other invisible format characters.
# The zero-width joiner (200D) and the variation selectors stay, because emoji are made of them.
_HIDDEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff]"
)
_ONE_LINE = re.compile(r"\s+")
_DOT = re.compile("[.\u3002\uff0e\uff61\u2024\ufe52]")


def visible(text: str) -> str:
    r"""Returns the text with each hidden or direction-changing character written as `\u{XXXX}`."""
    return _HIDDEN.sub(lambda found: f"\\u{{{ord(found.group()):04X}}}", text)


def one_line(text: str, max_length: int = 80) -> str:
    """Returns a name on one line: composed (NFC), visible, with single spaces, cut with an ellipsis if too long.

    A word with a dot is never cut at its end: it may be a host, whose end says whose it is.
    """
    folded = _ONE_LINE.sub(
        " ", visible(unicodedata.normalize("NFC", text).replace("\r", " ").replace("\n", " "))
    ).strip()
    return folded if len(folded) <= max_length else _cut(folded, max_length)


def _cut(words: str, most: int) -> str:
    head, blank, last = words[: most - 1].rpartition(" ")
    whole = words[len(head + blank) :].partition(" ")[0]
    if len(whole) == len(last) or not _DOT.search(whole):
        return words[: most - 1] + "…"
    return f"{head} …" if blank else "…" + whole[1 - most :]


def counted(number: int, one: str, many: str) -> str:
    """Returns a number of things in words: `counted(1234, "person", "people")` is “1,234 people”."""
    return f"1 {one}" if number == 1 else f"{number:,} {many}"
