"""Limits that outlast a membership: who cannot propose for a week, and who guesses codes."""

from __future__ import annotations

from datetime import datetime

from bot.areas.joinings.domain import ASKED_WITHIN, BLOCKED, GUESSING_ENDS, MOST_ASKED, MOST_GUESSES
from bot.areas.members.services import members
from bot.areas.traces import services as traces
from bot.areas.traces.domain import TraceKind
from bot.domain.people import Account, Member, Union
from bot.domain.phrases import phrase
from bot.domain.times import clock_in_words
from bot.domain.transaction import Tx
from bot.errors import NotAllowed


def require_may_propose(tx: Tx, union: Union, account: Account) -> None:
    """Raises NotAllowed while the account waits, or within a week after somebody said that it is not them."""
    members.require_settled(tx, account)
    refused = traces.find(tx, union, account.platform, account.native_id, TraceKind.JOINING_REFUSED)
    if refused is not None and refused.until is not None:
        raise NotAllowed(
            phrase(
                "Someone said that this account is not them, so it cannot become one person with others before "
                "{until}. If that is you after all, ask from your other account.",
                until=clock_in_words(refused.until, union.time_zone),
            )
        )


def count_question(tx: Tx, union: Union, account: Account) -> None:
    """Counts a question of the account. Raises NotAllowed past `MOST_ASKED`, so that nobody is asked without end."""
    kept = traces.find(tx, union, account.platform, account.native_id, TraceKind.JOINING_ASKED)
    number, until = (kept.number, kept.until) if kept and kept.until else (0, tx.now + ASKED_WITHIN)
    if number >= MOST_ASKED:
        raise NotAllowed(
            phrase(
                "You have asked {most_asked} times within an hour whether someone is you. Ask again after "
                "{until}.",
                most_asked=MOST_ASKED,
                until=clock_in_words(until, union.time_zone),
            )
        )
    traces.keep(tx, union, account.platform, account.native_id, TraceKind.JOINING_ASKED, until, number + 1)


def refused(tx: Tx, union: Union, by: Member, whom: Member) -> int:
    """Notes that `by` said that `whom` is not them. Returns how many such answers there were within a week.

    Those of either member count: one may try several people, or several accounts may try one person.
    """
    return max(
        _count(tx, union, whom, TraceKind.JOINING_REFUSED), _count(tx, union, by, TraceKind.JOINING_ATTEMPTS)
    )


def _count(tx: Tx, union: Union, member: Member, kind: TraceKind) -> int:
    most = 0
    for account in members.accounts_of(tx, member.id):
        kept = traces.find(tx, union, account.platform, account.native_id, kind)
        number = (kept.number if kept else 0) + 1
        traces.keep(tx, union, account.platform, account.native_id, kind, tx.now + BLOCKED, number)
        most = max(most, number)
    return most


def guessing_ends(tx: Tx, union: Union, account: Account) -> datetime | None:
    """Returns the moment from which the account may try a code again; None if it may now."""
    kept = traces.find(tx, union, account.platform, account.native_id, TraceKind.JOINING_GUESSES)
    return kept.until if kept is not None and kept.number >= MOST_GUESSES else None


def guessed(tx: Tx, union: Union, account: Account) -> int:
    """Counts a wrong code; returns how many tries are left."""
    kept = traces.find(tx, union, account.platform, account.native_id, TraceKind.JOINING_GUESSES)
    number = (kept.number if kept else 0) + 1
    until = tx.now + GUESSING_ENDS
    traces.keep(tx, union, account.platform, account.native_id, TraceKind.JOINING_GUESSES, until, number)
    return MOST_GUESSES - number
