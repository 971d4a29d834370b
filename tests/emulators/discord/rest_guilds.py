"""REST: guilds, channels, members, roles."""

from __future__ import annotations

from . import payloads
from .api import Answer, Call, route
from .errors import ApiError
from .model import BAN_MEMBERS, MANAGE_ROLES, VIEW_CHANNEL, Channel, Guild, Membership, Role
from .permissions import demand, demand_role, in_channel, in_guild


def _guild(call: Call) -> Guild:
    return call.world.get_guild(call.id("guild_id"))


def _member(call: Call, guild: Guild) -> Membership:
    member = guild.members.get(call.id("user_id"))
    if member is None:
        raise ApiError(10007)
    return member


def _role(call: Call, guild: Guild) -> Role:
    role = guild.roles.get(call.id("role_id"))
    if role is None:
        raise ApiError(10011)
    return role


@route("GET", "/guilds/{guild_id}")
def get_guild(call: Call) -> Answer:
    found = _guild(call)
    counts = {"approximate_member_count": len(found.members), "approximate_presence_count": 0}
    return 200, payloads.guild(found) | (counts if call.flag("with_counts") else {})


@route("GET", "/guilds/{guild_id}/channels")
def get_channels(call: Call) -> Answer:
    return 200, [payloads.channel(each) for each in _guild(call).channels.values()]


@route("GET", "/guilds/{guild_id}/roles")
def get_roles(call: Call) -> Answer:
    return 200, [payloads.role(each) for each in _guild(call).roles.values()]


@route("GET", "/guilds/{guild_id}/members/{user_id}")
def get_member(call: Call) -> Answer:
    return 200, payloads.member(_member(call, _guild(call)))


@route("GET", "/guilds/{guild_id}/bans/{user_id}")
def get_ban(call: Call) -> Answer:
    """Only a bot that may ban is told."""
    guild, user = _guild(call), call.id("user_id")
    demand(in_guild(call.emulator.bot_in(guild)), BAN_MEMBERS)
    if user not in guild.bans:
        raise ApiError(10026)
    return 200, {"reason": None, "user": payloads.user(guild.bans[user])}


@route("GET", "/guilds/{guild_id}/members")
def get_members(call: Call) -> Answer:
    if not call.emulator.may_list_members:
        raise ApiError(50001)
    after, limit = int(call.query.get("after", 0)), int(call.query.get("limit", 1))
    members = sorted(_guild(call).members.items())
    return 200, [payloads.member(each) for key, each in members if key > after][:limit]


@route("PUT", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}")
def add_role(call: Call) -> Answer:
    guild = _guild(call)
    member, role = _member(call, guild), _role(call, guild)
    demand_role(call.emulator.bot_in(guild), role)
    if role not in member.roles:
        member.roles.append(role)
        call.emulator.member_changed(member)
    return 204, None


@route("DELETE", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}")
def remove_role(call: Call) -> Answer:
    guild = _guild(call)
    member, role = _member(call, guild), _role(call, guild)
    demand_role(call.emulator.bot_in(guild), role)
    if role in member.roles:
        member.roles.remove(role)
        call.emulator.member_changed(member)
    return 204, None


@route("POST", "/guilds/{guild_id}/roles")
def create_role(call: Call) -> Answer:
    guild, body = _guild(call), call.body or {}
    held = in_guild(call.emulator.bot_in(guild))
    demand(held, MANAGE_ROLES | int(body.get("permissions") or 0))
    role = call.world.role(guild, body.get("name") or "new role", int(body.get("permissions") or 0))
    data = {"guild_id": str(guild.id), "role": payloads.role(role)}
    call.world.dispatch("GUILD_ROLE_CREATE", data, guild_id=guild.id)
    return 200, payloads.role(role)


@route("GET", "/channels/{channel_id}")
def get_channel(call: Call) -> Answer:
    channel = call.world.get_channel(call.id("channel_id"))
    if channel.guild is not None:
        demand_view(call, channel)
    return 200, payloads.channel(channel)


def demand_view(call: Call, channel: Channel) -> None:
    """50001 Missing Access unless the bot sees the channel."""
    assert channel.guild is not None
    if not in_channel(call.emulator.bot_in(channel.guild), channel) & VIEW_CHANNEL:
        raise ApiError(50001)


@route("PUT", "/channels/{channel_id}/permissions/{overwrite_id}")
def put_overwrite(call: Call) -> Answer:
    channel = call.world.get_channel(call.id("channel_id"))
    if channel.guild is None:
        raise ApiError(50001)
    held = in_channel(call.emulator.bot_in(channel.guild), channel)
    allow, deny = int(call.body.get("allow") or 0), int(call.body.get("deny") or 0)
    demand(held, MANAGE_ROLES | allow | deny)
    channel.overwrites[call.id("overwrite_id")] = (int(call.body["type"]), allow, deny)
    call.world.dispatch("CHANNEL_UPDATE", payloads.channel(channel), guild_id=channel.guild.id)
    return 204, None


@route("DELETE", "/channels/{channel_id}/permissions/{overwrite_id}")
def delete_overwrite(call: Call) -> Answer:
    channel = call.world.get_channel(call.id("channel_id"))
    if channel.guild is None:
        raise ApiError(50001)
    demand(in_channel(call.emulator.bot_in(channel.guild), channel), MANAGE_ROLES)
    channel.overwrites.pop(call.id("overwrite_id"), None)
    call.world.dispatch("CHANNEL_UPDATE", payloads.channel(channel), guild_id=channel.guild.id)
    return 204, None
