"""Claims: a member proved a wallet that another member holds. The holder is told, and keeps it or lets it go.

A claim is not a taking: a signature may have been talked out of the wallet's owner. So the holder has three days to
answer with a signature of their own, and a wallet that moved does not count at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.areas.ledger.services import record
from bot.areas.members.services import members
from bot.areas.traces import services as traces
from bot.areas.traces.domain import TraceKind
from bot.areas.unions import services as unions
from bot.areas.wallets.domain.claims import (
    ANSWERED,
    COUNTS_AFTER,
    MOVES_AFTER,
    NO_CLAIM_FOR,
    STEP,
    TOLD_TIMES,
    WENT_AWAY,
    Claim,
    ClaimEnd,
)
from bot.areas.wallets.domain.links import Proof
from bot.areas.wallets.services import links
from bot.areas.wallets.services.wallets import NO_SUCH_WALLET, HoldingChanged, give, holder, take
from bot.areas.wallets.storage import claims, tickets, wallets
from bot.domain.people import Account, Member, Union, Wallet
from bot.domain.phrases import phrase
from bot.domain.times import clock_in_words
from bot.domain.transaction import Tx
from bot.errors import NotAllowed, NotFound

AT_ONCE = 50
ENDED = phrase("This claim is already over. `/wallets` shows your wallets and the claims on them.")
ORDINARY_ONLY = phrase(
    "Several people may sign for a contract wallet, so no one can claim it from another member. Ask the member who "
    "holds it to unlink it: `/unlink`."
)


@dataclass(frozen=True, slots=True)
class Parties:
    """A claim with all accounts of the two sides. A side that left has none."""

    claim: Claim
    claimants: tuple[Account, ...]
    holders: tuple[Account, ...]

    @property
    def claimant(self) -> Account | None:
        """The account that claimed."""
        return next((one for one in self.claimants if one.id == self.claim.account_id), None)


def require_claimable(tx: Tx, union: Union, account: Account, proof: Proof) -> None:
    """Checks that this account may claim the wallet that it proved from its holder. Raises NotAllowed."""
    members.require_settled(tx, account)
    held = wallets.by_address(tx, union.id, proof.address)
    if held is None or held.member_id == account.member_id:
        raise NotAllowed(
            phrase("No other member holds this wallet, so you need not claim it. Type `/link` to link it.")
        )
    if "contract" in (proof.kind, held.kind):
        raise NotAllowed(ORDINARY_ONLY)
    wait = traces.find(tx, union, account.platform, account.native_id, TraceKind.CLAIM)
    if wait is not None and wait.until is not None:
        raise NotAllowed(_cannot_claim_yet(wait.number, clock_in_words(wait.until, union.time_zone)))
    before = claims.on(tx, union.id, proof.address)
    if before is not None:
        other = members.account(tx, before.account_id) if before.account_id else None
        own = other is not None and other.member_id == account.member_id
        raise NotAllowed(_claimed_already(own, clock_in_words(before.moves_at, union.time_zone)))
    if len(wallets.of_member(tx, account.member_id)) >= links.MAX_WALLETS:
        raise NotAllowed(links.TOO_MANY)


def open_claim(tx: Tx, union: Union, account: Account, ticket_id: int) -> Parties:
    """Claims the wallet that the account proved with a ticket, and ends the ticket. Raises NotFound, NotAllowed."""
    proof = links.proof(tx, account, ticket_id)
    if proof is None:
        raise NotFound(links.PROOF_GONE)
    require_claimable(tx, union, account, proof)
    if not tickets.close(tx, ticket_id):
        raise NotFound(links.PROOF_GONE)
    claim = claims.add(tx, union.id, proof.address, account.id, tx.now + MOVES_AFTER, tx.now + STEP)
    by, held_by = members.by_id(tx, account.member_id), holder(tx, union.id, proof.address)
    record(tx, union.id, "wallet.claimed", by, holder=held_by.ref if held_by else None)
    return parties(tx, claim)


def due(tx: Tx) -> list[tuple[Union, int]]:
    """Returns some open claims of which the holder is to be told again, or whose wallet is to be moved."""
    return unions.with_their_unions(
        tx, [(union_id, claim_id) for claim_id, union_id in claims.due(tx, AT_ONCE)]
    )


def advance(tx: Tx, claim_id: int, changed: HoldingChanged) -> Parties | None:
    """Does the next step of a claim if it is due: counts a telling of the holder, or moves the wallet.

    Each step is at least a day after the one before it, also if Muster was down or the clock jumped: nobody loses a
    wallet without having been told three times. Returns None if nothing was due.
    """
    claim = claims.by_id(tx, claim_id)
    if claim is None or claim.ended is not None or tx.now < claim.next_at:
        return None
    if claim.told >= TOLD_TIMES:
        return _move(tx, claim, ClaimEnd.MOVED, changed)
    left = TOLD_TIMES - claim.told
    if not claims.tell(tx, claim, tx.now + STEP, max(claim.moves_at, tx.now + left * STEP)):
        return None
    told = claims.by_id(tx, claim_id)
    return parties(tx, told) if told else None


def shorten(tx: Tx) -> None:
    """Lets claims go on in time that were made, or told of, while the clock was ahead: from the last telling on."""
    for claim in claims.ahead(tx, tx.now + STEP):
        opened = tx.now - (claim.told - 1) * STEP
        claims.restart(tx, claim.id, opened, opened + MOVES_AFTER, tx.now + STEP)


def let_go(tx: Tx, account: Account, claim_id: int, changed: HoldingChanged) -> Parties:
    """Gives a claimed wallet of the account's member to the claimant at once. Raises NotFound, NotAllowed."""
    claim = of_holder(tx, account, claim_id)
    members.require_settled(tx, account)
    moved = _move(tx, claim, ClaimEnd.GIVEN, changed)
    if moved is None:
        raise NotFound(ENDED)
    return moved


