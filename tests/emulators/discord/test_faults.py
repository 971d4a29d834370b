"""Every fault strikes as planned, and the unmodified discord.py meets it as it would meet Discord's."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from tests.clock import ManualClock

from .emulator import DiscordEmulator
from .faults import REST_KINDS
from .library import discord
from .model import Channel
from .people import Person
from .raw import raw
from .sample import make, running

MESSAGES = "/channels/*/messages"
PING = {"name": "ping", "description": "Answer"}


def place(emulator: DiscordEmulator) -> tuple[Channel, Person]:
    guild = emulator.guild("Farmers")
    return guild.channel("general"), guild.member("alice")


@pytest.mark.parametrize(
    ("kind", "scope"), [("429", "user"), ("429-global", "global"), ("429-shared", "shared")]
)
async def test_429_is_waited_for(emulator: DiscordEmulator, kind: str, scope: str) -> None:
    channel, _ = place(emulator)
    fault = emulator.fault("POST", MESSAGES, kind, times=2, retry_after=0.001)
    async with (
        raw(emulator) as bot,
        bot.session.post(f"https://discord.com/api/v10/channels/{channel.id}/messages") as answer,
    ):
        assert (answer.status, answer.headers["X-RateLimit-Scope"]) == (429, scope)
        assert answer.headers["Via"]
        assert (await answer.json())["global"] == (scope == "global")
    async with running(emulator) as bot:
        await bot.get_channel(channel.id).send("x")
    assert (fault.fired, len(channel.messages)) == (2, 1)


@pytest.mark.parametrize(("kind", "status"), [("429-cloudflare", 429), ("503", 503)])
async def test_what_discord_py_does_not_retry(emulator: DiscordEmulator, kind: str, status: int) -> None:
    channel, _ = place(emulator)
    async with running(emulator) as bot:
        emulator.fault("POST", MESSAGES, kind)
        with pytest.raises(discord.HTTPException) as failed:
            await bot.get_channel(channel.id).send("x")
    assert (failed.value.status, channel.messages) == (status, {})


@pytest.mark.parametrize("kind", ["500", "502", "504"])
async def test_a_broken_proxy(emulator: DiscordEmulator, kind: str) -> None:
    channel, _ = place(emulator)
    emulator.fault("POST", MESSAGES, kind)
    async with raw(emulator) as bot:
        assert (await bot.send("POST", f"/channels/{channel.id}/messages", {"content": "x"}))[0] == int(kind)
        assert channel.messages == {}
        assert (await bot.send("POST", f"/channels/{channel.id}/messages", {"content": "x"}))[0] == 200


@pytest.mark.parametrize(("kind", "effects"), [("drop-before", 0), ("drop-after", 1)])
async def test_a_cut_connection(emulator: DiscordEmulator, kind: str, effects: int) -> None:
    channel, _ = place(emulator)
    async with running(emulator) as bot:
        emulator.fault("POST", MESSAGES, kind)
        there = bot.get_channel(channel.id)
        with pytest.raises((aiohttp.ClientError, OSError)):
            await there.send("x", nonce="row-1")
        assert len(channel.messages) == effects
        await there.send("x", nonce="row-1")
    assert len(channel.messages) == 1


async def test_a_nonce_is_forgotten_after_minutes() -> None:
    clock = ManualClock()
    async with DiscordEmulator(clock=clock) as emulator:
        channel, _ = place(emulator)
        async with raw(emulator) as bot:
            body = {"content": "x", "nonce": "row-1", "enforce_nonce": True}
            for wait, count in ((0, 1), (4, 1), (2, 2)):
                clock.advance(timedelta(minutes=wait))
                await bot.send("POST", f"/channels/{channel.id}/messages", body)
                assert len(channel.messages) == count


@pytest.mark.parametrize("code", [40003, 50001, 50007, 50013])
async def test_refusals(emulator: DiscordEmulator, code: int) -> None:
    channel, _ = place(emulator)
    async with running(emulator) as bot:
        emulator.fault("*", "/channels/**", code)
        with pytest.raises(discord.HTTPException) as refused:
            await bot.get_channel(channel.id).send("x")
    assert refused.value.code == code


async def test_missing_permissions_and_lost_guilds(emulator: DiscordEmulator) -> None:
    guild = emulator.guild("Farmers", bot_permissions=0)
    channel, alice = guild.channel("general"), guild.member("alice")
    guild.guild.everyone.permissions = 1 << 10
    async with running(emulator) as bot:
        with pytest.raises(discord.Forbidden) as refused:
            await bot.get_channel(channel.id).send("x")
        assert refused.value.code == 50013
        user = await bot.fetch_user(alice.id)
        guild.remove_bot()
        with pytest.raises(discord.Forbidden) as refused:
            await user.send("x")
        assert refused.value.code == 50278


@pytest.mark.parametrize(("kind", "code"), [("late", 10062), ("double", 40060)])
async def test_refused_acknowledgements(emulator: DiscordEmulator, kind: str, code: int) -> None:
    channel, alice = place(emulator)
    async with raw(emulator) as bot:
        await bot.commands(PING)
        emulator.fault("POST", "/interactions/*/*/callback", kind)
        reply = alice.send_slash(channel, "ping")
        assert (await bot.answer(reply.interaction, 4, {"content": "x"}))[1]["code"] == code
    assert channel.messages == {}


async def test_acknowledging_twice_late_wrongly_or_never() -> None:
    clock = ManualClock()
    async with DiscordEmulator(clock=clock) as emulator:
        channel, alice = place(emulator)
        async with raw(emulator) as bot:
            await bot.commands(PING)
            first = alice.send_slash(channel, "ping").interaction
            hook = f"/webhooks/{emulator.world.application_id}/{first.token}"
            for kind, code in ((8, 50035), (6, 50035)):
                assert (await bot.answer(first, kind, {}))[1]["code"] == code
            assert (await bot.send("POST", hook, {"content": "early"}))[1]["code"] == 10015
            assert (await bot.answer(first, 5))[0] == 204
            assert (await bot.answer(first, 5))[1]["code"] == 40060
            second = alice.send_slash(channel, "ping").interaction
            clock.advance(timedelta(seconds=3.1))
            assert (await bot.answer(second, 5))[1]["code"] == 10062
            wrong = await bot.send("POST", f"/interactions/{second.id}/wrong/callback", {"type": 5})
            assert wrong[1]["code"] == 10062
            assert (await bot.send("PATCH", hook + "/messages/@original", {"content": "done"}))[0] == 200
            clock.advance(timedelta(minutes=15))
            assert (await bot.send("POST", hook, {"content": "x"}))[1]["code"] == 50027
            emulator.patience = 0.01
            with pytest.raises(AssertionError, match="acknowledgement"):
                await alice.send_slash(channel, "ping").acked()
        assert [each.rule for each in emulator.take_violations()] == [
            "an interaction is answered in its own kind",
            "an interaction is answered in its own kind",
            "an interaction is acknowledged before its webhook is used",
            "an interaction is acknowledged once",
            "an interaction is acknowledged within 3 s",
            "an interaction is known",
        ]


async def test_an_interaction_delivered_again(emulator: DiscordEmulator) -> None:
    channel, alice = place(emulator)
    async with running(emulator) as bot:
        reply = await alice.slash(channel, "union create", name="x")
        reply.replay()
        await bot.heard("interaction", 2)
        await reply.interaction.until(lambda: reply.interaction.double_acks, "the second acknowledgement")
        assert len(channel.messages) == 1


async def test_an_acknowledgement_whose_answer_is_lost(emulator: DiscordEmulator) -> None:
    channel, alice = place(emulator)
    async with raw(emulator) as bot:
        await bot.commands(PING)
        reply = alice.send_slash(channel, "ping")
        emulator.fault("POST", "/interactions/*/*/callback", "drop-after")
        with pytest.raises((aiohttp.ClientError, OSError)):
            await bot.answer(reply.interaction, 4, {"content": "x"})
        assert (await bot.answer(reply.interaction, 4, {"content": "x"}))[1]["code"] == 40060
        assert (reply.content, len(channel.messages)) == ("x", 1)


async def test_the_gateway_is_down_at_start(emulator: DiscordEmulator) -> None:
    for kind, times in (("down", 2), ("503", 1)):  # aiohttp itself tries a cut GET again
        fault = emulator.fault("GATEWAY", "connect", kind, times=times)
        bot = make(emulator)
        with pytest.raises((AttributeError, aiohttp.ClientError)):  # Rapptz/discord.py#10520
            await bot.start(emulator.token)
        await bot.close()
        assert fault.fired == times


@pytest.mark.parametrize("code", [4004, 4014])
async def test_fatal_closes(emulator: DiscordEmulator, code: int) -> None:
    bot = make(emulator)
    emulator.fault("GATEWAY", "identify", code)
    with pytest.raises((discord.ConnectionClosed, discord.PrivilegedIntentsRequired)):
        await bot.start(emulator.token)
    await bot.close()


async def test_privileged_intents_are_refused(emulator: DiscordEmulator) -> None:
    bot = make(emulator, intents=discord.Intents.all())
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await bot.start(emulator.token)
    await bot.close()


@pytest.mark.parametrize(("resumable", "identifies"), [(True, 1), (False, 2)])
async def test_op_9(emulator: DiscordEmulator, resumable: bool, identifies: int) -> None:
    channel, alice = place(emulator)
    async with running(emulator):
        emulator.gateway.invalidate(resumable=resumable)
        await emulator.gateway.until(lambda: not emulator.gateway.connected, "the client to go")
        await emulator.ready()
        await alice.slash(channel, "union create", name="x")
    assert (len(emulator.gateway.identifies), len(emulator.gateway.resumes)) == (identifies, 2 - identifies)


@pytest.mark.parametrize("how", ["drop", "close", "reconnect"])
async def test_lost_connections_are_resumed(emulator: DiscordEmulator, how: str) -> None:
    channel, alice = place(emulator)
    async with running(emulator):
        if how == "close":
            await emulator.gateway.close(4000)
        else:
            getattr(emulator.gateway, how)()
        await emulator.gateway.until(lambda: not emulator.gateway.connected, "the client to go")
        assert (await alice.slash(channel, "union create", name="x")).content
    assert len(emulator.gateway.resumes) == 1


async def test_a_refused_resume_starts_anew(emulator: DiscordEmulator) -> None:
    channel, alice = place(emulator)
    async with running(emulator):
        emulator.fault("GATEWAY", "resume", "op9")
        emulator.gateway.reconnect()
        await emulator.gateway.until(lambda: len(emulator.gateway.identifies) == 2, "a second IDENTIFY")
        await emulator.ready()
        assert (await alice.slash(channel, "union create", name="x")).content


async def test_limits_of_a_route_and_of_all() -> None:
    now = 0.0
    async with DiscordEmulator() as emulator:
        emulator.limits.monotonic = lambda: now
        emulator.limits.per_second = 5
        emulator.limits.route("POST", "/channels/{channel_id}/messages", 2, 5.0)
        guild = emulator.guild("Farmers")
        one, two = guild.channel("one"), guild.channel("two")
        async with raw(emulator) as bot:

            async def post(channel: Channel) -> tuple[int, Any]:
                return await bot.send("POST", f"/channels/{channel.id}/messages", {"content": "x"})

            assert [(await post(one))[0] for _ in range(3)] == [200, 200, 429]
            assert [(await post(two))[0] for _ in range(2)] == [200, 200]
            assert [(await bot.send("GET", "/users/@me"))[0] for _ in range(2)] == [200, 429]
            now = 1.0
            status, answer = await post(one)
            assert (status, answer["retry_after"], answer["global"]) == (429, 4.0, False)
            now = 5.0
            assert (await post(one))[0] == 200
        assert emulator.limits.refused == 3
        emulator.assert_clean()


async def test_interactions_are_exempt_from_the_global_limit(emulator: DiscordEmulator) -> None:
    channel, alice = place(emulator)
    async with running(emulator):
        emulator.limits.per_second = 0
        replies = (alice.slash(channel, "union create", name="x") for _ in range(60))
        assert len(await asyncio.gather(*replies)) == 60


def test_unknown_kinds_are_refused() -> None:
    emulator = DiscordEmulator()
    for method, stage, kind in (
        ("GET", "/x", "418"),
        ("GATEWAY", "lunch", "down"),
        ("GATEWAY", "connect", "op9"),
    ):
        with pytest.raises(ValueError, match="fault"):
            emulator.fault(method, stage, kind)
    assert all(emulator.fault("GET", "/x", kind) for kind in REST_KINDS)


async def test_after_counts_undisturbed_calls(emulator: DiscordEmulator) -> None:
    emulator.fault("GET", "/users/@me", "503", after=1, times=2)
    async with raw(emulator) as bot:
        assert [(await bot.send("GET", "/users/@me"))[0] for _ in range(4)] == [200, 503, 503, 200]
