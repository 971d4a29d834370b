"""Connecting, losing the connection, coming back; servers that come and go."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.discord import deliver, supervise
from adapters.discord.gateway import Gateway
from bot.areas.spaces import storage as spaces_storage
from bot.chat.incoming import BotAdded, BotRemoved, Incoming, PersonLeft, SpaceRenamed
from bot.chat.model import say
from bot.chat.port import Undeliverable
from bot.chat.targets import Target
from tests.adapters.discord.conftest import House
from tests.emulators.discord import EVERYONE, Community, DiscordEmulator
from tests.waiting import eventually


def told(muster: House, kind: type, monkeypatch: pytest.MonkeyPatch) -> list[Incoming]:
    """The acts of this kind that the core hears of from now on."""
    core = muster.adapter._core
    assert core is not None
    heard: list[Incoming] = []
    dispatch = core.dispatch

    async def listen(act: Incoming, progress: Any = None) -> Any:
        if isinstance(act.act, kind):
            heard.append(act)
        return await dispatch(act, progress)

    monkeypatch.setattr(core, "dispatch", listen)
    return heard


# -- connections -----------------------------------------------------------------------------------------


async def test_nothing_privileged_is_asked_for_and_nothing_needless_kept(muster: House) -> None:
    (identify,) = muster.emulator.gateway.identifies
    assert identify["intents"] == 1  # servers
    client = muster.adapter._supervisor.gateway
    assert client is not None
    assert client.users == [client.user]
    assert client._connection.max_messages is None


async def test_a_lost_connection_is_resumed_and_what_came_meanwhile_is_answered(muster: House) -> None:
    await muster.alice.slash(muster.room, "help")
    muster.emulator.gateway.drop()
    counted = await muster.alice.send_slash(muster.room, "probe count").answered()
    assert counted.content == "Counted 1."
    assert len(muster.emulator.gateway.resumes) == 1
    assert len(muster.emulator.gateway.identifies) == 1


@pytest.mark.parametrize("how", ["op 7", "op 9", "op 9 resumable", "4000"])
async def test_the_gateway_asks_to_come_back(muster: House, how: str) -> None:
    gateway = muster.emulator.gateway
    if how == "op 7":
        gateway.reconnect()
    elif how == "4000":
        await gateway.close(4000)
    else:
        gateway.invalidate(resumable=how == "op 9 resumable")
    await eventually(lambda: gateway.resumes or len(gateway.identifies) == 2)
    assert (len(gateway.resumes), len(gateway.identifies)) == ((0, 2) if how == "op 9" else (1, 1))
    assert (await muster.alice.slash(muster.room, "probe count")).content == "Counted 1."


async def test_a_gateway_that_is_down_at_the_start(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """discord.py ends with an AttributeError or waits 5 s, which are over at once; either way the bot comes."""
    sleep = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda delay, *result: sleep(0 if delay == 5 else delay, *result))
    fault = house.emulator.fault("GATEWAY", "connect", "down", times=2)  # aiohttp repeats it once by itself
    await house.start()
    assert fault.fired == 2
    assert (await house.alice.slash(house.room, "probe count")).content == "Counted 1."


async def test_discord_that_is_down_altogether_at_the_start(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.discord.adapter.START_PATIENCE_S", 0.05)
    monkeypatch.setattr("adapters.discord.rest.PATIENCE_S", 0.05)
    house.emulator.fault("GET", "/applications/@me", "drop-before", times=8)
    await house.start()
    await eventually(lambda: house.emulator.gateway.connected)
    assert (await house.alice.slash(house.room, "probe count")).content == "Counted 1."


async def test_a_client_that_dies_is_replaced(muster: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A malformed event kills discord.py's client."""
    muster.emulator.gateway.dispatch("GUILD_CREATE", {"id": "not a number"})
    await eventually(lambda: len(muster.emulator.gateway.identifies) == 2)
    assert (await muster.alice.slash(muster.room, "probe count")).content == "Counted 1."


