"""Discord's permission arithmetic (https://docs.discord.com/developers/topics/permissions)."""

from __future__ import annotations

from .errors import ApiError
from .model import ADMINISTRATOR, EVERYTHING, MANAGE_ROLES, Channel, Membership, Role


def in_guild(member: Membership) -> int:
    """A member's bits before any channel overwrite."""
    if member.user is member.guild.owner:
        return EVERYTHING
    bits = member.guild.everyone.permissions
    for role in member.roles:
        bits |= role.permissions
    return EVERYTHING if bits & ADMINISTRATOR else bits


def in_channel(member: Membership, channel: Channel) -> int:
    """A member's bits in one channel: @everyone's overwrite, then roles', then the member's own."""
    bits = in_guild(member)
    if bits == EVERYTHING or not channel.overwrites:
        return bits
    _, allow, deny = channel.overwrites.get(member.guild.id, (0, 0, 0))
    bits = bits & ~deny | allow
    mine = [channel.overwrites[role.id] for role in member.roles if role.id in channel.overwrites]
    for _, _, deny in mine:
        bits &= ~deny
    for _, allow, _ in mine:
        bits |= allow
    _, allow, deny = channel.overwrites.get(member.user.id, (1, 0, 0))
    return bits & ~deny | allow


def demand(held: int, needed: int) -> None:
    """Raise 50013 unless every needed bit is held."""
    if held & needed != needed:
        raise ApiError(50013)


def demand_role(bot: Membership, role: Role) -> None:
    """The bot may give or take a role below its own highest one, with Manage Roles; else 50013."""
    demand(in_guild(bot), MANAGE_ROLES)
    if role.managed or role.position >= bot.top:
        raise ApiError(50013)
