"""Pictures that come with commands."""

from __future__ import annotations

from typing import Annotated

from bot.chat.context import Context
from bot.chat.incoming import File
from bot.chat.tokens import actor_key
from bot.domain.photos import Photo

PostPicture = Annotated[File, "A picture for its post"]


async def drawn(ctx: Context, file: File | None) -> Photo | None:
    """Fetches a picture and draws it anew; None if there is none. For `async` handlers. Raises BadInput, TryAgain.

    Check first, with `ctx.read`, that the picture will be wanted. Fetching and drawing are the most that a member can
    make Muster do.
    """
    if file is None:
        return None
    member = ctx.standing.member
    person = f"member {member.id}" if member is not None else actor_key(ctx.actor)
    union = f"union {member.union_id}" if member is not None else ""
    return await ctx.runtime.redraw(union, person, lambda: ctx.fetch(file))
