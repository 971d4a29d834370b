"""The state of the emulated Discord and the only place that makes ids."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.domain.clock import Clock

from .errors import ApiError
from .model import (
    DM_CHANNEL,
    EVERYONE,
    TEXT_CHANNEL,
    Attachment,
    Channel,
    Command,
    Guild,
    Interaction,
    Json,
    Membership,
    Message,
    Role,
    User,
)

EPOCH_MS = 1420070400000
CALLBACK_WINDOW, TOKEN_LIFE, NONCE_WINDOW = timedelta(seconds=3), timedelta(minutes=15), timedelta(minutes=5)


class World:
    """Users, guilds, channels, messages, commands and interactions by id."""

    def __init__(self, clock: Clock, dispatch: Callable[..., None]) -> None:
        self.clock = clock
        self.dispatch = dispatch
        self._counter = 0
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.messages: dict[int, Message] = {}
        self.attachments: dict[str, Attachment] = {}
        self.commands: dict[int, Command] = {}
        self.interactions: dict[int, Interaction] = {}
        self.tokens: dict[str, Interaction] = {}
        self.nonces: dict[tuple[int, str], Message] = {}
        self.application_id = self.new_id()
        self.owner = self.user("operator")
        self.bot = User(self.application_id, "muster", bot=True)
        self.users[self.bot.id] = self.bot

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def new_id(self, *, shard_hint: int = 0) -> int:
        """A fresh snowflake; ids grow with every call. `shard_hint` shifts the id's `>> 22` by that much."""
        self._counter += 1
        milliseconds = int(self.now.timestamp() * 1000) - EPOCH_MS + self._counter + shard_hint
        return (milliseconds << 22) | (self._counter & 0xFFF)

    def user(self, name: str) -> User:
        user = User(self.new_id(), name.lower().replace(" ", "_"), name)
        self.users[user.id] = user
        return user

    def guild(self, name: str, bot_permissions: int, locale: str) -> Guild:
        """A guild with @everyone, the bot and its managed role, and an owner."""
        guild = Guild(self.new_id(), name, self.user(f"{name} owner"), locale)
        guild.roles[guild.id] = Role(guild.id, guild, "@everyone", EVERYONE, position=0)
        self.guilds[guild.id] = guild
        self.join(guild, guild.owner)
        self.add_bot(guild, bot_permissions)
        return guild

    def add_bot(self, guild: Guild, permissions: int) -> None:
        member = self.join(guild, self.bot)
        role = self.role(guild, "Muster", permissions, position=10)
        role.managed, role.bot_id = True, self.bot.id
        member.roles = [role]
        guild.has_bot = True

    def role(self, guild: Guild, name: str, permissions: int = 0, *, position: int = 1) -> Role:
        role = Role(self.new_id(), guild, name, permissions, position)
        guild.roles[role.id] = role
        return role

    def join(self, guild: Guild, user: User) -> Membership:
        member = Membership(user, guild, self.now)
        guild.members[user.id] = member
        return member

    def channel(self, guild: Guild, name: str) -> Channel:
        channel = Channel(self.new_id(), name, TEXT_CHANNEL, guild, position=len(guild.channels))
        guild.channels[channel.id] = self.channels[channel.id] = channel
        return channel

    def dm(self, user: User) -> Channel:
        if user.dm is None:
            user.dm = Channel(self.new_id(), None, DM_CHANNEL, recipient=user)
            self.channels[user.dm.id] = user.dm
        return user.dm

    def share_guild(self, user: User) -> bool:
        return any(user.id in guild.members for guild in self.guilds.values() if guild.has_bot)

    def get_guild(self, guild_id: int) -> Guild:
        guild = self.guilds.get(guild_id)
        if guild is None or not guild.has_bot:
            raise ApiError(10004)
        return guild

    def get_channel(self, channel_id: int) -> Channel:
        channel = self.channels.get(channel_id)
        if channel is None:
            raise ApiError(10003)
        if channel.guild is not None and not channel.guild.has_bot:
            raise ApiError(50001)
        return channel

    def get_message(self, channel_id: int, message_id: int) -> Message:
        message = self.messages.get(message_id)
        if message is None or message.deleted or message.ephemeral or message.channel.id != channel_id:
            raise ApiError(10008)
        return message

    def add(self, message: Message) -> None:
        self.messages[message.id] = message
        message.channel.messages[message.id] = message
        message.channel.touch()

    def by_token(self, token: str) -> Interaction:
        """The interaction of a webhook token; 10015 unknown, 50027 after fifteen minutes."""
        interaction = self.tokens.get(token)
        if interaction is None:
            raise ApiError(10015)
        if self.now - interaction.created_at > TOKEN_LIFE:
            raise ApiError(50027)
        return interaction

    def commands_of(self, guild_id: int | None) -> list[Command]:
        return [command for command in self.commands.values() if command.guild_id == guild_id]

    def replace_commands(self, guild_id: int | None, definitions: list[Json]) -> list[Command]:
        """Bulk overwrite of one scope: a command of the same type and name keeps its id."""
        kept = {(command.type, command.name): command for command in self.commands_of(guild_id)}
        for command in kept.values():
            del self.commands[command.id]
        return [self._store(guild_id, each, kept) for each in definitions]

    def upsert_command(self, guild_id: int | None, definition: Json) -> Command:
        kept = {(command.type, command.name): command for command in self.commands_of(guild_id)}
        return self._store(guild_id, definition, kept)

    def _store(self, guild_id: int | None, definition: Json, kept: dict[tuple[int, str], Command]) -> Command:
        definition = {"type": 1, **definition}
        old = kept.get((definition["type"], definition["name"]))
        version = self.new_id()
        command = Command(old.id if old else version, version, guild_id, definition)
        self.commands[command.id] = command
        return command
