"""Limits and waits of accounts, under a keyed hash of the account."""

from sqlalchemy import BigInteger, Column, Index

from bot.storage.columns import data, moment, moment_or_null, of_union, table, words

traces = table(
    "traces",
    data("key", primary_key=True),  # keyed hash of union, account and kind
    of_union(),
    words("kind"),
    Column("number", BigInteger, nullable=False),
    moment("since"),
    moment_or_null("until"),  # null: for ever
    Index(None, "until"),
    Index(None, "union_id", "kind"),
)
