"""The context in which a handler answers an act."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from bot.chat import text
from bot.chat.declarations import Action, Command, Rate
from bot.chat.incoming import Actor, File, Incoming, Place, Where, Who
from bot.chat.languages import in_language, said
from bot.chat.model import Mention, Reply, Visibility, say
from bot.chat.outgoing import post
from bot.chat.port import Progress
from bot.chat.records import Records, Store
from bot.chat.registry import Registry
from bot.chat.runtime import Runtime
from bot.chat.targets import Target
from bot.chat.tokens import actor_key, keep_tokens
from bot.domain.languages import ENGLISH, spoken
from bot.domain.people import Account, BanQuestion, Member, Permission, Person, Space, Standing, Union
from bot.domain.transaction import Tx
from bot.errors import MusterError, NotAllowed, NotFound

_OF_SETTLED = (Permission.LEADER, Permission.UNION_MODERATOR, Permission.FOUNDER)
"""Rights that an account has to wait for after it became one member with others."""

P = ParamSpec("P")
T = TypeVar("T")


class ModeratorUnknown(Exception):
    """The answer depends on whether the actor moderates `place`, so dispatch has to ask the platform."""

    def __init__(self, place: Place) -> None:
        super().__init__(place.space)
        self.place = place


class BanUnknown(Exception):
    """The answer depends on whether the actor is banned: dispatch has to ask this question."""

    def __init__(self, question: BanQuestion) -> None:
        super().__init__(question.platform)
        self.question = question


class ChooseUnion(MusterError):
    """The private chat belongs to a person in several unions, so they have to choose one."""

    def __init__(self, choices: tuple[Union, ...]) -> None:
        super().__init__(text.CHOOSE_UNION)
        self.choices = choices


@dataclass(frozen=True, slots=True)
class Use:
    """A use of a command that is counted durably. `account`: (platform, native id)."""

    member: Member | None
    account: tuple[str, str]
    command: str
    rate: Rate

    def count(self, tx: Tx, records: Records) -> None:
        """Counts it for all accounts of the person."""
        records.count_use(tx, self.member, self.account, self.command, self.rate.times, self.rate.per_s)


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
    used: Use | None = None
    spoken_for: Place | None = None

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
        """The place that the act speaks for. It is the place of the act, unless `speak_in` named another."""
        return self.spoken_for or self.incoming.place

    @property
    def language(self) -> str:
        """The language of the actor: what they chose, else what their platform tells, else the union's."""
        account, union = self.standing.account, self.standing.union
        known = (account.chosen if account else None) or spoken(self.incoming.locale)
        known = known or (account.locale if account else None)
        return known or (union.language if union else ENGLISH)

    def speaks(self, language: str) -> None:
        """Continues with an account of which the platform told this language."""
        account = self.standing.account
        if account is not None:
            self.standing = replace(self.standing, account=replace(account, locale=language))

    def refusal(self, error: MusterError) -> Reply:
        """Returns the answer to an act that was refused, in the actor's language."""
        return in_language(say(error.words, visibility=Visibility.PRIVATE), self.language)

    def spoken(self, reply: Reply) -> Reply:
        """Returns the reply in the actor's language, or in the union's if everybody in the place sees it."""
        union = self.standing.union
        shared = reply.visibility is Visibility.PUBLIC and self.incoming.place.space is not None
        return in_language(reply, union.language if shared and union is not None else self.language)

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

    def speak_in(self, place: Place | None) -> None:
        """Continues as if a private chat's act came from this place, whose private answer was shown there instead.

        What the actor may do is looked up anew: their standing in the private chat says nothing about that place.
        """
        if self.place.space is not None or place is None or place.space is None:
            return
        self.spoken_for = place
        self.standing = self.records.identify(self.tx, place.platform, self.actor.native_id, place.space)

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

    def _moderates_union(self) -> bool:
        """Whether the founder gave it to the actor, or to the moderators of this place, who the actor is one of."""
        member, space = self.standing.member, self.standing.space
        if member is not None and self.records.is_union_moderator(self.tx, member):
            return True
        return space is not None and space.moderates_union and self.moderates

    def may(self, permission: Permission) -> bool:
        """Whether the actor has this permission here."""
        union, member = self.standing.union, self.standing.member
        if permission is Permission.ANYONE:
            return True
        if permission is Permission.MODERATOR:
            return self.is_founder or self.moderates
        if permission is Permission.UNION_MODERATOR:
            return self.is_founder or self._moderates_union()
        if member is None or union is None:
            return False
        if permission is Permission.MEMBER:
            return True
        if permission is Permission.LEADER:
            return self.is_founder or self.records.is_leader(self.tx, union, member)
        return self.is_founder

    def offers(self, command: Command) -> bool:
        """Whether the command is of use to the actor here, as far as permissions and places say."""
        if command.needs_union and not self.has_union:
            return False
        if command.space_only and self.place.space is None:
            return False
        return self.may(command.permission)

    def require(self, permission: Permission) -> None:
        """Raises NotAllowed, with the remedy, unless the actor `may` and the account is not too new for it."""
        if self.may(permission):
            if permission in (Permission.MODERATOR, Permission.UNION_MODERATOR):
                self._require_not_expelled()
            if permission in _OF_SETTLED or (
                permission is Permission.MODERATOR and self._by_founding_alone()
            ):
                self.require_settled()
            return
        self._require_not_expelled()
        if permission not in (Permission.MODERATOR, Permission.UNION_MODERATOR):
            _ = self.member  # tells a person who has not joined to do that first
        raise NotAllowed(text.NOT_ALLOWED[permission])

    def admit(self, declared: Command | Action) -> None:
        """Raises NotAllowed unless the actor may use this command or action here."""
        self.require(declared.permission)
        if declared.permission is not Permission.ANYONE and not declared.for_banned:
            self.require_welcome()
        if declared.settled:
            self.require_settled()

    def require_welcome(self) -> None:
        """Raises NotAllowed outside of the union's spaces if the actor is banned in all of those on their platform.

        Outside is the private chat, and also a place of others: buttons work wherever they are sent from.

        The platform is asked (BanUnknown) about somebody who is gone from all of them, as far as is known, and about
        somebody who has not joined.
        """
        union, account = self.standing.union, self.standing.account
        inside = self.incoming.place.space is not None and self.standing.space is not None
        if union is None or inside:
            return
        actor = self.actor
        questions = self.records.ban_questions(self.tx, union, actor.platform, actor.native_id, account)
        known = dict(actor.bans)  # answers about another union say nothing of this one
        for question in questions:
            if question not in known:
                raise BanUnknown(question)
        if questions and all(known[question] for question in questions):
            raise NotAllowed(text.banned(union.name))

    def _require_not_expelled(self) -> None:
        """Raises NotAllowed for somebody who is expelled, with the end of it. Moderators of a place can be, too."""
        union, actor = self.standing.union, self.actor
        if union is None or self.standing.member is not None:
            return
        words = self.records.refusal(self.tx, union, actor.platform, actor.native_id)
        if words is not None:
            raise NotAllowed(words)

    def _by_founding_alone(self) -> bool:
        """Whether an account that waits has this right in the place as the founder, and not from the platform."""
        return self.is_founder and self._waits and not self.moderates

    @property
    def _waits(self) -> bool:
        account = self.standing.account
        until = account.waits_until if account is not None else None
        return until is not None and self.now < until

    def require_settled(self) -> None:
        """Raises NotAllowed while the account waits, because it became one person with others a short while ago."""
        if self.standing.account is not None:
            self.records.require_settled(self.tx, self.standing.account)

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
        post(self, self.standing.union, target, reply, dedupe_key, bulk)

    def count_use(self, command: str, rate: Rate) -> int:
        """Counts a use of a command durably and returns 0, or returns the seconds until the actor may try again.

        An error that is raised later undoes the count; dispatch then counts what is in `used` anew.
        """
        actor, member = (self.actor.platform, self.actor.native_id), self.standing.member
        wait = self.records.use_wait_s(self.tx, member, actor, command, rate.times, rate.per_s)
        if not wait:
            self.used = Use(member, actor, command, rate)
            self.used.count(self.tx, self.records)
        return wait

    def keep_tokens(self, reply: Reply) -> Reply:
        """Stores the reply's buttons and form for the actor and this place; returns the reply with their tokens."""
        union = self.standing.union
        return keep_tokens(
            self.records, self.tx, reply, union.id if union else None, actor_key(self.actor), self.place
        )

    def mention(self, account: Account) -> Mention:
        return Mention(account.platform, account.native_id, account.name)

    async def progress(self, words: str) -> None:
        """Shows the progress of long work; only in `async` handlers."""
        if self.report is not None:
            await self.report(said(words, self.language))

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
