"""Telegram as a platform: updates are recorded durably, answers and posts go out at the pace that Telegram allows."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from telegram import Bot, Update
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from adapters.telegram import attachments, check, limits, menu
from adapters.telegram.answering import Answerer
from adapters.telegram.events import PLATFORM, Me
from adapters.telegram.inbox import Inbox
from adapters.telegram.outgoing import Sent, Wire, lost, refused
from adapters.telegram.pacing import Pacer
from adapters.telegram.polling import Updates
from adapters.telegram.render import Payload, render
from adapters.telegram.transport import AiohttpRequest, FloodWait
from bot.chat.bounded import BoundedDict
from bot.chat.findings import Finding
from bot.chat.incoming import Actor, File, Incoming, Place, SpaceMoved
from bot.chat.model import Reply, Visibility
from bot.chat.port import Capabilities, Core, RetryLater, Uncertain, Undeliverable
from bot.chat.targets import Lane, Target
from bot.domain.clock import Clock
from bot.errors import TryAgain

log = logging.getLogger(__name__)

MODERATORS_KEPT: Final = timedelta(seconds=60)
REMEMBERED: Final = 10_000
FIRST_CONTACT_S: Final = 10.0


class TelegramAdapter:
    """Implements `chat.port.Adapter` on python-telegram-bot's `Bot`.

    `api` is the Bot API server. With `webhook_url` Telegram posts updates there, signed with `webhook_secret`,
    and `webhook` takes them; else they are fetched by long polling. `stars_a_day`: Telegram Stars that may be paid in
    a day to send faster to many people. Tests and benchmarks may pass a `pacer`.
    """

    name = PLATFORM
    capabilities = Capabilities(modals=False, keys=False)

    def __init__(
        self,
        token: str,
        clock: Clock,
        *,
        api: str = "https://api.telegram.org",
        webhook_url: str | None = None,
        webhook_secret: str | None = None,
        stars_a_day: int = 0,
        pacer: Pacer | None = None,
    ) -> None:
        self.paid_a_day = stars_a_day * limits.MESSAGES_PER_STAR
        self._clock = clock
        self._webhook_url = webhook_url
        self._requests = (
            AiohttpRequest(connections=256 if stars_a_day else 64, trouble=self._trouble),
            AiohttpRequest(connections=2, trouble=self._trouble),
        )
        self._bot = Bot(
            token,
            base_url=f"{api}/bot",
            base_file_url=f"{api}/file/bot",
            request=self._requests[0],
            get_updates_request=self._requests[1],
        )
        self._pacer = pacer or Pacer()
        self._wire = Wire(self._bot, self._pacer, self._moved)
        self._updates = Updates(
            self._bot,
            self._requests[1],
            self._take,
            self._prepare,
            self._contact,
            webhook_url=webhook_url,
            webhook_secret=webhook_secret,
        )
        self._core: Core | None = None
        self._inbox: Inbox | None = None
        self._me: Me | None = None
        self._ephemeral = False
        self._last_contact: datetime | None = None
        self._moderators: BoundedDict[int, tuple[datetime, frozenset[str]]] = BoundedDict(REMEMBERED)
        self._parts: BoundedDict[str, list[int]] = BoundedDict(REMEMBERED)
        self._fetching: asyncio.Task[None] | None = None

    async def start(self, core: Core) -> None:
        """Begins to serve; returns after the first attempt to reach Telegram. More follow by themselves."""
        answerer = Answerer(
            core, self._bot, self._wire, self._clock, self.private_link, lambda: self._ephemeral
        )
        by_webhook = self._webhook_url is not None
        self._core = core
        self._inbox = Inbox(core, answerer, self._bot, self._clock, by_webhook=by_webhook)
        for request in self._requests:
            await request.initialize()
        self._fetching = asyncio.create_task(self._updates.run(), name="telegram updates")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._updates.tried.wait(), FIRST_CONTACT_S)

    async def stop(self) -> None:
        """Takes no more updates, finishes the acts that were taken, and closes the connections.

        Acts that are left come again at the next start.
        """
        self._updates.ready = False
        if self._fetching is not None and self._inbox is not None:
            async with self._updates.keeping:
                self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)
            await self._inbox.close()
        await self._pacer.close()
        for request in self._requests:
            await request.shutdown()

    async def webhook(self, headers: Mapping[str, str], read: Callable[[], Awaitable[bytes]]) -> int:
        """Takes a request to the webhook; returns the status to answer."""
        return await self._updates.receive(headers, read)

    async def idle(self) -> None:
        """Waits until every act that was taken is answered."""
        _, inbox = self._served()
        await inbox.idle()

    async def deliver(self, target: Target, reply: Reply, key: str, lane: Lane = Lane.URGENT) -> str:
        """Sends an outbox row; see `chat.port.Adapter.deliver`.

        Telegram cannot recognise repeats: when its answer was lost, raises `Uncertain`. Of a reply in several
        messages, this process does not send again those that were sent.
        """
        chat, more = _chat_of(target, reply)
        try:
            payloads = render(reply).payloads
        except limits.CannotShow as problem:
            raise Undeliverable(str(problem)) from problem
        try:
            if target.message is None:
                return await self._post(chat, payloads, key, lane, more)
            for message, payload in zip(target.message.split(","), payloads, strict=False):
                await self._wire.change(Sent(chat, int(message)), payload, urgent=lane is Lane.URGENT)
            return target.message
        except RetryAfter as error:
            raise RetryLater("flood wait", error.seconds if isinstance(error, FloodWait) else None) from error
        except TelegramError as error:
            raise _meaning(error, target) from error

    async def _post(
        self, chat: int, payloads: Sequence[Payload], key: str, lane: Lane, more: Mapping[str, int]
    ) -> str:
        sent = self._parts.setdefault(key, [])
        for payload in payloads[len(sent) :]:
            urgent = lane is Lane.URGENT
            may_pay = not urgent and self.paid_a_day > 0
            posted = await self._wire.once(chat, payload, urgent=urgent, may_pay=may_pay, **more)
            sent.append(posted.message)
        del self._parts[key]
        return ",".join(map(str, sent))

    @property
    def at_once(self) -> int:
        """See `chat.port.Paced`."""
        return self._pacer.at_once

    def closed_for(self, target: Target | None) -> float:
        """See `chat.port.Paced`."""
        if target is None:
            return self._pacer.closed(None)
        chat = target.person or target.chat or ""
        return self._pacer.closed(int(chat)) if chat.lstrip("-").isdecimal() else 0.0

    @property
    def allowance(self) -> int:
        """See `chat.port.Paying`."""
        return self._pacer.allowance

    @allowance.setter
    def allowance(self, messages: int) -> None:
        self._pacer.allowance = messages

    async def fetch(self, file: File) -> bytes:
        """See `attachments.py`."""
        return await attachments.fetch(self._bot, self._requests[0], file)

    async def is_moderator(self, place: Place, actor: Actor) -> bool:
        """Whether the person moderates the group (`check.moderates`), as of a minute ago at most. Raises TryAgain."""
        if place.space is None:
            return False
        chat, now = int(place.space), self._clock.now()
        known = self._moderators.get(chat)
        # Asked in the future: the clock was set back.
        if known is None or not known[0] <= now < known[0] + MODERATORS_KEPT:
            try:
                # getChatMember tells of other people only where the bot is an administrator itself.
                members = await self._bot.get_chat_administrators(chat)
            except (BadRequest, Forbidden) as error:
                log.info("no administrators", extra={"action": "telegram.moderators", "why": str(error)})
                return False
            except TelegramError as error:
                raise TryAgain(
                    "Telegram did not say who moderates this group. Try again in a moment."
                ) from error
            known = now, frozenset(str(member.user.id) for member in members if check.moderates(member))
            self._moderators[chat] = known
        return actor.native_id in known[1]

    async def is_banned(self, space: str, actor: Actor) -> bool:
        """Whether the person is banned in the group; False where the bot is no administrator. Raises TryAgain."""
        return await check.banned(self._bot, space, actor.native_id)

    async def people_in(self, space: str) -> int | None:
        """See `chat.port.Counting`."""
        return await check.people_in(self._bot, space)

    async def check(self, spaces: Sequence[str]) -> Sequence[Finding]:
        """Returns the doctor's lines; works without `start`. Raises TryAgain."""
        for request in self._requests:
            await request.initialize()
        try:
            return await check.findings(self._bot, self._clock, self._webhook_url, spaces)
        except TelegramError as error:
            raise TryAgain(f"Telegram did not answer ({error}). Try again in a moment.") from error

    def private_link(self, payload: str) -> str | None:
        """Returns `https://t.me/<bot>?start=<payload>`; None until the bot's name is known."""
        return f"https://t.me/{self._me.username}?start={payload}" if self._me else None

    def last_contact(self) -> datetime | None:
        """Returns the time at which Telegram last answered, or posted to the webhook."""
        return self._last_contact

    # -- what comes in -----------------------------------------------------------------------------------------

    def _contact(self) -> None:
        self._last_contact = self._clock.now()

    def _trouble(self, what: str) -> None:
        if self._core is not None:
            self._core.trouble(self.name, what)

    async def _prepare(self) -> None:
        """Asks for the bot's own account, updates its menus, and once answers the acts that the last run left."""
        core, inbox = self._served()
        me = await self._bot.get_me()
        self._me = Me(me.id, me.username or "", me.full_name)
        try:
            self._ephemeral = await menu.publish(self._bot, core.registry)
        except (BadRequest, RetryAfter) as error:
            log.error("the menus were refused: %s", error, extra={"action": "telegram.menu"})
        async with self._updates.keeping:
            await inbox.resume()

    async def _take(self, updates: Sequence[Update]) -> None:
        _, inbox = self._served()
        assert self._me is not None, "updates come after `_prepare`"
        await inbox.take(updates, self._me)

    async def _moved(self, old: int, new: int) -> None:
        """Tells the core, by an act like any other, that a group has become a supergroup."""
        core, _ = self._served()
        actor = Actor(PLATFORM, str(self._me.id if self._me else 0), self._me.name if self._me else "")
        act = Incoming(f"moved{old}", actor, Place(PLATFORM, str(old), str(old)), SpaceMoved(str(new)))
        await core.accept([act])
        await core.dispatch(act)
        await core.delivered(act.key)

    def _served(self) -> tuple[Core, Inbox]:
        if self._core is None or self._inbox is None:
            raise RuntimeError("the adapter was not started")
        return self._core, self._inbox


