"""The fate of a member's calls when the member leaves or is merged into another."""

from __future__ import annotations

from bot.areas.calls.domain.calls import CallState
from bot.areas.calls.services.calls import MOST_DRAFTS
from bot.areas.calls.services.writing import CHANGEABLE, cancel
from bot.areas.calls.storage import calls, lists
from bot.areas.ledger.services import record
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erases the drafts of a member who leaves, and cancels the calls of their branch that are not over."""
    # There can be more than MOST_DRAFTS: a refused call becomes a draft.
    while some := lists.drafts(tx, union.id, member.id, MOST_DRAFTS):
        for draft in some:
            lists.delete_draft(tx, draft.id)
    for call in lists.led_by(tx, member.id):
        if call.state in CHANGEABLE:
            cancel(tx, union, member, call)


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
