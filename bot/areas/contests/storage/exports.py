"""The contests area's file of `muster export`."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from sqlalchemy import bindparam, select

from bot.areas.contests.tables import contests, entries
from bot.areas.files.tables import files
from bot.areas.members.tables import members
from bot.domain.transaction import Tx
from bot.storage.exporting import OfUnion, Record
from bot.storage.statements import Statement

AT_ONCE = 50
"""Entries that are read at a time. They are few, because their pictures are read with them."""

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


def _exported(tx: Tx, union_id: int) -> Iterator[Record]:
    """Reads the union's entries with their pictures; with the number of their votes, if the contest is closed."""
    after = 0
    while rows := tx.all(_EXPORTED, union=union_id, after=after, most=AT_ONCE):
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
