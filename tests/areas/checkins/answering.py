"""Calls that are open, for tests of answering them."""

from __future__ import annotations

from bot.areas.calls.domain.calls import WHOLE_DAY, Call, CallState, Proof
from bot.areas.calls.storage import calls
from bot.domain.people import Member, Union
from bot.domain.times import moment, union_day
from bot.domain.transaction import Tx


def call(
    tx: Tx,
    union: Union,
    author: Member,
    day: int | None = None,
    *,
    state: CallState = CallState.OPEN,
    proof: Proof = Proof.WORD,
    leader: Member | None = None,
    opens: int = 0,
    closes: int = WHOLE_DAY,
    title: str = "Plant a tree",
) -> Call:
    """A call of that union-day, or of today."""
    on = union_day(union.time_zone, tx.now) if day is None else day
    return calls.add(
        tx,
        union_id=union.id,
        leader_id=leader.id if leader else None,
        author_id=author.id,
        rule_id=None,
        state=state,
        title=title,
        what="Plant one.",
        why="For shade.",
        link=None,
        file_id=None,
        proof=proof,
        contest=False,
        opens=opens,
        closes=closes,
        day=on,
        opens_at=moment(on, opens, union.time_zone),
        closes_at=moment(on, closes, union.time_zone),
        approved=True,
        late=False,
    )


def counter(tx: Tx, call_id: int) -> int:
    """How many answers the call says to have."""
    found = calls.by_id(tx, call_id)
    assert found is not None
    return found.answered
