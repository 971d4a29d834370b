"""The members area's files of `muster export`, and the ranges of members in which all areas' files are read."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import bindparam, select

from bot.areas.members.tables import accounts, members, ref_of
from bot.domain.transaction import Tx
from bot.storage.exporting import OfMembers
from bot.storage.statements import Statement

_NEXT = Statement(
    select(members.c.id)
    .where(members.c.union_id == bindparam("union"), members.c.id > bindparam("after"))
    .order_by(members.c.id)
    .limit(bindparam("most"))
)
EXPORTS = (
    OfMembers(
        "members",
        "every member of past and present; `merged_into` names the member that one turned out to be",
        members.c.id,
        (members.c.ref, members.c.joined_at, members.c.left_at, ref_of(members.c.merged_into, "merged_into")),
    ),
    OfMembers(
        "accounts",
        "chat accounts of present members",
        accounts.c.member_id,
        (
            ref_of(accounts.c.member_id, "member"),
            accounts.c.platform,
            accounts.c.native_id,
            accounts.c.name,
            accounts.c.username,
            accounts.c.joined_at,
            accounts.c.unreachable_at,
            accounts.c.waits_until,
            accounts.c.part_since,
        ),
    ),
)


def ranges(tx: Tx, union_id: int, most: int) -> Iterator[tuple[int, int]]:
    """Divides all members of a union into ranges of up to `most`: `after` < id <= `upto`."""
    after = 0
    while rows := tx.all(_NEXT, union=union_id, after=after, most=most):
        yield after, rows[-1].id
        after = rows[-1].id
