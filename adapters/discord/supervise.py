"""Keeps the gateway connected: starts a new client when discord.py's ends, and says what keeps it from working."""

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
FIRST_REFUSED_WAIT_S = 120.0
LONGEST_REFUSED_WAIT_S = 3600.0
"""Waits after a refusal that only the operator can end; each try counts against Discord's limit of logins."""
PORTAL = "https://discord.com/developers/applications"
REFUSED_LOGIN = (
    "Discord does not accept the bot's token (4004). Discord is not served until it is right: set "
    f"MUSTER_DISCORD_TOKEN to the token under {PORTAL}, Bot, Reset Token, and restart Muster. The same token is "
    "tried again now and then."
)
NOT_ALLOWED = (
    "Discord refuses an intent of the bot (4014). Discord is not served: switch the Server Members intent off, or on "
    f"as it was, under {PORTAL}, Bot, Privileged Gateway Intents. Muster tries again by itself."
)
CLOSED = {
    4004: REFUSED_LOGIN,
    4010: "Discord refuses the shard. This is a bug: report it.",
    4011: "Discord wants more shards than it told. Muster asks for the number again.",
    4012: "Discord no longer speaks this gateway version. Install a newer Muster.",
    4013: "Discord does not know an intent of the bot. Install a newer Muster.",
    4014: NOT_ALLOWED,
}

MakeGateway = Callable[[], Awaitable[Gateway]]
"""Prepares and makes a client, which is used until it ends. Raises Refused, Unavailable."""


class Hopeless(Exception):
    """Another try would end in the same way for now; the text says what the operator must do."""


class Supervisor:
    """Runs one client after another until stopped. `problem` says what the operator must do, if anything."""

    def __init__(self, token: str, make: MakeGateway, trouble: Callable[[str], None]) -> None:
        self._token = token
        self._trouble = trouble
        self._make = make
        self._gateway: Gateway | None = None
        self._task: asyncio.Task[None] | None = None
        self._known = asyncio.Event()  # connected, or refused
        self._refused_members = False
        self.problem: str | None = None

    async def start(self, patience_s: float) -> None:
        """Begins to connect. Returns when connected, when that is refused, or after `patience_s`."""
        self._task = asyncio.create_task(self._run(), name="discord gateway")
        waiter = asyncio.create_task(self._known.wait())
        await asyncio.wait({waiter, self._task}, timeout=patience_s, return_when=asyncio.FIRST_COMPLETED)
        waiter.cancel()

    async def stop(self) -> None:
        """Closes the connection; no act arrives after this."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def connected(self) -> None:
        self._known.set()
        self._refused_members = False
        self.problem = None

    @property
    def gateway(self) -> Gateway | None:
        """The present client, connected or not; None between two clients."""
        return self._gateway

    async def _run(self) -> None:
        wait, refused_wait = FIRST_WAIT_S, FIRST_REFUSED_WAIT_S
        while True:
            began = asyncio.get_running_loop().time()
            try:
                reason = await self._live()
            except Hopeless as refused:
                self._refused(str(refused), refused_wait)
                await asyncio.sleep(refused_wait)
                refused_wait = min(refused_wait * 2, LONGEST_REFUSED_WAIT_S)
                continue
            if asyncio.get_running_loop().time() - began > HELD_S:
                wait, refused_wait = FIRST_WAIT_S, FIRST_REFUSED_WAIT_S
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

    def _refused(self, problem: str, wait: float) -> None:
        self._trouble("gateway")
        self.problem = problem
        self._known.set()
        log.critical("%s", problem, extra={"action": "discord.refused", "again_in_s": round(wait)})

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