@pytest.mark.parametrize(("code", "said"), [(4004, "MUSTER_DISCORD_TOKEN"), (4014, "Server Members intent")])
async def test_a_refusal_is_said_and_tried_again_slowly(
    house: House, code: int, said: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    sleep, go_on = asyncio.sleep, asyncio.Event()

    async def wait(seconds: float) -> None:
        if seconds < supervise.FIRST_REFUSED_WAIT_S or seconds == deliver.NO_TOKEN_WAIT_S:
            await sleep(seconds)
            return
        waits.append(seconds)
        if len(waits) == 3:
            await go_on.wait()

    monkeypatch.setattr(supervise.asyncio, "sleep", wait)
    house.emulator.fault("GATEWAY", "identify", code, times=3)
    await house.start()
    await eventually(lambda: len(waits) == 3)
    assert waits == [120.0, 240.0, 480.0]
    assert [said in r.message for r in caplog.records if r.levelname == "CRITICAL"] == [True] * 3
    assert house.adapter.last_contact() is None
    assert house.app is not None
    health = await house.app.health()
    assert not health.ok
    assert said in health.problems["discord"]
    go_on.set()
    await eventually(lambda: house.adapter.problem is None)
    assert (await house.app.health()).ok
    assert (await house.alice.slash(house.room, "probe count")).content == "Counted 1."


async def test_a_wrong_token_is_said(house: House, caplog: pytest.LogCaptureFixture) -> None:
    settings = house.settings
    house.settings = lambda: settings().model_copy(update={"discord_token": SecretStr("wrong")})
    await house.start()
    assert house.adapter._supervisor.problem == supervise.REFUSED_LOGIN
    assert [r.message for r in caplog.records if r.levelname == "CRITICAL"] == [supervise.REFUSED_LOGIN]
    assert house.emulator.gateway.identifies == []


async def test_contact_is_now_while_connected_and_ages_after(
    muster: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    muster.clock.advance(timedelta(hours=1))  # quiet, but heartbeats are answered
    assert muster.adapter.last_contact() == muster.clock.now()
    monkeypatch.setattr(Gateway, "alive", False)
    before = muster.clock.now()
    muster.clock.advance(timedelta(minutes=4))
    assert muster.adapter.last_contact() == before


@pytest.mark.parametrize("shards", [2])
async def test_shards_serve_their_servers(house: House, shards: int) -> None:
    world = house.emulator.world
    others: list[Community] = [house.emulator.guild(f"Other {n}") for n in range(3)]
    world._counter += 1
    await house.start()
    await house.emulator.ready(2)
    served = {(guild.id >> 22) % 2 for guild in [house.guild, *others]}
    assert served == {0, 1}
    for guild in [house.guild, *others]:
        person = guild.member("Somebody")
        reply = await person.slash(guild.channel("talk"), "help")
        assert "What you can do here" in reply.text
    dm = await house.bob.slash(house.bob.dm, "help")
    assert "What you can do here" in dm.text
    client = house.adapter._supervisor.gateway
    assert client is not None
    assert client.alive
    assert [identify["shard"] for identify in house.emulator.gateway.identifies] == [[0, 2], [1, 2]]


async def test_after_stopping_nothing_is_taken(muster: House) -> None:
    await muster.stop()
    await eventually(lambda: not muster.emulator.gateway.connections)
    muster.alice.send_slash(muster.room, "probe count")
    await asyncio.sleep(0)
    assert muster.probe.done["count"] == 0


# -- servers that come and go ----------------------------------------------------------------------------


async def ready(muster: House) -> None:
    """Past discord.py's own count of servers: who comes now has just been invited."""
    client = muster.adapter._supervisor.gateway
    assert client is not None
    await client.wait_until_ready()


async def test_a_server_is_greeted_once(muster: House) -> None:
    await ready(muster)
    muster.guild.remove_bot()
    muster.guild.add_bot(EVERYONE)
    await eventually(lambda: muster.room.visible_messages())
    assert muster.room.visible_messages()[0].content.startswith("Hello!")
    await muster.restart()
    await ready(muster)
    assert len(await muster.told()) == 1


@pytest.mark.parametrize("how", ["no channel", "not allowed"])
async def test_a_server_where_the_bot_cannot_write_is_not_greeted(
    muster: House, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ready(muster)
    added = told(muster, BotAdded, monkeypatch)
    if how == "no channel":
        muster.emulator.guild("Empty")
    else:
        muster.guild.guild.everyone.permissions = 0
        muster.guild.remove_bot()
        muster.guild.add_bot(0)
    await eventually(lambda: added)
    assert await muster.told() == []


async def test_removal_disconnects_the_space_and_an_outage_does_not(
    muster: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await muster.founded()
    added, removed = told(muster, BotAdded, monkeypatch), told(muster, BotRemoved, monkeypatch)
    muster.guild.outage()
    muster.guild.restore()
    assert (await muster.alice.slash(muster.room, "probe count")).content == "Counted 1."
    await muster.idle()
    assert (added, removed) == ([], [])
    muster.guild.remove_bot()
    await eventually(lambda: removed)
    await muster.idle()
    assert await muster.query(spaces_storage.here, "discord", str(muster.guild.id)) is None


async def test_a_new_title_is_noticed_also_after_an_absence(
    muster: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await muster.founded()

    async def title(wanted: str) -> bool:
        space = await muster.query(spaces_storage.here, "discord", str(muster.guild.id))
        return space is not None and space.title == wanted

    await ready(muster)
    renamed = told(muster, SpaceRenamed, monkeypatch)
    muster.clock.advance(timedelta(minutes=1))
    muster.guild.rename("New farm")
    await eventually(lambda: title("New farm"))
    assert len(renamed) == 1
    await muster.stop()
    muster.clock.advance(timedelta(minutes=1))
    muster.guild.rename("Newer farm")
    await muster.start()
    await eventually(lambda: title("Newer farm"))


async def test_a_new_name_is_learned_from_an_interaction(muster: House) -> None:
    await muster.founded()
    muster.alice.rename("Queen Alice")
    await muster.alice.slash(muster.room, "probe count")
    about = await muster.alice.slash(muster.room, "me show")
    assert "Queen Alice" in about.text


async def test_who_leaves_is_noticed_where_the_operator_allows_it(
    house: House, emulator: DiscordEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.privileged.add("members")
    await house.start()
    left = told(house, PersonLeft, monkeypatch)
    house.bob.leave()
    await eventually(lambda: left)
    assert left[0].actor.native_id == str(house.bob.id)
    assert left[0].place.space == str(house.guild.id)
    assert emulator.gateway.identifies[0]["intents"] == 3
    client = house.adapter._supervisor.gateway
    assert client is not None
    assert [member for guild in client.guilds for member in guild.members] == [client.guilds[0].me]


async def test_the_members_intent_switched_off_while_muster_runs(
    house: House, emulator: DiscordEmulator
) -> None:
    emulator.privileged.add("members")
    await house.start()
    emulator.privileged.discard("members")
    emulator.fault("GATEWAY", "identify", 4014)
    emulator.gateway.invalidate(resumable=False)
    await eventually(lambda: len(emulator.gateway.identifies) == 3)
    assert [identify["intents"] for identify in emulator.gateway.identifies] == [3, 3, 1]
    assert (await house.alice.slash(house.room, "probe count")).content == "Counted 1."
    assert house.adapter._supervisor.problem is None


async def test_a_message_to_who_left_every_server_marks_them(muster: House) -> None:
    muster.bob.leave()
    with pytest.raises(Undeliverable) as gone:
        await muster.adapter.deliver(Target("discord", person=str(muster.bob.id)), say("x"), "m1")
    assert gone.value.kind == "blocked"
