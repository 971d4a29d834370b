"""Guilds and people as tests speak of them: `await alice.slash(channel, "union create", name="…")`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import payloads
from .acts import component_data, interact, modal_data
from .compose import CDN
from .model import VIEW_CHANNEL, Attachment, Channel, Command, Guild, Json, Membership, Message, Role, User
from .options import Resolved, command_data, find, usable
from .permissions import in_channel
from .replies import Reply

if TYPE_CHECKING:
    from .emulator import DiscordEmulator


class Community:
    """A guild, and what its admins do."""

    def __init__(self, emulator: DiscordEmulator, guild: Guild) -> None:
        self._emulator, self.guild = emulator, guild
        self.id, self.name = guild.id, guild.name
        self.owner = Person(emulator, guild.owner, guild)

    def channel(self, name: str) -> Channel:
        channel = self._emulator.world.channel(self.guild, name)
        self._tell("CHANNEL_CREATE", payloads.channel(channel))
        return channel

    def delete_channel(self, channel: Channel) -> None:
        del self.guild.channels[channel.id], self._emulator.world.channels[channel.id]
        self._tell("CHANNEL_DELETE", payloads.channel(channel))

    def hide(self, channel: Channel, who: Role | Person) -> None:
        """Nobody with this role (or this person) sees the channel any more."""
        target, kind = (who.id, 0) if isinstance(who, Role) else (who.user.id, 1)
        channel.overwrites[target] = (kind, 0, VIEW_CHANNEL)
        self._tell("CHANNEL_UPDATE", payloads.channel(channel))

    def role(self, name: str, permissions: int = 0, *, position: int = 1) -> Role:
        """A new role; those at position ≥ 10 are above the bot's."""
        role = self._emulator.world.role(self.guild, name, permissions, position=position)
        self._tell("GUILD_ROLE_CREATE", {"guild_id": str(self.id), "role": payloads.role(role)})
        return role

    def member(self, who: str | Person, *, permissions: int = 0) -> Person:
        """Somebody joins: a new person of this name, or one known from elsewhere. A role gives `permissions`."""
        user = self._emulator.world.user(who) if isinstance(who, str) else who.user
        member = self._emulator.world.join(self.guild, user)
        if permissions:
            member.roles.append(self.role(f"{user.name}'s role", permissions))
        self._tell("GUILD_MEMBER_ADD", payloads.member(member) | {"guild_id": str(self.id)})
        return Person(self._emulator, user, self.guild)

    def rename(self, name: str) -> None:
        self.guild.name = self.name = name
        self._tell("GUILD_UPDATE", payloads.guild(self.guild))

    @property
    def bot(self) -> Membership:
        return self._emulator.bot_in(self.guild)

    def allow_bot(self, permissions: int) -> None:
        """Give the bot's own role exactly these permissions."""
        role = self.bot.roles[0]
        role.permissions = permissions
        self._tell("GUILD_ROLE_UPDATE", {"guild_id": str(self.id), "role": payloads.role(role)})

    def remove_bot(self) -> None:
        self._emulator.remove_bot(self.guild)

    def add_bot(self, permissions: int) -> None:
        """Invite the bot again."""
        self._emulator.world.add_bot(self.guild, permissions)
        self._emulator.gateway.announce_guild(self.guild, joined=True)

    def outage(self) -> None:
        """The guild becomes unavailable: GUILD_DELETE that does *not* mean removal; `restore` ends it."""
        self._tell("GUILD_DELETE", {"id": str(self.id), "unavailable": True})

    def restore(self) -> None:
        self._emulator.gateway.announce_guild(self.guild, joined=False)

    def _tell(self, event: str, data: Json) -> None:
        if self.guild.has_bot:
            self._emulator.gateway.dispatch(event, data, guild_id=self.id)


