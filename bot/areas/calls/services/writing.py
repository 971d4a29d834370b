"""Writing calls: drafts, changes, cancelling."""

from __future__ import annotations

from bot.areas.calls.domain.calls import Call, CallState
from bot.areas.calls.domain.texts import Texts, checked
from bot.areas.calls.services import approvals, schedule
from bot.areas.calls.services.calls import MOST_DRAFTS, find
from bot.areas.calls.storage import calls, lists, posts, repeats
from bot.areas.calls.storage.calls import NewCall
from bot.areas.ledger.services import record
from bot.domain.people import Member, Union
from bot.domain.phrases import phrase
from bot.domain.transaction import Tx
from bot.errors import NotAllowed

CHANGEABLE = (CallState.DRAFT, CallState.TEMPLATE, CallState.QUEUED, CallState.PLANNED, CallState.OPEN)
"""The states of a call that is not over."""


def check_room(tx: Tx, union: Union, author: Member) -> None:
    """Checks whether the author may have another draft. Raises NotAllowed."""
    if lists.count_drafts(tx, union.id, author.id) >= MOST_DRAFTS:
        raise NotAllowed(
            phrase(
                "You have {most} drafts. Post, queue or discard some first with `/call list`.",
                most=MOST_DRAFTS,
            )
        )


def draft(tx: Tx, union: Union, author: Member, texts: Texts, leader_id: int | None) -> Call:
    """Adds a draft. Raises BadInput if the texts do not fit, NotAllowed if the author has too many drafts."""
    check_room(tx, union, author)
    good = checked(texts)
    approved = approvals.trusted(tx, union, good)
    return calls.add(tx, NewCall(union.id, leader_id, author.id, good, CallState.DRAFT, approved))


def edit(tx: Tx, union: Union, actor: Member, call: Call, texts: Texts) -> Call:
    """Changes the texts of a call; of an open call only its words. A repeat's planned calls change with its text.

    Raises:
        BadInput: the texts do not fit, or the new hours are over.
        NotAllowed: the call is over; or it is open, and the change is of more than its words, or needs approval.
    """
    good = checked(texts)
    _require_changeable(call)
    approved = approvals.still_approved(tx, union, call, good)
    if call.state is CallState.OPEN:
        _require_words_only(call, good, approved)
    _put(tx, union, call, good, approved)
    if approvals.shows_more(tx, union, call, good):
        lists.set_author(tx, call.id, actor.id)  # nobody may approve a link or picture of their own
    record(tx, union.id, "call.edited", actor, call=call.id)
    repeat = repeats.of_call(tx, call.id) if call.state is CallState.TEMPLATE else None
    for made in lists.of_repeat(tx, union.id, repeat.id) if repeat is not None else ():
        _put(tx, union, made, good, approved)
    return calls.by_id(tx, call.id) or call


def cancel(tx: Tx, union: Union, actor: Member, call: Call) -> None:
    """Cancels a call. Erases a draft, ends a repeat, frees a day; the posts of an open call will say that it ended.

    Raises NotAllowed if the call is over.
    """
    if call.state is CallState.DRAFT:
        lists.delete_draft(tx, call.id)
        return
    if call.state not in CHANGEABLE:
        raise NotAllowed(phrase("This call is over already."))
    repeat = repeats.of_call(tx, call.id) if call.state is CallState.TEMPLATE else None
    if repeat is not None:
        schedule.end_repeat(tx, union, actor, repeat, call, CallState.CANCELLED)
        return
    calls.unplan(tx, call.id, CallState.CANCELLED)
    record(tx, union.id, "call.cancelled", actor, call=call.id)
    schedule.fill(tx, union, call.leader_id)


def check_changeable(tx: Tx, union: Union, member: Member, which: str) -> None:
    """Checks whether the member may change this call now. Raises NotFound, NotAllowed."""
    _require_changeable(find(tx, union, member, which))


def _require_changeable(call: Call) -> None:
    """Raises NotAllowed if the call is over."""
    if call.state not in CHANGEABLE:
        raise NotAllowed(
            phrase("This call is over and can no longer change. Prepare another with `/call new`.")
        )


def _put(tx: Tx, union: Union, call: Call, texts: Texts, approved: bool) -> None:
    calls.edit(tx, call.id, texts, approved=approved)
    changed = calls.by_id(tx, call.id) or call
    if call.state is CallState.PLANNED and (call.opens, call.closes) != (texts.opens, texts.closes):
        schedule.replan(tx, union, changed)
    if call.state is CallState.OPEN:
        posts.make_stale(tx, call.id)


def _require_words_only(call: Call, texts: Texts, approved: bool) -> None:
    asked = (texts.proof, texts.contest, texts.opens, texts.closes)
    if asked != (call.proof, call.contest, call.opens, call.closes):
        raise NotAllowed(
            phrase("This call is open: you can change its words, but not what it asks for or when it closes.")
        )
    if not approved:
        raise NotAllowed(
            phrase(
                "This call is open, so no new picture and no link to a new place can come into it. Leave "
                "that out, or ask the founder to trust the link's host first: `/call hosts`."
            )
        )
