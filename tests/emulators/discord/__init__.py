"""A Discord (REST v10 and gateway) on loopback, for the unmodified discord.py."""

from .emulator import DiscordEmulator, Violation
from .model import (
    ADMINISTRATOR,
    ATTACH_FILES,
    EMBED_LINKS,
    EVERYONE,
    MANAGE_GUILD,
    MANAGE_ROLES,
    MENTION_EVERYONE,
    SEND_MESSAGES,
    VIEW_CHANNEL,
    Message,
)
from .people import Community, Person
from .replies import Reply

__all__ = [
    "ADMINISTRATOR",
    "ATTACH_FILES",
    "EMBED_LINKS",
    "EVERYONE",
    "MANAGE_GUILD",
    "MANAGE_ROLES",
    "MENTION_EVERYONE",
    "SEND_MESSAGES",
    "VIEW_CHANNEL",
    "Community",
    "DiscordEmulator",
    "Message",
    "Person",
    "Reply",
    "Violation",
]