class Person:
    """A user, seen from one guild (or from none)."""

    def __init__(self, emulator: DiscordEmulator, user: User, guild: Guild | None) -> None:
        self._emulator, self.user, self.guild = emulator, user, guild

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.display or self.user.name

    @property
    def mention(self) -> str:
        return f"<@{self.user.id}>"

    def membership(self, channel: Channel) -> Membership:
        """The person as a member of the channel's guild, seeing that channel; else AssertionError."""
        assert channel.guild is not None
        member = channel.guild.members.get(self.user.id)
        assert member is not None, f"{self.name} is not in {channel.guild.name}"
        seen = in_channel(member, channel) & VIEW_CHANNEL
        assert seen, f"{self.name} does not see #{channel.name}"
        return member

    # commands

    def commands(self, channel: Channel) -> list[Command]:
        """What Discord's client offers this person here."""
        return list(usable(self._emulator.world, self, channel).values())

    def send_slash(self, channel: Channel, path: str, /, **options: Any) -> Reply:
        """Send a slash command without waiting for anything."""
        data, _ = command_data(self._emulator.world, self, channel, path, options)
        return interact(self._emulator, self, channel, 2, data)

    async def slash(self, channel: Channel, path: str, /, **options: Any) -> Reply:
        """Send a slash command, wait for the answer."""
        return await self.send_slash(channel, path, **options).answered()

    async def autocomplete(
        self, channel: Channel, path: str, option: str, typed: str, /, **others: Any
    ) -> list[Json]:
        """The choices suggested for `option` when `typed` stands there: [{name, value}]."""
        data, kind = command_data(
            self._emulator.world, self, channel, path, {**others, option: typed}, focused=option
        )
        reply = interact(self._emulator, self, channel, 4, data)
        reply.interaction.focused_type = kind
        return (await reply.answered()).choices

    def send_context_menu(self, channel: Channel, name: str, target: Person | Message) -> Reply:
        """Choose an app command from the menu of a person or a message without waiting for anything."""
        resolved = Resolved(channel.guild)
        if isinstance(target, Message):
            kind, chosen = 3, resolved.message(target)
        else:
            kind, chosen = 2, resolved.user(target.user)
        command = find(self._emulator.world, self, channel, kind, name)
        data = {"id": str(command.id), "name": name, "type": command.type, "target_id": chosen}
        data["resolved"] = resolved.data
        return interact(self._emulator, self, channel, 2, data)

    async def context_menu(self, channel: Channel, name: str, target: Person | Message) -> Reply:
        """Choose an app command from the menu of a person or a message, wait for the answer."""
        return await self.send_context_menu(channel, name, target).answered()

    # controls

    def send_press(self, on: Message | Reply, label: str) -> Reply:
        """Press a button, by label or custom_id, without waiting for anything."""
        message = on.message if isinstance(on, Reply) else on
        data = component_data(self, message, label)
        return interact(self._emulator, self, message.channel, 3, data, message=message)

    async def press(self, on: Message | Reply, label: str) -> Reply:
        return await self.send_press(on, label).answered()

    async def select(self, on: Message | Reply, name: str, *chosen: str | Person) -> Reply:
        """Choose in a select menu: options by label or value, people by themselves."""
        message = on.message if isinstance(on, Reply) else on
        data = component_data(self, message, name, list(chosen))
        return await interact(self._emulator, self, message.channel, 3, data, message=message).answered()

    def attaches(self, name: str, data: bytes, kind: str = "image/jpeg") -> Attachment:
        """A file as this person's client has uploaded it, for an option or a field that takes one."""
        world = self._emulator.world
        made = Attachment(world.new_id(), name, data, "", kind, query=f"ex=6{world.new_id():x}&hm=0a&")
        path = f"/ephemeral-attachments/{world.application_id}/{made.id}/{name}"
        made.url = f"{CDN}{path}?{made.query}"
        world.attachments[path] = made
        return made

    def send_submit(self, reply: Reply, values: dict[str, str | Attachment]) -> Reply:
        """Fill in the modal of a reply, fields by label or custom_id, without waiting for anything."""
        opened = reply.interaction
        assert opened.user is self.user, f"{self.name} does not have this modal open"
        data = modal_data(reply.modal, values)
        return interact(self._emulator, self, opened.channel, 5, data, message=opened.message, trigger=opened)

    async def submit(self, reply: Reply, values: dict[str, str | Attachment]) -> Reply:
        return await self.send_submit(reply, values).answered()

    # messages

    def say(self, channel: Channel, text: str) -> Message:
        """Write an ordinary message."""
        world = self._emulator.world
        message = Message(world.new_id(), channel, self.user, world.now, text)
        world.add(message)
        self._emulator.message_event("MESSAGE_CREATE", message)
        return message

    @property
    def dm(self) -> Channel:
        """The direct-message channel with the bot."""
        return self._emulator.world.dm(self.user)

    @property
    def dms(self) -> list[Message]:
        """Direct messages from the bot, oldest first."""
        bot = self._emulator.world.bot
        return [each for each in self.dm.visible_messages() if each.author is bot]

    async def next_dm(self, after: int = 0) -> Message:
        """Wait for the direct message number `after` (0 is the first)."""
        what = f"direct message {after} to {self.name}"
        await self.dm.until(lambda: len(self.dms) > after, what, patience=self._emulator.patience)
        return self.dms[after]

    # being a member

    def rename(self, nick: str | None) -> None:
        """Change the nickname in the guild."""
        assert self.guild is not None
        member = self.guild.members[self.user.id]
        member.nick = nick
        self._emulator.member_changed(member)

    def leave(self) -> None:
        """Leave the guild."""
        assert self.guild is not None
        del self.guild.members[self.user.id]
        data = {"guild_id": str(self.guild.id), "user": payloads.user(self.user)}
        self._emulator.gateway.dispatch("GUILD_MEMBER_REMOVE", data, guild_id=self.guild.id)

    def banned(self) -> None:
        """Somebody bans the person from the guild."""
        assert self.guild is not None
        self.guild.bans[self.user.id] = self.user
        self.leave()

    @property
    def roles(self) -> list[Role]:
        assert self.guild is not None
        return self.guild.members[self.user.id].roles

    def close_dms(self) -> None:
        """From now on direct messages are refused (50007)."""
        self.user.dms_open = False
