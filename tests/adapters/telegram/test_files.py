"""Pictures on Telegram: with the command under them, replied to, or asked for."""

from __future__ import annotations

import asyncio
import sys

import pytest
from telegram.error import TelegramError

from adapters.telegram import answering
from bot.chat.incoming import File
from bot.errors import BadInput, TryAgain
from bot.pictures import process
from tests.adapters import pictures
from tests.adapters.pictures import heavy, picture
from tests.adapters.telegram.conftest import House
from tests.declared import declare
from tests.emulators.telegram import Group, Person
from tests.waiting import eventually

PHOTO = picture(800, 600)


@pytest.fixture
async def muster(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    declare(monkeypatch, pictures.area)
    await house.start()
    return house


async def test_a_photo_with_the_command_under_it(group: Group, alice: Person) -> None:
    shown = (await alice.says("/show A field", group, photo=PHOTO)).one
    assert shown.text.startswith("800 × 600. A field")
    assert "photo" in shown.data


async def test_a_command_as_a_reply_to_a_photo_takes_the_largest_size(
    group: Group, alice: Person, bob: Person
) -> None:
    photo = alice.types("Look", group, photo=PHOTO)
    assert (await alice.replies(photo, "/show")).one.text.startswith("800 × 600.")


async def test_the_picture_of_somebody_else_is_not_taken_as_ones_own(
    group: Group, alice: Person, bob: Person
) -> None:
    photo = bob.types("Look", group, photo=PHOTO)
    answer = await alice.replies(photo, "/show", expect=2)
    assert answer.sent[0].text.startswith("That picture was forwarded, or someone else sent it.")
    photo = alice.types("Look", group, photo=PHOTO)
    photo.data["forward_origin"] = {"type": "user", "date": 1, "sender_user": bob.json()}
    answer = await alice.replies(photo, "/show", expect=2)
    assert answer.sent[0].text.startswith("That picture was forwarded, or someone else sent it.")


async def test_a_picture_sent_as_a_file(alice: Person) -> None:
    shown = (await alice.says("/show", document=("field.png", picture(300, 200, "PNG")))).one
    assert shown.text.startswith("300 × 200.")


async def test_a_picture_that_is_asked_for(alice: Person) -> None:
    assert "Send it" in (await alice.says("/ask")).one.text
    assert "send a picture" in (await alice.says("Here it is")).one.text
    assert "Why" in (await alice.says("", photo=PHOTO)).one.text
    summary = (await alice.says("/skip")).one
    assert "Send it: a picture" in summary.text
    assert (await alice.presses(summary, "Send", expect=1)).last.text.startswith("800 × 600.")


async def test_a_picture_asked_for_in_a_group_is_a_reply_to_the_question(group: Group, alice: Person) -> None:
    question = (await alice.says("/ask", group)).one
    assert "Why" in (await alice.replies(question, "", photo=PHOTO)).one.text


async def test_a_photo_where_words_are_asked_for_is_read_by_its_caption(alice: Person) -> None:
    await alice.says("/ask")
    await alice.says("", photo=PHOTO)
    assert "Why: for fun" in (await alice.says("for fun", photo=PHOTO)).one.text


async def test_photos_between_people_are_not_heard(group: Group, alice: Person, muster: House) -> None:
    alice.types("Look", group, photo=PHOTO)
    alice.types("", group, document=("a.pdf", b"%PDF"))
    await muster.settled()
    assert not group.messages or all(message.sender is alice for message in group.messages.values())


async def test_without_a_picture_the_command_runs_too(alice: Person) -> None:
    assert (await alice.says("/show")).one.text == "No picture."


async def test_what_is_no_picture_is_refused(alice: Person) -> None:
    assert "Send a PNG, JPEG or WebP" in (await alice.says("/show", document=("a.pdf", b"%PDF"))).one.text


async def test_too_large_is_said_before_it_is_fetched(alice: Person, muster: House) -> None:
    answer = await alice.says("/show", document=("a.jpg", heavy(9)))
    assert "Send a picture of at most 8 MB" in answer.one.text
    assert not [each for each in muster.emu.requests if each.method == "getFile"]


async def test_a_size_that_is_not_told_is_found_out(alice: Person, muster: House) -> None:
    for megabytes in (9, 21):
        kept = muster.emu.keep_document("a.jpg", heavy(megabytes))
        with pytest.raises(BadInput, match="too large" if megabytes == 9 else "send it again"):
            await muster.adapter.fetch(File(kept["file_id"]))


async def test_a_file_that_is_gone_is_asked_for_again(muster: House) -> None:
    with pytest.raises(BadInput, match="send it again"):
        await muster.adapter.fetch(File("AgAC-nothing"))


@pytest.mark.parametrize(("method", "fault"), [("getFile", 500), ("file", 502), ("file", 404)])
async def test_trouble_is_told_from_absence_and_no_token_is_said(
    muster: House, method: str, fault: int, caplog: pytest.LogCaptureFixture
) -> None:
    kept = muster.emu.keep_photo(PHOTO)[-1]["file_id"]
    muster.emu.fails(method, fault)
    with pytest.raises(BadInput if fault == 404 else TryAgain) as problem:
        await muster.adapter.fetch(File(kept))
    assert problem.value.__cause__ is None
    assert not isinstance(problem.value, TelegramError)
    assert muster.emu.token not in caplog.text
    assert await muster.adapter.fetch(File(kept)) == PHOTO


async def test_a_cut_connection_is_worth_another_try(muster: House) -> None:
    kept = muster.emu.keep_photo(PHOTO)[-1]["file_id"]
    muster.emu.drops("file", times=2)
    with pytest.raises(TryAgain):
        await muster.adapter.fetch(File(kept))


# -- pictures that take long -------------------------------------------------------------------------------


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every picture takes for ever."""
    monkeypatch.setattr(process, "COMMAND", (sys.executable, "-c", "import time; time.sleep(1000)"))


async def waiting(muster: House, people: int) -> None:
    assert muster.app is not None
    shop = muster.app.workshop
    await eventually(lambda: len(shop._people) == people)


async def test_pictures_that_wait_keep_no_commands_of_others_waiting(
    endless: None, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "AT_ONCE", 2)
    declare(monkeypatch, pictures.area)
    await house.start()
    house.emu.settle = None
    for number in range(8):
        house.emu.user(f"Sender {number}", started=True).types("/show", photo=PHOTO)
    await waiting(house, 8)
    other = house.emu.user("Other", started=True)
    other.types("/show")
    await eventually(lambda: any(one.text == "No picture." for one in other.chat.messages.values()))


async def test_a_stop_does_not_wait_for_a_picture_and_its_sender_is_told(
    endless: None, muster: House, alice: Person
) -> None:
    muster.emu.settle = None
    alice.types("/show", photo=PHOTO)
    await waiting(muster, 1)
    async with asyncio.timeout(10):
        await muster.stop()
    assert "being restarted" in list(alice.chat.messages.values())[-1].text
