"""The rules of support that each union set for itself."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, bindparam, select

from bot.areas.tree.domain.leadership import Lead, Rules
from bot.areas.tree.tables import rules
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

# In the order of the fields of `Rules`.
_COLUMNS = ("leaders", "leaders_n", "linked_only", "grace_days", "switch_hours", "alerts")
_OF = Statement(select(*(rules.c[name] for name in _COLUMNS)).where(rules.c.union_id == bindparam("union")))
_VALUES: dict[str, BindParameter[Any]] = {name: bindparam(name) for name in _COLUMNS}
_PUT = Statement(
    insert(rules)
    .values(union_id=bindparam("union_id"), **_VALUES)
    .on_conflict_do_update(index_elements=["union_id"], set_=_VALUES)
)


def of(tx: Tx, union_id: int) -> Rules:
    """Returns the union's rules; the defaults if it set none."""
    row = tx.one(_OF, union=union_id)
    return Rules(Lead(row[0]), *row[1:]) if row else Rules()


def put(tx: Tx, union_id: int, changed: Rules) -> None:
    """Sets the union's rules."""
    tx.run(
        _PUT,
        union_id=union_id,
        leaders=changed.leaders.value,
        leaders_n=changed.n,
        linked_only=changed.linked_only,
        grace_days=changed.grace_days,
        switch_hours=changed.switch_hours,
        alerts=changed.alerts,
    )
