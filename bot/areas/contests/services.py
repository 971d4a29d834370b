"""Contests: calls into which members send entries, vote for those of others, and get a ranking in the end.

Each member has one entry and one vote, and can change both until the contest is closed. Nobody sees numbers of votes
before. Closing counts the votes, and erases which member gave which.
"""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass

from bot.areas.calls.domain.calls import Call, CallState
from bot.areas.calls.services import calls
from bot.areas.checkins.services import checkins
from bot.areas.checkins.services.checkins import Answer
from bot.areas.contests.domain import MOST_WORDS, ON_THE_POST, ContestEntry, PlacedEntry, placed
from bot.areas.contests.storage import contests, entries, votes
from bot.areas.files import services as files
from bot.areas.ledger.services import record
from bot.areas.members.services import members
from bot.areas.tree.services import leadership
from bot.areas.unions import services as unions
from bot.areas.wallets.services import wallets
from bot.domain.people import Member, Union
from bot.domain.phrases import phrase, plural
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotAllowed, NotFound

AT_ONCE = 100
IN_THE_LEDGER = 100
"""Entries whose votes are written into the ledger: those with the most."""

_NONE = "There is no such contest here. /call today shows what there is."
_OVER = "This contest is closed. /call entries shows its ranking."
_GONE = "This entry is not there any more. /call entries shows those there are."


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry as a member sees it while looking through all entries: the `number`th of `count`.

    `mine`: it is the member's own. `chosen`: it has the member's vote.
    """

    call: Call
    entry: ContestEntry
    number: int
    count: int
    mine: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a closed contest: its `first` places, and the numbers of all `entries` and `votes`."""

    call: Call
    first: list[PlacedEntry]
    entries: int
    votes: int


# -- finding contests ----------------------------------------------------------------------------------------


def of(tx: Tx, union: Union, member: Member, call_id: int) -> Call:
    """Returns a contest for the member that has begun. Raises NotFound."""
    call = calls.by_id(tx, call_id)
    if call is None or call.union_id != union.id or not call.contest or not call.has_begun:
        raise NotFound(_NONE)
    if not calls.concerns(tx, call, member):
        raise NotFound(_NONE)
    return call


def running(tx: Tx, union: Union, member: Member) -> Call | None:
    """Returns today's open contest: the union's, else one of a branch that the member is in."""
    todays = calls.todays(tx, union, member)
    return next((call for call in todays if call.contest and is_open(tx, call)), None)


def latest(tx: Tx, union: Union, member: Member) -> Call:
    """Returns the open contest, else the union's that was closed last. Raises NotFound."""
    call = running(tx, union, member)
    last = contests.last_closed(tx, union.id) if call is None else None
    call = call or (calls.by_id(tx, last) if last is not None else None)
    if call is None:
        raise NotFound(phrase("There has been no contest yet."))
    return call


def is_open(tx: Tx, call: Call) -> bool:
    """Whether the contest takes entries and votes now."""
    over = call.closes_at is None or tx.now >= call.closes_at
    return call.state is CallState.OPEN and not over and contests.closed_at(tx, call.id) is None


def _require_open(tx: Tx, union: Union, member: Member, call_id: int) -> Call:
    call = of(tx, union, member, call_id)
    if not is_open(tx, call):
        raise NotAllowed(_OVER)
    return call


# -- taking part ---------------------------------------------------------------------------------------------


def enter(
    tx: Tx, union: Union, member: Member, call_id: int, words: str, file_id: int | None, space_id: int | None
) -> tuple[Answer, bool]:
    """Adds the member's entry, which answers the call; or changes it, which erases its votes.

    Returns the result of the answer, and whether there was an entry before. Raises BadInput, NotFound, NotAllowed.
    """
    check_entry(tx, union, member, call_id, words)
    call = of(tx, union, member, call_id)
    before = entries.of_member(tx, call.id, member.id)
    shown = before.file_id if before is not None and file_id is None else file_id
    contests.begin(tx, call.id)
    entry_id = entries.put(tx, call.id, member.id, words, shown)
    if before is not None:
        entries.drop_votes(tx, entry_id)
        if file_id is not None:
            files.drop(tx, before.file_id)
    answer = checkins.answer(tx, union, member, call.id, space_id=space_id, entered=True)
    return answer, before is not None


