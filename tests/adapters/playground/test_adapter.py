"""The adapter over real websockets: who sees what, once, and nothing private in public."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest

from adapters.playground import adapter as adapter_module
from adapters.playground import limits
from bot.chat.incoming import Actor, CommandCall, Incoming, Place, Press, Say, Submit
from bot.chat.model import Button, Form, Question, Reply, Visibility, say
from bot.chat.port import Progress, Undeliverable
from bot.chat.targets import Target
from tests.adapters.playground.harness import Playground, ScriptedCore, always, playground
from tests.clock import ManualClock

PING = {"t": "command", "name": "ping", "values": {}}
PUBLIC, PRIVATE = Visibility.PUBLIC, Visibility.PRIVATE


def texts(frames: list[dict]) -> list[str]:
    posts = [frame["message"] for frame in frames if frame["t"] == "post"]
    return [span["text"] for post in posts for block in post["body"]["blocks"] for span in block["spans"]]


async def test_welcome_shows_people_chats_and_commands(play: Playground) -> None:
    browser = await play.browser()
    welcome = await browser.become("bo")
    assert welcome["player"] == "bo"
    assert [chat["id"] for chat in welcome["chats"]] == [
        "room-discord",
        "room-telegram",
        "private:discord:bo",
        "private:telegram:bo",
    ]
    assert [command["path"] for command in welcome["commands"]] == ["ping"]


async def test_a_public_answer_reaches_everybody_and_says_who_asked(play: Playground) -> None:
    ada, bo = await play.browser("ada", "tab-of-ada"), await play.browser("bo", "tab-of-bo")
    play.core.answer = always(say("pong", visibility=PUBLIC))
    await bo.act("bo", "room-discord", PING)
    (post,) = await ada.until("post")
    assert (post["message"]["about"], post["message"]["only"]) == (
        {"account": "discord:bo", "kind": "command", "label": "ping"},
        None,
    )
    (act,) = play.core.acts
    assert act.actor == Actor("playground", "discord:bo", "Bo", "bo", False)
    assert (act.act, act.locale) == (CommandCall("ping"), "en-GB")
    assert play.core.done == [act.key]


@pytest.mark.parametrize("visibility", [PRIVATE, None])
async def test_a_private_answer_reaches_its_person_only(
    play: Playground, visibility: Visibility | None
) -> None:
    ada, bo, again = (
        await play.browser("ada", "tab-of-ada"),
        await play.browser("bo", "tab-of-bo"),
        await play.browser("bo", "tab-2-of-bo"),
    )
    play.core.answer = always(say("secret", visibility=visibility))
    assert texts(await bo.act("bo", "room-discord", PING)) == ["secret"]
    assert texts(await again.until("post")) == ["secret"]
    assert await ada.silent()
    assert (await ada.become("chidi"))["history"]["room-discord"] == []
    (message,) = (await ada.become("bo"))["history"]["room-discord"]
    assert message["only"] == "bo"


async def test_private_chats_are_their_owners(play: Playground) -> None:
    ada, bo = await play.browser("ada", "tab-of-ada"), await play.browser("bo", "tab-of-bo")
    play.core.answer = always(say("hi", visibility=PUBLIC))
    assert texts(await bo.act("bo", "private:discord:bo", {"t": "line", "text": "hello"})) == ["hello", "hi"]
    assert play.core.acts[0].act == Say("hello")
    assert await ada.silent()
    await ada.begin("ada", "private:discord:bo", PING, "x")
    assert await ada.silent()
    assert len(play.core.acts) == 1


async def test_chatter_is_seen_by_people_and_not_by_the_bot(play: Playground) -> None:
    ada, bo = await play.browser("ada", "tab-of-ada"), await play.browser("bo", "tab-of-bo")
    await bo.act("bo", "room-telegram", {"t": "line", "text": "evening <b>all</b> \u202e"})
    assert texts(await ada.until("post")) == ["evening <b>all</b> \\u{202E}"]
    assert play.core.acts == []


async def test_a_command_line_is_seen_in_a_group_and_not_in_a_server(play: Playground) -> None:
    bo = await play.browser("bo")
    typed = {"t": "line", "text": "/ping now"}
    assert texts(await bo.act("bo", "room-telegram", typed)) == ["/ping now"]
    assert texts(await bo.act("bo", "room-discord", typed)) == []
    assert [act.act for act in play.core.acts] == [CommandCall("ping", {}, "now")] * 2


async def test_an_act_sent_again_happens_once_and_is_told_again(play: Playground) -> None:
    bo = await play.browser("bo")
    play.core.answer = always(
        Reply(form=Form("F", (Question("a", "A"),), "f", token="tok"), visibility=PRIVATE)
    )
    first = await bo.act("bo", "room-discord", PING, "same")
    again = await bo.act("bo", "room-discord", PING, "same")
    assert [frame["t"] for frame in first] == ["form", "ack"]
    assert again == first
    assert len(play.core.acts) == 1


async def test_a_tab_cannot_claim_another_tabs_act(play: Playground) -> None:
    bo, ada = await play.browser("bo", "tab-of-bo"), await play.browser("ada", "tab-of-ada")
    await bo.act("bo", "room-discord", PING, "same")
    await ada.send(t="act", id="tab-of-bo-same", player="ada", chat="room-discord", what=PING)
    assert (await ada.until("refused"))[-1]["id"] == "tab-of-bo-same"
    assert len(play.core.acts) == 1


async def test_an_act_under_way_is_told_to_the_tab_that_came_back(play: Playground) -> None:
    finish = asyncio.Event()

    async def slow(incoming: Incoming, progress: Progress | None) -> Reply | None:
        await finish.wait()
        return say("done", visibility=PUBLIC)

    play.core.answer = slow
    bo = await play.browser("bo", "tab-of-bo")
    await bo.begin("bo", "room-discord", PING, "slow")
    assert await bo.silent()
    await bo.ws.close()
    back = await play.browser("ada", "tab-of-bo")
    await back.begin("bo", "room-discord", PING, "slow")
    assert await back.silent()
    finish.set()
    assert (await back.until("ack"))[-1]["id"] == "tab-of-bo-slow"
    assert [act.actor.native_id for act in play.core.acts] == ["discord:bo"]


async def test_progress_is_private_and_gives_way_to_the_answer(play: Playground) -> None:
    async def slow(incoming: Incoming, progress: Progress | None) -> Reply | None:
        await progress("half way")
        await progress("nearly")
        return say("done", visibility=PUBLIC)

    ada, bo = await play.browser("ada", "tab-of-ada"), await play.browser("bo", "tab-of-bo")
    play.core.answer = slow
    seen = await bo.act("bo", "room-discord", PING)
    assert [frame["t"] for frame in seen] == ["post", "post", "gone", "post", "ack"]
    assert texts(seen) == ["half way", "nearly", "done"]
    assert seen[0]["message"]["id"] == seen[1]["message"]["id"] == seen[2]["id"]
    assert texts(await ada.until("post")) == ["done"]


async def test_a_slow_handler_shows_that_it_works(play: Playground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter_module, "WORKING_AFTER_S", 0)
    finish = asyncio.Event()

    async def slow(incoming: Incoming, progress: Progress | None) -> Reply | None:
        await finish.wait()
        return None

    play.core.answer = slow
    bo = await play.browser("bo")
    await bo.begin("bo", "room-discord", PING, "slow")
    (working,) = await bo.until("post")
    assert working["message"]["working"] is True
    finish.set()
    assert [frame["t"] for frame in await bo.until("ack")] == ["gone", "ack"]


async def test_an_edit_replaces_the_message_pressed_for_those_who_saw_it(play: Playground) -> None:
    ada, bo = await play.browser("ada", "tab-of-ada"), await play.browser("bo", "tab-of-bo")
    button = Button("Go", token="tok")
    play.core.answer = always(say("sure?", buttons=((button,),), visibility=PRIVATE))
    asked = (await bo.act("bo", "room-discord", PING))[0]["message"]
    play.core.answer = always(say("gone", edit=True, visibility=PUBLIC))
    pressed = await bo.act("bo", "room-discord", {"t": "press", "token": "tok", "message": asked["id"]})
    edited = pressed[0]["message"]
    assert play.core.acts[-1].act == Press("tok")
    assert (edited["id"], edited["only"], edited["edited"]) == (asked["id"], "bo", True)
    assert await ada.silent()


async def test_a_private_answer_never_takes_the_place_of_a_public_message(play: Playground) -> None:
    ada, bo = await play.browser("ada", "tab-of-ada"), await play.browser("bo", "tab-of-bo")
    play.core.answer = always(say("for all", visibility=PUBLIC))
    public = (await bo.act("bo", "room-discord", PING))[0]["message"]["id"]
    assert not await ada.silent()
    play.core.answer = always(say("for Bo", edit=True, visibility=PRIVATE))
    pressed = await bo.act("bo", "room-discord", {"t": "press", "token": "tok", "message": public})
    answer = pressed[0]["message"]
    assert (answer["id"] == public, answer["only"]) == (False, "bo")
    assert await ada.silent()


async def test_nobody_edits_a_message_that_they_cannot_see(play: Playground) -> None:
    ada, bo = await play.browser("ada", "tab-of-ada"), await play.browser("bo", "tab-of-bo")
    play.core.answer = always(say("secret", visibility=PRIVATE))
    hidden = (await bo.act("bo", "room-discord", PING))[0]["message"]["id"]
    play.core.answer = always(say("mine", edit=True, visibility=PRIVATE))
    seen = await ada.act("ada", "room-discord", {"t": "press", "token": "tok", "message": hidden})
    assert seen[0]["message"]["id"] != hidden
    assert await bo.silent()


async def test_forms_and_notices_go_to_the_acting_tab(play: Playground) -> None:
    bo, other = await play.browser("bo", "tab-of-bo"), await play.browser("bo", "tab-2-of-bo")
    play.core.answer = always(
        Reply(form=Form("F", (Question("a", "A"),), "f", token="tok"), notice="Once more", visibility=PRIVATE)
    )
    seen = await bo.act("bo", "room-telegram", {"t": "press", "token": "b", "message": "m"})
    assert [frame["t"] for frame in seen] == ["notice", "form", "ack"]
    assert (seen[1]["form"]["token"], seen[1]["message"]) == ("tok", "m")
    assert await other.silent()
    await bo.act("bo", "room-telegram", {"t": "submit", "token": "tok", "values": {"a": "x"}, "message": "m"})
    assert play.core.acts[-1].act == Submit("tok", {"a": "x"})


async def test_only_the_person_takes_their_private_message_away(play: Playground) -> None:
    ada, bo = await play.browser("ada", "tab-of-ada"), await play.browser("bo", "tab-of-bo")
    play.core.answer = always(say("secret", visibility=PRIVATE))
    private = (await bo.act("bo", "room-discord", PING))[0]["message"]["id"]
    play.core.answer = always(say("open", visibility=PUBLIC))
    public = (await bo.act("bo", "room-discord", PING))[0]["message"]["id"]
    await ada.until("post")
    await ada.send(t="dismiss", chat="room-discord", message=private)
    await bo.send(t="dismiss", chat="room-discord", message=public)
    assert await ada.silent()
    assert await bo.silent()
    await bo.send(t="dismiss", chat="room-discord", message=private)
    assert (await bo.until("gone"))[-1]["id"] == private


async def test_suggestions_come_from_the_core_and_are_made_visible(play: Playground) -> None:
    bo = await play.browser("bo")
    await bo.send(
        t="suggest", n=3, chat="room-discord", name="ping", param="zone", typed="Eu", values={"a": 1}
    )
    frame = (await bo.until("suggestions"))[-1]
    assert frame == {"t": "suggestions", "n": 3, "options": [["Eu\\u{202E}rope", "Europe/Berlin"]]}
    ((incoming, param, typed),) = play.core.asked
    assert (incoming.act, param, typed) == (CommandCall("ping", {"a": 1}), "zone", "Eu")


async def test_an_act_that_fails_is_said_to_have_failed_and_may_be_sent_again(play: Playground) -> None:
    async def broken(incoming: Incoming, progress: Progress | None) -> Reply | None:
        raise RuntimeError("no")

    bo = await play.browser("bo")
    play.core.answer = broken
    await bo.begin("bo", "room-discord", PING, "1")
    assert (await bo.until("failed"))[-1]["id"] == "session-of-tab-1"
    play.core.answer = always(say("pong", visibility=PUBLIC))
    assert texts(await bo.act("bo", "room-discord", PING, "1")) == ["pong"]


async def test_too_many_frames_are_refused_until_time_passes(play: Playground, moment: ManualClock) -> None:
    bo = await play.browser("bo")
    for _ in range(limits.ACTS_AT_ONCE):  # the greeting took one
        await bo.send(t="dismiss", chat="room-discord", message="m")
    assert (await bo.next())["why"] == "rate"
    await bo.begin("bo", "room-discord", PING, "1")
    assert await bo.next() == {"t": "refused", "id": "session-of-tab-1", "why": "rate"}
    moment.advance(timedelta(seconds=1))
    assert await bo.silent()


async def test_history_is_bounded(play: Playground) -> None:
    for number in range(limits.HISTORY + 5):
        await play.adapter.deliver(Target("playground", chat="room-discord"), say(str(number)), f"k{number}")
    browser = await play.browser()
    history = (await browser.become("ada"))["history"]["room-discord"]
    assert len(history) == limits.HISTORY
    assert history[0]["body"]["blocks"][0]["spans"][0]["text"] == "5"


# -- the outbox ----------------------------------------------------------------------------------------


async def test_deliveries_go_to_rooms_and_private_chats_once(play: Playground) -> None:
    bo = await play.browser("bo")
    to_bo = Target("playground", person="telegram:bo")
    first = await play.adapter.deliver(to_bo, say("for you", visibility=PRIVATE), "key-1")
    again = await play.adapter.deliver(to_bo, say("for you", visibility=PRIVATE), "key-1")
    assert first == again
    (post,) = await bo.until("post")
    assert (post["message"]["chat"], post["message"]["id"]) == ("private:telegram:bo", first)
    await play.adapter.deliver(Target("playground", chat="room-telegram"), say("for all"), "key-2")
    assert texts(await bo.until("post")) == ["for all"]


async def test_a_post_is_changed_where_it_stands(play: Playground) -> None:
    bo = await play.browser("bo")
    square = Target("playground", chat="room-telegram")
    first = await play.adapter.deliver(square, say("0 answers"), "key-1")
    await bo.until("post")
    change = msgspec.structs.replace(square, message=first)
    assert await play.adapter.deliver(change, say("1 answer"), "key-2") == first
    (post,) = await bo.until("post")
    assert (post["message"]["id"], post["message"]["edited"]) == (first, True)
    assert texts([post]) == ["1 answer"]


@pytest.mark.parametrize(
    "target",
    [
        Target("playground", person="telegram:nobody"),
        Target("playground", chat="room-nowhere"),
        Target("playground"),
    ],
)
async def test_what_has_no_place_is_undeliverable(play: Playground, target: Target) -> None:
    with pytest.raises(Undeliverable):
        await play.adapter.deliver(target, say("x"), "key")


async def test_private_words_are_never_delivered_to_a_room(play: Playground) -> None:
    with pytest.raises(Undeliverable, match="private"):
        await play.adapter.deliver(
            Target("playground", chat="room-discord"), say("x", visibility=PRIVATE), "k"
        )


async def test_what_cannot_be_shown_is_undeliverable(play: Playground) -> None:
    untokened = say("x", buttons=((Button("a"),),))
    with pytest.raises(Undeliverable, match="token"):
        await play.adapter.deliver(Target("playground", chat="room-discord"), untokened, "k")


# -- starting, stopping, asking ------------------------------------------------------------------------


async def test_start_answers_what_was_left_and_tells_of_the_rooms(moment: ManualClock) -> None:
    core = ScriptedCore()
    actor = Actor("playground", "discord:bo", "Bo")
    core.left = [
        Incoming("old", actor, Place("playground", "room-discord", "room-discord"), CommandCall("ping"))
    ]
    core.answer = always(say("late", visibility=PUBLIC))
    seen: list[str] = []

    async def delivered(key: str) -> None:
        seen.append(key)

    core.delivered = delivered
    async with playground(core, moment) as play:
        assert seen == [
            "playground:old",
            f"playground:added-{moment.now():%Y%m%d%H%M%S%f}-room-discord",
            f"playground:added-{moment.now():%Y%m%d%H%M%S%f}-room-telegram",
        ]
        browser = await play.browser()
        assert len((await browser.become("ada"))["history"]["room-discord"]) == 2


async def test_stop_finishes_what_was_taken(moment: ManualClock) -> None:
    core = ScriptedCore()
    finish = asyncio.Event()

    async def slow(incoming: Incoming, progress: Progress | None) -> Reply | None:
        await finish.wait()
        return None

    async with playground(core, moment) as play:
        bo = await play.browser("bo")
        core.answer = slow
        await bo.begin("bo", "room-discord", PING, "1")
        assert await bo.silent()
        stopping = asyncio.create_task(play.adapter.stop())
        finish.set()
        await stopping
        assert core.done == ["playground:session-of-tab-1"]


async def test_moderators_links_and_contact(play: Playground, moment: ManualClock) -> None:
    def moderates(room: str, account: str) -> object:
        return play.adapter.is_moderator(Place("playground", room, room), Actor("playground", account, "x"))

    assert await moderates("room-discord", "discord:ada")
    assert await moderates("room-telegram", "telegram:chidi")
    assert not await moderates("room-discord", "discord:chidi")
    assert not await moderates("room-discord", "discord:nobody")
    assert play.adapter.private_link("code-1") == "/?start=code-1"
    assert play.adapter.last_contact() is None
    await play.browser()
    assert play.adapter.last_contact() == moment.now()
    assert [finding.problem for finding in await play.adapter.check([])] == [None]


async def test_nobody_is_banned_in_the_playground(play: Playground) -> None:
    assert not await play.adapter.is_banned("room-discord", Actor("playground", "discord:ada", "Ada"))
