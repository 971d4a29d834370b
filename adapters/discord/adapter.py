"""Discord as a platform: interactions come in by the gateway, everything goes out by REST."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import msgspec

from adapters.discord import attachments, check, events, limits, menu
from adapters.discord.deliver import Delivery
from adapters.discord.events import Asked, InteractionKind
from adapters.discord.exchange import Exchange, Forms
from adapters.discord.gateway import Gateway
from adapters.discord.responses import OPENS
from adapters.discord.rest import Refused, Rest, Unavailable, connectors
from adapters.discord.supervise import Supervisor
from bot.chat.bounded import BoundedDict
from bot.chat.findings import Finding
from bot.chat.incoming import Actor, File, Incoming, Place, Press
from bot.chat.model import Reply, Visibility
from bot.chat.port import Capabilities, Core, RetryLater, Undeliverable
from bot.chat.targets import Lane, Target
from bot.domain.clock import Clock

log = logging.getLogger(__name__)

START_PATIENCE_S = 15.0
MODERATORS_KEPT = timedelta(seconds=60)
NONCE_OF_ACT = 20


class DiscordAdapter:
    """Implements `chat.port.Adapter`.

    `api` is an address that takes the place of all of Discord's hosts; `api_ca` is the certificate (PEM) by which it
    is trusted. They are for tests, and for operators who reach Discord through a gateway.
    """

    name = events.PLATFORM
    capabilities = Capabilities(modals=True)

    def __init__(
        self, token: str, clock: Clock, *, api: str | None = None, api_ca: Path | None = None
    ) -> None:
        self._clock = clock
        self._connectors = connectors(api, api_ca)
        self._rest = Rest(token, self._connectors, self._answered, self._trouble)
        self._delivery = Delivery(self._rest)
        self._supervisor = Supervisor(token, self._prepare, self._trouble)
        self._core: Core | None = None
        self._me = Actor(self.name, "0", "Muster")
        self._running: set[asyncio.Task[Any]] = set()
        self._seen: BoundedDict[str, None] = BoundedDict(limits.REMEMBERED)
        self._forms: Forms = BoundedDict(limits.REMEMBERED)
        self._moderators: dict[tuple[str, str], tuple[datetime, bool]] = {}
        self._last_contact: datetime | None = None

    # -- the port ----------------------------------------------------------------------------------------

    async def start(self, core: Core) -> None:
        """Connects, or begins to try, and answers the acts that the last run left."""
        left = await core.unfinished(self.name)  # before new acts are among them
        self._core = core
        await self._supervisor.start(START_PATIENCE_S)
        self._keep(asyncio.create_task(self._answer_left(core, left), name="discord unanswered"))

    async def stop(self) -> None:
        """Disconnects, finishes the interactions that were taken, and closes the connections."""
        await self._supervisor.stop()
        self._core = None
        while self._running:
            await asyncio.wait(self._running)
        await self._rest.close()

    async def deliver(self, target: Target, reply: Reply, key: str, lane: Lane = Lane.URGENT) -> str:
        """Sends an outbox row; see `chat.port.Adapter.deliver`."""
        return await self._delivery.send(target, reply, key, lane)

    @property
    def at_once(self) -> int:
        """See `chat.port.Paced`."""
        return self._rest.pacer.at_once

    def closed_for(self, target: Target | None) -> float:
        """See `chat.port.Paced`."""
        return self._delivery.closed_for(target)

    async def fetch(self, file: File) -> bytes:
        """See `attachments.py`."""
        return await attachments.fetch(self._rest, file)

    async def is_moderator(self, place: Place, actor: Actor) -> bool:
        """Whether a person may manage the server or its roles. Discord is asked at most once a minute."""
        if place.space is None:
            return False
        key = (place.space, actor.native_id)
        now = self._clock.now()
        # Known for longer than that: the clock was set back.
        self._moderators = {
            who: known for who, known in self._moderators.items() if now < known[0] <= now + MODERATORS_KEPT
        }
        if key not in self._moderators:
            moderates = await check.moderates(self._rest, *key)
            self._moderators[key] = (now + MODERATORS_KEPT, moderates)
        return self._moderators[key][1]

    async def is_banned(self, space: str, actor: Actor) -> bool:
        """Whether the person is banned in the server; False where the bot may not know. Raises TryAgain."""
        return await check.banned(self._rest, space, actor.native_id)

    async def people_in(self, space: str) -> int | None:
        """See `chat.port.Counting`."""
        return await check.people_in(self._rest, space)

    async def check(self, spaces: Sequence[str]) -> Sequence[Finding]:
        """Returns the doctor's lines; works without `start`."""
        return await check.findings(self._rest, spaces)

    def private_link(self, payload: str) -> str | None:
        """Returns None: Discord has no link that opens a private chat with a payload."""
        return None

    def last_contact(self) -> datetime | None:
        """Returns the present time while every shard is connected, else the time of Discord's last answer.

        Returns None while connections are refused.
        """
        if self.problem is not None:
            return None
        gateway = self._supervisor.gateway
        if gateway is not None and gateway.alive:
            self._last_contact = self._clock.now()
        return self._last_contact

    @property
    def problem(self) -> str | None:
        """See `chat.port.Explaining`."""
        return self._supervisor.problem

    # -- connecting --------------------------------------------------------------------------------------

    async def _prepare(self) -> Gateway:
        """Makes a client for the supervisor, after asking for the bot's own account and updating its commands."""
        application = await self._rest.call("GET", "/applications/@me")
        bot = application.get("bot") or {}
        self._me = Actor(self.name, str(bot.get("id") or application["id"]), bot.get("username") or "Muster")
        await self._synchronise(str(application["id"]))
        return Gateway(self._connectors, int(application.get("flags") or 0), self)

    async def _synchronise(self, application: str) -> None:
        """Registers the commands if they changed. A refusal is only logged, because buttons still work."""
        if self._core is None:
            return
        path = f"/applications/{application}/commands"
        ours = menu.menu(self._core.registry)
        try:
            theirs = await self._rest.call("GET", path, query={"with_localizations": "true"})
            if menu.same(ours, theirs):
                return
            await self._rest.call("PUT", path, ours)
        except (Refused, Unavailable) as problem:
            log.error("commands are not registered: %s", problem, extra={"action": "discord.menu"})
        else:
            log.info("commands registered", extra={"action": "discord.menu", "commands": len(ours)})

    def _answered(self) -> None:
        self._last_contact = self._clock.now()

    def _trouble(self, what: str) -> None:
        if self._core is not None:
            self._core.trouble(self.name, what)

    # -- events of the gateway (`gateway.Listener`) ------------------------------------------------------

    def connected(self) -> None:
        self._supervisor.connected()

    async def interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Answers an interaction, unless it comes again: RESUME replays those that were taken before."""
        core = self._core
        if core is None or str(interaction.id) in self._seen:
            return
        self._seen[str(interaction.id)] = None
        self._keep(asyncio.current_task())
        asked = events.asked(interaction, core.registry)
        if asked is not None:
            await self._exchange(core, asked)

    async def joined(self, guild: discord.Guild) -> None:
        channel = _greeting_channel(guild)
        act = events.bot_added(guild, self._me, channel.id if channel else None, self._clock.now())
        reply = await self._report(act)
        if reply is not None and channel is not None:
            await self._post(Target(self.name, chat=str(channel.id)), reply, f"g{guild.id}")

    async def removed(self, guild: discord.Guild) -> None:
        await self._report(events.bot_removed(guild, self._me, self._clock.now()))

    async def renamed(self, guild: discord.Guild) -> None:
        await self._report(events.renamed(guild, self._me, self._clock.now()))

    async def person_left(self, event: discord.RawMemberRemoveEvent) -> None:
        await self._report(events.person_left(event.user, event.guild_id, self._clock.now()))

    async def _report(self, act: Incoming) -> Reply | None:
        core = self._core
        if core is None:
            return None
        self._keep(asyncio.current_task())
        return await core.dispatch(act)

    # -- answering ---------------------------------------------------------------------------------------

    async def _exchange(self, core: Core, asked: Asked) -> None:
        exchange = Exchange(asked, core, self._rest, self._forms)
        act = asked.incoming.act
        try:
            if asked.kind is InteractionKind.SUGGEST:
                await exchange.suggest()
            elif isinstance(act, Press) and act.token.startswith(OPENS):
                await exchange.open(act.token.removeprefix(OPENS))
            else:
                await exchange.run()
        except (Refused, Unavailable) as problem:
            log.warning(
                "an answer did not arrive: %s",
                problem,
                extra={"action": "discord.answer", "kind": str(asked.kind)},
            )

    async def _answer_left(self, core: Core, left: Sequence[Incoming]) -> None:
        """Answers acts that the last run took but did not answer; Discord has closed their interactions."""
        for act in left:
            await self._answer_late(core, act)

    async def _answer_late(self, core: Core, act: Incoming) -> None:
        """Answers one act by a new message. If that fails, the act comes again at the next start."""
        try:
            reply = await core.dispatch(act)
            if reply is not None:
                private = reply.visibility is not Visibility.PUBLIC
                place = act.place
                target = (
                    Target(self.name, person=act.actor.native_id)
                    if private
                    else Target(self.name, chat=place.chat, thread=place.thread)
                )
                shown = msgspec.structs.replace(reply, form=None)
                if not await self._post(target, shown, act.native_id[-NONCE_OF_ACT:]):
                    return
            await core.delivered(act.key)
        except Exception:
            log.exception("an act is left unanswered", extra={"action": "discord.left"})

    async def _post(self, target: Target, reply: Reply, key: str) -> bool:
        """Sends a message once; False if a later try may work."""
        try:
            await self._delivery.send(target, reply, key)
        except RetryLater as later:
            log.warning("not sent: %s", later, extra={"action": "discord.post"})
            return False
        except Undeliverable as never:
            log.warning("not sent: %s", never, extra={"action": "discord.post"})
        return True

    def _keep(self, task: asyncio.Task[Any] | None) -> None:
        """Makes `stop` wait for this task."""
        if task is not None and task not in self._running:
            self._running.add(task)
            task.add_done_callback(self._running.discard)


def _greeting_channel(guild: discord.Guild) -> discord.TextChannel | None:
    """Returns the channel for the bot's hello: the server's system channel, else the first where it may write."""
    candidates = [guild.system_channel, *guild.text_channels]
    for channel in candidates:
        if channel is not None:
            may = channel.permissions_for(guild.me)
            if may.view_channel and may.send_messages:
                return channel
    return None
