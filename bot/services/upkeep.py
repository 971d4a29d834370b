"""What is thrown away once it has no more use."""

from __future__ import annotations

from datetime import timedelta

from bot.storage import dialogues, inbound, outbox, spaces, tickets, tokens
from bot.storage.transaction import Tx

# Telegram repeats updates for 24 hours, Discord interactions live 15 minutes.
KEEP_ACTS = timedelta(hours=25)
KEEP_EXPIRED = timedelta(days=1)
KEEP_SENT = timedelta(days=14)


def prune(tx: Tx) -> None:
    """Forget answered acts, messages sent or given up, and expired tickets, tokens, codes and dialogues."""
    inbound.prune(tx, tx.now - KEEP_ACTS)
    outbox.prune(tx, tx.now - KEEP_SENT)
    tokens.prune(tx, tx.now - KEEP_EXPIRED)
    dialogues.prune(tx, tx.now - KEEP_EXPIRED)
    tickets.prune(tx, tx.now - KEEP_EXPIRED)
    spaces.prune_codes(tx, tx.now - KEEP_EXPIRED)
