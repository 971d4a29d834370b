"""The daily call: finding calls, and opening and closing them at their hours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.areas.calls.domain.calls import Call, CallState, Window, forgiven_until
from bot.areas.calls.services import schedule
from bot.areas.calls.storage import calls, lists, posts
from bot.areas.ledger.services import record
from bot.areas.tree.services import endorsements
from bot.areas.unions import services as unions
from bot.domain.people import Member, Union
from bot.domain.phrases import phrase
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotAllowed, NotFound

MOST_DRAFTS = 20
AT_ONCE = 100
LATE = timedelta(minutes=10)
"""A call that opens more than this after its hour says that it is late."""

_GONE = phrase("There is no such call any more. See what there is with `/call list`.")


@dataclass(frozen=True, slots=True)
class OpenedCall:
    """A call whose hour has come. `missed`: it was over before it could open."""

    call: Call
    missed: bool


# -- reading -------------------------------------------------------------------------------------------------


def by_id(tx: Tx, call_id: int) -> Call | None:
    """Returns the call with that id, of any union."""
    return calls.by_id(tx, call_id)


def of_day(tx: Tx, union: Union, day: int, leader_id: int | None = None) -> Call | None:
    """Returns the union's call (or that branch's) of a union-day: planned, open or closed."""
    return calls.of_day(tx, union.id, day, leader_id)


def of_days(tx: Tx, union: Union, first: int, last: int) -> list[Call]:
    """Returns all calls, of branches too, that are planned, open or closed on those union-days, by day."""
    return calls.of_days(tx, union.id, first, last)


def last_closed(tx: Tx, union: Union) -> tuple[int, int] | None:
    """Returns (id, union-day) of the union's latest closed call, without the calls of branches."""
    return lists.last_closed(tx, union.id)


def closed(tx: Tx, union: Union, first: int, last: int) -> list[int]:
    """Returns the ids of the union's closed calls of those union-days, without the calls of branches."""
    return lists.closed(tx, union.id, first, last)


def todays(tx: Tx, union: Union, member: Member) -> list[Call]:
    """Returns today's calls for the member: the union's, then those of branches that they are in or lead."""
    day = schedule.today(tx, union)
    found = calls.of_days(tx, union.id, day, day)
    above = {step.member_id for step in endorsements.path(tx, member.id)} if found else set()
    mine = [call for call in found if call.leader_id is None or call.leader_id in above]
    return sorted(mine, key=lambda call: (call.leader_id is not None, call.id))


def concerns(tx: Tx, call: Call, member: Member) -> bool:
    """Whether the call is for this member. A branch's call is for the members in the branch and their leader."""
    if call.leader_id is None:
        return call.union_id == member.union_id
    return any(step.member_id == call.leader_id for step in endorsements.path(tx, member.id))


def answerable(tx: Tx, union: Union, call_id: int) -> Call:
    """Returns a call that can be answered now: it is open, or closed and still forgiven.

    Raises:
        NotFound: the union has no such call, or it was cancelled.
        NotAllowed: the call is not open yet, or no longer forgiven.
    """
    call = calls.by_id(tx, call_id)
    if call is None or call.union_id != union.id or call.day is None:
        raise NotFound(phrase("This call does not exist, or was cancelled. See today's with `/call today`."))
    if call.state is CallState.PLANNED:
        raise NotAllowed(phrase("This call is not open yet. See when it opens with `/call today`."))
    if tx.now >= forgiven_until(call.day, union.time_zone):
        raise NotAllowed(
            phrase("This call is over, so answers no longer count. See today's with `/call today`.")
        )
    return call


def answers_changed(tx: Tx, call_id: int, more: int) -> None:
    """Adds `more` (which may be negative) to the call's number of answers, which its posts will tell."""
    if more:
        calls.count_answers(tx, call_id, more)
        posts.count_again(tx, call_id)


def may_manage(union: Union, member: Member, call: Call) -> bool:
    """Whether the member manages the call: founders manage all, leaders those of their branch, drafts too.

    To have written a call for the whole union gives no right to it: its author may be the founder no more.
    """
    return call.union_id == union.id and member.id in (union.founder_id, call.leader_id)


def managed(tx: Tx, union: Union, member: Member, call_id: int) -> Call:
    """Returns a call that this member manages. Raises NotFound, also for calls of others."""
    call = calls.by_id(tx, call_id)
    if call is None or not may_manage(union, member, call):
        raise NotFound(_GONE)
    return call


