"""Trust scores: kept for leaders, worked out in rounds; and everything that a round reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, literal_column, or_, select

from bot.areas.ledger.tables import ledger_heads
from bot.areas.members.tables import members
from bot.areas.tree.domain.endorsements import Ranked
from bot.areas.tree.tables import endorsements, score_rounds, scores, support
from bot.areas.wallets.tables import wallets
from bot.domain.transaction import Tx
from bot.storage.paging import pages
from bot.storage.statements import Statement, insert
from bot.storage.types import EPOCH, MICROSECOND


@dataclass(frozen=True, slots=True)
class Round:
    """When a union's scores were worked out last, and up to which entry of its ledger."""

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
_RANKED = Statement(
    select(scores.c.member_id, scores.c.trust)
    .where(
        scores.c.union_id == bindparam("union"),
        scores.c.trust <= bindparam("number"),
        or_(scores.c.trust < bindparam("number"), scores.c.member_id > bindparam("member")),
    )
    .order_by(scores.c.trust.desc(), scores.c.member_id)
    .limit(bindparam("most"))
)
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
_ENTRIES = Statement(select(ledger_heads.c.seq).where(ledger_heads.c.union_id == bindparam("union")))
_SUPPORTED = Statement(select(support.c.member_id).where(support.c.union_id == bindparam("union")).limit(1))
_some = (
    select(members.c.id)
    .where(members.c.union_id == bindparam("union"), members.c.left_at.is_(None))
    .limit(bindparam("most"))
)
_SIZE = Statement(select(func.count()).select_from(_some.subquery()))
# A score is only for who has a support row: somebody may have left since the round read.
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

_EDGES = Statement(
    select(endorsements.c.member_id, endorsements.c.leader_id)
    .select_from(members.join(endorsements, endorsements.c.member_id == members.c.id))
    .where(
        members.c.union_id == bindparam("union"),
        members.c.id > bindparam("after"),
        endorsements.c.leader_id.is_not(None),
    )
    .order_by(members.c.id)
    .limit(bindparam("most"))
)
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
    """The member's trusted support, a part of 1; None before their union's first round."""
    row = tx.one(_OF, member=member_id)
    return float(row.trust) if row else None


def ranked(tx: Tx, union_id: int, most: int, after: Ranked | None) -> list[Ranked]:
    """Up to `most` members with trust, the most trusted first; of equals who joined earlier."""
    start = after or Ranked(0, 2.0)
    rows = tx.all(_RANKED, union=union_id, number=start.number, member=start.member_id, most=most)
    return [Ranked(row.member_id, row.trust) for row in rows]


def last_round(tx: Tx, union_id: int) -> Round | None:
    row = tx.one(_ROUND, union=union_id)
    return Round(row.at, row.entries) if row else None


def set_round(tx: Tx, union_id: int, done: Round) -> None:
    tx.run(_SET_ROUND, union=union_id, then=done.at, read=done.entries)


def entries(tx: Tx, union_id: int) -> int:
    """How long the union's ledger is."""
    return int(tx.value(_ENTRIES, union=union_id))


def concerned(tx: Tx, union_id: int) -> bool:
    """Whether anybody in the union was ever followed; nobody else has a score."""
    return tx.value(_SUPPORTED, union=union_id) is not None


def larger_than(tx: Tx, union_id: int, size: int) -> bool:
    """Whether the union has more members; no more are counted than needed."""
    return int(tx.value(_SIZE, union=union_id, most=size + 1)) > size


def put(tx: Tx, member_id: int, trust: float) -> None:
    """The score of a member, unless nobody ever followed them or they left."""
    tx.run(_PUT, member=member_id, value=trust)


def remove(tx: Tx, member_id: int) -> None:
    tx.run(_REMOVE, member=member_id)


def edges(tx: Tx, union_id: int) -> Iterator[Sequence[tuple[int, int]]]:
    """(member, leader) of all who endorse somebody."""
    return pages(tx, _EDGES, union_id)


def wallet_days(tx: Tx, union_id: int) -> Iterator[list[tuple[int, int]]]:
    """(member, whole days since their oldest wallet was linked) of all who have one."""
    now = (tx.now - EPOCH) // MICROSECOND
    day = timedelta(days=1) // MICROSECOND
    for page in pages(tx, _OLDEST, union_id):
        yield [
            (member, (tx.now - linked).days if isinstance(linked, datetime) else (now - linked) // day)
            for member, linked in page
        ]


def kept(tx: Tx, union_id: int) -> Iterator[Sequence[tuple[int, float]]]:
    """(member, trust) of the last round."""
    return pages(tx, _KEPT, union_id)
