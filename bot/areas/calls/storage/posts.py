"""The posts of calls in spaces, and what each post says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, exists, func, or_, select, update

from bot.areas.calls.domain.calls import CallState
from bot.areas.calls.tables import IS_LIVE, call_posts, calls
from bot.areas.delivery.tables import outbox
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

ENDED: Final = -1
"""A value of `shown`: the post is not edited any more."""
STALE: Final = 2**31 - 1
"""A value of `shown`: the post says something that is no longer true."""

_ADD = Statement(
    insert(call_posts)
    .values(call_id=bindparam("call"), space_id=bindparam("space"), shown=0)
    .on_conflict_do_nothing()
)
_CALLS_TO_EDIT = Statement(
    select(calls.c.id, calls.c.union_id)
    .select_from(call_posts)
    .join(calls, calls.c.id == call_posts.c.call_id)
    .where(
        IS_LIVE,
        or_(call_posts.c.shown != calls.c.answered, calls.c.state == CallState.CANCELLED),
        or_(call_posts.c.edited_at.is_(None), call_posts.c.edited_at <= bindparam("before")),
    )
    .group_by(calls.c.id, calls.c.union_id)
    .order_by(func.min(call_posts.c.edited_at).nulls_first(), calls.c.id)
    .limit(bindparam("most"))
)
_CLOSED = Statement(
    select(calls.c.id, calls.c.union_id)
    .select_from(call_posts)
    .join(calls, calls.c.id == call_posts.c.call_id)
    .where(IS_LIVE, calls.c.state == CallState.CLOSED, call_posts.c.shown != STALE)
    .distinct()
    .order_by(calls.c.id)
)
_LIVE_OF = Statement(
    select(call_posts.c.space_id, call_posts.c.shown, call_posts.c.edited_at)
    .where(IS_LIVE, call_posts.c.call_id == bindparam("call"))
    .order_by(call_posts.c.space_id)
)
_SET = Statement(
    update(call_posts)
    .where(call_posts.c.call_id == bindparam("call"), call_posts.c.space_id == bindparam("space"))
    .values(shown=bindparam("now_shown"), edited_at=bindparam("at"))
)
_STALE = Statement(
    update(call_posts).where(IS_LIVE, call_posts.c.call_id == bindparam("call")).values(shown=STALE)
)
_COUNT_AGAIN = Statement(
    update(call_posts)
    .where(
        call_posts.c.call_id == bindparam("call"),
        call_posts.c.shown == ENDED,
        exists().where(calls.c.id == call_posts.c.call_id, calls.c.state == CallState.CLOSED),
    )
    .values(shown=STALE)
)
_IN_OUTBOX = Statement(
    select(outbox.c.target, outbox.c.state, outbox.c.sent_id).where(outbox.c.dedupe_key == bindparam("key"))
)


@dataclass(frozen=True, slots=True)
class Post:
    """A call's post in a space. `shown` is the number of answers that it tells, or `STALE`."""

    space_id: int
    shown: int
    edited_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sending:
    """A message in the outbox: it still `waits` to be sent, or is being sent (`going`), or neither.

    `target` (JSON) is the chat that it goes to. `sent_id` is the platform's id of the message; None if it has none.
    """

    target: str
    waits: bool
    going: bool
    sent_id: str | None


def key_of(call_id: int, space_id: int) -> str:
    """Returns the key in the outbox of a call's post in a space."""
    return f"call:{call_id}:{space_id}"


def add(tx: Tx, call_id: int, space_id: int) -> bool:
    """Notes a post of the call in a space; False if there is one already."""
    return tx.run(_ADD, call=call_id, space=space_id) > 0


def to_edit(tx: Tx, every: timedelta, most: int) -> list[tuple[int, int]]:
    """Returns (union, call) of calls with posts that are out of date and were not edited for the time `every`.

    Calls whose posts have waited longest come first.
    """
    rows = tx.all(_CALLS_TO_EDIT, before=tx.now - every, most=most)
    return [(row.union_id, row.id) for row in rows]


def closed(tx: Tx) -> list[tuple[int, int]]:
    """Returns (union, call) of closed calls with posts that are still edited."""
    return [(row.union_id, row.id) for row in tx.all(_CLOSED)]


def live(tx: Tx, call_id: int) -> list[Post]:
    """Returns the call's posts that are still edited."""
    return [Post(*row) for row in tx.all(_LIVE_OF, call=call_id)]


def set_shown(tx: Tx, call_id: int, space_id: int, shown: int) -> None:
    """Notes that the post tells this number of answers now, or that it is not edited any more (`ENDED`)."""
    tx.run(_SET, call=call_id, space=space_id, now_shown=shown, at=tx.now)


def make_stale(tx: Tx, call_id: int) -> None:
    """Marks all posts of a call for an edit, as the call says something new."""
    tx.run(_STALE, call=call_id)


def count_again(tx: Tx, call_id: int) -> None:
    """Marks the posts of a closed call that had their last edit for another one, as its number of answers changed."""
    tx.run(_COUNT_AGAIN, call=call_id)


def sending(tx: Tx, call_id: int, space_id: int) -> Sending | None:
    """Returns the message of a post in the outbox; None if the outbox never had it, or has it no longer."""
    row = tx.one(_IN_OUTBOX, key=key_of(call_id, space_id))
    if row is None:
        return None
    return Sending(row.target, row.state in ("due", "behind"), row.state == "sending", row.sent_id)
