"""Discord at its worst: what is asked is answered, once, and nothing is lost that was taken."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest

from adapters.discord import exchange, rest
from adapters.discord.rest import seconds_to_wait
from bot.areas.members.storage import accounts as accounts_storage
from bot.chat.model import say
from bot.chat.port import RetryLater, Undeliverable
from bot.chat.targets import Lane, Target
from tests.adapters.discord.conftest import House
from tests.emulators.discord import EVERYONE, Reply

CALLBACK = "/interactions/*/*/callback"
HOOK = "/webhooks/*/*"
ORIGINAL = "/webhooks/*/*/messages/@original"
MESSAGES = "/channels/*/messages"


@pytest.fixture(autouse=True)
def _quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "FIRST_WAIT_S", 0.01)


# -- answers to interactions -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", ["429", "429-global", "429-shared", "500", "502", "503", "504", "drop-before", "drop-after"]
)
async def test_an_answer_survives(muster: House, kind: str) -> None:
    fault = muster.emulator.fault("POST", CALLBACK, kind)
    counted = await muster.alice.slash(muster.room, "probe count")
    await muster.idle()
    assert fault.fired == 1
    assert counted.content == "Counted 1."
    assert [message.content for message in await muster.told()] == ["Counted 1."]


async def test_an_answer_survives_a_whole_row_of_faults(muster: House) -> None:
    for kind in ("503", "drop-before", "429", "502"):
        muster.emulator.fault("POST", CALLBACK, kind)
    counted = await muster.alice.slash(muster.room, "probe count")
    assert (counted.content, muster.probe.done["count"]) == ("Counted 1.", 1)


async def test_an_answer_with_a_picture_survives_a_lost_connection(muster: House) -> None:
    fault = muster.emulator.fault("POST", CALLBACK, "drop-before")
    shown = await muster.alice.slash(muster.room, "probe show", sample="image")
    assert fault.fired == 1
    assert [attachment.filename for attachment in shown.attachments] == ["dot.png"]


async def test_a_modal_and_suggestions_survive(muster: House) -> None:
    await muster.founded()
    link = await muster.alice.slash(muster.room, "link")
    muster.emulator.fault("POST", CALLBACK, "503")
    assert (await muster.alice.press(link, "Enter the code")).modal
    muster.emulator.fault("POST", CALLBACK, "drop-after")
    assert await muster.alice.autocomplete(muster.room, "union create", "time_zone", "berl", name="x")


@pytest.mark.parametrize("kind", ["late", "double"])
async def test_an_acknowledgement_that_comes_too_late_ends_quietly(
    muster: House, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    fault = muster.emulator.fault("POST", CALLBACK, kind)
    muster.alice.send_slash(muster.room, "probe count")
    await muster.emulator.until(lambda: fault.fired, "the fault")
    await muster.idle()
    assert muster.probe.done["count"] == 1
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    muster.emulator.take_violations()


@pytest.mark.parametrize("kind", ["503", "502", "429", "drop-before", "drop-after"])
async def test_what_follows_a_deferral_survives(muster: House, kind: str) -> None:
    muster.probe.answer = say("Done for all.")
    reply = await muster.alice.send_slash(muster.room, "probe slow").acked()
    await muster.probe.waiting.wait()
    await reply.answered()
    for _ in range(2):  # aiohttp repeats an edit once by itself
        muster.emulator.fault("PATCH", ORIGINAL, kind)
    muster.probe.gate.set()
    await muster.idle()
    assert reply.content == "Done for all."


async def test_a_deferral_that_was_lost_on_the_way_worked(muster: House) -> None:
    muster.emulator.fault("POST", CALLBACK, "drop-after")
    muster.probe.answer = say("Done for all.")
    reply = await muster.alice.send_slash(muster.room, "probe slow").acked()
    await muster.probe.waiting.wait()
    muster.probe.gate.set()
    await muster.idle()
    assert (reply.content, reply.deferred) == ("Done for all.", True)


async def test_after_fifteen_minutes_the_answer_is_given_up(
    muster: House, caplog: pytest.LogCaptureFixture
) -> None:
    reply = await muster.alice.send_slash(muster.room, "probe slow").acked()
    await muster.probe.waiting.wait()
    await reply.answered()
    muster.clock.advance(timedelta(minutes=16))
    muster.probe.answer = say("Too late.")
    muster.probe.gate.set()
    await muster.idle()
    assert "an answer did not arrive" in caplog.text
    await muster.restart()  # and it is not said again
    await muster.idle()
    assert "Too late." not in str([m.content for m in muster.room.messages.values()])


async def test_an_interaction_that_is_still_answered_is_not_taken_twice(muster: House) -> None:
    muster.probe.answer = say("Once.")
    reply: Reply = await muster.alice.send_slash(muster.room, "probe slow").acked()
    await muster.probe.waiting.wait()
    reply.replay()
    await muster.alice.slash(muster.room, "help")
    muster.probe.gate.set()
    await muster.idle()
    assert (muster.probe.done["slow"], reply.content) == (1, "Once.")


async def test_discord_is_told_within_three_seconds(muster: House) -> None:
    """Without a word of progress, after the real time."""
    muster.probe.talks = False
    reply = await muster.alice.send_slash(muster.room, "probe quiet").acked()
    muster.probe.gate.set()
    await muster.idle()
    assert reply.deferred
    assert 1.0 < max(muster.emulator.ack_delays) < 3.0


async def test_a_database_that_hangs_does_not_keep_discord_waiting(
    muster: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "RECORD_S", 0.01)
    core = muster.adapter._core
    accepted = asyncio.Event()
    accept = core.accept

    async def slowly(acts: object) -> None:
        await accepted.wait()
        await accept(acts)

    monkeypatch.setattr(core, "accept", slowly)
    muster.probe.answer = say("Done.")
    reply = await muster.alice.send_slash(muster.room, "probe quiet").acked()
    await muster.probe.waiting.wait()
    accepted.set()
    muster.probe.gate.set()
    await muster.idle()
    assert reply.content == "Done."


async def test_stopping_finishes_what_was_taken(muster: House) -> None:
    muster.probe.answer = say("Done at the end.")
    reply = await muster.alice.send_slash(muster.room, "probe slow").acked()
    await muster.probe.waiting.wait()
    stopping = asyncio.create_task(muster.stop())
    await muster.emulator.gateway.until(lambda: not muster.emulator.gateway.connections, "goodbye")
    assert not stopping.done()
    assert reply.content == "Halfway…"
    muster.probe.gate.set()
    await stopping
    assert reply.content == "Done at the end."


# -- messages --------------------------------------------------------------------------------------------


def to_room(muster: House) -> Target:
    return Target("discord", chat=str(muster.room.id))


def to_bob(muster: House) -> Target:
    return Target("discord", person=str(muster.bob.id))


@pytest.mark.parametrize(
    "kind", ["429", "429-global", "429-shared", "500", "502", "503", "504", "drop-before", "drop-after"]
)
async def test_a_post_survives_and_is_there_once(muster: House, kind: str) -> None:
    fault = muster.emulator.fault("POST", MESSAGES, kind)
    sent = await muster.adapter.deliver(to_room(muster), say("News."), "m1")
    assert fault.fired == 1
    assert [(str(m.id), m.content) for m in muster.room.visible_messages()] == [(sent, "News.")]


async def test_a_repeated_delivery_is_the_same_message(muster: House) -> None:
    first = await muster.adapter.deliver(to_bob(muster), say("News."), "m7")
    assert await muster.adapter.deliver(to_bob(muster), say("News."), "m7") == first
    assert await muster.adapter.deliver(to_bob(muster), say("News."), "m8") != first
    assert len(muster.bob.dms) == 2


async def test_a_long_post_broken_off_is_continued(muster: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "PATIENCE_S", 0.0)
    muster.emulator.fault("POST", MESSAGES, "503", after=1)
    news = say("word " * 900)
    with pytest.raises(RetryLater):
        await muster.adapter.deliver(to_room(muster), news, "m1")
    monkeypatch.setattr(rest, "PATIENCE_S", 5.0)
    await muster.adapter.deliver(to_room(muster), news, "m1")
    messages = muster.room.visible_messages()
    assert "".join(m.content for m in messages).count("word") == 900
    assert len(messages) == 3


@pytest.mark.parametrize("kind", ["503", "drop-before", "429-cloudflare"])
async def test_what_lasts_is_left_to_the_outbox(
    muster: House, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(rest, "PATIENCE_S", 0.1)
    muster.emulator.fault("POST", MESSAGES, kind, times=50)
    with pytest.raises(RetryLater):
        await muster.adapter.deliver(to_room(muster), say("x"), "m1")


async def test_a_long_wait_is_told_to_the_outbox(muster: House) -> None:
    muster.emulator.fault("POST", MESSAGES, "429", retry_after=120)
    with pytest.raises(RetryLater) as later:
        await muster.adapter.deliver(to_room(muster), say("x"), "m1")
    assert later.value.after_s == 120


@pytest.mark.parametrize(
    ("code", "gone"), [(50007, True), (50278, True), (50013, False), (50001, False), (10003, False)]
)
async def test_what_can_never_be_sent(muster: House, code: int, gone: bool) -> None:
    muster.emulator.fault("POST", MESSAGES, code)
    target = to_bob(muster) if gone else to_room(muster)
    with pytest.raises(Undeliverable) as never:
        await muster.adapter.deliver(target, say("x"), "m1")
    assert (never.value.kind == "blocked") is gone


async def test_direct_messages_opened_too_fast_wait(muster: House) -> None:
    muster.emulator.fault("POST", "/users/@me/channels", 40003)
    with pytest.raises(RetryLater) as later:
        await muster.adapter.deliver(to_bob(muster), say("x"), "m1")
    assert later.value.after_s == 60


async def test_a_lost_direct_message_channel_is_opened_again(muster: House) -> None:
    def opened() -> int:
        return muster.emulator.calls["POST", "/users/@me/channels", 200]

    await muster.adapter.deliver(to_bob(muster), say("x"), "m1")
    muster.emulator.fault("POST", MESSAGES, 10003)
    with pytest.raises(RetryLater):
        await muster.adapter.deliver(to_bob(muster), say("y"), "m2")
    assert opened() == 1
    await muster.adapter.deliver(to_bob(muster), say("y"), "m2")
    assert [message.content for message in muster.bob.dms] == ["x", "y"]
    assert opened() == 2


async def test_the_bots_own_missing_rights(muster: House) -> None:
    muster.guild.allow_bot(EVERYONE)
    muster.guild.hide(muster.room, muster.guild.bot.roles[0])
    with pytest.raises(Undeliverable, match="Missing Access"):
        await muster.adapter.deliver(to_room(muster), say("x"), "m1")


async def test_who_closed_their_messages_is_marked(muster: House) -> None:
    await muster.founded()
    await muster.bob.slash(muster.room, "join")
    muster.bob.close_dms()
    await muster.alice.slash(muster.room, "probe write", person=muster.bob)
    for _ in range(200):
        found = await muster.query(accounts_storage.everywhere, "discord", str(muster.bob.id))
        if found[0].unreachable_at is not None:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("not marked")


async def test_many_posts_at_once_are_paced_and_all_arrive(muster: House) -> None:
    muster.emulator.limits.route("POST", "/channels/{channel_id}/messages", 5, 0.3)
    await asyncio.gather(
        *(muster.adapter.deliver(to_room(muster), say(f"no. {n}"), f"m{n}") for n in range(20))
    )
    assert len(muster.room.visible_messages()) == 20
    assert muster.emulator.limits.refused == 0


async def test_an_answer_that_discord_would_not_take_comes_after_the_next_start(
    muster: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object, **__: object) -> None:
        raise rest.Unavailable("down")

    await muster.bob.send_slash(muster.room, "probe quiet").acked()
    await muster.probe.waiting.wait()
    with monkeypatch.context() as broken:
        broken.setattr(muster.adapter._rest, "answer", down)
        muster.probe.answer = say("Kept for Bob.")
        muster.probe.gate.set()
        await muster.idle()
    assert muster.bob.dms == []
    await muster.restart()
    assert "Kept for Bob." in (await muster.bob.next_dm()).content
    await muster.restart()
    await muster.idle()
    assert len(muster.bob.dms) == 1
    assert muster.probe.done["slow"] == 1


async def test_a_post_is_changed(muster: House) -> None:
    target = to_room(muster)
    sent = await muster.adapter.deliver(target, say("0 answers"), "m1")
    change = msgspec.structs.replace(target, message=sent)
    for _ in range(2):
        assert await muster.adapter.deliver(change, say("1 answer"), "e1", Lane.BULK) == sent
    (message,) = muster.room.visible_messages()
    assert message.content == "1 answer"
    muster.emulator.delete_message(message)
    assert await muster.adapter.deliver(change, say("2 answers"), "e2") == sent
    assert muster.room.visible_messages() == []


@pytest.mark.parametrize(("code", "kind"), [(10003, "gone"), (50001, "rights"), (50013, "rights")])
async def test_moderators_learn_why_a_place_is_out_of_reach(muster: House, code: int, kind: str) -> None:
    muster.emulator.fault("POST", MESSAGES, code)
    with pytest.raises(Undeliverable) as never:
        await muster.adapter.deliver(to_room(muster), say("x"), "m1")
    assert never.value.kind == kind


async def test_a_channel_with_an_empty_bucket_is_said_to_be_closed(muster: House) -> None:
    target, adapter = to_room(muster), muster.adapter
    muster.emulator.limits.route("POST", "/channels/{channel_id}/messages", 2, 30.0)
    for number in range(2):
        assert adapter.closed_for(target) == 0
        await adapter.deliver(target, say("x"), f"m{number}")
    assert 20 < adapter.closed_for(target) <= 31
    assert adapter.closed_for(None) == 0
    assert adapter.at_once >= 10


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (0.5, 0.5),
        ("2", 2.0),
        (-1, 0.0),
        ("inf", 86_400.0),
        ("nan", 1.0),
        ("soon", 1.0),
        (None, 1.0),
        ({}, 1.0),
    ],
)
def test_a_wait_is_read_however_it_is_said(said: object, seconds: float) -> None:
    assert seconds_to_wait(said) == seconds