def prepared(tx: Tx, union: Union, member: Member) -> list[Call]:
    """Returns the calls that this member manages and that are not over: open, planned, queued, templates, drafts."""
    branches = [None, member.id] if union.founder_id == member.id else [member.id]
    states = (CallState.OPEN, CallState.PLANNED, CallState.QUEUED, CallState.TEMPLATE)
    of_branches = [
        call
        for state in states
        for leader_id in branches
        for call in lists.of_branch(tx, union.id, leader_id, state, AT_ONCE)
    ]
    return [*of_branches, *drafts(tx, union, member)]


def ahead(tx: Tx, union: Union, leader_id: int | None, first: int, last: int) -> dict[int, Call]:
    """Returns the calls of the union (or of that branch) on those union-days, by day."""
    found = calls.of_days(tx, union.id, first, last)
    return {call.day: call for call in found if call.leader_id == leader_id and call.day is not None}


def queued(tx: Tx, union: Union, leader_id: int | None, most: int, skip: int) -> list[Call]:
    """Returns up to `most` calls that wait for a free day, the next first."""
    return lists.of_branch(tx, union.id, leader_id, CallState.QUEUED, most, skip)


def drafts(tx: Tx, union: Union, author: Member) -> list[Call]:
    """Returns the drafts of this member that they still manage."""
    found = lists.drafts(tx, union.id, author.id, MOST_DRAFTS)
    return [draft for draft in found if may_manage(union, author, draft)]


def find(tx: Tx, union: Union, member: Member, words: str) -> Call:
    """Returns the member's call of that number or title. Raises NotFound, or BadInput if several match."""
    wanted = words.strip().removeprefix("#").removeprefix("no. ").strip()
    if wanted.isascii() and wanted.isdigit() and len(wanted) <= 18:
        return managed(tx, union, member, int(wanted))
    known = prepared(tx, union, member)
    lowered = wanted.lower()
    found = [call for call in known if call.title.lower() == lowered]
    found = found or [call for call in known if lowered in call.title.lower()]
    if not found:
        raise NotFound(
            phrase(
                "You have no call “{title}”. See yours and their numbers with `/call list`.",
                title=wanted[:80],
            )
        )
    if len(found) > 1:
        numbers = ", ".join(str(call.id) for call in found[:5])
        raise BadInput(
            phrase(
                "Type the number instead, because several calls have this title: {numbers}.", numbers=numbers
            )
        )
    return found[0]


# -- opening and closing -------------------------------------------------------------------------------------


def to_open(tx: Tx) -> list[tuple[Union, Call]]:
    """Returns the calls of all unions whose hour has come."""
    return unions.with_their_unions(tx, ((call.union_id, call) for call in calls.to_open(tx, AT_ONCE)))


def to_close(tx: Tx) -> list[tuple[Union, Call]]:
    """Returns the open calls of all unions whose hours are over."""
    return unions.with_their_unions(tx, ((call.union_id, call) for call in calls.to_close(tx, AT_ONCE)))


def hours_ahead(tx: Tx) -> list[Window]:
    """Returns the hours of the planned and open calls of all unions that are not over, the earliest first."""
    return calls.hours_ahead(tx, AT_ONCE)


def open_(tx: Tx, union: Union, call_id: int, token: Callable[[], str]) -> OpenedCall | None:
    """Opens a call whose hour has come, with a new token for its button; None if it is not to be opened now.

    Cancels a call that is over before it could open.
    """
    call = calls.by_id(tx, call_id)
    if call is None or call.state is not CallState.PLANNED or call.opens_at is None or call.closes_at is None:
        return None
    if call.opens_at > tx.now:
        return None
    if call.closes_at <= tx.now:
        calls.unplan(tx, call.id, CallState.CANCELLED)
        record(tx, union.id, "call.cancelled", None, call=call.id)
        return OpenedCall(call, missed=True)
    if not call.approved:
        return None
    calls.open_(tx, call.id, token(), tx.now - call.opens_at > LATE)
    record(tx, union.id, "call.opened", None, call=call.id, day=call.day)
    return OpenedCall(calls.by_id(tx, call.id) or call, missed=False)


def close(tx: Tx, union: Union, call_id: int) -> Call | None:
    """Closes a call; None if it is not open."""
    if not calls.set_state(tx, call_id, CallState.OPEN, CallState.CLOSED):
        return None
    call = calls.by_id(tx, call_id)
    if call is not None:
        posts.make_stale(tx, call.id)
        record(tx, union.id, "call.closed", None, call=call.id, answered=call.answered)
    return call
