"""Files that people send: how large they may be."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.chat import text
from bot.chat.incoming import File
from bot.errors import BadInput

MOST_BYTES = 8 * 1024 * 1024


def small_enough(file: File) -> File:
    """The file, if its platform does not say that it is too large. Raises BadInput."""
    if file.size > MOST_BYTES:
        raise BadInput(text.too_large(MOST_BYTES))
    return file


async def gathered(chunks: AsyncIterator[bytes], most: int = MOST_BYTES) -> bytes:
    """All chunks; no more than `most` bytes are read, whatever was said of the size. Raises BadInput."""
    data = bytearray()
    async for chunk in chunks:
        data += chunk
        if len(data) > most:
            raise BadInput(text.too_large(MOST_BYTES))
    return bytes(data)
