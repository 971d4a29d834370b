"""Members whose account is banned in every space of the union on its platform.

The platform knows who is banned. It is asked only about accounts that are gone from all of these spaces.
"""

from __future__ import annotations

from bot.areas.expulsions.storage import departures
from bot.areas.members.services import members
from bot.areas.spaces import services as spaces
from bot.domain.people import Account, BanQuestion, Space, Union
from bot.domain.transaction import Tx

MOST_ACCOUNTS = 5
"""The most accounts of a person, on other platforms, that are asked about: the oldest."""
MOST_ASKED = 20
"""The most spaces that a platform is asked about. A union with more on one platform bans nobody in all of them."""


def left(tx: Tx, account: Account, space: Space) -> None:
    """Notes that the account left the space, or was removed from it."""
    departures.add(tx, account.id, space.id)


def to_ask(tx: Tx, union: Union, account: Account) -> tuple[BanQuestion, ...]:
    """Returns what platforms are to be asked: whether the account is banned in every space of the union on its own.

    Where the union has no space on the account's platform, the person's other accounts stand for them. Nothing is
    asked if the person is still in one of the spaces, as far as is known.
    """
    places = departures.places(tx, union.id, account.platform)
    if places:
        asked = _question(tx, account, places)
        return (asked,) if asked else ()
    found = []
    for other in members.other_accounts(tx, account.member_id, account):
        places = departures.places(tx, union.id, other.platform)
        if not places:
            continue
        asked = _question(tx, other, places)
        if asked is None:
            return ()
        found.append(asked)
    return tuple(found[:MOST_ACCOUNTS])


def _question(tx: Tx, account: Account, places: dict[int, str]) -> BanQuestion | None:
    """The question about an account that is gone from all of these spaces; None if it is not, or there are many."""
    if len(places) > MOST_ASKED or not departures.any_of(tx, account.id):
        return None
    if not places.keys() <= departures.gone_from(tx, account.id):
        return None
    return BanQuestion(account.platform, account.native_id, tuple(places.values()))


def places(tx: Tx, union: Union, platform: str) -> tuple[str, ...]:
    """Returns the native ids of all spaces about which the platform is to be asked before somebody joins."""
    found = [space.native_id for space in spaces.of_union(tx, union) if space.platform == platform]
    return tuple(found) if len(found) <= MOST_ASKED else ()
