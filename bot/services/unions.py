"""Founding unions, changing them, handing them on."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.people import Account, Member, Person, Union
from bot.domain.times import zone
from bot.errors import BadInput, NotAllowed, NotFound
from bot.services import schedule
from bot.services.ledger import record
from bot.services.people import join, new_ref
from bot.storage import accounts, ledger, members, spaces, unions
from bot.storage.transaction import Tx


@dataclass(frozen=True, slots=True)
class Founder:
    """The account that founds, before it is a member."""

    platform: str
    native_id: str
    name: str
    username: str | None


def found(
    tx: Tx,
    name: str,
    purpose: str,
    time_zone: str,
    founder: Founder,
    native_space: str,
    title: str,
    chat: str | None = None,
    thread: str | None = None,
) -> tuple[Union, Member, Account]:
    """A new union with its first space, and its founder as its first member. Calls are posted in the chat given.

    Raises:
        BadInput: unknown time zone.
        NotAllowed: the space is in a union already.
    """
    time_zone = zone(time_zone).key
    here = spaces.here(tx, founder.platform, native_space)
    if here is not None:
        raise NotAllowed("A union lives here already. /union disconnect frees this place first.")
    union = unions.add(tx, new_ref(), name, purpose, time_zone)
    ledger.begin(tx, union.id)
    record(tx, union.id, "union.founded", None, time_zone=time_zone)
    space = spaces.add(tx, union.id, founder.platform, native_space, title, chat, thread)
    member, account = join(tx, union, founder.platform, founder.native_id, founder.name, founder.username)
    unions.set_founder(tx, union.id, member.id)
    record(tx, union.id, "union.founder", member)
    record(tx, union.id, "space.connected", member, platform=founder.platform, space=space.id)
    unions.choose_in_private(tx, founder.platform, founder.native_id, union.id)
    changed = unions.by_id(tx, union.id)
    return (changed or union), member, account


def edit(
    tx: Tx, union: Union, actor: Member, name: str | None, purpose: str | None, time_zone: str | None
) -> Union:
    """Change what is given. Raises BadInput for an unknown time zone or when nothing is given."""
    if name is None and purpose is None and time_zone is None:
        raise BadInput("Say what to change: name, purpose or time_zone.")
    key = zone(time_zone).key if time_zone else union.time_zone
    unions.edit(tx, union.id, name or union.name, purpose or union.purpose, key)
    changed = [
        what for what, given in (("name", name), ("purpose", purpose), ("time_zone", time_zone)) if given
    ]
    record(tx, union.id, "union.edited", actor, changed=changed)
    edited = unions.by_id(tx, union.id) or union
    if edited.time_zone != union.time_zone:
        schedule.rezone(tx, edited)
    return edited


def hand_over(tx: Tx, union: Union, actor: Member, heir: Person) -> None:
    """Make another member the founder. Raises BadInput if that person is not one, or is the founder."""
    if heir.member is None:
        raise BadInput(f"{heir.name} has not joined {union.name}. Ask them to /join first.")
    if heir.member.id == union.founder_id:
        raise BadInput(f"{heir.name} is the founder already.")
    unions.set_founder(tx, union.id, heir.member.id)
    record(tx, union.id, "union.founder", actor, heir=heir.member.ref)


def founder(tx: Tx, union: Union) -> Account | None:
    """The founder's oldest account."""
    found = accounts.of_member(tx, union.founder_id) if union.founder_id else []
    return found[0] if found else None


def count(tx: Tx, union: Union) -> int:
    """How many members there are."""
    return members.count(tx, union.id)


def of_account(tx: Tx, platform: str, native_id: str) -> list[Union]:
    """The unions that this account is in."""
    found = (unions.by_id(tx, account.union_id) for account in accounts.everywhere(tx, platform, native_id))
    return [union for union in found if union is not None]


def choose(tx: Tx, platform: str, native_id: str, ref: str) -> Union:
    """Which union a private chat is about from now on. Raises NotFound if the person is not in it."""
    union = unions.by_ref(tx, ref)
    if union is None or accounts.in_union(tx, union.id, platform, native_id) is None:
        raise NotFound("You are not in that union any more.")
    unions.choose_in_private(tx, platform, native_id, union.id)
    return union
