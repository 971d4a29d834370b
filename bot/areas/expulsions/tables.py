"""Expulsions that run, and the spaces that members are gone from."""

from sqlalchemy import Column, ForeignKey, Index, Integer, UniqueConstraint

from bot.storage.columns import (
    HISTORY,
    STAYS,
    Fate,
    Fates,
    moment,
    moment_or_null,
    named_member,
    of_union,
    own_id,
    table,
    words,
)
from bot.storage.types import Id

# A row is erased when the expulsion ends, and the name and the reason with it.
expulsions = table(
    "expulsions",
    own_id(),
    of_union(),
    named_member("member_id", STAYS),  # null: they were no member any more, or not yet
    named_member("by_id", HISTORY),
    words("platform"),
    words("name"),  # for moderators
    words("reason"),  # for moderators and the person
    moment("at"),
    moment_or_null("until"),  # null: for ever
    Column("wallets", Integer, nullable=False),  # how many of their wallets are kept out
    Index(None, "union_id"),
    Index(None, "until"),
)

# The platform said that the account left the space or was removed from it. Only then it is asked about a ban.
departures = table(
    "departures",
    own_id(),
    named_member("account_id", Fates(Fate.ERASED, Fate.KEPT), nullable=False),
    Column("space_id", Id, ForeignKey("spaces.id"), nullable=False),
    moment("at"),
    UniqueConstraint("account_id", "space_id"),
)
