"""Contest calls: members send in answers, others vote for them, a ranking closes it.

One entry and one vote for each person; both can be changed until the contest is closed. Nobody sees counts before.
When it is closed the votes are counted, and who gave them is forgotten.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from bot.areas.calls.domain.calls import Call, CallState
from bot.areas.calls.services import calls
from bot.areas.checkins.services import checkins
from bot.areas.checkins.services.checkins import Answer
from bot.areas.contests import storage
from bot.areas.contests.domain import MOST_WORDS, ON_THE_POST, ContestEntry, PlacedEntry, placed
from bot.areas.files import services as files
from bot.areas.ledger.services import record
from bot.areas.members.services import members
from bot.areas.tree.services import leadership
from bot.areas.unions import services as unions
from bot.areas.wallets.services import wallets
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotAllowed, NotFound

AT_ONCE = 100
IN_THE_LEDGER = 100
"""Entries whose counts the ledger tells: those with the most votes."""

_NONE = "There is no such contest here. /call today shows what there is."
_OVER = "This contest is closed. /call entries shows its ranking."
_GONE = "This entry is not there any more. /call entries shows those there are."


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One entry as somebody sees it who looks through them. `number` of `count`; `mine`, and whether it is `chosen`
    (has their vote)."""

    call: Call
    entry: ContestEntry
    number: int
    count: int
    mine: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Result:
    """A closed contest: the first few of its `entries`, and the `votes` that were given in all."""

    call: Call
    first: list[PlacedEntry]
    entries: int
    votes: int


# -- which ---------------------------------------------------------------------------------------------------


def of(tx: Tx, union: Union, member: Member, call_id: int) -> Call:
    """A contest that concerns the member and has begun. Raises NotFound."""
    call = calls.by_id(tx, call_id)
    begun = call is not None and call.state in (CallState.OPEN, CallState.CLOSED)
    if call is None or not begun or not call.contest or call.union_id != union.id:
        raise NotFound(_NONE)
    if not calls.concerns(tx, call, member):
        raise NotFound(_NONE)
    return call


def running(tx: Tx, union: Union, member: Member) -> Call | None:
    """Today's contest: the union's, else one of a branch that the member is in."""
    todays = calls.todays(tx, union, member)
    return next((call for call in todays if call.contest and is_open(tx, call)), None)


def latest(tx: Tx, union: Union, member: Member) -> Call:
    """The contest that runs, else the union's that was closed last. Raises NotFound."""
    call = running(tx, union, member)
    last = storage.last_closed(tx, union.id) if call is None else None
    call = call or (calls.by_id(tx, last) if last is not None else None)
    if call is None:
        raise NotFound("There is no contest, and there was none yet.")
    return call


def is_open(tx: Tx, call: Call) -> bool:
    """Whether entries and votes are taken."""
    over = call.closes_at is None or tx.now >= call.closes_at
    return call.state is CallState.OPEN and not over and storage.closed_at(tx, call.id) is None


def _require_open(tx: Tx, union: Union, member: Member, call_id: int) -> Call:
    call = of(tx, union, member, call_id)
    if not is_open(tx, call):
        raise NotAllowed(_OVER)
    return call


# -- taking part ---------------------------------------------------------------------------------------------


def enter(
    tx: Tx, union: Union, member: Member, call_id: int, words: str, file_id: int | None, space_id: int | None
) -> tuple[Answer, bool]:
    """Send in an entry, or change it: then the votes that it had are gone. It counts as the answer to the call.

    Returns what became of the answer, and whether there was an entry before. Raises BadInput, NotFound, NotAllowed.
    """
    call = _require_open(tx, union, member, call_id)
    if not 1 <= len(words) <= MOST_WORDS:
        raise BadInput(f"An entry has 1–{MOST_WORDS} characters; this has {len(words)}.")
    before = storage.of_member(tx, call.id, member.id)
    storage.begin(tx, call.id)
    entry_id = storage.put(
        tx, call.id, member.id, words, file_id if file_id or not before else before.file_id
    )
    if before is not None:
        storage.drop_votes(tx, entry_id)
        if file_id is not None:
            files.drop(tx, before.file_id)
    answer = checkins.answer(tx, union, member, call.id, space_id=space_id, entered=True)
    return answer, before is not None


def entry_of(tx: Tx, call: Call, member: Member) -> ContestEntry | None:
    """What the member sent in."""
    return storage.of_member(tx, call.id, member.id)


def withdraw(tx: Tx, union: Union, member: Member, call_id: int) -> None:
    """Take the entry back, and with it the answer to the call. Raises NotFound, or NotAllowed once it is closed."""
    call = _require_open(tx, union, member, call_id)
    if not withdrawn(tx, member, call.id):
        raise NotFound("You have sent nothing in, or took it back already.")
    with contextlib.suppress(NotFound):  # a moderator's word may have ended the answer before
        checkins.take_back(tx, union, member, call.id)


def withdrawn(tx: Tx, member: Member, call_id: int) -> bool:
    """The answer to a contest was taken back, and the entry is with it; whether there was one."""
    entry = storage.of_member(tx, call_id, member.id)
    if entry is None or storage.closed_at(tx, call_id) is not None:
        return False
    storage.remove(tx, entry.id)
    files.drop(tx, entry.file_id)
    return True


def remove(tx: Tx, union: Union, moderator: Member, entry_id: int) -> tuple[Call, int]:
    """A moderator takes an entry away, which the ledger tells; of a closed contest its words and picture.

    Returns the contest and whose entry it was. Raises NotFound.
    """
    entry = storage.by_id(tx, entry_id)
    call = calls.by_id(tx, entry.call_id) if entry else None
    if entry is None or call is None or call.union_id != union.id:
        raise NotFound(_GONE)
    if storage.closed_at(tx, call.id) is None:
        storage.remove(tx, entry.id)
    else:
        storage.blank(tx, entry.id)
    files.drop(tx, entry.file_id)
    author = members.by_id(tx, entry.member_id)
    record(tx, union.id, "entry.removed", moderator, call=call.id, member=author.ref if author else None)
    return call, entry.member_id


