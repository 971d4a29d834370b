"""The size limit of files that people send."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.chat import text
from bot.chat.incoming import File
from bot.errors import BadInput

MOST_BYTES = 8 * 1024 * 1024


def small_enough(file: File) -> File:
    """Returns the file. Raises BadInput if its platform says that it is too large."""
    if file.size > MOST_BYTES:
        raise BadInput(text.too_large(MOST_BYTES))
    return file


async def gathered(chunks: AsyncIterator[bytes], most: int = MOST_BYTES) -> bytes:
    """Joins the chunks. Raises BadInput after `most` bytes, because the platform's size is only a claim."""
    data = bytearray()
    async for chunk in chunks:
        data += chunk
        if len(data) > most:
            raise BadInput(text.too_large(MOST_BYTES))
    return bytes(data)
