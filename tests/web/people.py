"""A union with people and wallets, for the tests of linking."""

from dataclasses import dataclass

from eth_account import Account as Key
from eth_account.messages import encode_defunct

from bot import membership
from bot.areas.members.storage import accounts as accounts_storage
from bot.areas.wallets.services import completion, links
from bot.areas.wallets.services.completion import Completed, Held
from bot.areas.wallets.services.links import Attempt, Signed, Site
from bot.domain.people import Account, Union
from bot.domain.transaction import Tx
from bot.membership import LINKING

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


def signed(tx: Tx, account: Account, wallet: Wallet) -> Signed:
    """Everything up to the code, for a signature that held."""
    token = links.open_ticket(tx, account)
    _, nonce = text_for(tx, token, wallet)
    attempt: Attempt = links.take_text(tx, token, nonce)
    return links.sign(tx, token, attempt, "eoa")


def bring(tx: Tx, account: Account, code: str, held: Held | None = Held.MERGE) -> Completed:
    """Give a code back in chat, agreeing to become one member with whoever has the wallet."""
    return completion.complete(tx, account.platform, account.native_id, code, LINKING, held)


def fresh(tx: Tx, account: Account) -> Account:
    """The account as it is now."""
    found = accounts_storage.by_id(tx, account.id)
    assert found is not None
    return found