def check_entry(tx: Tx, union: Union, member: Member, call_id: int, words: str) -> None:
    """Checks whether the contest takes this entry. Changes nothing. Raises the errors of `enter`."""
    _require_open(tx, union, member, call_id)
    if not 1 <= len(words) <= MOST_WORDS:
        raise BadInput(
            phrase(
                "Write an entry of 1 to {most:,} characters. This one has {now:,}.",
                most=MOST_WORDS,
                now=len(words),
            )
        )
    if entries.of_member(tx, call_id, member.id) is None:
        checkins.may_answer(tx, union, member, call_id)


def entry_of(tx: Tx, call: Call, member: Member) -> ContestEntry | None:
    """Returns the member's entry into the contest."""
    return entries.of_member(tx, call.id, member.id)


def withdraw(tx: Tx, union: Union, member: Member, call_id: int) -> None:
    """Erases the member's entry, and with it the answer. Raises NotFound, or NotAllowed if the contest is closed."""
    call = _require_open(tx, union, member, call_id)
    if not drop_entry(tx, member, call.id):
        raise NotFound(phrase("You have no entry in this contest to withdraw."))
    with contextlib.suppress(NotFound):  # the answer may be gone: taken back, or refused
        checkins.take_back(tx, union, member, call.id)


def drop_entry(tx: Tx, member: Member, call_id: int) -> bool:
    """Erases the member's entry; False if there is none, or the contest is closed. Leaves the answer to the call."""
    entry = entries.of_member(tx, call_id, member.id)
    if entry is None or contests.closed_at(tx, call_id) is not None:
        return False
    entries.remove(tx, entry.id)
    files.drop(tx, entry.file_id)
    return True


def remove(tx: Tx, union: Union, moderator: Member, entry_id: int) -> tuple[Call, int]:
    """Erases an entry for a moderator, which the ledger tells; of a closed contest only its words and picture.

    Returns the contest and the id of the entry's author. Raises NotFound.
    """
    entry = entries.by_id(tx, entry_id)
    call = calls.by_id(tx, entry.call_id) if entry else None
    if entry is None or call is None or call.union_id != union.id:
        raise NotFound(_GONE)
    if contests.closed_at(tx, call.id) is None:
        entries.remove(tx, entry.id)
    else:
        entries.blank(tx, entry.id)
    files.drop(tx, entry.file_id)
    author = members.by_id(tx, entry.member_id)
    record(tx, union.id, "entry.removed", moderator, call=call.id, member=author.ref if author else None)
    return call, entry.member_id


# -- looking and voting --------------------------------------------------------------------------------------


def first(tx: Tx, union: Union, member: Member, call_id: int) -> ShownEntry | None:
    """Returns the first entry that the member sees; None if there is none. Members begin with different entries."""
    call = of(tx, union, member, call_id)
    count = entries.count(tx, call.id)
    entry = entries.after_others(tx, call.id, member.id % count) if count else None
    return _shown(tx, call, member, entry, 1, count) if entry else None


def following(
    tx: Tx, union: Union, member: Member, call_id: int, entry_id: int, number: int
) -> ShownEntry | None:
    """Returns the entry after this one, which was shown as the `number`th. The first comes after the last."""
    call = of(tx, union, member, call_id)
    entry = entries.after(tx, call.id, entry_id) or entries.after_others(tx, call.id, 0)
    count = entries.count(tx, call.id)
    return _shown(tx, call, member, entry, number % count + 1, count) if entry else None


def _shown(tx: Tx, call: Call, member: Member, entry: ContestEntry, number: int, count: int) -> ShownEntry:
    chosen = votes.of(tx, call.id, member.id) == entry.id
    return ShownEntry(call, entry, number, count, entry.member_id == member.id, chosen)


def vote(tx: Tx, union: Union, member: Member, call_id: int, entry_id: int, number: int) -> ShownEntry:
    """Gives the member's one vote to this entry; takes it back if the entry has it already.

    Raises:
        NotFound: there is no such entry or contest.
        NotAllowed: the entry is the member's own, the contest is closed, or only votes of wallet holders count.
    """
    call = _require_open(tx, union, member, call_id)
    entry = entries.by_id(tx, entry_id)
    if entry is None or entry.call_id != call.id:
        raise NotFound(_GONE)
    if entry.member_id == member.id:
        raise NotAllowed(phrase("This is your own entry. Vote for one of the others."))
    if leadership.rules_of(tx, union).linked_only and not wallets.counts(tx, member.id):
        raise NotAllowed(_no_wallet(tx, union, member))
    if votes.of(tx, call.id, member.id) == entry.id:
        votes.unvote(tx, call.id, member.id)
    else:
        votes.vote(tx, call.id, member.id, entry.id)
    return _shown(tx, call, member, entry, number, entries.count(tx, call.id))


