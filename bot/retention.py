"""Erases data that has no more use: composed over the areas that keep such data."""

from __future__ import annotations

from datetime import timedelta

from bot.areas.conversations import services as conversations
from bot.areas.delivery import services as delivery
from bot.areas.expulsions.services import expulsions
from bot.areas.files import services as files
from bot.areas.intents import services as intents
from bot.areas.invites import services as invites
from bot.areas.joinings.services import codes
from bot.areas.joinings.services import waiting as joinings_waiting
from bot.areas.spaces import services as spaces
from bot.areas.traces import services as traces
from bot.areas.tree.services import endorsements
from bot.areas.waiting import services as waiting
from bot.areas.wallets.services import claims, links
from bot.domain.transaction import Tx
from bot.storage import erasures, meta, trusted_time

KEEP_EXPIRED = timedelta(days=1)
RAN = "program version"
KEEP_SENT = timedelta(days=14)


def started(tx: Tx, version: str) -> str | None:
    """Notes which version of the program runs on this database; returns the version that ran on it before."""
    before = meta.get(tx, RAN)
    meta.put(tx, RAN, version)
    return before


def prune(tx: Tx) -> None:
    """Erases answered acts, expired tickets, tokens, codes, dialogues and traces, and old proofs.

    A clock that jumps forward must not make old acts new, nor end for good what it ends by mistake. So all is erased
    by the time that Muster saw pass. What was issued while the clock was ahead lasts no longer than it should, once
    the clock was right for a day: not earlier, because a clock that is behind for a moment would end everything.
    """
    trusted_time.note(tx)
    sure = trusted_time.sure(tx)
    expired = sure - KEEP_EXPIRED
    conversations.prune(tx, trusted_time.settled_before(tx), expired)
    links.prune(tx, expired)
    spaces.prune_codes(tx, expired)
    files.prune(tx, sure)
    for area in (expulsions, endorsements, traces):
        area.prune(tx, expired)
    intents.prune(tx, sure)
    waiting.prune(tx, sure)
    codes.prune(tx, expired)
    if trusted_time.is_steady(tx):
        for area in (conversations, links, claims, spaces, invites, codes, joinings_waiting, erasures):
            area.shorten(tx)


def prune_messages(tx: Tx) -> None:
    """Erases some thousand old messages that were sent or given up. It runs often, as a fan-out leaves very many."""
    delivery.prune(tx, trusted_time.sure(tx) - KEEP_SENT)
