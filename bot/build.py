"""Builds the adapters and the chain client from the settings, for the running bot and for the doctor."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from bot.config import Settings
from bot.domain.clock import Clock

if TYPE_CHECKING:
    from adapters.discord.adapter import DiscordAdapter
    from adapters.playground.adapter import PlaygroundAdapter
    from adapters.telegram.adapter import TelegramAdapter
    from bot.chain.client import ChainClient
    from bot.playground_clock import Mover


def playground(settings: Settings, clock: Clock, mover: Mover | None = None) -> PlaygroundAdapter | None:
    """Builds the playground if the settings open it. The seed of its people's wallets is in the data folder.

    With a `mover`, its page can move the clock and fill the rooms with a demo union.
    """
    if not settings.plays:
        return None
    from adapters.playground.adapter import PlaygroundAdapter
    from bot.chain.demo import DemoWallets

    return PlaygroundAdapter(clock, DemoWallets(_seed(settings.data_dir)), mover)


def telegram(settings: Settings, clock: Clock) -> TelegramAdapter | None:
    """Builds the adapter of Telegram if its token is set."""
    if settings.telegram_token is None:
        return None
    from adapters.telegram.adapter import TelegramAdapter

    secret = settings.telegram_webhook_secret
    return TelegramAdapter(
        settings.telegram_token.get_secret_value(),
        clock,
        api=settings.telegram_api,
        webhook_url=f"{settings.public_url}/telegram/webhook" if settings.telegram_webhook else None,
        webhook_secret=secret.get_secret_value() if secret else None,
        stars_a_day=settings.telegram_paid_broadcast_stars,
    )


def discord(settings: Settings, clock: Clock) -> DiscordAdapter | None:
    """Builds the adapter of Discord if its token is set."""
    if settings.discord_token is None:
        return None
    from adapters.discord.adapter import DiscordAdapter

    return DiscordAdapter(
        settings.discord_token.get_secret_value(),
        clock,
        api=settings.discord_api,
        api_ca=settings.discord_api_ca,
    )


def chain(settings: Settings) -> ChainClient | None:
    """Builds the client of the Ethereum node if one is set."""
    if settings.chain_rpc is None:
        return None
    from bot.chain.client import ChainClient

    return ChainClient(settings.chain_rpc.get_secret_value(), settings.chain_id, settings.chain_timeout_s)


def _seed(data_dir: Path) -> bytes:
    """Reads the secret seed of this installation's demo wallets; makes it the first time."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = data_dir / "playground.seed"
    with contextlib.suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
    return path.read_bytes()
