"""Writing calls: drafts, changes, taking them back."""

from __future__ import annotations

from dataclasses import asdict

from bot.areas.calls.domain.calls import Call, CallState
from bot.areas.calls.domain.texts import Texts, checked, texts_of
from bot.areas.calls.services import approvals, schedule
from bot.areas.calls.services.calls import MOST_DRAFTS
from bot.areas.calls.storage import calls, lists, posts, repeats
from bot.areas.ledger.services import record
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx
from bot.errors import NotAllowed

CHANGEABLE = (CallState.DRAFT, CallState.TEMPLATE, CallState.QUEUED, CallState.PLANNED, CallState.OPEN)
"""The states of a call that is not over."""


def draft(tx: Tx, union: Union, author: Member, texts: Texts, leader_id: int | None) -> Call:
    """A new draft. Raises BadInput if the texts do not fit, NotAllowed if the author has too many."""
    if lists.count_drafts(tx, union.id, author.id) >= MOST_DRAFTS:
        raise NotAllowed(f"You have {MOST_DRAFTS} drafts. Post, queue or discard some first: /call list.")
    good = checked(texts)
    return calls.add(
        tx,
        union_id=union.id,
        leader_id=leader_id,
        author_id=author.id,
        rule_id=None,
        state=CallState.DRAFT,
        **asdict(good),
        day=None,
        opens_at=None,
        closes_at=None,
        approved=approvals.trusted(tx, union, good),
        late=False,
    )


def edit(tx: Tx, union: Union, actor: Member, call: Call, texts: Texts) -> Call:
    """Change what a call says and asks; of an open one its words only. Planned calls of a rule change with its text.

    Raises:
        BadInput: the texts do not fit, or the new hours are over.
        NotAllowed: the call is over, or open and not only its words would change, or a new host would come in.
    """
    good = checked(texts)
    if call.state not in CHANGEABLE:
        raise NotAllowed("This call is over. What it said stays. /call new prepares another.")
    approved = approvals.still_approved(tx, union, call, good)
    if call.state is CallState.OPEN:
        _require_words_only(call, good, approved)
    _put(tx, union, call, good, approved)
    if approvals.leads_elsewhere(tx, union, call, good):
        lists.set_author(tx, call.id, actor.id)  # so that another than who wrote it looks at it
    record(tx, union.id, "call.edited", actor, call=call.id)
    rule = repeats.of_call(tx, call.id) if call.state is CallState.TEMPLATE else None
    for made in lists.of_rule(tx, union.id, rule.id) if rule is not None else ():
        _put(tx, union, made, good, approved)
    return calls.by_id(tx, call.id) or call


def cancel(tx: Tx, union: Union, actor: Member, call: Call) -> None:
    """End a call before its time: a draft is gone, a rule ends, a day is free, the posts of an open one say so.

    Raises NotAllowed if it is over.
    """
    if call.state is CallState.DRAFT:
        lists.delete_draft(tx, call.id)
        return
    if call.state not in CHANGEABLE:
        raise NotAllowed("This call is over already.")
    rule = repeats.of_call(tx, call.id) if call.state is CallState.TEMPLATE else None
    if rule is not None:
        schedule.end_rule(tx, union, actor, rule, call, CallState.CANCELLED)
        return
    calls.unplan(tx, call.id, CallState.CANCELLED)
    record(tx, union.id, "call.cancelled", actor, call=call.id)
    schedule.fill(tx, union, call.leader_id)


def _put(tx: Tx, union: Union, call: Call, texts: Texts, approved: bool) -> None:
    calls.edit(tx, call.id, **asdict(texts), approved=approved)
    changed = calls.by_id(tx, call.id) or call
    if call.state is CallState.PLANNED and (call.opens, call.closes) != (texts.opens, texts.closes):
        schedule.replan(tx, union, changed)
    if call.state is CallState.OPEN:
        posts.make_stale(tx, call.id)


def _require_words_only(call: Call, texts: Texts, approved: bool) -> None:
    before = texts_of(call)
    if (before.proof, before.contest, before.opens, before.closes) != (
        texts.proof,
        texts.contest,
        texts.opens,
        texts.closes,
    ):
        raise NotAllowed(
            "This call is open: its words can change, but not what it asks for, nor when it closes."
        )
    if not approved:
        raise NotAllowed(
            "This call is open, so no link to a new place can come into it. Leave it out, or ask the founder to "
            "trust its host first: /call hosts."
        )


# -- members come and go -------------------------------------------------------------------------------------
