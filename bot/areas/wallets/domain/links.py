"""The rules of linking a wallet to an account: a ticket, a signature, and a code that the person brings back."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LIFETIME = timedelta(minutes=10)
CODE_ATTEMPTS = 5
CODE_DIGITS = 6
NONCE_LENGTH = 22  # 131 bits of letters and digits; EIP-4361 asks for at least 8 of them

_TOKEN_BYTES = 32
_NONCE_ALPHABET = string.ascii_letters + string.digits
_NOT_DIGITS = re.compile(r"[\s\-\u2009\u202f]")


class TicketState(StrEnum):
    """The progress of a ticket. `done` and `cancelled` are final.

    After a valid signature it is `signed`; after the account brought the code back it is `returned`.
    """

    OPEN = "open"
    SIGNED = "signed"
    RETURNED = "returned"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A link in progress for an account. `nonce`, `message` and `address` belong to the text that was issued last."""

    id: int
    token_hash: bytes
    union_id: int
    account_id: int
    state: str
    nonce: str | None
    message: str | None
    address: str | None
    wallet_kind: str | None
    code_hash: bytes | None
    code_attempts: int
    created_at: datetime
    expires_at: datetime

    def works(self, now: datetime) -> bool:
        """Whether the ticket's page still works."""
        return self.state in (TicketState.OPEN, TicketState.SIGNED) and now < self.expires_at

    @property
    def takes_code(self) -> bool:
        """Whether the ticket knows a code, which was brought back already or is still expected."""
        return self.state in (TicketState.SIGNED, TicketState.RETURNED)


@dataclass(frozen=True, slots=True)
class Proof:
    """A wallet whose signature an account showed, and whose code it brought back. `holder_id`: the member who holds
    the wallet, None if nobody does."""

    address: str
    kind: str
    holder_id: int | None


def new_token() -> str:
    """Returns the secret in a link page's address: 256 random bits, URL-safe."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """Returns the hash that is stored for a token. Takes any text, as people can type anything into an address."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def new_nonce() -> str:
    """Returns a random nonce for one text."""
    return "".join(secrets.choice(_NONCE_ALPHABET) for _ in range(NONCE_LENGTH))


def new_code() -> str:
    """Returns random digits for the person to bring back to the chat."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def read_code(text: str) -> str | None:
    """Returns the code in a typed text, without spaces and dashes; None if it is no code."""
    digits = _NOT_DIGITS.sub("", text)
    return digits if len(digits) == CODE_DIGITS and digits.isascii() and digits.isdigit() else None


def code_hash(ticket_token_hash: bytes, code: str) -> bytes:
    """Returns the hash that is stored for a code. The same code has another hash for each ticket."""
    return hmac.digest(ticket_token_hash, code.encode(), hashlib.sha256)


def same(one: bytes, other: bytes) -> bool:
    """Whether two hashes are equal, compared in a time that does not depend on their difference."""
    return hmac.compare_digest(one, other)
