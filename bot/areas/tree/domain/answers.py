"""The questions of the tree about answers to calls. The area of check-ins, which is built on the tree, answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from bot.domain.people import Union
from bot.domain.transaction import Tx

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Answers(Protocol):
    """Functions of a transaction. The module `bot.areas.checkins.services.answers` implements them."""

    def last_closed(self, tx: Tx, union: Union) -> tuple[int, int] | None:
        """Returns (id, union-day) of the union's latest call that is over. Calls of branches do not count."""

    def between(self, tx: Tx, union: Union, first: int, last: int) -> tuple[int, Iterator[Sequence[int]]]:
        """Returns how many of the union's own calls of those union-days are over, and the members who answered them.

        A member's id comes once for each call they answered, in pages that are read when they are asked for.
        """


def count_in(members: NDArray[np.int64], pages: Iterable[Sequence[int]]) -> NDArray[np.int64]:
    """Counts how often each id comes in the pages. `members` are sorted ids; no id comes twice in one page."""
    import numpy as np

    counts = np.zeros(len(members), np.int64)
    if not len(members):
        return counts
    for page in pages:
        found = np.array(page, np.int64)
        places = np.searchsorted(members, found)
        places[places == len(members)] = 0
        counts[places[members[places] == found]] += 1
    return counts
