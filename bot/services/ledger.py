"""Writing to the union's record. People stand in it by their random ref only."""

from __future__ import annotations

from typing import Any

from bot.domain.ledger import GENESIS, canonical
from bot.domain.people import Member
from bot.storage import ledger
from bot.storage.transaction import Tx


def record(tx: Tx, union_id: int, kind: str, actor: Member | None, **payload: Any) -> None:
    """Append what changed. `payload` holds JSON values: refs, never names, chat ids or addresses."""
    ledger.append(tx, union_id, kind, actor.ref if actor else None, canonical(payload))


def verify(tx: Tx, union_id: int) -> tuple[int, int | None]:
    """(entries read, number of the first that does not follow from the ones before, or None)."""
    read, previous = 0, GENESIS
    for page in ledger.pages(tx, union_id):
        broken = page.first_broken(previous, read + 1)
        if broken is not None:
            return read, broken
        read, previous = page.last
    return read, None
