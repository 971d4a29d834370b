"""Spaces of unions, and the one-time codes that connect new ones."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, case, delete, select, update

from bot.areas.spaces.domain import SpaceRequest, Spot
from bot.areas.spaces.tables import REQUEST_COLUMNS, SPACE_COLUMNS, space_codes, space_requests, spaces
from bot.domain.people import Space
from bot.domain.transaction import Tx
from bot.storage.exporting import OfUnion, paged
from bot.storage.statements import Statement, insert
from bot.storage.trusted_time import shortening

_CONNECTED = spaces.c.disconnected_at.is_(None)
_HERE = Statement(
    select(*SPACE_COLUMNS).where(
        spaces.c.platform == bindparam("on"), spaces.c.native_id == bindparam("native"), _CONNECTED
    )
)
_OF_UNION = Statement(
    select(*SPACE_COLUMNS).where(spaces.c.union_id == bindparam("union"), _CONNECTED).order_by(spaces.c.id)
)
_OF_PLATFORM = Statement(
    select(*SPACE_COLUMNS).where(spaces.c.platform == bindparam("on"), _CONNECTED).order_by(spaces.c.id)
)
_INSERT = Statement(
    insert(spaces)
    .values(
        union_id=bindparam("union_id"),
        platform=bindparam("platform"),
        native_id=bindparam("native_id"),
        title=bindparam("title"),
        connected_at=bindparam("connected_at"),
        chat=bindparam("chat"),
        thread=bindparam("thread"),
    )
    .returning(*SPACE_COLUMNS)
)
_DISCONNECT = Statement(
    update(spaces)
    .where(spaces.c.id == bindparam("space"), _CONNECTED)
    .values(disconnected_at=bindparam("at"))
)
_RENAME = Statement(
    update(spaces).where(spaces.c.id == bindparam("space")).values(title=bindparam("new_title"))
)
_MOVE = Statement(
    update(spaces)
    .where(spaces.c.id == bindparam("space"))
    .values(
        native_id=bindparam("new_native"),
        chat=case((spaces.c.chat == spaces.c.native_id, bindparam("new_native")), else_=spaces.c.chat),
    )
)
_SET_CHAT = Statement(
    update(spaces)
    .where(spaces.c.id == bindparam("space"))
    .values(chat=bindparam("new_chat"), thread=bindparam("new_thread"))
)
_SET_MODERATION = Statement(
    update(spaces)
    .where(spaces.c.id == bindparam("space"), _CONNECTED, spaces.c.moderates_union != bindparam("given"))
    .values(moderates_union=bindparam("given"))
)
_ADD_CODE = Statement(
    insert(space_codes).values(
        code_hash=bindparam("code_hash"),
        union_id=bindparam("union_id"),
        created_by=bindparam("created_by"),
        expires_at=bindparam("expires_at"),
    )
)
_USE_CODE = Statement(
    update(space_codes)
    .where(
        space_codes.c.code_hash == bindparam("hash"),
        space_codes.c.used_at.is_(None),
        space_codes.c.expires_at > bindparam("at"),
    )
    .values(used_at=bindparam("at"))
    .returning(space_codes.c.union_id, space_codes.c.expires_at)
)
_END_CODES = Statement(
    delete(space_codes).where(space_codes.c.union_id == bindparam("union"), space_codes.c.used_at.is_(None))
)
_PRUNE_CODES = Statement(delete(space_codes).where(space_codes.c.expires_at < bindparam("before")))
_OF_SPOT = (
    space_requests.c.platform == bindparam("on"),
    space_requests.c.native_id == bindparam("native"),
)
_ADD_REQUEST = Statement(
    insert(space_requests)
    .values(
        union_id=bindparam("union_id"),
        platform=bindparam("platform"),
        native_id=bindparam("native_id"),
        title=bindparam("title"),
        chat=bindparam("chat"),
        thread=bindparam("thread"),
        expires_at=bindparam("expires_at"),
        asked_at=bindparam("asked_at"),
    )
    .returning(*REQUEST_COLUMNS)
)
_REQUESTS = Statement(
    select(*REQUEST_COLUMNS)
    .where(space_requests.c.union_id == bindparam("union"), space_requests.c.expires_at > bindparam("at"))
    .order_by(space_requests.c.id)
)
_END_REQUEST = Statement(delete(space_requests).where(space_requests.c.id == bindparam("request")))
_END_REQUESTS_OF = Statement(delete(space_requests).where(*_OF_SPOT))
_MOVE_REQUESTS = Statement(
    update(space_requests)
    .where(*_OF_SPOT)
    .values(
        native_id=bindparam("new_native"),
        chat=case(
            (space_requests.c.chat == space_requests.c.native_id, bindparam("new_native")),
            else_=space_requests.c.chat,
        ),
    )
)
_PRUNE_REQUESTS = Statement(delete(space_requests).where(space_requests.c.expires_at < bindparam("before")))
_EXPORTED = Statement(
    select(
        spaces.c.id.label("space"),
        spaces.c.platform,
        spaces.c.native_id,
        spaces.c.title,
        spaces.c.connected_at,
        spaces.c.disconnected_at,
        spaces.c.moderates_union,
    )
    .where(spaces.c.union_id == bindparam("union"), spaces.c.id > bindparam("after"))
    .order_by(spaces.c.id)
    .limit(bindparam("most"))
)
EXPORTS = (OfUnion("spaces", "servers and groups, past ones too", paged(_EXPORTED)),)
_SHORTEN_CODES = shortening(space_codes)
_SHORTEN_REQUESTS = shortening(space_requests)


def here(tx: Tx, platform: str, native_id: str) -> Space | None:
    """Returns the connected space with that native id."""
    row = tx.one(_HERE, on=platform, native=native_id)
    return Space(*row) if row else None


def of_union(tx: Tx, union_id: int) -> list[Space]:
    return [Space(*row) for row in tx.all(_OF_UNION, union=union_id)]


def of_platform(tx: Tx, platform: str) -> list[Space]:
    return [Space(*row) for row in tx.all(_OF_PLATFORM, on=platform)]


def add(
    tx: Tx,
    union_id: int,
    platform: str,
    native_id: str,
    title: str,
    chat: str | None = None,
    thread: str | None = None,
) -> Space:
    row = tx.one(
        _INSERT,
        union_id=union_id,
        platform=platform,
        native_id=native_id,
        title=title,
        connected_at=tx.now,
        chat=chat,
        thread=thread,
    )
    assert row is not None
    return Space(*row)


def disconnect(tx: Tx, space_id: int) -> bool:
    return tx.run(_DISCONNECT, space=space_id, at=tx.now) > 0


def rename(tx: Tx, space_id: int, title: str) -> None:
    tx.run(_RENAME, space=space_id, new_title=title)


def set_chat(tx: Tx, space_id: int, chat: str, thread: str | None) -> None:
    """Sets the chat in which calls are posted."""
    tx.run(_SET_CHAT, space=space_id, new_chat=chat, new_thread=thread)


def set_moderation(tx: Tx, space_id: int, given: bool) -> bool:
    """Sets whether the moderators of the space moderate the whole union; False if it is so already."""
    return tx.run(_SET_MODERATION, space=space_id, given=given) > 0


def move(tx: Tx, space_id: int, new_native_id: str) -> None:
    """Gives the space another native id, and its chat too, if the chat is the space itself."""
    tx.run(_MOVE, space=space_id, new_native=new_native_id)


def add_code(tx: Tx, code_hash: bytes, union_id: int, created_by: int, expires_at: datetime) -> None:
    tx.run(_ADD_CODE, code_hash=code_hash, union_id=union_id, created_by=created_by, expires_at=expires_at)


def use_code(tx: Tx, code_hash: bytes) -> tuple[int, datetime] | None:
    """Spends a code; returns (its union, its expiry), or None if the code is unknown, spent or expired."""
    row = tx.one(_USE_CODE, hash=code_hash, at=tx.now)
    return (row.union_id, row.expires_at) if row else None


def end_codes(tx: Tx, union_id: int) -> int:
    """Erases the unused codes of a union; returns how many."""
    return tx.run(_END_CODES, union=union_id)


def prune_codes(tx: Tx, before: datetime) -> int:
    """Erases codes and requests that expired before then; returns how many."""
    return tx.run(_PRUNE_CODES, before=before) + tx.run(_PRUNE_REQUESTS, before=before)


def shorten(tx: Tx, latest: datetime) -> None:
    """Lets codes and requests expire at that moment that would expire later."""
    tx.run(_SHORTEN_CODES, latest=latest)
    tx.run(_SHORTEN_REQUESTS, latest=latest)


def add_request(tx: Tx, union_id: int, spot: Spot, expires_at: datetime) -> SpaceRequest:
    """Adds a request that a place becomes one of the union."""
    row = tx.one(
        _ADD_REQUEST,
        union_id=union_id,
        platform=spot.platform,
        native_id=spot.native_id,
        title=spot.title,
        chat=spot.chat,
        thread=spot.thread,
        expires_at=expires_at,
        asked_at=tx.now,
    )
    assert row is not None
    return SpaceRequest(*row)


def requests(tx: Tx, union_id: int) -> list[SpaceRequest]:
    """Returns the requests that wait, the oldest first."""
    return [SpaceRequest(*row) for row in tx.all(_REQUESTS, union=union_id, at=tx.now)]


def end_request(tx: Tx, request_id: int) -> bool:
    """Erases a request; False if there is none."""
    return tx.run(_END_REQUEST, request=request_id) > 0


def end_requests_of(tx: Tx, platform: str, native_id: str) -> None:
    """Erases the requests of a place."""
    tx.run(_END_REQUESTS_OF, on=platform, native=native_id)


def move_requests(tx: Tx, platform: str, native_id: str, new_native_id: str) -> None:
    """Gives the requests of a place its other native id."""
    tx.run(_MOVE_REQUESTS, on=platform, native=native_id, new_native=new_native_id)
