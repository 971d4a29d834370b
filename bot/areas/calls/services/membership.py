"""What becomes of the calls of a member who leaves, or who turns out to be another."""

from __future__ import annotations

from bot.areas.calls.domain.calls import CallState
from bot.areas.calls.services.calls import MOST_DRAFTS
from bot.areas.calls.services.writing import CHANGEABLE, cancel
from bot.areas.calls.storage import calls, lists
from bot.areas.ledger.services import record
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx


def forget(tx: Tx, union: Union, member: Member) -> None:
    """The member leaves: their drafts are gone, and what is not over of their branch is cancelled."""
    while some := lists.drafts(tx, union.id, member.id, MOST_DRAFTS):  # more, if some were refused
        for draft in some:
            lists.delete_draft(tx, draft.id)
    for call in lists.led_by(tx, member.id):
        if call.state in CHANGEABLE:
            cancel(tx, union, member, call)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Two members are one person: the calls of both are the survivor's. On a day that both branches have one, the
    absorbed's is cancelled, if it is not over."""
    for call in lists.led_by(tx, absorbed.id):
        taken = call.day is not None and calls.of_day(tx, union.id, call.day, survivor.id) is not None
        if taken and call.state in CHANGEABLE:
            calls.unplan(tx, call.id, CallState.CANCELLED)
            record(tx, union.id, "call.cancelled", None, call=call.id)
        if not taken or call.state in CHANGEABLE:
            lists.set_leader(tx, call.id, survivor.id)
    lists.move_author(tx, union.id, absorbed.id, survivor.id)
