"""The one place where everything is built from Settings, started and stopped."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import socket
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import bot
import commands
from bot import build, retention
from bot.areas.conversations import services as conversations
from bot.areas.delivery import services as delivery
from bot.chat.chores import Office
from bot.chat.declarations import Chore
from bot.chat.dispatch import Dispatcher
from bot.chat.findings import Finding
from bot.chat.port import Adapter
from bot.chat.registry import Registry
from bot.chat.sender import Sender
from bot.config import Settings
from bot.domain.clock import Clock, SystemClock
from bot.errors import ConfigError, MusterError
from bot.metrics import Metrics
from bot.schema import metadata
from bot.storage.store import Store

if TYPE_CHECKING:
    from adapters.playground.adapter import PlaygroundAdapter
    from adapters.telegram.adapter import TelegramAdapter
    from bot.chain.client import ChainClient
    from bot.web.deps import Deps, Health

log = logging.getLogger(__name__)

UPKEEP_EVERY_S = 60.0
PRUNE_EVERY = 30  # rounds of upkeep
SILENT_AFTER_S = 180.0


class App:
    """A running Muster. `urls` are where people find the playground and the public pages."""

    def __init__(self, settings: Settings, clock: Clock, store: Store, metrics: Metrics) -> None:
        self.settings = settings
        self.clock = clock
        self.store = store
        self.metrics = metrics
        self.urls: dict[str, str] = {}
        self.adapters: dict[str, Adapter] = {}
        self.chain: ChainClient | None = None
        self.core: Dispatcher
        self._senders: dict[str, Sender] = {}
        self._exits = contextlib.AsyncExitStack()
        self._loop = asyncio.get_running_loop()

    @classmethod
    async def start(cls, settings: Settings, clock: Clock | None = None) -> App:
        """Open the database, the listeners and the platforms. Raises MusterError with what to do."""
        clock = clock or SystemClock()
        metrics = Metrics()
        store = await Store.open(settings.store_url, clock, metadata(), on_batch=metrics.batch)
        app = cls(settings, clock, store, metrics)
        app._exits.push_async_callback(store.close)
        try:
            await app._start()
        except BaseException:
            await app.stop()
            raise
        return app

    async def stop(self) -> None:
        """Take nothing new, finish what was accepted, close everything, the database last."""
        await self._exits.aclose()

    async def _start(self) -> None:
        playground = build.playground(self.settings, self.clock)
        telegram = build.telegram(self.settings, self.clock)
        discord = build.discord(self.settings, self.clock)
        built: list[Adapter | None] = [playground, telegram, discord]
        self.adapters.update((adapter.name, adapter) for adapter in built if adapter is not None)
        registry = Registry(commands.areas(), commands.translations())
        core = self.core = Dispatcher(
            registry,
            self.store,
            conversations,
            self,
            self.adapters,
            self.metrics.observe,
            self.metrics.trouble,
        )
        self._senders = {
            name: Sender(adapter, self.store, delivery, self.clock, self.metrics.sent)
            for name, adapter in self.adapters.items()
        }
        await self._open_web(playground, telegram)
        self._exits.push_async_callback(self._together, [adapter.stop for adapter in self.adapters.values()])
        # Undone in reverse: nothing is handed to an adapter that has stopped.
        self._exits.push_async_callback(self._together, [sender.stop for sender in self._senders.values()])
        await asyncio.gather(*(adapter.start(core) for adapter in self.adapters.values()))
        await asyncio.gather(*(sender.start() for sender in self._senders.values()))
        before = await self.store.write(retention.started, bot.__version__)
        if before not in (None, bot.__version__):
            log.info("This database was last run by Muster %s", before, extra={"action": "start"})
        self._begin(self._keep_up(), "upkeep")
        for every_s in {chore.every_s for chore in registry.chores}:
            due = [chore for chore in registry.chores if chore.every_s == every_s]
            self._begin(self._do(due, every_s), f"chores every {every_s} s")

    async def _together(self, stops: Sequence[Callable[[], Awaitable[None]]]) -> None:
        results = await asyncio.gather(*(stop() for stop in stops), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                log.error("stopping failed", exc_info=result, extra={"action": "stop"})

    # -- the runtime, as handlers see it (`chat.runtime.Runtime`) ---------------------------------------------

    def link_base(self, platform: str) -> str:
        """Where that platform's people find the wallet page."""
        return self.urls["playground"] if platform == "playground" else self.urls["public"]

    def private_link(self, platform: str, payload: str) -> str | None:
        """A link into the private chat with the bot, if the platform has such."""
        adapter = self.adapters.get(platform)
        return adapter.private_link(payload) if adapter else None

    async def check_space(self, platform: str, native_id: str) -> Sequence[Finding]:
        """Whether the bot can do its work in a space."""
        return await self.adapters[platform].check([native_id])

    def posted(self, platform: str) -> None:
        """Something waits in the outbox; called from the writer's thread."""
        sender = self._senders.get(platform)
        if sender is not None:
            self._loop.call_soon_threadsafe(sender.wake)

    # -- web -----------------------------------------------------------------------------------------------

    async def _open_web(self, playground: PlaygroundAdapter | None, telegram: TelegramAdapter | None) -> None:
        settings = self.settings
        self.chain = build.chain(settings)
        if self.chain is not None:
            self._exits.push_async_callback(self.chain.close)
        if settings.has_tokens:
            listener = _bind(settings.host, settings.port, "MUSTER_PORT")
            own = f"http://{_shown(settings.host)}:{listener.getsockname()[1]}"
            self.urls["public"] = settings.public_url or own
            webhook = telegram.webhook if telegram is not None and settings.telegram_webhook else None
            await self._serve(listener, self.urls["public"], webhook=webhook)
            if settings.public_url is None:
                log.warning(
                    "MUSTER_PUBLIC_URL is not set: wallet links work on this machine only",
                    extra={"action": "start", "listening": own},
                )
        if playground is not None:
            listener = _bind("127.0.0.1", settings.playground_port, "MUSTER_PLAYGROUND_PORT")
            self.urls["playground"] = f"http://127.0.0.1:{listener.getsockname()[1]}"
            await self._serve(listener, self.urls["playground"], demo=True, extra=playground.routes())

    async def _serve(self, listener: socket.socket, base_url: str, **more: Any) -> None:
        from bot.web.server import build_app, serve

        runner = await serve(build_app(self._deps(base_url, more)), listener)
        self._exits.push_async_callback(runner.cleanup)

    def _deps(self, base_url: str, more: Mapping[str, Any]) -> Deps:
        from bot.chain.addresses import parse_address
        from bot.chain.signatures import verify
        from bot.web.deps import Deps

        return Deps(
            store=self.store,
            clock=self.clock,
            base_url=base_url,
            chain_id=self.settings.chain_id,
            verify=functools.partial(verify, self.chain),
            parse_address=parse_address,
            private_link=self.private_link,
            health=self.health,
            metrics=self.metrics.registry,
            **more,
        )

    async def health(self) -> Health:
        """Whether the database takes writes and every platform answered lately."""
        from bot.web.deps import Health

        ages = {name: self._age(adapter) for name, adapter in self.adapters.items()}
        try:
            await self._depths()
            database = self.store.problem is None
        except MusterError:
            database = False
        silent = [
            name
            for name, age in ages.items()
            if name != "playground" and (age is None or age > SILENT_AFTER_S)
        ]
        return Health(database and not silent, database, ages)

    def _age(self, adapter: Adapter) -> float | None:
        last = adapter.last_contact()
        return (self.clock.now() - last).total_seconds() if last else None

    # -- upkeep --------------------------------------------------------------------------------------------

    async def _keep_up(self) -> None:
        rounds = 0
        while True:
            if rounds % PRUNE_EVERY == 0:
                await _tried("prune", self.store.write(retention.prune))
            await _tried("messages", self.store.write(retention.prune_messages))
            await _tried("depths", self._depths())
            rounds += 1
            await asyncio.sleep(UPKEEP_EVERY_S)

    async def _do(self, chores: Sequence[Chore], every_s: float) -> None:
        office = Office(self.store, conversations, self)
        while True:
            for chore in chores:
                await _tried(chore.name, chore(office))
            await asyncio.sleep(every_s)

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._exits.push_async_callback(_ended, asyncio.create_task(work, name=name))

    async def _depths(self) -> None:
        self.metrics.depths(await self.store.read(delivery.depths))


async def _tried(what: str, work: Awaitable[None]) -> None:
    """One piece of upkeep: what goes wrong is logged, and the rest goes on."""
    try:
        await work
    except MusterError as error:
        log.warning("upkeep: %s", error, extra={"action": "upkeep", "what": what})
    except Exception:
        log.exception("upkeep failed", extra={"action": "upkeep", "what": what})


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _bind(host: str, port: int, setting: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"Cannot listen on {host}:{port} ({error.strerror}). Choose another {setting}."
        ) from error
    return listener


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
