"""A member's wallets: giving, taking, listing and finding them, and whether they count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.areas.expulsions.services import expulsions, former
from bot.areas.ledger.services import record
from bot.areas.members.services import members
from bot.areas.traces import services as traces
from bot.areas.traces.domain import WALLET, TraceKind
from bot.areas.unions import services as unions
from bot.areas.wallets.domain.claims import COUNTS_AFTER
from bot.areas.wallets.storage import tickets, wallets
from bot.domain.people import Account, Member, Union, Wallet
from bot.domain.phrases import phrase
from bot.domain.transaction import Tx
from bot.errors import NotFound
from bot.storage import erasures

NO_SUCH_WALLET = phrase("You have no wallet with that address. `/wallets` shows the ones you have.")


HoldingChanged = Callable[[Tx, Member, int], None]
"""Another area's reaction when a member gets their first wallet (1) or loses the last one (-1)."""


def give(
    tx: Tx,
    member: Member,
    address: str,
    kind: str,
    changed: HoldingChanged,
    waits_until: datetime | None = None,
    by: Account | None = None,
) -> Wallet:
    """Gives a wallet that nobody holds to the member, whose account `by` linked it if that is known.

    A wallet that another member held until lately waits, also if they unlinked it themselves. Raises NotAllowed if
    somebody who is expelled held it.
    """
    expulsions.require_free_wallet(tx, member.union_id, address)
    erasures.withdraw(tx, member.union_id, address)
    first = not wallets.held(tx, member.id)
    waits = waits_until or _wait_of(tx, member, address)
    wallet = wallets.add(tx, member, address, kind, by.id if by else None, waits)
    record(tx, member.union_id, "wallet.linked", member)
    if first:
        changed(tx, member, 1)
    return wallet


def take(tx: Tx, member: Member, address: str, changed: HoldingChanged) -> bool:
    """Takes a wallet from the member; returns False if they do not hold it."""
    wallet = wallets.by_address(tx, member.union_id, address)
    if wallet is None or wallet.member_id != member.id:
        return False
    remember(tx, wallet)
    wallets.remove(tx, member.id, address)
    tickets.forget_address(tx, member.id, address)
    erasures.note(tx, member.union_id, [address])
    record(tx, member.union_id, "wallet.unlinked", member)
    if not wallets.held(tx, member.id):
        changed(tx, member, -1)
    return True


def remember(tx: Tx, wallet: Wallet) -> None:
    """Remembers who is about to lose a wallet: another member has to wait for what it counts for, and if they are
    expelled, it is kept out. A contract wallet is not: several people may sign for it.
    """
    union = unions.by_id(tx, wallet.union_id)
    if union is None:
        raise RuntimeError("a wallet has a union")
    until = tx.now + COUNTS_AFTER
    waiting = wallet.waits_until is not None and tx.now < wallet.waits_until
    if waiting and wallet.waits_until is not None:
        until = max(until, wallet.waits_until)
    # A wallet that waits goes on waiting for everybody: no member has the id 0.
    number = 0 if waiting else wallet.member_id
    traces.keep(tx, union, WALLET, wallet.address.lower(), TraceKind.WALLET, until, number)
    if wallet.kind == "eoa":
        former.give_up_wallet(tx, union, wallet.member_id, wallet.address)


def _wait_of(tx: Tx, member: Member, address: str) -> datetime | None:
    union = unions.by_id(tx, member.union_id)
    trace = traces.find(tx, union, WALLET, address.lower(), TraceKind.WALLET) if union else None
    return trace.until if trace is not None and trace.number != member.id else None


def held(tx: Tx, member_id: int) -> bool:
    """Whether the member holds a wallet, also one that waits. For votes, gates and money see `counts`."""
    return wallets.held(tx, member_id)


def counts(tx: Tx, member_id: int) -> bool:
    """Whether the member holds a wallet that counts for votes, gates and money."""
    return wallets.counts(tx, member_id)


def counting(tx: Tx, member: Member) -> list[Wallet]:
    """Returns those of the member's wallets that count for votes, gates and money, oldest first."""
    mine = wallets.of_member(tx, member.id)
    return [wallet for wallet in mine if wallet.waits_until is None or wallet.waits_until <= tx.now]


def counts_from(tx: Tx, member: Member) -> datetime | None:
    """Returns when the first of the member's wallets counts, if all of them wait; None otherwise."""
    waits = [wallet.waits_until for wallet in wallets.of_member(tx, member.id)]
    later = [wait for wait in waits if wait is not None and wait > tx.now]
    return min(later) if later and len(later) == len(waits) else None


def of_member(tx: Tx, member: Member) -> list[Wallet]:
    """Returns the member's wallets, oldest first."""
    return wallets.of_member(tx, member.id)


def linked_by(tx: Tx, account: Account) -> list[Wallet]:
    """Returns the wallets that this account linked to its member, oldest first."""
    return wallets.linked_by(tx, account.id)


def holder(tx: Tx, union_id: int, address: str) -> Member | None:
    """Returns the member who holds a wallet."""
    wallet = wallets.by_address(tx, union_id, address)
    return members.by_id(tx, wallet.member_id) if wallet else None


def find(tx: Tx, member: Member, typed: str) -> Wallet:
    """Returns the member's wallet with this address, in upper or lower case. Raises NotFound."""
    wanted = typed.strip().lower()
    for wallet in wallets.of_member(tx, member.id):
        if wallet.address.lower() == wanted:
            return wallet
    raise NotFound(NO_SUCH_WALLET)


def with_address(tx: Tx, union: Union, address: str) -> Wallet | None:
    """Returns the wallet with this address (EIP-55) that a member of the union holds."""
    return wallets.by_address(tx, union.id, address)
