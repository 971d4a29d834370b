"""Pictures that come with commands."""

from __future__ import annotations

import asyncio
from typing import Annotated
from weakref import WeakKeyDictionary

from bot.chat.context import Context
from bot.chat.incoming import File
from bot.domain.photos import Photo
from bot.pictures.photo import redraw

AT_ONCE = 2
"""Pictures that are fetched and drawn at one time. Each needs memory and a thread, which others need too."""

_TURNS: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

PostPicture = Annotated[File, "A picture for its post"]


async def drawn(ctx: Context, file: File | None) -> Photo | None:
    """Fetches a picture and draws it anew; None if there is none. For `async` handlers. Raises BadInput, TryAgain."""
    if file is None:
        return None
    async with _TURNS.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE)):
        return await asyncio.to_thread(redraw, await ctx.fetch(file))
