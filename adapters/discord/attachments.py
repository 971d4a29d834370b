"""Fetches files that people attach, from Discord's own hosts only."""

from __future__ import annotations

from urllib.parse import urlsplit

from adapters.discord.rest import Refused, Rest, Unavailable
from bot.chat import text
from bot.chat.files import small_enough
from bot.chat.incoming import File
from bot.errors import BadInput, TryAgain

HOSTS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})


async def fetch(rest: Rest, file: File) -> bytes:
    """See `chat.port.Adapter.fetch`."""
    if not ours(file.ref):
        raise BadInput(text.FILE_GONE)
    small_enough(file)
    try:
        return await rest.download(file.ref)
    except Refused as gone:
        raise BadInput(text.FILE_GONE) from gone
    except Unavailable as later:
        raise TryAgain(text.NOT_FETCHED) from later


def ours(url: str) -> bool:
    """Whether the address is on Discord's hosts for files: the bot must not fetch addresses that others choose."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and parts.netloc in HOSTS
    except ValueError:
        return False
