"""Outbox rows on Telegram: what is sent, what is tried again, what is given up, and who is out of reach."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.areas.members.services import members
from bot.areas.members.storage import accounts as accounts_storage
from bot.chat.model import Button, Image, Reply, say
from bot.chat.port import RetryLater, Uncertain, Undeliverable
from bot.chat.targets import Target
from bot.domain.people import Account
from bot.domain.transaction import Tx
from tests.adapters.samples import DOT
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
    emu.fails("sendMessage", 502)  # it says that it failed, so it did
    with pytest.raises(RetryLater):
        await adapter.deliver(private, say("x"), "m3")
    for after in (False, True):
        emu.drops("sendMessage", after=after)
        with pytest.raises(Uncertain):
            await adapter.deliver(private, say("x"), f"m3{after}")
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


async def test_a_post_is_changed(house: House, alice: Person, group: Group) -> None:
    await house.start()
    adapter, emu = house.adapter, house.emu

    async def change(message: str, reply: Reply) -> str:
        return await adapter.deliver(Target("telegram", chat=str(group.id), message=message), reply, "e1")

    button = Button("Done", token="t1")
    sent = await adapter.deliver(
        Target("telegram", chat=str(group.id)), say("0 answers", buttons=((button,),)), "m1"
    )
    assert await change(sent, say("1 answer", buttons=((button,),))) == sent
    assert group.messages[int(sent)].text == "1 answer"
    assert await change(sent, say("1 answer", buttons=((button,),))) == sent  # "not modified" is no error
    for code, wait in ((502, None), (429, 99)):
        emu.fails("editMessageText", code, retry_after=wait)
        with pytest.raises(RetryLater):
            await change(sent, say("2 answers"))
    emu.drops("editMessageText", after=True)
    with pytest.raises(RetryLater):  # a change may be repeated
        await change(sent, say("3 answers"))
    assert await change("99999", say("x")) == "99999"
    group.messages[int(sent)].deleted = True
    assert await change(sent, say("4 answers")) == sent


async def test_a_post_with_a_picture_keeps_it_when_its_words_change(
    house: House, alice: Person, group: Group
) -> None:
    await house.start()
    there = Target("telegram", chat=str(group.id))
    sent = await house.adapter.deliver(there, say(Image(DOT, "A field"), "0 answers"), "m1")
    await house.adapter.deliver(Target("telegram", chat=str(group.id), message=sent), say("1 answer"), "m2")
    changed = group.messages[int(sent)]
    assert (changed.data["caption"], bool(changed.data.get("photo"))) == ("1 answer", True)


async def test_changes_keep_the_chat_s_limit(house: House, alice: Person) -> None:
    """Telegram counts a change like a message."""
    await house.start()
    there = Target("telegram", person=str(alice.id))
    sent = await house.adapter.deliver(there, say("a"), "m1")
    asked: list[int | str] = []
    run = house.adapter._pacer.run

    async def noted(chat: int | str, send: Callable[..., Awaitable[object]], **how: Any) -> object:
        asked.append(chat)
        return await run(chat, send, **how)

    house.adapter._pacer.run = noted  # type: ignore[method-assign,assignment]  # listened to
    await house.adapter.deliver(Target("telegram", person=str(alice.id), message=sent), say("b"), "m2")
    assert asked == [alice.id]


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
    await house.app.store.write(members.set_reachable, "telegram", str(alice.id), yes=False)
    await alice.says("/start code-1")
    assert await reachable()


def _accounts(tx: Tx, native_id: str) -> list[Account]:
    return accounts_storage.everywhere(tx, "telegram", native_id)
