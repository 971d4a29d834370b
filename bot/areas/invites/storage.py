"""Members' invitation codes, and the members who joined with them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, func, or_, select, update

from bot.areas.invites.domain import Invite, Recruit
from bot.areas.invites.tables import invites, recruits
from bot.areas.members.tables import ref_of
from bot.domain.transaction import Tx
from bot.storage.exporting import OfMembers
from bot.storage.statements import Statement, insert
from bot.storage.trusted_time import shortening

_COLUMNS = (
    invites.c.code,
    invites.c.union_id,
    invites.c.member_id,
    invites.c.created_at,
    invites.c.expires_at,
    invites.c.revoked_at,
    invites.c.uses,
    invites.c.most,
)
_GOOD = (
    invites.c.revoked_at.is_(None),
    invites.c.expires_at > bindparam("at"),
    invites.c.uses < invites.c.most,
)
_ADD = Statement(
    insert(invites)
    .values(
        code=bindparam("code"),
        union_id=bindparam("union_id"),
        member_id=bindparam("member_id"),
        created_at=bindparam("created_at"),
        expires_at=bindparam("expires_at"),
        uses=0,
        most=bindparam("most"),
    )
    .returning(*_COLUMNS)
)
_BY_CODE = Statement(select(*_COLUMNS).where(invites.c.code == bindparam("typed")))
_GOOD_OF = Statement(
    select(*_COLUMNS)
    .where(invites.c.member_id == bindparam("member"), *_GOOD)
    .order_by(invites.c.created_at.desc())
    .limit(1)
)
_IS_GOOD = Statement(select(invites.c.code).where(invites.c.code == bindparam("typed"), *_GOOD))
_MADE = Statement(
    select(invites.c.created_at)
    .where(invites.c.member_id == bindparam("member"))
    .order_by(invites.c.created_at.desc())
    .limit(bindparam("number"))
)
_USE = Statement(
    update(invites)
    .where(invites.c.code == bindparam("typed"), *_GOOD)
    .values(uses=invites.c.uses + 1)
    .returning(invites.c.member_id)
)
_REVOKE = Statement(
    update(invites)
    .where(invites.c.code == bindparam("typed"), invites.c.member_id == bindparam("member"), *_GOOD)
    .values(revoked_at=bindparam("at"))
)
_REVOKE_OF = Statement(
    update(invites)
    .where(invites.c.member_id == bindparam("member"), *_GOOD)
    .values(revoked_at=bindparam("at"))
)
_DELETE_UNUSED = Statement(
    delete(invites).where(
        invites.c.member_id == bindparam("member"),
        invites.c.uses == 0,
        invites.c.created_at <= bindparam("before"),
    )
)
_DELETE_OF = Statement(delete(invites).where(invites.c.member_id == bindparam("member")))
_MOVE = Statement(
    update(invites)
    .where(invites.c.member_id == bindparam("absorbed"))
    .values(member_id=bindparam("survivor"))
)
_USES = Statement(
    select(func.coalesce(func.sum(invites.c.uses), 0)).where(invites.c.member_id == bindparam("member"))
)
_ADD_RECRUIT = Statement(
    insert(recruits).values(
        member_id=bindparam("member_id"), recruiter_id=bindparam("recruiter_id"), at=bindparam("at")
    )
)
_RECRUIT = Statement(
    select(recruits.c.member_id, recruits.c.recruiter_id, recruits.c.at).where(
        recruits.c.member_id == bindparam("member")
    )
)
_RECRUITS = Statement(select(func.count()).where(recruits.c.recruiter_id == bindparam("member")))
_DELETE_RECRUIT = Statement(delete(recruits).where(recruits.c.member_id == bindparam("member")))
_DELETE_RECRUITS = Statement(
    delete(recruits).where(
        or_(recruits.c.member_id == bindparam("member"), recruits.c.recruiter_id == bindparam("member"))
    )
)
_MOVE_RECRUITS = Statement(
    update(recruits)
    .where(recruits.c.recruiter_id == bindparam("absorbed"))
    .values(recruiter_id=bindparam("survivor"))
)
EXPORTS = (
    OfMembers(
        "recruits",
        "members who joined with an invitation, and the `recruiter` whose it was",
        recruits.c.member_id,
        (ref_of(recruits.c.member_id, "member"), ref_of(recruits.c.recruiter_id, "recruiter"), recruits.c.at),
    ),
)
_SHORTEN = shortening(invites)


def add(tx: Tx, code: str, union_id: int, member_id: int, expires_at: datetime, most: int) -> Invite:
    row = tx.one(
        _ADD,
        code=code,
        union_id=union_id,
        member_id=member_id,
        created_at=tx.now,
        expires_at=expires_at,
        most=most,
    )
    assert row is not None
    return Invite(*row)


def by_code(tx: Tx, code: str) -> Invite | None:
    row = tx.one(_BY_CODE, typed=code)
    return Invite(*row) if row else None


def good(tx: Tx, member_id: int) -> Invite | None:
    """Returns the member's code that is good now."""
    row = tx.one(_GOOD_OF, member=member_id, at=tx.now)
    return Invite(*row) if row else None


