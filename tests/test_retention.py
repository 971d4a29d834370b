"""What is thrown away, and when."""

from datetime import timedelta

from sqlalchemy import func, select

from bot import membership, retention
from bot.areas.delivery import services as delivery
from bot.areas.delivery.storage import outbox as outbox_storage
from bot.areas.delivery.tables import outbox as outbox_table
from bot.areas.spaces import storage as spaces_storage
from bot.areas.spaces.tables import space_codes as space_codes_table
from bot.domain.messages import NewMessage
from bot.domain.transaction import Tx
from bot.storage.statements import Statement
from bot.storage.store import Store
from tests.clock import ManualClock

MESSAGES = Statement(select(outbox_table.c.state).order_by(outbox_table.c.id))
CODES = Statement(select(func.count()).select_from(space_codes_table))


def messages(tx: Tx) -> list[str]:
    return [row.state for row in tx.all(MESSAGES)]


def post_three(tx: Tx) -> None:
    """One is sent, one given up, one waits for its platform."""
    for _ in range(3):
        outbox_storage.add(tx, NewMessage("words", None, "{}", b"{}", "bo"))
    (sent,) = delivery.take(tx, "words", 0, 0, 2)
    delivery.finish(tx, sent, "1", tx.now)
    (parked,) = delivery.take(tx, "words", 0, 0, 2)
    delivery.park(tx, parked, "blocked", "message")


async def test_messages_given_up_are_forgotten_like_those_sent(store: Store, clock: ManualClock) -> None:
    await store.write(post_three)
    clock.advance(retention.KEEP_SENT)
    await store.write(retention.prune_messages)
    assert await store.read(messages) == ["sent", "parked", "due"]
    clock.advance(timedelta(seconds=1))
    await store.write(retention.prune_messages)
    assert await store.read(messages) == ["due"]


async def test_codes_of_spaces_are_forgotten_after_their_end(store: Store, clock: ManualClock) -> None:
    founder = membership.Founder("words", "ada", "Ada", None)
    union, member, _ = await store.write(membership.found, "Farm", "Grow", "UTC", founder, "space", "Farm")
    ends = clock.now() + timedelta(hours=24)
    await store.write(spaces_storage.add_code, b"hash", union.id, member.id, ends)
    for wait, left in ((timedelta(hours=24) + retention.KEEP_EXPIRED, 1), (timedelta(seconds=1), 0)):
        clock.advance(wait)
        await store.write(retention.prune)
        assert await store.read(lambda tx: tx.value(CODES)) == left
