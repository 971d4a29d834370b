"""Which of two members who turn out to be one person was there first."""

from __future__ import annotations

from bot.areas.members.services import members
from bot.areas.moderators import services as moderators
from bot.areas.tree.services import membership as tree
from bot.domain.people import Account, Member, Union
from bot.domain.transaction import Tx


def of_sides(
    tx: Tx, union: Union, absorbed: Member, survivor: Member, first: Member | None
) -> tuple[list[Account], list[Account]]:
    """The accounts of the side that was there first, and those of the other side, which become newer.

    An older account can remove a newer one at once. So the side with more to lose comes first: the founder, then a
    moderator of the union, then the one with the larger base, then the one who joined the union earlier. A friend
    who endorses a thief is quickly found; but only the founder makes moderators, and a leader has more friends.
    """

    def rank(member: Member, other: Member) -> tuple[int, ...]:
        return (
            first is not None and first.id == member.id,
            union.founder_id == member.id,
            moderators.is_named(tx, member),
            tree.base_without(tx, member, other),
            (member.joined_at, member.id) < (other.joined_at, other.id),
        )

    sides = [absorbed, survivor]
    if rank(survivor, absorbed) > rank(absorbed, survivor):
        sides.reverse()
    return members.accounts_of(tx, sides[0].id), members.accounts_of(tx, sides[1].id)