def _no_wallet(tx: Tx, union: Union, member: Member) -> str:
    later = wallets.counts_from(tx, member)
    if later is None:
        return phrase(
            "Type `/link` first: in {union} only members with a linked wallet can vote.", union=union.name
        )
    return plural(
        max(1, math.ceil((later - tx.now).total_seconds() / 86_400)),
        "In {union} only members with a linked wallet can vote. Yours belonged to another member until lately: it "
        "counts in {n:,} day. `/wallets` says when exactly.",
        "In {union} only members with a linked wallet can vote. Yours belonged to another member until lately: it "
        "counts in {n:,} days. `/wallets` says when exactly.",
        union=union.name,
    )


# -- closing -------------------------------------------------------------------------------------------------


def due(tx: Tx) -> list[tuple[Union, int]]:
    """Returns the contests (by call) of all unions that are to be closed now."""
    return unions.with_their_unions(tx, contests.due(tx, AT_ONCE))


def closable(tx: Tx, union: Union, member: Member, call_id: int) -> Call:
    """Returns a contest that the member may close now. Raises NotFound, NotAllowed."""
    call = calls.managed(tx, union, member, call_id)
    if not call.contest:
        raise NotFound(_NONE)
    if not is_open(tx, call):
        raise NotAllowed(_OVER)
    if not entries.count(tx, call.id):
        raise NotAllowed(phrase("Nobody has sent in an entry yet, so there is nothing to rank."))
    return call


def close(tx: Tx, union: Union, call_id: int, by: Member | None = None) -> Result | None:
    """Counts the votes and erases them. Returns the result; None if the contest is closed already or was cancelled.

    `by` is the member who closes it before its time, and its call with it. The day of a member who has not answered
    yet still counts by a press, until the hour at which the call would have closed.
    """
    call = calls.by_id(tx, call_id)
    if call is None or not contests.close(tx, call.id):
        return None
    if by is not None:
        calls.close(tx, union, call.id)
    votes.tally(tx, call.id, linked_only=leadership.rules_of(tx, union).linked_only)
    if call.state is CallState.CANCELLED:
        return None
    found = result(tx, call)
    counts = {
        author.ref: entry.votes
        for entry in entries.ranked(tx, call.id, IN_THE_LEDGER)
        if entry.votes and (author := members.by_id(tx, entry.member_id)) is not None
    }
    record(tx, union.id, "contest.closed", by, call=call.id, entries=found.entries, votes=counts)
    return found


def result(tx: Tx, call: Call) -> Result:
    """Returns the result of a closed contest."""
    first = placed(entries.ranked(tx, call.id, ON_THE_POST))
    return Result(call, first, *entries.totals(tx, call.id))


# -- members who leave or are merged -------------------------------------------------------------------------


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erases the votes and entries of a member who leaves. In closed contests an entry's place and votes stay."""
    votes.delete_of(tx, member.id)
    for entry, closed in entries.all_of(tx, member.id):
        if closed:
            entries.blank(tx, entry.id)
        else:
            entries.remove(tx, entry.id)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Gives the absorbed member's entries and votes to the survivor. Where both have one, the survivor's stays."""
    own = {entry.call_id for entry, _ in entries.all_of(tx, survivor.id)}
    for entry, closed in entries.all_of(tx, absorbed.id):
        if entry.call_id not in own:
            entries.move(tx, entry.id, survivor.id)
        elif closed:
            entries.blank(tx, entry.id)
        else:
            entries.remove(tx, entry.id)
    given = votes.by_member(tx, absorbed.id) | votes.by_member(tx, survivor.id)
    votes.delete_of(tx, absorbed.id)
    for call_id, entry_id in given.items():
        chosen = entries.by_id(tx, entry_id)
        if chosen is None or chosen.member_id == survivor.id:
            votes.unvote(tx, call_id, survivor.id)
        else:
            votes.vote(tx, call_id, survivor.id, entry_id)
