"""Unions, spaces, members, accounts and wallets, as the rest of the program sees them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


def new_ref() -> str:
    """Returns a random public id: 128 bits, 22 characters."""
    return secrets.token_urlsafe(16)


class Permission(StrEnum):
    """Who may do a thing."""

    ANYONE = "anyone"
    MEMBER = "member"
    LEADER = "leader"
    MODERATOR = "moderator"
    FOUNDER = "founder"


@dataclass(frozen=True, slots=True)
class Union:
    """One community. `ref` is its random public id; times of the union are told in `time_zone` (IANA)."""

    id: int
    ref: str
    name: str
    purpose: str
    time_zone: str
    founder_id: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """One person in one union. `ref` is all that the ledger ever says of them."""

    id: int
    union_id: int
    ref: str
    joined_at: datetime
    left_at: datetime | None
    merged_into: int | None


@dataclass(frozen=True, slots=True)
class Account:
    """A chat identity of a member. `money_after`: until then money commands wait (a newly merged account);
    `seen_at`: when it last did anything here, within half a day."""

    id: int
    union_id: int
    member_id: int
    platform: str
    native_id: str
    name: str
    username: str | None
    unreachable_at: datetime | None
    joined_at: datetime
    money_after: datetime | None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wallet:
    """An Ethereum address (EIP-55) that a member proved to hold. `kind` is "eoa" or "contract"."""

    id: int
    union_id: int
    member_id: int
    address: str
    kind: str
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class Space:
    """A server or group that belongs to a union. Calls are posted in its `chat` (and `thread`); None: nobody said."""

    id: int
    union_id: int
    platform: str
    native_id: str
    title: str
    connected_at: datetime
    disconnected_at: datetime | None
    chat: str | None = None
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom a message named; `member` and `account` are None for who has not joined."""

    name: str
    platform: str
    native_id: str | None
    account: Account | None = None
    member: Member | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Who somebody is where they speak. `union` None: none here; `choices`: it is not clear which."""

    union: Union | None = None
    space: Space | None = None
    account: Account | None = None
    member: Member | None = None
    choices: tuple[Union, ...] = ()
