"""Leads every act to its reply: in one transaction, with one ladder for errors, counted and logged in one place."""

from __future__ import annotations

import functools
import logging
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ParamSpec, TypeVar

import msgspec

from bot.chat import text
from bot.chat.answers import Answers
from bot.chat.asking import Asking
from bot.chat.context import ChooseUnion, Context, Use
from bot.chat.declarations import Command
from bot.chat.incoming import Actor, CommandCall, Incoming, sound
from bot.chat.incoming import decode as decode_act
from bot.chat.incoming import encode as encode_act
from bot.chat.languages import by_locale, said
from bot.chat.model import Reply, Visibility, say
from bot.chat.naming import complete_people
from bot.chat.port import Adapter, Owed, Progress, Turn
from bot.chat.rate_limits import RateLimits
from bot.chat.records import Records, Store
from bot.chat.registry import Registry
from bot.chat.router import Router, RunOutside, choose_union, whole_path
from bot.chat.runtime import Runtime
from bot.chat.slow import Outside, Refused, Slow, SlowCommands, certain
from bot.chat.tokens import actor_key, keep_held
from bot.domain.languages import spoken
from bot.domain.people import Account
from bot.domain.transaction import Tx
from bot.errors import MusterError

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)

SEEN_WITHIN = timedelta(hours=12)
# Observe(command or kind of act, outcome, seconds)
Observe = Callable[[str, str, float], None]


