"""Flags, and the newcomers among whom they are found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, bindparam, cast, func, literal, or_, select, update

from bot.areas.flags.domain import Newcomer
from bot.areas.flags.tables import flags
from bot.areas.invites.tables import recruits
from bot.areas.ledger.tables import ledger, ledger_heads
from bot.areas.members.tables import accounts, members
from bot.areas.tree.tables import endorsements
from bot.areas.wallets.tables import wallets
from bot.domain.transaction import Tx
from bot.storage.meta import meta, put
from bot.storage.statements import Statement, insert

_CHECKED = "abuse "
"""With a union's id, the key in `meta` of the ledger entry up to which the union was checked.

It is the area's former name, which existing databases have."""
_CHANGES_CROWDS = ("member.joined", "member.merged", "endorsement.made", "wallet.linked", "wallet.unlinked")
"""The kinds of ledger entries after which a flag can be due."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag that was raised. `evidence` is JSON. `member_id`: the leader whose support it is about."""

    id: int
    union_id: int
    kind: str
    member_id: int | None
    evidence: str
    at: datetime
    closed_at: datetime | None


_COLUMNS = (
    flags.c.id,
    flags.c.union_id,
    flags.c.kind,
    flags.c.member_id,
    flags.c.evidence,
    flags.c.at,
    flags.c.closed_at,
)
_OPEN = (flags.c.union_id == bindparam("union"), flags.c.closed_at.is_(None))
_BY_KEY = Statement(
    select(*_COLUMNS).where(flags.c.union_id == bindparam("union"), flags.c.dedupe_key == bindparam("key"))
)
_INSERT = Statement(
    insert(flags)
    .values(
        union_id=bindparam("union_id"),
        kind=bindparam("kind"),
        member_id=bindparam("member_id"),
        evidence=bindparam("evidence"),
        at=bindparam("at"),
        dedupe_key=bindparam("dedupe_key"),
    )
    .on_conflict_do_nothing()
    .returning(*_COLUMNS)
)
_SET_EVIDENCE = Statement(
    update(flags).where(flags.c.id == bindparam("flag")).values(evidence=bindparam("evidence"))
)
_PAGE = Statement(
    select(*_COLUMNS)
    .where(*_OPEN)
    .order_by(flags.c.id.desc())
    .limit(bindparam("most"))
    .offset(bindparam("skipped"))
)
_UNIONS_WITH_OPEN = Statement(select(flags.c.union_id).distinct().where(flags.c.closed_at.is_(None)))
_COUNT = Statement(select(func.count()).select_from(flags).where(*_OPEN))
_CLOSE = Statement(
    update(flags)
    .where(*_OPEN, flags.c.id == bindparam("flag"))
    .values(closed_at=bindparam("at"), closed_by=bindparam("by"))
    .returning(*_COLUMNS)
)
_CLOSE_ABOUT = Statement(
    update(flags)
    .where(flags.c.member_id == bindparam("member"), flags.c.closed_at.is_(None))
    .values(closed_at=bindparam("at"))
    .returning(*_COLUMNS)
)
_REOPEN = Statement(
    update(flags)
    .where(
        flags.c.union_id == bindparam("union"),
        flags.c.member_id == bindparam("member"),
        flags.c.closed_at == bindparam("closed"),
        flags.c.closed_by.is_(None),
    )
    .values(member_id=bindparam("instead"), closed_at=None)
    .returning(*_COLUMNS)
)
_CHANGED = Statement(
    select(ledger_heads.c.union_id, ledger_heads.c.seq, meta.c.value)
    .select_from(
        ledger_heads.outerjoin(meta, meta.c.key == literal(_CHECKED) + cast(ledger_heads.c.union_id, Text))
    )
    .where(or_(meta.c.value.is_(None), meta.c.value != cast(ledger_heads.c.seq, Text)))
    .order_by(ledger_heads.c.union_id)
)
_CROWD_CHANGED = Statement(
    select(ledger.c.seq)
    .where(
        ledger.c.union_id == bindparam("union"),
        ledger.c.seq > bindparam("after"),
        ledger.c.kind.in_(_CHANGES_CROWDS),
    )
    .limit(1)
)
_NEWEST = Statement(
    select(members.c.id, members.c.joined_at, members.c.left_at)
    .where(members.c.union_id == bindparam("union"))
    .order_by(members.c.id.desc())
    .limit(bindparam("most"))
)
_platform = (
    select(accounts.c.platform)
    .where(accounts.c.member_id == members.c.id)
    .order_by(accounts.c.id)
    .limit(1)
    .scalar_subquery()
)
_wallet_at = (
    select(func.min(wallets.c.linked_at)).where(wallets.c.member_id == members.c.id).scalar_subquery()
)
_NEWCOMERS = Statement(
    select(
        members.c.id,
        members.c.joined_at,
        _platform.label("platform"),
        endorsements.c.leader_id,
        recruits.c.recruiter_id,
        _wallet_at.label("wallet_at"),
    )
    .select_from(
        members.outerjoin(endorsements, endorsements.c.member_id == members.c.id).outerjoin(
            recruits, recruits.c.member_id == members.c.id
        )
    )
    .where(
        members.c.union_id == bindparam("union"),
        members.c.id >= bindparam("first"),
        members.c.joined_at >= bindparam("since"),
        members.c.left_at.is_(None),
    )
)