def of_holder(tx: Tx, account: Account, claim_id: int) -> Claim:
    """Returns an open claim on a wallet that the account's member holds. Raises NotFound."""
    claim = claims.by_id(tx, claim_id)
    if claim is None or claim.ended is not None or claim.union_id != account.union_id:
        raise NotFound(ENDED)
    held = wallets.by_address(tx, claim.union_id, claim.address)
    if held is None or held.member_id != account.member_id:
        raise NotFound(ENDED)
    return claim


def keep(tx: Tx, union: Union, member: Member, address: str, signed_since: datetime) -> Parties | None:
    """Ends the claim on a wallet whose holder signed with it afresh; returns None if there is none to end.

    `signed_since`: the ticket of the signature was opened then. An older one than the claim is no answer to it,
    because somebody may have got it from the claimant.
    """
    claim = claims.on(tx, union.id, address)
    if claim is None or signed_since < claim.opened_at:
        return None
    both = parties(tx, claim)
    if not claims.end(tx, claim.id, ClaimEnd.KEPT):
        return None
    bar(tx, union, both.claimants, ANSWERED)
    record(tx, union.id, "wallet.claim-ended", member, outcome=ClaimEnd.KEPT.value)
    claims.remove(tx, claim.id)
    return both


def bar(tx: Tx, union: Union, claimants: Sequence[Account], why: int) -> None:
    """Keeps these accounts of a person from claiming for a while, also if they leave and join anew."""
    for account in claimants:
        traces.keep(
            tx, union, account.platform, account.native_id, TraceKind.CLAIM, tx.now + NO_CLAIM_FOR, why
        )


def unlink(tx: Tx, account: Account, address: str, changed: HoldingChanged) -> tuple[Account, ...]:
    """Unlinks a wallet of the account's member; returns their other accounts, to tell them.

    A claim on it ends, and `untold` has it for the claimant. Raises NotFound if the member does not hold the wallet,
    NotAllowed if the account waits.
    """
    members.require_settled(tx, account)
    member = members.by_id(tx, account.member_id)
    if member is None or not take(tx, member, address, changed):
        raise NotFound(NO_SUCH_WALLET)
    free(tx, member, address)
    return members.other_accounts(tx, member.id, account)


