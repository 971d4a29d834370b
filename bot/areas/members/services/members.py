"""Members and their accounts: finding them, and keeping up with the news of platforms about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.areas.ledger.services import record
from bot.areas.members.storage import accounts, daily_notice, exports, members
from bot.areas.unions import services as unions
from bot.domain.people import Account, Member, Union, new_ref
from bot.domain.phrases import phrase
from bot.domain.times import clock_in_words
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotAllowed, NotFound

JOINING_WAIT = timedelta(hours=24)
"""How long all accounts and wallets of a person wait after two members became one."""
MICROSECOND = timedelta(microseconds=1)
NO_SUCH_ACCOUNT = phrase("That account is no longer one of yours. `/me` shows your accounts.")


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
        raise NotFound(phrase("You are no longer in that union."))
    unions.choose_in_private(tx, platform, native_id, union.id)
    return union


def rename(tx: Tx, platform: str, native_id: str, name: str, username: str | None) -> None:
    """Sets the names of a platform's user in all unions. No other account of the platform keeps the username."""
    _take_username(tx, platform, native_id, username)
    accounts.rename(tx, platform, native_id, name, username)


def speaks(tx: Tx, platform: str, native_id: str, language: str) -> None:
    """Notes the language that a platform told of its user, in all unions."""
    accounts.set_locale(tx, platform, native_id, language)


def choose_language(tx: Tx, member: Member, language: str | None) -> None:
    """Sets the language in which a member is written to; None: the one that the platform of each account tells."""
    accounts.choose_language(tx, member.id, language)


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
    """Raises NotAllowed while the account waits, because it became one person with others a short while ago.

    It may belong to a thief who talked somebody into that, and could do lasting harm.
    """
    if account.waits_until is None or tx.now >= account.waits_until:
        return
    union = unions.by_id(tx, account.union_id)
    until = clock_in_words(account.waits_until, union.time_zone if union else "UTC")
    raise NotAllowed(
        phrase(
            "This account cannot do this before {until}, because it became one person with others a short while ago. "
            "Everything else works as before. If one of these accounts is not yours, remove it now: `/me`.",
            until=until,
        )
    )


def require_none_waits(tx: Tx, member: Member) -> None:
    """Raises NotAllowed while an account of the member waits: nobody can tell yet whether one of them is a thief's.

    It is asked of whoever gets a power of the founder's.
    """
    waits = [one.waits_until for one in accounts.of_member(tx, member.id) if one.waits_until is not None]
    until = max(waits, default=tx.now)
    if until <= tx.now:
        return
    union = unions.by_id(tx, member.union_id)
    raise NotAllowed(
        phrase(
            "Do this after {until}. They became one person with others a short while ago, and one of these accounts "
            "may turn out not to be theirs.",
            until=clock_in_words(until, union.time_zone if union else "UTC"),
        )
    )


def wait(tx: Tx, account: Account, until: datetime) -> Account:
    """Makes an account that is all of its member wait until then; returns it."""
    accounts.wait(tx, account.member_id, until)
    return accounts.by_id(tx, account.id) or account


def require_may_remove(tx: Tx, by: Account, other: Account) -> None:
    """Raises NotAllowed unless one account of a person may remove the other now.

    An older account may remove a newer one at once, and a newer one an older one when neither waits any more. The
    remedy against a stranger who got in has to be faster than the stranger.
    """
    if by.member_id != other.member_id:
        raise NotFound(NO_SUCH_ACCOUNT)
    if by.id == other.id:
        raise BadInput(
            phrase(
                "This is the account that you are using. Remove it from another account of yours, or `/leave` the "
                "union."
            )
        )
    if by.age_key < other.age_key or by.waits_until is None or tx.now >= by.waits_until:
        return
    union = unions.by_id(tx, by.union_id)
    raise NotAllowed(
        phrase(
            "This account can remove that one after {until}, because that one has been yours for longer. It can "
            "remove this one at once.",
            until=clock_in_words(by.waits_until, union.time_zone if union else "UTC"),
        )
    )


# -- leaving and merging -------------------------------------------------------------------------------------


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erases the member's accounts. The member's own row stays: it has no personal data."""
    for account in accounts.of_member(tx, member.id):
        unions.forget_choice(tx, account.platform, account.native_id, union.id)
    accounts.delete_of(tx, member.id)
    members.leave(tx, member.id)


def forget_account(tx: Tx, union: Union, account: Account) -> None:
    """Erases one account of a member who has others."""
    unions.forget_choice(tx, account.platform, account.native_id, union.id)
    accounts.remove(tx, account.id)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Gives the absorbed member's accounts to the survivor, who counts as a member since the earlier joining.

    All accounts of the one person wait then, whichever side they come from: nobody can tell yet which side was
    talked into it.
    """
    accounts.move(tx, absorbed.id, survivor.id)
    accounts.wait(tx, survivor.id, tx.now + JOINING_WAIT)
    members.leave(tx, absorbed.id, merged_into=survivor.id)
    daily_notice.merge(tx, absorbed.id, survivor.id)
    if absorbed.joined_at < survivor.joined_at:
        members.set_joined(tx, survivor.id, absorbed.joined_at)


def place_after(tx: Tx, first: Sequence[Account], later: Sequence[Account]) -> None:
    """Makes some accounts of a person newer than others, and keeps the order within both groups.

    `later` become part of the person now. Each comes a microsecond after the one before, so that their order stays.
    """
    at = max([tx.now, *(account.since for account in first)])
    for number, account in enumerate(sorted(later, key=lambda one: one.age_key), start=1):
        accounts.set_part(tx, account.id, at + number * MICROSECOND)
