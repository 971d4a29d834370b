"""Finds the words in quotation marks of a line, with the marks that keyboards of many languages make."""

from __future__ import annotations

import re

_AT_END = r"(?=\s|$)"
_SINGLE = "'‘’‚"
# For each opening mark: its closing marks, then those that count if none of the first follows. Marks that also open
# close only before a blank or at the end.
_CLOSING = {
    '"': ('"', "[”“]"),
    "“": (f"”|[“„]{_AT_END}", '"'),
    "„": (f"[“”]|„{_AT_END}", '"'),
    "”": ("”", '["“]'),
    "«": (f"»|«{_AT_END}", '"'),
    "»": (f"«|»{_AT_END}", '"'),
    "‹": (f"›|‹{_AT_END}",),
    "›": (f"‹|›{_AT_END}",),
    "「": ("」",),
    "『": ("』",),
    "｢": ("｣",),
    "〝": ("[〞〟]",),
    "＂": ("＂", '["”]'),
}
_SINGLE_CLOSING = re.compile(r"(?<=\S)['’‘](?=[\s,.;!?]|$)")
_NEXT_OPENING = re.compile(r"(?<=\s)['‘’‚](?=\S)|(?<=\s)\w+[:=]")
_SHORTENED = re.compile(r"(tis|twas|til|till|em|n|cause|bout|round|\d\d?s?)\b", re.IGNORECASE)


def opens(line: str, at: int) -> bool:
    """Whether the sign at this index is a mark that opens a quotation. An apostrophe opens none."""
    if at >= len(line):
        return False
    if line[at] in _SINGLE:
        return closing(line, at) is not None
    return line[at] in _CLOSING


def closing(line: str, at: int) -> int | None:
    """Returns the index of the mark that closes the quotation which opens at an index; None: it is not closed."""
    if line[at] in _SINGLE:
        return _single(line, at)
    for pattern in _CLOSING[line[at]]:
        found = re.compile(pattern).search(line, at + 1)
        if found is not None:
            return found.start()
    return None


def _single(line: str, at: int) -> int | None:
    # A single mark is an apostrophe, too: in “'farmers' markets'” the last one closes, and “'tis” opens nothing.
    if _SHORTENED.match(line, at + 1):
        return None
    following = _NEXT_OPENING.search(line, at + 1)
    end = following.start() if following is not None else len(line)
    found = [match.start() for match in _SINGLE_CLOSING.finditer(line, at + 1) if match.start() < end]
    return found[-1] if found else None
