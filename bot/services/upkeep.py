"""What is thrown away once it has no more use."""

from __future__ import annotations

from datetime import timedelta

from bot.services import files
from bot.storage import dialogues, inbound, meta, outbox, spaces, tickets, tokens
from bot.storage.transaction import Tx

# Telegram repeats updates for 24 hours, Discord interactions live 15 minutes.
KEEP_ACTS = timedelta(hours=25)
KEEP_EXPIRED = timedelta(days=1)
RAN = "program version"
KEEP_SENT = timedelta(days=14)


def started(tx: Tx, version: str) -> str | None:
    """Note which version of the program runs on this database; the version that ran on it before."""
    before = meta.get(tx, RAN)
    meta.put(tx, RAN, version)
    return before


def prune(tx: Tx) -> None:
    """Forget answered acts, expired tickets, tokens, codes and dialogues, and old proofs."""
    inbound.prune(tx, tx.now - KEEP_ACTS)
    tokens.prune(tx, tx.now - KEEP_EXPIRED)
    dialogues.prune(tx, tx.now - KEEP_EXPIRED)
    tickets.prune(tx, tx.now - KEEP_EXPIRED)
    spaces.prune_codes(tx, tx.now - KEEP_EXPIRED)
    files.prune(tx)


def prune_messages(tx: Tx) -> None:
    """Forget some thousand messages sent or given up; often, as a fan-out leaves very many."""
    outbox.prune(tx, tx.now - KEEP_SENT)
