"""Members and their accounts: finding them, and what platforms tell of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.areas.ledger.services import record
from bot.areas.members.storage import accounts, daily_notice, members
from bot.areas.unions import services as unions
from bot.domain.people import Account, Member, Union, new_ref
from bot.domain.transaction import Tx
from bot.errors import NotAllowed, NotFound

MONEY_COOLDOWN = timedelta(hours=24)


# -- members -------------------------------------------------------------------------------------------------


def by_id(tx: Tx, member_id: int) -> Member | None:
    """The member with that id, also one who left."""
    return members.by_id(tx, member_id)


def by_ref(tx: Tx, union: Union, ref: str) -> Member | None:
    """The member of that union with that public id, also one who left."""
    return members.by_ref(tx, union.id, ref)


def count(tx: Tx, union: Union) -> int:
    """How many members the union has now."""
    return members.count(tx, union.id)


def has_others(tx: Tx, union: Union, member: Member) -> bool:
    """Whether anybody but this member is in the union now."""
    return members.has_others(tx, union.id, member.id)


def founder(tx: Tx, union: Union) -> Account | None:
    """The founder's oldest account."""
    found = accounts.of_member(tx, union.founder_id) if union.founder_id else []
    return found[0] if found else None


def add(
    tx: Tx, union: Union, platform: str, native_id: str, name: str, username: str | None
) -> tuple[Member, Account]:
    """A new member with their first account."""
    member = members.add(tx, union.id, new_ref())
    return member, accounts.add(tx, union.id, member.id, platform, native_id, name, username)


# -- accounts ------------------------------------------------------------------------------------------------


def account(tx: Tx, account_id: int) -> Account | None:
    """The account with that id."""
    return accounts.by_id(tx, account_id)


def account_in(tx: Tx, union_id: int, platform: str, native_id: str) -> Account | None:
    """That chat identity's account in a union."""
    return accounts.in_union(tx, union_id, platform, native_id)


def accounts_everywhere(tx: Tx, platform: str, native_id: str) -> list[Account]:
    """That chat identity's accounts in all unions, the oldest first."""
    return accounts.everywhere(tx, platform, native_id)


def accounts_named(tx: Tx, union: Union, username: str) -> list[Account]:
    """The union's accounts of any platform with this username, which is compared without case or the @."""
    return accounts.by_username(tx, union.id, username)


def accounts_of(tx: Tx, member_id: int) -> list[Account]:
    """The member's accounts, the oldest first."""
    return accounts.of_member(tx, member_id)


def accounts_of_all(tx: Tx, member_ids: Sequence[int]) -> list[Account]:
    """The accounts of some members, the oldest first."""
    return accounts.of_members(tx, member_ids)


def other_accounts(tx: Tx, member_id: int, account: Account) -> tuple[Account, ...]:
    """The member's accounts without this one: they are told what it did."""
    return tuple(other for other in accounts.of_member(tx, member_id) if other.id != account.id)


def unions_of(tx: Tx, platform: str, native_id: str) -> list[Union]:
    """The unions that this chat identity is in."""
    found = (unions.by_id(tx, account.union_id) for account in accounts.everywhere(tx, platform, native_id))
    return [union for union in found if union is not None]


def choose_union(tx: Tx, platform: str, native_id: str, ref: str) -> Union:
    """Which union a private chat is about from now on. Raises NotFound if the person is not in it."""
    union = unions.by_ref(tx, ref)
    if union is None or accounts.in_union(tx, union.id, platform, native_id) is None:
        raise NotFound("You are not in that union any more.")
    unions.choose_in_private(tx, platform, native_id, union.id)
    return union


def rename(tx: Tx, platform: str, native_id: str, name: str, username: str | None) -> None:
    """The account's names, as the platform has them now, in every union."""
    accounts.rename(tx, platform, native_id, name, username)


def left_space(tx: Tx, union: Union, member: Member, platform: str) -> None:
    """A member left one of the union's places; they stay a member until they /leave."""
    record(tx, union.id, "member.left-space", member, platform=platform)


def set_reachable(tx: Tx, platform: str, native_id: str, yes: bool) -> None:
    """Whether private messages reach this account."""
    accounts.set_reachable(tx, platform, native_id, yes)


def set_seen(tx: Tx, account_id: int) -> None:
    """The account did something just now."""
    accounts.set_seen(tx, account_id)


def require_settled(tx: Tx, account: Account) -> None:
    """Raises NotAllowed while an account that joined a member by a wallet is new.

    With a signature that was stolen or talked out of somebody, it could end for good what the person has.
    """
    if account.money_after is not None and tx.now < account.money_after:
        raise NotAllowed(
            "This account became one member with others less than 24 hours ago, so it cannot do this yet. "
            "Do it from one of your other accounts, or wait."
        )


# -- leaving and merging -------------------------------------------------------------------------------------


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erase the member's accounts. The member's row stays, which says nothing of a person."""
    for account in accounts.of_member(tx, member.id):
        unions.forget_choice(tx, account.platform, account.native_id, union.id)
    accounts.delete_of(tx, member.id)
    members.leave(tx, member.id)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Give the accounts of one member to the other, whose membership counts from the earlier joining.

    Money commands of the accounts that came in wait 24 hours.
    """
    accounts.move(tx, absorbed.id, survivor.id, tx.now + MONEY_COOLDOWN)
    members.leave(tx, absorbed.id, merged_into=survivor.id)
    daily_notice.merge(tx, absorbed.id, survivor.id)
    if absorbed.joined_at < survivor.joined_at:
        members.set_joined(tx, survivor.id, absorbed.joined_at)
