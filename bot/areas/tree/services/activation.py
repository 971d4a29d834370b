"""Activation: the share of a leader's base that answers calls. A round works it out when the union's call closes.

A round reads its data in one scan, computes in a thread, writes in chunks, and then is finished; as with trust.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING

from bot.areas.tree.domain.answers import Answers, count_in
from bot.areas.tree.domain.endorsements import Ranked
from bot.areas.tree.domain.forest import grow
from bot.areas.tree.storage import activation, endorsements
from bot.areas.unions import services as unions
from bot.domain.people import Union
from bot.domain.transaction import Tx
from bot.storage import meta

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Changes = NDArray[np.float64]
    """Rows of (member, answered, share).

    `answered`: how many people of the member's base answered, NaN if nobody endorses the member any more. `share`:
    these people as a part of the base, for the ranking; NaN if the base is too small.
    """


DAYS = 7
"""A person counts if they answered a call of the last 7 union-days, up to the close."""
LEAST = 5
"""The people in the smallest base that is ranked: among three friends, all answer easily."""
CHUNK = 500


@dataclass(frozen=True, slots=True, eq=False)
class ActivationData:
    """The data that a round reads of a union.

    `rows`: (member, leader, 1 if the member answered). `kept`: the results of the last round, ordered by member.
    `call_id`: the call that was closed.
    """

    rows: NDArray[np.int64]
    kept: Changes
    call_id: int


def of(tx: Tx, member_id: int) -> int | None:
    """Returns how many of the member's base had answered lately at the last close; None if nobody was counted."""
    return activation.of(tx, member_id)


def ranked(tx: Tx, union: Union, most: int, after: Ranked | None) -> list[Ranked]:
    """Returns up to `most` members by the share of their base that answered, the highest first, then the older."""
    return activation.ranked(tx, union.id, most, after)


def due(tx: Tx, answers: Answers) -> list[Union]:
    """Returns the unions whose call was closed since their last round."""

    def closed(union: Union) -> bool:
        last = answers.last_closed(tx, union)
        return last is not None and meta.get(tx, _mark(union)) != str(last[0])

    return [union for union, _ in unions.each(unions.every(tx), closed)]


def read(tx: Tx, union: Union, answers: Answers) -> ActivationData | None:
    """Reads the data of a union's round; for `Store.scan`. None if no call was closed yet."""
    import numpy as np

    closed = answers.last_closed(tx, union)
    if closed is None:
        return None
    call_id, day = closed
    edges = (np.array(page, np.int64) for page in endorsements.edges(tx, union.id))
    rows = np.concatenate([np.empty((0, 2), np.int64), *edges])
    _, pages = answers.between(tx, union, day - DAYS + 1, day)
    kept = (np.array(page, np.float64) for page in activation.kept(tx, union.id))
    return ActivationData(
        np.column_stack((rows, count_in(rows[:, 0], pages) > 0)),
        np.concatenate([np.empty((0, 3)), *kept]),
        call_id,
    )


def compute(data: ActivationData) -> Changes:
    """Returns the results that change; for a thread, as a million members take some tenths of a second.

    No single step takes long without letting other threads run, so that commands are answered meanwhile.
    """
    import numpy as np

    both = np.sort(data.rows[:, :2], axis=None)
    ids = both[np.diff(both, prepend=-1) > 0]
    leader = np.full(len(ids), -1, np.int64)
    answered = np.zeros(len(ids), np.int64)
    places = np.searchsorted(ids, data.rows[:, 0])
    leader[places] = np.searchsorted(ids, data.rows[:, 1])
    answered[places] = data.rows[:, 2]
    forest = grow(leader)
    counts, people = forest.sums(answered), forest.headcount()
    led = np.flatnonzero(people > 0)
    new = np.column_stack((ids[led], counts[led], counts[led] / people[led]))
    new[people[led] < LEAST, 2] = np.nan
    was = np.full((len(new), 2), -1.0)
    known = np.isin(new[:, 0], data.kept[:, 0])
    was[known] = data.kept[np.searchsorted(data.kept[:, 0], new[known, 0]), 1:]
    changed = (np.nan_to_num(new[:, 1:], nan=-1) != np.nan_to_num(was, nan=-1)).any(axis=1)
    gone = data.kept[~np.isin(data.kept[:, 0], new[:, 0])]
    gone[:, 1:] = np.nan
    return np.concatenate((gone, new[changed]))


def chunks(changes: Changes) -> Iterator[Changes]:
    """Splits the changes into chunks that are small enough for one write."""
    return (changes[at : at + CHUNK] for at in range(0, len(changes), CHUNK))


def keep(tx: Tx, changes: Changes) -> None:
    """Writes a chunk."""
    for member_id, answered, share in changes.tolist():
        if isnan(answered):
            activation.remove(tx, int(member_id))
        else:
            activation.put(tx, int(member_id), int(answered), None if isnan(share) else share)


def finish(tx: Tx, union: Union, data: ActivationData) -> None:
    """Notes that all changes of the round are written. A call that was closed meanwhile has a round of its own."""
    meta.put(tx, _mark(union), str(data.call_id))


def _mark(union: Union) -> str:
    return f"activation of {union.id}"
