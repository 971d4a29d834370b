"""Limits and waits of accounts, and how often they used a command, under a keyed hash of the account."""

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

# How often an account used a command whose limit lasts long, in any union or in none.
uses = table(
    "uses",
    data("key", primary_key=True),  # keyed hash of account and command
    words("times"),  # JSON: seconds since 1970, the oldest first
    moment("until"),  # after this, none of them counts
    Index(None, "until"),
)
