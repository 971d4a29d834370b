"""Conversations with a real Muster on the emulated Discord, through the unmodified discord.py."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

from adapters.discord.render import EPHEMERAL
from bot.chat.model import Button, Image, LinkButton, Reply, Visibility, say
from tests.adapters.discord.conftest import House
from tests.adapters.discord.probe import FORM
from tests.adapters.samples import DOT


async def test_founding_a_union_and_joining_by_its_button(muster: House) -> None:
    founded = await muster.alice.slash(
        muster.room, "union create", name="Farmers", purpose="Grow *food*", time_zone="Europe/Madrid"
    )
    assert not founded.ephemeral
    assert founded.content.startswith("**Farmers** is founded, and you are its founder.")
    assert "**Purpose:** Grow \\*food\\*" in founded.content
    joined = await muster.bob.press(founded, "Join Farmers")
    assert joined.ephemeral
    assert joined.content.startswith("Welcome to **Farmers**, **Bob**.")
    about = await muster.bob.slash(muster.room, "union about")
    assert "**Members:** 2" in about.content
    assert f"**Founder:** {muster.alice.mention}" in about.content
    assert about.message.pinged_users == []


async def test_who_moderates_is_known_from_the_interaction(muster: House) -> None:
    refused = await muster.bob.slash(muster.room, "union create", name="Farmers", purpose="Grow")
    assert refused.ephemeral
    assert "This is for moderators" in refused.text
    assert not any("members" in template for _, template, _ in muster.emulator.calls)


async def test_options_arrive_typed(muster: House) -> None:
    await muster.founded()
    await muster.alice.slash(
        muster.room,
        "probe typed",
        word="hello",
        number=-3,
        amount="0.000000000000000001",
        choice="right",
        yes=True,
        person=muster.bob,
        span="3 days",
    )
    assert muster.probe.heard == {
        "word": "hello",
        "number": -3,
        "amount": Decimal("0.000000000000000001"),
        "choice": "right",
        "yes": True,
        "person": str(muster.bob.id),
        "span": timedelta(days=3),
    }


async def test_autocomplete(muster: House) -> None:
    found = await muster.alice.autocomplete(muster.room, "union create", "time_zone", "berl", name="x")
    assert found == [{"name": "Europe/Berlin", "value": "Europe/Berlin"}]


async def test_autocomplete_with_nothing_to_suggest(muster: House) -> None:
    assert await muster.alice.autocomplete(muster.room, "unlink", "address", "0x") == []


async def test_a_form_is_a_modal_and_its_answer_comes_back(muster: House) -> None:
    await muster.founded()
    link = await muster.alice.slash(muster.room, "link")
    assert link.ephemeral
    form = await muster.alice.press(link, "Enter the code")
    assert form.modal["title"] == "Enter the code"
    answer = await muster.alice.submit(form, {"The 6-digit code that the page shows": "123456"})
    assert answer.ephemeral
    assert "Your link is not signed yet" in answer.text


async def test_an_edit_takes_the_place_of_the_question_with_its_buttons(muster: House) -> None:
    await muster.founded()
    question = await muster.alice.slash(muster.room, "leave")
    done = await muster.alice.press(question, "Leave and erase")
    assert done.message is question.message
    assert "You have left" in done.content
    assert done.components == []


async def test_an_edit_in_private_never_shows_in_a_public_message(muster: House) -> None:
    muster.probe.answer = say(
        "All see this.", buttons=((Button("Cancel", "!cancel", anyone=True, lasts_s=None),),)
    )
    public = await muster.alice.slash(muster.room, "probe say")
    answer = await muster.bob.press(public, "Cancel")  # replies privately, as an edit
    assert answer.ephemeral
    assert public.content == "All see this."


async def test_in_a_private_chat_answers_stay(muster: House) -> None:
    help_ = await muster.bob.slash(muster.bob.dm, "help")
    assert not help_.ephemeral
    assert "What you can do here" in help_.text


async def test_commands_for_servers_are_not_offered_in_private(muster: House) -> None:
    offered = [command.name for command in muster.bob.commands(muster.bob.dm)]
    assert "help" in offered
    refused = await muster.bob.slash(muster.bob.dm, "union create", name="x", purpose="y")
    assert "This works only in a server or group." in refused.text


async def test_a_press_that_is_answered_with_words_only(muster: House) -> None:
    muster.probe.answer = Reply(notice="Counted.")
    said = await muster.alice.slash(muster.room, "probe say")
    assert said.content == "Counted."


async def test_a_notice_beside_a_message_is_for_the_person_alone(muster: House) -> None:
    muster.probe.answer = say("For all.", notice="For *you*.")
    said = await (await muster.alice.slash(muster.room, "probe say")).followed_up()
    assert (said.content, said.ephemeral) == ("For all.", False)
    assert (said.followups[0].content, said.followups[0].ephemeral) == ("For \\*you\\*.", True)


async def test_an_image_is_attached_with_its_words(muster: House) -> None:
    muster.probe.answer = say("Look:", Image(DOT, "One dark dot", "dot.png"))
    shown = await muster.alice.slash(muster.room, "probe say")
    (attachment,) = shown.attachments
    assert (attachment.filename, attachment.data, attachment.description) == ("dot.png", DOT, "One dark dot")


async def test_a_long_answer_goes_on_in_further_messages(muster: House) -> None:
    shown = await muster.alice.slash(muster.room, "probe show", sample="long")
    await muster.idle()
    texts = [shown.content, *(message.content for message in shown.followups)]
    whole = " ".join(texts)
    assert [whole.count(f"Paragraph {number}:") for number in range(12)] == [1] * 12
    assert max(map(len, texts)) <= 2000


async def test_the_long_answer_of_a_private_command_is_private_to_its_end(muster: House) -> None:
    muster.probe.answer = say("word " * 900, visibility=Visibility.PRIVATE)
    shown = await (await muster.alice.slash(muster.room, "probe say")).followed_up(2)
    assert {message.flags & EPHEMERAL for message in [shown.message, *shown.followups]} == {EPHEMERAL}
    assert await muster.told() == []


async def test_a_link_to_this_machine_is_words(muster: House) -> None:
    muster.probe.answer = say(
        "Open:", buttons=((LinkButton("The page", "http://localhost:8080/x"), Button("Go", "!cancel")),)
    )
    shown = await muster.alice.slash(muster.room, "probe say")
    assert shown.content == "Open:\nThe page: http://localhost:8080/x"
    assert [button["label"] for button in shown.message.buttons] == ["Go"]


async def test_what_cannot_be_shown_is_said(muster: House) -> None:
    muster.probe.answer = say("x", buttons=tuple((Button(str(n), "!cancel"),) for n in range(6)))
    shown = await muster.alice.slash(muster.room, "probe say")
    assert shown.ephemeral
    assert "does not fit into this chat" in shown.text


async def test_silence_leaves_nothing_behind(muster: House) -> None:
    muster.probe.answer = Reply()
    reply = await muster.alice.slash(muster.room, "probe say")
    await muster.idle()
    assert reply.message.deleted
    assert await muster.told() == []


async def test_messages_by_the_outbox_reach_people_and_places(muster: House) -> None:
    muster.probe.answer = say("News for *all*.")
    await muster.alice.slash(muster.room, "probe post")
    await muster.alice.slash(muster.room, "probe write", person=muster.bob)
    assert (await muster.bob.next_dm()).content == "A note for you."
    await muster.room.until(lambda: muster.room.visible_messages(), "the news")
    assert [message.content for message in muster.room.visible_messages()] == ["News for \\*all\\*."]


async def test_the_same_interaction_again_has_no_second_effect(muster: House) -> None:
    counted = await muster.alice.slash(muster.room, "probe count")
    counted.replay()
    await muster.alice.slash(muster.room, "help")  # comes after the replay on the same connection
    await muster.idle()
    assert counted.content == "Counted 1."
    assert muster.probe.done["count"] == 1
    assert counted.interaction.double_acks == 0


# -- slow commands ---------------------------------------------------------------------------------------


async def test_a_slow_public_command(muster: House) -> None:
    muster.probe.answer = say("Done for all.")
    reply = await muster.alice.send_slash(muster.room, "probe slow").acked()
    await muster.probe.waiting.wait()
    await reply.answered()
    assert (reply.content, reply.ephemeral, reply.deferred) == ("Halfway…", False, True)
    muster.probe.gate.set()
    await reply.edited()
    assert reply.content == "Done for all."


async def test_a_slow_private_command(muster: House) -> None:
    muster.probe.answer = say("Done for you.")
    muster.probe.gate.set()
    reply = await muster.alice.slash(muster.room, "probe quiet")
    await muster.idle()
    assert (reply.content, reply.ephemeral) == ("Done for you.", True)
    assert await muster.told() == []


async def test_a_private_answer_never_takes_the_place_of_public_thinking(muster: House) -> None:
    muster.probe.answer = say("For your eyes.", visibility=Visibility.PRIVATE)
    reply = await muster.alice.send_slash(muster.room, "probe slow").acked()
    await muster.probe.waiting.wait()
    muster.probe.gate.set()
    await reply.followed_up()
    assert reply.message.deleted
    assert (reply.followups[0].content, reply.followups[0].ephemeral) == ("For your eyes.", True)
    assert "For your eyes." not in "".join(message.content for message in await muster.told())
    assert not any("For your eyes." in str(message.history) for message in muster.room.messages.values())


async def test_a_public_answer_after_private_thinking(muster: House) -> None:
    muster.probe.answer = say("For all.", visibility=Visibility.PUBLIC)
    reply = await muster.alice.send_slash(muster.room, "probe quiet").acked()
    await muster.probe.waiting.wait()
    muster.probe.gate.set()
    await reply.followed_up()
    assert [message.content for message in await muster.told()] == ["For all."]


async def test_a_slow_press(muster: House, soon: None) -> None:
    muster.probe.answer = say("Done for all.")
    offered = await muster.alice.slash(muster.room, "probe later")
    reply = await muster.alice.send_press(offered, "Slowly").acked()
    await muster.probe.waiting.wait()
    await asyncio.wait_for(reply.interaction.until(lambda: reply.interaction.ack == 6, "deferral"), 5)
    muster.probe.gate.set()
    await reply.followed_up()
    assert reply.followups[0].content == "Done for all."
    assert offered.content == "Press."


async def test_a_form_that_comes_late_waits_behind_a_button(muster: House) -> None:
    muster.probe.answer = FORM
    reply = await muster.alice.send_slash(muster.room, "probe quiet").acked()
    await muster.probe.waiting.wait()
    muster.probe.gate.set()
    await muster.idle()
    form = await muster.alice.press(reply, "Open the form")
    done = await muster.alice.submit(form, {"Your word": "spade"})
    assert done.content == "You wrote spade."


async def test_a_form_that_nobody_remembers_says_so(muster: House) -> None:
    muster.probe.answer = FORM
    muster.probe.gate.set()
    reply = await muster.alice.slash(muster.room, "probe quiet")
    await muster.idle()
    await muster.restart()
    answer = await muster.alice.press(reply, "Open the form")
    assert "This form has expired" in answer.text


async def test_what_was_deferred_is_answered_after_a_crash(muster: House) -> None:
    """The interaction is over then: a private answer comes as a direct message, and nothing is done twice."""
    reply = await muster.bob.send_slash(muster.room, "probe quiet").acked()
    await muster.probe.waiting.wait()
    await reply.answered()
    for task in list(muster.adapter._running):
        task.cancel()  # as a crash would: no answer, nothing noted
    await muster.idle()
    muster.probe.gate.set()
    await muster.restart()
    assert "interrupted" in (await muster.bob.next_dm()).content
    await muster.restart()
    await muster.idle()
    assert len(muster.bob.dms) == 1
    assert muster.probe.done["slow"] == 1
