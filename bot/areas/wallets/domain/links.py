"""The rules of linking a wallet to an account: a ticket, a signature, and a code brought back."""

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
    """How far a ticket has come. From `done` and `cancelled` nothing leads on."""

    OPEN = "open"
    SIGNED = "signed"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A link being made for an account. `nonce`, `message`, `address` are those of the text issued last."""

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
        """Whether the page may still show it."""
        return self.state in (TicketState.OPEN, TicketState.SIGNED) and now < self.expires_at


def new_token() -> str:
    """256 random bits for a link's address, URL-safe."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """What is stored of a token; of anything that was typed in its place, too."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def new_nonce() -> str:
    """The nonce of one text."""
    return "".join(secrets.choice(_NONCE_ALPHABET) for _ in range(NONCE_LENGTH))


def new_code() -> str:
    """The digits to bring back to chat."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def read_code(text: str) -> str | None:
    """The code that somebody typed, spaces and dashes forgiven; None if it is not one."""
    digits = _NOT_DIGITS.sub("", text)
    return digits if len(digits) == CODE_DIGITS and digits.isascii() and digits.isdigit() else None


def code_hash(ticket_token_hash: bytes, code: str) -> bytes:
    """What is stored of a code; it means something for its own ticket only."""
    return hmac.digest(ticket_token_hash, code.encode(), hashlib.sha256)


def same(one: bytes, other: bytes) -> bool:
    """Compared in a time that does not depend on where they differ."""
    return hmac.compare_digest(one, other)
