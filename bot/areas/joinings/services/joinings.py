"""Proposing that two members are one person, agreeing, and refusing.

Nothing happens before an account of each side pressed. Whatever is pressed or delivered twice, the row of the
proposal is erased with its outcome, in one transaction: there is one joining, or none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.areas.flags import services as flags
from bot.areas.flags.services import ShownFlag
from bot.areas.joinings.domain import LASTS, REPEATED, Joining, Way
from bot.areas.joinings.services import limits
from bot.areas.joinings.storage import joinings
from bot.areas.ledger.services import record
from bot.areas.members.services import members
from bot.areas.tree.services import endorsements
from bot.areas.wallets.domain.links import Proof
from bot.areas.wallets.services import links
from bot.domain.people import Account, Member, Union
from bot.domain.phrases import phrase
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotAllowed, NotFound

Merge = Callable[[Tx, int, Member, Member, Member | None], Member]
"""Makes two members one: `merge(tx, union_id, absorbed, survivor, first)`; see `bot.membership.merge`."""

CLOSED = phrase(
    "This question is no longer open: it was answered, taken back, or no one answered in time. "
    "`/me` shows who you are now."
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """An open proposal, the account that began it, and the accounts that can answer for the other side."""

    joining: Joining
    asking: Account
    asked: tuple[Account, ...]

    @property
    def slow(self) -> bool:
        """Whether it is the slow way, which needs no answer of the other side."""
        return self.joining.way == Way.SLOW

    def others(self, account: Account) -> tuple[Account, ...]:
        """Returns the accounts of the side that this account is not on."""
        return self.asked if account.member_id == self.joining.asking_id else (self.asking,)


@dataclass(frozen=True, slots=True)
class Joined:
    """Two members became one.

    `asking` and `asked` are all accounts of the two sides, as they are now. `leaderless`: they endorse nobody now,
    though one of them endorsed somebody.
    """

    asking: tuple[Account, ...]
    asked: tuple[Account, ...]
    leaderless: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """A proposal was refused (`blamed` is the member who cannot propose for a week), or taken back (None)."""

    proposal: Proposal
    blamed: Member | None
    raised: tuple[ShownFlag, ...]


# -- proposing -----------------------------------------------------------------------------------------------


def by_wallet(tx: Tx, union: Union, account: Account, ticket_id: int) -> tuple[Proposal, bool]:
    """Asks both sides whether they are one person, because this account signed with a wallet that the other holds.

    Returns the proposal, and False if the same one was open already.

    Raises:
        NotAllowed: the account waits, or was refused a short while ago.
        NotFound: the ticket proves nothing any more.
        BadInput: nobody else holds the wallet.
    """
    limits.require_may_propose(tx, union, account)
    proof = proof_of(tx, account, ticket_id)
    return propose(tx, union, Way.WALLET, account, holder_of(tx, account, proof), None, proof.address)


def propose(
    tx: Tx,
    union: Union,
    way: Way,
    account: Account,
    asked: Member,
    asked_account: Account | None,
    address: str | None = None,
) -> tuple[Proposal, bool]:
    """Makes a proposal in the place of another one between the two, unless the same one is open already."""
    open_ = joinings.between(tx, account.member_id, asked.id)
    if open_ is not None:
        same = open_.way == way and open_.asking_account_id == account.id
        if same and open_.asked_account_id == (asked_account.id if asked_account else None):
            return whole(tx, open_), False
        joinings.remove(tx, open_.id)
    limits.count_question(tx, union, account)
    answering = (asked.id, asked_account.id if asked_account else None)
    made = joinings.add(
        tx, union.id, way, (account.member_id, account.id), answering, address, tx.now + LASTS
    )
    return whole(tx, made), True


def proof_of(tx: Tx, account: Account, ticket_id: int) -> Proof:
    """Returns what the account proved with a ticket. Raises NotFound if that was nothing, or too long ago."""
    proof = links.proof(tx, account, ticket_id)
    if proof is None:
        raise NotFound(
            phrase("What you signed counted for ten minutes, which are over. Type `/link` to start again.")
        )
    return proof


def holder_of(tx: Tx, account: Account, proof: Proof) -> Member:
    """Returns the other member who holds the wallet. Raises BadInput if nobody else does."""
    holder = members.by_id(tx, proof.holder_id) if proof.holder_id is not None else None
    if holder is None or holder.left_at is not None:
        raise BadInput(
            phrase("No one holds this wallet any more, so there is no one to ask. Type `/link` to link it.")
        )
    if holder.id == account.member_id:
        raise BadInput(
            phrase(
                "This wallet is already yours, through another account of yours. `/me` shows your accounts."
            )
        )
    return holder


# -- answering -----------------------------------------------------------------------------------------------


def open_for(tx: Tx, account: Account, joining_id: int) -> Proposal:
    """Returns the open proposal that this account may answer. Raises NotFound."""
    joining = joinings.by_id(tx, joining_id)
    if joining is None or joining.over or tx.now >= joining.expires_at:
        raise NotFound(CLOSED)
    if account.member_id not in (joining.asking_id, joining.asked_id):
        raise NotFound(CLOSED)
    return whole(tx, joining)


def of_account(tx: Tx, account: Account) -> list[Proposal]:
    """Returns the open proposals that this account can answer or end, the oldest first."""
    found = [
        whole(tx, joining) for joining in joinings.of(tx, account.member_id) if tx.now < joining.expires_at
    ]
    return [
        one for one in found if one.slow or account.id in {other.id for other in (one.asking, *one.asked)}
    ]


def agree(tx: Tx, union: Union, account: Account, joining_id: int, merge: Merge) -> Proposal | Joined:
    """Agrees for the account's side. Joins the two if both sides have agreed, else returns the proposal.

    Raises:
        NotAllowed: the account waits, or another account of its side was asked.
        NotFound: the proposal is not open.
    """
    proposal = open_for(tx, account, joining_id)
    members.require_settled(tx, account)
    asking = account.member_id == proposal.joining.asking_id
    answering = (proposal.asking,) if asking else proposal.asked
    if proposal.slow or account.id not in {one.id for one in answering}:
        names = ", ".join(one.name for one in answering)
        raise NotAllowed(
            phrase("I asked another account of yours. Answer from there: {accounts}.", accounts=names)
        )
    joinings.agree(tx, proposal.joining, asking=asking)
    joining = joinings.by_id(tx, joining_id)
    if joining is None or not (joining.asking_agreed and joining.asked_agreed):
        return replace(proposal, joining=joining or proposal.joining)
    return join(tx, union, proposal, merge)


def join(tx: Tx, union: Union, proposal: Proposal, merge: Merge) -> Joined:
    """Makes the two one. The member who joined the union earlier survives."""
    asking, asked = (_member(tx, id_) for id_ in (proposal.joining.asking_id, proposal.joining.asked_id))
    sides = (members.accounts_of(tx, asking.id), members.accounts_of(tx, asked.id))
    followed = [endorsements.of(tx, member) for member in (asking, asked)]
    directed = any(choice and choice.leader_id not in (None, asking.id, asked.id) for choice in followed)
    joinings.remove(tx, proposal.joining.id)
    survivor, absorbed = sorted((asking, asked), key=lambda one: (one.joined_at, one.id))
    # The other side of the slow way has agreed to nothing, so its accounts count as the older ones.
    now = merge(tx, union.id, absorbed, survivor, asked if proposal.slow else None)
    choice = endorsements.of(tx, now)
    left = directed and (choice is None or choice.leader_id is None)
    fresh = {account.id: account for account in members.accounts_of(tx, now.id)}
    of_asking, of_asked = (tuple(fresh[account.id] for account in side) for side in sides)
    return Joined(of_asking, of_asked, leaderless=left)


def refuse(tx: Tx, union: Union, account: Account, joining_id: int) -> Refused:
    """Ends a proposal. Any account of either side can, also one that waits.

    A side that was asked says that the other is somebody else; that is counted against the other, whose slow
    ways to others end as well. The side that asked takes it back.
    """
    proposal = open_for(tx, account, joining_id)
    joining = proposal.joining
    joinings.remove(tx, joining.id)
    by, asking, asked = (_member(tx, id_) for id_ in (account.member_id, joining.asking_id, joining.asked_id))
    # A stranger may have talked the person into typing the stranger's code: then the code's owner is to blame.
    blamed = asking if by.id == asked.id else asked if joining.way == Way.CODE else None
    if blamed is None:
        record(tx, union.id, "joining.withdrawn", by, other=asked.ref, way=joining.way)
        return Refused(proposal, None, ())
    record(tx, union.id, "joining.refused", by, other=blamed.ref, way=joining.way)
    # Questions to others stay open: they need an answer, and moderators see who is refused again.
    joinings.end_begun_by(tx, blamed.id, Way.SLOW)
    times = limits.refused(tx, union, by, blamed)
    raised = flags.raise_refused(tx, union, by, blamed, times) if times >= REPEATED else None
    return Refused(proposal, blamed, (raised,) if raised else ())


def _member(tx: Tx, member_id: int | None) -> Member:
    found = members.by_id(tx, member_id) if member_id is not None else None
    if found is None:
        raise RuntimeError("an open proposal names two members")
    return found


def whole(tx: Tx, joining: Joining) -> Proposal:
    """Returns an open proposal with its accounts."""
    asking = members.account(tx, joining.asking_account_id or 0)
    theirs = members.accounts_of(tx, joining.asked_id or 0)
    asked = [one for one in theirs if joining.asked_account_id in (None, one.id)]
    if asking is None or not asked:
        raise RuntimeError("an open proposal names two accounts")
    return Proposal(joining, asking, tuple(asked))
