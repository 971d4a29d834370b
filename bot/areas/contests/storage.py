"""Entries into contests, and the votes for them until the contest is closed."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, func, literal_column, or_, select, update

from bot.areas.calls.tables import calls
from bot.areas.contests.domain import ContestEntry
from bot.areas.contests.tables import contests, entries, entry_votes
from bot.areas.files.tables import files
from bot.areas.members.tables import members
from bot.areas.wallets.tables import wallets
from bot.domain.transaction import Tx
from bot.storage.exporting import OfUnion, Record
from bot.storage.statements import Statement, insert

EXPORTED_AT_ONCE = 50  # few, because they have pictures

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
_OPEN = contests.c.closed_at.is_(None)

_BEGIN = Statement(insert(contests).values(call_id=bindparam("call")).on_conflict_do_nothing())
_CLOSED = Statement(select(contests.c.closed_at).where(contests.c.call_id == bindparam("call")))
_CLOSE = Statement(
    update(contests)
    .where(contests.c.call_id == bindparam("call"), _OPEN)
    .values(closed_at=bindparam("moment"))
)
_DUE = Statement(
    select(calls.c.union_id, contests.c.call_id)
    .join_from(contests, calls, calls.c.id == contests.c.call_id)
    .where(
        _OPEN,
        or_(
            calls.c.state.in_([literal_column("'closed'"), literal_column("'cancelled'")]),
            calls.c.closes_at <= bindparam("moment"),
        ),
    )
    .order_by(contests.c.call_id)
    .limit(bindparam("most"))
)
_LAST = Statement(
    select(contests.c.call_id)
    .join_from(contests, calls, calls.c.id == contests.c.call_id)
    .where(
        calls.c.union_id == bindparam("union"), calls.c.leader_id.is_(None), contests.c.closed_at.is_not(None)
    )
    .order_by(contests.c.closed_at.desc())
    .limit(1)
)

_NEW: dict[str, Any] = {"words": bindparam("said"), "file_id": bindparam("file"), "at": bindparam("moment")}
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
    .offset(bindparam("skip"))
)
_REMOVE = Statement(delete(entries).where(entries.c.id == bindparam("entry")))
_BLANK = Statement(update(entries).where(entries.c.id == bindparam("entry")).values(words="", file_id=None))

_VOTE = Statement(
    insert(entry_votes)
    .values(call_id=bindparam("call"), member_id=bindparam("member"), entry_id=bindparam("entry"))
    .on_conflict_do_update(index_elements=["call_id", "member_id"], set_={"entry_id": bindparam("entry")})
)
_UNVOTE = Statement(
    delete(entry_votes).where(
        entry_votes.c.call_id == bindparam("call"), entry_votes.c.member_id == bindparam("member")
    )
)
_VOTE_OF = Statement(
    select(entry_votes.c.entry_id).where(
        entry_votes.c.call_id == bindparam("call"), entry_votes.c.member_id == bindparam("member")
    )
)
_NO_VOTES = Statement(delete(entry_votes).where(entry_votes.c.entry_id == bindparam("entry")))
_FORGET_VOTES = Statement(delete(entry_votes).where(entry_votes.c.call_id == bindparam("call")))
_FOR_IT = select(func.count()).select_from(entry_votes).where(entry_votes.c.entry_id == entries.c.id)
_HOLDS = exists().where(wallets.c.member_id == entry_votes.c.member_id)
_TALLY = Statement(update(entries).where(_OF_CALL).values(votes=_FOR_IT.scalar_subquery()))
_TALLY_LINKED = Statement(
    update(entries).where(_OF_CALL).values(votes=_FOR_IT.where(_HOLDS).scalar_subquery())
)

_ALL_OF = Statement(
    select(*_COLUMNS, contests.c.closed_at)
    .join_from(entries, contests, contests.c.call_id == entries.c.call_id)
    .where(_OF_MEMBER)
)
_MOVE = Statement(
    update(entries).where(entries.c.id == bindparam("entry")).values(member_id=bindparam("new"))
)
_VOTES_BY = Statement(
    select(entry_votes.c.call_id, entry_votes.c.entry_id).where(
        entry_votes.c.member_id == bindparam("member")
    )
)
_NO_VOTES_BY = Statement(delete(entry_votes).where(entry_votes.c.member_id == bindparam("member")))
_EXPORTED = Statement(
    select(
        entries.c.id,
        entries.c.call_id.label("call"),
        members.c.ref.label("member"),
        entries.c.words,
        entries.c.at,
        entries.c.votes,
        contests.c.closed_at,
        files.c.mime,
        files.c.data,
    )
    .select_from(
        entries.join(members, members.c.id == entries.c.member_id)
        .join(contests, contests.c.call_id == entries.c.call_id)
        .outerjoin(files, files.c.id == entries.c.file_id)
    )
    .where(members.c.union_id == bindparam("union"), entries.c.id > bindparam("after"))
    .order_by(entries.c.id)
    .limit(bindparam("most"))
)


def _entry(row: Any) -> ContestEntry | None:
    return ContestEntry(*row) if row else None


# -- the contest ---------------------------------------------------------------------------------------------


def begin(tx: Tx, call_id: int) -> None:
    """Somebody takes part, so there will be a ranking."""
    tx.run(_BEGIN, call=call_id)


def closed_at(tx: Tx, call_id: int) -> datetime | None:
    """When it was closed; None if it is not, or nobody took part."""
    found: datetime | None = tx.value(_CLOSED, call=call_id)
    return found


def close(tx: Tx, call_id: int) -> bool:
    """Closed from now on; False if it was already, or nobody took part."""
    return tx.run(_CLOSE, call=call_id, moment=tx.now) > 0


def due(tx: Tx, most: int) -> list[tuple[int, int]]:
    """(union, call) of contests that are over and not closed yet."""
    return [(row.union_id, row.call_id) for row in tx.all(_DUE, moment=tx.now, most=most)]


def last_closed(tx: Tx, union_id: int) -> int | None:
    """The call of the union's contest that was closed last."""
    found: int | None = tx.value(_LAST, union=union_id)
    return found


