"""The daily call: what is asked, who answered, and how it is told."""

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    text,
)

from bot.storage.tables.columns import (
    data,
    moment,
    moment_or_null,
    of_member,
    of_union,
    own_id,
    table,
    words,
    words_or_null,
)
from bot.storage.types import Id

# Pictures that members gave, re-encoded.
files = table(
    "files",
    own_id(),
    of_union(),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    words("mime"),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    data("data"),
    moment("at"),
    Index(None, "member_id"),
    Index(None, "at"),
)

calls = table(
    "calls",
    own_id(),
    of_union(),
    Column("leader_id", Id, ForeignKey("members.id"), nullable=True),  # whose branch; null: the whole union
    Column("author_id", Id, ForeignKey("members.id"), nullable=False),
    Column("rule_id", Id, nullable=True),  # the rule that made it
    words("state"),  # 'draft' | 'template' | 'queued' | 'planned' | 'open' | 'closed' | 'cancelled'
    words("title"),
    words("what"),
    words("why"),
    words_or_null("link"),
    Column("file_id", Id, ForeignKey("files.id"), nullable=True),
    words("proof"),  # 'word' | 'link' | 'photo' | 'witness' | 'leader'
    Column("contest", Boolean, nullable=False),
    Column("opens", SmallInteger, nullable=False),  # minutes of the local day
    Column("closes", SmallInteger, nullable=False),
    Column("day", Integer, nullable=True),  # union-day; null until planned, and once cancelled
    moment_or_null("opens_at"),
    moment_or_null("closes_at"),
    Column("approved", Boolean, nullable=False),  # false while a link waits for a second pair of eyes
    Column("late", Boolean, nullable=False),  # it went out after its hour
    Column("answered", Integer, nullable=False),
    moment("created_at"),
    words_or_null("token"),  # of the one button under all its posts; null until it opens
    Column("reminded", Integer, nullable=False, server_default=text("0")),  # who asked for it and were told
    Index(None, "union_id", "state", "day"),
)
Index(
    "uq_calls_union_day",
    calls.c.union_id,
    calls.c.day,
    unique=True,
    sqlite_where=calls.c.leader_id.is_(None),
    postgresql_where=calls.c.leader_id.is_(None),
)
Index(
    "uq_calls_branch_day",
    calls.c.leader_id,
    calls.c.day,
    unique=True,
    sqlite_where=calls.c.leader_id.is_not(None),
    postgresql_where=calls.c.leader_id.is_not(None),
)
Index(
    "ix_calls_ahead",
    calls.c.opens_at,
    sqlite_where=calls.c.state.in_(["planned", "open"]),
    postgresql_where=calls.c.state.in_(["planned", "open"]),
)

Index(
    "ix_calls_queued",
    calls.c.state,
    calls.c.union_id,
    sqlite_where=calls.c.state == "queued",
    postgresql_where=calls.c.state == "queued",
)

# Days that a call comes again on; its text is a call of state 'template'.
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
    Column("laid_day", Integer, nullable=True),  # up to which union-day rules and the queue made their calls
)

call_posts = table(
    "call_posts",
    Column("call_id", Id, ForeignKey("calls.id"), primary_key=True, autoincrement=False),
    Column("space_id", Id, ForeignKey("spaces.id"), primary_key=True, autoincrement=False),
    Column("shown", Integer, nullable=False),  # the count that the post says; -1: it is not edited any more
    moment_or_null("edited_at"),  # or looked at
)
Index(
    "ix_call_posts_live",
    call_posts.c.call_id,
    sqlite_where=call_posts.c.shown >= 0,
    postgresql_where=call_posts.c.shown >= 0,
)

