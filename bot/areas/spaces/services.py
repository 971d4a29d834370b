"""Spaces: connecting them with a code, losing them, keeping up with their changes."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from bot.areas.ledger.services import record
from bot.areas.spaces import storage
from bot.areas.unions import services as unions
from bot.domain.people import Member, Space, Union
from bot.domain.transaction import Tx
from bot.errors import NotAllowed, NotFound

CODE_LASTS = timedelta(hours=24)
_CODE_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # no look-alikes
_CODE_LENGTH = 12  # 30**12: beyond guessing


def add(
    tx: Tx,
    union: Union,
    actor: Member | None,
    platform: str,
    native_space: str,
    title: str,
    chat: str | None = None,
    thread: str | None = None,
) -> Space:
    """Connects a free space to the union. Calls are posted in the given chat."""
    space = storage.add(tx, union.id, platform, native_space, title, chat, thread)
    record(tx, union.id, "space.connected", actor, platform=platform, space=space.id)
    return space


def require_free(tx: Tx, platform: str, native_space: str) -> None:
    """Raises NotAllowed if the space belongs to a union."""
    if storage.here(tx, platform, native_space) is not None:
        raise NotAllowed("A union lives here already. /union disconnect frees this place first.")


def here(tx: Tx, platform: str, native_space: str) -> Space | None:
    """Returns the connected space with that native id."""
    return storage.here(tx, platform, native_space)


def disconnect_all(tx: Tx, union: Union) -> None:
    """Disconnects all spaces of a union that ends."""
    for space in storage.of_union(tx, union.id):
        storage.disconnect(tx, space.id)


def prune_codes(tx: Tx, before: datetime) -> None:
    """Erases codes that expired before that moment."""
    storage.prune_codes(tx, before)


def of_union(tx: Tx, union: Union) -> list[Space]:
    """Returns the union's connected spaces."""
    return storage.of_union(tx, union.id)


def of_platform(tx: Tx, platform: str) -> list[Space]:
    """Returns the connected spaces of all unions on that platform."""
    return storage.of_platform(tx, platform)


def invite(tx: Tx, union: Union, actor: Member) -> tuple[str, datetime]:
    """Makes a one-time code that connects one more space; returns it with its expiry."""
    code = "".join(secrets.choice(_CODE_ALPHABET) for _ in range(_CODE_LENGTH))
    expires = tx.now + CODE_LASTS
    storage.add_code(tx, _hash(code), union.id, actor.id, expires)
    record(tx, union.id, "space.invited", actor)
    return code, expires


def connect(
    tx: Tx,
    code: str,
    platform: str,
    native_space: str,
    title: str,
    chat: str | None = None,
    thread: str | None = None,
) -> tuple[Union, Space]:
    """Spends a code, and connects the space to its union. Calls are posted in the given chat.

    Raises:
        NotAllowed: the space belongs to a union already (the code is not spent).
        NotFound: the code is unknown, spent or expired.
    """
    require_free(tx, platform, native_space)
    union_id = storage.use_code(tx, _hash(code))
    union = unions.by_id(tx, union_id) if union_id else None
    if union is None:
        raise NotFound(
            "This code is unknown, used or expired. Ask the founder for a new one: /union invite-space."
        )
    return union, add(tx, union, None, platform, native_space, title, chat, thread)


def disconnect(tx: Tx, union: Union, space: Space, actor: Member | None) -> None:
    """Disconnects a space from its union. Its members stay members. Raises NotFound if it is not connected."""
    if not storage.disconnect(tx, space.id):
        raise NotFound("That place is not connected any more.")
    record(tx, union.id, "space.disconnected", actor, platform=space.platform, space=space.id)


def lose(tx: Tx, platform: str, native_space: str) -> Space | None:
    """Disconnects a space that the bot was removed from; returns it, if it was connected."""
    space = storage.here(tx, platform, native_space)
    if space is not None:
        storage.disconnect(tx, space.id)
        record(tx, space.union_id, "space.lost", None, platform=platform, space=space.id)
    return space


def post_calls_in(
    tx: Tx, union: Union, actor: Member | None, space: Space, chat: str, thread: str | None
) -> None:
    """Sets the chat of the space in which calls are posted."""
    storage.set_chat(tx, space.id, chat, thread)
    record(tx, union.id, "space.chat", actor, space=space.id)


def move(tx: Tx, platform: str, native_space: str, new_native_space: str) -> None:
    """Gives a space its new native id, after the platform changed it."""
    space = storage.here(tx, platform, native_space)
    if space is not None and storage.here(tx, platform, new_native_space) is None:
        storage.move(tx, space.id, new_native_space)
        record(tx, space.union_id, "space.moved", None, platform=platform, space=space.id)


def rename(tx: Tx, platform: str, native_space: str, title: str) -> None:
    """Sets the title of a space, after the platform changed it."""
    space = storage.here(tx, platform, native_space)
    if space is not None and title:
        storage.rename(tx, space.id, title)


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.strip().upper().replace("-", "").encode()).digest()
