"""Answering calls, taking answers back, and judging answers that wait for somebody's word.

A member answers a call once, wherever they press, and can take the answer back until the call closes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bot.areas.calls.domain.calls import Call, Proof
from bot.areas.calls.services import calls
from bot.areas.checkins.domain.checkins import JUDGED_WITHIN, WITNESS_AFTER, Checkin, CheckinState
from bot.areas.checkins.domain.streaks import first_open
from bot.areas.checkins.services import streaks
from bot.areas.checkins.services.streaks import Counted
from bot.areas.checkins.storage import checkins, judging
from bot.areas.files import services as files
from bot.areas.ledger.domain import Json
from bot.areas.ledger.services import record
from bot.areas.members.services import members
from bot.areas.tree.services import endorsements
from bot.areas.wallets.services import wallets
from bot.domain.people import Member, Union
from bot.domain.phrases import phrase
from bot.domain.times import union_day
from bot.domain.transaction import Tx
from bot.errors import NotAllowed, NotFound

MOST_WITNESSED = 50
"""Calls whose waiting answers a witness can see: the newest."""


class AnswerOutcome(Enum):
    """The outcome of an attempt to answer a call."""

    DONE = "done"
    WAITING = "waiting"
    AGAIN = "again"
    """The member has answered already."""
    PROOF_NEEDED = "proof needed"
    """The call asks for a proof. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of an attempt to answer a call.

    `counted` is set for a counted answer to the union's call. `judge_id` is the member whose word a waiting answer
    waits for; None: any witness. `state` is the state of the answer that was there before (`AGAIN`).
    """

    call: Call
    outcome: AnswerOutcome
    late: bool = False
    counted: Counted | None = None
    judge_id: int | None = None
    state: CheckinState | None = None


@dataclass(frozen=True, slots=True)
class Mine:
    """A call for a member, and their answer. Says whether they can answer it now, or take the answer back."""

    call: Call
    checkin: Checkin | None
    answerable: bool
    revocable: bool


@dataclass(frozen=True, slots=True)
class WaitingAnswer:
    """An answer that waits for somebody's word, with its call and member."""

    call: Call
    checkin: Checkin
    member: Member


# -- answering -----------------------------------------------------------------------------------------------


def answer(
    tx: Tx,
    union: Union,
    member: Member,
    call_id: int,
    *,
    proof: str | None = None,
    file_id: int | None = None,
    space_id: int | None = None,
    entered: bool = False,
) -> Answer:
    """Answers a call. `proof` is a checked link, `file_id` a kept picture, `space_id` the space of the press.

    A contest is answered by an entry into it (`entered`), which needs no other proof. After it was closed before its
    hour it takes no entries, so a press is enough until that hour.

    Raises:
        NotFound: the union has no such call.
        NotAllowed: the call is not open yet, or no longer forgiven, or for a branch that the member is not in, or it
            closed before they joined.
    """
    call = _for_member(tx, union, member, call_id)
    late = call.closes_at is not None and tx.now >= call.closes_at
    entered = entered or (call.contest and call.closed_early(tx.now))
    shown = proof is not None or file_id is not None
    if call.contest and not entered:
        return Answer(call, AnswerOutcome.PROOF_NEEDED)
    if call.proof in (Proof.LINK, Proof.PHOTO) and not shown and not entered:
        return _unchanged(tx, call, member)
    judge_id = _judge(tx, union, member) if call.proof is Proof.LEADER else None
    waits = call.proof is Proof.WITNESS or judge_id is not None
    given = checkins.give(
        tx,
        call,
        member.id,
        CheckinState.WAITING if waits else CheckinState.DONE,
        late=late,
        proof=proof,
        file_id=file_id,
        space_id=space_id,
        judge_id=judge_id,
    )
    if not given:
        return _unchanged(tx, call, member)
    if waits:
        return Answer(call, AnswerOutcome.WAITING, late, judge_id=judge_id)
    more: dict[str, Json] = {"late": True} if late else {}
    record(tx, union.id, "checkin.done", member, call=call.id, **more)
    return Answer(call, AnswerOutcome.DONE, late, _count(tx, union, call, member.id))


