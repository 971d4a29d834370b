"""The rules of moderating a whole union."""

from __future__ import annotations

from bot.domain.phrases import phrase
from bot.errors import NotAllowed

MOST_MODERATORS = 50
"""The most people to whom a founder can give it."""


def require_room(known: int) -> None:
    """Checks that one more can be added to `known` moderators. Raises NotAllowed."""
    if known >= MOST_MODERATORS:
        raise NotAllowed(
            phrase(
                "A union has at most {most} named moderators. Remove one first: `/moderators remove`.",
                most=MOST_MODERATORS,
            )
        )
