"""Outbox rows on Telegram: what is sent, what is tried again, what is given up, and who is out of reach."""

from __future__ import annotations

import asyncio

import pytest

from bot.chat.model import say
from bot.chat.port import RetryLater, Target, Undeliverable
from bot.domain.people import Account
from bot.services import people
from bot.storage import accounts
from bot.storage.transaction import Tx
from tests.adapters.telegram.conftest import House
from tests.emulators.telegram import Group, Person


@pytest.fixture
def alice(house: House) -> Person:
    return house.emu.user("Alice", started=True)


@pytest.fixture
def group(house: House, alice: Person) -> Group:
    return house.emu.group("Farm", alice)


async def test_posts_and_their_errors(house: House, alice: Person, group: Group) -> None:
    await house.start()
    adapter, emu = house.adapter, house.emu
    there, private = Target("telegram", chat=str(group.id)), Target("telegram", person=str(alice.id))
    sent = await adapter.deliver(there, say("A post."), "m1")
    assert group.messages[int(sent)].text == "A post."
    emu.fails("sendMessage", 429, retry_after=7)
    with pytest.raises(RetryLater) as later:
        await adapter.deliver(there, say("x"), "m2")
    assert later.value.after_s == 7
    for fault in (lambda: emu.drops("sendMessage"), lambda: emu.fails("sendMessage", 502)):
        fault()
        with pytest.raises(RetryLater):
            await adapter.deliver(private, say("x"), "m3")
    group.mutes_bot()
    with pytest.raises(Undeliverable) as muted:
        await adapter.deliver(there, say("x"), "m4")
    assert muted.value.kind == "rights"
    for target in (Target("telegram", person="ada"), Target("telegram"), Target("telegram", chat="-1")):
        with pytest.raises(Undeliverable):
            await adapter.deliver(target, say("x"), "m5")


async def test_a_post_in_parts_goes_on_where_it_stopped(house: House, alice: Person) -> None:
    await house.start()
    private = Target("telegram", person=str(alice.id))
    post = say(*["word " * 700] * 3)
    await house.adapter.deliver(private, say("Before."), "m0")
    house.emu.fails("sendMessage", 502)
    with pytest.raises(RetryLater):
        await house.adapter.deliver(private, post, "m1")
    held = house.emu.holds("sendMessage")
    sending = asyncio.create_task(house.adapter.deliver(private, post, "m1"))
    await held.arrived.wait()
    house.emu.fails("sendMessage", 502)
    held.release()
    with pytest.raises(RetryLater):
        await sending
    sent = await house.adapter.deliver(private, post, "m1")
    assert len(sent.split(",")) == 3
    assert len(alice.chat.from_bot) == 4


async def test_a_post_into_a_group_that_moved(house: House, alice: Person) -> None:
    await house.start()
    old = house.emu.group("Small", alice, kind="group")
    await alice.says('/union create name:"Farmers" purpose:"Grow"', old)
    house.emu.queue.allowed = ["callback_query"]
    new = old.migrates()
    house.emu.queue.allowed = []
    for number in range(2):
        await house.adapter.deliver(Target("telegram", chat=str(old.id)), say("A post."), f"m{number}")
    assert [message.text for message in new.from_bot] == ["A post.", "A post."]
    assert "Purpose: Grow" in (await alice.says("/union about", new)).text


async def test_who_blocked_the_bot_is_marked_and_unmarked(house: House, alice: Person, group: Group) -> None:
    await house.start()
    await alice.says('/union create name:"Farmers" purpose:"Grow"', group)

    async def reachable() -> bool:
        assert house.app is not None
        found: list[Account] = await house.app.store.read(lambda tx: _accounts(tx, str(alice.id)))
        return found[0].unreachable_at is None

    alice.blocks_bot()
    await house.settled()
    assert not await reachable()
    alice.unblocks_bot()
    await house.settled()
    assert await reachable()
    assert house.app is not None
    await house.app.store.write(people.set_reachable, "telegram", str(alice.id), yes=False)
    await alice.says("/start code-1")
    assert await reachable()


def _accounts(tx: Tx, native_id: str) -> list[Account]:
    return accounts.everywhere(tx, "telegram", native_id)