# -- entries -------------------------------------------------------------------------------------------------


def put(tx: Tx, call_id: int, member_id: int, words: str, file_id: int | None) -> int:
    """The member's entry from now on; its id."""
    entry: int = tx.value(_PUT, call=call_id, member=member_id, said=words, file=file_id, moment=tx.now)
    return entry


def of_member(tx: Tx, call_id: int, member_id: int) -> ContestEntry | None:
    return _entry(tx.one(_MINE, call=call_id, member=member_id))


def by_id(tx: Tx, entry_id: int) -> ContestEntry | None:
    return _entry(tx.one(_GET, entry=entry_id))


def count(tx: Tx, call_id: int) -> int:
    return int(tx.value(_COUNT, call=call_id))


def totals(tx: Tx, call_id: int) -> tuple[int, int]:
    """How many entries there are, and how many votes they have."""
    row = tx.one(_TOTALS, call=call_id)
    return (row.entries, int(row.votes)) if row else (0, 0)


def after(tx: Tx, call_id: int, entry_id: int) -> ContestEntry | None:
    """The next in the order in which they came."""
    return _entry(tx.one(_AFTER, call=call_id, after=entry_id))


def at(tx: Tx, call_id: int, skip: int) -> ContestEntry | None:
    """The one with so many before it."""
    return _entry(tx.one(_AT, call=call_id, skip=skip))


def ranked(tx: Tx, call_id: int, most: int, skip: int = 0) -> list[ContestEntry]:
    """Those with the most votes first; of as many, the earlier."""
    return [ContestEntry(*row) for row in tx.all(_RANKED, call=call_id, most=most, skip=skip)]


def remove(tx: Tx, entry_id: int) -> None:
    """It was never sent in."""
    tx.run(_NO_VOTES, entry=entry_id)
    tx.run(_REMOVE, entry=entry_id)


def blank(tx: Tx, entry_id: int) -> None:
    """Its words and picture are gone; its place in the ranking stays."""
    tx.run(_BLANK, entry=entry_id)


def of_everything(tx: Tx, member_id: int) -> list[tuple[ContestEntry, bool]]:
    """All entries of a member, and whether their contest is closed."""
    return [(ContestEntry(*row[:-1]), row.closed_at is not None) for row in tx.all(_ALL_OF, member=member_id)]


def move(tx: Tx, entry_id: int, member_id: int) -> None:
    tx.run(_MOVE, entry=entry_id, new=member_id)


def _exported(tx: Tx, union_id: int) -> Iterator[Record]:
    """The union's entries with their pictures. The votes are counted once the contest is closed, and never whose."""
    after = 0
    while rows := tx.all(_EXPORTED, union=union_id, after=after, most=EXPORTED_AT_ONCE):
        for row in rows:
            data = base64.b64encode(row.data).decode() if row.data is not None else None
            yield {
                "call": row.call,
                "member": row.member,
                "words": row.words,
                "at": row.at,
                "votes": row.votes if row.closed_at is not None else None,
                "picture": f"data:{row.mime};base64,{data}" if data is not None else None,
            }
        after = rows[-1].id


EXPORTS = (
    OfUnion(
        "entries",
        "entries into contests, with the picture in it (a `data:` URL) and, once the contest is closed, how many "
        "voted for it; the voters are forgotten when the votes are counted",
        _exported,
    ),
)


# -- votes ---------------------------------------------------------------------------------------------------


def vote(tx: Tx, call_id: int, member_id: int, entry_id: int) -> None:
    """The member's one vote in this contest, wherever it was before."""
    tx.run(_VOTE, call=call_id, member=member_id, entry=entry_id)


def unvote(tx: Tx, call_id: int, member_id: int) -> None:
    tx.run(_UNVOTE, call=call_id, member=member_id)


def vote_of(tx: Tx, call_id: int, member_id: int) -> int | None:
    """The entry that has the member's vote."""
    found: int | None = tx.value(_VOTE_OF, call=call_id, member=member_id)
    return found


def drop_votes(tx: Tx, entry_id: int) -> int:
    """Nobody voted for it; how many had."""
    return tx.run(_NO_VOTES, entry=entry_id)


def votes_by(tx: Tx, member_id: int) -> dict[int, int]:
    """The entry that has the member's vote, by call, in contests that are not closed."""
    return {row.call_id: row.entry_id for row in tx.all(_VOTES_BY, member=member_id)}


def drop_votes_by(tx: Tx, member_id: int) -> None:
    tx.run(_NO_VOTES_BY, member=member_id)


def tally(tx: Tx, call_id: int, *, linked_only: bool) -> None:
    """Count the votes (`linked_only`: of who holds a wallet now), and forget who gave them."""
    tx.run(_TALLY_LINKED if linked_only else _TALLY, call=call_id)
    tx.run(_FORGET_VOTES, call=call_id)
