"""Unions, who is in them, and where they live."""

from sqlalchemy import Column, ForeignKey, Index, Integer, UniqueConstraint

from bot.storage.tables.columns import (
    data,
    moment,
    moment_or_null,
    of_union,
    own_id,
    table,
    words,
    words_or_null,
)
from bot.storage.types import Id

unions = table(
    "unions",
    own_id(),
    words("ref", unique=True),
    words("name"),
    words("purpose"),
    words("time_zone"),
    Column("founder_id", Id, nullable=True),  # members.id; no foreign key, as members point at unions
    moment("created_at"),
)

members = table(
    "members",
    own_id(),
    of_union(),
    words("ref", unique=True),
    moment("joined_at"),
    moment_or_null("left_at"),
    Column("merged_into", Id, nullable=True),
    Column("told_day", Integer, nullable=True),  # union-day of the last message that they did not ask for
    Index(None, "union_id"),
)

accounts = table(
    "accounts",
    own_id(),
    of_union(),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    words("platform"),
    words("native_id"),
    words("name"),
    words_or_null("username"),  # lower case, without the @
    moment_or_null("unreachable_at"),
    moment("joined_at"),
    moment_or_null("money_after"),  # end of the cooldown after an account joined an existing member
    moment_or_null("seen_at"),  # when it last did anything here, within half a day
    UniqueConstraint("union_id", "platform", "native_id"),
    Index(None, "platform", "native_id"),
    Index(None, "member_id"),
    Index(None, "union_id", "username"),
)

wallets = table(
    "wallets",
    own_id(),
    of_union(),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    words("address"),  # EIP-55
    words("kind"),  # 'eoa' | 'contract'
    moment("linked_at"),
    UniqueConstraint("union_id", "address"),
    Index(None, "member_id"),
)

spaces = table(
    "spaces",
    own_id(),
    of_union(),
    words("platform"),
    words("native_id"),
    words("title"),
    moment("connected_at"),
    moment_or_null("disconnected_at"),
    words_or_null(
        "chat"
    ),  # where calls are posted; null: nobody said, and the platform has no place by itself
    words_or_null("thread"),
    Index(None, "union_id"),
)
# One union at a time speaks in a space.
Index(
    "uq_spaces_connected",
    spaces.c.platform,
    spaces.c.native_id,
    unique=True,
    sqlite_where=spaces.c.disconnected_at.is_(None),
    postgresql_where=spaces.c.disconnected_at.is_(None),
)

space_codes = table(
    "space_codes",
    data("code_hash", primary_key=True),
    of_union(),
    Column("created_by", Id, nullable=False),
    moment("expires_at"),
    moment_or_null("used_at"),
)

private_unions = table(
    "private_unions",
    words("platform", primary_key=True),
    words("native_id", primary_key=True),
    of_union(),
)
