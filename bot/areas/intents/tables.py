"""Effects outside the database."""

from sqlalchemy import Column, Index, Integer, literal_column

from bot.storage.columns import (
    Fate,
    Fates,
    member,
    moment,
    moment_or_null,
    of_union,
    own_id,
    partial_index,
    table,
    words,
)

intents = table(
    "intents",
    own_id(),
    of_union(),
    member(
        "member_id", Fates(Fate.HANDED_ON, Fate.HANDED_ON), nullable=True
    ),  # who is told; null: nobody any more
    words("kind"),
    words("key", unique=True),
    words("payload"),  # JSON; emptied when it ends
    words("state"),  # 'waiting' | 'begun' | 'done' | 'refused' | 'unknown'
    Column("tries", Integer, nullable=False),
    moment("planned_at"),
    moment("due_at"),
    moment_or_null("ended_at"),
    words("detail"),
    Index(None, "member_id"),
    Index(None, "ended_at"),
)

IS_OPEN = intents.c.state.in_(
    [literal_column("'waiting'"), literal_column("'begun'"), literal_column("'unknown'")]
)
partial_index("ix_intents_open", intents.c.kind, intents.c.due_at, where=IS_OPEN)