def unlink_with(tx: Tx, account: Account, changed: HoldingChanged) -> list[Wallet]:
    """Unlinks the wallets that an account linked, because it is removed from its member; returns them.

    The account may have been a stranger's, and what is sent to the person must not reach a wallet of the stranger.
    """
    member = members.by_id(tx, account.member_id)
    if member is None:
        return []
    gone = wallets.linked_by(tx, account.id)
    for wallet in gone:
        take(tx, member, wallet.address, changed)
        free(tx, member, wallet.address)
    return gone


def free(tx: Tx, member: Member, address: str) -> None:
    """Ends the claim on a wallet that its holder does not have any more."""
    claim = claims.on(tx, member.union_id, address)
    if claim is not None and claims.end(tx, claim.id, ClaimEnd.FREED):
        record(tx, member.union_id, "wallet.claim-ended", member, outcome=ClaimEnd.FREED.value)


def untold(tx: Tx) -> list[tuple[Union, int]]:
    """Returns some ended claims whose outcome nobody was told of yet."""
    return unions.with_their_unions(
        tx, [(union_id, claim_id) for claim_id, union_id in claims.untold(tx, AT_ONCE)]
    )


def take_outcome(tx: Tx, claim_id: int) -> Parties | None:
    """Returns an ended claim with those to be told of its outcome, once: the row is erased."""
    claim = claims.by_id(tx, claim_id)
    if claim is None or claim.ended is None:
        return None
    both = parties(tx, claim)
    return both if claims.remove(tx, claim_id) else None


def on(tx: Tx, union_id: int, address: str) -> Claim | None:
    """Returns the open claim on a wallet."""
    return claims.on(tx, union_id, address)


def against(tx: Tx, member: Member) -> list[Parties]:
    """Returns the open claims on a member's wallets."""
    return [parties(tx, claim) for claim in claims.against(tx, member.id)]


def by_member(tx: Tx, member: Member) -> list[Claim]:
    """Returns the open claims of a member."""
    return claims.by_member(tx, member.id)


def parties(tx: Tx, claim: Claim) -> Parties:
    """Returns a claim with the accounts of both sides."""
    account = members.account(tx, claim.account_id) if claim.account_id else None
    held = wallets.by_address(tx, claim.union_id, claim.address)
    return Parties(
        claim,
        tuple(members.accounts_of(tx, account.member_id)) if account else (),
        tuple(members.accounts_of(tx, held.member_id)) if held else (),
    )


def _move(tx: Tx, claim: Claim, outcome: ClaimEnd, changed: HoldingChanged) -> Parties | None:
    """Gives the wallet to the claimant, once; returns the two sides as they were before."""
    both = parties(tx, claim)
    account, before = both.claimant, holder(tx, claim.union_id, claim.address)
    claimant = members.by_id(tx, account.member_id) if account else None
    held = wallets.by_address(tx, claim.union_id, claim.address)
    if claimant is None or before is None or held is None or before.id == claimant.id:
        raise RuntimeError("an open claim has a claimant, and another member who holds its wallet")
    if not claims.end(tx, claim.id, outcome):
        return None
    take(tx, before, claim.address, changed)
    give(tx, claimant, claim.address, held.kind, changed, tx.now + COUNTS_AFTER, account)
    record(tx, claim.union_id, "wallet.claim-ended", claimant, outcome=outcome.value, holder=before.ref)
    claims.remove(tx, claim.id)
    return both


def _cannot_claim_yet(why: int, until: str) -> str:
    if why == WENT_AWAY:
        return phrase(
            "This account left the union while it was claiming a wallet, which ended the claim. So that no holder is "
            "asked again and again, it cannot claim a wallet before {until}. The holder can unlink the wallet at any "
            "time: `/unlink`.",
            until=until,
        )
    return phrase(
        "The holder answered your last claim with a signature of their own, so you cannot claim a wallet before "
        "{until}. If they signed with a wallet that is yours, someone else has its key: move what it holds to a new "
        "wallet.",
        until=until,
    )


def _claimed_already(by_you: bool, until: str) -> str:
    if by_you:
        return phrase(
            "You are already claiming this wallet. Its holder can answer until {until}, and I will tell you how it "
            "ends.",
            until=until,
        )
    return phrase(
        "Someone else is already claiming this wallet. Its holder can answer until {until}: come back after that.",
        until=until,
    )
