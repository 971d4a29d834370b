"""JSON with updates → updates, whatever it contains. Pure.

An update that cannot be read is left out, with a line in the log: it must neither be asked for again and again nor
hold up the updates after it. What only looks odd (half characters, bytes that are no UTF-8) is read with question
marks.
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import msgspec

log = logging.getLogger(__name__)

Json: TypeAlias = dict[str, Any]

_MOST: Final = 2**63 - 1
_MANY_DIGITS: Final = re.compile(rb"\d{19}")
_DEEPEST: Final = 100
_TOKEN: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)
_NUMBER: Final = re.compile(rb'"update_id"\s*:\s*(\d{1,18})(?!\d)')


class Unreadable(ValueError):
    """These bytes are not what the Bot API sends."""


@dataclass(frozen=True, slots=True)
class Updates:
    """The updates that can be read, and the number of the last one of all; None if there is none."""

    readable: list[Json]
    last: int | None


def updates_of(payload: bytes) -> Updates:
    """Returns the updates in an answer of getUpdates. Raises Unreadable if it is no such answer."""
    try:
        found = _decoded(payload)
        raw = found.get("result") if isinstance(found, dict) else None
        if not isinstance(raw, list):
            raise Unreadable
        suspect = _MANY_DIGITS.search(payload) is not None
        parts = [_sound(each, suspect) for each in raw]
        numbers = [each["update_id"] for each in raw if _numbered(each)]
    except RecursionError:
        pieces = _pieces(payload)
        parts = [_read(piece) for piece in pieces]
        numbers = [number for piece in pieces if (number := _number_of(piece)) is not None]
    if parts and not numbers:
        raise Unreadable
    return Updates([part for part in parts if part is not None], max(numbers, default=None))


def update_of(body: bytes) -> Json | None:
    """Returns the update of a request to the webhook; None if it is one that cannot be read.

    Raises Unreadable if it is no update at all.
    """
    try:
        found = _decoded(body)
    except RecursionError:
        _refused(_number_of(body))
        return None
    if not isinstance(found, dict) or not isinstance(found.get("update_id"), int):
        raise Unreadable
    return _sound(found, True)


def _decoded(payload: bytes) -> Any:
    """Returns the value of JSON. Raises Unreadable, and RecursionError for a value that is nested too deep."""
    try:
        return msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    try:
        return _whole(json.loads(payload.decode("utf-8", "replace")))
    except ValueError:
        raise Unreadable from None


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_whole(key): _whole(one) for key, one in value.items()}
    return [_whole(one) for one in value] if isinstance(value, list) else value


def _numbered(update: Any) -> bool:
    number = update.get("update_id") if isinstance(update, dict) else None
    return isinstance(number, int) and 0 <= number <= _MOST


def _sound(update: Any, suspect: bool) -> Json | None:
    """Returns the update; None, with a line in the log, if its own number is missing, or one in it is too large."""
    number = update.get("update_id") if isinstance(update, dict) else None
    if not _numbered(update) or (suspect and not _is_sound(update)):
        _refused(number)
        return None
    found: Json = update
    return found


def _is_sound(value: Any, depth: int = 0) -> bool:
    """Whether the value is not nested too deep, and has only numbers of at most 64 bits."""
    if isinstance(value, dict | list):
        inside = value.values() if isinstance(value, dict) else value
        return depth < _DEEPEST and all(_is_sound(one, depth + 1) for one in inside)
    return not isinstance(value, int) or -_MOST <= value <= _MOST


def _refused(number: object) -> None:
    log.warning("an update cannot be read", extra={"action": "telegram.updates", "update": str(number)[:20]})


# -- answers that are nested too deep to be read whole ---------------------------------------------------------


def _pieces(payload: bytes) -> list[bytes]:
    """Returns the JSON of each object in the list of the answer, found by counting brackets."""
    found: list[bytes] = []
    depth = start = 0
    for match in _TOKEN.finditer(payload):
        sign = match.group()
        if sign in (b"{", b"["):
            if depth == 2:
                start = match.start()
            depth += 1
        elif sign in (b"}", b"]"):
            depth -= 1
            if depth == 2:
                found.append(payload[start : match.end()])
    return found


def _read(piece: bytes) -> Json | None:
    try:
        return _sound(_decoded(piece), True)
    except (Unreadable, RecursionError):
        _refused(_number_of(piece))
        return None


def _number_of(piece: bytes) -> int | None:
    found = _NUMBER.search(piece)
    return int(found[1]) if found else None
