"""The day's call as people on Telegram see and answer it: real program, unmodified library, emulated server."""

from __future__ import annotations

import pytest

from bot.areas.calls.storage import lists as lists_storage
from tests.adapters.pictures import picture
from tests.emulators.telegram.model import Message
from tests.journeys.town import Town


@pytest.fixture(autouse=True)
async def _tina(town: Town) -> None:
    assert "Welcome" in (await town.tina.says("/join", town.group)).text


def posts(town: Town) -> list[Message]:
    """What the bot posted by itself in the group."""
    return [each for each in town.group.from_bot if each.reply_to is None and "Plant" in each.text]


async def test_a_call_from_its_hour_to_its_close(town: Town) -> None:
    bob, cat = await town.users("Bob", "Cat")
    assert "at 09:30" in (await cat.says("/call reminders on 9:30")).text
    await town.prepares("Plant *trees*", "tomorrow")
    await town.later(hours=20, minutes=59)
    assert posts(town) == []
    await town.later(minutes=1)  # 9 o'clock
    for _ in range(3):
        await town.later(seconds=5)
    (post,) = posts(town)
    assert post.text == (
        "Plant *trees*\nDo it *well*\n\nWhy: For shade\n\n"
        "Be the first to answer. Open until midnight tonight (UTC), 3 March 2026, 00:00 (UTC)."
    )
    assert post.keyboard == [["Done"]]
    assert post.history == []

    assert (await bob.presses(post, "Done")).toast == "Done. Day 1 in a row."
    assert (
        await bob.presses(post, "Done")
    ).toast == "You already answered. Type /call today to take it back."
    await town.later(seconds=1)
    assert "1 person answered so far" in post.text
    assert (await town.tina.presses(post, "Done")).toast == "Done. Day 1 in a row."
    await town.later(seconds=1)
    assert "1 person answered so far" in post.text  # not so soon after the last change

    before = len(cat.chat.from_bot), len(bob.chat.from_bot)
    await town.later(minutes=30)
    (told,) = cat.chat.from_bot[before[0] :]
    assert len(bob.chat.from_bot) == before[1]
    assert told.text.startswith("Today's call in Farmers:\n\nPlant *trees*\nDo it")
    assert told.keyboard == [["Done"], ["Stop reminders"]]
    assert "2 people answered so far" in post.text
    assert len(post.history) == 2
    await cat.presses(told, "Done")
    assert (await cat.presses(post, "Done")).toast.startswith("You already answered.")
    for _ in range(3):
        await town.later(seconds=20)
    assert "3 people answered so far" in post.text
    assert len(post.history) == 3

    today = (await bob.says("/call")).one
    await bob.presses(today, "Take back: Plant *trees*", expect=1)
    assert "It is open until" in today.text
    await town.later(hours=14, minutes=30)
    assert "Closed. 2 people answered." in post.text
    assert posts(town) == [post]
    assert (await bob.presses(post, "Done")).toast == "Done, late. Day 1 in a row."


async def test_a_photo_is_the_proof(town: Town) -> None:
    (bob,) = await town.users("Bob")
    await town.prepares("Plant trees", "tomorrow", proof="photo")
    await town.later(hours=21)
    (post,) = posts(town)
    assert "Show a photo as your proof." in post.text
    await bob.presses(post, "Done", expect=1)
    asked = bob.chat.from_bot[-1]
    assert "picture" in asked.text
    done = await bob.says("", photo=picture(600, 400))
    assert "Done. Day 1 in a row." in done.text
    await town.later(seconds=20)
    assert "1 person answered so far" in post.text


async def test_a_picture_is_posted_with_the_call_and_stays(town: Town) -> None:
    (bob,) = await town.users("Bob")
    photo = town.alice.attaches("IMG_0001.jpg", picture(1600, 900))
    await town.prepares("Plant trees", "tomorrow", image=photo)
    await town.app.store.write(lists_storage.set_approved, 1, True)
    await town.later(hours=21)
    (post,) = posts(town)
    assert post.photo is not None
    assert b"Exif" not in post.photo
    assert "Why: For shade" in post.text
    await bob.presses(post, "Done")
    await town.later(seconds=20)
    assert "1 person answered so far" in post.text
    assert post.photo is not None
    assert posts(town) == [post]
