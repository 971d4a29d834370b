"""The unmodified discord.py against the emulated Discord."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from tests.clock import ManualClock
from tests.emulators.discord import MANAGE_GUILD, MANAGE_ROLES, DiscordEmulator
from tests.emulators.discord.fixtures import emulator
from tests.emulators.discord.library import discord
from tests.emulators.discord.sample import INTENTS, ShardedBot, running

__all__ = ["emulator"]


async def test_a_client_connects_and_registers_its_commands(emulator: DiscordEmulator) -> None:
    guild = emulator.guild("Farmers")
    channel = guild.channel("general")
    async with running(emulator) as bot:
        assert bot.user.id == emulator.world.bot.id
        assert [each.name for each in bot.guilds] == ["Farmers"]
        assert [each.name for each in bot.guilds[0].text_channels] == ["general"]
        assert len(emulator.syncs) == 1
        fetched = await bot.tree.fetch_commands()
        kept = {each.name: each.id for each in fetched}
        await bot.tree.sync()
        assert {each.name: each.id for each in await bot.tree.fetch_commands()} == kept
        assert (await bot.application_info()).owner.id == emulator.world.owner.id
        assert "union" in [each.name for each in guild.member("alice").commands(channel)]


async def test_slash_with_typed_options(emulator: DiscordEmulator) -> None:
    guild = emulator.guild("Farmers")
    channel, alice, bob = guild.channel("general"), guild.member("alice"), guild.member("Bob")
    async with running(emulator):
        reply = await alice.slash(channel, "union create", name="Mills", size=3, leader=bob)
        assert reply.content == "Mills 3 by Bob in general"
        assert not reply.ephemeral
        assert channel.visible_messages() == [reply.message]
        in_private = await alice.slash(alice.dm, "union create", name="Mills")
        assert in_private.content.startswith("Mills 1 by alice in Direct Message")


@pytest.mark.parametrize(
    ("path", "options", "complaint"),
    [
        ("nonsense", {}, "offered no 'nonsense'"),
        ("union", {}, "needs one of the subcommands"),
        ("union destroy", {}, "no subcommand 'destroy'"),
        ("union create", {}, r"needs \['name'\]"),
        ("union create", {"name": "x", "colour": 1}, r"has no \['colour'\]"),
        ("union create", {"name": 5}, "does not take 5"),
        ("union create", {"name": "x", "size": True}, "does not take True"),
        ("union create", {"name": ""}, "empty"),
        ("staff", {}, "offered no 'staff'"),
    ],
)
async def test_what_the_client_would_not_send(
    emulator: DiscordEmulator, path: str, options: dict[str, Any], complaint: str
) -> None:
    guild = emulator.guild("Farmers")
    channel, alice = guild.channel("general"), guild.member("alice")
    async with running(emulator):
        with pytest.raises(AssertionError, match=complaint):
            alice.send_slash(channel, path, **options)


async def test_permissions_and_contexts_of_commands(emulator: DiscordEmulator) -> None:
    guild = emulator.guild("Farmers")
    channel, manager = guild.channel("general"), guild.member("m", permissions=MANAGE_GUILD)
    async with running(emulator):
        assert (await manager.slash(channel, "staff")).content == "welcome"
        with pytest.raises(AssertionError, match="offered no 'staff'"):
            manager.send_slash(manager.dm, "staff")
        guild.hide(channel, manager)
        with pytest.raises(AssertionError, match="does not see"):
            manager.send_slash(channel, "fruit", name="x")


async def test_autocomplete(emulator: DiscordEmulator) -> None:
    guild = emulator.guild("Farmers")
    channel, alice = guild.channel("general"), guild.member("alice")
    async with running(emulator):
        found = await alice.autocomplete(channel, "fruit", "name", "ap")
        assert found == [{"name": "Apple", "value": "apple"}, {"name": "Apricot", "value": "apricot"}]


async def test_buttons_modals_and_ephemeral_replies(emulator: DiscordEmulator) -> None:
    guild = emulator.guild("Farmers")
    channel, alice, bob = guild.channel("general"), guild.member("alice"), guild.member("bob")
    async with running(emulator):
        reply = await alice.slash(channel, "fruit", name="plum")
        assert reply.ephemeral
        assert channel.visible_messages() == []
        with pytest.raises(AssertionError, match="does not see"):
            bob.send_press(reply, "Update")
        asked = await alice.press(reply, "Ask")
        assert asked.modal["title"] == "Your name"
        with pytest.raises(AssertionError, match="takes 0 to 20"):
            alice.send_submit(asked, {"Name": "x" * 21})
        with pytest.raises(AssertionError, match="needs 'Name'"):
            alice.send_submit(asked, {})
        assert (await alice.submit(asked, {"Name": "Al"})).content == "Hello Al"
        assert (await alice.press(reply, "Quietly")).content == "quietly edited"
        assert (await alice.press(reply, "Update")).message is reply.message
        assert (reply.content, reply.message.buttons) == ("updated", [])
        with pytest.raises(AssertionError, match="0 controls"):
            alice.send_press(reply, "Update")


async def test_labels_and_selects_in_a_modal(emulator: DiscordEmulator) -> None:
    guild = emulator.guild("Farmers")
    channel, alice = guild.channel("general"), guild.member("alice")
    async with running(emulator):
        form = await alice.slash(channel, "form")
        assert (await alice.submit(form, {"Why": "because", "Colour": "Red"})).content == "because ['r']"


async def test_components_v2_and_select(emulator: DiscordEmulator) -> None:
    guild = emulator.guild("Farmers")
    channel, alice = guild.channel("general"), guild.member("alice")
    async with running(emulator):
        panel = await alice.slash(channel, "panel")
        assert panel.text == "# A panel"
        assert (await alice.select(panel, "Pick", "One")).content == "picked ['1']"


async def test_deferred_reply_and_follow_up(emulator: DiscordEmulator) -> None:
    guild = emulator.guild("Farmers")
    channel, alice = guild.channel("general"), guild.member("alice")
    async with running(emulator):
        for private in (False, True):
            reply = await (await alice.slash(channel, "slow", private=private)).followed_up()
            assert (reply.deferred, reply.content, reply.ephemeral) == (True, "thought", private)
            assert [(each.content, each.ephemeral) for each in reply.followups] == [("and more", private)]


async def test_pictures(emulator: DiscordEmulator) -> None:
    guild = emulator.guild("Farmers")
    channel, alice = guild.channel("general"), guild.member("alice")
    async with running(emulator) as bot:
        reply = await alice.slash(channel, "picture")
        (file,) = reply.attachments
        assert (file.filename, file.data, file.description) == ("chart.png", b"\x89PNG", "a chart")
        assert reply.embeds[0]["image"]["url"] == file.url
        assert await bot.http.get_from_cdn(file.url) == b"\x89PNG"


async def test_context_menus(emulator: DiscordEmulator) -> None:
    guild = emulator.guild("Farmers")
    channel, alice, bob = guild.channel("general"), guild.member("alice"), guild.member("bob")
    async with running(emulator):
        assert (await alice.context_menu(channel, "Endorse", bob)).content == "endorsed bob"
        said = bob.say(channel, "@everyone hello")
        quoted = await alice.context_menu(channel, "Quote", said)
        assert quoted.content == "“@everyone hello”"
        assert not quoted.message.pings_everyone


async def test_direct_messages(emulator: DiscordEmulator) -> None:
    guild = emulator.guild("Farmers")
    channel, alice = guild.channel("general"), guild.member("alice")
    async with running(emulator) as bot:
        assert (await alice.slash(channel, "dm")).content == "sent"
        assert (await alice.next_dm()).content == "hello in private"
        alice.say(alice.dm, "thanks")
        ((message,),) = [args for args in await bot.heard("message", 2) if args[0].content == "thanks"]
        assert message.guild is None
        alice.close_dms()
        with pytest.raises(discord.Forbidden) as refused:
            await (await bot.fetch_user(alice.id)).send("again")
        assert refused.value.code == 50007


async def test_roles_and_messages_by_rest(emulator: DiscordEmulator) -> None:
    guild = emulator.guild("Farmers")
    channel, alice, role = guild.channel("general"), guild.member("alice"), guild.role("Linked")
    async with running(emulator) as bot:
        seen = bot.get_guild(guild.id)
        member = await seen.fetch_member(alice.id)
        with pytest.raises(discord.Forbidden):
            await member.add_roles(discord.Object(role.id))
        guild.allow_bot(guild.bot.roles[0].permissions | MANAGE_ROLES)
        await member.add_roles(discord.Object(role.id))
        assert alice.roles == [role]
        with pytest.raises(discord.Forbidden):
            await member.add_roles(discord.Object(guild.role("Boss", position=50).id))
        sent = await bot.get_channel(channel.id).send(f"@everyone {alice.mention}", nonce="a")
        again = await bot.get_channel(channel.id).send("other", nonce="a")
        assert sent.id == again.id
        posted = channel.visible_messages()[0]
        assert (posted.pinged_users, posted.pings_everyone) == ([alice.user], False)
        await sent.edit(content="changed")
        assert [each["content"] for each in posted.history] == [f"@everyone {alice.mention}"]
        assert [each.id async for each in bot.get_channel(channel.id).history()] == [sent.id]
        await sent.delete()
        assert posted.deleted


async def test_guilds_and_members_come_and_go() -> None:
    async with DiscordEmulator(privileged=("members",)) as emulator:
        members = discord.Intents(guilds=True, members=True)
        emulator.guild("First").member("carol")
        async with running(emulator, intents=members) as bot:
            assert "carol" in [each.display_name for each in bot.guilds[0].members]
            guild = emulator.guild("Farmers")
            alice = guild.member("alice")
            alice.rename("Ally")
            alice.leave()
            guild.outage()
            guild.restore()
            guild.remove_bot()
            await bot.heard("guild_remove")
            ((before, after),) = bot.events("member_update")
            assert (before.display_name, after.display_name) == ("alice", "Ally")
            assert [
                len(bot.events(name)) for name in ("guild_join", "member_remove", "guild_unavailable")
            ] == [1, 1, 1]
            guild.add_bot(0)
            await bot.heard("guild_join", 2)
        emulator.assert_clean()


async def test_intents_are_respected(emulator: DiscordEmulator) -> None:
    guild = emulator.guild("Farmers")
    channel, alice = guild.channel("general"), guild.member("alice")
    async with running(emulator) as bot:
        alice.rename("Ally")
        alice.say(channel, "secret plans")
        alice.say(channel, f"hi <@{bot.user.id}>")
        messages = [args[0].content for args in await bot.heard("message", 2)]
        assert messages == ["", f"hi <@{bot.user.id}>"]
        assert bot.events("member_update") == []
    async with running(emulator, intents=discord.Intents(guilds=True)) as bot:
        alice.say(channel, "unseen")
        emulator.guild("Later")
        await bot.heard("guild_join")
        assert bot.events("message") == []


async def test_resume_replays_what_was_missed(emulator: DiscordEmulator) -> None:
    guild = emulator.guild("Farmers")
    channel, alice = guild.channel("general"), guild.member("alice")
    async with running(emulator) as bot:
        emulator.gateway.reconnect()
        await emulator.gateway.until(lambda: not emulator.gateway.connected, "the client to go")
        reply = await alice.slash(channel, "union create", name="while away")
        assert reply.content.startswith("while away")
        assert len(emulator.gateway.resumes) == 1
        assert len(emulator.gateway.identifies) == 1
        assert len(bot.events("resumed")) == 1
        emulator.gateway.request_heartbeat()
        beats = len([each for each in emulator.gateway.received if each["op"] == 1])
        assert beats >= 2


async def test_shards_share_the_guilds() -> None:
    async with DiscordEmulator(shards=2) as emulator:
        guilds = [emulator.guild(f"Guild {number}") for number in range(6)]
        people = [(guild, guild.channel("general"), guild.member("alice")) for guild in guilds]
        async with running(emulator, ShardedBot) as bot:
            shards = {session.shard for session in emulator.gateway.connected}
            assert shards == {(0, 2), (1, 2)}
            assert {guild.shard_id for guild in bot.guilds} == {0, 1}
            for guild, channel, alice in people:
                reply = await alice.slash(channel, "union create", name=guild.name)
                assert reply.content.startswith(guild.name)
                assert bot.get_guild(guild.id).shard_id == (guild.id >> 22) % 2
            assert (await alice.slash(alice.dm, "union create", name="dm")).content.startswith("dm")
        emulator.assert_clean()


async def test_state_survives_a_restart_of_the_server(emulator: DiscordEmulator) -> None:
    guild = emulator.guild("Farmers")
    channel, alice = guild.channel("general"), guild.member("alice")
    async with running(emulator, intents=INTENTS):
        await emulator.stop()
        await emulator.start()
        await emulator.ready()
        assert (await alice.slash(channel, "union create", name="back")).content.startswith("back")


async def test_it_is_fast_enough() -> None:
    """300 interactions per CPU-second, the client's own work included: load of the machine does not matter."""
    async with DiscordEmulator(clock=ManualClock()) as emulator:
        guild = emulator.guild("Farmers")
        channel, alice = guild.channel("general"), guild.member("alice")
        async with running(emulator):
            await alice.slash(channel, "union create", name="warm up")
            before = time.process_time()
            for _ in range(6):
                await asyncio.gather(*(alice.slash(channel, "union create", name="x") for _ in range(50)))
            spent = time.process_time() - before
        emulator.assert_clean()
    assert 300 / spent >= 300, f"{300 / spent:.0f} interactions per CPU-second"
