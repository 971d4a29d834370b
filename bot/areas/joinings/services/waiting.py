"""What happens to proposals without a press: they expire, and the slow way goes on, warns, and joins."""

from __future__ import annotations

from dataclasses import dataclass

from bot.areas.joinings.domain import AFTER_WARNING, LASTS, SLOW_LASTS, WARNED_AFTER, Joining, Way
from bot.areas.joinings.services import limits
from bot.areas.joinings.services.joinings import (
    Joined,
    Merge,
    Proposal,
    holder_of,
    join,
    proof_of,
    whole,
)
from bot.areas.joinings.storage import joinings
from bot.areas.ledger.services import record
from bot.areas.members.services import members
from bot.areas.unions import services as unions
from bot.areas.wallets.services import wallets
from bot.domain.people import Account, Union
from bot.domain.phrases import phrase
from bot.domain.transaction import Tx
from bot.errors import NotAllowed

MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Warned:
    """All accounts of both sides are to be told once more that the slow way runs."""

    proposal: Proposal


@dataclass(frozen=True, slots=True)
class Expired:
    """Nobody answered in time, or the wallet is not held by the other side any more."""

    proposal: Proposal


@dataclass(frozen=True, slots=True)
class Over:
    """One side left or became somebody else; these accounts are left."""

    accounts: tuple[Account, ...]


Step = Warned | Expired | Over | Joined


def begin(tx: Tx, union: Union, account: Account, ticket_id: int) -> tuple[Proposal, bool]:
    """Begins the slow way: the person signed with a common wallet, and cannot answer with the other account.

    Returns the proposal, and False if it runs already. The first warning is to be sent now.

    Raises:
        NotAllowed: the account waits or was refused a short while ago, or it is a contract wallet.
        NotFound: the ticket proves nothing any more.
        BadInput: nobody else holds the wallet.
    """
    limits.require_may_propose(tx, union, account)
    proof = proof_of(tx, account, ticket_id)
    if proof.kind != "eoa":
        raise NotAllowed(
            phrase(
                "Several people may sign for a contract wallet, so your other account has to agree. Ask it, or "
                "type `/me same-person`."
            )
        )
    holder = holder_of(tx, account, proof)
    open_ = joinings.between(tx, account.member_id, holder.id)
    if open_ is not None:
        if open_.way == Way.SLOW and open_.asking_account_id == account.id:
            return whole(tx, open_), False
        joinings.remove(tx, open_.id)
    limits.count_question(tx, union, account)
    made = joinings.add(
        tx,
        union.id,
        Way.SLOW,
        (account.member_id, account.id),
        (holder.id, None),
        proof.address,
        tx.now + SLOW_LASTS,
        agreed=True,
        due_at=tx.now + WARNED_AFTER[1],
        warned=1,
    )
    record(
        tx, union.id, "joining.begun", members.by_id(tx, account.member_id), other=holder.ref, way=made.way
    )
    return whole(tx, made), True


def due(tx: Tx) -> list[tuple[Union, int]]:
    """Returns the proposals for which something is to be done now, each with its union."""
    return unions.with_their_unions(tx, joinings.due(tx, MOST_AT_ONCE))


def step(tx: Tx, union: Union, joining_id: int, merge: Merge) -> Step | None:
    """Does what is due for a proposal, once; None if it was done already."""
    joining = joinings.by_id(tx, joining_id)
    if joining is None or joining.due_at > tx.now:
        return None
    if joining.over:
        joinings.remove(tx, joining.id)
        left = {joining.asking_id, joining.asked_id} - {None}
        return Over(
            tuple(account for member_id in left for account in members.accounts_of(tx, member_id or 0))
        )
    proposal = whole(tx, joining)
    if joining.way != Way.SLOW or not _still_holds(tx, union, joining):
        joinings.remove(tx, joining.id)
        return Expired(proposal)
    if joining.warned < len(WARNED_AFTER):
        return _warn(tx, proposal)
    waits_until = proposal.asking.waits_until
    if waits_until is not None and waits_until > tx.now:
        joinings.reschedule(tx, joining.id, joining.warned, waits_until, waits_until)
        return None
    return join(tx, union, proposal, merge)


def shorten(tx: Tx) -> None:
    """Lets proposals go on in time that were made, or warned of, while the clock was ahead.

    They go on from the last warning, as if it was given now: nobody has less time to answer than they should.
    """
    for joining in joinings.ahead(tx, tx.now + WARNED_AFTER[1]):
        slow = joining.way == Way.SLOW
        begun = tx.now - WARNED_AFTER[joining.warned - 1] if slow else tx.now
        expires = begun + (SLOW_LASTS if slow else LASTS)
        due = begun + WARNED_AFTER[joining.warned] if slow and joining.warned < len(WARNED_AFTER) else expires
        joinings.restart(tx, joining.id, begun, tx.now if joining.over else due, expires)


def _warn(tx: Tx, proposal: Proposal) -> Warned:
    """Counts a warning. If it comes late, because the bot was away, everything after it comes later too."""
    joining = proposal.joining
    warned, soonest = joining.warned + 1, tx.now + AFTER_WARNING
    ends = max(joining.expires_at, soonest)
    if warned < len(WARNED_AFTER):
        due_at = max(joining.created_at + WARNED_AFTER[warned], soonest)
        ends = max(ends, due_at + AFTER_WARNING)
    else:
        due_at = ends
    joinings.reschedule(tx, joining.id, warned, due_at, ends)
    return Warned(whole(tx, joinings.by_id(tx, joining.id) or joining))


def _still_holds(tx: Tx, union: Union, joining: Joining) -> bool:
    held = wallets.with_address(tx, union, joining.address or "")
    return held is not None and held.member_id == joining.asked_id and held.kind == "eoa"
