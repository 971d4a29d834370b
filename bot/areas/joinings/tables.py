"""Proposals that two members are one person, and one-time codes."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, SmallInteger

from bot.storage.columns import (
    Fate,
    Fates,
    data,
    member,
    moment,
    of_union,
    own_id,
    table,
    words,
    words_or_null,
)
from bot.storage.types import Id

ENDS = Fates(Fate.HANDED_ON, Fate.HANDED_ON)
"""The proposal is over. Its row stays until the member who is left was told, and names only them."""
OF_ACCOUNT = Fates(Fate.HANDED_ON, Fate.KEPT)


def _account(name: str) -> Column[int]:
    return Column(name, Id, ForeignKey("accounts.id"), nullable=True, info={"fates": OF_ACCOUNT})


joinings = table(
    "joinings",
    own_id(),
    of_union(),
    words("way"),  # 'code' | 'wallet' | 'slow'
    member("asking_id", ENDS, nullable=True),
    member("asked_id", ENDS, nullable=True),
    _account("asking_account_id"),
    _account("asked_account_id"),  # null: any account of the asked member
    words_or_null("address"),  # the common wallet
    Column("asking_agreed", Boolean, nullable=False),
    Column("asked_agreed", Boolean, nullable=False),
    moment("created_at"),
    moment("expires_at"),
    moment("due_at"),  # when the next thing is to be done without a press
    Column("warned", SmallInteger, nullable=False),
    Column("over", Boolean, nullable=False),
    Index(None, "due_at"),
    Index(None, "asking_id"),
    Index(None, "asked_id"),
)

joining_codes = table(
    "joining_codes",
    Column(
        "account_id",
        Id,
        ForeignKey("accounts.id"),
        primary_key=True,
        autoincrement=False,
        info={"fates": Fates(Fate.ERASED, Fate.ERASED)},
    ),
    data("code_hash", unique=True),
    moment("expires_at"),
)
