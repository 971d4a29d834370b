"""Keeps the gateway connected: starts a new client when discord.py's ends, and says so if none can work."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable

import discord

from adapters.discord.gateway import Gateway
from adapters.discord.rest import Refused, Unavailable

log = logging.getLogger(__name__)

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 120.0
HELD_S = 60.0
"""After a connection that lasted so long, the next wait is short again."""
REFUSED_LOGIN = (
    "Discord does not accept the bot's token. Discord is not served until it is right: set MUSTER_DISCORD_TOKEN "
    "to the one under Bot, Reset Token, and start again."
)
NOT_ALLOWED = (
    "Discord refuses an intent of the bot. Discord is not served: switch the privileged intents under Bot off or "
    "on as they were, and start again."
)
CLOSED = {
    4004: REFUSED_LOGIN,
    4010: "Discord refuses the shard. This is a bug: report it.",
    4011: "Discord wants more shards than it told. Start again.",
    4012: "Discord no longer speaks this gateway version. Install a newer Muster.",
    4013: "Discord does not know an intent of the bot. Install a newer Muster.",
    4014: NOT_ALLOWED,
}

MakeGateway = Callable[[], Awaitable[Gateway]]
"""Prepares and makes a client, which is used until it ends. Raises Refused, Unavailable."""


class Hopeless(Exception):
    """Another try would end in the same way; the text says what the operator must do."""


class Supervisor:
    """Runs one client after another until stopped. `problem` says why no other is started, if so."""

    def __init__(self, token: str, make: MakeGateway, trouble: Callable[[str], None]) -> None:
        self._token = token
        self._trouble = trouble
        self._make = make
        self._gateway: Gateway | None = None
        self._task: asyncio.Task[None] | None = None
        self._connected = asyncio.Event()
        self._refused_members = False
        self.problem: str | None = None

    async def start(self, patience_s: float) -> None:
        """Begins to connect. Returns when connected, when no connection is possible, or after `patience_s`."""
        self._task = asyncio.create_task(self._run(), name="discord gateway")
        waiter = asyncio.create_task(self._connected.wait())
        await asyncio.wait({waiter, self._task}, timeout=patience_s, return_when=asyncio.FIRST_COMPLETED)
        waiter.cancel()

    async def stop(self) -> None:
        """Closes the connection; no act arrives after this."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def connected(self) -> None:
        self._connected.set()
        self._refused_members = False

    @property
    def gateway(self) -> Gateway | None:
        """The present client, connected or not; None between two clients."""
        return self._gateway

    async def _run(self) -> None:
        wait = FIRST_WAIT_S
        while True:
            began = asyncio.get_running_loop().time()
            try:
                reason = await self._live()
            except Hopeless as end:
                self._trouble("gateway")
                self.problem = str(end)
                log.critical("%s", end, extra={"action": "discord.stopped"})
                return
            if asyncio.get_running_loop().time() - began > HELD_S:
                wait = FIRST_WAIT_S
            self._trouble("gateway")
            pause = wait * random.uniform(0.5, 1)  # noqa: S311  # spreads reconnections; nothing secret
            log.warning(
                "Discord is not connected (%s); trying again in %.0f s",
                reason,
                pause,
                extra={"action": "discord.reconnect"},
            )
            await asyncio.sleep(pause)
            wait = min(wait * 2, LONGEST_WAIT_S)

    async def _live(self) -> str:
        """Runs a client until it ends; returns the reason. Raises Hopeless."""
        gateway = None
        try:
            self._gateway = gateway = await self._make()
            await gateway.login(self._token)
            await gateway.connect()
        except discord.LoginFailure as refused:
            raise Hopeless(REFUSED_LOGIN) from refused
        except discord.PrivilegedIntentsRequired as refused:
            if gateway is None or not gateway.intents.members or self._refused_members:
                raise Hopeless(NOT_ALLOWED) from refused
            self._refused_members = (
                True  # perhaps it was just switched off: the next client reads the flags again
            )
            return "the Server Members intent was switched off"
        except discord.ConnectionClosed as closed:
            if closed.code in CLOSED:
                raise Hopeless(CLOSED[closed.code]) from closed
            return f"closed with {closed.code}"
        except Refused as refused:
            if refused.status == 401:
                raise Hopeless(REFUSED_LOGIN) from refused
            return str(refused)
        except Unavailable as problem:
            return str(problem)
        except Exception as error:  # the bot goes on, whatever ended the client
            return f"{type(error).__name__}: {error}"
        finally:
            self._gateway = None
            if gateway is not None:
                with contextlib.suppress(Exception):
                    await gateway.close()
        return "the connection ended"
