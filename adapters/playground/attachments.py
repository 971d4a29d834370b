"""Pictures that browsers sent, kept in memory for as long as there is room."""

from __future__ import annotations

import secrets

from adapters.playground import limits
from bot.chat import text
from bot.chat.bounded import Recent
from bot.chat.incoming import File
from bot.errors import BadInput


class Attachments:
    """The last few files."""

    def __init__(self) -> None:
        self._kept: Recent[str, bytes] = Recent(limits.FILES_KEPT)

    def keep(self, data: bytes, name: str, mime: str) -> File:
        """Keep a file; what it is called from now on."""
        ref = secrets.token_urlsafe(16)
        self._kept[ref] = data
        return File(ref, name, mime, len(data))

    def fetch(self, file: File) -> bytes:
        """See `chat.port.Adapter.fetch`."""
        data = self._kept.get(file.ref)
        if data is None:
            raise BadInput(text.FILE_GONE)
        return data
