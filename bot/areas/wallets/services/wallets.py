"""A member's wallets: giving, taking, listing and finding them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.areas.expulsions.services import expulsions
from bot.areas.ledger.services import record
from bot.areas.members.services import members
from bot.areas.traces import services as traces
from bot.areas.traces.domain import WALLET, TraceKind
from bot.areas.unions import services as unions
from bot.areas.wallets.storage import tickets, wallets
from bot.domain.people import Account, Member, Union, Wallet
from bot.domain.transaction import Tx
from bot.errors import NotFound
from bot.storage import erasures

NO_SUCH_WALLET = "You have no wallet with that address. /wallets shows those you have."


HoldingChanged = Callable[[Tx, Member, int], None]
"""Another area's reaction when a member gets their first wallet (1) or loses the last one (-1)."""


def unlink(tx: Tx, account: Account, address: str, changed: HoldingChanged) -> tuple[Account, ...]:
    """Unlinks a wallet of the account's member; returns their other accounts, to tell them.

    Raises NotFound if the member does not hold the wallet.
    """
    member = members.by_id(tx, account.member_id)
    if member is None or not take(tx, member, address, changed):
        raise NotFound(NO_SUCH_WALLET)
    return members.other_accounts(tx, member.id, account)


def give(tx: Tx, member: Member, address: str, kind: str, changed: HoldingChanged) -> None:
    """Gives a wallet that nobody holds to the member. If it waited when its holder left, it waits on.

    Raises NotAllowed if somebody who is expelled held it.
    """
    expulsions.require_free_wallet(tx, member.union_id, address)
    first = not wallets.held(tx, member.id)
    added = wallets.add(tx, member.union_id, member.id, address, kind)
    wait = _wait(tx, member.union_id, address)
    if wait is not None:
        wallets.set_wait(tx, added.id, wait)
    record(tx, member.union_id, "wallet.linked", member)
    if first:
        changed(tx, member, 1)


def _wait(tx: Tx, union_id: int, address: str) -> datetime | None:
    """The end of the wait that the wallet had when its holder left."""
    union = unions.by_id(tx, union_id)
    kept = traces.find(tx, union, WALLET, address.lower(), TraceKind.WALLET_WAIT) if union else None
    return kept.until if kept else None


def take(tx: Tx, member: Member, address: str, changed: HoldingChanged) -> bool:
    """Takes a wallet from the member; returns False if they do not hold it."""
    if not wallets.remove(tx, member.id, address):
        return False
    tickets.forget_address(tx, member.id, address)
    erasures.note(tx, member.union_id, [address])
    record(tx, member.union_id, "wallet.unlinked", member)
    if not wallets.held(tx, member.id):
        changed(tx, member, -1)
    return True


def held(tx: Tx, member_id: int) -> bool:
    """Whether the member holds a wallet."""
    return wallets.held(tx, member_id)


def of_member(tx: Tx, member: Member) -> list[Wallet]:
    """Returns the member's wallets, oldest first."""
    return wallets.of_member(tx, member.id)


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
