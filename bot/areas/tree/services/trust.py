"""Trust scores of leaders. A round works them out for a whole union at once.

A round reads its data in one scan, computes in a thread, writes in chunks, and then is finished.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

from bot.areas.ledger import services as ledger
from bot.areas.tree.domain.answers import Answers, count_in
from bot.areas.tree.domain.endorsements import Ranked
from bot.areas.tree.domain.forest import grow
from bot.areas.tree.domain.trust import evidence, trust
from bot.areas.tree.storage import endorsements, scores
from bot.areas.tree.storage.scores import Round
from bot.areas.unions import services as unions
from bot.domain.people import Union
from bot.domain.times import union_day
from bot.domain.transaction import Tx

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


SMALL = 10_000
"""The scores of a union with at most this many members follow every change."""
PAUSE = timedelta(minutes=10)
CHUNK = 500
ACTIVE_DAYS = 7
"""A member's answers count for the calls of this many union-days."""

ScoreChange = tuple[int, float | None]
"""(member, new score; None: they have none any more)."""


@dataclass(frozen=True, slots=True, eq=False)
class TrustData:
    """The data that a round reads of a union.

    `edges`: rows of (member, leader). `days`: rows of (member, days since their oldest wallet was linked). `answers`:
    for each row of `days`, how many of the last `calls` calls that member answered. `kept`: the scores of the last
    round. `done`: this round, for `finish`.
    """

    founder_id: int | None
    edges: NDArray[np.int64]
    days: NDArray[np.int64]
    answers: NDArray[np.int64]
    calls: int
    kept: dict[int, float]
    done: Round


def of(tx: Tx, member_id: int) -> float | None:
    """Returns the member's trusted support, a part of 1; None before the first round of the union."""
    return scores.of(tx, member_id)


def ranked(tx: Tx, union: Union, most: int, after: Ranked | None) -> list[Ranked]:
    """Returns up to `most` members by trusted support, the highest first, then the one who joined earlier."""
    return scores.ranked(tx, union.id, most, after)


def due(tx: Tx) -> list[Union]:
    """Returns the unions whose scores are to be worked out now.

    Each union has a round on every union-day, because wallets age. A union of at most `SMALL` members has one also
    when its ledger has new entries, after a pause.
    """
    return [union for union, _ in unions.each(unions.every(tx), lambda union: _due(tx, union))]


def _due(tx: Tx, union: Union) -> bool:
    if not scores.anybody_endorsed(tx, union.id):
        return False
    last = scores.last_round(tx, union.id)
    if last is None or union_day(union.time_zone, last.at) != union_day(union.time_zone, tx.now):
        return True
    return (
        tx.now - last.at >= PAUSE
        and ledger.head(tx, union).seq != last.entries
        and not scores.larger_than(tx, union.id, SMALL)
    )


def read(tx: Tx, union: Union, answers: Answers) -> TrustData:
    """Reads the data of a union's round; for `Store.scan`."""
    now = unions.by_id(tx, union.id) or union
    today = union_day(now.time_zone, tx.now)
    calls, pages = answers.between(tx, union, today - ACTIVE_DAYS, today)
    days = _rows(scores.wallet_days(tx, union.id))
    return TrustData(
        now.founder_id,
        _rows(endorsements.edges(tx, union.id)),
        days,
        count_in(days[:, 0], pages),
        calls,
        dict(chain.from_iterable(scores.kept(tx, union.id))),
        Round(tx.now, ledger.head(tx, union).seq),
    )


def compute(data: TrustData) -> list[ScoreChange]:
    """Returns the scores that change; for a thread, as a million members take some tenths of a second."""
    import numpy as np

    founder = np.array([] if data.founder_id is None else [data.founder_id], np.int64)
    ids = np.unique(np.concatenate([data.edges.ravel(), founder]))
    leader = np.full(len(ids), -1, np.int64)
    leader[np.searchsorted(ids, data.edges[:, 0])] = np.searchsorted(ids, data.edges[:, 1])

    def by_member(rows: NDArray[np.int64], otherwise: float) -> NDArray[np.float64]:
        known = rows[np.isin(rows[:, 0], ids)]
        values = np.full(len(ids), otherwise)
        values[np.searchsorted(ids, known[:, 0])] = known[:, 1]
        return values

    # Only the member's own answers count: a crowd of new followers could answer for them within a day.
    answered = np.column_stack((data.days[:, 0], data.answers))
    active = by_member(answered, 0.0) / max(data.calls, 1)
    top = int(np.searchsorted(ids, founder[0])) if founder.size else None
    found = trust(grow(leader), evidence(by_member(data.days, -1.0), activation=active), top).support
    trusted = np.flatnonzero(found > 0)
    new = dict(zip(ids[trusted].tolist(), found[trusted].tolist(), strict=True))
    gone: list[ScoreChange] = [(member, None) for member in data.kept.keys() - new.keys()]
    return gone + [(member, score) for member, score in new.items() if data.kept.get(member) != score]


def chunks(changes: Sequence[ScoreChange]) -> Iterator[Sequence[ScoreChange]]:
    """Splits the changes into chunks that are small enough for one write."""
    return (changes[at : at + CHUNK] for at in range(0, len(changes), CHUNK))


def keep(tx: Tx, changes: Iterable[ScoreChange]) -> None:
    """Writes a chunk."""
    for member_id, score in changes:
        if score is None:
            scores.remove(tx, member_id)
        else:
            scores.put(tx, member_id, score)


def finish(tx: Tx, union: Union, data: TrustData) -> None:
    """Notes that all changes of the round are written."""
    scores.set_round(tx, union.id, data.done)


def _rows(pages: Iterable[Sequence[tuple[int, int]]]) -> NDArray[np.int64]:
    import numpy as np

    none = np.empty((0, 2), np.int64)
    return np.concatenate([none, *(np.array(page, np.int64) for page in pages)])
