"""Dispatches an act, and shows its answer to the people whom it is for.

A private answer in a group goes the first of these ways that works: after a press, if it is short and plain, into the
window that only the presser sees; as an ephemeral message, if the server proved to have them; into the private chat;
behind a button that opens the private chat. It is never shown in public.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from typing import Any, Final

from telegram import Bot
from telegram.error import TelegramError

from adapters.telegram import limits, words
from adapters.telegram.events import PLATFORM, Heard, Unheard
from adapters.telegram.feedback import Feedback
from adapters.telegram.outgoing import Sent, Wire, refused
from adapters.telegram.owing import Debt, GivenUp
from adapters.telegram.query import Query
from adapters.telegram.render import Payload, Rendered, as_edit, link_button, plain, render, toast
from adapters.telegram.whispers import Listener, Whispers
from bot.chat import text
from bot.chat.incoming import CommandCall, Incoming, Press
from bot.chat.languages import by_locale, said
from bot.chat.model import Mention, Reply, Visibility, say
from bot.chat.port import Core, Owed
from bot.chat.router import whole_path
from bot.chat.turns import Turns
from bot.domain.clock import Clock
from bot.domain.languages import ENGLISH, spoken
from bot.errors import MusterError

log = logging.getLogger(__name__)

AT_ONCE: Final = 64
"""Acts that are dispatched side by side. Not counted are acts that wait for something outside, like a picture, and
answers that wait for their turn to be sent."""


class Answerer:
    """Answers acts. `link` makes a deep link of a payload.

    `ephemeral` says if the server claims to have ephemeral messages.
    """

    def __init__(
        self,
        core: Core,
        bot: Bot,
        wire: Wire,
        clock: Clock,
        link: Callable[[str], str | None],
        ephemeral: Callable[[], bool],
    ) -> None:
        self._core = core
        self._bot = bot
        self._wire = wire
        self._clock = clock
        self._link = link
        self._whispers = Whispers(bot, wire, ephemeral)
        self._turns = Turns(AT_ONCE)

    async def answer(self, heard: Heard, aside: Callable[[], None]) -> None:
        """Dispatches an act and shows its answer. An answer that Telegram refuses for good is logged and given up.

        Calls `aside` when the answer cannot be shown for a while. After an hour the place is told that something was
        lost. Raises StorageError when the answer cannot be stored; it is then shown after the next start.
        """
        act = heard.incoming
        owed = await self._core.owed(act.key) if heard.again else Owed(self._clock.now(), 0)
        debt = Debt(self._core, self._wire, self._clock, act.key, owed, aside, again=heard.again)
        query = Query(self._bot, self._wire, act.native_id if isinstance(act.act, Press) else None)
        feedback = self._feedback(act)
        reply = await feedback.during(self._dispatched(act, feedback), query.answer)
        try:
            if reply is not None:
                await _Answer(self, heard, reply, query, feedback, debt).show()
        except GivenUp:
            log.error("an answer is given up", extra={"action": "telegram.lost", "key": act.key})
            await self._core.lost(act)
        except TelegramError as error:
            log.error(
                "an answer could not be shown (%s)", error, extra={"action": "telegram.lost", "key": act.key}
            )
        except limits.CannotShow as problem:
            log.error(
                "an answer cannot be shown: %s", problem, extra={"action": "telegram.lost", "key": act.key}
            )
            instead = by_locale(say(text.CANNOT_SHOW, visibility=Visibility.PRIVATE), act.locale)
            with contextlib.suppress(TelegramError, GivenUp):
                await _Answer(self, heard, instead, query, feedback, debt).show()
        except MusterError:
            await query.answer()
            raise
        await query.answer()
        await feedback.clear()
        await self._core.delivered(act.key)

    async def hint(self, unheard: Unheard) -> None:
        """Tells a person why their message is not taken."""
        payload = render(by_locale(say(unheard.why), unheard.locale)).payloads[0]
        more = _thread(unheard.place.thread) | _quote(unheard.route.quote)
        chat = int(unheard.place.chat)
        await self._wire.try_to(
            lambda: self._wire.once(chat, payload, urgent=True, **more), "telegram.unheard"
        )

    async def _dispatched(self, act: Incoming, feedback: Feedback) -> Reply | None:
        async with self._turns.one() as turn:
            return await self._core.dispatch(act, feedback.progress, turn)

    def _feedback(self, act: Incoming) -> Feedback:
        where = int(act.place.chat)
        chat: int | None = where
        if act.place.space is not None and self._is_private(act):
            chat = int(act.actor.native_id) if isinstance(act.act, CommandCall) else None
        return Feedback(self._bot, self._wire, where, act.place.thread, chat)

    def _is_private(self, act: Incoming) -> bool:
        """Whether only the actor may see the work on this act, as far as is known before its answer."""
        if not isinstance(act.act, CommandCall):
            return True
        command = self._core.registry.commands.get(whole_path(self._core.registry, act.act).name)
        return command is None or command.visibility is Visibility.PRIVATE


class _Answer:
    """Shows one reply."""

    def __init__(
        self, answerer: Answerer, heard: Heard, reply: Reply, query: Query, feedback: Feedback, debt: Debt
    ) -> None:
        self._core = answerer._core
        self._bot = answerer._bot
        self._link = answerer._link
        self._whispers = answerer._whispers
        self._act, self._route = heard.incoming, heard.route
        self._reply = reply
        self._query = query
        self._feedback = feedback
        self._debt = debt
        self._here = int(self._act.place.chat)
        self._person = int(self._act.actor.native_id)

    async def show(self) -> None:
        """Shows the reply. Raises TelegramError when it is refused, and GivenUp when it cannot be sent."""
        reply = self._reply
        if reply.notice and not await self._query.answer(toast(reply.notice)) and not reply.blocks:
            reply = self._reply = say(reply.notice, visibility=reply.visibility)
        shared = self._act.place.space is not None
        if shared and reply.visibility is not Visibility.PUBLIC:
            await self._privately()
            return
        rendered = self._rendered(reply, shared)
        if not rendered.payloads:
            return
        await self._query.answer()
        await self._here_or_in_place(rendered.payloads)

    def _rendered(self, reply: Reply, shared: bool = False) -> Rendered:
        actor = self._act.actor
        unquoted = shared and self._route.quote is None
        rendered = render(reply, Mention(PLATFORM, actor.native_id, actor.name) if unquoted else None)
        if rendered.changed:
            self._log("fallback", changed=rendered.changed)
        return rendered

    # -- where everybody reads, or in the private chat itself ----------------------------------------------

    async def _here_or_in_place(self, payloads: list[Payload]) -> None:
        route, old = self._route, None
        if self._reply.edit and route.pressed is not None:
            old = Sent(self._here, route.pressed, route.pressed_media)
        quote = _quote(route.quote) if self._act.place.space is not None else {}
        await self._post(self._here, payloads, old, **_thread(self._act.place.thread), **quote)

    async def _post(self, chat: int, payloads: list[Payload], old: Sent | None = None, **more: Any) -> None:
        """Sends the messages of a reply; the first one replaces `old`, or the report on the work."""
        old = old or (self._feedback.message if self._feedback.reported_in(chat) else None)
        changed = as_edit(payloads[0], old.media) if old is not None else None
        if old is not None and changed is not None and await self._debt.edit(old, changed):
            if old is self._feedback.message:
                self._feedback.message = None
            payloads = payloads[1:]
        for payload in payloads:
            sent = await self._debt.insist(chat, payload, **more)
            chat = sent.chat
            more.pop("reply_parameters", None)

    # -- for one person, in a place where others read ------------------------------------------------------

    async def _privately(self) -> None:
        edits_own = self._reply.edit and self._route.ephemeral_pressed is not None
        short = plain(self._reply) if self._query.open and not edits_own else None
        if short is not None and await self._query.answer(short, alert=True):
            self._log("private", how="window")
            return
        rendered = self._rendered(self._reply)
        if not rendered.payloads:
            return
        if self._reply.ask is None and await self._whispers.show(
            self._listener(),
            rendered.payloads,
            self._route.ephemeral_pressed if self._reply.edit else None,
            self._debt,
        ):
            self._log("private", how="ephemeral")
            return
        try:
            await self._post(self._person, rendered.payloads)
        except TelegramError as error:
            if not refused(error):
                raise
            self._log("private", how="button", why=str(error))
            await self._behind_a_button()
            return
        self._log("private", how="private chat")
        # The answer has arrived: a restart must not show it again, even while the public hint waits for its turn.
        await self._core.delivered(self._act.key)
        done = said(words.ANSWERED_IN_PRIVATE, self._language)
        if not await self._query.answer(done):
            with contextlib.suppress(GivenUp):  # a hint is no answer
                await self._aside(done)

    def _listener(self) -> Listener:
        thread = self._act.place.thread
        return Listener(
            self._here,
            self._person,
            int(thread) if thread else None,
            self._query.id,
            self._route.ephemeral_quote,
        )

    async def _behind_a_button(self) -> None:
        link = self._link(await self._core.hold(self._act.actor, self._reply))
        if link is None or await self._query.answer(url=link):
            return
        waits, label = said(words.ANSWER_WAITS, self._language), said(words.OPEN_PRIVATE_CHAT, self._language)
        await self._aside(waits, link_button(label, link))

    @property
    def _language(self) -> str:
        return spoken(self._act.locale) or ENGLISH

    async def _aside(self, text: str, button: dict[str, Any] | None = None) -> None:
        """Posts a public hint that tells nothing of the answer; after an ephemeral command, only with a button."""
        if self._route.ephemeral_quote is not None and button is None:
            return
        message = render(say(text)).payloads[0]
        payload = Payload(message.method, message.params | (button or {}), message.length)
        await self._debt.insist(
            self._here, payload, **_thread(self._act.place.thread), **_quote(self._route.quote)
        )

    def _log(self, what: str, **fields: Any) -> None:
        log.info("%s", what, extra={"action": f"telegram.{what}", "key": self._act.key, **fields})


def _thread(thread: str | None) -> dict[str, Any]:
    return {"message_thread_id": int(thread)} if thread else {}


def _quote(message: int | None) -> dict[str, Any]:
    if message is None:
        return {}
    return {"reply_parameters": {"message_id": message, "allow_sending_without_reply": True}}
