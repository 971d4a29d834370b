"""Erases what rows of other people tell of somebody who was erased: composed over the areas that keep such rows.

There can be a million kept answers. They are searched in a thread, on a snapshot, while members' commands go on, and
then changed a few hundred at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from bot.areas.conversations import services as conversations
from bot.areas.delivery import services as delivery
from bot.domain.transaction import Tx
from bot.storage import erasures
from bot.storage.erasures import Erasure
from bot.storage.store import Store

MOST_AT_ONCE = 50
ROWS_AT_ONCE = 200


class TellsOfOthers(Protocol):
    """What an area offers whose rows may name other people than those that they belong to."""

    def naming(self, tx: Tx, erasure: Erasure, last: bool) -> Sequence[Any]:
        """Finds the rows that name what was erased; only reads."""

    def unname(self, tx: Tx, erasure: Erasure, found: Sequence[Any], last: bool) -> None:
        """Erases the name from rows that were found."""


AREAS: Sequence[TellsOfOthers] = (conversations, delivery)


async def erase(store: Store) -> None:
    """Searches for what was erased lately, and once more after `erasures.LAST_AFTER`."""
    for erasure, last in await store.read(erasures.waiting, MOST_AT_ONCE):
        for area in AREAS:
            found = await store.scan(area.naming, erasure, last)
            for start in range(0, len(found), ROWS_AT_ONCE):
                await store.write(area.unname, erasure, found[start : start + ROWS_AT_ONCE], last)
        await store.write(erasures.done if last else erasures.searched, erasure.id)
