"""Erases data that has no more use: composed over the areas that keep such data."""

from __future__ import annotations

from datetime import timedelta

from bot.areas.conversations import services as conversations
from bot.areas.delivery import services as delivery
from bot.areas.files import services as files
from bot.areas.joinings.services import codes
from bot.areas.spaces import services as spaces
from bot.areas.traces import services as traces
from bot.areas.wallets.services import links
from bot.domain.transaction import Tx
from bot.storage import meta

# Telegram repeats updates for 24 hours; Discord's interactions end after 15 minutes.
KEEP_ACTS = timedelta(hours=25)
KEEP_EXPIRED = timedelta(days=1)
RAN = "program version"
KEEP_SENT = timedelta(days=14)


def started(tx: Tx, version: str) -> str | None:
    """Notes which version of the program runs on this database; returns the version that ran on it before."""
    before = meta.get(tx, RAN)
    meta.put(tx, RAN, version)
    return before


def prune(tx: Tx) -> None:
    """Erases answered acts, expired tickets, tokens, codes, dialogues and traces, and old proofs."""
    expired = tx.now - KEEP_EXPIRED
    conversations.prune(tx, tx.now - KEEP_ACTS, expired)
    links.prune(tx, expired)
    spaces.prune_codes(tx, expired)
    files.prune(tx)
    traces.prune(tx)
    codes.prune(tx)


def prune_messages(tx: Tx) -> None:
    """Erases some thousand old messages that were sent or given up. It runs often, as a fan-out leaves very many."""
    delivery.prune(tx, tx.now - KEEP_SENT)
