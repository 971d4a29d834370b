"""A member's wallets: listing them, finding one, letting one go."""

from __future__ import annotations

from bot.domain.people import Account, Member, Wallet
from bot.errors import NotFound
from bot.services import endorsements
from bot.services.ledger import record
from bot.storage import accounts, members, wallets
from bot.storage.transaction import Tx

NO_SUCH_WALLET = "You have no wallet with that address. /wallets shows those you have."


def unlink(tx: Tx, account: Account, address: str) -> tuple[Account, ...]:
    """Take a wallet off the account's member; returns their other accounts, which are to be told.

    Raises NotFound if the wallet is not (or no longer) theirs.
    """
    member = members.by_id(tx, account.member_id)
    if member is None or not take(tx, member, address):
        raise NotFound(NO_SUCH_WALLET)
    return others(tx, member.id, account)


def give(tx: Tx, member: Member, address: str, kind: str) -> None:
    """The member holds this wallet from now on; nobody else does."""
    first = not wallets.held(tx, member.id)
    wallets.add(tx, member.union_id, member.id, address, kind)
    record(tx, member.union_id, "wallet.linked", member)
    if first:
        endorsements.wallets_changed(tx, member.union_id, member, 1)


def take(tx: Tx, member: Member, address: str) -> bool:
    """The member holds this wallet no longer; whether they did."""
    if not wallets.remove(tx, member.id, address):
        return False
    record(tx, member.union_id, "wallet.unlinked", member)
    if not wallets.held(tx, member.id):
        endorsements.wallets_changed(tx, member.union_id, member, -1)
    return True


def of_member(tx: Tx, member: Member) -> list[Wallet]:
    """The member's wallets, oldest first."""
    return wallets.of_member(tx, member.id)


def find(tx: Tx, member: Member, typed: str) -> Wallet:
    """The member's own wallet with this address, in whatever case. Raises NotFound."""
    wanted = typed.strip().lower()
    for wallet in wallets.of_member(tx, member.id):
        if wallet.address.lower() == wanted:
            return wallet
    raise NotFound(NO_SUCH_WALLET)


def others(tx: Tx, member_id: int, account: Account) -> tuple[Account, ...]:
    """The member's accounts without this one: they are told what it did."""
    return tuple(other for other in accounts.of_member(tx, member_id) if other.id != account.id)
