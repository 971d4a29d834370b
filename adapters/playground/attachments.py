"""Pictures that browsers sent. The newest few are kept, in memory."""

from __future__ import annotations

import secrets

from adapters.playground import limits
from bot.chat import text
from bot.chat.bounded import BoundedDict
from bot.chat.incoming import File
from bot.errors import BadInput


class Attachments:
    """The newest `limits.FILES_KEPT` files."""

    def __init__(self) -> None:
        self._kept: BoundedDict[str, bytes] = BoundedDict(limits.FILES_KEPT)

    def keep(self, data: bytes, name: str, mime: str) -> File:
        """Keeps a file; returns it with the `ref` by which `fetch` finds it."""
        ref = secrets.token_urlsafe(16)
        self._kept[ref] = data
        return File(ref, name, mime, len(data))

    def fetch(self, file: File) -> bytes:
        """See `chat.port.Adapter.fetch`."""
        data = self._kept.get(file.ref)
        if data is None:
            raise BadInput(text.FILE_GONE)
        return data
