"""What the files of a data folder hold of a person."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from bot.domain.names import one_line
from tests.waiting import eventually

NAME, USERNAME = "Véra of-the-Hills", "vera_hills_77"


def forms(words: str) -> set[bytes]:
    """Words in every form in which a file can hold them."""
    shown = {words, words.lower(), one_line(words)}
    texts = shown | {json.dumps(one)[1:-1] for one in shown}
    return {one.encode() for one in texts} | {one.encode("utf-16-le") for one in shown}


def found_in(folder: Path, words: Iterable[str]) -> set[tuple[str, bytes]]:
    """(file, form) of all that any file of the folder holds of these words."""
    return {
        (file.name, form)
        for file in folder.rglob("*")
        if file.is_file()
        for word in words
        for form in forms(word)
        if form in file.read_bytes()
    }


async def emptied(path: Path) -> None:
    log = path.with_name(f"{path.name}-wal")
    await eventually(lambda: not log.exists() or log.stat().st_size == 0)
