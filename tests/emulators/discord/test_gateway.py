"""The gateway's protocol, spoken by hand."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest

from bot.config import Settings

from .emulator import DiscordEmulator
from .gateway import ALL_INTENTS, DIRECT_MESSAGES, GUILD_MEMBERS, GUILDS
from .model import Json
from .raw import Socket, raw


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ({"token": "wrong", "intents": 1}, 4004),
        ({"intents": None}, 4013),
        ({"intents": ALL_INTENTS + 1}, 4013),
        ({"intents": GUILD_MEMBERS}, 4014),
        ({"shard": [2, 2]}, 4010),
    ],
)
async def test_refused_identifies(emulator: DiscordEmulator, first: Json, code: int) -> None:
    async with raw(emulator) as bot, bot.gateway() as socket:
        assert (await socket.receive())["op"] == 10
        await socket.identify(**first)
        assert await socket.receive() == code


async def test_order_and_opcodes(emulator: DiscordEmulator) -> None:
    async def closes(socket: Socket, *, ready: bool, operation: int) -> int:
        await socket.receive()
        if ready:
            await socket.identify()
            await socket.until("READY")
        await socket.send(operation, {"since": None})
        code = await socket.receive()
        assert isinstance(code, int)
        return code

    async with raw(emulator) as bot:
        for ready, operation, code in ((False, 3, 4003), (True, 2, 4005), (True, 99, 4001)):
            async with bot.gateway() as socket:
                assert await closes(socket, ready=ready, operation=operation) == code
        async with bot.gateway() as socket:
            await socket.connection.send_str("no json")
            await socket.receive()
            assert await socket.receive() == 4002
    assert [each.rule for each in emulator.take_violations()] == [
        "gateway: unknown opcode",
        "gateway: malformed payload",
    ]


async def test_120_sends_a_minute(emulator: DiscordEmulator) -> None:
    async with raw(emulator) as bot, bot.gateway() as socket:
        for _ in range(121):
            await socket.send(1)
        messages = [await socket.receive() for _ in range(122)]
        assert messages[-1] == 4008
        assert messages[1] == {"op": 11, "d": None}
    assert [each.rule for each in emulator.take_violations()] == ["gateway: more than 120 sends in 60 s"]


async def test_compressed_and_resumed(emulator: DiscordEmulator) -> None:
    guild = emulator.guild("Farmers")
    async with raw(emulator) as bot:
        async with bot.gateway(compress=True) as socket:
            await socket.receive()
            await socket.identify()
            ready = await socket.until("READY")
            assert (await socket.until("GUILD_CREATE"))["name"] == "Farmers"
            assert ready["resume_gateway_url"].startswith("wss://")
            await socket.connection.close(code=4000)
        guild.rename("Millers")
        async with bot.gateway() as socket:
            await socket.send(6, {"token": emulator.token, "session_id": ready["session_id"], "seq": 2})
            assert (await socket.until("GUILD_UPDATE"))["name"] == "Millers"
            await socket.until("RESUMED")
            await socket.connection.close(code=1000)
        await emulator.gateway.until(lambda: not emulator.gateway.sessions, "the end of the session")
        async with bot.gateway() as socket:
            await socket.receive()
            await socket.send(6, {"token": emulator.token, "session_id": ready["session_id"], "seq": 2})
            assert await socket.receive() == {"op": 9, "d": False}


async def test_members_by_chunks() -> None:
    async with DiscordEmulator(privileged=("members",)) as emulator:
        guild = emulator.guild("Farmers")
        people = [guild.member(f"member {number}") for number in range(1500)]
        async with raw(emulator) as bot, bot.gateway() as socket:
            await socket.identify(GUILDS | GUILD_MEMBERS)
            await socket.until("GUILD_CREATE")
            await socket.send(8, {"guild_id": str(guild.id), "query": "", "limit": 0, "nonce": "n"})
            chunks = [await socket.until("GUILD_MEMBERS_CHUNK") for _ in range(2)]
            assert [len(each["members"]) for each in chunks] == [1000, 502]
            assert [(each["chunk_index"], each["chunk_count"], each["nonce"]) for each in chunks] == [
                (0, 2, "n"),
                (1, 2, "n"),
            ]
            await socket.send(
                8, {"guild_id": str(guild.id), "user_ids": [str(people[0].id), "5"], "limit": 0}
            )
            some = await socket.until("GUILD_MEMBERS_CHUNK")
            assert ([each["user"]["id"] for each in some["members"]], some["not_found"]) == (
                [str(people[0].id)],
                ["5"],
            )
            await socket.send(8, {"guild_id": str(guild.id), "query": "Member 149", "limit": 3})
            found = await socket.until("GUILD_MEMBERS_CHUNK")
            assert [each["user"]["global_name"] for each in found["members"]] == [
                "member 149",
                "member 1490",
                "member 1491",
            ]
        emulator.assert_clean()


async def test_all_members_need_the_intent(emulator: DiscordEmulator) -> None:
    guild = emulator.guild("Farmers")
    async with raw(emulator) as bot, bot.gateway() as socket:
        await socket.identify(GUILDS)
        await socket.until("GUILD_CREATE")
        await socket.send(8, {"guild_id": str(guild.id), "query": "", "limit": 0})
        await emulator.until(lambda: emulator.violations, "the violation")
    assert emulator.take_violations()[0].rule == "gateway: all members without intent"


async def test_direct_messages_go_to_shard_0(emulator: DiscordEmulator) -> None:
    alice = emulator.user("alice")
    async with raw(emulator) as bot, bot.gateway() as first, bot.gateway() as second:
        await first.identify(DIRECT_MESSAGES, shard=[0, 2])
        await second.identify(DIRECT_MESSAGES, shard=[1, 2])
        await emulator.ready(2)
        alice.say(alice.dm, "hello")
        assert (await first.until("MESSAGE_CREATE"))["content"] == "hello"
        emulator.gateway.request_heartbeat()
        await second.until_op(1)


async def test_the_settings_for_another_process(
    emulator: DiscordEmulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in emulator.environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    settings = Settings(_env_file=None)
    trust = ssl.create_default_context(cafile=settings.discord_api_ca)
    host, port = settings.discord_api.removeprefix("https://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), ssl=trust, server_hostname="discord.com")
    writer.write(b"GET /api/v10/gateway HTTP/1.1\r\nHost: discord.com\r\nConnection: close\r\n")
    writer.write(f"Authorization: Bot {settings.discord_token.get_secret_value()}\r\n\r\n".encode())
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    writer.close()
    await writer.wait_closed()
