"""Calls, their repeats, and their posts."""

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    and_,
    literal_column,
    text,
)

from bot.areas.files.tables import Kept, show_index, shown_file
from bot.storage.columns import (
    HISTORY,
    member,
    moment,
    moment_or_null,
    of_union,
    own_id,
    partial_index,
    table,
    words,
    words_or_null,
)
from bot.storage.types import Id

calls = table(
    "calls",
    own_id(),
    of_union(),
    member("leader_id", HISTORY, nullable=True),  # of the branch; null: the whole union
    member("author_id", HISTORY),
    Column("rule_id", Id, nullable=True),  # the repeat that made it
    words("state"),  # 'draft' | 'template' | 'queued' | 'planned' | 'open' | 'closed' | 'cancelled'
    words("title"),
    words("what"),
    words("why"),
    words_or_null("link"),
    shown_file(Kept.WITH_ROW),
    words("proof"),  # 'word' | 'link' | 'photo' | 'witness' | 'leader'
    Column("contest", Boolean, nullable=False),
    Column("opens", SmallInteger, nullable=False),  # minutes of the local day
    Column("closes", SmallInteger, nullable=False),
    Column("day", Integer, nullable=True),  # union-day; null until planned, and after cancelling
    moment_or_null("opens_at"),
    moment_or_null("closes_at"),
    Column("approved", Boolean, nullable=False),  # false while its links or picture wait for approval
    Column("late", Boolean, nullable=False),  # it opened after its hour
    Column("answered", Integer, nullable=False),
    moment("created_at"),
    words_or_null("token"),  # of the one button under all its posts; null until it opens
    Column(
        "reminded", Integer, nullable=False, server_default=text("0")
    ),  # members who were reminded as they asked
    Index(None, "union_id", "state", "day"),
)
show_index(calls)


def in_states(*states: str) -> ColumnElement[bool]:
    """Holds for calls in one of these states.

    The states are literals in the query, because a partial index serves no query with parameters.
    """
    return calls.c.state.in_([literal_column(f"'{state}'") for state in states])


# Conditions that queries share with the partial indexes below, or with each other.
IS_AHEAD = in_states("planned", "open")
HAS_BEGUN = in_states("open", "closed")
HAS_DAY = in_states("planned", "open", "closed")
IS_QUEUED = calls.c.state == literal_column("'queued'")
IS_UNAPPROVED = and_(in_states("template", "queued", "planned"), calls.c.approved.is_(False))

partial_index(
    "uq_calls_union_day", calls.c.union_id, calls.c.day, where=calls.c.leader_id.is_(None), unique=True
)

partial_index(
    "uq_calls_branch_day", calls.c.leader_id, calls.c.day, where=calls.c.leader_id.is_not(None), unique=True
)

partial_index("ix_calls_ahead", calls.c.opens_at, where=IS_AHEAD)

partial_index("ix_calls_queued", calls.c.state, calls.c.union_id, where=IS_QUEUED)

partial_index("ix_calls_unapproved", calls.c.union_id, calls.c.opens_at, calls.c.id, where=IS_UNAPPROVED)

# The repeats. The text of one is a call of the state 'template'.
call_rules = table(
    "call_rules",
    own_id(),
    of_union(),
    Column("call_id", Id, ForeignKey("calls.id"), nullable=False),
    words("repeats"),  # 'daily' | 'weekdays' | 'weekly'
    words("weekdays"),  # of 'weekly': like "mo,th"
    Column("first_day", Integer, nullable=False),
    Column("last_day", Integer, nullable=True),
    moment_or_null("ended_at"),
    Index(None, "union_id"),
)

call_settings = table(
    "call_settings",
    Column("union_id", Id, ForeignKey("unions.id"), primary_key=True, autoincrement=False),
    Column("opens", SmallInteger, nullable=False),  # the union's hour, in minutes of the local day
    Column("laid_day", Integer, nullable=True),  # the last union-day that was laid out
)

call_posts = table(
    "call_posts",
    Column("call_id", Id, ForeignKey("calls.id"), primary_key=True, autoincrement=False),
    Column("space_id", Id, ForeignKey("spaces.id"), primary_key=True, autoincrement=False),
    Column("shown", Integer, nullable=False),  # answers that the post tells; -1: it is not edited any more
    moment_or_null("edited_at"),  # last edited, or looked at
)

IS_LIVE = call_posts.c.shown >= literal_column("0")  # the post is still edited
partial_index("ix_call_posts_live", call_posts.c.call_id, where=IS_LIVE)

# Hosts that links in calls may lead to without approval.
link_hosts = table(
    "link_hosts",
    Column("union_id", Id, ForeignKey("unions.id"), primary_key=True, autoincrement=False),
    words("host", primary_key=True),
)

# The fields of a `Call`, in their order and with their names.
CALL_COLUMNS = tuple(
    column.label("repeat_id") if column.name == "rule_id" else column
    for column in calls.c
    if column.name != "reminded"
)
