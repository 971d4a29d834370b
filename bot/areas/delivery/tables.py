"""The outbox of messages, and the chats that messages do not reach."""

from sqlalchemy import Column, ForeignKey, Index, Integer, SmallInteger, text

from bot.storage.columns import data, moment, own_id, partial_index, table, words, words_or_null
from bot.storage.types import Id

outbox = table(
    "outbox",
    own_id(),
    words("platform"),
    Column("union_id", Id, nullable=True),
    words("target"),  # JSON
    words_or_null("person"),  # native id of the person in a private chat; needed for forgetting them
    data("body"),
    words("state"),  # 'due' | 'behind' (in its chain) | 'sending' | 'sent' | 'uncertain' | 'parked'
    moment("due_at"),
    Column("attempts", Integer, nullable=False),
    words_or_null("last_error"),
    words_or_null("sent_id"),
    words_or_null("dedupe_key", unique=True),
    moment("created_at"),
    Column("lane", SmallInteger, nullable=False, server_default=text("0")),  # 0 urgent, 1 bulk
    Column("share", Id, nullable=False, server_default=text("0")),  # the union whose turn it takes, or 0
    words("chain", server_default=text("''")),  # lane, union and chat; one after another is sent
)

_OVER = outbox.c.state.in_(["sent", "uncertain", "parked"])

_OPEN = outbox.c.state.in_(["due", "behind", "sending"])

partial_index(
    "ix_outbox_due",
    outbox.c.platform,
    outbox.c.lane,
    outbox.c.share,
    outbox.c.due_at,
    outbox.c.id,
    where=outbox.c.state == "due",
)

partial_index("ix_outbox_chain", outbox.c.platform, outbox.c.chain, outbox.c.id, where=_OPEN)

partial_index("ix_outbox_unsent", outbox.c.platform, outbox.c.state, where=outbox.c.state != "sent")

partial_index("ix_outbox_over", outbox.c.created_at, where=_OVER)

# Chats that a union's messages cannot reach. A row is erased when a message arrives.
unreached = table(
    "unreached",
    Column("union_id", Id, ForeignKey("unions.id"), primary_key=True, autoincrement=False),
    words("platform", primary_key=True),
    words("chat", primary_key=True),
    words_or_null("person"),  # native id of the person in a private chat
    words("kind"),  # 'blocked' | 'gone' | 'rights' | 'closed' | 'unsure' (erased when told)
    moment("at"),
    Column("told", SmallInteger, nullable=False),  # 0 until the moderators were told
    Index(None, "platform", "chat"),
)
