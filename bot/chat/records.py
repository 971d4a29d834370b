"""What dispatch asks of storage, as ports; `bot.areas.conversations.services` and `bot.storage.store` fill them.

A transaction is passed on, never looked into: its type is `Any` here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol, TypeVar

from bot.domain.people import Member, Person, Space, Standing, Union
from bot.domain.transaction import Tx

T = TypeVar("T")


class Store(Protocol):
    """Runs plain functions of a transaction; `write` returns after the change is durable."""

    async def write(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> T: ...
    async def read(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> T: ...
    async def scan(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> T: ...


class TokenRow(Protocol):
    """What stands behind a button's, form's or held reply's token."""

    @property
    def kind(self) -> str: ...
    @property
    def union_id(self) -> int | None: ...
    @property
    def action(self) -> str: ...
    @property
    def arguments(self) -> str: ...
    @property
    def presser(self) -> str | None: ...
    @property
    def space(self) -> str | None: ...
    @property
    def single_use(self) -> bool: ...
    @property
    def expires_at(self) -> datetime | None: ...


class Records(Protocol):
    """Plain, synchronous functions of a transaction."""

    def claim(self, tx: Tx, key: str, actor: str) -> tuple[bool, bytes | None]:
        """(True, None): this act is ours to do. (False, answer): it was done before."""

    def answer(self, tx: Tx, key: str, reply: bytes) -> None:
        """Keep the answer to a claimed act."""

    def receive(self, tx: Tx, key: str, actor: str, payload: bytes) -> None:
        """Record an act that is about to be acknowledged."""

    def unfinished(self, tx: Tx) -> list[tuple[str, bytes]]:
        """Accepted acts without a delivered answer."""

    def delivered(self, tx: Tx, key: str) -> None:
        """The act's answer reached the person."""

    def identify(self, tx: Tx, platform: str, native_id: str, space: str | None) -> Standing:
        """Who that account is in the union of the space, or of its private chat."""

    def within(self, tx: Tx, union_id: int, platform: str, native_id: str, space: str | None) -> Standing:
        """Who that account is in this union; `space` counts only if it belongs to it."""

    def seen(self, tx: Tx, platform: str, native_id: str, name: str, username: str | None) -> None:
        """The account goes by these names now."""

    def active(self, tx: Tx, account_id: int) -> None:
        """The account did something just now."""

    def is_leader(self, tx: Tx, union: Union, member: Member) -> bool:
        """By the union's rule."""

    def find_person(
        self, tx: Tx, union: Union | None, platform: str, native_id: str | None, name: str
    ) -> Person:
        """Who was named. Raises BadInput if nobody, or more than one, is known by that name."""

    def find_space(self, tx: Tx, union: Union, platform: str, native_id: str, name: str) -> Space:
        """Which of the union's spaces was named. Raises BadInput."""

    def keep_token(
        self,
        tx: Tx,
        *,
        union_id: int | None,
        kind: str,
        action: str,
        arguments: str,
        presser: str | None,
        space: str | None,
        single_use: bool,
        lasts_s: int | None,
    ) -> str:
        """Store what a button, form or held reply means; returns its new token."""

    def token(self, tx: Tx, token: str) -> TokenRow | None:
        """What a token stands for, unless it expired."""

    def use_token(self, tx: Tx, token: str) -> bool:
        """Whether this is its first use."""

    def dialogue(self, tx: Tx, platform: str, chat: str, user: str) -> str | None:
        """The state of the dialogue with that person there."""

    def keep_dialogue(self, tx: Tx, platform: str, chat: str, user: str, state: str, lasts_s: int) -> None:
        """Wait for that person's next words there."""

    def end_dialogue(self, tx: Tx, platform: str, chat: str, user: str) -> bool:
        """Wait no more; whether there was a dialogue."""

    def post(
        self,
        tx: Tx,
        platform: str,
        union_id: int | None,
        target: str,
        body: bytes,
        person: str | None = None,
        dedupe_key: str | None = None,
        *,
        chat: str | None = None,
        bulk: bool = False,
    ) -> None:
        """Queue a message in the outbox; a second one with a `dedupe_key` is dropped."""

    def replace_post(
        self,
        tx: Tx,
        platform: str,
        union_id: int | None,
        target: str,
        body: bytes,
        person: str | None,
        dedupe_key: str,
        *,
        chat: str | None = None,
        bulk: bool = False,
    ) -> None:
        """Queue a message in place of one with the same key that still waits."""
