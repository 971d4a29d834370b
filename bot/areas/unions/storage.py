"""Unions, and the union that each private chat is about."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from bot.areas.unions.tables import UNION_COLUMNS, private_unions, unions
from bot.domain.people import Union
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

_BY_ID = Statement(select(*UNION_COLUMNS).where(unions.c.id == bindparam("id")))
_BY_REF = Statement(select(*UNION_COLUMNS).where(unions.c.ref == bindparam("ref")))
_ALL = Statement(select(*UNION_COLUMNS).order_by(unions.c.id))
_INSERT = Statement(
    insert(unions)
    .values(
        ref=bindparam("ref"),
        name=bindparam("name"),
        purpose=bindparam("purpose"),
        time_zone=bindparam("time_zone"),
        language=bindparam("language"),
        created_at=bindparam("created_at"),
    )
    .returning(*UNION_COLUMNS)
)
_SET_FOUNDER = Statement(
    update(unions)
    .where(unions.c.id == bindparam("union"))
    .values(founder_id=bindparam("founder"), by_host_at=bindparam("host_at"))
)
_REPLACE_FOUNDER = Statement(
    update(unions)
    .where(unions.c.id == bindparam("union"), unions.c.founder_id == bindparam("before"))
    .values(founder_id=bindparam("after"))
)
_EDIT = Statement(
    update(unions)
    .where(unions.c.id == bindparam("union"))
    .values(
        name=bindparam("new_name"),
        purpose=bindparam("new_purpose"),
        time_zone=bindparam("new_zone"),
        language=bindparam("new_language"),
    )
)
_CHOSEN = Statement(
    select(private_unions.c.union_id).where(
        private_unions.c.platform == bindparam("on"), private_unions.c.native_id == bindparam("native")
    )
)
_CHOOSE = Statement(
    insert(private_unions)
    .values(platform=bindparam("platform"), native_id=bindparam("native_id"), union_id=bindparam("union_id"))
    .on_conflict_do_update(index_elements=["platform", "native_id"], set_={"union_id": bindparam("union_id")})
)
_FORGET = Statement(
    delete(private_unions).where(
        private_unions.c.platform == bindparam("on"),
        private_unions.c.native_id == bindparam("native"),
        private_unions.c.union_id == bindparam("union"),
    )
)


def by_id(tx: Tx, union_id: int) -> Union | None:
    row = tx.one(_BY_ID, id=union_id)
    return Union(*row) if row else None


def by_ref(tx: Tx, ref: str) -> Union | None:
    row = tx.one(_BY_REF, ref=ref)
    return Union(*row) if row else None


def every(tx: Tx) -> list[Union]:
    return [Union(*row) for row in tx.all(_ALL)]


def add(tx: Tx, ref: str, name: str, purpose: str, time_zone: str, language: str) -> Union:
    row = tx.one(
        _INSERT,
        ref=ref,
        name=name,
        purpose=purpose,
        time_zone=time_zone,
        language=language,
        created_at=tx.now,
    )
    assert row is not None
    return Union(*row)


def set_founder(tx: Tx, union_id: int, member_id: int | None, by_host_at: datetime | None = None) -> None:
    tx.run(_SET_FOUNDER, union=union_id, founder=member_id, host_at=by_host_at)


def replace_founder(tx: Tx, union_id: int, before_id: int, after_id: int) -> None:
    """Names the founder by another member, who is the same person. How they became it stays noted."""
    tx.run(_REPLACE_FOUNDER, union=union_id, before=before_id, after=after_id)


def edit(tx: Tx, union_id: int, name: str, purpose: str, time_zone: str, language: str) -> None:
    tx.run(
        _EDIT,
        union=union_id,
        new_name=name,
        new_purpose=purpose,
        new_zone=time_zone,
        new_language=language,
    )


def chosen_in_private(tx: Tx, platform: str, native_id: str) -> int | None:
    """Returns the union that this person chose for their private chat, if any."""
    found: int | None = tx.value(_CHOSEN, on=platform, native=native_id)
    return found


def choose_in_private(tx: Tx, platform: str, native_id: str, union_id: int) -> None:
    tx.run(_CHOOSE, platform=platform, native_id=native_id, union_id=union_id)


def forget_choice(tx: Tx, platform: str, native_id: str, union_id: int) -> None:
    tx.run(_FORGET, on=platform, native=native_id, union=union_id)
