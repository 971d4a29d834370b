"""Acts that come again, and buttons without end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.areas.conversations import services as conversations
from bot.areas.conversations import tables as conversations_tables
from bot.areas.conversations.storage import inbound as inbound_storage
from bot.domain.tokens import NewToken
from bot.domain.transaction import Tx
from bot.storage.statements import Statement
from bot.storage.store import Store
from tests.clock import ManualClock


async def test_a_kept_answer_is_for_its_own_person_alone(store: Store) -> None:
    """The ids of another bot's updates may be those of the one before, whose answers are still kept."""

    def done(tx: Tx) -> None:
        assert inbound_storage.claim(tx, "telegram:u1", "telegram:5") == (True, None)
        inbound_storage.answer(tx, "telegram:u1", b"for 5")

    await store.write(done)
    assert await store.write(inbound_storage.claim, "telegram:u1", "telegram:5") == (False, b"for 5")
    assert await store.write(inbound_storage.claim, "telegram:u1", "telegram:6") == (False, None)


async def test_the_buttons_of_one_account_have_a_limit(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A press and its answer can go on for ever, and each answer has new buttons."""
    monkeypatch.setattr(conversations, "MOST_TOKENS", 100)
    monkeypatch.setattr(conversations, "TRIM_ONE_IN", 10)

    def keep(tx: Tx, presser: str | None, lasts_s: int | None = 600) -> str:
        return conversations.keep_token(
            tx, NewToken(None, "button", "x", "{}", presser, None, False, lasts_s)
        )

    mine = await store.write(keep, "discord:1")
    public = await store.write(keep, None)
    warning = await store.write(keep, "discord:2", 86_400)
    for _ in range(10):
        clock.advance(timedelta(seconds=1))
        newest = await store.write(lambda tx: [keep(tx, "discord:2") for _ in range(90)][-1])
    rows = await store.read(
        lambda tx: tx.value(Statement(select(func.count()).select_from(conversations_tables.tokens)))
    )
    assert rows < 100 + 110  # a tenth of the new ones look whether there are too many
    for token in (mine, public, warning, newest):
        assert await store.read(conversations.token, token) is not None
