"""Accounts of members on chat platforms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, bindparam, case, delete, func, or_, select, update

from bot.areas.members.tables import ACCOUNT_COLUMNS, accounts
from bot.areas.unions.tables import unions
from bot.domain.people import Account
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert
from bot.storage.types import UtcDateTime

_IN_UNION = Statement(
    select(*ACCOUNT_COLUMNS).where(
        accounts.c.union_id == bindparam("union"),
        accounts.c.platform == bindparam("on"),
        accounts.c.native_id == bindparam("native"),
    )
)
_EVERYWHERE = Statement(
    select(*ACCOUNT_COLUMNS)
    .where(accounts.c.platform == bindparam("on"), accounts.c.native_id == bindparam("native"))
    .order_by(accounts.c.id)
)
_BY_ID = Statement(select(*ACCOUNT_COLUMNS).where(accounts.c.id == bindparam("id")))
# As `Account.age_key`: who became part of a person later is not shown, or written to, in the place of the person.
_BY_AGE = (func.coalesce(accounts.c.part_since, accounts.c.joined_at), accounts.c.id)
_OF_MEMBER = Statement(
    select(*ACCOUNT_COLUMNS).where(accounts.c.member_id == bindparam("member")).order_by(*_BY_AGE)
)
_OF_MEMBERS = Statement(
    select(*ACCOUNT_COLUMNS)
    .where(accounts.c.member_id.in_(bindparam("members", expanding=True)))
    .order_by(*_BY_AGE)
)
# Goes through the unions, because the index of usernames begins with the union.
_NAMED_ELSEWHERE = and_(
    accounts.c.union_id.in_(select(unions.c.id)),
    accounts.c.username == bindparam("wanted"),
    accounts.c.platform == bindparam("on"),
    accounts.c.native_id != bindparam("native"),
)
_OTHER_NAMED = Statement(select(accounts.c.id).where(_NAMED_ELSEWHERE).limit(1))
_RELEASE = Statement(update(accounts).where(_NAMED_ELSEWHERE).values(username=None))
_BY_USERNAME = Statement(
    select(*ACCOUNT_COLUMNS).where(
        accounts.c.union_id == bindparam("union"), accounts.c.username == bindparam("wanted")
    )
)
_INSERT = Statement(
    insert(accounts)
    .values(
        union_id=bindparam("union_id"),
        member_id=bindparam("member_id"),
        platform=bindparam("platform"),
        native_id=bindparam("native_id"),
        name=bindparam("name"),
        username=bindparam("username"),
        joined_at=bindparam("joined_at"),
        seen_at=bindparam("joined_at"),
    )
    .returning(*ACCOUNT_COLUMNS)
)
_RENAME = Statement(
    update(accounts)
    .where(accounts.c.platform == bindparam("on"), accounts.c.native_id == bindparam("native"))
    .values(name=bindparam("new_name"), username=bindparam("new_username"))
)
_LOCALE = Statement(
    update(accounts)
    .where(accounts.c.platform == bindparam("on"), accounts.c.native_id == bindparam("native"))
    .values(locale=bindparam("new_locale"))
)
_CHOOSE = Statement(
    update(accounts).where(accounts.c.member_id == bindparam("member")).values(chosen=bindparam("language"))
)
_REACHABLE = Statement(
    update(accounts)
    .where(accounts.c.platform == bindparam("on"), accounts.c.native_id == bindparam("native"))
    .values(unreachable_at=bindparam("at"))
)
_SEEN = Statement(
    update(accounts).where(accounts.c.id == bindparam("account")).values(seen_at=bindparam("at"))
)
_SET_WAIT = Statement(
    update(accounts).where(accounts.c.id == bindparam("account")).values(waits_until=bindparam("until"))
)
_MOVE = Statement(
    update(accounts)
    .where(accounts.c.member_id == bindparam("absorbed"))
    .values(member_id=bindparam("survivor"))
)
_until = bindparam("until", type_=UtcDateTime())
_shorter = or_(accounts.c.waits_until.is_(None), accounts.c.waits_until < _until)
_WAIT = Statement(
    update(accounts)
    .where(accounts.c.member_id == bindparam("member"))
    .values(waits_until=case((_shorter, _until), else_=accounts.c.waits_until))
)
_SET_PART = Statement(
    update(accounts).where(accounts.c.id == bindparam("account")).values(part_since=bindparam("at"))
)
_DELETE = Statement(delete(accounts).where(accounts.c.id == bindparam("account")))
_DELETE_OF = Statement(delete(accounts).where(accounts.c.member_id == bindparam("member")))


def in_union(tx: Tx, union_id: int, platform: str, native_id: str) -> Account | None:
    row = tx.one(_IN_UNION, union=union_id, on=platform, native=native_id)
    return Account(*row) if row else None


def everywhere(tx: Tx, platform: str, native_id: str) -> list[Account]:
    """Returns the accounts of a platform's user in all unions, oldest first."""
    return [Account(*row) for row in tx.all(_EVERYWHERE, on=platform, native=native_id)]


