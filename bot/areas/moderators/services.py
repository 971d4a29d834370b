"""Moderation of the whole union: the founder gives it to people, and to the moderators of places."""

from __future__ import annotations

from dataclasses import dataclass

from bot.areas.ledger.domain import Json
from bot.areas.ledger.services import record
from bot.areas.members.services import members
from bot.areas.moderators import storage
from bot.areas.moderators.domain import require_room
from bot.areas.spaces import services as spaces
from bot.domain.people import Member, Space, Union
from bot.domain.phrases import phrase
from bot.domain.transaction import Tx
from bot.errors import BadInput


@dataclass(frozen=True, slots=True)
class Moderation:
    """Those who moderate the union besides the founder: named members, and the moderators of some places."""

    member_ids: list[int]
    places: list[Space]


def of(tx: Tx, union: Union) -> Moderation:
    """Returns those who moderate the union besides the founder."""
    named = [one for one in storage.of_union(tx, union.id) if one != union.founder_id]
    return Moderation(named, [space for space in spaces.of_union(tx, union) if space.moderates_union])


def settings(tx: Tx, union: Union) -> dict[str, Json]:
    """Returns those whom the founder named, by ref, and the places whose moderators moderate the union, by number."""
    named = (members.by_id(tx, one) for one in storage.of_union(tx, union.id))
    places = spaces.of_union(tx, union)
    return {
        "moderators": sorted(one.ref for one in named if one is not None),
        "moderating": sorted(space.id for space in places if space.moderates_union),
    }


def is_named(tx: Tx, member: Member) -> bool:
    """Whether the founder named this member a moderator of the union."""
    return storage.is_one(tx, member.id)


def add(tx: Tx, union: Union, founder: Member, member: Member) -> None:
    """Makes a member a moderator of the union.

    Raises:
        BadInput: they moderate it already.
        NotAllowed: there are too many, or they became one person with others a short while ago.
    """
    if member.id == union.founder_id:
        raise BadInput(phrase("The founder already moderates the whole union."))
    if storage.is_one(tx, member.id):
        raise BadInput(phrase("They already moderate the union. `/moderators list` shows all moderators."))
    members.require_none_waits(tx, member)
    require_room(len(storage.of_union(tx, union.id)))
    storage.add(tx, union.id, member.id)
    record(tx, union.id, "moderator.added", founder, member=member.ref)


def remove(tx: Tx, union: Union, founder: Member, member: Member) -> None:
    """Ends a member's moderation of the union. Raises BadInput if they were not named."""
    if not storage.remove(tx, member.id):
        raise BadInput(phrase("They are not a named moderator. `/moderators list` shows all moderators."))
    record(tx, union.id, "moderator.removed", founder, member=member.ref)


def set_place(tx: Tx, union: Union, founder: Member, space: Space, given: bool) -> None:
    """Lets the moderators of a place moderate the union, or no longer. Raises BadInput if it is so already."""
    if not spaces.give_moderation(tx, union, founder, space, given):
        raise BadInput(
            phrase("The moderators of that place already moderate the union.")
            if given
            else phrase(
                "The moderators of that place do not moderate the union. `/moderators list` shows all moderators."
            )
        )


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Ends the moderation of a member who leaves."""
    storage.remove(tx, member.id)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Lets the survivor moderate if one of the two did: they are one person."""
    storage.move(tx, absorbed.id, survivor.id)
