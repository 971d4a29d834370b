"""The fate of a member's calls when the member leaves, is merged into another, or hands the union over."""

from __future__ import annotations

from bot.areas.calls.domain.calls import Call, CallState
from bot.areas.calls.services.calls import MOST_DRAFTS
from bot.areas.calls.services.writing import CHANGEABLE, cancel
from bot.areas.calls.storage import calls, lists
from bot.areas.ledger.services import record
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erases the drafts of a member who leaves, and cancels the calls of their branch that are not over."""
    for draft in all_drafts(tx, union, member):
        lists.delete_draft(tx, draft.id)
    for call in lists.led_by(tx, member.id):
        if call.state in CHANGEABLE:
            cancel(tx, union, member, call)


def handed_over(tx: Tx, union: Union, former: Member) -> None:
    """Ends what the former founder prepared for the whole union and nobody has let through.

    Their drafts for it are erased. Their calls that wait for approval of a link are cancelled, and so are repeats
    whose text waits. All that is approved goes on: the repeats, the queue and the days are the union's.
    """
    for draft in all_drafts(tx, union, former):
        if draft.leader_id is None:
            lists.delete_draft(tx, draft.id)
    for call in lists.unapproved_by(tx, union.id, former.id):
        if call.leader_id is None:
            cancel(tx, union, former, call)


def all_drafts(tx: Tx, union: Union, author: Member) -> list[Call]:
    """Returns all drafts of an author. There can be more than MOST_DRAFTS: a refused call becomes a draft."""
    found: list[Call] = []
    while some := lists.drafts(tx, union.id, author.id, MOST_DRAFTS, len(found)):
        found += some
    return found


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Gives the calls of the absorbed member to the survivor.

    Both branches may have a call on one day. Then the absorbed member's is cancelled; if it is over, it stays.
    """
    for call in lists.led_by(tx, absorbed.id):
        taken = call.day is not None and calls.of_day(tx, union.id, call.day, survivor.id) is not None
        if taken and call.state in CHANGEABLE:
            calls.unplan(tx, call.id, CallState.CANCELLED)
            record(tx, union.id, "call.cancelled", None, call=call.id)
        if not taken or call.state in CHANGEABLE:
            lists.set_leader(tx, call.id, survivor.id)
    lists.move_author(tx, union.id, absorbed.id, survivor.id)
