"""Answers to calls, and the streaks that they make."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, SmallInteger, literal_column, text

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
    words("state"),  # 'done' | 'waiting' | 'refused' | 'repaired' (for the streak only)
    Column("late", Boolean, nullable=False),
    words_or_null("proof"),
    shown_file(Kept.AS_PROOF),
    Column("space_id", Id, nullable=True),  # the space of the press; null: in private
    named_member(
        "judged_by", Fates(Fate.HANDED_ON, Fate.HANDED_ON)
    ),  # while it waits: the member whose word it waits for; null: any witness
    moment_or_null("judged_at"),
    Index(None, "member_id", "day"),
)
show_index(checkins)

# Conditions that queries share with the partial index below, or with each other.
IS_WAITING = checkins.c.state == literal_column("'waiting'")
IS_DONE = checkins.c.state == literal_column("'done'")

partial_index(
    "ix_checkins_waiting",
    checkins.c.judged_by,
    checkins.c.call_id,
    checkins.c.member_id,
    where=IS_WAITING,
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
    # Running streaks have few different last days and freezes. The ranking reads the longest of each such group.
    Index("ix_streaks_longest", "union_id", "last_day", "freezes", text("current DESC"), "member_id"),
)
