"""A union with people and wallets, for the tests of linking."""

from dataclasses import dataclass
from datetime import datetime

from eth_account import Account as Key
from eth_account.messages import encode_defunct
from sqlalchemy import bindparam, update

from bot import membership
from bot.areas.members.storage import accounts as accounts_storage
from bot.areas.members.storage import members as members_storage
from bot.areas.members.tables import accounts
from bot.areas.wallets.services import completion, links
from bot.areas.wallets.services.completion import Linked, Returned
from bot.areas.wallets.services.links import Attempt, Signed, Site
from bot.domain.people import Account, Union
from bot.domain.transaction import Tx
from bot.membership import LINKING
from bot.storage.statements import Statement

_WAIT = Statement(
    update(accounts)
    .where(accounts.c.member_id == bindparam("member"))
    .values(waits_until=bindparam("until", type_=accounts.c.waits_until.type))
)
SITE = Site("muster.test", "https://muster.test/link", 31337)


class Wallet:
    """A browser wallet's key, by another library than the one that verifies."""

    def __init__(self, number: int) -> None:
        self._key = Key.from_key(number.to_bytes(32, "big"))
        self.address: str = self._key.address

    def sign(self, text: str) -> str:
        """`personal_sign`."""
        return "0x" + self._key.sign_message(encode_defunct(text=text)).signature.hex().removeprefix("0x")


ANNAS, BOBS = Wallet(0xA11A), Wallet(0xB0B)


@dataclass
class People:
    """Anna has two accounts that are two members until she links; Bob is somebody else."""

    union: Union
    anna: Account
    anna_telegram: Account
    bob: Account


def gather(tx: Tx, anna: str = "Anna", union_name: str = "Harbour Pilots") -> People:
    """A fresh union with everybody in it."""
    founder = membership.Founder("discord", "100", "Fay", "fay")
    union, _, _ = membership.found(tx, union_name, "Safe passage", "Europe/Berlin", founder, "900", "Harbour")
    return People(
        union,
        membership.join(tx, union, "discord", "101", anna, None)[1],
        membership.join(tx, union, "telegram", "201", "Anna T", "anna_t")[1],
        membership.join(tx, union, "telegram", "202", "Bob", "bob")[1],
    )


def text_for(tx: Tx, token: str, wallet: Wallet) -> tuple[str, str]:
    """(text, nonce) as the page gets them."""
    issued = links.issue_text(tx, token, wallet.address, SITE)
    return issued.text, issued.nonce


def signed(tx: Tx, account: Account, wallet: Wallet, kind: str = "eoa") -> Signed:
    """Everything up to the code, for a signature that held."""
    token = links.open_ticket(tx, account)
    _, nonce = text_for(tx, token, wallet)
    attempt: Attempt = links.take_text(tx, token, nonce)
    return links.sign(tx, token, attempt, kind)


def bring(tx: Tx, account: Account, code: str) -> Returned:
    """Give a code back in chat."""
    return completion.complete(tx, account.platform, account.native_id, code)


def confirm(tx: Tx, account: Account, code: str) -> Linked | None:
    """Give a code back in chat, and say that the wallet is one's own."""
    brought = bring(tx, account, code)
    assert brought.account is not None, brought
    return completion.confirm(tx, brought.account, brought.ticket_id, LINKING.holding_changed)


def link(tx: Tx, account: Account, wallet: Wallet) -> None:
    """Link a wallet that nobody else holds."""
    done = confirm(tx, account, signed(tx, account, wallet).code)
    assert done is not None
    assert done.wallet is not None


def fresh(tx: Tx, account: Account) -> Account:
    """The account as it is now."""
    found = accounts_storage.by_id(tx, account.id)
    assert found is not None
    return found


def merge(tx: Tx, people: People) -> None:
    """Make Anna's two accounts one member, neither of the next one."""
    absorbed = members_storage.by_id(tx, people.anna_telegram.member_id)
    survivor = members_storage.by_id(tx, people.anna.member_id)
    assert absorbed is not None
    assert survivor is not None
    membership.merge(tx, people.union.id, absorbed, survivor)
    tx.run(_WAIT, member=survivor.id, until=None)


def wait(tx: Tx, account: Account, until: datetime | None) -> None:
    """Make all accounts of this one's member wait, or wait no longer."""
    tx.run(_WAIT, member=fresh(tx, account).member_id, until=until)