# -- looking and voting --------------------------------------------------------------------------------------


def first(tx: Tx, union: Union, member: Member, call_id: int) -> ShownEntry | None:
    """Where the member begins to look, not the same for all, so that no entry is favoured; None if there is none."""
    call = of(tx, union, member, call_id)
    count = storage.count(tx, call.id)
    entry = storage.at(tx, call.id, member.id % count) if count else None
    return _shown(tx, call, member, entry, 1, count) if entry else None


def following(
    tx: Tx, union: Union, member: Member, call_id: int, entry_id: int, number: int
) -> ShownEntry | None:
    """The entry after this one, which was shown as the `number`th; after the last comes the first."""
    call = of(tx, union, member, call_id)
    entry = storage.after(tx, call.id, entry_id) or storage.at(tx, call.id, 0)
    count = storage.count(tx, call.id)
    return _shown(tx, call, member, entry, number % count + 1, count) if entry else None


def _shown(tx: Tx, call: Call, member: Member, entry: ContestEntry, number: int, count: int) -> ShownEntry:
    chosen = storage.vote_of(tx, call.id, member.id) == entry.id
    return ShownEntry(call, entry, number, count, entry.member_id == member.id, chosen)


def vote(tx: Tx, union: Union, member: Member, call_id: int, entry_id: int, number: int) -> ShownEntry:
    """Give this entry the member's one vote; a second time takes it back.

    Raises:
        NotFound: there is no such entry (any more), or no such contest.
        NotAllowed: it is the member's own, the contest is closed, or only votes of wallet holders count.
    """
    call = _require_open(tx, union, member, call_id)
    entry = storage.by_id(tx, entry_id)
    if entry is None or entry.call_id != call.id:
        raise NotFound(_GONE)
    if entry.member_id == member.id:
        raise NotAllowed("This entry is yours; your vote is for one of the others.")
    if leadership.rules_of(tx, union).linked_only and not wallets.held(tx, member.id):
        raise NotAllowed(
            f"In {union.name} only votes of members with a linked wallet count. Type /link first."
        )
    if storage.vote_of(tx, call.id, member.id) == entry.id:
        storage.unvote(tx, call.id, member.id)
    else:
        storage.vote(tx, call.id, member.id, entry.id)
    return _shown(tx, call, member, entry, number, storage.count(tx, call.id))


# -- closing -------------------------------------------------------------------------------------------------


def due(tx: Tx) -> list[tuple[Union, int]]:
    """Contests (by call) of all unions that are over and wait for their ranking."""
    return unions.with_their_unions(tx, storage.due(tx, AT_ONCE))


def closable(tx: Tx, union: Union, member: Member, call_id: int) -> Call:
    """A contest that the member may close now. Raises NotFound, NotAllowed."""
    call = calls.managed(tx, union, member, call_id)
    if not call.contest:
        raise NotFound(_NONE)
    if not is_open(tx, call):
        raise NotAllowed(_OVER)
    if not storage.count(tx, call.id):
        raise NotAllowed("Nobody has sent anything in yet, so there is nothing to rank.")
    return call


def close(tx: Tx, union: Union, call_id: int, by: Member | None = None) -> Result | None:
    """Count the votes and forget who gave them; None if that is done already, or the call was cancelled.

    `by` closes it before its time.
    """
    call = calls.by_id(tx, call_id)
    if call is None or not storage.close(tx, call.id):
        return None
    storage.tally(tx, call.id, linked_only=leadership.rules_of(tx, union).linked_only)
    if call.state is CallState.CANCELLED:
        return None
    found = result(tx, call)
    counts = {
        author.ref: entry.votes
        for entry in storage.ranked(tx, call.id, IN_THE_LEDGER)
        if entry.votes and (author := members.by_id(tx, entry.member_id)) is not None
    }
    record(tx, union.id, "contest.closed", by, call=call.id, entries=found.entries, votes=counts)
    return found


def result(tx: Tx, call: Call) -> Result:
    """How a closed contest ended."""
    every = storage.ranked(tx, call.id, ON_THE_POST)
    return Result(call, placed(every), *storage.totals(tx, call.id))


# -- members come and go -------------------------------------------------------------------------------------


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erase the votes and entries of a member who leaves; in closed contests an entry's place and count stay."""
    storage.drop_votes_by(tx, member.id)
    for entry, closed in storage.of_everything(tx, member.id):
        if closed:
            storage.blank(tx, entry.id)
        else:
            storage.remove(tx, entry.id)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Two members are one person, with one entry and one vote: where both have one, the survivor's stays."""
    own = {entry.call_id for entry, _ in storage.of_everything(tx, survivor.id)}
    for entry, closed in storage.of_everything(tx, absorbed.id):
        if entry.call_id not in own:
            storage.move(tx, entry.id, survivor.id)
        elif closed:
            storage.blank(tx, entry.id)
        else:
            storage.remove(tx, entry.id)
    given = storage.votes_by(tx, absorbed.id) | storage.votes_by(tx, survivor.id)
    storage.drop_votes_by(tx, absorbed.id)
    for call_id, entry_id in given.items():
        chosen = storage.by_id(tx, entry_id)
        if chosen is None or chosen.member_id == survivor.id:
            storage.unvote(tx, call_id, survivor.id)
        else:
            storage.vote(tx, call_id, survivor.id, entry_id)
