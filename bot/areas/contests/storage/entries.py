"""Entries into contests."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, bindparam, delete, func, select, update

from bot.areas.contests.domain import ContestEntry
from bot.areas.contests.tables import contests, entries, entry_votes
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

_COLUMNS = (
    entries.c.id,
    entries.c.call_id,
    entries.c.member_id,
    entries.c.words,
    entries.c.file_id,
    entries.c.at,
    entries.c.votes,
)
_OF_CALL = entries.c.call_id == bindparam("call")
_OF_MEMBER = entries.c.member_id == bindparam("member")
_NEW: dict[str, BindParameter[Any]] = {
    "words": bindparam("said"),
    "file_id": bindparam("file"),
    "at": bindparam("moment"),
}
_PUT = Statement(
    insert(entries)
    .values(call_id=bindparam("call"), member_id=bindparam("member"), votes=0, **_NEW)
    .on_conflict_do_update(index_elements=["call_id", "member_id"], set_=_NEW)
    .returning(entries.c.id)
)
_MINE = Statement(select(*_COLUMNS).where(_OF_CALL, _OF_MEMBER))
_GET = Statement(select(*_COLUMNS).where(entries.c.id == bindparam("entry")))
_COUNT = Statement(select(func.count()).select_from(entries).where(_OF_CALL))
_TOTALS = Statement(
    select(func.count().label("entries"), func.coalesce(func.sum(entries.c.votes), 0).label("votes"))
    .select_from(entries)
    .where(_OF_CALL)
)
_AFTER = Statement(
    select(*_COLUMNS).where(_OF_CALL, entries.c.id > bindparam("after")).order_by(entries.c.id).limit(1)
)
_AT = Statement(select(*_COLUMNS).where(_OF_CALL).order_by(entries.c.id).limit(1).offset(bindparam("skip")))
_RANKED = Statement(
    select(*_COLUMNS)
    .where(_OF_CALL)
    .order_by(entries.c.votes.desc(), entries.c.at, entries.c.id)
    .limit(bindparam("most"))
)
_REMOVE = Statement(delete(entries).where(entries.c.id == bindparam("entry")))
_BLANK = Statement(update(entries).where(entries.c.id == bindparam("entry")).values(words="", file_id=None))
_NO_VOTES = Statement(delete(entry_votes).where(entry_votes.c.entry_id == bindparam("entry")))
_ALL_OF = Statement(
    select(*_COLUMNS, contests.c.closed_at)
    .join_from(entries, contests, contests.c.call_id == entries.c.call_id)
    .where(_OF_MEMBER)
)
_MOVE = Statement(
    update(entries).where(entries.c.id == bindparam("entry")).values(member_id=bindparam("new"))
)


def _entry(row: Any) -> ContestEntry | None:
    return ContestEntry(*row) if row else None


def put(tx: Tx, call_id: int, member_id: int, words: str, file_id: int | None) -> int:
    """Sets the member's entry into a contest. Returns its id."""
    entry: int = tx.value(_PUT, call=call_id, member=member_id, said=words, file=file_id, moment=tx.now)
    return entry


def of_member(tx: Tx, call_id: int, member_id: int) -> ContestEntry | None:
    """Returns the member's entry into a contest."""
    return _entry(tx.one(_MINE, call=call_id, member=member_id))


def by_id(tx: Tx, entry_id: int) -> ContestEntry | None:
    """Returns the entry with that id."""
    return _entry(tx.one(_GET, entry=entry_id))


def count(tx: Tx, call_id: int) -> int:
    """Counts the entries into a contest."""
    return int(tx.value(_COUNT, call=call_id))


def totals(tx: Tx, call_id: int) -> tuple[int, int]:
    """Returns the number of entries into a contest, and of their votes."""
    row = tx.one(_TOTALS, call=call_id)
    return (row.entries, int(row.votes)) if row else (0, 0)


def after(tx: Tx, call_id: int, entry_id: int) -> ContestEntry | None:
    """Returns the next entry in the order in which they came."""
    return _entry(tx.one(_AFTER, call=call_id, after=entry_id))


def after_others(tx: Tx, call_id: int, skip: int) -> ContestEntry | None:
    """Returns the entry that came after `skip` others."""
    return _entry(tx.one(_AT, call=call_id, skip=skip))


def ranked(tx: Tx, call_id: int, most: int) -> list[ContestEntry]:
    """Returns up to `most` entries: those with the most votes first, of equals the earlier."""
    return [ContestEntry(*row) for row in tx.all(_RANKED, call=call_id, most=most)]


def remove(tx: Tx, entry_id: int) -> None:
    """Erases an entry with its votes."""
    tx.run(_NO_VOTES, entry=entry_id)
    tx.run(_REMOVE, entry=entry_id)


def blank(tx: Tx, entry_id: int) -> None:
    """Erases the words and the picture of an entry. Its place in the ranking stays."""
    tx.run(_BLANK, entry=entry_id)


def all_of(tx: Tx, member_id: int) -> list[tuple[ContestEntry, bool]]:
    """Returns all entries of a member, each with whether its contest is closed."""
    return [(ContestEntry(*row[:-1]), row.closed_at is not None) for row in tx.all(_ALL_OF, member=member_id)]


def move(tx: Tx, entry_id: int, member_id: int) -> None:
    """Gives an entry to another member, who has none in that contest."""
    tx.run(_MOVE, entry=entry_id, new=member_id)


def drop_votes(tx: Tx, entry_id: int) -> None:
    """Erases the votes for an entry."""
    tx.run(_NO_VOTES, entry=entry_id)
