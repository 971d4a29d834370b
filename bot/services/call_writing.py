"""Writing calls: drafts, changes, taking them back; what becomes of them when their people come and go."""

from __future__ import annotations

from dataclasses import asdict

from bot.domain.call_texts import Texts, checked, texts_of
from bot.domain.calls import Call, State
from bot.domain.people import Member, Union
from bot.errors import NotAllowed
from bot.services import approvals, schedule
from bot.services.calls import MOST_DRAFTS
from bot.services.ledger import record
from bot.storage import call_lists, call_posts, call_rules, calls
from bot.storage.transaction import Tx

_CHANGEABLE = (State.DRAFT, State.TEMPLATE, State.QUEUED, State.PLANNED, State.OPEN)


def draft(tx: Tx, union: Union, author: Member, texts: Texts, leader_id: int | None) -> Call:
    """A new draft. Raises BadInput if the texts do not fit, NotAllowed if the author has too many."""
    if call_lists.count_drafts(tx, union.id, author.id) >= MOST_DRAFTS:
        raise NotAllowed(f"You have {MOST_DRAFTS} drafts. Post, queue or discard some first: /call list.")
    good = checked(texts)
    return calls.add(
        tx,
        union_id=union.id,
        leader_id=leader_id,
        author_id=author.id,
        rule_id=None,
        state=State.DRAFT,
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
    if call.state not in _CHANGEABLE:
        raise NotAllowed("This call is over. What it said stays. /call new prepares another.")
    approved = approvals.still_approved(tx, union, call, good)
    if call.state is State.OPEN:
        _require_words_only(call, good, approved)
    _put(tx, union, call, good, approved)
    if approvals.leads_elsewhere(tx, union, call, good):
        call_lists.set_author(tx, call.id, actor.id)  # so that another than who wrote it looks at it
    record(tx, union.id, "call.edited", actor, call=call.id)
    rule = call_rules.of_call(tx, call.id) if call.state is State.TEMPLATE else None
    for made in call_lists.of_rule(tx, union.id, rule.id) if rule is not None else ():
        _put(tx, union, made, good, approved)
    return calls.by_id(tx, call.id) or call


def cancel(tx: Tx, union: Union, actor: Member, call: Call) -> None:
    """End a call before its time: a draft is gone, a rule ends, a day is free, the posts of an open one say so.

    Raises NotAllowed if it is over.
    """
    if call.state is State.DRAFT:
        call_lists.delete_draft(tx, call.id)
        return
    if call.state not in _CHANGEABLE:
        raise NotAllowed("This call is over already.")
    rule = call_rules.of_call(tx, call.id) if call.state is State.TEMPLATE else None
    if rule is not None:
        schedule.end_rule(tx, union, actor, rule, call, State.CANCELLED)
        return
    calls.unplan(tx, call.id, State.CANCELLED)
    record(tx, union.id, "call.cancelled", actor, call=call.id)
    schedule.fill(tx, union, call.leader_id)


def _put(tx: Tx, union: Union, call: Call, texts: Texts, approved: bool) -> None:
    calls.edit(tx, call.id, **asdict(texts), approved=approved)
    changed = calls.by_id(tx, call.id) or call
    if call.state is State.PLANNED and (call.opens, call.closes) != (texts.opens, texts.closes):
        schedule.replan(tx, union, changed)
    if call.state is State.OPEN:
        call_posts.make_stale(tx, call.id)


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


def forget(tx: Tx, union: Union, member: Member) -> None:
    """The member leaves: their drafts are gone, and what is not over of their branch is cancelled."""
    while some := call_lists.drafts(tx, union.id, member.id, MOST_DRAFTS):  # more, if some were refused
        for draft in some:
            call_lists.delete_draft(tx, draft.id)
    for call in call_lists.led_by(tx, member.id):
        if call.state in _CHANGEABLE:
            cancel(tx, union, member, call)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Two members are one person: the calls of both are the survivor's. On a day that both branches have one, the
    absorbed's is cancelled, if it is not over."""
    for call in call_lists.led_by(tx, absorbed.id):
        taken = call.day is not None and calls.of_day(tx, union.id, call.day, survivor.id) is not None
        if taken and call.state in _CHANGEABLE:
            calls.unplan(tx, call.id, State.CANCELLED)
            record(tx, union.id, "call.cancelled", None, call=call.id)
        if not taken or call.state in _CHANGEABLE:
            call_lists.set_leader(tx, call.id, survivor.id)
    call_lists.move_author(tx, union.id, absorbed.id, survivor.id)