def may_answer(tx: Tx, union: Union, member: Member, call_id: int) -> bool:
    """Whether the member has no answer to this call yet. Changes nothing. Raises the errors of `answer`."""
    call = _for_member(tx, union, member, call_id)
    return _unchanged(tx, call, member).outcome is AnswerOutcome.PROOF_NEEDED


def take_back(tx: Tx, union: Union, member: Member, call_id: int) -> Call:
    """Erases the member's answer to a call, also from the call's number and from the streak.

    Raises:
        NotFound: there is no such call, or the member has no answer to it.
        NotAllowed: the call has closed.
    """
    call = _of_union(tx, union, call_id)
    mine = checkins.of(tx, call.id, member.id)
    if mine is None or mine.state not in (CheckinState.DONE, CheckinState.WAITING):
        raise NotFound(phrase("You have no answer to this call to take back."))
    if not _revocable(tx, call):
        raise NotAllowed(phrase("This call has closed, so you cannot take your answer back any more."))
    checkins.remove(tx, call.id, member.id)
    files.drop(tx, mine.file_id)
    if mine.state is CheckinState.DONE:
        calls.answers_changed(tx, call.id, -1)
        record(tx, union.id, "checkin.undone", member, call=call.id)
        if call.leader_id is None:
            streaks.recount(tx, union, member.id)
    return call


def today(tx: Tx, union: Union, member: Member) -> list[Mine]:
    """Returns today's calls for the member, the union's first, and yesterday's that can still be answered."""
    now_day = union_day(union.time_zone, tx.now)
    first = first_open(union.time_zone, tx.now)
    above = [step.member_id for step in endorsements.path(tx, member.id)]
    own = checkins.since(tx, member.id, first)
    found = []
    for call in checkins.concerning(tx, union.id, above, range(first, now_day + 2)):
        mine = own.get(call.id)
        if mine is None and _before_joining(call, member):
            continue
        if _is_listed(tx, call, mine, first, now_day):
            free = mine is None or mine.state in (CheckinState.REFUSED, CheckinState.REPAIRED)
            kept = mine is not None and mine.state in (CheckinState.DONE, CheckinState.WAITING)
            until = call.answers_until(union.time_zone)
            takes = call.has_begun and until is not None and tx.now < until
            found.append(Mine(call, mine, takes and free, kept and _revocable(tx, call)))
    return found


def _before_joining(call: Call, member: Member) -> bool:
    """Whether the call was over when the member joined: a member answers only calls of their own time."""
    return call.closes_at is not None and call.closes_at <= member.joined_at


def _is_listed(tx: Tx, call: Call, mine: Checkin | None, first: int, today: int) -> bool:
    """Whether today's list has the call. `first` is the earliest union-day whose call can be answered."""
    if call.day == today:
        return call.has_begun or call.approved
    settled = call.day == first and mine is not None and not _revocable(tx, call)
    return call.has_begun and not settled


def _count(tx: Tx, union: Union, call: Call, member_id: int) -> Counted | None:
    """Counts a new answer: for the call, and for the streak if it is the union's call."""
    calls.answers_changed(tx, call.id, 1)
    if call.leader_id is not None or call.day is None:
        return None
    return streaks.count(tx, union, member_id, call.day)


def _for_member(tx: Tx, union: Union, member: Member, call_id: int) -> Call:
    """Returns a call that the member may answer now. Raises NotFound, NotAllowed."""
    call = calls.answerable(tx, union, call_id)
    if _before_joining(call, member):
        raise NotAllowed(
            phrase(
                "This call closed before you joined, so you did not miss it. `/call today` shows today's call."
            )
        )
    if call.leader_id is not None and not calls.concerns(tx, call, member):
        raise NotAllowed(phrase("This call is for another branch. `/call today` shows your calls."))
    return call


def _unchanged(tx: Tx, call: Call, member: Member) -> Answer:
    """Returns the result of an attempt that changed nothing: there is an answer already, or a proof is needed."""
    mine = checkins.of(tx, call.id, member.id)
    if mine is None or mine.state in (CheckinState.REFUSED, CheckinState.REPAIRED):
        return Answer(call, AnswerOutcome.PROOF_NEEDED)
    return Answer(call, AnswerOutcome.AGAIN, mine.late, judge_id=mine.judged_by, state=mine.state)


