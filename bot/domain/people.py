"""Unions, spaces, members, accounts and wallets, as all areas use them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.domain.languages import ENGLISH
from bot.errors import BadInput


def new_ref() -> str:
    """Returns a random public id: 128 bits, 22 characters."""
    return secrets.token_urlsafe(16)


class Permission(StrEnum):
    """The right that a person needs to do a thing."""

    ANYONE = "anyone"
    MEMBER = "member"
    LEADER = "leader"
    MODERATOR = "moderator"
    """Moderates the place of the act."""
    UNION_MODERATOR = "union moderator"
    """Moderates the whole union: the founder, and those to whom the founder gave it."""
    FOUNDER = "founder"


class BanQuestion(NamedTuple):
    """What a platform is asked: whether this user of it is banned in all of these spaces (native ids)."""

    platform: str
    native_id: str
    spaces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Union:
    """One community. `ref` is its random public id. Its days and times are those of `time_zone` (IANA).

    `by_host_at`: when the host handed it to the present founder; None if a founder did, or founded it. `language`:
    of its posts and of answers that everybody sees.
    """

    id: int
    ref: str
    name: str
    purpose: str
    time_zone: str
    founder_id: int | None
    created_at: datetime
    by_host_at: datetime | None = None
    language: str = ENGLISH


@dataclass(frozen=True, slots=True)
class Member:
    """One person in one union. `ref` is a random public id; the ledger has nothing else about the person."""

    id: int
    union_id: int
    ref: str
    joined_at: datetime
    left_at: datetime | None
    merged_into: int | None


@dataclass(frozen=True, slots=True)
class Account:
    """A chat identity of a member.

    `waits_until`: before then the account cannot change who it is, move money, or use the powers of a founder or
    leader, because it became one person with others just now. `seen_at`: its last act in this union, exact to half a
    day. `part_since`: when it became part of this person by a joining; None if it is theirs since it joined.
    `locale`: the language that its platform last told, if Muster speaks it. `chosen`: the language that the person
    chose.
    """

    id: int
    union_id: int
    member_id: int
    platform: str
    native_id: str
    name: str
    username: str | None
    unreachable_at: datetime | None
    joined_at: datetime
    waits_until: datetime | None
    seen_at: datetime | None = None
    part_since: datetime | None = None
    locale: str | None = None
    chosen: str | None = None

    @property
    def language(self) -> str | None:
        """The language in which this account is written to; None if nothing is known of it."""
        return self.chosen or self.locale

    @property
    def since(self) -> datetime:
        """The moment since when the account is part of this person."""
        return self.part_since or self.joined_at

    @property
    def age_key(self) -> tuple[datetime, int]:
        """Orders the accounts of a person, the oldest first."""
        return self.since, self.id


@dataclass(frozen=True, slots=True)
class Wallet:
    """An Ethereum address (EIP-55) that a member proved to hold. `kind` is "eoa" or "contract".

    `waits_until`: before then it does not count for money, gates and votes, because it changed hands just now.
    `account_id`: the id of the member's account that linked it; None if that is not known.
    """

    id: int
    union_id: int
    member_id: int
    address: str
    kind: str
    linked_at: datetime
    waits_until: datetime | None = None
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class Space:
    """A server or group that belongs to a union. Calls are posted in its `chat` (and `thread`), None if not set.

    `moderates_union`: the founder lets its moderators moderate the whole union.
    """

    id: int
    union_id: int
    platform: str
    native_id: str
    title: str
    connected_at: datetime
    disconnected_at: datetime | None
    chat: str | None = None
    thread: str | None = None
    moderates_union: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A person that a message names. `member` and `account` are None if the person has not joined."""

    name: str
    platform: str
    native_id: str | None
    account: Account | None = None
    member: Member | None = None


class SeveralPeople(BadInput):
    """The typed name may mean any of these accounts: the person is asked which one is meant."""

    def __init__(self, words: str, accounts: Sequence[Account]) -> None:
        super().__init__(words)
        self.accounts = tuple(accounts)


@dataclass(frozen=True, slots=True)
class Standing:
    """The account, member, space and union of an act.

    `union` is None if the place belongs to no union, or if a private chat could be about several: the `choices`.
    """

    union: Union | None = None
    space: Space | None = None
    account: Account | None = None
    member: Member | None = None
    choices: tuple[Union, ...] = ()
