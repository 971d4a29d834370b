"""Invitations: codes with which members bring others into their union."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without the look-alikes 0, O, 1, I and L."""
LENGTH = 10
"""31**10 codes, over 49 bits: 60 guesses a minute never find one."""

_CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")


@dataclass(frozen=True, slots=True)
class Invite:
    """A member's code. It is good until `expires_at`, for at most `most` people, unless it is revoked."""

    code: str
    union_id: int
    member_id: int
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    uses: int
    most: int


@dataclass(frozen=True, slots=True)
class Recruit:
    """A member who joined with another member's code, and when."""

    member_id: int
    recruiter_id: int
    at: datetime


def read_code(typed: str) -> str | None:
    """Returns the code that was typed; None if it cannot be one. Capitals, spaces and dashes make no difference."""
    kept = "".join(c for c in typed if not c.isspace() and unicodedata.category(c) != "Pd").upper()
    return kept if _CODE.fullmatch(kept) else None
