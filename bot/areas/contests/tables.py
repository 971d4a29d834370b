"""Contests, entries and votes."""

from sqlalchemy import Column, ForeignKey, Index, Integer, UniqueConstraint

from bot.areas.files.tables import Kept, show_index, shown_file
from bot.storage.columns import (
    GOES,
    STAYS,
    member,
    moment,
    moment_or_null,
    own_id,
    partial_index,
    table,
    words,
)
from bot.storage.types import Id

entries = table(
    "entries",
    own_id(),
    Column("call_id", Id, ForeignKey("calls.id"), nullable=False),
    member("member_id", STAYS),
    words("words"),
    shown_file(Kept.WITH_MEMBER),
    moment("at"),
    Column("votes", Integer, nullable=False),
    UniqueConstraint("call_id", "member_id"),
    Index(None, "member_id"),
)
show_index(entries)

# Contests that got an entry. `closed_at` is null until the votes are counted.
contests = table(
    "contests",
    Column("call_id", Id, ForeignKey("calls.id"), primary_key=True, autoincrement=False),
    moment_or_null("closed_at"),
)

IS_RUNNING = contests.c.closed_at.is_(None)
partial_index("ix_contests_open", contests.c.call_id, where=IS_RUNNING)

# Votes are kept until their contest is closed. Then only the numbers in `entries` are left.
entry_votes = table(
    "entry_votes",
    Column("call_id", Id, ForeignKey("calls.id"), primary_key=True, autoincrement=False),
    member("member_id", GOES, primary_key=True),
    Column("entry_id", Id, ForeignKey("entries.id"), nullable=False),
    Index(None, "entry_id"),
    Index(None, "member_id"),
)
