"""The webhook's sending end: posts updates, in order within a chat, until the bot answers 2xx."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.emulators.telegram.updates import Update, kind_of

if TYPE_CHECKING:
    from tests.emulators.telegram.emulator import TelegramEmulator

RETRY_SECONDS = 0.02
_ANSWER_WITHIN = ClientTimeout(total=30)


class Webhook:
    """`setWebhook`'s effect. Telegram's growing pauses between retries are 20 ms here."""

    def __init__(self, emulator: TelegramEmulator) -> None:
        self._emulator = emulator
        self.url = ""
        self.secret: str | None = None
        self.max_connections = 40
        self.last_error: tuple[int, str] | None = None
        self._busy: dict[Any, asyncio.Task[None]] = {}
        self._session: ClientSession | None = None

    def info(self) -> dict[str, Any]:
        """The answer of getWebhookInfo."""
        queue = self._emulator.queue
        last = dict(zip(("last_error_date", "last_error_message"), self.last_error or (), strict=False))
        allowed = {"allowed_updates": queue.allowed} if queue.allowed else {}
        connections = {"max_connections": self.max_connections} if self.url else {}
        return {
            "url": self.url, "has_custom_certificate": False, "pending_update_count": len(queue.pending),
            **connections, **last, **allowed,
        }  # fmt: skip

    def set(self, url: str, secret: str | None, max_connections: int) -> None:
        """Start (or with an empty URL stop) posting."""
        self.url, self.secret, self.max_connections, self.last_error = url, secret, max_connections, None
        self._emulator.queue.on_new = self.push if url else None
        self.push()

    def push(self) -> None:
        """Post what waits: one request at a time per chat, `max_connections` in all."""
        if not self.url:
            return
        for update in self._emulator.queue.pending:
            key = _lane(update)
            if key not in self._busy and len(self._busy) < self.max_connections:
                task = self._busy[key] = asyncio.create_task(self._deliver(update))
                task.add_done_callback(lambda done, key=key: self._done(key, done))

    def _done(self, key: Any, task: asyncio.Task[None]) -> None:
        self._busy.pop(key, None)
        if not task.cancelled() and self.url:
            self.push()

    async def _deliver(self, update: Update) -> None:
        while self.url:
            problem = await self._post(update)
            if problem is None:
                self._emulator.queue.drop(update)
                self._emulator.signal.fire()
                return
            self.last_error = (self._emulator.timestamp(), problem)
            self._emulator.signal.fire()
            await asyncio.sleep(RETRY_SECONDS)

    async def _post(self, update: Update) -> str | None:
        """None when the bot took it, otherwise the words of `last_error_message`."""
        self._session = self._session or ClientSession(trust_env=False, timeout=_ANSWER_WITHIN)
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret} if self.secret else {}
        try:
            async with self._session.post(self.url, json=update, headers=headers) as answer:
                if 200 <= answer.status < 300:
                    return None
                return f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except (ClientError, TimeoutError, OSError):
            return "Connection refused"

    async def stop(self) -> None:
        self.url = ""
        tasks = list(self._busy.values())
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self._session:
            await self._session.close()


def _lane(update: Update) -> Any:
    """Updates of one chat (or person) keep their order."""
    payload = update[kind_of(update)]
    chat = payload.get("chat") or payload.get("message", {}).get("chat") or payload.get("from", {})
    return chat.get("id")
