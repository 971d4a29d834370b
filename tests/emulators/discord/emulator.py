"""The emulated Discord as a whole: start it, point a client at it, act in it, look at what happened."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.domain.clock import Clock, SystemClock
from tests.emulators.distance import Distance
from tests.emulators.tls import authority

from . import payloads
from .faults import Fault, Faults
from .gateway import DIRECT_MESSAGES, GUILD_MESSAGES, MESSAGE_CONTENT, PRIVILEGED, Gateway, Session
from .http import Http
from .limits import Limits
from .model import EVERYONE, Channel, Guild, Interaction, Json, Membership, Message, Watched
from .people import Community, Person
from .permissions import in_guild
from .world import World

NAMES = (
    "discord.com",
    "gateway.discord.gg",
    "*.discord.gg",
    "cdn.discordapp.com",
    "media.discordapp.net",
    "127.0.0.1",
)
TOKEN = "MTAw.emulated.token"


class Violation(NamedTuple):
    rule: str
    found: str
    where: str


class Everywhere(AbstractResolver):
    """Every host name is the emulator: the TLS name stays the real one, the port changes too."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=self._port,
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        return None


class DiscordEmulator(Watched):
    """Discord on loopback. `async with DiscordEmulator() as emu:`; on leaving it has no opinion about
    `violations`: call `assert_clean()` (the fixture does)."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        privileged: tuple[str, ...] = (),
        shards: int = 1,
        check_answers: bool = False,
    ) -> None:
        self.token = TOKEN
        self.shards = shards
        self.privileged = set(privileged)
        self.check_answers = check_answers
        self.distance = Distance()
        self.patience = 10.0
        self.monotonic = time.monotonic
        self.faults, self.limits, self.gateway = Faults(), Limits(), Gateway(self)
        self.world = World(clock or SystemClock(), self.gateway.dispatch)
        self.violations: list[Violation] = []
        self.answer_errors: list[str] = []
        self.calls: Counter[tuple[str, str, int]] = Counter()
        self.syncs: list[tuple[int | None, list[Json]]] = []
        self.typing: list[Channel] = []
        self.ack_delays: list[float] = []
        self._authority = authority(*NAMES)
        self._runner: web.ServerRunner | None = None
        self.port = 0

    # life

    async def start(self) -> None:
        server = web.Server(Http(self).handle, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=self._authority.server_context())
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop serving; the state stays, and `start` serves it again on the same port."""
        if self._runner is not None:
            await asyncio.gather(*(site.stop() for site in list(self._runner.sites)))
            await self.gateway.stop()
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> DiscordEmulator:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    # pointing a client at it

    def client_ssl(self) -> ssl.SSLContext:
        return self._authority.client_context()

    def connector(self, *, limit: int = 50) -> aiohttp.TCPConnector:
        """For `discord.Client(connector=…)`; call inside the running loop."""
        return aiohttp.TCPConnector(resolver=Everywhere(self.port), ssl=self.client_ssl(), limit=limit)

    def environment(self, directory: Path) -> dict[str, str]:
        """Settings for a separate process of the bot. `MUSTER_DISCORD_API` is where every host of Discord
        is reached (the TLS names stay the real ones), `MUSTER_DISCORD_API_CA` the PEM file that it trusts."""
        certificate = self._authority.write(directory / "discord-emulator-ca.pem")
        return {
            "MUSTER_DISCORD_TOKEN": self.token,
            "MUSTER_DISCORD_API": f"https://127.0.0.1:{self.port}",
            "MUSTER_DISCORD_API_CA": str(certificate),
        }

    # acting in it

    def guild(self, name: str, *, bot_permissions: int = EVERYONE, locale: str = "en-US") -> Community:
        """A new guild that the bot is in; connected bots are told."""
        guild = self.world.guild(name, bot_permissions, locale)
        community = Community(self, guild)
        self.gateway.announce_guild(guild, joined=True)
        return community

    def user(self, name: str) -> Person:
        """Somebody in no guild."""
        return Person(self, self.world.user(name), None)

    def fault(
        self, method: str, pattern: str, kind: str | int, times: int = 1, *, after: int = 0, **options: Any
    ) -> Fault:
        """Plan a fault: see `faults` for the kinds."""
        return self.faults.plan(method, pattern, str(kind), times, after, **options)

    async def ready(self, sessions: int = 1) -> None:
        """Wait until `sessions` gateway sessions are connected."""
        await self.gateway.until(
            lambda: len(self.gateway.connected) >= sessions, "gateway sessions", patience=self.patience
        )

    # looking at it

    def violate(self, rule: str, found: str, where: str) -> None:
        self.violations.append(Violation(rule, found, where))
        self.touch()

    def take_violations(self) -> list[Violation]:
        """The violations so far, taken out: for tests that provoke them."""
        taken, self.violations = self.violations, []
        return taken

    def assert_clean(self) -> None:
        """AssertionError with every violation, if there is one."""
        listed = "\n".join(f"- {v.where}: {v.rule}: {v.found}" for v in self.violations)
        assert not self.violations, f"requests that Discord would refuse:\n{listed}"

    def count(self, method: str, template: str, status: int) -> None:
        self.calls[method, template, status] += 1
        self.touch()

    # for the other parts

    @property
    def forbidden_intents(self) -> int:
        return sum(bit for name, bit in PRIVILEGED.items() if name not in self.privileged)

    @property
    def may_list_members(self) -> bool:
        return "members" in self.privileged

    @property
    def application_flags(self) -> int:
        limited = {"presences": 1 << 13, "members": 1 << 15, "message_content": 1 << 19}
        return sum(limited[name] for name in self.privileged)

    def deliver(self, interaction: Interaction) -> None:
        """INTERACTION_CREATE, to the shard of the guild (direct messages: shard 0)."""
        guild = interaction.channel.guild
        guild_id = guild.id if guild else None
        self.gateway.dispatch("INTERACTION_CREATE", interaction.payload, guild_id=guild_id, needs=0)

    def bot_in(self, guild: Guild) -> Membership:
        return guild.members[self.world.bot.id]

    def bot_permissions(self, guild: Guild) -> int:
        return in_guild(self.bot_in(guild))

    def remove_bot(self, guild: Guild) -> None:
        """The bot leaves or is removed: GUILD_DELETE without `unavailable`."""
        guild.members.pop(self.world.bot.id, None)
        guild.has_bot = False
        self.gateway.dispatch("GUILD_DELETE", {"id": str(guild.id)}, guild_id=guild.id)

    def member_changed(self, member: Membership) -> None:
        data = payloads.member(member) | {"guild_id": str(member.guild.id)}
        needs = 0 if member.user is self.world.bot else None  # one's own changes come without the intent
        self.gateway.dispatch("GUILD_MEMBER_UPDATE", data, guild_id=member.guild.id, needs=needs)

    def message_event(self, name: str, message: Message) -> None:
        if message.ephemeral:
            return
        guild = message.channel.guild
        shown = payloads.message(message)
        if guild is not None:
            shown["guild_id"] = str(guild.id)
            if message.author.id in guild.members:
                shown["member"] = payloads.member(guild.members[message.author.id], with_user=False)
        open_to_bot = (
            guild is None
            or message.author is self.world.bot
            or f"<@{self.world.bot.id}>" in message.content
            or f"<@!{self.world.bot.id}>" in message.content
        )
        hidden = {"content": "", "embeds": [], "components": [], "attachments": []}

        def seen(session: Session) -> Json:
            return shown if open_to_bot or session.intents & MESSAGE_CONTENT else shown | hidden

        needs = DIRECT_MESSAGES if guild is None else GUILD_MESSAGES
        self.gateway.dispatch(name, seen, guild_id=guild.id if guild else None, needs=needs)

    def delete_message(self, message: Message) -> None:
        message.deleted = True
        message.channel.touch()
        if message.ephemeral:
            return
        guild = message.channel.guild
        data = {"id": str(message.id), "channel_id": str(message.channel.id)}
        if guild is not None:
            data["guild_id"] = str(guild.id)
        needs = DIRECT_MESSAGES if guild is None else GUILD_MESSAGES
        self.gateway.dispatch("MESSAGE_DELETE", data, guild_id=guild.id if guild else None, needs=needs)