def changed_unions(tx: Tx) -> list[tuple[int, int, bool]]:
    """Returns the unions with new ledger entries since they were checked.

    They come as (union, number of its newest entry, whether crowds may have changed).
    """
    found = []
    for union_id, seq, before in tx.all(_CHANGED):
        changed = tx.value(_CROWD_CHANGED, union=union_id, after=int(before or 0))
        found.append((union_id, seq, changed is not None))
    return found


def set_checked(tx: Tx, union_id: int, seq: int) -> None:
    """Notes that the union was checked up to this ledger entry."""
    put(tx, f"{_CHECKED}{union_id}", str(seq))


def newest(tx: Tx, union_id: int, most: int) -> list[tuple[int, datetime, datetime | None]]:
    """Returns (id, joined, left) of the members with the highest ids, the newest first."""
    return [(row[0], row[1], row[2]) for row in tx.all(_NEWEST, union=union_id, most=most)]


def newcomers(tx: Tx, union_id: int, first_id: int, since: datetime) -> list[Newcomer]:
    """Returns the present members from that id on who joined since then."""
    return [Newcomer(*row) for row in tx.all(_NEWCOMERS, union=union_id, first=first_id, since=since)]


def by_key(tx: Tx, union_id: int, key: str) -> Flag | None:
    row = tx.one(_BY_KEY, union=union_id, key=key)
    return Flag(*row) if row else None


def add(tx: Tx, union_id: int, kind: str, member_id: int | None, evidence: str, key: str) -> Flag | None:
    """Raises a flag; returns None if there is one with this key."""
    row = tx.one(
        _INSERT,
        union_id=union_id,
        kind=kind,
        member_id=member_id,
        evidence=evidence,
        at=tx.now,
        dedupe_key=key,
    )
    return Flag(*row) if row else None


def set_evidence(tx: Tx, flag_id: int, evidence: str) -> None:
    tx.run(_SET_EVIDENCE, flag=flag_id, evidence=evidence)


def page(tx: Tx, union_id: int, skipped: int, most: int) -> list[Flag]:
    """Returns a page of the open flags, the newest first."""
    return [Flag(*row) for row in tx.all(_PAGE, union=union_id, skipped=skipped, most=most)]


def unions_with_open(tx: Tx) -> list[int]:
    """Returns the unions with an open flag."""
    return [row.union_id for row in tx.all(_UNIONS_WITH_OPEN)]


def count(tx: Tx, union_id: int) -> int:
    """Returns how many flags are open."""
    return int(tx.value(_COUNT, union=union_id))


def close(tx: Tx, union_id: int, flag_id: int, closed_by: int | None) -> Flag | None:
    """Closes an open flag; returns None if it is not open."""
    row = tx.one(_CLOSE, union=union_id, flag=flag_id, at=tx.now, by=closed_by)
    return Flag(*row) if row else None


def reopen(tx: Tx, union_id: int, member_id: int, left_at: datetime, instead_id: int) -> list[Flag]:
    """Opens the flags about a member that were closed when they left, and lets them name another member."""
    rows = tx.all(_REOPEN, union=union_id, member=member_id, closed=left_at, instead=instead_id)
    return [Flag(*row) for row in rows]


def close_about(tx: Tx, member_id: int) -> list[Flag]:
    """Closes the open flags about a member's support, and returns them."""
    return [Flag(*row) for row in tx.all(_CLOSE_ABOUT, member=member_id, at=tx.now)]