def is_good(tx: Tx, code: str) -> bool:
    """Whether the code lets people in now."""
    return tx.value(_IS_GOOD, typed=code, at=tx.now) is not None


def made(tx: Tx, member_id: int, number: int) -> list[datetime]:
    """Returns when the member's newest codes were made, up to `number`, the newest first."""
    return [row.created_at for row in tx.all(_MADE, member=member_id, number=number)]


def use(tx: Tx, code: str) -> int | None:
    """Counts one more use of a code; returns the id of its member, or None if it is not good."""
    found: int | None = tx.value(_USE, typed=code, at=tx.now)
    return found


def revoke(tx: Tx, code: str, member_id: int) -> bool:
    """Revokes a code of this member; returns False if it is not good, or not theirs."""
    return tx.run(_REVOKE, typed=code, member=member_id, at=tx.now) > 0


def revoke_of(tx: Tx, member_id: int) -> int:
    """Revokes the member's codes that are good; returns how many."""
    return tx.run(_REVOKE_OF, member=member_id, at=tx.now)


def delete_unused(tx: Tx, member_id: int, before: datetime) -> int:
    """Erases the member's codes from up to then with which nobody joined; returns how many."""
    return tx.run(_DELETE_UNUSED, member=member_id, before=before)


def delete_of(tx: Tx, member_id: int) -> int:
    return tx.run(_DELETE_OF, member=member_id)


def move(tx: Tx, absorbed_id: int, survivor_id: int) -> int:
    """Gives a member's codes to another."""
    return tx.run(_MOVE, absorbed=absorbed_id, survivor=survivor_id)


def uses(tx: Tx, member_id: int) -> int:
    """Returns how often all codes of the member were used."""
    return int(tx.value(_USES, member=member_id))


def add_recruit(tx: Tx, recruit: Recruit) -> None:
    tx.run(_ADD_RECRUIT, member_id=recruit.member_id, recruiter_id=recruit.recruiter_id, at=recruit.at)


def recruit(tx: Tx, member_id: int) -> Recruit | None:
    """Returns the recruiter of a member who joined with a code."""
    row = tx.one(_RECRUIT, member=member_id)
    return Recruit(*row) if row else None


def recruits_of(tx: Tx, member_id: int) -> int:
    """Returns how many members joined with this member's codes and did not leave."""
    return int(tx.value(_RECRUITS, member=member_id))


def delete_recruit(tx: Tx, member_id: int) -> None:
    """Erases the recruiter of a member."""
    tx.run(_DELETE_RECRUIT, member=member_id)


def delete_recruits(tx: Tx, member_id: int) -> None:
    """Erases the recruiter of a member, and the member as the recruiter of others."""
    tx.run(_DELETE_RECRUITS, member=member_id)


def move_recruits(tx: Tx, absorbed_id: int, survivor_id: int) -> int:
    """Gives a member's recruits to another."""
    return tx.run(_MOVE_RECRUITS, absorbed=absorbed_id, survivor=survivor_id)


def shorten(tx: Tx, latest: datetime) -> None:
    """Lets codes expire at that moment that would expire later."""
    tx.run(_SHORTEN, latest=latest)
