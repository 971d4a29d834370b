"""Tells hidden characters that change what is seen from those that only hide.

Some writing needs invisible characters: Persian a non-joiner, Indic scripts joiners, emoji joiners and selectors.
Such a character is kept only where it changes what is seen (RFC 5892 A.1 and A.2, UTS 51, UTS 37). Anywhere else two
names could differ by it and look the same.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

HIDDEN: Final = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Controls, overrides of the direction, and what Unicode calls default ignorable."""

_UNSEEN = ("Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn", "Me", "Mc")  # blanks, and marks without a letter
_NON_JOINER, _JOINER = "\u200c", "\u200d"
# Emoji that are shown as text unless a selector follows.
_AS_TEXT = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u2328\u23cf\u23ed-\u23ef\u23f1\u23f2"
    "\u23f8-\u23fa\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb\u25fc\u2600-\u2604\u260e\u2611\u2618\u261d\u2620"
    "\u2622\u2623\u2626\u262a\u262e\u262f\u2638-\u263a\u2640\u2642\u265f\u2660\u2663\u2665\u2666\u2668"
    "\u267b\u267e\u2692\u2694-\u2697\u2699\u269b\u269c\u26a0\u26a7\u26b0\u26b1\u26c8\u26cf\u26d1\u26d3"
    "\u26e9\u26f0\u26f1\u26f4\u26f7-\u26f9\u2702\u2708\u2709\u270c\u270d\u270f\u2712\u2714\u2716\u271d"
    "\u2721\u2733\u2734\u2744\u2747\u2763\u2764\u27a1\u2934\u2935\u2b05-\u2b07\u3030\u303d\u3297\u3299"
    "\U0001f170\U0001f171\U0001f17e\U0001f17f\U0001f202\U0001f237\U0001f321\U0001f324-\U0001f32c"
    "\U0001f336\U0001f37d\U0001f396\U0001f397\U0001f399-\U0001f39b\U0001f39e\U0001f39f"
    "\U0001f3cb-\U0001f3ce\U0001f3d4-\U0001f3df\U0001f3f3\U0001f3f5\U0001f3f7\U0001f43f\U0001f441"
    "\U0001f4fd\U0001f549\U0001f54a\U0001f56f\U0001f570\U0001f573-\U0001f579\U0001f587"
    "\U0001f58a-\U0001f58d\U0001f590\U0001f5a5\U0001f5a8\U0001f5b1\U0001f5b2\U0001f5bc"
    "\U0001f5c2-\U0001f5c4\U0001f5d1-\U0001f5d3\U0001f5dc-\U0001f5de\U0001f5e1\U0001f5e3\U0001f5e8"
    "\U0001f5ef\U0001f5f3\U0001f5fa\U0001f6cb\U0001f6cd-\U0001f6cf\U0001f6e0-\U0001f6e5\U0001f6e9"
    "\U0001f6f0\U0001f6f3"
)
_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001fbff"
)
_ONE = f"[{_EMOJI}](?:\ufe0f|[\U0001f3fb-\U0001f3ff])?"
_IDEOGRAPH = "[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]"
_FLAGS = "|".join(
    "".join(chr(0xE0000 + ord(letter)) for letter in place) for place in ("gbeng", "gbsct", "gbwls")
)
_KEPT = re.compile(
    f"{_ONE}(?:{_JOINER}{_ONE})+"  # a family, a profession
    f"|[{_AS_TEXT}][\ufe0e\ufe0f]"
    "|[0-9#*]\ufe0f\u20e3"  # a key
    f"|\U0001f3f4(?:{_FLAGS})\U000e007f"
    f"|{_IDEOGRAPH}[\ufe00-\ufe02\U000e0100-\U000e01ef]"
    "|[\u1820-\u18aa][\u180b-\u180d\u180f]"  # Mongolian
    f"|[{_EMOJI}](?P<needless>[\ufe0e\ufe0f])"  # phones write it after emoji that need none
    f"|(?P<hidden>{HIDDEN.pattern})"
)
# Signs after which a letter joins the next one; the non-joiner and the joiner choose between its forms.
_CONJOINING = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0c4d\u0ccd\u0d4d"
_SINHALA = "\u0dca"
_VIRAMA = 9  # the combining class of such signs
_FAR = 16  # characters, marks between letters included, over which a non-joiner is looked at


def visible(text: str) -> str:
    r"""Returns the text with each character that only hides, or changes the direction, written as `\u{XXXX}`."""
    return _KEPT.sub(_shown, text) if HIDDEN.search(text) else text


def is_seen(text: str) -> bool:
    """Whether there is anything to see in the text."""
    return any(
        unicodedata.category(sign) not in _UNSEEN and sign != "\u2800" and not HIDDEN.match(sign)
        for sign in text
    )


def _shown(found: re.Match[str]) -> str:
    if found["needless"]:
        return found.group()[:-1]
    sign = found["hidden"]
    if sign is None:
        return found.group()
    if sign in (_NON_JOINER, _JOINER):
        start, end = found.span()
        before, after = found.string[max(start - _FAR, 0) : start], found.string[end : end + _FAR]
        if _joins(before, sign, after):
            return sign
        if sign == _NON_JOINER and _is_arabic(before[::-1]) and _is_arabic(after):
            return ""  # keyboards write it between the parts of a word, also where its letters do not join
    return f"\\u{{{ord(sign):04X}}}"


def _joins(before: str, sign: str, after: str) -> bool:
    """Whether a joiner or non-joiner between these changes what is seen."""
    import idna  # which takes a hundredth of a start

    if not before:
        return False
    letter_follows = unicodedata.category(after[0]) == "Lo" if after else False
    if before[-1] in _CONJOINING:
        return sign == _JOINER or letter_follows
    if before[-1] == _SINHALA:
        return sign == _JOINER and letter_follows
    if sign == _JOINER or not after or unicodedata.combining(before[-1]) == _VIRAMA:
        return False
    if not unicodedata.name(before[-1], ""):
        return False
    return idna.valid_contextj(before + sign + after, len(before))


def _is_arabic(text: str) -> bool:
    """Whether the first letter, marks left out, is of the Arabic script or one like it."""
    return (
        next((unicodedata.bidirectional(sign) for sign in text if not unicodedata.combining(sign)), "")
        == "AL"
    )
