"""Members whose account is banned in every space of the union on its platform.

The platform knows who is banned. It is asked only about accounts that are gone from all of these spaces.
"""

from __future__ import annotations

from bot.areas.expulsions.storage import departures
from bot.areas.spaces import services as spaces
from bot.domain.people import Account, Space, Union
from bot.domain.transaction import Tx

MOST_ASKED = 20
"""The most spaces that a platform is asked about. A union with more on one platform bans nobody in all of them."""


def left(tx: Tx, account: Account, space: Space) -> None:
    """Notes that the account left the space, or was removed from it."""
    departures.add(tx, account.id, space.id)


def to_ask(tx: Tx, union: Union, account: Account) -> tuple[str, ...]:
    """Returns the native ids of the spaces about which the platform is to be asked whether the account is banned.

    None if the account is still in one of them, as far as is known.
    """
    if not departures.any_of(tx, account.id):
        return ()
    places = departures.places(tx, union.id, account.platform)
    gone = departures.gone_from(tx, account.id)
    return tuple(places.values()) if places.keys() <= gone and len(places) <= MOST_ASKED else ()


def places(tx: Tx, union: Union, platform: str) -> tuple[str, ...]:
    """Returns the native ids of all spaces about which the platform is to be asked before somebody joins."""
    found = [space.native_id for space in spaces.of_union(tx, union) if space.platform == platform]
    return tuple(found) if len(found) <= MOST_ASKED else ()
