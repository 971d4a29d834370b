"""Replies as they are stored: with the numbers of their pictures in place of the pictures.

A stored reply is small, however often a picture is shown and to however many people. A picture that a member gave is
in the area `files`, and goes with the member. Any other picture is kept once for each account that it was shown to,
for as long as a repeat can come and as far as there is room.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from bot.chat import text
from bot.chat.model import Block, Image, Reply, Text, decode, encode, p
from bot.chat.records import Store
from bot.domain.transaction import Tx


class Pictures(Protocol):
    """Where pictures are kept. `Records` and `planner.Outbox` are `Pictures`."""

    def keep_picture(self, tx: Tx, owner: str, data: bytes) -> int:
        """Keeps a picture for a while, for `owner`; returns its number. The same picture has one number."""

    def picture(self, tx: Tx, file: int | None, kept: int | None) -> bytes | None:
        """Returns a picture that a member gave (`file`), or that was kept; None if it is gone."""


def stored(pictures: Pictures, tx: Tx, owner: str, reply: Reply) -> bytes:
    """Returns the reply as JSON. Keeps its pictures for `owner`: an account ("platform:native_id"), or a union."""

    def put(image: Image) -> Block:
        kept = None if image.file is not None else pictures.keep_picture(tx, owner, image.data)
        return msgspec.structs.replace(image, data=b"", kept=kept)

    return encode(_with_images(reply, put))


def restored(pictures: Pictures, tx: Tx, data: bytes) -> Reply:
    """Returns the reply that `stored` wrote. In the place of a picture that is gone it says so."""

    def get(image: Image) -> Block:
        if image.data:  # stored by a version that wrote the picture itself
            return image
        found = pictures.picture(tx, image.file, image.kept)
        if found is None:
            return p(Text(text.picture_gone(image.alt), italic=True))
        return msgspec.structs.replace(image, data=found, kept=None)

    return _with_images(decode(data), get)


async def read_back(store: Store, pictures: Pictures, data: bytes) -> Reply:
    """Returns the reply that `stored` wrote, outside of a transaction."""
    reply = decode(data)
    if any(isinstance(block, Image) for block in reply.blocks):
        return await store.read(lambda tx: restored(pictures, tx, data))
    return reply


def _with_images(reply: Reply, change: Callable[[Image], Block]) -> Reply:
    if not any(isinstance(block, Image) for block in reply.blocks):
        return reply
    blocks = tuple(change(block) if isinstance(block, Image) else block for block in reply.blocks)
    return msgspec.structs.replace(reply, blocks=blocks)
