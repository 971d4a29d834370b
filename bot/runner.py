"""`muster run`: serves until a signal stops it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from typing import Any

from bot.app import App
from bot.config import Settings
from bot.logs import set_up

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(settings: Settings) -> None:
    """Serves until SIGINT or SIGTERM; a second signal ends at once. Raises MusterError if the start is refused."""
    set_up(settings.log_format, settings.log_level, settings.secrets())
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    stop = _told_to_stop()
    starting = asyncio.create_task(App.start(settings))
    both: list[asyncio.Future[Any]] = [starting, stop]
    await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        starting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await (await starting).stop()
        return
    app = starting.result()
    gc.freeze()  # the collector skips the objects of the start, which stay for good
    gc.enable()
    try:
        for name, url in app.urls.items():
            print(f"{name}: {url}", flush=True)
        print(f"Muster is ready: {', '.join(app.adapters)}. Stop with Ctrl-C.", flush=True)
        await stop
        print("Stopping: finishing what was accepted…", flush=True)
    finally:
        await app.stop()


def _told_to_stop() -> asyncio.Future[None]:
    """Returns a future that is done at the first SIGINT or SIGTERM. The next signal has its usual effect."""
    loop = asyncio.get_running_loop()
    told: asyncio.Future[None] = loop.create_future()

    def tell() -> None:
        for number in SIGNALS:
            loop.remove_signal_handler(number)
        told.set_result(None)

    for number in SIGNALS:
        loop.add_signal_handler(number, tell)
    return told
