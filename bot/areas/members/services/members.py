"""Members and their accounts: finding them, and keeping up with the news of platforms about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.areas.ledger.services import record
from bot.areas.members.storage import accounts, daily_notice, exports, members
from bot.areas.unions import services as unions
from bot.domain.people import Account, Member, Union, new_ref
from bot.domain.transaction import Tx
from bot.errors import NotAllowed, NotFound

MONEY_COOLDOWN = timedelta(hours=24)


# -- members -------------------------------------------------------------------------------------------------


def by_id(tx: Tx, member_id: int) -> Member | None:
    """Returns the member with that id, also one who left."""
    return members.by_id(tx, member_id)


def by_ref(tx: Tx, union: Union, ref: str) -> Member | None:
    """Returns the member of that union with that public id, also one who left."""
    return members.by_ref(tx, union.id, ref)


def count(tx: Tx, union: Union) -> int:
    """Returns how many members the union has now."""
    return members.count(tx, union.id)


def has_others(tx: Tx, union: Union, member: Member) -> bool:
    """Whether anybody but this member is in the union now."""
    return members.has_others(tx, union.id, member.id)


def ranges(tx: Tx, union: Union, most: int) -> Iterator[tuple[int, int]]:
    """Divides all members of a union into ranges of up to `most`: `after` < id <= `upto`."""
    return exports.ranges(tx, union.id, most)


def founder(tx: Tx, union: Union) -> Account | None:
    """Returns the founder's oldest account; None if the union has no founder."""
    found = accounts.of_member(tx, union.founder_id) if union.founder_id else []
    return found[0] if found else None


def add(
    tx: Tx, union: Union, platform: str, native_id: str, name: str, username: str | None
) -> tuple[Member, Account]:
    """Makes a new member with their first account. The username is theirs alone from now on."""
    _take_username(tx, platform, native_id, username)
    member = members.add(tx, union.id, new_ref())
    return member, accounts.add(tx, union.id, member.id, platform, native_id, name, username)


# -- accounts ------------------------------------------------------------------------------------------------


def account(tx: Tx, account_id: int) -> Account | None:
    """Returns the account with that id."""
    return accounts.by_id(tx, account_id)


def account_in(tx: Tx, union_id: int, platform: str, native_id: str) -> Account | None:
    """Returns the account of a platform's user in a union."""
    return accounts.in_union(tx, union_id, platform, native_id)


def accounts_everywhere(tx: Tx, platform: str, native_id: str) -> list[Account]:
    """Returns the accounts of a platform's user in all unions, the oldest first."""
    return accounts.everywhere(tx, platform, native_id)


def accounts_named(tx: Tx, union: Union, username: str) -> list[Account]:
    """Returns the union's accounts of any platform with this username. Capitals and the @ make no difference."""
    return accounts.by_username(tx, union.id, username)


def accounts_of(tx: Tx, member_id: int) -> list[Account]:
    """Returns the member's accounts, the oldest first."""
    return accounts.of_member(tx, member_id)


def accounts_of_all(tx: Tx, member_ids: Sequence[int]) -> list[Account]:
    """Returns the accounts of some members, the oldest first."""
    return accounts.of_members(tx, member_ids)


def other_accounts(tx: Tx, member_id: int, account: Account) -> tuple[Account, ...]:
    """Returns the member's accounts without this one, to tell them of its act."""
    return tuple(other for other in accounts.of_member(tx, member_id) if other.id != account.id)


def unions_of(tx: Tx, platform: str, native_id: str) -> list[Union]:
    """Returns the unions of a platform's user."""
    return unions.by_ids(tx, (account.union_id for account in accounts.everywhere(tx, platform, native_id)))


def choose_union(tx: Tx, platform: str, native_id: str, ref: str) -> Union:
    """Chooses the union of a private chat. Raises NotFound if the person is not in that union."""
    union = unions.by_ref(tx, ref)
    if union is None or accounts.in_union(tx, union.id, platform, native_id) is None:
        raise NotFound("You are not in that union any more.")
    unions.choose_in_private(tx, platform, native_id, union.id)
    return union


def rename(tx: Tx, platform: str, native_id: str, name: str, username: str | None) -> None:
    """Sets the names of a platform's user in all unions. No other account of the platform keeps the username."""
    _take_username(tx, platform, native_id, username)
    accounts.rename(tx, platform, native_id, name, username)


def _take_username(tx: Tx, platform: str, native_id: str, username: str | None) -> None:
    if username:
        accounts.release(tx, platform, native_id, username)


def is_named(tx: Tx, platform: str, native_id: str, username: str) -> bool:
    """Whether an account of the platform other than this user's is kept with this username."""
    return accounts.other_named(tx, platform, native_id, username)


def left_space(tx: Tx, union: Union, member: Member, platform: str) -> None:
    """Records that a member left one of the union's spaces. They stay a member until they /leave."""
    record(tx, union.id, "member.left-space", member, platform=platform)


def set_reachable(tx: Tx, platform: str, native_id: str, yes: bool) -> None:
    """Sets whether private messages reach a platform's user."""
    accounts.set_reachable(tx, platform, native_id, yes)


def set_seen(tx: Tx, account_id: int) -> None:
    """Notes that the account is active now."""
    accounts.set_seen(tx, account_id)


def require_settled(tx: Tx, account: Account) -> None:
    """Raises NotAllowed if the account became one member with others less than 24 hours ago.

    It may belong to a thief who got a signature of the person, and could do lasting harm.
    """
    if account.waits_until is not None and tx.now < account.waits_until:
        raise NotAllowed(
            "This account became one member with others less than 24 hours ago, so it cannot do this yet. "
            "Do it from one of your other accounts, or wait."
        )


# -- leaving and merging -------------------------------------------------------------------------------------


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erases the member's accounts. The member's own row stays: it has no personal data."""
    for account in accounts.of_member(tx, member.id):
        unions.forget_choice(tx, account.platform, account.native_id, union.id)
    accounts.delete_of(tx, member.id)
    members.leave(tx, member.id)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Gives the absorbed member's accounts to the survivor, who counts as a member since the earlier joining.

    Money commands of the absorbed member's accounts wait 24 hours.
    """
    accounts.move(tx, absorbed.id, survivor.id, tx.now + MONEY_COOLDOWN)
    members.leave(tx, absorbed.id, merged_into=survivor.id)
    daily_notice.merge(tx, absorbed.id, survivor.id)
    if absorbed.joined_at < survivor.joined_at:
        members.set_joined(tx, survivor.id, absorbed.joined_at)
