"""Limits over ten minutes and more hold through a restart, and through leaving and joining anew."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import pytest

import commands
from bot import membership
from bot.areas.traces import services as traces
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.model import Reply, say
from bot.chat.registry import Registry
from bot.domain.transaction import Tx
from bot.errors import BadInput, ConfigError
from bot.storage.store import Store
from tests import scenes
from tests.clock import ManualClock
from tests.stage import Persona, Stage

TOO_MANY = "too many times"
area = Area()


@area.command("knock", "Knocks", rate=Rate(3, 3600))
def knock(ctx: Context, refused: Annotated[bool, "Whether nobody is at home"] = False) -> Reply:
    """Knocks at the door."""
    if refused:
        raise BadInput("Nobody is at home.")
    return say("Knock.")


@area.command("tap", "Taps", rate=Rate(3, 599))
def tap(ctx: Context) -> Reply:
    """Taps at the door."""
    return say("Tap.")


def restarted(stage: Stage) -> Stage:
    """Another process on the same database."""
    again = Stage(stage.store, stage.clock, [*commands.areas(), area])
    again.acts = stage.acts
    for name, platform in stage.platforms.items():
        again.platforms[name].moderators |= platform.moderators
    return again


def on(stage: Stage, person: Persona) -> Persona:
    """The same person, talking to that process."""
    return Persona(stage, person.actor)


@pytest.mark.parametrize("platform", ["words", "values"])
@pytest.mark.parametrize("refused", [False, True], ids=["done", "refused"])
async def test_a_restart_forgets_no_use(stage: Stage, platform: str, refused: bool) -> None:
    """Attack: make the bot restart, and guess on. A refused guess counts too."""
    ada, farm = await scenes.founded(stage, platform)
    for _ in range(3):
        stage = restarted(stage)
        heard = await on(stage, ada).runs("knock", farm, refused=refused)
        assert heard.text == ("Nobody is at home." if refused else "Knock.")
        stage.clock.advance(timedelta(minutes=10))
    stage = restarted(stage)
    heard = await on(stage, ada).runs("knock", farm)
    assert heard.text == "That was /knock too many times. Try again in 30 minutes."
    stage.clock.advance(timedelta(minutes=30))
    assert (await on(stage, ada).runs("knock", farm)).text == "Knock."


@pytest.mark.parametrize("platform", ["words", "values"])
async def test_codes_of_places_cannot_be_guessed_by_way_of_restarts(stage: Stage, platform: str) -> None:
    eve = stage.person("Eve", platform, moderator=True)
    lair = stage.group("Lair", platform)
    for number in range(10):
        heard = await on(restarted(stage), eve).runs("union connect", lair, code=f"WRONG{number}")
        assert "This code is unknown" in heard.text
    assert TOO_MANY in (await on(restarted(stage), eve).runs("union connect", lair, code="WRONG")).text


@pytest.mark.parametrize("platform", ["words", "values"])
async def test_leaving_and_joining_anew_forgets_no_use(stage: Stage, platform: str) -> None:
    _, farm = await scenes.founded(stage, platform)
    stage = restarted(stage)
    (bo,) = await scenes.joined(stage, farm, "Bo")
    for _ in range(3):
        assert (await bo.runs("knock", farm)).text == "Knock."
        await scenes.leaves(bo, farm)
        await bo.runs("join", farm)
    assert TOO_MANY in (await bo.runs("knock", farm)).text


async def test_all_accounts_of_a_person_share_a_limit(stage: Stage) -> None:
    _, farm = await scenes.founded(stage)
    stage = restarted(stage)
    bo, other = await scenes.joined(stage, farm, "Bo", "Other")

    def one(tx: Tx) -> None:
        membership.merge(tx, 1, scenes.member_of(tx, other)[0], scenes.member_of(tx, bo)[0])

    await stage.store.write(one)
    for person in (bo, other, bo):
        assert (await on(restarted(stage), person).runs("knock", farm)).text == "Knock."
    for person in (bo, other):
        assert TOO_MANY in (await on(restarted(stage), person).runs("knock", farm)).text


async def test_a_short_limit_costs_no_row(stage: Stage, store: Store) -> None:
    _, farm = await scenes.founded(stage)
    stage = restarted(stage)
    (bo,) = await scenes.joined(stage, farm, "Bo")
    for _ in range(3):
        await bo.runs("tap", farm)
    account = [(bo.actor.platform, bo.actor.native_id)]
    assert await store.read(traces.use_wait_s, account, "tap", 1, 599) == 0
    assert TOO_MANY in (await bo.runs("tap", farm)).text
    assert (await on(restarted(stage), bo).runs("tap", farm)).text == "Tap."


async def test_a_clock_that_was_wrong_shuts_nobody_out_for_long(store: Store, clock: ManualClock) -> None:
    account = [("words", "bo")]
    clock.advance(timedelta(days=400))
    await store.write(traces.count_use, account, "knock", 1, 600)
    assert await store.read(traces.use_wait_s, account, "knock", 1, 600) == 600
    clock.advance(-timedelta(days=400))
    assert await store.read(traces.use_wait_s, account, "knock", 1, 600) == 0
    await store.write(traces.count_use, account, "knock", 1, 600)
    clock.advance(-timedelta(minutes=5))
    assert await store.read(traces.use_wait_s, account, "knock", 1, 600) == 900


async def test_uses_that_count_no_more_are_erased(store: Store, clock: ManualClock) -> None:
    await store.write(traces.count_use, [("words", "bo")], "knock", 1, 600)
    await store.write(traces.prune, clock.now() + timedelta(seconds=600))
    assert await store.read(traces.use_wait_s, [("words", "bo")], "knock", 1, 600) == 600
    await store.write(traces.prune, clock.now() + timedelta(seconds=601))
    assert await store.read(traces.use_wait_s, [("words", "bo")], "knock", 1, 600) == 0


def test_a_command_that_only_reads_cannot_have_a_lasting_limit() -> None:
    reading = Area()
    reading.command("peek", "Peeks", rate=Rate(1, 600), reads=True)(tap)
    with pytest.raises(ConfigError, match="/peek reads, so its uses cannot be kept"):
        Registry([reading])