def by_id(tx: Tx, account_id: int) -> Account | None:
    row = tx.one(_BY_ID, id=account_id)
    return Account(*row) if row else None


def of_member(tx: Tx, member_id: int) -> list[Account]:
    return [Account(*row) for row in tx.all(_OF_MEMBER, member=member_id)]


def of_members(tx: Tx, member_ids: Sequence[int]) -> list[Account]:
    """Returns the accounts of some members, oldest first."""
    if not member_ids:
        return []
    return [Account(*row) for row in tx.all(_OF_MEMBERS, members=list(member_ids))]


def by_username(tx: Tx, union_id: int, username: str) -> list[Account]:
    """Returns the accounts (of any platform) with this username. Capitals and the @ make no difference."""
    return [
        Account(*row) for row in tx.all(_BY_USERNAME, union=union_id, wanted=username.lower().lstrip("@"))
    ]


def other_named(tx: Tx, platform: str, native_id: str, username: str) -> bool:
    """Whether another account of the platform, in any union, has this username."""
    return tx.one(_OTHER_NAMED, on=platform, native=native_id, wanted=username.lower()) is not None


def release(tx: Tx, platform: str, native_id: str, username: str) -> int:
    """Takes this username from all other accounts of the platform, in all unions."""
    return tx.run(_RELEASE, on=platform, native=native_id, wanted=username.lower())


def add(
    tx: Tx, union_id: int, member_id: int, platform: str, native_id: str, name: str, username: str | None
) -> Account:
    row = tx.one(
        _INSERT,
        union_id=union_id,
        member_id=member_id,
        platform=platform,
        native_id=native_id,
        name=name,
        username=username.lower() if username else None,
        joined_at=tx.now,
    )
    assert row is not None
    return Account(*row)


def rename(tx: Tx, platform: str, native_id: str, name: str, username: str | None) -> int:
    """Sets the names of a platform's user in all unions; returns how many rows changed."""
    lowered = username.lower() if username else None
    return tx.run(_RENAME, on=platform, native=native_id, new_name=name, new_username=lowered)


def set_locale(tx: Tx, platform: str, native_id: str, language: str) -> int:
    """Sets the language that the platform told of its user, in all unions."""
    return tx.run(_LOCALE, on=platform, native=native_id, new_locale=language)


def choose_language(tx: Tx, member_id: int, language: str | None) -> int:
    """Sets the language that a member chose, for all their accounts; None: the one that each platform tells."""
    return tx.run(_CHOOSE, member=member_id, language=language)


def set_reachable(tx: Tx, platform: str, native_id: str, yes: bool) -> int:
    return tx.run(_REACHABLE, on=platform, native=native_id, at=None if yes else tx.now)


def set_seen(tx: Tx, account_id: int) -> None:
    """Notes that the account is active now."""
    tx.run(_SEEN, account=account_id, at=tx.now)


def set_wait(tx: Tx, account_id: int, until: datetime) -> None:
    """Lets the account wait until that moment."""
    tx.run(_SET_WAIT, account=account_id, until=until)


def move(tx: Tx, absorbed_id: int, survivor_id: int) -> int:
    """Gives a member's accounts to another."""
    return tx.run(_MOVE, absorbed=absorbed_id, survivor=survivor_id)


def wait(tx: Tx, member_id: int, until: datetime) -> int:
    """Makes all accounts of a member wait until then, or longer if they did before."""
    return tx.run(_WAIT, member=member_id, until=until)


def set_part(tx: Tx, account_id: int, at: datetime) -> None:
    """Notes since when the account is part of its person."""
    tx.run(_SET_PART, account=account_id, at=at)


def remove(tx: Tx, account_id: int) -> bool:
    """Erases one account; returns False if there is none."""
    return tx.run(_DELETE, account=account_id) > 0


def delete_of(tx: Tx, member_id: int) -> int:
    tx.erased()
    return tx.run(_DELETE_OF, member=member_id)
