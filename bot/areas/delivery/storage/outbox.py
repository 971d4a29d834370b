"""The outbox: messages are rows, written in the transaction that causes them. `sending` has the steps of sending."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, case, delete, exists, func, literal_column, select, update

from bot.areas.delivery.tables import outbox, unreached
from bot.areas.members.tables import accounts
from bot.domain.messages import NewMessage
from bot.domain.transaction import Tx
from bot.storage.searching import holds
from bot.storage.statements import Statement, insert

DUE, BEHIND, SENDING = "due", "behind", "sending"
SENT, UNCERTAIN, PARKED = "sent", "uncertain", "parked"
URGENT, BULK = 0, 1
PRUNED_AT_ONCE: Final = 2000

# A query uses a partial index only if it has the condition of the index with the same literals.
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
_ERASE_PERSON_OF_NONE = Statement(
    delete(outbox).where(
        outbox.c.union_id.is_(None),
        outbox.c.platform == bindparam("on"),
        outbox.c.person == bindparam("native"),
    )
)
_STILL_WAITS = outbox.c.state.in_([literal_column(f"'{state}'") for state in (DUE, BEHIND)])
_NAMING = Statement(
    select(outbox.c.id).where(_STILL_WAITS, _IS_UNSENT, holds(outbox.c.body, bindparam("mention")))
)
_BODY = Statement(select(outbox.c.body).where(outbox.c.id == bindparam("row"), _STILL_WAITS))
_SET_BODY = Statement(
    update(outbox).where(outbox.c.id == bindparam("row"), _STILL_WAITS).values(body=bindparam("new"))
)
_ERASE_MARK = Statement(
    delete(unreached).where(
        unreached.c.union_id == bindparam("union"),
        unreached.c.platform == bindparam("on"),
        unreached.c.person == bindparam("native"),
    )
)


def add(tx: Tx, message: NewMessage) -> None:
    """Queues a message. A second one with the same `dedupe_key` is dropped.

    A union's messages for one chat are sent one after another, those that are `bulk` separately from others. The chat
    is the person if given, else `chat`, else the target.
    """
    lane, share = (BULK if message.bulk else URGENT), message.union_id or 0
    chain = f"{lane}/{share}/{message.person or message.chat or message.target}"
    tx.run(
        _ADD,
        platform=message.platform,
        union_id=message.union_id,
        target=message.target,
        person=message.person,
        body=message.body,
        due_at=tx.now,
        dedupe_key=message.dedupe_key,
        created_at=tx.now,
        lane=lane,
        share=share,
        chain=chain,
        on=message.platform,
        link=chain,
    )


def replace(tx: Tx, message: NewMessage) -> None:
    """Queues a message like `add`, in the place of one with the same `dedupe_key` that still waits.

    If the earlier one is being sent, the new one follows it. The earlier one loses its text, and is not tried again
    if it fails.
    """
    if tx.run(_SUPERSEDE, key=message.dedupe_key, new=message.body):
        return
    tx.run(_LET_GO, key=message.dedupe_key)
    add(tx, message)


def sent_id(tx: Tx, dedupe_key: str) -> str | None:
    """Returns the platform's id of the message with this key, for editing it; None until it is sent."""
    found: str | None = tx.value(_SENT_ID, key=dedupe_key)
    return found


def depths(tx: Tx) -> list[tuple[str, str, int]]:
    """Returns (platform, state, number of rows) of all messages that were not sent."""
    return [(row.platform, row.state, row.rows) for row in tx.all(_DEPTHS)]


def parked(tx: Tx, since: datetime, most: int) -> list[tuple[str, str, int]]:
    """Returns (platform, last error, number of rows) of messages that were given up, the most first.

    Leaves out messages to people whom private messages cannot reach in any case.
    """
    rows = tx.all(_PARKED, since=since, most=most)
    return [(row.platform, row.last_error or "", row.rows) for row in rows]


def prune(tx: Tx, before: datetime) -> int:
    """Erases old messages that were sent or given up, because they name people. Returns how many; not all at once."""
    return tx.run(_PRUNE, before=before, most=PRUNED_AT_ONCE)


def erase_person(tx: Tx, union_id: int | None, platform: str, native_id: str) -> int:
    """Erases this union's messages for this person's private chat (None: those of no union); returns how many."""
    tx.erased()
    if union_id is None:
        return tx.run(_ERASE_PERSON_OF_NONE, on=platform, native=native_id)
    tx.run(_ERASE_MARK, union=union_id, on=platform, native=native_id)
    return tx.run(_ERASE_PERSON, union=union_id, on=platform, native=native_id)


def naming(tx: Tx, mention: str) -> list[int]:
    """Returns the messages that still wait to be sent and have this mention in their JSON."""
    return [row.id for row in tx.all(_NAMING, mention=mention.encode())]


def body(tx: Tx, row_id: int) -> bytes | None:
    """Returns the text of a message that still waits to be sent."""
    found: bytes | None = tx.value(_BODY, row=row_id)
    return found


def set_body(tx: Tx, row_id: int, new: bytes) -> None:
    """Sets the text of a message that still waits to be sent."""
    tx.erased()
    tx.run(_SET_BODY, row=row_id, new=new)