def _chat_of(target: Target, reply: Reply) -> tuple[int, dict[str, int]]:
    """Returns the chat id and the thread of a target. Raises Undeliverable."""
    if target.person is None and reply.visibility is Visibility.PRIVATE:
        raise Undeliverable("a private message was addressed to a group; address it to the person")
    try:
        chat = int(target.person or target.chat or "")
        return chat, {"message_thread_id": int(target.thread)} if target.thread else {}
    except ValueError:
        raise Undeliverable(f"not a Telegram chat: {target.person or target.chat}") from None


def _kind(said: str) -> Literal["rights", "closed", "message"]:
    """Returns the kind of a refusal. The words are Telegram's own, and have no codes."""
    if any(words in said for words in ("topic_closed", "topic_deleted", "topic closed", "thread not found")):
        return "closed"
    forbidden = (
        "rights",
        "write_forbidden",
        "have no write access",
        "administrator",
        "chat_send_",
        "restricted",
    )
    return "rights" if any(words in said for words in forbidden) else "message"


def _meaning(error: TelegramError, target: Target) -> RetryLater | Undeliverable | Uncertain:
    """Returns the meaning of Telegram's error for an outbox row."""
    said = str(error)
    if refused(error):
        if isinstance(error, Forbidden) or "chat not found" in said.lower():
            return Undeliverable(said, kind="gone" if target.person is None else "blocked")
        return Undeliverable(said, kind=_kind(said.lower()))
    if lost(error) and target.message is None:
        return Uncertain(f"the answer was lost: {said}")
    return RetryLater(f"{type(error).__name__}: {said}")
