"""The ledger."""

from sqlalchemy import BigInteger, Column, ForeignKey, text

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
    # The number of the first entry in format 2. It is 1, except in ledgers that began in format 1.
    Column("bound_from", BigInteger, nullable=False, server_default=text("1")),
)
