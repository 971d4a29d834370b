"""Effects outside the database, by kind and state."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, or_, select, update

from bot.areas.intents.domain import FINAL, LONGEST_WAIT, Intent, IntentState, Outcome
from bot.areas.intents.tables import IS_OPEN, intents
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

_COLUMNS = [intents.c[name] for name in Intent.__dataclass_fields__]
_ADD = Statement(
    insert(intents)
    .values(
        union_id=bindparam("union"),
        member_id=bindparam("member"),
        kind=bindparam("kind"),
        key=bindparam("key"),
        payload=bindparam("payload"),
        state=IntentState.WAITING.value,
        tries=0,
        planned_at=bindparam("now"),
        due_at=bindparam("now"),
        detail="",
    )
    .on_conflict_do_nothing(index_elements=["key"])
)
_BY_ID = Statement(select(*_COLUMNS).where(intents.c.id == bindparam("intent")))
_DUE = Statement(
    select(*_COLUMNS)
    .where(
        intents.c.kind == bindparam("kind"),
        IS_OPEN,
        or_(intents.c.due_at <= bindparam("now"), intents.c.due_at > bindparam("too_late")),
    )
    .order_by(intents.c.due_at, intents.c.id)
    .limit(bindparam("most"))
)
_SET = Statement(
    update(intents)
    .where(intents.c.id == bindparam("intent"), intents.c.state == bindparam("before"))
    .values(
        state=bindparam("after"),
        tries=intents.c.tries + 1,
        due_at=bindparam("due"),
        detail=bindparam("said"),
    )
)
_END = Statement(
    update(intents)
    .where(intents.c.id == bindparam("intent"), intents.c.state == bindparam("before"))
    .values(
        state=bindparam("after"),
        tries=intents.c.tries + 1,
        payload="{}",
        ended_at=bindparam("now"),
        detail=bindparam("said"),
    )
)
_CANCEL = Statement(
    delete(intents).where(
        intents.c.member_id == bindparam("member"), intents.c.state == IntentState.WAITING.value
    )
)
_HAND_ON = Statement(
    update(intents).where(intents.c.member_id == bindparam("old")).values(member_id=bindparam("new"))
)
_PRUNE = Statement(delete(intents).where(intents.c.ended_at < bindparam("before")))


def add(tx: Tx, union_id: int, member_id: int, kind: str, key: str, payload: str) -> bool:
    """Adds an effect that waits; returns False if one with this key is there already."""
    return tx.run(_ADD, union=union_id, member=member_id, kind=kind, key=key, payload=payload, now=tx.now) > 0


def by_id(tx: Tx, intent_id: int) -> Intent | None:
    row = tx.one(_BY_ID, intent=intent_id)
    return _read(row) if row else None


def due(tx: Tx, kind: str, most: int) -> list[Intent]:
    """Returns effects of a kind that have not ended and are due, the longest due first.

    Nothing waits longer than `LONGEST_WAIT`. What seems to wait longer is due too: the clock was set back.
    """
    too_late = tx.now + LONGEST_WAIT
    return [_read(row) for row in tx.all(_DUE, kind=kind, now=tx.now, too_late=too_late, most=most)]


def put_state(tx: Tx, intent: Intent, outcome: Outcome, due_at: datetime) -> bool:
    """Changes the state, and counts a try; returns False if the effect is in another state by now."""
    same = {"intent": intent.id, "before": intent.state.value, "after": outcome.state.value}
    if outcome.state in FINAL:
        return tx.run(_END, **same, said=outcome.detail, now=tx.now) > 0
    return tx.run(_SET, **same, said=outcome.detail, due=due_at) > 0


def cancel_of(tx: Tx, member_id: int) -> None:
    """Erases the member's effects that were not begun."""
    tx.run(_CANCEL, member=member_id)


def hand_on(tx: Tx, old_id: int, new_id: int | None) -> None:
    """Gives a member's effects to another, or to nobody."""
    tx.run(_HAND_ON, old=old_id, new=new_id)


def prune(tx: Tx, before: datetime) -> None:
    """Erases effects that ended before that moment."""
    tx.run(_PRUNE, before=before)


def _read(row: Any) -> Intent:
    found = Intent(*row)
    return replace(found, state=IntentState(found.state))
