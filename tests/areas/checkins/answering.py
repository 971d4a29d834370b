"""Calls that are open, for tests of answering them."""

from __future__ import annotations

from bot.areas.calls.domain.calls import WHOLE_DAY, Call, CallState, Proof, window
from bot.areas.calls.domain.texts import Texts
from bot.areas.calls.storage import calls as calls_storage
from bot.areas.calls.storage.calls import NewCall
from bot.domain.people import Member, Union
from bot.domain.times import union_day
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
    texts = Texts(title, "Plant one.", "For shade.", proof=proof, opens=opens, closes=closes)
    new = NewCall(
        union.id,
        leader.id if leader else None,
        author.id,
        texts,
        state,
        approved=True,
        day=on,
        window=window(on, opens, closes, union.time_zone),
    )
    return calls_storage.add(tx, new)


def counter(tx: Tx, call_id: int) -> int:
    """How many answers the call says to have."""
    found = calls_storage.by_id(tx, call_id)
    assert found is not None
    return found.answered
