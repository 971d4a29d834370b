"""The context in which a handler answers an act."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

import msgspec

from bot.chat import text
from bot.chat.incoming import Actor, File, Incoming, Place, Where, Who
from bot.chat.model import Mention, Reply
from bot.chat.outgoing import post
from bot.chat.port import Progress
from bot.chat.records import Records, Store
from bot.chat.registry import Registry
from bot.chat.runtime import Runtime
from bot.chat.targets import Target
from bot.chat.tokens import actor_key, keep_tokens
from bot.domain.people import Account, Member, Permission, Person, Space, Standing, Union
from bot.domain.transaction import Tx
from bot.errors import MusterError, NotAllowed, NotFound

P = ParamSpec("P")
T = TypeVar("T")


class ModeratorUnknown(Exception):
    """The answer depends on whether the actor moderates `place`, so dispatch has to ask the platform."""

    def __init__(self, place: Place) -> None:
        super().__init__(place.space)
        self.place = place


class ChooseUnion(MusterError):
    """The private chat belongs to a person in several unions, so they have to choose one."""

    def __init__(self, choices: tuple[Union, ...]) -> None:
        super().__init__(text.CHOOSE_UNION)
        self.choices = choices


@dataclass(slots=True)
class Context:
    """An act, the person who did it, and the transaction in which it is answered.

    `tx` is for services. An `async` handler has no transaction: it uses `read` and `fetch`, and returns a function of
    the context that makes the changes. A command that is declared with `reads` is not `writable`.
    """

    incoming: Incoming
    _tx: Tx | None
    now: datetime
    standing: Standing
    records: Records
    runtime: Runtime
    registry: Registry
    writable: bool = True
    store: Store | None = None
    report: Progress | None = None
    fetcher: Callable[[File], Awaitable[bytes]] | None = None

    @property
    def tx(self) -> Tx:
        """The transaction. Raises RuntimeError in an `async` handler, whose transaction has ended."""
        if self._tx is None:
            raise RuntimeError("the transaction has ended; changes belong into the function that is returned")
        return self._tx

    def end(self) -> None:
        """Continues without a transaction."""
        self._tx = None

    def resume(self, tx: Tx) -> None:
        """Continues in a new transaction."""
        self._tx, self.now = tx, tx.now

    @property
    def actor(self) -> Actor:
        return self.incoming.actor

    @property
    def place(self) -> Place:
        return self.incoming.place

    @property
    def locale(self) -> str:
        return self.incoming.locale

    @property
    def has_union(self) -> bool:
        return self.standing.union is not None

    @property
    def union(self) -> Union:
        """The union that the act concerns. Raises NotFound or ChooseUnion."""
        if self.standing.union is not None:
            return self.standing.union
        if self.standing.choices:
            raise ChooseUnion(self.standing.choices)
        raise NotFound(text.NO_UNION_HERE if self.place.space else text.NO_UNION_IN_PRIVATE)

    @property
    def member(self) -> Member:
        """The actor as a member. Raises NotAllowed if they have not joined."""
        union = self.union
        if self.standing.member is None:
            raise NotAllowed(text.join_first(union.name))
        return self.standing.member

    @property
    def account(self) -> Account:
        """The member's account that acts. Raises NotAllowed if they have not joined."""
        union = self.union
        if self.standing.account is None:
            raise NotAllowed(text.join_first(union.name))
        return self.standing.account

    def enter(self, union_id: int) -> None:
        """Continues in this union, as its member if the actor is one. The place counts only if it is the union's."""
        actor = self.actor
        self.standing = self.records.within(
            self.tx, union_id, actor.platform, actor.native_id, self.place.space
        )

    def speak_in(self, space: str | None) -> None:
        """Continues as if the act came from this space, whose private answer was shown in a private chat instead."""
        if self.place.space is None and space is not None:
            place = msgspec.structs.replace(self.place, space=space)
            self.incoming = msgspec.structs.replace(self.incoming, place=place)

    @property
    def is_founder(self) -> bool:
        member, union = self.standing.member, self.standing.union
        return member is not None and union is not None and union.founder_id == member.id

    @property
    def moderates(self) -> bool:
        """Whether the platform lets the actor run this space. Raises ModeratorUnknown to make dispatch ask."""
        elsewhere = self.standing.union is not None and self.standing.space is None
        if self.place.space is None or elsewhere:
            return False
        if self.actor.moderator is None:
            raise ModeratorUnknown(self.place)
        return self.actor.moderator

    def may(self, permission: Permission) -> bool:
        """Whether the actor has this permission here."""
        union, member = self.standing.union, self.standing.member
        if permission is Permission.ANYONE:
            return True
        if permission is Permission.MODERATOR:
            return self.is_founder or self.moderates
        if permission is Permission.UNION_MODERATOR:
            return self.is_founder
        if member is None or union is None:
            return False
        if permission is Permission.MEMBER:
            return True
        if permission is Permission.LEADER:
            return self.is_founder or self.records.is_leader(self.tx, union, member)
        return self.is_founder

    def require(self, permission: Permission) -> None:
        """Raises NotAllowed, with the remedy, unless the actor `may` and the account is not too new for it."""
        if self.may(permission):
            if self._by_power(permission):
                self.require_settled()
            return
        if permission is not Permission.MODERATOR:
            _ = self.member  # tells a person who has not joined to do that first
        raise NotAllowed(text.NOT_ALLOWED[permission])

    def require_settled(self) -> None:
        """Raises NotAllowed while the account waits, because it became one person with others a short while ago."""
        if self.standing.account is not None:
            self.records.require_settled(self.tx, self.standing.account)

    def _by_power(self, permission: Permission) -> bool:
        """Whether the actor may only by a power that a thief would use. Moderators have theirs from the platform."""
        if permission is Permission.MODERATOR:
            account = self.standing.account
            waits = account is not None and account.waits_until is not None and self.now < account.waits_until
            return waits and not self.moderates  # the platform is asked only if it matters
        return permission in (Permission.LEADER, Permission.FOUNDER, Permission.UNION_MODERATOR)

    def find_person(self, who: Who) -> Person:
        """Finds the person whom a message names. Raises BadInput."""
        return self.records.find_person(
            self.tx, self.standing.union, self.place.platform, who.native_id, who.name
        )

    def find_space(self, where: Where) -> Space:
        """Finds the union's space that a message names. Raises BadInput."""
        return self.records.find_space(self.tx, self.union, self.place.platform, where.native_id, where.name)

    def post(
        self, target: Target | Account, reply: Reply, dedupe_key: str | None = None, *, bulk: bool = False
    ) -> None:
        """Queues a message, which is sent after this transaction is durable. To an account it is private.

        `bulk` is for messages that many people get: they wait for the answers to people. A target with a `message`
        changes that message.
        """
        union = self.standing.union
        post(self, union.id if union else None, target, reply, dedupe_key, bulk)

    def keep_tokens(self, reply: Reply) -> Reply:
        """Stores the reply's buttons and form for the actor and this space; returns the reply with their tokens."""
        union = self.standing.union
        return keep_tokens(
            self.records, self.tx, reply, union.id if union else None, actor_key(self.actor), self.place.space
        )

    def mention(self, account: Account) -> Mention:
        return Mention(account.platform, account.native_id, account.name)

    async def progress(self, words: str) -> None:
        """Shows the progress of long work; only in `async` handlers."""
        if self.report is not None:
            await self.report(words)

    def fetch(self, file: File) -> Awaitable[bytes]:
        """Fetches the bytes of a file that came with the act; only in `async` handlers. Raises BadInput, TryAgain."""
        if self.fetcher is None:
            raise RuntimeError("only handlers that are async can wait for a file")
        return self.fetcher(file)

    def read(self, fn: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
        """Runs a read, `fn(tx, …)`; only in `async` handlers."""
        if self.store is None:
            raise RuntimeError("handlers that are not async have a transaction of their own: use ctx.tx")
        return self.store.read(fn, *args, **kwargs)
