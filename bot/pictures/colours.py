"""The colours of the pictures. A picture has a dark background of its own, so that it looks the same in every chat.

The hues are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), which people with any colour vision can tell
apart, and an eighth one. The branches have numbers too.
"""

from __future__ import annotations

from typing import TypeAlias

Colour: TypeAlias = tuple[int, int, int]

CARD: Colour = (20, 24, 33)
DISC: Colour = (33, 39, 52)
INK: Colour = (244, 245, 247)
QUIET: Colour = (172, 180, 194)
GRID: Colour = (58, 66, 82)
ACCENT: Colour = (86, 180, 233)
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (10, 12, 16)
OTHERS: Colour = (100, 109, 125)
HUES: tuple[Colour, ...] = (
    (0, 114, 178),
    (230, 159, 0),
    (0, 158, 115),
    (204, 121, 167),
    (86, 180, 233),
    (213, 94, 0),
    (240, 228, 66),
    (140, 110, 220),
)
_LIGHTER_A_RING = 0.16
_LIGHTEST = 0.64
_MUTED = 0.6


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Mixes two colours: `share` (0 to 1) is the part of the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def sector_colour(hue: int | None, ring: int, others: bool = False) -> Colour:
    """Returns a sector's colour: the hue of its top branch (None: without a number), lighter with every ring."""
    lighter_by = min(_LIGHTER_A_RING * (ring - 1), _LIGHTEST)
    lighter = mix(OTHERS, WHITE, lighter_by / 2) if hue is None else mix(HUES[hue], WHITE, lighter_by)
    return mix(lighter, CARD, _MUTED) if others and ring > 1 else lighter


def ink_on(colour: Colour) -> Colour:
    """Returns black or white, whichever is easier to read on this colour."""
    return max((BLACK, WHITE), key=lambda ink: contrast(ink, colour))


def contrast(one: Colour, other: Colour) -> float:
    """Returns the contrast ratio, 1 to 21 (WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
