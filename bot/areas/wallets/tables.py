"""Wallets, the tickets for linking them, and claims on those that another member holds."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, UniqueConstraint

from bot.storage.columns import (
    GOES,
    Fate,
    Fates,
    data,
    member,
    moment,
    moment_or_null,
    named_member,
    of_union,
    own_id,
    partial_index,
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
    named_member("account_id", Fates(Fate.ERASED, Fate.KEPT)),  # which linked it; null: that is not known
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
    words("state"),  # 'open' | 'signed' | 'returned' | 'done' | 'cancelled'
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

# Further addresses of a ticket's page. An alias is for third parties: it opens no page, and is spent once for a page.
ticket_addresses = table(
    "ticket_addresses",
    data("token_hash", primary_key=True),
    Column("ticket_id", Id, ForeignKey("tickets.id"), nullable=False),
    words("kind"),  # 'alias' | 'page'
    moment("created_at"),
    Index(None, "ticket_id"),
)

claims = table(
    "claims",
    own_id(),
    of_union(),
    words("address"),  # EIP-55; the holder is the member who holds this wallet
    Column(
        "account_id",
        Id,
        ForeignKey("accounts.id"),
        nullable=True,
        info={"fates": Fates(Fate.HANDED_ON, Fate.KEPT)},  # without its claimant, the row tells the holder
    ),
    moment("opened_at"),
    moment("moves_at"),
    moment("next_at"),  # of the next telling, or of the move
    Column("told", Integer, nullable=False),
    words_or_null("ended"),  # an outcome that was not told yet; null while the claim is open
    Index(None, "account_id"),
)
IS_OPEN = claims.c.ended.is_(None)
partial_index("uq_claims_open", claims.c.union_id, claims.c.address, where=IS_OPEN, unique=True)
partial_index("ix_claims_next_at", claims.c.next_at, where=IS_OPEN)
partial_index("ix_claims_untold", claims.c.id, where=claims.c.ended.is_not(None))
