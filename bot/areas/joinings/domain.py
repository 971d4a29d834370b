"""The rules of joining two members: how it is proposed, how long an answer is waited for, and the one-time code."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LASTS = timedelta(hours=24)
"""How long a proposal waits for its two answers."""
SLOW_LASTS = timedelta(days=7)
"""How long the accounts of the other side can end the slow way."""
WARNED_AFTER = (timedelta(), timedelta(days=3), timedelta(days=6))
"""When all accounts are told that the slow way runs."""
AFTER_WARNING = timedelta(days=1)
"""The least time between two warnings, and between the last one and the joining: the bot may have been away."""
BLOCKED = timedelta(days=7)
"""How long an account cannot propose after somebody said that they are another person."""
MOST_ASKED = 10
"""The most questions that an account asks within `ASKED_WITHIN`: each of them is a message to all it asks."""
ASKED_WITHIN = timedelta(hours=1)
REPEATED = 2
"""From so many refusals within `BLOCKED` on, the moderators see them."""
CODE_LASTS = timedelta(minutes=10)
MOST_GUESSES = 5
GUESSING_ENDS = timedelta(hours=1)

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without the look-alikes 0, O, 1, I and L."""
LENGTH = 16
"""31**16 codes, over 79 bits: nobody finds one in ten minutes, however many accounts they guess with."""

_CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")


class Way(StrEnum):
    """The way in which a joining is proposed."""

    CODE = "code"
    WALLET = "wallet"
    SLOW = "slow"
    """The person lost the other account. Only with an ordinary wallet: several people may sign for a contract."""


@dataclass(frozen=True, slots=True)
class Joining:
    """A proposal that two members are one person.

    `asking_id` and `asked_id` are the members. Of the asking side, the account that began it answers; of the asked
    side, `asked_account_id`, or any account if that is None. `due_at`: when the next thing is to be done without a
    press. `warned`: how many warnings of the slow way were sent. `over`: it ended, and who is left is to be told.
    """

    id: int
    union_id: int
    way: str
    asking_id: int | None
    asked_id: int | None
    asking_account_id: int | None
    asked_account_id: int | None
    address: str | None
    asking_agreed: bool
    asked_agreed: bool
    created_at: datetime
    expires_at: datetime
    due_at: datetime
    warned: int
    over: bool


def new_code() -> str:
    """Returns a random code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def in_groups(code: str) -> str:
    """Returns the code as people read it: in groups of four."""
    return "-".join(code[at : at + 4] for at in range(0, LENGTH, 4))


def read_code(typed: str) -> str | None:
    """Returns the code that was typed; None if it cannot be one. Capitals, spaces and dashes make no difference."""
    kept = "".join(c for c in typed if not c.isspace() and unicodedata.category(c) != "Pd").upper()
    return kept if _CODE.fullmatch(kept) else None


def code_hash(union_id: int, code: str) -> bytes:
    """Returns the hash that is stored for a code. The same code has another hash in each union."""
    return hashlib.sha256(f"{union_id}:{code}".encode()).digest()
