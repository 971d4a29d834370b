"""Wallets, and the tickets for linking them."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, UniqueConstraint

from bot.storage.columns import (
    GOES,
    Fate,
    Fates,
    data,
    member,
    moment,
    moment_or_null,
    of_union,
    own_id,
    table,
    words,
    words_or_null,
)
from bot.storage.types import Id

wallets = table(
    "wallets",
    own_id(),
    of_union(),
    member("member_id", GOES),
    words("address"),  # EIP-55
    words("kind"),  # 'eoa' | 'contract'
    moment("linked_at"),
    moment_or_null("waits_until"),  # before then it does not count for money, gates and votes
    UniqueConstraint("union_id", "address"),
    Index(None, "member_id"),
)

tickets = table(
    "tickets",
    own_id(),
    data("token_hash", unique=True),
    of_union(),
    Column(
        "account_id",
        Id,
        ForeignKey("accounts.id"),
        nullable=False,
        info={"fates": Fates(Fate.ERASED, Fate.KEPT)},
    ),
    words("state"),  # 'open' | 'signed' | 'done' | 'cancelled'
    words_or_null("nonce"),
    words_or_null("message"),  # the EIP-4361 text that was issued last
    words_or_null("address"),
    words_or_null("wallet_kind"),
    Column("code_hash", LargeBinary, nullable=True),
    Column("code_attempts", Integer, nullable=False),
    moment("created_at"),
    moment("expires_at"),
    Index(None, "account_id"),
)
