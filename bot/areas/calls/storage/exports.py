"""The calls area's file of `muster export`."""

from sqlalchemy import bindparam, select

from bot.areas.calls.tables import calls
from bot.areas.members.tables import ref_of
from bot.storage.exporting import OfUnion, paged
from bot.storage.statements import Statement

_CALLS = Statement(
    select(
        calls.c.id.label("call"),
        ref_of(calls.c.author_id, "author"),
        ref_of(calls.c.leader_id, "branch_of"),
        calls.c.state,
        calls.c.title,
        calls.c.what,
        calls.c.why,
        calls.c.link,
        calls.c.proof,
        calls.c.contest,
        calls.c.day,
        calls.c.opens_at,
        calls.c.closes_at,
        calls.c.answered,
        calls.c.created_at,
    )
    .where(calls.c.union_id == bindparam("union"), calls.c.id > bindparam("after"))
    .order_by(calls.c.id)
    .limit(bindparam("most"))
)
EXPORTS = (
    OfUnion(
        "calls",
        "every call with its number, state, day and how many answered; `branch_of` null: the whole union's",
        paged(_CALLS),
    ),
)
