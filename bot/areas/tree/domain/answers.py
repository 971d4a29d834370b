"""What the tree asks about answers to calls; the area of check-ins, which stands above the tree, tells it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from bot.domain.people import Union
from bot.domain.transaction import Tx

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Answers(Protocol):
    """Plain functions of a transaction; `bot.areas.checkins.services.answers` has them."""

    def last_closed(self, tx: Tx, union: Union) -> tuple[int, int] | None:
        """(id, union-day) of the union's latest call that is over; branches' calls are not looked at."""

    def between(self, tx: Tx, union: Union, first: int, last: int) -> tuple[int, Iterator[Sequence[int]]]:
        """How many of the union's own calls of those union-days are over, and the members who answered them.

        A member comes once for each call they answered. The pages are read as they are asked for.
        """


def count_in(members: NDArray[np.int64], pages: Iterable[Sequence[int]]) -> NDArray[np.int64]:
    """How often each of the members, who are sorted by id, comes in the pages, where nobody comes twice in a page."""
    import numpy as np

    counts = np.zeros(len(members), np.int64)
    for page in pages:
        found = np.array(page, np.int64)
        places = np.searchsorted(members, found)
        places[places == len(members)] = 0
        counts[places[members[places] == found] if len(members) else []] += 1
    return counts
