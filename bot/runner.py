"""`muster run`: serve until told to stop."""

from __future__ import annotations

import asyncio
import signal

from bot.app import App
from bot.config import Settings
from bot.logs import set_up


def run(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM. Raises MusterError when the start is refused."""
    secrets = [value.get_secret_value() for value in settings.secrets()]
    set_up(settings.log_format, settings.log_level, secrets)
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_number, stop.set)
    app = await App.start(settings)
    try:
        for name, url in app.urls.items():
            print(f"{name}: {url}", flush=True)
        print(f"Muster is ready: {', '.join(app.adapters)}. Stop with Ctrl-C.", flush=True)
        await stop.wait()
        print("Stopping: finishing what was accepted…", flush=True)
    finally:
        await app.stop()
