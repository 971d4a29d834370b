"""Telegram's limits, as published. Messages and menus are checked against them before they are sent.

Lengths of texts are in UTF-16 code units after parsing, `CALLBACK_DATA_BYTES` in bytes of UTF-8.
Source: https://core.telegram.org/bots/api, /bots/features and /bots/faq.
"""

import struct
from datetime import timedelta
from typing import Final

TEXT: Final = 4096
CAPTION: Final = 1024
CALLBACK_DATA_BYTES: Final = 64
CALLBACK_ANSWER: Final = 200
COPY_TEXT: Final = 256
PLACEHOLDER: Final = 64
START_PAYLOAD: Final = 64
START_PAYLOAD_PATTERN: Final = r"[A-Za-z0-9_-]{1,64}"

BUTTONS: Final = 100
BUTTONS_IN_A_ROW: Final = 8

COMMANDS: Final = 100
COMMAND_PATTERN: Final = r"[a-z0-9_]{1,32}"
COMMAND_DESCRIPTION: Final = 256

PHOTO_BYTES: Final = 10 * 1024 * 1024
PHOTO_WIDTH_AND_HEIGHT: Final = 10_000
PHOTO_RATIO: Final = 20
DOCUMENT_BYTES: Final = 50 * 1024 * 1024

UPDATES_IN_A_POLL: Final = 100
POLL_SECONDS: Final = 50
UPDATES_KEPT: Final = timedelta(hours=24)
WEBHOOK_HEADER_PATTERN: Final = r"[A-Za-z0-9_-]{1,256}"
WEBHOOK_PORTS: Final = (80, 88, 443, 8443)

DELETABLE_FOR: Final = timedelta(hours=48)
JOIN_REQUEST_CHAT_FOR: Final = timedelta(minutes=5)

MESSAGES_PER_SECOND: Final = 30
PAID_MESSAGES_PER_SECOND: Final = 1000
MESSAGES_PER_STAR: Final = 10  # https://core.telegram.org/bots/api#sendmessage
MESSAGES_PER_SECOND_PER_CHAT: Final = 1
MESSAGES_PER_MINUTE_PER_GROUP: Final = 20

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8"
_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # the segments with a JPEG's size


class CannotShow(Exception):
    """A reply that breaks a limit, and that cutting cannot mend; the text says what to change."""


def is_photo(picture: bytes) -> bool:
    """Whether Telegram accepts the picture, a PNG or JPEG, as a photo; if not, it is sent as a file."""
    width, height = _size(picture)
    if len(picture) > PHOTO_BYTES:
        return False
    return bool(
        width
        and height
        and width + height <= PHOTO_WIDTH_AND_HEIGHT
        and max(width, height) <= PHOTO_RATIO * min(width, height)
    )


def _size(picture: bytes) -> tuple[int, int]:
    """Returns width and height in pixels; (0, 0) if the picture is neither PNG nor JPEG, or broken."""
    try:
        if picture.startswith(_PNG):
            width, height = struct.unpack(">II", picture[16:24])
            return width, height
        at = 2 if picture.startswith(_JPEG) else len(picture)
        while picture[at] == 0xFF:
            if picture[at + 1] in _FRAMES:
                height, width = struct.unpack(">HH", picture[at + 5 : at + 9])
                return width, height
            at += 2 + int.from_bytes(picture[at + 2 : at + 4])
    except (struct.error, IndexError):
        pass
    return 0, 0
