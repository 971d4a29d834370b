"""The connection through which events arrive: discord.py's client, without the caches that Muster does not need."""

from __future__ import annotations

from typing import Any, Protocol

import discord

from adapters.discord.rest import Connectors

MEMBERS_FLAGS = (1 << 14) | (1 << 15)
"""Flags of an application whose Server Members intent is switched on: one for verified bots, one for others."""

READY_S = 0.1
"""discord.py holds events back for this time, until it has counted the servers. Muster does not need the count."""


class Listener(Protocol):
    """Gets the events of the gateway."""

    def connected(self) -> None: ...
    async def interaction(self, interaction: discord.Interaction[Any]) -> None: ...
    async def joined(self, guild: discord.Guild) -> None: ...
    async def removed(self, guild: discord.Guild) -> None: ...
    async def renamed(self, guild: discord.Guild) -> None: ...
    async def person_left(self, event: discord.RawMemberRemoveEvent) -> None: ...


def intents(application_flags: int) -> discord.Intents:
    """Returns the intents: servers only, because interactions come without any intent.

    Only with the privileged Server Members intent does Discord tell that a person left a server. Muster does not ask
    for it, but uses it where the operator has switched it on.
    """
    return discord.Intents(guilds=True, members=bool(application_flags & MEMBERS_FLAGS))


class Gateway(discord.AutoShardedClient):
    """A client, used once: `login`, `connect`, `close`. It reconnects and resumes by itself."""

    def __init__(self, make_connector: Connectors, application_flags: int, listener: Listener) -> None:
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # no warnings about voice
        super().__init__(
            intents=intents(application_flags),
            connector=make_connector(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
            enable_raw_presences=False,
            guild_ready_timeout=READY_S,
        )
        self._listener = listener

    @property
    def alive(self) -> bool:
        """Whether every shard is connected. discord.py closes a connection whose heartbeat stays unanswered."""
        shards = self.shards
        return not self.is_closed() and bool(shards) and not any(s.is_closed() for s in shards.values())

    async def on_shard_connect(self, shard_id: int) -> None:
        self._listener.connected()

    async def on_shard_resumed(self, shard_id: int) -> None:
        self._listener.connected()

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        await self._listener.interaction(interaction)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._listener.joined(guild)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self._listener.removed(guild)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        await self._listener.renamed(guild)  # it may have been renamed while we were away

    async def on_guild_update(self, before: discord.Guild, after: discord.Guild) -> None:
        if before.name != after.name:
            await self._listener.renamed(after)

    async def on_raw_member_remove(self, event: discord.RawMemberRemoveEvent) -> None:
        await self._listener.person_left(event)
