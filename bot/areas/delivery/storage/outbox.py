"""Everything that goes out: rows written with the change that caused them. `sending.py` has what sends them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, case, delete, exists, func, literal_column, select, update

from bot.areas.delivery.tables import outbox, unreached
from bot.areas.members.tables import accounts
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

DUE, BEHIND, SENDING = "due", "behind", "sending"
SENT, UNCERTAIN, PARKED = "sent", "uncertain", "parked"
URGENT, BULK = 0, 1
PRUNED_AT_ONCE: Final = 2000

# Partial indexes are used only if their own condition is written with literals.
IS_DUE = outbox.c.state == literal_column("'due'")
IS_OPEN = outbox.c.state.in_([literal_column(f"'{state}'") for state in (DUE, BEHIND, SENDING)])
_IS_UNSENT = outbox.c.state != literal_column("'sent'")
_IS_OVER = outbox.c.state.in_([literal_column(f"'{state}'") for state in (SENT, UNCERTAIN, PARKED)])

_FOLLOWS = exists().where(outbox.c.platform == bindparam("on"), outbox.c.chain == bindparam("link"), IS_OPEN)
_ADD = Statement(
    insert(outbox)
    .values(
        platform=bindparam("platform"),
        union_id=bindparam("union_id"),
        target=bindparam("target"),
        person=bindparam("person"),
        body=bindparam("body"),
        state=case((_FOLLOWS, BEHIND), else_=DUE),
        due_at=bindparam("due_at"),
        attempts=0,
        dedupe_key=bindparam("dedupe_key"),
        created_at=bindparam("created_at"),
        lane=bindparam("lane"),
        share=bindparam("share"),
        chain=bindparam("chain"),
    )
    .on_conflict_do_nothing()
)
_SUPERSEDE = Statement(
    update(outbox)
    .where(outbox.c.dedupe_key == bindparam("key"), outbox.c.state.in_([DUE, BEHIND]))
    .values(body=bindparam("new"))
)
_LET_GO = Statement(
    update(outbox).where(outbox.c.dedupe_key == bindparam("key")).values(dedupe_key=None, body=b"")
)
_SENT_ID = Statement(select(outbox.c.sent_id).where(outbox.c.dedupe_key == bindparam("key")))
_DEPTHS = Statement(
    select(outbox.c.platform, outbox.c.state, func.count().label("rows"))
    .where(_IS_UNSENT)
    .group_by(outbox.c.platform, outbox.c.state)
)
_PARKED = Statement(
    select(outbox.c.platform, outbox.c.last_error, func.count().label("rows"))
    .where(
        outbox.c.state == PARKED,
        _IS_UNSENT,
        outbox.c.created_at >= bindparam("since"),
        ~exists().where(
            accounts.c.platform == outbox.c.platform,
            accounts.c.native_id == outbox.c.person,
            accounts.c.unreachable_at.is_not(None),
        ),
    )
    .group_by(outbox.c.platform, outbox.c.last_error)
    .order_by(func.count().desc())
    .limit(bindparam("most"))
)
_PRUNE = Statement(
    delete(outbox).where(
        outbox.c.id.in_(
            select(outbox.c.id)
            .where(_IS_OVER, outbox.c.created_at < bindparam("before"))
            .order_by(outbox.c.created_at)
            .limit(bindparam("most"))
        )
    )
)
_ERASE_PERSON = Statement(
    delete(outbox).where(
        outbox.c.union_id == bindparam("union"),
        outbox.c.platform == bindparam("on"),
        outbox.c.person == bindparam("native"),
    )
)
_ERASE_MARK = Statement(
    delete(unreached).where(
        unreached.c.union_id == bindparam("union"),
        unreached.c.platform == bindparam("on"),
        unreached.c.person == bindparam("native"),
    )
)


def add(
    tx: Tx,
    platform: str,
    union_id: int | None,
    target: str,
    body: bytes,
    person: str | None = None,
    dedupe_key: str | None = None,
    *,
    chat: str | None = None,
    bulk: bool = False,
) -> None:
    """Queue a message, to `person`'s private chat if given; a second one with a `dedupe_key` is dropped.

    What a union has for one `chat` (of itself the person, or the target) is sent one after another, `bulk` apart.
    """
    lane, share = (BULK if bulk else URGENT), union_id or 0
    chain = f"{lane}/{share}/{person or chat or target}"
    tx.run(
        _ADD,
        platform=platform,
        union_id=union_id,
        target=target,
        person=person,
        body=body,
        due_at=tx.now,
        dedupe_key=dedupe_key,
        created_at=tx.now,
        lane=lane,
        share=share,
        chain=chain,
        on=platform,
        link=chain,
    )


def replace(
    tx: Tx,
    platform: str,
    union_id: int | None,
    target: str,
    body: bytes,
    person: str | None,
    dedupe_key: str,
    *,
    chat: str | None = None,
    bulk: bool = False,
) -> None:
    """Queue a message like `add`, in place of one with the same key that still waits.

    One that is being sent is followed by the new one, and not tried again if it fails: it has no text any more.
    """
    if tx.run(_SUPERSEDE, key=dedupe_key, new=body):
        return
    tx.run(_LET_GO, key=dedupe_key)
    add(tx, platform, union_id, target, body, person, dedupe_key, chat=chat, bulk=bulk)


def sent_id(tx: Tx, dedupe_key: str) -> str | None:
    """The platform's id of the message with this key, for a target that edits it; None until it is sent."""
    found: str | None = tx.value(_SENT_ID, key=dedupe_key)
    return found


def depths(tx: Tx) -> list[tuple[str, str, int]]:
    """(platform, state, rows) of everything not sent."""
    return [(row.platform, row.state, row.rows) for row in tx.all(_DEPTHS)]


def parked(tx: Tx, since: datetime, most: int) -> list[tuple[str, str, int]]:
    """(platform, last error, rows) given up, the most first; not for people who cannot be reached anyhow."""
    rows = tx.all(_PARKED, since=since, most=most)
    return [(row.platform, row.last_error or "", row.rows) for row in rows]


def prune(tx: Tx, before: datetime) -> int:
    """Forget what was sent or given up, of which the text names people; how many rows, not all at once."""
    return tx.run(_PRUNE, before=before, most=PRUNED_AT_ONCE)


def erase_person(tx: Tx, union_id: int, platform: str, native_id: str) -> int:
    """Forget what this union had for this person's private chat."""
    tx.run(_ERASE_MARK, union=union_id, on=platform, native=native_id)
    return tx.run(_ERASE_PERSON, union=union_id, on=platform, native=native_id)
