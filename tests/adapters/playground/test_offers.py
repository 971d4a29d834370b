"""What a person may do is told to their tabs, and told again when it changes."""

from __future__ import annotations

from bot.chat.model import say
from bot.chat.targets import Target
from tests.adapters.playground.harness import Playground, always


async def test_a_tab_is_told_what_its_person_may_do_in_each_chat(play: Playground) -> None:
    browser = await play.browser()
    welcome = await browser.become("bo")
    assert welcome["offers"] == {
        "room-discord": ["ping"],
        "room-telegram": ["ping"],
        "private:discord:bo": ["ping"],
        "private:telegram:bo": ["ping"],
    }


async def test_it_is_told_again_when_somebody_changed_it(play: Playground) -> None:
    ada, bo = await play.browser(), await play.browser("bo", "session-of-bo")
    play.core.answer = always(say("done"))
    await ada.act("ada", "room-discord", {"t": "line", "text": "/ping"})
    assert await bo.silent()
    play.core.offers = ["ping", "pong"]
    await ada.act("ada", "room-discord", {"t": "line", "text": "/ping"})
    told = (await bo.until("offers"))[-1]
    assert set(told["offers"]["room-telegram"]) == {"ping", "pong"}


async def test_it_is_told_again_after_a_message_of_the_bot(play: Playground) -> None:
    bo = await play.browser("bo")
    play.core.offers = []
    await play.adapter.deliver(Target("playground", chat="room-discord"), say("news"), "key")
    assert (await bo.until("offers"))[-1]["offers"]["room-discord"] == []
