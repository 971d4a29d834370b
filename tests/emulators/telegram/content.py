"""What a bot may put into a message: texts, captions, pictures."""

import struct
from typing import Any

from tests.emulators.telegram import rules
from tests.emulators.telegram.errors import violation
from tests.emulators.telegram.markup import find_entities, parse_html, trim, utf16

Json = dict[str, Any]
PHOTO_BYTES = 10 * 1024 * 1024
PHOTO_SIDES, PHOTO_RATIO = 10_000, 20
_PNG = b"\x89PNG\r\n\x1a\n"


def text_of(p: Json, find_user: Any, field: str = "text") -> Json:
    """`{text, entities}` or `{caption, caption_entities}` after parsing, trimmed and within the limits."""
    entities_field = "entities" if field == "text" else "caption_entities"
    source = p.get(field, "")
    mode = str(p.get("parse_mode") or "").lower()
    if mode == "html":
        text, entities = parse_html(source, find_user)
    elif mode:
        raise violation("the emulator parses HTML only")
    else:
        text, entities = source, list(p.get(entities_field) or [])
    text, entities = trim(text, entities)
    if field == "text" and not text:
        raise violation("message text is empty")
    if utf16(text) > (rules.TEXT if field == "text" else rules.CAPTION):
        raise violation("message is too long" if field == "text" else "message caption is too long")
    found = find_entities(text, entities)
    return {**({field: text} if text else {}), **({entities_field: found} if found else {})}


def picture_size(contents: bytes) -> tuple[int, int]:
    """(width, height) in pixels; a broken, too big or too narrow picture is a violation."""
    if contents[:8] == _PNG and len(contents) >= 24:
        width, height = struct.unpack(">II", contents[16:24])
    elif contents[:2] == b"\xff\xd8":
        width, height = 800, 600  # a JPEG's frame header is not worth parsing here
    else:
        raise violation("IMAGE_PROCESS_FAILED")
    if len(contents) > PHOTO_BYTES:
        raise violation("PHOTO_FILE_TOO_BIG")
    if (
        not width
        or not height
        or width + height > PHOTO_SIDES
        or max(width / height, height / width) > PHOTO_RATIO
    ):
        raise violation("PHOTO_INVALID_DIMENSIONS")
    return width, height
