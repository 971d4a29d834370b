"""The gateway: sessions, intents, shards, RESUME with replay, member chunks."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from . import payloads
from .connection import Closed, Connection
from .model import Guild, Json, Watched

if TYPE_CHECKING:
    from .emulator import DiscordEmulator

GUILDS, GUILD_MEMBERS, GUILD_PRESENCES = 1 << 0, 1 << 1, 1 << 8
GUILD_MESSAGES, GUILD_REACTIONS, DIRECT_MESSAGES = 1 << 9, 1 << 10, 1 << 12
DIRECT_REACTIONS, MESSAGE_CONTENT, ALL_INTENTS = 1 << 13, 1 << 15, (1 << 26) - 1
PRIVILEGED = {"members": GUILD_MEMBERS, "presences": GUILD_PRESENCES, "message_content": MESSAGE_CONTENT}
NEEDS = {
    "GUILD_CREATE": GUILDS,
    "GUILD_UPDATE": GUILDS,
    "GUILD_DELETE": GUILDS,
    "GUILD_ROLE_CREATE": GUILDS,
    "GUILD_ROLE_UPDATE": GUILDS,
    "GUILD_ROLE_DELETE": GUILDS,
    "CHANNEL_CREATE": GUILDS,
    "CHANNEL_UPDATE": GUILDS,
    "CHANNEL_DELETE": GUILDS,
    "GUILD_MEMBER_ADD": GUILD_MEMBERS,
    "GUILD_MEMBER_UPDATE": GUILD_MEMBERS,
    "GUILD_MEMBER_REMOVE": GUILD_MEMBERS,
}
KEPT_FOR_REPLAY = 10_000
SESSIONS_END = (1000, 1001)
RESUME_HOST = "gateway-us-east1-b.discord.gg"


class Session:
    """One identified client, alive or waiting to be resumed."""

    def __init__(self, intents: int, shard: tuple[int, int], large_threshold: int) -> None:
        self.id = secrets.token_hex(16)
        self.intents, self.shard, self.large_threshold = intents, shard, large_threshold
        self.sequence = 0
        self.sent: deque[tuple[int, bytes]] = deque(maxlen=KEPT_FOR_REPLAY)
        self.connection: Connection | None = None

    def dispatch(self, name: str, data: Json) -> None:
        self.sequence += 1
        event = json.dumps({"op": 0, "t": name, "s": self.sequence, "d": data}).encode()
        self.sent.append((self.sequence, event))
        if self.connection is not None:
            self.connection.send_raw(event)

    def serves(self, guild_id: int | None) -> bool:
        number, count = self.shard
        return number == (0 if guild_id is None else (guild_id >> 22) % count)


class Gateway(Watched):
    """All sessions. Counters (`identifies`, `resumes`) let tests see how the bot came back."""

    def __init__(self, emulator: DiscordEmulator) -> None:
        self._emulator = emulator
        self.sessions: dict[str, Session] = {}
        self.connections: set[Connection] = set()
        self.identifies: list[Json] = []
        self.resumes: list[str] = []
        self.received: list[Json] = []

    # what tests do to it

    def reconnect(self) -> None:
        """Op 7: every client is asked to reconnect and resume."""
        self._tell({"op": 7, "d": None})

    def invalidate(self, *, resumable: bool) -> None:
        """Op 9. Not resumable: the sessions are gone too."""
        if not resumable:
            self.sessions.clear()
        self._tell({"op": 9, "d": resumable})

    def request_heartbeat(self) -> None:
        """Op 1 from the server: clients must beat at once."""
        self._tell({"op": 1, "d": None})

    async def close(self, code: int) -> None:
        """Close every connection with a close code (4000 resumable; 4004, 4014 fatal)."""
        for connection in list(self.connections):
            await connection.close(code)

    def drop(self) -> None:
        """Cut every connection's TCP without a close frame; sessions stay resumable."""
        for connection in list(self.connections):
            connection.abort()

    def _tell(self, message: Json) -> None:
        for connection in list(self.connections):
            connection.send(message)

    @property
    def connected(self) -> list[Session]:
        return [session for session in self.sessions.values() if session.connection is not None]

    # events

    def dispatch(
        self,
        name: str,
        data: Json | Callable[[Session], Json],
        *,
        guild_id: int | None = None,
        needs: int | None = None,
    ) -> None:
        """Send an event to the sessions of the right shard whose intents include it."""
        needed = NEEDS.get(name, 0) if needs is None else needs
        for session in list(self.sessions.values()):
            if session.serves(guild_id) and session.intents & needed == needed:
                session.dispatch(name, data(session) if callable(data) else data)

    def announce_guild(self, guild: Guild, *, joined: bool) -> None:
        """GUILD_CREATE: the bot was added (`joined`), or the guild is available again."""
        self.dispatch("GUILD_CREATE", lambda session: self._seen(guild, session, joined), guild_id=guild.id)

    def _seen(self, guild: Guild, session: Session, joined: bool) -> Json:
        everyone = session.intents & GUILD_MEMBERS and len(guild.members) <= session.large_threshold
        bot = guild.members[self._emulator.world.bot.id]
        return payloads.guild_create(
            guild, list(guild.members.values()) if everyone else [bot], joined=joined
        )

    # the protocol, called by the connection

    async def identify(self, connection: Connection, data: Json) -> None:
        self.identifies.append(data)
        emulator = self._emulator
        if (fault := emulator.faults.take("GATEWAY", "identify")) is not None:
            await self._refuse(connection, fault.kind)
            return
        intents = data.get("intents")
        if data.get("token") != emulator.token:
            raise Closed(4004, "Authentication failed.")
        if not isinstance(intents, int) or intents & ~ALL_INTENTS:
            raise Closed(4013, "Invalid intent(s).")
        if intents & emulator.forbidden_intents:
            raise Closed(4014, "Disallowed intent(s).")
        shard = tuple(data.get("shard") or (0, 1))
        if len(shard) != 2 or not 0 <= shard[0] < shard[1]:
            raise Closed(4010, "Invalid shard.")
        for old in [s for s in self.sessions.values() if s.shard == shard and s.connection is None]:
            del self.sessions[old.id]
        session = Session(intents, shard, data.get("large_threshold", 50))
        self.sessions[session.id] = session
        connection.session, session.connection = session, connection
        self._greet(session)
        self.touch()

    def _greet(self, session: Session) -> None:
        world = self._emulator.world
        guilds = [g for g in world.guilds.values() if g.has_bot and session.serves(g.id)]
        session.dispatch(
            "READY",
            {
                "v": 10,
                "user": payloads.me(world.bot),
                "guilds": [{"id": str(each.id), "unavailable": True} for each in guilds],
                "session_id": session.id,
                "session_type": "normal",
                "resume_gateway_url": f"wss://{RESUME_HOST}",
                "shard": list(session.shard),
                "application": {"id": str(world.application_id), "flags": self._emulator.application_flags},
                "private_channels": [],
                "presences": [],
                "relationships": [],
                "user_settings": {},
                "_trace": [],
            },
        )
        if session.intents & GUILDS:
            for guild in guilds:
                session.dispatch("GUILD_CREATE", self._seen(guild, session, False))

    async def resume(self, connection: Connection, data: Json) -> None:
        if (fault := self._emulator.faults.take("GATEWAY", "resume")) is not None:
            await self._refuse(connection, fault.kind)
            return
        if data.get("token") != self._emulator.token:
            raise Closed(4004, "Authentication failed.")
        session = self.sessions.get(str(data.get("session_id")))
        if session is None:
            connection.send({"op": 9, "d": False})
            return
        if not isinstance(data.get("seq"), int) or data["seq"] > session.sequence:
            raise Closed(4007, "Invalid seq.")
        self.resumes.append(session.id)
        connection.session, session.connection = session, connection
        for sequence, event in session.sent:
            if sequence > data["seq"]:
                connection.send_raw(event)
        session.dispatch("RESUMED", {"_trace": []})
        self.touch()

    async def _refuse(self, connection: Connection, kind: str) -> None:
        if kind == "op9":
            connection.send({"op": 9, "d": False})
        elif kind == "op9-resumable":
            connection.send({"op": 9, "d": True})
        elif kind == "drop":
            connection.abort()
        else:
            raise Closed(int(kind), "Injected.")

    def request_members(self, session: Session, data: Json) -> None:
        """Op 8: the members asked for, in chunks of 1000."""
        guild = self._emulator.world.guilds[int(data["guild_id"])]
        wanted = data.get("user_ids")
        if wanted is None and not session.intents & GUILD_MEMBERS and not data.get("query"):
            self._emulator.violate("gateway: all members without intent", "GUILD_MEMBERS is needed", "op 8")
            return
        members = list(guild.members.values())
        missing: list[str] = []
        if wanted is not None:
            ids = [int(each) for each in (wanted if isinstance(wanted, list) else [wanted])]
            members = [guild.members[each] for each in ids if each in guild.members]
            missing = [str(each) for each in ids if each not in guild.members]
        elif query := str(data.get("query") or "").lower():
            names = [(m.nick or m.user.display or m.user.name, m) for m in members]
            members = [m for name, m in names if name.lower().startswith(query)]
        members = members[: data.get("limit") or None]
        chunks = [members[start : start + 1000] for start in range(0, len(members), 1000)] or [[]]
        for index, chunk in enumerate(chunks):
            answer = {
                "guild_id": str(guild.id),
                "members": [payloads.member(each) for each in chunk],
                "chunk_index": index,
                "chunk_count": len(chunks),
                "not_found": missing,
            }
            if "nonce" in data:
                answer["nonce"] = data["nonce"]
            session.dispatch("GUILD_MEMBERS_CHUNK", answer)

    def lost(self, connection: Connection, code: int | None) -> None:
        """A connection ended: its session stays for RESUME unless the client ended it."""
        self.connections.discard(connection)
        session = connection.session
        if session is not None and session.connection is connection:
            session.connection = None
            if code in SESSIONS_END:
                self.sessions.pop(session.id, None)
        self.touch()

    async def stop(self) -> None:
        await asyncio.gather(*(connection.close(1001) for connection in list(self.connections)))
