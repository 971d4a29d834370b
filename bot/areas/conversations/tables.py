"""Acts that came in, the meaning of buttons and forms, and questions that wait for an answer."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, SmallInteger

from bot.storage.columns import moment, moment_or_null, partial_index, table, words, words_or_null
from bot.storage.types import Id

tokens = table(
    "tokens",
    words("token", primary_key=True),
    Column("union_id", Id, nullable=True),
    words("kind"),  # 'button' | 'form'
    words("action"),
    words("arguments"),  # JSON
    words_or_null("presser"),  # "platform:native_id" of the only account that may use it; null: anyone
    # The place that it speaks for, by native ids; all null: none but the private chat.
    words_or_null("space"),
    words_or_null("chat"),
    words_or_null("thread"),
    words_or_null("title"),
    Column("single_use", Boolean, nullable=False),
    moment_or_null("expires_at"),
    moment_or_null("used_at"),
    Column("lasts_s", Integer, nullable=True),  # from when it was issued; null: without end
)

dialogues = table(
    "dialogues",
    words("platform", primary_key=True),
    words("chat_id", primary_key=True),
    words("user_id", primary_key=True),
    words("state"),  # JSON
    moment("expires_at"),
)

inbound = table(
    "inbound",
    words("key", primary_key=True),
    words_or_null("actor"),
    Column("payload", LargeBinary, nullable=True),
    Column("reply", LargeBinary, nullable=True),
    Column("state", SmallInteger, nullable=False),  # 0 received, 1 done, 2 its reply was delivered
    moment("received_at"),
    # How often its answer may be there already; null: once if it is done, for its first sending is not noted.
    Column("copies", SmallInteger, nullable=True),
    Index(None, "actor"),
    Index(None, "received_at"),
)

partial_index("ix_inbound_unfinished", inbound.c.state, where=inbound.c.state < 2)
