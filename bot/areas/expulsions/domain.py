"""An expulsion: somebody may not be a member of a union until a moment, or for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

MOST_REASON = 300
"""The longest reason, in characters."""


@dataclass(frozen=True, slots=True)
class Expulsion:
    """An expulsion that runs. `until` is None if it never ends; `wallets` counts the wallets that it keeps out.

    `name` is how the person was called when they were expelled. It is erased when the expulsion ends.
    """

    id: int
    union_id: int
    member_id: int | None
    by_id: int | None
    platform: str
    name: str
    reason: str
    at: datetime
    until: datetime | None
    wallets: int


@dataclass(frozen=True, slots=True)
class Expelled:
    """A person to be expelled: how they are called, their accounts (platform, native id), and their own wallets.

    `ref` is the public id of the member, None if they are none.
    """

    platform: str
    name: str
    accounts: tuple[tuple[str, str], ...]
    wallets: tuple[str, ...] = ()
    member_id: int | None = None
    ref: str | None = None
