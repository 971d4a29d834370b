"""The hosts that links in a union's calls may lead to without approval."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select

from bot.areas.calls.tables import link_hosts
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

_OF_UNION = Statement(
    select(link_hosts.c.host).where(link_hosts.c.union_id == bindparam("union")).order_by(link_hosts.c.host)
)
_ADD = Statement(
    insert(link_hosts).values(union_id=bindparam("union"), host=bindparam("name")).on_conflict_do_nothing()
)
_REMOVE = Statement(
    delete(link_hosts).where(
        link_hosts.c.union_id == bindparam("union"), link_hosts.c.host == bindparam("name")
    )
)


def of_union(tx: Tx, union_id: int) -> list[str]:
    """Returns the hosts on the union's list, in alphabetical order."""
    return [row.host for row in tx.all(_OF_UNION, union=union_id)]


def add(tx: Tx, union_id: int, host: str) -> bool:
    """Puts a host on the list; False if it is there already."""
    return tx.run(_ADD, union=union_id, name=host) > 0


def remove(tx: Tx, union_id: int, host: str) -> bool:
    """Takes a host off the list; False if it is not there."""
    return tx.run(_REMOVE, union=union_id, name=host) > 0
