"""Endorsements, the support bases that follow from them, and what is computed from those."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
)

from bot.storage.columns import (
    GOES,
    STAYS,
    WORKED_OUT,
    Fate,
    Fates,
    member,
    moment,
    moment_or_null,
    named_member,
    of_member,
    of_union,
    own_id,
    partial_index,
    table,
    words,
    words_or_null,
)
from bot.storage.types import Id

endorsements = table(
    "endorsements",
    of_member(),
    # Null: the member withdrew their choice; `since` stays.
    member("leader_id", Fates(Fate.HANDED_ON, Fate.HANDED_ON), nullable=True),
    Column("height", SmallInteger, nullable=False),  # the length of the longest chain that ends at the member
    moment("since"),
    Index(None, "leader_id", "height"),
)

# Only members who are or were endorsed have a row: otherwise, rankings would be over a million rows of zeros.
support = table(
    "support",
    of_member(WORKED_OUT),
    of_union(),
    Column("direct", Integer, nullable=False),  # people who endorse the member
    Column("headcount", Integer, nullable=False),  # people who reach the member by following endorsements
    Column("linked", Integer, nullable=False),  # those of the headcount who hold a wallet
    Column("day", Integer, nullable=False),  # union-day (proleptic ordinal) of the last change
    Index(None, "union_id", "headcount"),
    Index(None, "union_id", "linked"),
)

# The values of `support` at the end of a past union-day. A row is written when a later day first changes them.
support_days = table(
    "support_days",
    of_member(WORKED_OUT),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("headcount", Integer, nullable=False),
    Column("linked", Integer, nullable=False),
    Index(None, "day"),
)

support_news = table(
    "support_news",
    own_id(),
    of_union(),
    member("leader_id", GOES),
    member("member_id", STAYS),
    Column("gained", Boolean, nullable=False),
    moment("at"),
    Column("told", SmallInteger, nullable=False),  # 0 until the leader's digest has told it
    Index(None, "leader_id", "at"),
    Index(None, "at"),
)

partial_index(
    "ix_support_news_untold",
    support_news.c.union_id,
    support_news.c.leader_id,
    where=support_news.c.told == 0,
)

# Members whose leader left, until they are told. `offer_id` is the leader of that leader.
released = table(
    "released",
    of_member(WORKED_OUT),
    of_union(),
    named_member("offer_id", Fates(Fate.HANDED_ON, Fate.HANDED_ON)),
    moment("at"),
)

# A leader released the member, who cannot choose that leader again before `until`.
partings = table(
    "partings",
    own_id(),
    member("member_id", GOES),
    member("leader_id", GOES),
    moment("until"),
    UniqueConstraint("member_id", "leader_id"),
    Index(None, "leader_id"),
)

rules = table(
    "rules",
    Column("union_id", Id, ForeignKey("unions.id"), primary_key=True, autoincrement=False),
    words("leaders"),  # 'founder' | 'top' | 'supported'
    Column("leaders_n", Integer, nullable=False),  # how many lead (top), or how many supporters it takes
    Column("linked_only", Boolean, nullable=False),  # whether only supporters with a wallet count
    Column("grace_days", Integer, nullable=False),
    Column("switch_hours", Integer, nullable=False),
    words_or_null("alerts"),  # JSON of the chat in which moderators are told of flags
)

leaders = table(
    "leaders",
    of_member(),
    of_union(),
    moment("since"),
    moment_or_null("falls_at"),  # the end of the grace period, if the leader fell below the rule
    Index(None, "union_id"),
)

scores = table(
    "scores",
    of_member(WORKED_OUT),
    of_union(),
    Column("trust", Double, nullable=False),
    Index(None, "union_id", "trust"),
)

score_rounds = table(
    "score_rounds",
    Column("union_id", Id, ForeignKey("unions.id"), primary_key=True, autoincrement=False),
    moment("at"),
    Column("entries", BigInteger, nullable=False),  # the length of the ledger at that time
)

# Only members who are endorsed have a row: how many of their base answered in the seven union-days before the last
# close of a call.
activations = table(
    "activations",
    of_member(WORKED_OUT),
    of_union(),
    Column("answered", Integer, nullable=False),
    Column("share", Double, nullable=True),  # of the base; null if it is too small to be ranked
    Index(None, "union_id", "share"),
)
