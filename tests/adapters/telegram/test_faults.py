"""What goes wrong between Telegram and Muster, and that nothing is lost by it and nothing done twice."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.errors import StorageError
from tests.adapters.contract import area, counted
from tests.adapters.telegram.conftest import House
from tests.declared import declare
from tests.emulators.telegram import Group, Person


@pytest.fixture(autouse=True)
def _commands(monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, area)
    counted.clear()


@pytest.fixture
def alice(house: House) -> Person:
    return house.emu.user("Alice", started=True)


@pytest.fixture
def group(house: House, alice: Person) -> Group:
    return house.emu.group("Farm", alice)


def texts(chat: Group | Person) -> list[str]:
    return [message.text for message in (chat.chat if isinstance(chat, Person) else chat).from_bot]


# -- starting and stopping ---------------------------------------------------------------------------------


async def test_killed_between_taking_and_answering(
    house: House, alice: Person, group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The act was durable and done; its answer comes after the restart, and only once."""
    monkeypatch.setattr("adapters.telegram.inbox.FINISH_S", 0.0)
    await house.start()
    held = house.emu.holds("sendMessage", before=True)
    alice.types("/count", group)
    await held.arrived.wait()
    await house.stop()
    assert len(counted) == 1
    await house.start()
    await house.settled()
    assert len(counted) == 1
    assert "Counted 1." in texts(group)


async def test_updates_taken_but_not_acknowledged_are_not_answered_again(
    house: House, alice: Person, group: Group
) -> None:
    """A stop (or a kill) before the next poll: Telegram delivers the batch again to the next run."""
    await house.start()
    alice.types("/count", group)
    await house.settled()
    assert texts(group) == ["Counted 1."]
    await house.stop()
    house.emu.queue.end_poll()  # of the connection that is closed, which would take the update along
    await house.emu.signal.until(lambda: not house.emu.queue.polled, lambda: "the old poll goes on")
    house.emu.redelivers(house.updates[-1])
    await house.start()
    await house.settled()
    assert texts(group) == ["Counted 1."]


async def test_what_is_delivered_twice_is_answered_once(house: House, alice: Person, group: Group) -> None:
    await house.start()
    assert (await alice.says("/count", group)).text == "Counted 1."
    house.emu.redelivers(house.updates[-1])
    assert (await alice.says("/count", group)).text == "Counted 2."
    assert texts(group) == ["Counted 1.", "Counted 2."]


async def test_a_stop_finishes_what_was_taken(house: House, alice: Person, group: Group) -> None:
    await house.start()
    held = house.emu.holds("sendMessage", before=True)
    alice.types("/count", group)
    await held.arrived.wait()
    stopping = asyncio.create_task(house.stop())
    await asyncio.sleep(0)
    held.release()
    await stopping
    assert texts(group) == ["Counted 1."]


async def test_typed_while_muster_was_off(house: House, alice: Person, group: Group) -> None:
    for _ in range(3):
        alice.types("/count", group)
    await house.start()
    await house.settled()
    assert sorted(texts(group)) == ["Counted 1.", "Counted 2.", "Counted 3."]


@pytest.mark.parametrize("method", ["getMe", "deleteWebhook", "getMyCommands", "setMyCommands"])
@pytest.mark.parametrize("code", [401, 404, 409, 500, 502])
async def test_a_start_while_telegram_is_unwell(house: House, alice: Person, method: str, code: int) -> None:
    house.emu.fails(method, code, times=2)
    await house.start()
    assert texts(alice) == []
    assert "do here" in (await alice.says("/help")).text


async def test_menus_that_are_refused_stop_nothing(house: House, alice: Person) -> None:
    house.emu.fails("setMyCommands", 400, "Bad Request: BOT_COMMAND_INVALID", times=100)
    await house.start()
    assert "do here" in (await alice.says("/help")).text


# -- getting updates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [401, 404, 409, 429, 500, 502])
async def test_polling_goes_on_after(house: House, alice: Person, code: int) -> None:
    await house.start()
    house.emu.fails("getUpdates", code, retry_after=1 if code == 429 else None, times=3 if code != 429 else 1)
    house.emu.queue.end_poll()
    assert "do here" in (await alice.says("/help")).text
    assert house.adapter.last_contact() is not None


