"""Spaces: connecting them with a code and the founder's press, losing them, keeping up with their changes."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from bot.areas.ledger.services import record
from bot.areas.spaces import storage
from bot.areas.spaces.domain import SpaceRequest, Spot
from bot.areas.unions import services as unions
from bot.domain.people import Member, Space, Union
from bot.domain.phrases import phrase
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
        raise NotAllowed(phrase("This place already belongs to a union. `/union disconnect` frees it."))


def here(tx: Tx, platform: str, native_space: str) -> Space | None:
    """Returns the connected space with that native id."""
    return storage.here(tx, platform, native_space)


def disconnect_all(tx: Tx, union: Union) -> None:
    """Disconnects all spaces of a union that ends, and ends its code and requests."""
    end_pending(tx, union)
    for space in storage.of_union(tx, union.id):
        storage.disconnect(tx, space.id)


def prune_codes(tx: Tx, before: datetime) -> None:
    """Erases codes and requests that expired before that moment."""
    storage.prune_codes(tx, before)


def shorten(tx: Tx) -> None:
    """Ends codes and requests in time that were made while the clock was ahead."""
    storage.shorten(tx, tx.now + CODE_LASTS)


def of_union(tx: Tx, union: Union) -> list[Space]:
    """Returns the union's connected spaces."""
    return storage.of_union(tx, union.id)


def of_platform(tx: Tx, platform: str) -> list[Space]:
    """Returns the connected spaces of all unions on that platform."""
    return storage.of_platform(tx, platform)


def invite(tx: Tx, union: Union, actor: Member) -> tuple[str, datetime]:
    """Makes a one-time code with which one more space asks to be connected; returns it with its expiry.

    It ends the union's earlier code, if that was not used yet: there is one code at a time.
    """
    storage.end_codes(tx, union.id)
    code = "".join(secrets.choice(_CODE_ALPHABET) for _ in range(_CODE_LENGTH))
    expires = tx.now + CODE_LASTS
    storage.add_code(tx, _hash(code), union.id, actor.id, expires)
    record(tx, union.id, "space.invited", actor)
    return code, expires


def ask_to_connect(tx: Tx, code: str, spot: Spot) -> tuple[Union, SpaceRequest]:
    """Spends a code for this place, which from then on waits for the founder's press.

    The code is worth nothing afterwards, so it does no harm that the people of the place have read it.

    Raises:
        NotAllowed: the place belongs to a union already (the code is not spent).
        NotFound: the code is unknown, spent or expired.
    """
    require_free(tx, spot.platform, spot.native_id)
    spent = storage.use_code(tx, _hash(code))
    union = unions.by_id(tx, spent[0]) if spent else None
    if spent is None or union is None:
        raise NotFound(
            phrase(
                "This code is unknown, used or expired. Ask the founder for a new one: `/union invite-space`."
            )
        )
    for earlier in storage.requests(tx, union.id):
        if (earlier.platform, earlier.native_id) == (spot.platform, spot.native_id):
            storage.end_request(tx, earlier.id)
    request = storage.add_request(tx, union.id, spot, spent[1])
    record(tx, union.id, "space.asked", None, platform=spot.platform, request=request.id)
    return union, request


def requests(tx: Tx, union: Union) -> list[SpaceRequest]:
    """Returns the places that wait for the founder's press, the first to ask first."""
    return storage.requests(tx, union.id)


def connect(tx: Tx, union: Union, founder: Member, request_id: int) -> tuple[SpaceRequest, Space]:
    """Connects a place that waits for it. Calls are posted in the chat where its moderator asked.

    Raises:
        NotFound: the request is answered, expired, or ended by a change of founder.
        NotAllowed: the place has come to a union since.
    """
    request = _waiting(tx, union, request_id)
    require_free(tx, request.platform, request.native_id)
    storage.end_request(tx, request.id)
    spot = request.spot
    return request, add(tx, union, founder, spot.platform, spot.native_id, spot.title, spot.chat, spot.thread)


def refuse(tx: Tx, union: Union, founder: Member, request_id: int) -> SpaceRequest:
    """Refuses a place that waits to be connected. Raises NotFound."""
    request = _waiting(tx, union, request_id)
    storage.end_request(tx, request.id)
    record(tx, union.id, "space.refused", founder, platform=request.platform, request=request.id)
    return request


def _waiting(tx: Tx, union: Union, request_id: int) -> SpaceRequest:
    found = next((one for one in storage.requests(tx, union.id) if one.id == request_id), None)
    if found is None:
        raise NotFound(phrase("That place is no longer waiting. `/union requests` shows the ones that are."))
    return found


def end_pending(tx: Tx, union: Union) -> list[SpaceRequest]:
    """Ends the union's unused code and the requests that wait, because the founder changes; returns the requests."""
    storage.end_codes(tx, union.id)
    ended = storage.requests(tx, union.id)
    for request in ended:
        storage.end_request(tx, request.id)
    return ended


def give_moderation(tx: Tx, union: Union, founder: Member, space: Space, given: bool) -> bool:
    """Lets the space's moderators moderate the whole union, or no longer; False if it is so already.

    It ends with the connection: a space that is connected anew begins without it.
    """
    if not storage.set_moderation(tx, space.id, given):
        return False
    kind = "moderators.place-given" if given else "moderators.place-taken"
    record(tx, union.id, kind, founder, space=space.id)
    return True


def disconnect(tx: Tx, union: Union, space: Space, actor: Member | None) -> None:
    """Disconnects a space from its union. Its members stay members. Raises NotFound if it is not connected."""
    if not storage.disconnect(tx, space.id):
        raise NotFound(phrase("That place is no longer connected."))
    record(tx, union.id, "space.disconnected", actor, platform=space.platform, space=space.id)


def lose(tx: Tx, platform: str, native_space: str) -> Space | None:
    """Disconnects a space that the bot was removed from; returns it, if it was connected."""
    space = storage.here(tx, platform, native_space)
    storage.end_requests_of(tx, platform, native_space)
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
    storage.move_requests(tx, platform, native_space, new_native_space)
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
