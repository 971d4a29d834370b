"""The places that unions live in: connecting them by a code, losing them, following their changes."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from bot.domain.people import Member, Space, Union
from bot.errors import NotAllowed, NotFound
from bot.services.ledger import record
from bot.storage import spaces, unions
from bot.storage.transaction import Tx

CODE_LASTS = timedelta(hours=24)
_CODE_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # no look-alikes
_CODE_LENGTH = 12  # 30**12: beyond guessing


def of_union(tx: Tx, union: Union) -> list[Space]:
    """The places that the union lives in now."""
    return spaces.of_union(tx, union.id)


def invite(tx: Tx, union: Union, actor: Member) -> tuple[str, datetime]:
    """A one-time code that connects one more space, and when it ends."""
    code = "".join(secrets.choice(_CODE_ALPHABET) for _ in range(_CODE_LENGTH))
    expires = tx.now + CODE_LASTS
    spaces.add_code(tx, _hash(code), union.id, actor.id, expires)
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
    """Spend a code: the space belongs to its union from now on. Calls are posted in the chat given.

    Raises:
        NotAllowed: the space is in a union already (the code stays good).
        NotFound: the code is unknown, spent or expired.
    """
    here = spaces.here(tx, platform, native_space)
    if here is not None:
        raise NotAllowed("A union lives here already. /union disconnect frees this place first.")
    union_id = spaces.use_code(tx, _hash(code))
    union = unions.by_id(tx, union_id) if union_id else None
    if union is None:
        raise NotFound(
            "This code is unknown, used or expired. Ask the founder for a new one: /union invite-space."
        )
    space = spaces.add(tx, union.id, platform, native_space, title, chat, thread)
    record(tx, union.id, "space.connected", None, platform=platform, space=space.id)
    return union, space


def disconnect(tx: Tx, union: Union, space: Space, actor: Member | None) -> None:
    """Take a space out of its union; members stay members."""
    if not spaces.disconnect(tx, space.id):
        raise NotFound("That place is not connected any more.")
    record(tx, union.id, "space.disconnected", actor, platform=space.platform, space=space.id)


def lose(tx: Tx, platform: str, native_space: str) -> Space | None:
    """The bot was put out of a space; the space it was, if it was connected."""
    space = spaces.here(tx, platform, native_space)
    if space is not None:
        spaces.disconnect(tx, space.id)
        record(tx, space.union_id, "space.lost", None, platform=platform, space=space.id)
    return space


def post_calls_in(
    tx: Tx, union: Union, actor: Member | None, space: Space, chat: str, thread: str | None
) -> None:
    """Calls are posted in this chat of the space from now on."""
    spaces.set_chat(tx, space.id, chat, thread)
    record(tx, union.id, "space.chat", actor, space=space.id)


def move(tx: Tx, platform: str, native_space: str, new_native_space: str) -> None:
    """The platform gave a space a new id."""
    space = spaces.here(tx, platform, native_space)
    if space is not None and spaces.here(tx, platform, new_native_space) is None:
        spaces.move(tx, space.id, new_native_space)
        record(tx, space.union_id, "space.moved", None, platform=platform, space=space.id)


def rename(tx: Tx, platform: str, native_space: str, title: str) -> None:
    space = spaces.here(tx, platform, native_space)
    if space is not None and title:
        spaces.rename(tx, space.id, title)


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.strip().upper().replace("-", "").encode()).digest()
