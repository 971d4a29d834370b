"""Acts that come again."""

from __future__ import annotations

from bot.areas.conversations.storage import inbound as inbound_storage
from bot.domain.transaction import Tx
from bot.storage.store import Store


async def test_a_kept_answer_is_for_its_own_person_alone(store: Store) -> None:
    """The ids of another bot's updates may be those of the one before, whose answers are still kept."""

    def done(tx: Tx) -> None:
        assert inbound_storage.claim(tx, "telegram:u1", "telegram:5") == (True, None)
        inbound_storage.answer(tx, "telegram:u1", b"for 5")

    await store.write(done)
    assert await store.write(inbound_storage.claim, "telegram:u1", "telegram:5") == (False, b"for 5")
    assert await store.write(inbound_storage.claim, "telegram:u1", "telegram:6") == (False, None)
