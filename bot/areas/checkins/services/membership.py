"""The fate of a member's answers and streak when the member leaves or is merged into another."""

from __future__ import annotations

from bot.areas.calls.services import calls
from bot.areas.checkins.domain.checkins import CheckinState
from bot.areas.checkins.domain.streaks import first_open
from bot.areas.checkins.services import streaks
from bot.areas.checkins.storage import checkins, judging
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erases the answers and the streak of a member who leaves.

    Takes the answers out of the numbers of calls that can still be answered: the member could join and answer again.
    Answers that wait for the member's word wait for the founder's.
    """
    for call_id in checkins.counted_in(tx, member.id, first_open(union.time_zone, tx.now)):
        calls.answers_changed(tx, call_id, -1)
    checkins.delete_of(tx, member.id)
    judging.hand_on(tx, member.id, union.founder_id)
    streaks.forget(tx, member.id)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Gives the absorbed member's answers to the survivor. Where both answered a call, keeps the better answer."""
    worth = [CheckinState.REFUSED, CheckinState.WAITING, CheckinState.REPAIRED, CheckinState.DONE]
    for call_id, own, other in checkins.both(tx, survivor.id, absorbed.id):
        worse = survivor if worth.index(own) < worth.index(other) else absorbed
        checkins.remove(tx, call_id, worse.id)
        if own is CheckinState.DONE and other is CheckinState.DONE:
            calls.answers_changed(tx, call_id, -1)
    checkins.move(tx, absorbed.id, survivor.id)
    judging.hand_on(tx, absorbed.id, survivor.id)
    judging.hand_on_own(tx, survivor.id, union.founder_id)
    streaks.merge(tx, union, absorbed.id, survivor.id)
