"""Names of unions, where a person chooses one of several: two of the same name are told apart."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

from bot.domain.names import one_line
from bot.domain.people import Union

NAME, PURPOSE, REF = 40, 24, 4


def told_apart(unions: Sequence[Union]) -> list[str]:
    """Returns a label of up to 74 characters for each union, in the same order. No two labels are the same.

    Unions of one name have their purpose added, and the first letters of their public reference: anybody can found a
    union with the name and the purpose of another.
    """
    alike = Counter(_folded(union.name) for union in unions)
    labels = [one_line(union.name, NAME) for union in unions]
    for at, union in enumerate(unions):
        if alike[_folded(union.name)] > 1:
            labels[at] += f" · {one_line(union.purpose, PURPOSE)} ({union.ref[:REF]})"
    for at, union in enumerate(unions):
        if labels.count(labels[at]) > 1:
            labels[at] = f"{one_line(union.name, NAME)} ({union.ref})"
    return labels


def _folded(name: str) -> str:
    """The name without what readers do not see: capitals, spaces, and variants of one letter."""
    return "".join(one_line(unicodedata.normalize("NFKC", name), NAME).casefold().split())
