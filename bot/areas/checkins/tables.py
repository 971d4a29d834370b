"""Answers to calls, and the streaks that they make."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, SmallInteger, text

from bot.areas.files.tables import Kept, show_index, shown_file
from bot.storage.columns import (
    GOES,
    WORKED_OUT,
    Fate,
    Fates,
    member,
    moment,
    moment_or_null,
    named_member,
    of_member,
    of_union,
    partial_index,
    table,
    words,
    words_or_null,
)
from bot.storage.types import Id

checkins = table(
    "checkins",
    Column("call_id", Id, ForeignKey("calls.id"), primary_key=True, autoincrement=False),
    member("member_id", GOES, primary_key=True),
    Column("day", Integer, nullable=False),
    moment("at"),
    words("state"),  # 'done' | 'waiting' | 'refused' | 'repaired': a leader made up for it, it is no answer
    Column("late", Boolean, nullable=False),
    words_or_null("proof"),
    shown_file(Kept.AS_PROOF),
    Column("space_id", Id, nullable=True),  # where it was pressed; null: in private
    named_member(
        "judged_by", Fates(Fate.HANDED_ON, Fate.HANDED_ON)
    ),  # while it waits: whose word it waits for; null: any witness's
    moment_or_null("judged_at"),
    Index(None, "member_id", "day"),
)
show_index(checkins)

partial_index(
    "ix_checkins_waiting",
    checkins.c.judged_by,
    checkins.c.call_id,
    checkins.c.member_id,
    where=checkins.c.state == "waiting",
)

streaks = table(
    "streaks",
    of_member(WORKED_OUT),
    of_union(),
    Column("current", Integer, nullable=False),
    Column("best", Integer, nullable=False),
    Column("last_day", Integer, nullable=False),  # the last union-day that counted, by an answer or a repair
    Column("freezes", SmallInteger, nullable=False),  # in hand
    Column("run", SmallInteger, nullable=False),  # days towards the next freeze
    # Streaks that go on are those of few days and freezes: of each such group the longest are read.
    Index("ix_streaks_longest", "union_id", "last_day", "freezes", text("current DESC"), "member_id"),
)