def _judge(tx: Tx, union: Union, member: Member) -> int | None:
    """Returns the leader whom the member endorses, else the founder; None if there is nobody above the member."""
    choice = endorsements.of(tx, member)
    above = choice.leader_id if choice is not None and choice.leader_id is not None else union.founder_id
    return above if above != member.id else None


def _revocable(tx: Tx, call: Call) -> bool:
    return call.closes_at is not None and tx.now < call.closes_at


def _of_union(tx: Tx, union: Union, call_id: int) -> Call:
    call = calls.by_id(tx, call_id)
    if call is None or call.union_id != union.id:
        raise NotFound(phrase("This call is gone. `/call today` shows today's call."))
    return call


# -- judging -------------------------------------------------------------------------------------------------


def queue(tx: Tx, union: Union, judge: Member, most: int) -> list[WaitingAnswer]:
    """Returns up to `most` answers that wait for this member's word: as a leader first, then as a witness."""
    since = union_day(union.time_zone, tx.now) - JUDGED_WITHIN
    found = judging.for_judge(tx, judge.id, since, most)
    if len(found) < most and may_witness(tx, judge):
        above = [step.member_id for step in endorsements.path(tx, judge.id)]
        witnessed = judging.witnessed(tx, union.id, above, since, MOST_WITNESSED)
        found += judging.for_witness(tx, witnessed, judge.id, most - len(found))
    known = {one.call_id: calls.by_id(tx, one.call_id) for one in found}
    waiting = []
    for one in found:
        call, member = known[one.call_id], members.by_id(tx, one.member_id)
        if call is not None and call.union_id == union.id and member is not None:
            waiting.append(WaitingAnswer(call, one, member))
    return waiting


def may_witness(tx: Tx, member: Member) -> bool:
    """Whether the member may be a witness: they hold a wallet that counts, or joined more than a week ago."""
    return tx.now - member.joined_at > WITNESS_AFTER or wallets.counts(tx, member.id)


def judge(
    tx: Tx, union: Union, judge: Member, call_id: int, ref: str, *, confirmed: bool
) -> tuple[WaitingAnswer, Counted | None]:
    """Confirms or refuses the waiting answer of the member with that ref. Returns it, and its effect on the streak.

    Raises:
        NotFound: the answer does not wait.
        NotAllowed: this member may not judge it.
    """
    call = _of_union(tx, union, call_id)
    member = members.by_ref(tx, union, ref)
    mine = checkins.of(tx, call.id, member.id) if member is not None else None
    if member is None or mine is None or mine.state is not CheckinState.WAITING:
        raise NotFound(
            phrase("That answer is not waiting any more: someone judged it, or it was taken back.")
        )
    if mine.day < union_day(union.time_zone, tx.now) - JUDGED_WITHIN:
        raise NotFound(
            phrase(
                "That answer waited for more than {days} days, so it can no longer be confirmed.",
                days=JUDGED_WITHIN,
            )
        )
    _require_judge(tx, judge, call, mine, confirmed)
    judging.judge(tx, call.id, member.id, CheckinState.DONE if confirmed else CheckinState.REFUSED, judge.id)
    record(tx, union.id, "checkin.judged", judge, call=call.id, member=member.ref, counts=confirmed)
    counted = _count(tx, union, call, member.id) if confirmed else None
    return WaitingAnswer(call, mine, member), counted


def _require_judge(tx: Tx, judge: Member, call: Call, waiting: Checkin, confirmed: bool) -> None:
    if judge.id == waiting.member_id:
        raise NotAllowed(phrase("You cannot confirm your own answer. Ask someone who saw what you did."))
    if call.proof is Proof.WITNESS:
        if not confirmed:
            raise NotAllowed(
                phrase("A witness cannot refuse an answer. If you did not see it, just leave it.")
            )
        if not may_witness(tx, judge):
            raise NotAllowed(
                phrase(
                    "To be a witness, link a wallet with `/link`, or wait until {days} days after you joined.",
                    days=WITNESS_AFTER.days,
                )
            )
        if not calls.concerns(tx, call, judge):
            raise NotAllowed(
                phrase("This call is for another branch. Only members of that branch can be its witnesses.")
            )
    elif waiting.judged_by != judge.id:
        raise NotAllowed(phrase("That answer waits for another member to confirm it."))
