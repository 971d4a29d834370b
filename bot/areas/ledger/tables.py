"""The ledger."""

from sqlalchemy import BigInteger, Column, ForeignKey

from bot.storage.columns import data, moment, table, words, words_or_null
from bot.storage.types import Id

ledger = table(
    "ledger",
    Column("union_id", Id, ForeignKey("unions.id"), primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    moment("time"),
    words("kind"),
    words_or_null("actor"),  # members.ref
    words("payload"),  # canonical JSON
    data("hash"),
)

ledger_heads = table(
    "ledger_heads",
    Column("union_id", Id, ForeignKey("unions.id"), primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    data("hash"),
)
