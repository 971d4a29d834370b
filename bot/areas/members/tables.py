"""Members and their accounts."""

from sqlalchemy import Column, ColumnElement, Index, Integer, UniqueConstraint, bindparam, or_, select

from bot.storage.columns import (
    GOES,
    STAYS,
    member,
    moment,
    moment_or_null,
    named_member,
    of_union,
    own_id,
    table,
    words,
    words_or_null,
)

members = table(
    "members",
    own_id(),
    of_union(),
    words("ref", unique=True),
    moment("joined_at"),
    moment_or_null("left_at"),
    named_member("merged_into", STAYS),
    Column("told_day", Integer, nullable=True),  # union-day of the last message they did not ask for
    Index(None, "union_id"),
)

accounts = table(
    "accounts",
    own_id(),
    of_union(),
    member("member_id", GOES),
    words("platform"),
    words("native_id"),
    words("name"),
    words_or_null("username"),  # lower case, without the @
    moment_or_null("unreachable_at"),
    moment("joined_at"),
    moment_or_null("waits_until"),  # before then it cannot change who it is, move money, or lead
    moment_or_null("seen_at"),  # the last act of the account, exact to half a day
    moment_or_null("part_since"),  # when it became part of this person by a joining; null: since it joined
    words_or_null("locale"),  # the language that its platform last told, if Muster speaks it
    words_or_null("chosen"),  # the language that the person chose
    UniqueConstraint("union_id", "platform", "native_id"),
    Index(None, "platform", "native_id"),
    Index(None, "member_id"),
    Index(None, "union_id", "username"),
)

# In the order of the fields of `Account`.
ACCOUNT_COLUMNS = (
    accounts.c.id,
    accounts.c.union_id,
    accounts.c.member_id,
    accounts.c.platform,
    accounts.c.native_id,
    accounts.c.name,
    accounts.c.username,
    accounts.c.unreachable_at,
    accounts.c.joined_at,
    accounts.c.waits_until,
    accounts.c.seen_at,
    accounts.c.part_since,
    accounts.c.locale,
    accounts.c.chosen,
)

# In the order of the fields of `Member`.
MEMBER_COLUMNS = (
    members.c.id,
    members.c.union_id,
    members.c.ref,
    members.c.joined_at,
    members.c.left_at,
    members.c.merged_into,
)


def told_nothing_today() -> ColumnElement[bool]:
    """A condition for queries on `members`: the member was told nothing unasked on the union-day :today."""
    return or_(members.c.told_day.is_(None), members.c.told_day < bindparam("today"))


def ref_of(member_id: Column[int], name: str) -> ColumnElement[str | None]:
    """A column for queries: the ref of the member whose id is in `member_id`, under this name."""
    named = members.alias()
    return select(named.c.ref).where(named.c.id == member_id).scalar_subquery().label(name)
