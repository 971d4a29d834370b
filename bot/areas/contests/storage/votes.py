"""Votes for entries. They are kept only until the contest is closed."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, exists, func, or_, select, update

from bot.areas.contests.tables import entries, entry_votes
from bot.areas.wallets.tables import wallets
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

_OF_MEMBER = (entry_votes.c.call_id == bindparam("call")) & (entry_votes.c.member_id == bindparam("member"))
_VOTE = Statement(
    insert(entry_votes)
    .values(call_id=bindparam("call"), member_id=bindparam("member"), entry_id=bindparam("entry"))
    .on_conflict_do_update(index_elements=["call_id", "member_id"], set_={"entry_id": bindparam("entry")})
)
_UNVOTE = Statement(delete(entry_votes).where(_OF_MEMBER))
_OF = Statement(select(entry_votes.c.entry_id).where(_OF_MEMBER))
_FORGET = Statement(delete(entry_votes).where(entry_votes.c.call_id == bindparam("call")))
_FOR_ENTRY = select(func.count()).select_from(entry_votes).where(entry_votes.c.entry_id == entries.c.id)
_HOLDS_WALLET = exists().where(
    wallets.c.member_id == entry_votes.c.member_id,
    or_(wallets.c.waits_until.is_(None), wallets.c.waits_until <= bindparam("now")),
)
_TALLY = Statement(
    update(entries).where(entries.c.call_id == bindparam("call")).values(votes=_FOR_ENTRY.scalar_subquery())
)
_TALLY_LINKED = Statement(
    update(entries)
    .where(entries.c.call_id == bindparam("call"))
    .values(votes=_FOR_ENTRY.where(_HOLDS_WALLET).scalar_subquery())
)
_BY_MEMBER = Statement(
    select(entry_votes.c.call_id, entry_votes.c.entry_id).where(
        entry_votes.c.member_id == bindparam("member")
    )
)
_DELETE_OF = Statement(delete(entry_votes).where(entry_votes.c.member_id == bindparam("member")))


def vote(tx: Tx, call_id: int, member_id: int, entry_id: int) -> None:
    """Gives the member's one vote in this contest to an entry, also if another had it."""
    tx.run(_VOTE, call=call_id, member=member_id, entry=entry_id)


def unvote(tx: Tx, call_id: int, member_id: int) -> None:
    """Takes the member's vote in this contest back."""
    tx.run(_UNVOTE, call=call_id, member=member_id)


def of(tx: Tx, call_id: int, member_id: int) -> int | None:
    """Returns the entry that has the member's vote in this contest."""
    found: int | None = tx.value(_OF, call=call_id, member=member_id)
    return found


def by_member(tx: Tx, member_id: int) -> dict[int, int]:
    """Returns the entries that have the member's votes, by call, in contests that are not closed."""
    return {row.call_id: row.entry_id for row in tx.all(_BY_MEMBER, member=member_id)}


def delete_of(tx: Tx, member_id: int) -> None:
    """Erases all votes of a member."""
    tx.run(_DELETE_OF, member=member_id)


def tally(tx: Tx, call_id: int, *, linked_only: bool) -> None:
    """Counts the votes of a contest, and erases them.

    `linked_only`: counts only those of members who hold a wallet that counts now.
    """
    if linked_only:
        tx.run(_TALLY_LINKED, call=call_id, now=tx.now)
    else:
        tx.run(_TALLY, call=call_id)
    tx.run(_FORGET, call=call_id)
