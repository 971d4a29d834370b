"""Gets updates, by long polling or by webhook. An update is acknowledged when it is durable. No error ends this."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode

import msgspec
from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, TelegramError

from adapters.telegram import limits, payloads
from adapters.telegram.events import ALLOWED_UPDATES
from adapters.telegram.outgoing import backoff
from adapters.telegram.pacing import Sleep
from adapters.telegram.transport import AiohttpRequest, FloodWait
from bot.errors import MusterError

log = logging.getLogger(__name__)

Json: TypeAlias = dict[str, Any]
# Take(updates): returns when they are durable
Take = Callable[[Sequence[Update]], Awaitable[None]]

POLL_S: Final = 30
ANSWER_WITHIN_S: Final = 15.0
LOOK_EVERY_S: Final = 60.0
SIGNED_BY: Final = "X-Telegram-Bot-Api-Secret-Token"
_ALLOWED: Final = msgspec.json.encode(ALLOWED_UPDATES).decode()


class Updates:
    """Fetches or receives updates and hands them to `take`; `contact` is called whenever Telegram answers.

    `prepare` is awaited before the first update, and again after a refused token or a conflict with another program.
    """

    def __init__(
        self,
        bot: Bot,
        request: AiohttpRequest,
        take: Take,
        prepare: Callable[[], Awaitable[None]],
        contact: Callable[[], None],
        *,
        webhook_url: str | None = None,
        webhook_secret: str | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._bot = bot
        self._request = request
        self._take = take
        self._prepare = prepare
        self._contact = contact
        self._url, self._secret = webhook_url, webhook_secret
        self._sleep = sleep
        self._offset = 0
        self.tried = asyncio.Event()
        """Set after the first attempt to reach Telegram, whether it worked or not."""
        self.ready = False
        self.keeping = asyncio.Lock()
        """Held while acts are recorded. To cancel `run`, take this first, so that recording is never interrupted."""

    async def run(self) -> None:
        """Gets updates until it is cancelled. It goes on after errors, and waits longer after each, with jitter."""
        failures = 0
        while True:
            try:
                if not self.ready:
                    await self._begin()
                    self._contact()
                    self.ready = True
                    self.tried.set()
                    failures = 0
                if self._url is not None:
                    await self._sleep(LOOK_EVERY_S)
                    await self._look()
                else:
                    await self._poll()
                failures = 0
            except Exception as error:
                failures += 1
                await self._after(error, failures)

    async def _after(self, error: Exception, failures: int) -> None:
        """Logs an error, and waits."""
        self.tried.set()
        extra = {"action": "telegram.updates", "failures": failures}
        if isinstance(error, InvalidToken):
            log.error("Telegram refuses the token; muster doctor says more", extra=extra)
        elif isinstance(error, Conflict):
            log.error("another program gets this bot's updates: %s", error, extra=extra)
        elif isinstance(error, TelegramError | MusterError):
            log.warning("no updates: %s: %s", type(error).__name__, error, extra=extra)
        else:
            log.error("getting updates failed", exc_info=error, extra=extra)
        self.ready = self.ready and not isinstance(error, InvalidToken | Conflict)
        await self._sleep(error.seconds if isinstance(error, FloodWait) else backoff(failures))

    async def _begin(self) -> None:
        """Tells Telegram anew how updates come: settings of other programs (webhook, `allowed_updates`) stay set."""
        await self._prepare()
        if self._url is None:
            await self._bot.delete_webhook(drop_pending_updates=False)
            return
        await self._bot.set_webhook(
            self._url,
            secret_token=self._secret,
            allowed_updates=list(ALLOWED_UPDATES),
            drop_pending_updates=False,
        )

    async def _poll(self) -> None:
        """Makes one long poll. Its offset acknowledges all updates before it."""
        query = {
            "offset": self._offset,
            "timeout": POLL_S,
            "limit": limits.UPDATES_IN_A_POLL,
            "allowed_updates": _ALLOWED,
        }
        url = f"{self._bot.base_url}/getUpdates?{urlencode(query)}"
        payload = await self._request.retrieve(url, read_timeout=POLL_S + ANSWER_WITHIN_S)
        self._contact()
        try:
            found = payloads.updates_of(payload)
        except payloads.Unreadable:
            raise TelegramError("Invalid server response") from None
        updates = [update for each in found.readable if (update := parse(each, self._bot)) is not None]
        if found.last is not None:
            async with self.keeping:
                await self._take(updates)
            self._offset = found.last + 1

    async def _look(self) -> None:
        """Checks that the webhook is still ours, and sets it again if it is not."""
        info = await self._bot.get_webhook_info()
        self._contact()
        if info.url != self._url:
            log.warning("the webhook was changed; setting it again", extra={"action": "telegram.webhook"})
            await self._begin()

    async def receive(self, headers: Mapping[str, str], read: Callable[[], Awaitable[bytes]]) -> int:
        """Takes a request to the webhook; returns the status to answer.

        That is 200 when the update is durable. It is 200 also for an update that can never be read: otherwise
        Telegram would send it again and again, and no later updates. A body without the secret is not read: it would
        be held in memory for whoever sends it slowly.
        """
        shown = headers.get(SIGNED_BY, "").encode("utf-8", "surrogateescape")  # as aiohttp decodes headers
        if not self._secret or not hmac.compare_digest(shown, self._secret.encode()):
            return 401
        if not self.ready:
            return 503
        self._contact()
        body = await read()
        try:
            raw = payloads.update_of(body)
        except payloads.Unreadable:
            return 400
        update = parse(raw, self._bot) if raw is not None else None
        if update is None:
            return 200
        try:
            await self._take([update])
        except Exception as error:
            log.warning(
                "an update could not be kept: %s", type(error).__name__, extra={"action": "telegram.webhook"}
            )
            return 503
        return 200


def parse(raw: Json, bot: Bot) -> Update | None:
    """Returns the update, or None if python-telegram-bot cannot read it."""
    try:
        return Update.de_json(raw, bot)
    except Exception:
        log.exception("an update cannot be read", extra={"action": "telegram.updates"})
        return None
