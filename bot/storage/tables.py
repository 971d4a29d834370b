"""Every table of Muster, declared once for SQLite and PostgreSQL.

A change here needs a migration in `migrations/versions`; a test compares the two.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.storage.types import Id, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *items: Column[Any] | Index | UniqueConstraint) -> Table:
    # An id is never given out twice, not even after its row is erased: outbox ids are keys on the platforms.
    autoincrement = any(isinstance(item, Column) and item.name == "id" for item in items)
    return Table(name, metadata, *items, sqlite_autoincrement=autoincrement, implicit_returning=False)


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True)


def _union() -> Column[int]:
    return Column("union_id", Id, ForeignKey("unions.id"), nullable=False)


def _member() -> Column[int]:
    return Column("member_id", Id, ForeignKey("members.id"), primary_key=True, autoincrement=False)


def _text(name: str, **options: Any) -> Column[str]:
    return Column(name, Text, nullable=False, **options)


def _text_or_null(name: str, **options: Any) -> Column[str]:
    return Column(name, Text, nullable=True, **options)


def _moment(name: str) -> Column[Any]:
    return Column(name, UtcDateTime, nullable=False)


def _moment_or_null(name: str) -> Column[Any]:
    return Column(name, UtcDateTime, nullable=True)


def _bytes(name: str, **options: Any) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False, **options)


unions = _table(
    "unions",
    _id(),
    _text("ref", unique=True),
    _text("name"),
    _text("purpose"),
    _text("time_zone"),
    Column("founder_id", Id, nullable=True),  # members.id; no foreign key, as members point at unions
    _moment("created_at"),
)

members = _table(
    "members",
    _id(),
    _union(),
    _text("ref", unique=True),
    _moment("joined_at"),
    _moment_or_null("left_at"),
    Column("merged_into", Id, nullable=True),
    Column("told_day", Integer, nullable=True),  # union-day of the last message that they did not ask for
    Index(None, "union_id"),
)

accounts = _table(
    "accounts",
    _id(),
    _union(),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    _text("platform"),
    _text("native_id"),
    _text("name"),
    _text_or_null("username"),  # lower case, without the @
    _moment_or_null("unreachable_at"),
    _moment("joined_at"),
    _moment_or_null("money_after"),  # end of the cooldown after an account joined an existing member
    _moment_or_null("seen_at"),  # when it last did anything here, within half a day
    UniqueConstraint("union_id", "platform", "native_id"),
    Index(None, "platform", "native_id"),
    Index(None, "member_id"),
    Index(None, "union_id", "username"),
)

wallets = _table(
    "wallets",
    _id(),
    _union(),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    _text("address"),  # EIP-55
    _text("kind"),  # 'eoa' | 'contract'
    _moment("linked_at"),
    UniqueConstraint("union_id", "address"),
    Index(None, "member_id"),
)

endorsements = _table(
    "endorsements",
    _member(),
    Column("leader_id", Id, ForeignKey("members.id"), nullable=True),  # null: withdrawn; `since` stays
    Column(
        "height", SmallInteger, nullable=False
    ),  # endorsements in the longest chain that ends at the member
    _moment("since"),
    Index(None, "leader_id", "height"),
)

# Of members who are or were endorsed. Without them a ranking would be a million rows of nothing.
support = _table(
    "support",
    _member(),
    _union(),
    Column("direct", Integer, nullable=False),  # who endorse the member
    Column("headcount", Integer, nullable=False),  # who reach the member by following endorsements
    Column("linked", Integer, nullable=False),  # those of them who hold a wallet
    Column("day", Integer, nullable=False),  # union-day (proleptic ordinal) of the last change
    Index(None, "union_id", "headcount"),
    Index(None, "union_id", "linked"),
)

# The numbers at the end of a union-day, kept when a later day first changes them.
support_days = _table(
    "support_days",
    _member(),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("headcount", Integer, nullable=False),
    Column("linked", Integer, nullable=False),
    Index(None, "day"),
)

support_news = _table(
    "support_news",
    _id(),
    _union(),
    Column("leader_id", Id, ForeignKey("members.id"), nullable=False),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("gained", Boolean, nullable=False),
    _moment("at"),
    Column("told", SmallInteger, nullable=False),  # 0 until it stood in the leader's digest
    Index(None, "leader_id", "at"),
    Index(None, "at"),
)
Index(
    "ix_support_news_untold",
    support_news.c.union_id,
    support_news.c.leader_id,
    sqlite_where=support_news.c.told == 0,
    postgresql_where=support_news.c.told == 0,
)

# Members whose leader left, until they are told; `offer_id` is whom that leader endorsed.
released = _table(
    "released",
    _member(),
    _union(),
    Column("offer_id", Id, nullable=True),
    _moment("at"),
)

invites = _table(
    "invites",
    _text("code", primary_key=True),
    _union(),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    _moment("created_at"),
    _moment("expires_at"),
    _moment_or_null("revoked_at"),
    Column("uses", Integer, nullable=False),
    Column("most", Integer, nullable=False),
    Index(None, "member_id"),
)

recruits = _table(
    "recruits",
    _member(),
    Column("recruiter_id", Id, ForeignKey("members.id"), nullable=False),
    _moment("at"),
    Index(None, "recruiter_id"),
)

rules = _table(
    "rules",
    Column("union_id", Id, ForeignKey("unions.id"), primary_key=True, autoincrement=False),
    _text("leaders"),  # 'founder' | 'top' | 'supported'
    Column("leaders_n", Integer, nullable=False),  # how many lead, or how many supporters make a leader
    Column("linked_only", Boolean, nullable=False),  # whether only members with a wallet count towards ranks
    Column("grace_days", Integer, nullable=False),
    Column("switch_hours", Integer, nullable=False),
    _text_or_null("alerts"),  # JSON of the chat that moderators are told in
)

leaders = _table(
    "leaders",
    _member(),
    _union(),
    _moment("since"),
    _moment_or_null("falls_at"),  # end of the grace period of who fell below the rule
    Index(None, "union_id"),
)

flags = _table(
    "flags",
    _id(),
    _union(),
    _text("kind"),  # 'burst' | 'ring'
    Column("member_id", Id, nullable=True),  # whose support it is about
    _text("evidence"),  # JSON: counts, times and member ids, never names
    _moment("at"),
    _moment_or_null("closed_at"),
    Column("closed_by", Id, nullable=True),
    _text("dedupe_key"),
    UniqueConstraint("union_id", "dedupe_key"),
)

scores = _table(
    "scores",
    _member(),
    _union(),
    Column("trust", Double, nullable=False),
    Index(None, "union_id", "trust"),
)

score_rounds = _table(
    "score_rounds",
    Column("union_id", Id, ForeignKey("unions.id"), primary_key=True, autoincrement=False),
    _moment("at"),
    Column("entries", BigInteger, nullable=False),  # how far the ledger was then
)

# Pictures that members gave, re-encoded.
files = _table(
    "files",
    _id(),
    _union(),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    _text("mime"),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    _bytes("data"),
    _moment("at"),
    Index(None, "member_id"),
    Index(None, "at"),
)

calls = _table(
    "calls",
    _id(),
    _union(),
    Column("leader_id", Id, ForeignKey("members.id"), nullable=True),  # whose branch; null: the whole union
    Column("author_id", Id, ForeignKey("members.id"), nullable=False),
    Column("rule_id", Id, nullable=True),  # the rule that made it
    _text("state"),  # 'draft' | 'template' | 'queued' | 'planned' | 'open' | 'closed' | 'cancelled'
    _text("title"),
    _text("what"),
    _text("why"),
    _text_or_null("link"),
    Column("file_id", Id, ForeignKey("files.id"), nullable=True),
    _text("proof"),  # 'word' | 'link' | 'photo' | 'witness' | 'leader'
    Column("contest", Boolean, nullable=False),
    Column("opens", SmallInteger, nullable=False),  # minutes of the local day
    Column("closes", SmallInteger, nullable=False),
    Column("day", Integer, nullable=True),  # union-day; null until planned, and once cancelled
    _moment_or_null("opens_at"),
    _moment_or_null("closes_at"),
    Column("approved", Boolean, nullable=False),  # false while a link waits for a second pair of eyes
    Column("late", Boolean, nullable=False),  # it went out after its hour
    Column("answered", Integer, nullable=False),
    _moment("created_at"),
    _text_or_null("token"),  # of the one button under all its posts; null until it opens
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
call_rules = _table(
    "call_rules",
    _id(),
    _union(),
    Column("call_id", Id, ForeignKey("calls.id"), nullable=False),
    _text("repeats"),  # 'daily' | 'weekdays' | 'weekly'
    _text("weekdays"),  # of 'weekly': like "mo,th"
    Column("first_day", Integer, nullable=False),
    Column("last_day", Integer, nullable=True),
    _moment_or_null("ended_at"),
    Index(None, "union_id"),
)

call_settings = _table(
    "call_settings",
    Column("union_id", Id, ForeignKey("unions.id"), primary_key=True, autoincrement=False),
    Column("opens", SmallInteger, nullable=False),  # the union's hour, in minutes of the local day
    Column("laid_day", Integer, nullable=True),  # up to which union-day rules and the queue made their calls
)

call_posts = _table(
    "call_posts",
    Column("call_id", Id, ForeignKey("calls.id"), primary_key=True, autoincrement=False),
    Column("space_id", Id, ForeignKey("spaces.id"), primary_key=True, autoincrement=False),
    Column("shown", Integer, nullable=False),  # the count that the post says; -1: it is not edited any more
    _moment_or_null("edited_at"),  # or looked at
)
Index(
    "ix_call_posts_live",
    call_posts.c.call_id,
    sqlite_where=call_posts.c.shown >= 0,
    postgresql_where=call_posts.c.shown >= 0,
)

checkins = _table(
    "checkins",
    Column("call_id", Id, ForeignKey("calls.id"), primary_key=True, autoincrement=False),
    Column("member_id", Id, ForeignKey("members.id"), primary_key=True, autoincrement=False),
    Column("day", Integer, nullable=False),
    _moment("at"),
    _text("state"),  # 'done' | 'waiting' | 'refused' | 'repaired': a leader made up for it, it is no answer
    Column("late", Boolean, nullable=False),
    _text_or_null("proof"),
    Column("file_id", Id, ForeignKey("files.id"), nullable=True),
    Column("space_id", Id, nullable=True),  # where it was pressed; null: in private
    Column("judged_by", Id, nullable=True),  # while it waits: whose word it waits for; null: any witness's
    _moment_or_null("judged_at"),
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

streaks = _table(
    "streaks",
    _member(),
    _union(),
    Column("current", Integer, nullable=False),
    Column("best", Integer, nullable=False),
    Column("last_day", Integer, nullable=False),  # the last union-day that counted, by an answer or a repair
    Column("freezes", SmallInteger, nullable=False),  # in hand
    Column("run", SmallInteger, nullable=False),  # days towards the next freeze
    # Streaks that go on are those of few days and freezes: of each such group the longest are read.
    Index("ix_streaks_longest", "union_id", "last_day", "freezes", text("current DESC"), "member_id"),
)

reminders = _table(
    "reminders",
    _member(),
    _union(),
    Column("account_id", Id, nullable=False),
    Column("minutes", SmallInteger, nullable=False),  # of the local day
    Column("reminded_day", Integer, nullable=True),
    Index(None, "union_id", "minutes"),
)

# A leader's one press to remind who has not answered.
nudges = _table(
    "nudges",
    Column("call_id", Id, ForeignKey("calls.id"), primary_key=True, autoincrement=False),
    Column("leader_id", Id, ForeignKey("members.id"), primary_key=True, autoincrement=False),
    _moment("at"),
    Column("reached", Integer, nullable=False),
)

# Of members who are endorsed: how many of their base answered in the last seven union-days, at the last close.
activations = _table(
    "activations",
    _member(),
    _union(),
    Column("answered", Integer, nullable=False),
    Column("share", Double, nullable=True),  # of the base; null if that is too small for the ranking
    Index(None, "union_id", "share"),
)

entries = _table(
    "entries",
    _id(),
    Column("call_id", Id, ForeignKey("calls.id"), nullable=False),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    _text("words"),
    Column("file_id", Id, ForeignKey("files.id"), nullable=True),
    _moment("at"),
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
contests = _table(
    "contests",
    Column("call_id", Id, ForeignKey("calls.id"), primary_key=True, autoincrement=False),
    _moment_or_null("closed_at"),
)
Index(
    "ix_contests_open",
    contests.c.call_id,
    sqlite_where=contests.c.closed_at.is_(None),
    postgresql_where=contests.c.closed_at.is_(None),
)

# Until the contest is closed; then only the entries' counts are left.
entry_votes = _table(
    "entry_votes",
    Column("call_id", Id, ForeignKey("calls.id"), primary_key=True, autoincrement=False),
    Column("member_id", Id, ForeignKey("members.id"), primary_key=True, autoincrement=False),
    Column("entry_id", Id, ForeignKey("entries.id"), nullable=False),
    Index(None, "entry_id"),
    Index(None, "member_id"),
)

# Hosts that links in calls may point to without a second pair of eyes.
link_hosts = _table(
    "link_hosts",
    Column("union_id", Id, ForeignKey("unions.id"), primary_key=True, autoincrement=False),
    _text("host", primary_key=True),
)

spaces = _table(
    "spaces",
    _id(),
    _union(),
    _text("platform"),
    _text("native_id"),
    _text("title"),
    _moment("connected_at"),
    _moment_or_null("disconnected_at"),
    _text_or_null(
        "chat"
    ),  # where calls are posted; null: nobody said, and the platform has no place by itself
    _text_or_null("thread"),
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

space_codes = _table(
    "space_codes",
    _bytes("code_hash", primary_key=True),
    _union(),
    Column("created_by", Id, nullable=False),
    _moment("expires_at"),
    _moment_or_null("used_at"),
)

tickets = _table(
    "tickets",
    _id(),
    _bytes("token_hash", unique=True),
    _union(),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    _text("state"),  # 'open' | 'signed' | 'done' | 'cancelled'
    _text_or_null("nonce"),
    _text_or_null("message"),  # the EIP-4361 text as it was issued
    _text_or_null("address"),
    _text_or_null("wallet_kind"),
    Column("code_hash", LargeBinary, nullable=True),
    Column("code_attempts", Integer, nullable=False),
    _moment("created_at"),
    _moment("expires_at"),
    Index(None, "account_id"),
)

tokens = _table(
    "tokens",
    _text("token", primary_key=True),
    Column("union_id", Id, nullable=True),
    _text("kind"),  # 'button' | 'form'
    _text("action"),
    _text("arguments"),  # JSON
    _text_or_null("presser"),  # "platform:native_id"; null = anyone
    _text_or_null("space"),  # native id of the space that it was given in
    Column("single_use", Boolean, nullable=False),
    _moment_or_null("expires_at"),
    _moment_or_null("used_at"),
)

dialogues = _table(
    "dialogues",
    _text("platform", primary_key=True),
    _text("chat_id", primary_key=True),
    _text("user_id", primary_key=True),
    _text("state"),  # JSON
    _moment("expires_at"),
)

inbound = _table(
    "inbound",
    _text("key", primary_key=True),
    _text_or_null("actor"),
    Column("payload", LargeBinary, nullable=True),
    Column("reply", LargeBinary, nullable=True),
    Column("state", SmallInteger, nullable=False),  # 0 received, 1 done with its reply, 2 delivered
    _moment("received_at"),
    Index(None, "actor"),
    Index(None, "received_at"),
)
# A query uses a partial index only if its own condition is written with a literal: literal_column("2").
Index(
    "ix_inbound_unfinished",
    inbound.c.state,
    sqlite_where=inbound.c.state < 2,
    postgresql_where=inbound.c.state < 2,
)

outbox = _table(
    "outbox",
    _id(),
    _text("platform"),
    Column("union_id", Id, nullable=True),
    _text("target"),  # JSON
    _text_or_null("person"),  # native id of whose private chat it goes to, so that they can be forgotten
    _bytes("body"),
    _text("state"),  # 'due' | 'behind' another of its chain | 'sending' | 'sent' | 'uncertain' | 'parked'
    _moment("due_at"),
    Column("attempts", Integer, nullable=False),
    _text_or_null("last_error"),
    _text_or_null("sent_id"),
    _text_or_null("dedupe_key", unique=True),
    _moment("created_at"),
    Column("lane", SmallInteger, nullable=False, server_default=text("0")),  # 0 urgent, 1 bulk
    Column("share", Id, nullable=False, server_default=text("0")),  # whose turn it takes: the union's, or 0
    _text("chain", server_default=text("''")),  # what is sent one after another: lane, union and chat
)
_OVER = outbox.c.state.in_(["sent", "uncertain", "parked"])
_OPEN = outbox.c.state.in_(["due", "behind", "sending"])
Index(
    "ix_outbox_due",
    outbox.c.platform,
    outbox.c.lane,
    outbox.c.share,
    outbox.c.due_at,
    outbox.c.id,
    sqlite_where=outbox.c.state == "due",
    postgresql_where=outbox.c.state == "due",
)
Index(
    "ix_outbox_chain",
    outbox.c.platform,
    outbox.c.chain,
    outbox.c.id,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
Index(
    "ix_outbox_unsent",
    outbox.c.platform,
    outbox.c.state,
    sqlite_where=outbox.c.state != "sent",
    postgresql_where=outbox.c.state != "sent",
)
Index("ix_outbox_over", outbox.c.created_at, sqlite_where=_OVER, postgresql_where=_OVER)

# Chats that messages of a union cannot reach, until one does again.
unreached = _table(
    "unreached",
    Column("union_id", Id, ForeignKey("unions.id"), primary_key=True, autoincrement=False),
    _text("platform", primary_key=True),
    _text("chat", primary_key=True),
    _text_or_null("person"),  # whose private chat it is
    _text("kind"),  # 'blocked' | 'gone' | 'rights'
    _moment("at"),
    Column("told", SmallInteger, nullable=False),  # 0 until the moderators were told
    Index(None, "platform", "chat"),
)

ledger = _table(
    "ledger",
    Column("union_id", Id, ForeignKey("unions.id"), primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    _moment("time"),
    _text("kind"),
    _text_or_null("actor"),  # members.ref
    _text("payload"),  # canonical JSON
    _bytes("hash"),
)

ledger_heads = _table(
    "ledger_heads",
    Column("union_id", Id, ForeignKey("unions.id"), primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    _bytes("hash"),
)

private_unions = _table(
    "private_unions",
    _text("platform", primary_key=True),
    _text("native_id", primary_key=True),
    _union(),
)

meta = _table("meta", _text("key", primary_key=True), _text("value"))
