"""What comes in, what goes out, and what buttons and links stand for."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, SmallInteger, text

from bot.storage.tables.columns import (
    data,
    moment,
    moment_or_null,
    of_union,
    own_id,
    table,
    words,
    words_or_null,
)
from bot.storage.types import Id

tickets = table(
    "tickets",
    own_id(),
    data("token_hash", unique=True),
    of_union(),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    words("state"),  # 'open' | 'signed' | 'done' | 'cancelled'
    words_or_null("nonce"),
    words_or_null("message"),  # the EIP-4361 text as it was issued
    words_or_null("address"),
    words_or_null("wallet_kind"),
    Column("code_hash", LargeBinary, nullable=True),
    Column("code_attempts", Integer, nullable=False),
    moment("created_at"),
    moment("expires_at"),
    Index(None, "account_id"),
)

tokens = table(
    "tokens",
    words("token", primary_key=True),
    Column("union_id", Id, nullable=True),
    words("kind"),  # 'button' | 'form'
    words("action"),
    words("arguments"),  # JSON
    words_or_null("presser"),  # "platform:native_id"; null = anyone
    words_or_null("space"),  # native id of the space that it was given in
    Column("single_use", Boolean, nullable=False),
    moment_or_null("expires_at"),
    moment_or_null("used_at"),
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
    Column("state", SmallInteger, nullable=False),  # 0 received, 1 done with its reply, 2 delivered
    moment("received_at"),
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

outbox = table(
    "outbox",
    own_id(),
    words("platform"),
    Column("union_id", Id, nullable=True),
    words("target"),  # JSON
    words_or_null("person"),  # native id of whose private chat it goes to, so that they can be forgotten
    data("body"),
    words("state"),  # 'due' | 'behind' another of its chain | 'sending' | 'sent' | 'uncertain' | 'parked'
    moment("due_at"),
    Column("attempts", Integer, nullable=False),
    words_or_null("last_error"),
    words_or_null("sent_id"),
    words_or_null("dedupe_key", unique=True),
    moment("created_at"),
    Column("lane", SmallInteger, nullable=False, server_default=text("0")),  # 0 urgent, 1 bulk
    Column("share", Id, nullable=False, server_default=text("0")),  # whose turn it takes: the union's, or 0
    words("chain", server_default=text("''")),  # what is sent one after another: lane, union and chat
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
unreached = table(
    "unreached",
    Column("union_id", Id, ForeignKey("unions.id"), primary_key=True, autoincrement=False),
    words("platform", primary_key=True),
    words("chat", primary_key=True),
    words_or_null("person"),  # whose private chat it is
    words("kind"),  # 'blocked' | 'gone' | 'rights'
    moment("at"),
    Column("told", SmallInteger, nullable=False),  # 0 until the moderators were told
    Index(None, "platform", "chat"),
)
