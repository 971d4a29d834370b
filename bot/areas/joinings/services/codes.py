"""One-time codes: shown in one account, typed in the other. Nobody needs a wallet to be one person.

Wrong codes must be saved, and an error would undo all changes. So outcomes are returned, not raised.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.areas.joinings.domain import CODE_LASTS, Way, code_hash, in_groups, new_code, read_code
from bot.areas.joinings.services import limits
from bot.areas.joinings.services.joinings import Proposal, propose
from bot.areas.joinings.storage import codes
from bot.areas.members.services import members
from bot.domain.people import Account, Union
from bot.domain.phrases import phrase
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotAllowed


@dataclass(frozen=True, slots=True)
class WrongCode:
    """Nobody's code. `until` is when the account may try again, if this was its last try."""

    tries_left: int
    until: datetime | None = None


def make(tx: Tx, union: Union, account: Account) -> tuple[str, datetime]:
    """Makes a code for the account, in the place of an earlier one; returns it, and when it ends.

    Raises NotAllowed if the account waits, or was refused a short while ago.
    """
    limits.require_may_propose(tx, union, account)
    code, until = new_code(), tx.now + CODE_LASTS
    codes.put(tx, account.id, code_hash(union.id, code), until)
    return in_groups(code), until


def use(tx: Tx, union: Union, account: Account, typed: str) -> Proposal | WrongCode:
    """Proposes that this account and the one with that code are one person. The code is used up.

    Raises:
        NotAllowed: one of the two waits, or was refused a short while ago.
        BadInput: the code is the account's own, or one of the same person.
    """
    limits.require_may_propose(tx, union, account)
    until = limits.guessing_ends(tx, union, account)
    if until is not None:
        return WrongCode(0, until)
    code = read_code(typed)
    owner_id = codes.owner(tx, code_hash(union.id, code)) if code is not None else None
    owner = members.account(tx, owner_id) if owner_id is not None else None
    if owner is None:
        left = limits.guessed(tx, union, account)
        return WrongCode(left, limits.guessing_ends(tx, union, account))
    if owner.id == account.id:
        raise BadInput(phrase("This code is from this very account. Type it in your other account."))
    asked = members.by_id(tx, owner.member_id)
    if asked is None or asked.id == account.member_id:
        raise BadInput(phrase("These two accounts are already one person. `/me` shows your accounts."))
    _require_owner_may(tx, union, owner)
    codes.remove(tx, owner.id)
    return propose(tx, union, Way.CODE, account, asked, owner)[0]


def _require_owner_may(tx: Tx, union: Union, owner: Account) -> None:
    try:
        limits.require_may_propose(tx, union, owner)
    except NotAllowed as refused:
        raise NotAllowed(
            phrase(
                "The account with this code cannot become one person with others now. Type `/me same-person` "
                "there to see why, and until when."
            )
        ) from refused


def prune(tx: Tx, before: datetime) -> None:
    """Erases codes that expired before that moment."""
    codes.prune(tx, before)


def shorten(tx: Tx) -> None:
    """Ends codes in time that were made while the clock was ahead."""
    codes.shorten(tx, tx.now + CODE_LASTS)
