"""What people with bad intentions, and bad connections, try: more power than they have, private words in public."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.discord import limits, rest
from bot.areas.spaces import storage as spaces_storage
from bot.chat.dispatch import Dispatcher
from bot.chat.incoming import Actor, CommandCall, Incoming, Place
from bot.chat.model import Reply, Visibility, say
from bot.errors import StorageError
from tests.adapters.discord.conftest import House
from tests.emulators.discord import ADMINISTRATOR, MANAGE_GUILD, MANAGE_ROLES
from tests.waiting import eventually

CALLBACK = "/interactions/*/*/callback"
ORIGINAL = "/webhooks/*/*/messages/@original"


@pytest.mark.parametrize("bits", [MANAGE_ROLES, MANAGE_GUILD, ADMINISTRATOR, MANAGE_ROLES | MANAGE_GUILD])
async def test_managing_one_channel_is_not_moderating_the_server(muster: House, bits: int) -> None:
    """A voice channel of one's own, or a ticket: there Discord's "Manage Permissions" is Manage Roles."""
    muster.room.overwrites[muster.bob.id] = (1, bits, 0)
    refused = await muster.bob.slash(muster.room, "union create", name="Mine", purpose="Take over")
    assert "This is for moderators" in refused.text
    assert await muster.query(spaces_storage.here, "discord", str(muster.guild.id)) is None


async def test_who_manages_the_servers_roles_moderates_it(muster: House) -> None:
    muster.bob.roles.append(muster.guild.role("Gardeners", MANAGE_ROLES))
    await muster.bob.slash(muster.room, "union create", name="Ours", purpose="Grow food")
    assert await muster.query(spaces_storage.here, "discord", str(muster.guild.id)) is not None


@pytest.fixture
async def unheard(
    muster: House, soon: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> House:
    """Alice asked for something slow and public; Discord shows "thinking…", but its answers to that are lost."""
    monkeypatch.setattr(rest, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(limits, "ACKNOWLEDGE_S", 0.4)
    muster.probe.talks = False
    muster.emulator.fault("POST", CALLBACK, "drop-after")
    lost = muster.emulator.fault("POST", CALLBACK, "drop-before", times=10_000)
    muster.alice.send_slash(muster.room, "probe slow")
    await muster.probe.waiting.wait()
    await eventually(lambda: "not deferred" in caplog.text)
    lost.left = 0
    return muster


async def test_an_answer_after_a_deferral_of_unknown_fate(unheard: House) -> None:
    unheard.probe.answer = say("Done for all.")
    unheard.probe.gate.set()
    assert [message.content for message in await unheard.told()] == ["Done for all."]


async def test_private_words_after_a_public_deferral_of_unknown_fate(unheard: House) -> None:
    """Discord would show the second part in the place of "thinking…", to everybody."""
    unheard.probe.answer = Reply(say("secret " * 500).blocks, visibility=Visibility.PRIVATE, notice="secret")
    unheard.probe.gate.set()
    assert "secret" not in str([message.content for message in await unheard.told()])
    words = "".join(message.content for message in unheard.room.messages.values() if message.ephemeral)
    assert words.count("secret") == 501


@pytest.mark.parametrize("kind", ["drop-after", "10008"])
async def test_thinking_that_is_gone_already(muster: House, soon: None, kind: str) -> None:
    """Somebody deleted it, or the answer to our deletion was lost: the private answer comes all the same."""
    muster.probe.answer = say("For Alice.", visibility=Visibility.PRIVATE)
    reply = await muster.alice.send_slash(muster.room, "probe slow").acked()
    await muster.probe.waiting.wait()
    await reply.answered()
    muster.emulator.fault("DELETE", ORIGINAL, kind, times=2 if kind == "drop-after" else 1)
    muster.probe.gate.set()
    await muster.idle()
    assert [message.content for message in reply.followups if message.ephemeral] == ["For Alice."]


async def test_discords_errors_are_counted(muster: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "FIRST_WAIT_S", 0.01)
    for kind in ("503", "429", "drop-before", "50013"):
        muster.emulator.fault("POST", CALLBACK, kind)
    muster.alice.send_slash(muster.room, "probe count")
    muster.emulator.gateway.dispatch("GUILD_CREATE", {"id": "not a number"})
    await eventually(lambda: len(muster.emulator.gateway.identifies) == 2)
    await muster.idle()
    assert muster.app is not None
    count = muster.app.metrics.registry.get_sample_value
    for what in ("5xx", "429", "connection", "403", "gateway"):
        assert count("muster_platform_errors_total", {"platform": "discord", "what": what}) == 1, what


async def test_one_act_that_fails_leaves_no_other_unanswered(
    muster: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert muster.app is not None
    place = Place("discord", str(muster.room.id), str(muster.guild.id))
    who = Actor("discord", str(muster.bob.id), "Bob", None, False)
    calls = [Incoming(number, who, place, CommandCall("probe count")) for number in ("1", "2")]
    await muster.app.core.accept(calls)
    dispatch = Dispatcher.dispatch

    async def failing(core: Dispatcher, act: Incoming, *more: Any) -> Any:
        if act.native_id == "1":
            raise StorageError("full")
        return await dispatch(core, act, *more)

    monkeypatch.setattr(Dispatcher, "dispatch", failing)
    await muster.restart()
    assert [message.content for message in await muster.told()] == ["Counted 1."]
