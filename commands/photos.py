"""Pictures that come with commands."""

from __future__ import annotations

import asyncio
from typing import Annotated

from bot.chat.context import Context
from bot.chat.incoming import File
from bot.domain.photos import Photo
from bot.pictures.photo import redraw

PostPicture = Annotated[File, "A picture for its post"]


async def drawn(ctx: Context, file: File | None) -> Photo | None:
    """The picture, fetched and drawn anew; None if none came. Only in `async` handlers. Raises BadInput, TryAgain."""
    return await asyncio.to_thread(redraw, await ctx.fetch(file)) if file is not None else None
