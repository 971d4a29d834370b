"""Notes about things that wait for somebody, and the members who want none."""

from sqlalchemy import Column, Index

from bot.storage.columns import GOES, member, moment, of_member, of_union, table, words
from bot.storage.types import Id

# A member was told that this thing waits for them. Nobody is told of it twice.
waiting_notes = table(
    "waiting_notes",
    member("member_id", GOES, primary_key=True),
    words("kind", primary_key=True),  # the queue: 'call' | 'answer' | 'flag'
    Column("item", Id, primary_key=True, autoincrement=False),  # the thing's own id in its queue
    of_union(),
    moment("at"),
    Index(None, "union_id", "kind", "item"),
)

without_notes = table("without_notes", of_member(), of_union(), Index(None, "union_id"))