class Dispatcher:
    """The core that adapters talk to (`chat.port.Core`)."""

    def __init__(
        self,
        registry: Registry,
        store: Store,
        records: Records,
        runtime: Runtime,
        adapters: Mapping[str, Adapter],
        observe: Observe = lambda name, outcome, seconds: None,
        trouble: Callable[[str, str], None] = lambda platform, what: None,
    ) -> None:
        self._registry = registry
        self._store = store
        self._records = records
        self._runtime = runtime
        self._observe = observe
        self._trouble = trouble
        self._answers = Answers(records)
        self._asking = Asking(adapters)
        self._router = Router(
            RateLimits(), {name: adapter.capabilities for name, adapter in adapters.items()}
        )
        self._slow = SlowCommands(store, records, self._answers, self._router, adapters)

    @property
    def registry(self) -> Registry:
        """All commands."""
        return self._registry

    async def dispatch(
        self, incoming: Incoming, progress: Progress | None = None, turn: Turn | None = None
    ) -> Reply | None:
        """Does the act, once, and returns the answer. Errors are answers too."""
        outside = Outside(progress, turn)
        began = time.perf_counter()
        outcome: str
        reply: Reply | None
        incoming = sound(incoming)
        if isinstance(incoming.act, CommandCall):
            incoming = msgspec.structs.replace(incoming, act=whole_path(self._registry, incoming.act))
        try:
            outcome, reply = await self._settled(incoming, outside)
        except Refused as refused:
            outcome, reply = "refused", refused.reply
            if refused.use is not None:
                await self._count(refused.use)
            await self._note_after_refusal(incoming)
        except MusterError as error:  # of the database or a platform: nothing is known of the actor
            outcome, reply = "refused", _refusal(incoming, error.words)
            await self._note_after_refusal(incoming)
        except Exception:
            incident = secrets.token_hex(4)
            outcome, reply = "failed", _refusal(incoming, text.incident(incident))
            log.exception(
                "incident %s",
                incident,
                extra={"action": "dispatch", "incident": incident, "act": _name_of(incoming)},
            )
        self._observe(self._label(incoming), outcome, time.perf_counter() - began)
        return reply

    async def _count(self, use: Use) -> None:
        """Counts a use of a command that was refused. A failure is only logged."""
        try:
            await self._store.write(use.count, self._records)
        except MusterError as error:
            log.warning("a use is not counted: %s", error, extra={"action": "dispatch.use"})

    async def accept(self, acts: Sequence[Incoming]) -> None:
        """Records acts durably, before their platform is told that they arrived."""
        await self._store.write(self._accept, acts)

    async def unfinished(self, platform: str) -> Sequence[Incoming]:
        """Returns the accepted acts whose answer was not delivered, oldest first."""
        rows: list[tuple[str, bytes]] = await self._store.read(self._records.unfinished)
        acts = (_read_back(payload) for _, payload in rows)
        return [act for act in acts if act is not None and act.place.platform == platform]

    async def delivered(self, key: str) -> None:
        """Notes that the answer to the act with this key reached the person."""
        await self._store.write(self._records.delivered, key)

    async def owed(self, key: str) -> Owed:
        """Returns since when the answer to an act is owed, and how many copies of it there may be."""
        found = await self._store.read(self._records.owed, key)
        return Owed(*found) if found else Owed(await self._store.read(lambda tx: tx.now), 0)

    async def sending(self, key: str, copies: int) -> None:
        """Notes how many copies of the answer to an act there may be."""
        await self._store.write(self._records.sending, key, copies)

    async def lost(self, incoming: Incoming) -> None:
        """Gives up the answer to an act, and tells its place that something was lost; once an hour."""
        await self._store.write(lambda tx: self._answers.give_up(self._context(tx, incoming), incoming))

    async def suggest(self, incoming: Incoming, param: str, typed: str) -> Sequence[tuple[str, str]]:
        """Returns completions for a parameter of the call in `incoming`; none if something is wrong."""
        try:
            return await self._asking.answered(
                incoming, lambda act: self._store.read(self._suggestions, act, param, typed)
            )
        except MusterError:
            return []

    async def offered(self, incoming: Incoming) -> Sequence[str]:
        """Returns the paths of the commands that are of use to the actor of `incoming` in its place."""
        try:
            return await self._asking.answered(incoming, lambda act: self._store.read(self._offered, act))
        except MusterError:
            return []

    async def hold(self, actor: Actor, reply: Reply) -> str:
        """Keeps a private reply for its person; returns the deep-link payload."""
        return await self._store.write(functools.partial(keep_held, self._records), actor, reply)

    def trouble(self, platform: str, what: str) -> None:
        """Counts an error of the platform."""
        self._trouble(platform, what)

    # -- one try -----------------------------------------------------------------------------------------

    async def _settled(self, incoming: Incoming, outside: Outside) -> tuple[str, Reply | None]:
        """Returns the outcome and the answer.

        Asks the platform whether the actor moderates, or the person which union is meant, if it depends on that.
        """
        try:
            return "ok", await self._asking.answered(incoming, lambda act: self._attempt(act, outside))
        except ChooseUnion as choice:
            question = choose_union(choice.choices)
            return "refused", await self._store.write(self._finish_reply, incoming, question)

    async def _attempt(self, incoming: Incoming, outside: Outside) -> Reply | None:
        command = self._command(incoming)
        if command is not None and command.reads:
            return await self._read(incoming, outside)
        done = await certain(self._store, self._once, incoming)
        return await self._slow.finish(done, outside) if isinstance(done, Slow) else done

    def _once(self, tx: Tx, incoming: Incoming) -> Reply | Slow | None:
        """Does the whole act in one write transaction: claims it, answers it, and keeps its answer."""
        ours, before = self._records.claim(tx, incoming.key, actor_key(incoming.actor))
        if not ours:
            return self._answers.read(tx, before)
        context = self._context(tx, incoming)
        self._note_actor(context)
        reply: Reply | None
        try:
            reply = self._router.answer(context)
        except ChooseUnion:
            raise
        except MusterError as error:
            raise Refused(context.refusal(error), context.used) from error
        except RunOutside as outside:
            # The act is claimed before the command begins, so a repeat of the act never runs it twice.
            interrupted = context.spoken(say(text.INTERRUPTED, visibility=Visibility.PRIVATE))
            self._answers.keep(tx, incoming, interrupted)
            context.end()
            return Slow(context, outside.command, outside.values)
        self._note_language(context)
        if reply is not None:
            self._answers.keep(tx, incoming, reply)
        return reply

    async def _read(self, incoming: Incoming, outside: Outside) -> Reply | None:
        """Does a command that changes nothing. Neither its act nor its answer is kept."""
        context, done, news = await self._store.read(self._answered, incoming)
        if isinstance(done, Slow):
            try:
                reply = await self._slow.run(done, outside)
            except MusterError as error:
                raise Refused(context.refusal(error), None) from error
            if not isinstance(reply, Reply):
                raise TypeError(f"/{done.command.path} is declared as a read and wants to change something")
            done = self._router.finish(context, reply, done.command.visibility)
        if news:
            await self._note_after_read(incoming)
        if done is None or not _needs_tokens(done):
            return done
        return await self._store.write(self._finish_reply, incoming, done)

    async def _note_after_refusal(self, incoming: Incoming) -> None:
        """Notes new names of the actor of an act that was undone: a name is seen even if nothing else comes of it."""
        try:
            news = await self._store.read(lambda tx: self._has_news(self._context(tx, incoming)))
        except MusterError as error:
            log.warning("who was seen is not known: %s", error, extra={"action": "dispatch.seen"})
            return
        if news:
            await self._note_after_read(incoming)

    async def _note_after_read(self, incoming: Incoming) -> None:
        """Notes the actor after a read. A failure is only logged, so that reads always work."""
        try:
            await self._store.write(lambda tx: self._note_actor(self._context(tx, incoming)))
        except MusterError as error:
            log.warning("who was active is not noted: %s", error, extra={"action": "dispatch.seen"})

    def _answered(self, tx: Tx, incoming: Incoming) -> tuple[Context, Reply | Slow | None, bool]:
        """Returns the context, the answer, and whether there is something to note of the actor."""
        context = self._context(tx, incoming)
        context.writable = False
        known = context.standing.account
        news = self._has_news(context) or (known is not None and _long_unseen(known, context.now))
        try:
            return context, self._router.answer(context), news
        except RunOutside as outside:
            context.end()
            return context, Slow(context, outside.command, outside.values), news
        except ChooseUnion:
            raise
        except MusterError as error:
            raise Refused(context.refusal(error), None) from error

    def _finish_reply(self, tx: Tx, incoming: Incoming, reply: Reply) -> Reply | None:
        return self._router.finish(self._context(tx, incoming), reply, Visibility.PRIVATE)

    # -- parts of the above ------------------------------------------------------------------------------

    def _context(self, tx: Tx, incoming: Incoming) -> Context:
        place, actor = incoming.place, incoming.actor
        standing = self._records.identify(tx, place.platform, actor.native_id, place.space)
        return Context(incoming, tx, tx.now, standing, self._records, self._runtime, self._registry)

    def _note_actor(self, context: Context) -> None:
        """Notes that the account is active, and the actor's names if they are new."""
        known, actor = context.standing.account, context.actor
        if known is not None and _long_unseen(known, context.now):
            self._records.active(context.tx, known.id)
        if self._has_new_names(context):
            self._records.seen(context.tx, actor.platform, actor.native_id, actor.name, actor.username)
        self._note_language(context)

    def _note_language(self, context: Context) -> None:
        """Notes the language that the platform tells of the actor, who may have become a member just now."""
        language, actor = _new_language(context), context.actor
        if language is not None:
            self._records.speaks(context.tx, actor.platform, actor.native_id, language)
            context.speaks(language)

    def _has_news(self, context: Context) -> bool:
        """Whether the platform shows other names of the actor than are known, or tells another language."""
        return self._has_new_names(context) or _new_language(context) is not None

    def _has_new_names(self, context: Context) -> bool:
        """Whether the platform shows other names of the actor than are known.

        A person who is no member can have the former username of a member, who is then not to be found by it.
        """
        known, actor = context.standing.account, context.actor
        username = actor.username.lower() if actor.username else None
        if known is not None:
            return (known.name, known.username) != (actor.name, username)
        if username is None:
            return False
        return self._records.is_named(context.tx, actor.platform, actor.native_id, username)

    def _accept(self, tx: Tx, acts: Sequence[Incoming]) -> None:
        for act in acts:
            self._records.receive(tx, act.key, actor_key(act.actor), encode_act(act))

    def _suggestions(self, tx: Tx, incoming: Incoming, name: str, typed: str) -> Sequence[tuple[str, str]]:
        command = self._command(incoming)
        param = next((p for p in command.params if p.name == name), None) if command else None
        if command is None or param is None or not param.suggests:
            return []
        context = self._context(tx, incoming)
        context.admit(command)
        found = list((param.arg.suggest or complete_people)(context, typed))[:25]
        return [(said(label, context.language), value) for label, value in found]

    def _offered(self, tx: Tx, incoming: Incoming) -> list[str]:
        context = self._context(tx, incoming)
        return [path for path, command in self._registry.commands.items() if context.offers(command)]

    def _command(self, incoming: Incoming) -> Command | None:
        act = incoming.act
        return self._registry.commands.get(act.name) if isinstance(act, CommandCall) else None

    def _label(self, incoming: Incoming) -> str:
        command = self._command(incoming)
        return command.path if command else _name_of(incoming)


def _name_of(incoming: Incoming) -> str:
    return type(incoming.act).__name__.lower()


def _new_language(context: Context) -> str | None:
    """Returns the language that the platform tells of a member's account, if another one is kept."""
    known, language = context.standing.account, spoken(context.incoming.locale)
    return language if known is not None and known.locale != language else None


def _refusal(incoming: Incoming, words: str) -> Reply:
    return by_locale(say(words, visibility=Visibility.PRIVATE), incoming.locale)


def _read_back(payload: bytes) -> Incoming | None:
    """Returns an accepted act; None if another version of the program wrote it in a form that is now unknown."""
    try:
        return decode_act(payload)
    except msgspec.MsgspecError:  # not logged: its text quotes the act
        log.error("an accepted act cannot be read, so it is left out", extra={"action": "unfinished"})
        return None


def _long_unseen(account: Account, now: datetime) -> bool:
    return account.seen_at is None or now - account.seen_at > SEEN_WITHIN


def _needs_tokens(reply: Reply) -> bool:
    return bool(reply.buttons) or reply.form is not None