@pytest.mark.parametrize("after", [False, True])
async def test_polling_goes_on_after_a_lost_connection(
    house: House, alice: Person, group: Group, after: bool
) -> None:
    await house.start()
    house.emu.drops("getUpdates", after=after, times=3)
    house.emu.queue.end_poll()
    assert (await alice.says("/count", group)).text == "Counted 1."
    assert counted == [f"telegram:{house.emu.bot.id}-u{house.updates[-1]['update_id']}"]


async def test_another_programs_webhook_is_taken_away(house: House, alice: Person) -> None:
    await house.start()
    house.emu.server.webhook.url = "https://other.example/"
    house.emu.queue.end_poll()
    await house.emu.requested("deleteWebhook", 2)
    assert "do here" in (await alice.says("/help")).text


async def test_an_update_that_cannot_be_read_is_passed_over(
    house: House, alice: Person, caplog: pytest.LogCaptureFixture
) -> None:
    await house.start()
    house.emu.queue.check = house.emu.spec = None
    house.emu.queue.put("message", {"message_id": 1, "date": 1, "chat": {"nonsense": 1}})
    assert "do here" in (await alice.says("/help")).text
    assert "an update cannot be read" in caplog.text


async def test_what_cannot_be_kept_is_not_acknowledged(
    house: House, alice: Person, group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.start()
    core = house.adapter._core
    accept, failures = core.accept, iter([StorageError("full"), StorageError("full")])

    async def full(acts: object) -> None:
        for failure in failures:
            raise failure
        await accept(acts)

    monkeypatch.setattr(core, "accept", full)
    assert (await alice.says("/count", group)).text == "Counted 1."


# -- answering ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [401, 404, 409])
async def test_an_answer_refused_for_the_moment_is_sent_later(
    house: House, alice: Person, group: Group, code: int
) -> None:
    await house.start()
    house.emu.fails("sendMessage", code, times=3)
    assert (await alice.says("/count", group)).text == "Counted 1."


async def test_a_flood_wait_is_waited_for(house: House, alice: Person, group: Group) -> None:
    await house.start()
    house.emu.fails("sendMessage", 429, retry_after=1)
    assert (await alice.says("/count", group)).text == "Counted 1."
    assert texts(group) == ["Counted 1."]


async def test_a_connection_lost_before_the_message_counted(
    house: House, alice: Person, group: Group
) -> None:
    await house.start()
    house.emu.drops("sendMessage")
    assert (await alice.says("/count", group)).text == "Counted 1."
    assert texts(group) == ["Counted 1."]


async def test_a_lost_answer_is_the_only_cause_of_a_duplicate_and_is_logged(
    house: House, alice: Person, group: Group, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    await house.start()
    house.emu.drops("sendMessage", after=True)
    await alice.says("/count", group)
    assert texts(group) == ["Counted 1.", "Counted 1."]
    assert len(counted) == 1
    assert [r.tries for r in caplog.records if getattr(r, "action", "") == "telegram.uncertain"] == [1]


async def test_an_answer_that_is_refused_is_over(
    house: House, alice: Person, group: Group, caplog: pytest.LogCaptureFixture
) -> None:
    await house.start()
    group.mutes_bot()
    await alice.says("/count", group, expect=0)
    assert "ot enough rights" in caplog.text
    await house.stop()
    group.bot.may_write = True
    await house.start()
    await house.settled()
    assert texts(group) == []


async def test_the_answer_to_a_press_may_fail(house: House, alice: Person, group: Group) -> None:
    await house.start()
    poll = (await alice.says("/poll", group)).one
    house.emu.fails("answerCallbackQuery", 500, times=2)
    assert (await alice.presses(poll, "Yes", expect=1)).text == "Yes, 1."


async def test_a_topic_that_was_deleted(house: House, alice: Person) -> None:
    await house.start()
    forum = house.emu.group("Forum", alice, forum=True)
    votes = forum.topic("Votes")
    held = house.emu.holds("sendMessage", before=True)
    alice.types("/count", votes)
    await held.arrived.wait()
    del forum.topics[votes.id]
    held.release()
    await house.settled()
    assert texts(forum) == ["Counted 1."]


async def test_no_token_in_the_logs(house: House, alice: Person, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await house.start()
    for method in ("getUpdates", "sendMessage"):
        house.emu.drops(method)
        house.emu.fails(method, 502)
    house.emu.queue.end_poll()
    await alice.says("/help")
    secret = house.emu.token.split(":")[1]
    assert [r for r in caplog.records if r.name.startswith("adapters.") and secret in r.getMessage()] == []
