"""What the doctor says of Discord."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.discord import check
from adapters.discord.adapter import DiscordAdapter
from bot.chat.incoming import Actor, Place
from bot.domain.clock import SystemClock
from bot.errors import TryAgain
from tests.adapters.discord.conftest import IN_THREADS, House
from tests.emulators.discord import ADMINISTRATOR, EVERYONE, MANAGE_GUILD, MANAGE_ROLES
from tests.emulators.discord.model import BAN_MEMBERS


@pytest.fixture
async def adapter(house: House):  # type: ignore[no-untyped-def]
    """Not started: the doctor only asks."""
    settings = house.settings()
    assert settings.discord_token is not None
    made = DiscordAdapter(
        settings.discord_token.get_secret_value(),
        SystemClock(),
        api=settings.discord_api,
        api_ca=settings.discord_api_ca,
    )
    yield made
    await made.stop()


async def test_all_is_well(house: House, adapter: DiscordAdapter) -> None:
    found = await adapter.check([str(house.guild.id)])
    assert [finding.problem for finding in found] == [None] * 3
    assert "none besides" in found[-1].subject
    assert house.emulator.gateway.identifies == []


@pytest.mark.parametrize(
    ("permissions", "problem", "remedy"),
    [
        (EVERYONE, "Send Messages in Threads", "allow it"),
        (IN_THREADS, "View Channels, Send Messages, Attach Files", "invite it again"),
        (EVERYONE | IN_THREADS | MANAGE_ROLES, "Manage Roles, which Muster does not use", "take it"),
        (ADMINISTRATOR, "Administrator, which Muster does not use", "take it"),
    ],
)
async def test_rights_in_a_server(
    house: House, adapter: DiscordAdapter, permissions: int, problem: str, remedy: str
) -> None:
    house.guild.guild.everyone.permissions = 0
    house.guild.allow_bot(permissions)
    finding = (await adapter.check([str(house.guild.id)]))[-1]
    assert finding.problem is not None
    assert problem in finding.problem
    assert remedy in finding.remedy


async def test_a_server_that_the_bot_is_not_in(house: House, adapter: DiscordAdapter) -> None:
    house.guild.remove_bot()
    finding = (await adapter.check([str(house.guild.id)]))[-1]
    assert finding.problem == "the bot is not in it"
    assert f"permissions={check.PERMISSIONS}" in finding.remedy


async def test_intents_that_are_not_needed(house: House, adapter: DiscordAdapter) -> None:
    house.emulator.privileged |= {"message_content", "members"}
    (_, finding) = await adapter.check([])
    assert finding.problem == "Message Content switched on, which Muster does not use"


async def test_the_members_intent_is_the_operators_choice(house: House, adapter: DiscordAdapter) -> None:
    house.emulator.privileged |= {"members"}
    (_, finding) = await adapter.check([])
    assert finding.problem is None
    assert "who leaves a server is noticed" in finding.subject


async def test_a_wrong_token(house: House) -> None:
    settings = house.settings()
    adapter = DiscordAdapter("wrong", SystemClock(), api=settings.discord_api, api_ca=settings.discord_api_ca)
    (finding,) = await adapter.check(["1"])
    await adapter.stop()
    assert finding.problem == "Discord does not accept it"
    assert "wrong" not in finding.remedy


async def test_discord_that_does_not_answer(
    house: House, adapter: DiscordAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.discord.rest.PATIENCE_S", 0.1)
    house.emulator.fault("GET", "/applications/@me", "503", times=99)
    with pytest.raises(TryAgain):
        await adapter.check([])


async def test_in_chat_too(muster: House) -> None:
    muster.guild.allow_bot(EVERYONE | IN_THREADS | ADMINISTRATOR)
    said = await muster.alice.slash(muster.room, "union check")
    await muster.idle()
    assert said.ephemeral
    assert "Administrator" in said.text


async def test_an_endpoint_for_interactions_would_take_them_away() -> None:
    application = {"name": "Muster", "interactions_endpoint_url": "https://x.example", "flags": 0}
    problems = [finding.problem for finding in check._application(application) if finding.problem]
    assert problems == ["an interactions endpoint URL is set, so commands do not reach Muster"]


@pytest.mark.parametrize(
    ("permissions", "moderates"), [(0, False), (MANAGE_GUILD, True), (MANAGE_ROLES, True), (1 << 13, False)]
)
async def test_who_moderates_is_asked_at_most_once_a_minute(
    muster: House, permissions: int, moderates: bool
) -> None:
    role = muster.guild.role("Some", permissions)
    muster.bob.roles.append(role)
    place = Place("discord", str(muster.room.id), str(muster.guild.id))
    who = Actor("discord", str(muster.bob.id), "Bob")
    asked = ("GET", "/guilds/{guild_id}/members/{user_id}", 200)
    for _ in range(3):
        assert await muster.adapter.is_moderator(place, who) is moderates
    assert muster.emulator.calls[asked] == 1
    muster.clock.advance(timedelta(seconds=61))
    muster.bob.roles.clear()
    assert await muster.adapter.is_moderator(place, who) is False
    assert muster.emulator.calls[asked] == 2


async def test_a_clock_that_is_set_back_keeps_nobody_a_moderator(muster: House) -> None:
    role = muster.guild.role("Some", MANAGE_GUILD)
    muster.bob.roles.append(role)
    place = Place("discord", str(muster.room.id), str(muster.guild.id))
    who = Actor("discord", str(muster.bob.id), "Bob")
    assert await muster.adapter.is_moderator(place, who)
    muster.clock.advance(timedelta(days=-1))
    muster.bob.roles.clear()
    assert not await muster.adapter.is_moderator(place, who)


async def test_owners_moderate_and_strangers_do_not(muster: House) -> None:
    place = Place("discord", str(muster.room.id), str(muster.guild.id))
    owner = Actor("discord", str(muster.guild.owner.id), "Owner")
    stranger = Actor("discord", str(muster.emulator.user("Nobody").id), "Nobody")
    assert await muster.adapter.is_moderator(place, owner)
    assert not await muster.adapter.is_moderator(place, stranger)
    assert not await muster.adapter.is_moderator(Place("discord", "1"), owner)


def test_the_page_of_permissions_names_these_and_no_others() -> None:
    page = (Path(__file__).parents[3] / "docs" / "permissions.md").read_text("utf-8")
    listed = re.findall(r"^\| ([A-Z][A-Za-z ]+) \(`\w+`\) \| (\d+) \|", page, re.MULTILINE)
    assert {1 << int(bit): name for name, bit in listed} == check.NEEDED
    assert f"Permissions integer: `{check.PERMISSIONS}`" in page


def test_no_right_over_people_is_asked_for() -> None:
    """Whoever steals the token gets no more than these."""
    assert check.PERMISSIONS & sum(check.DANGEROUS) == 0
    assert check.PERMISSIONS & check.ADMINISTRATOR == 0


async def test_bans_are_known_only_to_a_bot_that_may_ban(muster: House) -> None:
    """Muster does not ask for that right. Where it has it anyway, or is given it for this, it uses it."""
    guild, who = muster.guild, Actor("discord", str(muster.bob.id), "Bob")
    muster.bob.banned()
    assert not await muster.adapter.is_banned(str(guild.id), who)
    assert muster.bob.guild is not None
    muster.emulator.bot_in(muster.bob.guild).roles.append(guild.role("May ban", BAN_MEMBERS))
    assert await muster.adapter.is_banned(str(guild.id), who)
    stranger = Actor("discord", str(muster.emulator.user("Nobody").id), "Nobody")
    assert not await muster.adapter.is_banned(str(guild.id), stranger)
    assert not await muster.adapter.is_banned("1", who)
