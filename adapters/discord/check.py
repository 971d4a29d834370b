"""The doctor's checks of Discord: the token, the application's switches, and the bot's rights in each server.

Intents: Muster reads no messages, so it needs no privileged intent. Without one it learns two things late: a new
name, when its owner next uses a command or a button; and that a person left a server, when a message to them cannot
be sent. If the operator has switched the Server Members intent on, Muster learns at once that a person left.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any

from adapters.discord.render import Json
from adapters.discord.rest import Refused, Rest, Unavailable
from bot.chat.findings import Finding
from bot.domain.names import one_line
from bot.errors import TryAgain

log = logging.getLogger(__name__)

# Bits of https://docs.discord.com/developers/topics/permissions
ADMINISTRATOR, MANAGE_GUILD, MANAGE_ROLES = 1 << 3, 1 << 5, 1 << 28
NEEDED = {
    1 << 10: "View Channels",
    1 << 11: "Send Messages",
    1 << 38: "Send Messages in Threads",
    1 << 15: "Attach Files",
}
DANGEROUS = {
    ADMINISTRATOR: "Administrator",
    MANAGE_GUILD: "Manage Server",
    MANAGE_ROLES: "Manage Roles",
    1 << 4: "Manage Channels",
    1 << 1: "Kick Members",
    1 << 2: "Ban Members",
    1 << 13: "Manage Messages",
    1 << 29: "Manage Webhooks",
    1 << 40: "Time out Members",
}
PERMISSIONS = sum(NEEDED)
UNKNOWN_GUILD, MISSING_ACCESS, UNKNOWN_MEMBER = 10004, 50001, 10007
_PRESENCE, _MEMBERS, _CONTENT = (1 << 12) | (1 << 13), (1 << 14) | (1 << 15), (1 << 18) | (1 << 19)
UNKNOWN_USER, UNKNOWN_BAN, MISSING_PERMISSIONS = 10013, 10026, 50013
SILENT = "Discord does not answer right now. Try again in a minute."


def invitation(application: str) -> str:
    """Returns the link that adds the bot to a server with exactly the permissions that it uses."""
    return (
        f"https://discord.com/oauth2/authorize?client_id={application}"
        f"&scope=bot+applications.commands&permissions={PERMISSIONS}&integration_type=0"
    )


async def findings(rest: Rest, spaces: Sequence[str]) -> list[Finding]:
    """Returns a line for the token, for each switch that matters, and for each server. Raises TryAgain."""
    try:
        application: Json = await rest.call("GET", "/applications/@me")
        found = list(_application(application))
        for space in spaces:
            found.append(await _space(rest, space, str(application["id"])))
    except Unavailable as silent:
        raise TryAgain(SILENT) from silent
    except Refused as refused:
        if refused.status != 401:
            raise
        remedy = "Set MUSTER_DISCORD_TOKEN to the one under Bot, Reset Token, in the developer portal."
        return [Finding("Discord token", "Discord does not accept it", remedy)]
    return found


def _application(application: Json) -> Iterator[Finding]:
    yield Finding(f"Discord token: {one_line(str(application.get('name') or 'the bot'))}")
    if application.get("interactions_endpoint_url"):
        yield Finding(
            "Discord interactions",
            "an interactions endpoint URL is set, so commands do not reach Muster",
            "Empty that field under General Information in the developer portal.",
        )
    flags = int(application.get("flags") or 0)
    switched = {"Presence": _PRESENCE, "Message Content": _CONTENT}
    needless = [name for name, bits in switched.items() if flags & bits]
    if needless:
        yield Finding(
            "Discord intents",
            f"{' and '.join(needless)} switched on, which Muster does not use",
            "Switch it off under Bot in the developer portal: what is not given cannot be misused.",
        )
    else:
        told = "on: who leaves a server is noticed" if flags & _MEMBERS else "off, and not needed"
        yield Finding(f"Discord intents: none privileged is needed (Server Members is {told})")


async def _space(rest: Rest, space: str, application: str) -> Finding:
    subject = f"Discord server {space}"
    try:
        guild = await rest.call("GET", f"/guilds/{space}")
        bits = await member_permissions(rest, guild, application)
    except Refused as refused:
        if refused.code not in (UNKNOWN_GUILD, MISSING_ACCESS, UNKNOWN_MEMBER):
            raise
        return Finding(subject, "the bot is not in it", f"Invite it again: {invitation(application)}")
    subject = f"Discord server {one_line(str(guild['name']))}"
    missing = [name for bit, name in NEEDED.items() if not bits & (bit | ADMINISTRATOR)]
    if missing:
        remedy = (
            f"Server Settings, Roles, the bot's role: allow it. Or invite it again: {invitation(application)}"
        )
        return Finding(subject, f"the bot lacks {', '.join(missing)}", remedy)
    extra = [name for bit, name in DANGEROUS.items() if bits & bit]
    if extra:
        remedy = "Server Settings, Roles: take it from the bot's role, and from Everyone if it stands there."
        return Finding(subject, f"the bot has {', '.join(extra)}, which Muster does not use", remedy)
    return Finding(f"{subject}: all permissions that are needed, none besides")


async def member_permissions(rest: Rest, guild: Json, user: str) -> int:
    """Returns a user's permission bits in a server, before any channel's own rules. Raises Refused, Unavailable."""
    if str(guild["owner_id"]) == user:
        return ADMINISTRATOR
    member: Any = await rest.call("GET", f"/guilds/{guild['id']}/members/{user}")
    roles = {str(guild["id"]), *map(str, member["roles"])}
    bits = 0
    for role in guild["roles"]:
        if str(role["id"]) in roles:
            bits |= int(role["permissions"])
    return bits


async def people_in(rest: Rest, guild_id: str) -> int | None:
    """Returns about how many people are in a server; None if Discord does not say it."""
    try:
        guild = await rest.call("GET", f"/guilds/{guild_id}", query={"with_counts": "true"})
    except (Refused, Unavailable) as error:
        log.info("people are not counted", extra={"action": "discord.count", "why": str(error)})
        return None
    count: int | None = guild.get("approximate_member_count")
    return count


async def moderates(rest: Rest, guild_id: str, user: str) -> bool:
    """Whether a user may manage the server or its roles. Raises TryAgain."""
    try:
        guild = await rest.call("GET", f"/guilds/{guild_id}")
        bits = await member_permissions(rest, guild, user)
    except Unavailable as silent:
        raise TryAgain(SILENT) from silent
    except Refused as refused:
        if refused.code in (UNKNOWN_GUILD, MISSING_ACCESS, UNKNOWN_MEMBER):
            return False
        raise
    return bool(bits & (ADMINISTRATOR | MANAGE_GUILD | MANAGE_ROLES))


async def banned(rest: Rest, guild_id: str, user: str) -> bool:
    """Whether a user is banned in a server. Discord tells it only to a bot that may ban. Raises TryAgain."""
    try:
        await rest.call("GET", f"/guilds/{guild_id}/bans/{user}")
    except Unavailable as silent:
        raise TryAgain(SILENT) from silent
    except Refused as refused:
        if refused.code in (UNKNOWN_BAN, UNKNOWN_GUILD, UNKNOWN_USER, MISSING_ACCESS, MISSING_PERMISSIONS):
            return False
        raise
    return True
