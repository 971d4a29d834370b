"""Rankings of a union's members."""

from __future__ import annotations

from bot.areas.tree.domain.endorsements import Ranked
from bot.domain.transaction import Tx
from bot.storage.statements import Statement


def page(tx: Tx, statement: Statement, union_id: int, most: int, after: Ranked) -> list[Ranked]:
    """Returns up to `most` places that follow `after`. The statement is a `ranking` with :union."""
    rows = tx.all(statement, union=union_id, number=after.number, after=after.member_id, most=most)
    return [Ranked(row[0], row[1]) for row in rows]
