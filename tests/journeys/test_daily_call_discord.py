"""The day's call as people on Discord see and answer it: real program, unmodified discord.py, emulated Discord."""

from __future__ import annotations

from bot.areas.calls.storage import lists as lists_storage
from tests.adapters.pictures import picture
from tests.emulators.discord import Message
from tests.journeys.town import PNG, Town


def posts(town: Town) -> list[Message]:
    """What the bot posted by itself in the channel."""
    bot = town.discord.world.bot
    return [each for each in town.room.visible_messages() if each.author is bot and each.interaction is None]


async def test_a_call_from_its_hour_to_its_close(town: Town) -> None:
    bob, cat, dan = await town.members("Bob", "Cat", "Dan")
    for each, hour in ((cat, "9:30"), (dan, "9:30")):
        assert "at **09:30**" in (await each.slash(town.room, "call reminders", hour=hour)).content
    await town.prepares("Plant *trees*", "tomorrow")
    await town.later(hours=20, minutes=59)
    assert posts(town) == []
    await town.later(minutes=1)  # 9 o'clock
    for _ in range(3):
        await town.later(seconds=5)
    (post,) = posts(town)
    assert "Plant \\*trees\\*" in post.content
    assert "**Why:** For shade" in post.content
    assert "**Be the first to answer.**" in post.content
    assert [button["label"] for button in post.buttons] == ["Done"]
    assert post.pinged_users == []
    assert post.history == []

    first = await bob.press(post, "Done")
    assert first.ephemeral
    assert first.text == "Done. Day 1 in a row."
    again = await bob.press(post, "Done")
    assert again.text == "You already answered. Type /call today to take it back."
    await town.later(seconds=1)
    assert "**1 person answered so far.**" in post.content
    assert (await town.alice.press(post, "Done")).text == "Done. Day 1 in a row."
    await town.later(seconds=1)
    assert "**1 person answered so far.**" in post.content  # not so soon after the last change

    await town.later(minutes=30)
    (told,) = cat.dms
    assert told.content.startswith("Today's call in **Farmers**:")
    assert [button["label"] for button in told.buttons] == ["Done", "Stop reminders"]
    assert len(dan.dms) == 1
    assert bob.dms == town.alice.dms == []
    assert "**2 people answered so far.**" in post.content
    assert len(post.history) == 2
    await cat.press(told, "Done")
    assert (await cat.press(post, "Done")).text.startswith("You already answered.")
    for _ in range(3):
        await town.later(seconds=20)
    assert "**3 people answered so far.**" in post.content
    assert len(post.history) == 3
    assert [len(each.dms) for each in (bob, dan)] == [0, 1]

    today = await bob.slash(town.room, "call today")
    await (await bob.press(today, "Take back: Plant *trees*")).edited()
    assert "It is open until" in today.content
    await town.later(hours=14, minutes=28)
    assert "**2 people answered so far.**" in post.content
    await town.later(minutes=1)
    assert "Closed. **2 people answered.**" in post.content
    assert posts(town) == [post]
    late = await dan.press(post, "Done, late")
    assert late.text == "Done, late. Day 1 in a row."
    report = await town.alice.slash(town.room, "call report")
    assert report.ephemeral
    assert "3 of 4 people (75%)\n**Late:** 1 answer" in report.content
    (drawn,) = report.attachments
    assert drawn.data.startswith(PNG)


async def test_what_a_witness_confirms_counts(town: Town) -> None:
    bob, cat = await town.members("Bob", "Cat")
    await town.later(days=8)
    await town.prepares("Water the beds", "tomorrow", proof="witness")
    await town.later(hours=21)
    (post,) = posts(town)
    assert "Another member has to confirm it." in post.content
    assert "It counts once another member confirms it." in (await bob.press(post, "Done")).text
    assert "No answers are waiting for you" in (await bob.slash(town.room, "call review")).text
    await town.later(seconds=20)
    assert "Be the first to answer" in post.content
    queue = await cat.slash(town.room, "call review")
    assert queue.ephemeral
    assert bob.mention in queue.content
    await (await cat.press(queue, "Confirm Bob")).edited()
    assert "Confirmed: Bob." in queue.content
    await town.later(seconds=20)
    (told,) = bob.dms
    assert f"{cat.mention} confirmed your answer to **Water the beds**. Day 1 in a row." in told.content
    assert "**1 person answered so far.**" in post.content


async def test_a_picture_is_posted_with_the_call_and_stays(town: Town) -> None:
    (bob,) = await town.members("Bob")
    photo = town.alice.attaches("IMG_0001.jpg", picture(1600, 900))
    await town.prepares("Plant trees", "tomorrow", image=photo)
    await town.app.store.write(lists_storage.set_approved, 1, True)
    await town.later(hours=21)
    (post,) = posts(town)
    (shown,) = post.attachments
    assert shown.content_type is not None
    assert shown.content_type.startswith("image/")
    assert "IMG_0001" not in shown.filename
    assert b"Exif" not in shown.data
    await bob.press(post, "Done")
    await town.later(seconds=20)
    assert "**1 person answered so far.**" in post.content
    assert [each.data for each in post.attachments] == [shown.data]