checkins = table(
    "checkins",
    Column("call_id", Id, ForeignKey("calls.id"), primary_key=True, autoincrement=False),
    Column("member_id", Id, ForeignKey("members.id"), primary_key=True, autoincrement=False),
    Column("day", Integer, nullable=False),
    moment("at"),
    words("state"),  # 'done' | 'waiting' | 'refused' | 'repaired': a leader made up for it, it is no answer
    Column("late", Boolean, nullable=False),
    words_or_null("proof"),
    Column("file_id", Id, ForeignKey("files.id"), nullable=True),
    Column("space_id", Id, nullable=True),  # where it was pressed; null: in private
    Column("judged_by", Id, nullable=True),  # while it waits: whose word it waits for; null: any witness's
    moment_or_null("judged_at"),
    Index(None, "member_id", "day"),
)
Index(
    "ix_checkins_waiting",
    checkins.c.judged_by,
    checkins.c.call_id,
    checkins.c.member_id,
    sqlite_where=checkins.c.state == "waiting",
    postgresql_where=checkins.c.state == "waiting",
)

streaks = table(
    "streaks",
    of_member(),
    of_union(),
    Column("current", Integer, nullable=False),
    Column("best", Integer, nullable=False),
    Column("last_day", Integer, nullable=False),  # the last union-day that counted, by an answer or a repair
    Column("freezes", SmallInteger, nullable=False),  # in hand
    Column("run", SmallInteger, nullable=False),  # days towards the next freeze
    # Streaks that go on are those of few days and freezes: of each such group the longest are read.
    Index("ix_streaks_longest", "union_id", "last_day", "freezes", text("current DESC"), "member_id"),
)

reminders = table(
    "reminders",
    of_member(),
    of_union(),
    Column("account_id", Id, nullable=False),
    Column("minutes", SmallInteger, nullable=False),  # of the local day
    Column("reminded_day", Integer, nullable=True),
    Index(None, "union_id", "minutes"),
)

# A leader's one press to remind who has not answered.
nudges = table(
    "nudges",
    Column("call_id", Id, ForeignKey("calls.id"), primary_key=True, autoincrement=False),
    Column("leader_id", Id, ForeignKey("members.id"), primary_key=True, autoincrement=False),
    moment("at"),
    Column("reached", Integer, nullable=False),
)

# Of members who are endorsed: how many of their base answered in the last seven union-days, at the last close.
activations = table(
    "activations",
    of_member(),
    of_union(),
    Column("answered", Integer, nullable=False),
    Column("share", Double, nullable=True),  # of the base; null if that is too small for the ranking
    Index(None, "union_id", "share"),
)

entries = table(
    "entries",
    own_id(),
    Column("call_id", Id, ForeignKey("calls.id"), nullable=False),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    words("words"),
    Column("file_id", Id, ForeignKey("files.id"), nullable=True),
    moment("at"),
    Column("votes", Integer, nullable=False),
    UniqueConstraint("call_id", "member_id"),
    Index(None, "member_id"),
)
# Where a picture is shown; without these each erased picture would cost a look at every answer.
for _shows in (calls, checkins, entries):
    Index(
        f"ix_{_shows.name}_file_id",
        _shows.c.file_id,
        sqlite_where=_shows.c.file_id.is_not(None),
        postgresql_where=_shows.c.file_id.is_not(None),
    )

# Contests that somebody took part in, or that were closed by hand; `closed_at` once the ranking is posted.
contests = table(
    "contests",
    Column("call_id", Id, ForeignKey("calls.id"), primary_key=True, autoincrement=False),
    moment_or_null("closed_at"),
)
Index(
    "ix_contests_open",
    contests.c.call_id,
    sqlite_where=contests.c.closed_at.is_(None),
    postgresql_where=contests.c.closed_at.is_(None),
)

# Until the contest is closed; then only the entries' counts are left.
entry_votes = table(
    "entry_votes",
    Column("call_id", Id, ForeignKey("calls.id"), primary_key=True, autoincrement=False),
    Column("member_id", Id, ForeignKey("members.id"), primary_key=True, autoincrement=False),
    Column("entry_id", Id, ForeignKey("entries.id"), nullable=False),
    Index(None, "entry_id"),
    Index(None, "member_id"),
)

# Hosts that links in calls may point to without a second pair of eyes.
link_hosts = table(
    "link_hosts",
    Column("union_id", Id, ForeignKey("unions.id"), primary_key=True, autoincrement=False),
    words("host", primary_key=True),
)
