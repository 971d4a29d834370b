"""Moderators and the founder are told once of what does not arrive."""

from __future__ import annotations

from datetime import timedelta

from bot.areas.conversations import services as conversations
from bot.areas.delivery import services as delivery
from bot.areas.unions import storage as unions_storage
from bot.chat.chores import Duty
from bot.chat.model import Reply, say
from bot.chat.port import Undeliverable
from bot.chat.targets import Lane, Target
from bot.domain.transaction import Tx
from tests.scenes import FREE_FARMERS, founded, joined
from tests.stage import Stage


async def test_a_place_is_told_of_at_once_and_people_in_the_morning(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    platform = stage.platforms["words"]
    deliver = platform.deliver

    async def refuse(target: Target, reply: Reply, key: str, *more: object) -> str:
        if target.person == "bob-words":
            raise Undeliverable("blocked", kind="blocked")
        if target.chat is not None:
            raise Undeliverable("no right", kind="rights")
        return await deliver(target, reply, key, *more)

    platform.deliver = refuse  # type: ignore[method-assign]  # a platform that refuses some
    await joined(stage, farm, "Bob")
    ctx_posts = [Target("words", chat=farm.chat), Target("words", person="bob-words")]

    def post(tx: Tx) -> None:
        union = unions_storage.every(tx)[0]
        for target in ctx_posts:
            Duty(tx, tx.now, union, conversations, stage).post(target, say("hello"))

    for _ in range(2):
        await stage.store.write(post)
        await stage.told(ada)
        await stage.chores()
    told = [heard.text for heard in await stage.told(ada)]
    assert len(told) == 1
    assert "Farm (Words): I lack the right to write there." in told[0]
    assert "member" not in told[0]
    stage.clock.advance(timedelta(days=1))
    for _ in range(2):
        await stage.chores()
    told = [heard.text for heard in await stage.told(ada)]
    assert len(told) == 2
    assert "1 member takes no private messages" in told[1]


async def test_a_post_that_may_be_there_twice_is_told_once(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)

    def lose(tx: Tx) -> None:
        union = unions_storage.every(tx)[0]
        target = Target("words", chat=farm.chat)
        Duty(tx, tx.now, union, conversations, stage).post(target, say("The call."), bulk=True)
        for share, _ in delivery.shares(tx, "words", Lane.BULK, -1, 9):
            for row in delivery.take(tx, "words", Lane.BULK, share, 9):
                delivery.retry(tx, row, tx.now, delivery.REPEATED)

    await stage.store.write(lose)
    for _ in range(3):
        await stage.chores()
        told = [heard.text for heard in await stage.told(ada)]
    assert len(told) == 1
    assert "Farm (Words): my last post may be missing there, or be there twice." in told[0]
