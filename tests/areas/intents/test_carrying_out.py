"""An effect outside happens once, whatever breaks, and people are told the truth about it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot import membership, retention
from bot.areas.intents import services as intents
from bot.areas.intents.domain import Intent, IntentState, Outcome
from bot.areas.members.services import members
from bot.chat.chores import Duty, Office
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx
from commands.intents import carry_out
from tests.stage import Stage

DONE, REFUSED, UNKNOWN, WAITING = (
    IntentState.DONE,
    IntentState.REFUSED,
    IntentState.UNKNOWN,
    IntentState.WAITING,
)


class Bell:
    """A bell outside, which rings once for each key. `breaks` names the step after which the process dies."""

    kind = "bell"

    def __init__(self) -> None:
        self.rung: list[str] = []
        self.refuses = self.deaf = self.silent = False
        self.breaks = ""
        self.looks = 0

    async def do(self, intent: Intent) -> Outcome:
        if self.breaks == "before":
            raise asyncio.CancelledError
        if self.refuses:
            return Outcome(REFUSED, "no bell")
        if not self.deaf:
            assert intent.key not in self.rung, "done twice"
            self.rung.append(intent.key)
        if self.breaks == "after":
            raise asyncio.CancelledError
        if self.silent:
            raise ConnectionError("the answer was lost")
        return Outcome(DONE)

    async def look(self, intent: Intent) -> Outcome:
        self.looks += 1
        if self.silent:
            return Outcome(UNKNOWN)
        return Outcome(DONE if intent.key in self.rung else WAITING)


@pytest.fixture
def bell() -> Bell:
    return Bell()


class Scene:
    """A member who planned to ring the bell, and what they were told."""

    def __init__(self, stage: Stage, bell: Bell) -> None:
        self.stage, self.bell, self.told = stage, bell, list[str]()
        self.union: Union
        self.member: Member

    def begun(self, tx: Tx) -> None:
        founder = membership.Founder("words", "ada", "Ada", None)
        self.union, self.member, _ = membership.found(tx, "Farm", "Grow", "UTC", founder, "space", "Space")
        assert intents.plan(tx, self.member, "bell", "ring-1", "{}")
        assert not intents.plan(tx, self.member, "bell", "ring-1", "{}"), "the same key is one effect"

    async def round(self) -> None:
        """One round of the chore."""
        stage = self.stage
        office = Office(stage.store, stage.core._records, stage)
        await carry_out(office, self.bell, self.tell)

    async def dies(self) -> None:
        """A round in which the process ends."""
        with pytest.raises(asyncio.CancelledError):
            await self.round()
        self.bell.breaks = ""

    def tell(self, duty: Duty, intent: Intent, outcome: Outcome) -> None:
        assert duty.union.id == self.union.id
        self.told.append(f"{outcome.state} {outcome.detail}".strip())


@pytest.fixture
async def scene(stage: Stage, bell: Bell) -> Scene:
    scene = Scene(stage, bell)
    await stage.store.write(scene.begun)
    return scene


async def test_it_is_done_once_and_told_once(scene: Scene) -> None:
    for _ in range(3):
        await scene.round()
        scene.stage.clock.advance(timedelta(hours=1))
    assert (scene.bell.rung, scene.told) == (["ring-1"], ["done"])


async def test_a_refusal_is_told_with_its_reason(scene: Scene) -> None:
    scene.bell.refuses = True
    await scene.round()
    await scene.round()
    assert (scene.bell.rung, scene.told) == ([], ["refused no bell"])


@pytest.mark.parametrize("step", ["before", "after"])
async def test_after_a_crash_it_is_looked_up_before_anything_is_done(scene: Scene, step: str) -> None:
    scene.bell.breaks = step
    await scene.dies()
    for _ in range(3):
        await scene.round()
        scene.stage.clock.advance(timedelta(hours=1))
    assert scene.bell.rung == ["ring-1"]
    assert scene.told[-1] == "done"
    assert scene.bell.looks == 1


async def test_an_unknown_outcome_is_told_and_then_resolved_by_looking(scene: Scene) -> None:
    scene.bell.silent = True
    await scene.round()
    assert scene.told == ["unknown"]
    await scene.round()
    assert scene.bell.looks == 0, "not yet"
    scene.stage.clock.advance(timedelta(minutes=1))
    await scene.round()
    assert (scene.bell.looks, scene.told) == (1, ["unknown"]), "the same news is told once"
    scene.bell.silent = False
    scene.stage.clock.advance(timedelta(minutes=10))
    await scene.round()
    assert (scene.bell.rung, scene.told) == (["ring-1"], ["unknown", "done"])


async def test_an_outcome_is_noted_once(scene: Scene) -> None:
    store = scene.stage.store

    def settle_twice(tx: Tx) -> list[bool]:
        begun = intents.begin(tx, intents.due(tx, "bell")[0])
        assert begun is not None
        return [intents.settle(tx, begun, Outcome(state)) for state in (DONE, REFUSED)]

    assert await store.write(settle_twice) == [True, False]
    with pytest.raises(ValueError, match="cannot become"):
        await store.write(intents.settle, await store.read(left, WAITING), Outcome(DONE))


def left(tx: Tx, state: IntentState) -> Intent:
    return Intent(1, 1, None, "bell", "ring-1", "{}", state, 0, tx.now, tx.now, "")


async def test_what_nobody_began_goes_with_the_member(scene: Scene) -> None:
    store = scene.stage.store
    await store.write(membership.leave, scene.union, scene.member)
    await scene.round()
    assert (scene.bell.rung, scene.told) == ([], [])


async def test_what_is_under_way_goes_on_when_the_member_leaves(scene: Scene) -> None:
    scene.bell.breaks = "after"
    await scene.dies()
    store = scene.stage.store
    await store.write(membership.leave, scene.union, scene.member)
    assert await store.read(members.by_id, scene.member.id)
    [intent] = await store.read(intents.due, "bell")
    assert intent.member_id is None
    await scene.round()
    assert (scene.bell.rung, scene.told) == (["ring-1"], ["done"])


async def test_an_ended_effect_keeps_its_key_and_loses_its_payload(scene: Scene) -> None:
    await scene.round()
    assert not await scene.stage.store.write(intents.plan, scene.member, "bell", "ring-1", "{}")
    scene.stage.clock.advance(timedelta(days=31))
    await scene.stage.store.write(intents.prune, scene.stage.clock.now())
    assert await scene.stage.store.write(intents.plan, scene.member, "bell", "ring-1", "{}")


async def test_a_clock_that_jumps_ahead_frees_no_key(scene: Scene) -> None:
    """Otherwise the same effect could be planned, and done, again."""
    store = scene.stage.store
    await scene.round()
    await store.write(retention.prune)
    scene.stage.clock.advance(timedelta(days=400))
    await store.write(retention.prune)
    assert not await store.write(intents.plan, scene.member, "bell", "ring-1", "{}")


async def test_a_clock_that_is_set_back_delays_no_look(scene: Scene) -> None:
    scene.bell.silent = True
    await scene.round()
    scene.stage.clock.advance(timedelta(days=-400))
    await scene.round()
    assert scene.bell.looks == 1
    await scene.round()
    assert scene.bell.looks == 1, "not again at once"
