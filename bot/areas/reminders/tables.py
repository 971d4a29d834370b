"""Members' wishes for reminders, and leaders' nudges."""

from sqlalchemy import Column, ForeignKey, Index, Integer, SmallInteger

from bot.storage.columns import HISTORY, Fate, Fates, member, moment, named_member, of_member, of_union, table
from bot.storage.types import Id

reminders = table(
    "reminders",
    of_member(),
    of_union(),
    named_member("account_id", Fates(Fate.ERASED, Fate.KEPT), nullable=False),
    Column("minutes", SmallInteger, nullable=False),  # of the local day
    Column("reminded_day", Integer, nullable=True),
    Index(None, "union_id", "minutes"),
)

# A nudge: a leader had the members of their base reminded who had not answered. Once for each call.
nudges = table(
    "nudges",
    Column("call_id", Id, ForeignKey("calls.id"), primary_key=True, autoincrement=False),
    member("leader_id", HISTORY, primary_key=True),
    moment("at"),
    Column("reached", Integer, nullable=False),
)
