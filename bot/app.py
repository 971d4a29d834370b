"""The composition root: the one place that builds everything from the settings, starts it and stops it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import socket
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

import bot
import commands
from bot import build, retention
from bot.areas.conversations import services as conversations
from bot.areas.delivery import services as delivery
from bot.chat.chores import Office
from bot.chat.dispatch import Dispatcher
from bot.chat.findings import Finding
from bot.chat.port import Adapter, Counting, Explaining
from bot.chat.registry import Registry
from bot.chat.sender import Sender
from bot.config import Settings
from bot.domain.clock import Clock, SystemClock
from bot.domain.photos import Photo
from bot.errors import ConfigError, MusterError
from bot.metrics import Metrics
from bot.pictures.workshop import Workshop
from bot.playground_clock import MovedClock, Mover, clock_for, resume
from bot.schema import metadata
from bot.storage.store import Store
from bot.upkeep import Upkeep

if TYPE_CHECKING:
    from adapters.playground.adapter import PlaygroundAdapter
    from adapters.telegram.adapter import TelegramAdapter
    from bot.chain.client import ChainClient
    from bot.web.deps import Health, Route, Webhook

log = logging.getLogger(__name__)

SILENT_AFTER_S = 180.0


class App:
    """A running Muster. `urls` has the addresses of the playground and of the public pages, by name."""

    def __init__(self, settings: Settings, clock: Clock, store: Store, metrics: Metrics) -> None:
        self.settings = settings
        self.clock = clock
        self.store = store
        self.metrics = metrics
        self.urls: dict[str, str] = {}
        self.adapters: dict[str, Adapter] = {}
        self.chain: ChainClient | None = None
        self.workshop = Workshop()
        self.core: Dispatcher
        self.upkeep: Upkeep
        self._senders: dict[str, Sender] = {}
        self._exits = contextlib.AsyncExitStack()
        self._loop = asyncio.get_running_loop()

    @classmethod
    async def start(cls, settings: Settings, clock: Clock | None = None) -> App:
        """Opens the database, the listeners and the platforms. Raises MusterError, with the remedy."""
        clock = clock_for(settings, clock or SystemClock())
        metrics = Metrics()
        # Before the database is made or migrated: a program that cannot start leaves it as it is.
        registry = Registry(commands.areas())
        store = await Store.open(settings.store_url, clock, metadata(), on_batch=metrics.batch)
        app = cls(settings, clock, store, metrics)
        app._exits.push_async_callback(store.close)
        try:
            await resume(clock, store)
            await app._start(registry)
        except BaseException:
            await app.stop()
            raise
        return app

    async def stop(self) -> None:
        """Takes no new acts, finishes the accepted ones, and closes everything, the database last."""
        await self._exits.aclose()

    async def _start(self, registry: Registry) -> None:
        office = Office(self.store, conversations, self)
        self.upkeep = Upkeep(self.store, office, registry.chores, self.metrics)
        playground = build.playground(self.settings, self.clock, self._mover())
        telegram = build.telegram(self.settings, self.clock)
        discord = build.discord(self.settings, self.clock)
        built: list[Adapter | None] = [playground, telegram, discord]
        self.adapters.update((adapter.name, adapter) for adapter in built if adapter is not None)
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
        self._exits.push_async_callback(_stop_all, [adapter.stop for adapter in self.adapters.values()])
        # Exits run in reverse, so the senders stop before their adapters.
        self._exits.push_async_callback(_stop_all, [sender.stop for sender in self._senders.values()])
        self._exits.push_async_callback(self.workshop.close)  # before the adapters finish their acts
        await asyncio.gather(*(adapter.start(core) for adapter in self.adapters.values()))
        await asyncio.gather(*(sender.start() for sender in self._senders.values()))
        before = await self.store.write(retention.started, bot.__version__)
        if before not in (None, bot.__version__):
            log.info("This database was last run by Muster %s", before, extra={"action": "start"})
        for name, loop in self.upkeep.loops():
            self._in_background(loop(), name)

    # -- the runtime, as handlers see it (`chat.runtime.Runtime`) ---------------------------------------------

    def link_base(self, platform: str) -> str:
        """Returns the address of that platform's wallet pages."""
        return self.urls["playground"] if platform == "playground" else self.urls["public"]

    def private_link(self, platform: str, payload: str) -> str | None:
        """Returns a link that opens the private chat with the bot and carries `payload`; None if there is none."""
        adapter = self.adapters.get(platform)
        return adapter.private_link(payload) if adapter else None

    async def check_space(self, platform: str, native_id: str) -> Sequence[Finding]:
        """Checks whether the bot can do its work in a space."""
        return await self.adapters[platform].check([native_id])

    async def redraw(self, union: str, person: str, fetch: Callable[[], Awaitable[bytes]]) -> Photo:
        """Fetches a picture of this person and draws it anew, when it is the turn of them and their union."""
        return await self.workshop.redraw(union, person, fetch)

    async def people_in(self, platform: str, native_id: str) -> int | None:
        """Returns the number of people in a space; None if the platform does not say it."""
        adapter = self.adapters.get(platform)
        return await adapter.people_in(native_id) if isinstance(adapter, Counting) else None

    def posted(self, platform: str) -> None:
        """Wakes the platform's sender, because a message was queued. The writer's thread calls this."""
        sender = self._senders.get(platform)
        if sender is not None:
            self._loop.call_soon_threadsafe(sender.wake)

    def _mover(self) -> Mover | None:
        """Returns what moves the playground's clock; None where real members may be."""
        if not isinstance(self.clock, MovedClock):
            return None
        return Mover(self.clock, self.store, self.upkeep.do_chores, lambda: self.urls["playground"])

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

    async def _serve(
        self,
        listener: socket.socket,
        base_url: str,
        *,
        webhook: Webhook | None = None,
        demo: bool = False,
        extra: Sequence[Route] = (),
    ) -> None:
        from bot.chain.addresses import parse_address
        from bot.chain.signatures import verify
        from bot.web.deps import Deps
        from bot.web.server import build_app, most_connections, serve

        deps = Deps(
            store=self.store,
            clock=self.clock,
            base_url=base_url,
            chain_id=self.settings.chain_id,
            verify=functools.partial(verify, self.chain),
            parse_address=parse_address,
            private_link=self.private_link,
            health=self.health,
            metrics=self.metrics.registry,
            webhook=webhook,
            demo=demo,
            extra=extra,
        )
        listeners = self.settings.has_tokens + self.settings.plays
        runner = await serve(build_app(deps), listener, most=most_connections(listeners))
        self._exits.push_async_callback(runner.cleanup)

    async def health(self) -> Health:
        """Checks whether the database takes writes, and whether every platform answered lately."""
        from bot.web.deps import Health

        ages = {name: self._age(adapter) for name, adapter in self.adapters.items()}
        try:
            await self.upkeep.depths()
            database = self.store.problem is None
        except MusterError:
            database = False
        silent = [
            name
            for name, age in ages.items()
            if name != "playground" and (age is None or age > SILENT_AFTER_S)
        ]
        problems = {
            name: adapter.problem
            for name, adapter in self.adapters.items()
            if isinstance(adapter, Explaining) and adapter.problem is not None
        }
        return Health(database and not silent, database, ages, problems)

    def _age(self, adapter: Adapter) -> float | None:
        last = adapter.last_contact()
        return (self.clock.now() - last).total_seconds() if last else None

    # -- upkeep --------------------------------------------------------------------------------------------

    def _in_background(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._exits.push_async_callback(_cancelled, asyncio.create_task(work, name=name))


async def _stop_all(stops: Sequence[Callable[[], Awaitable[None]]]) -> None:
    results = await asyncio.gather(*(stop() for stop in stops), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            log.error("stopping failed", exc_info=result, extra={"action": "stop"})


async def _cancelled(task: asyncio.Task[None]) -> None:
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
