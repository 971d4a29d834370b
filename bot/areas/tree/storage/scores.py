"""Trust scores of leaders, and the data that a round reads to compute them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, literal_column, select

from bot.areas.members.tables import members
from bot.areas.tree.domain.endorsements import Ranked
from bot.areas.tree.storage import rankings
from bot.areas.tree.tables import score_rounds, scores, support
from bot.areas.wallets.tables import wallets
from bot.domain.transaction import Tx
from bot.storage.paging import pages, ranking
from bot.storage.statements import Statement, insert
from bot.storage.types import EPOCH, MICROSECOND


@dataclass(frozen=True, slots=True)
class Round:
    """The last round of a union: its time, and the length of the ledger (`entries`) at that time."""

    at: datetime
    entries: int


_OF = Statement(
    select(score_rounds.c.union_id, func.coalesce(scores.c.trust, literal_column("0.0")).label("trust"))
    .select_from(
        members.join(score_rounds, score_rounds.c.union_id == members.c.union_id).outerjoin(
            scores, scores.c.member_id == members.c.id
        )
    )
    .where(members.c.id == bindparam("member"))
)
_ABOVE_ALL = Ranked(0, 2.0)
_RANKED = ranking(scores.c.member_id, scores.c.trust, scores.c.union_id == bindparam("union"))
_ROUND = Statement(
    select(score_rounds.c.at, score_rounds.c.entries).where(score_rounds.c.union_id == bindparam("union"))
)
_SET_ROUND = Statement(
    insert(score_rounds)
    .values(union_id=bindparam("union"), at=bindparam("then"), entries=bindparam("read"))
    .on_conflict_do_update(
        index_elements=["union_id"], set_={"at": bindparam("then"), "entries": bindparam("read")}
    )
)
_SUPPORTED = Statement(select(support.c.member_id).where(support.c.union_id == bindparam("union")).limit(1))
_some = (
    select(members.c.id)
    .where(members.c.union_id == bindparam("union"), members.c.left_at.is_(None))
    .limit(bindparam("most"))
)
_SIZE = Statement(select(func.count()).select_from(_some.subquery()))
# Only a member with a support row gets a score: others may have left since the round read its data.
_new = insert(scores).from_select(
    ["member_id", "union_id", "trust"],
    select(support.c.member_id, support.c.union_id, bindparam("value", type_=scores.c.trust.type)).where(
        support.c.member_id == bindparam("member")
    ),
)
_PUT = Statement(
    _new.on_conflict_do_update(index_elements=["member_id"], set_={"trust": _new.excluded.trust})
)
_REMOVE = Statement(delete(scores).where(scores.c.member_id == bindparam("member")))

_OLDEST = Statement(
    select(wallets.c.member_id, func.min(wallets.c.linked_at))
    .where(wallets.c.union_id == bindparam("union"), wallets.c.member_id > bindparam("after"))
    .group_by(wallets.c.member_id)
    .order_by(wallets.c.member_id)
    .limit(bindparam("most"))
)
_KEPT = Statement(
    select(scores.c.member_id, scores.c.trust)
    .where(scores.c.union_id == bindparam("union"), scores.c.member_id > bindparam("after"))
    .order_by(scores.c.member_id)
    .limit(bindparam("most"))
)


def of(tx: Tx, member_id: int) -> float | None:
    """Returns the member's trusted support, a part of 1; None before the first round of the union."""
    row = tx.one(_OF, member=member_id)
    return float(row.trust) if row else None


def ranked(tx: Tx, union_id: int, most: int, after: Ranked | None) -> list[Ranked]:
    """Returns up to `most` members by trusted support, the highest first, then the one who joined earlier."""
    return rankings.page(tx, _RANKED, union_id, most, after or _ABOVE_ALL)


def last_round(tx: Tx, union_id: int) -> Round | None:
    """Returns the union's last round, if there was one."""
    row = tx.one(_ROUND, union=union_id)
    return Round(row.at, row.entries) if row else None


def set_round(tx: Tx, union_id: int, done: Round) -> None:
    tx.run(_SET_ROUND, union=union_id, then=done.at, read=done.entries)


def anybody_endorsed(tx: Tx, union_id: int) -> bool:
    """Whether anybody in the union was ever endorsed: only such members have a score."""
    return tx.value(_SUPPORTED, union=union_id) is not None


def larger_than(tx: Tx, union_id: int, size: int) -> bool:
    """Whether the union has more than `size` members. Counts no further than that."""
    return int(tx.value(_SIZE, union=union_id, most=size + 1)) > size


def put(tx: Tx, member_id: int, trust: float) -> None:
    """Sets the member's score, unless nobody ever endorsed them or they left."""
    tx.run(_PUT, member=member_id, value=trust)


def remove(tx: Tx, member_id: int) -> None:
    tx.run(_REMOVE, member=member_id)


def wallet_days(tx: Tx, union_id: int) -> Iterator[list[tuple[int, int]]]:
    """Reads (member, whole days since their oldest wallet was linked) of all members with a wallet, in pages."""
    now = (tx.now - EPOCH) // MICROSECOND
    day = timedelta(days=1) // MICROSECOND
    for page in pages(tx, _OLDEST, union_id):
        yield [
            (member, (tx.now - linked).days if isinstance(linked, datetime) else (now - linked) // day)
            for member, linked in page
        ]


def kept(tx: Tx, union_id: int) -> Iterator[Sequence[tuple[int, float]]]:
    """Reads (member, trust) of the last round, in pages."""
    return pages(tx, _KEPT, union_id)
