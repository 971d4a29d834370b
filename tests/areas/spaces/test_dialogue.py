"""Connecting and taking out places, as moderators type it, and what happens to places by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.areas.flags import services as flags
from bot.areas.spaces import services as spaces
from bot.areas.unions import services as unions
from bot.chat.findings import Finding
from bot.chat.incoming import BotAdded, BotRemoved, PersonLeft, Place, SpaceMoved, Where
from bot.chat.model import Link
from tests.scenes import FREE_FARMERS, connected, entries, founded, joined, place_code, posts
from tests.stage import Heard, Stage


@pytest.mark.parametrize(("home", "there"), [("words", "values"), ("values", "words")])
async def test_a_place_asks_with_a_code_and_the_founder_connects_it(
    stage: Stage, home: str, there: str
) -> None:
    ada, farm = await founded(stage, home, **FREE_FARMERS)
    mara, server = stage.person("Mara", there, moderator=True), stage.group("Server", there)
    code = await place_code(ada, farm)
    asked = await mara.runs("union connect", server, code=code)
    assert "I asked the founder of Free Farmers privately whether to connect" in asked.text
    bo = stage.person("Bo", there)
    assert "There is no union here" in (await bo.runs("join", server)).text, "the code alone connects nothing"
    assert "used or expired" in (await mara.runs("union connect", stage.group("Two", there), code=code)).text
    question = (await stage.told(ada))[-1]
    assert f"Place: Server\nPlatform: {there.title()}" in question.text
    assert "Asked by: @Mara\nPeople there: 12" in question.text
    assert question.labels == ["Connect Server", "Do not connect Server"]
    done = await ada.presses(question, "Connect Server")
    assert "Server now belongs to Free Farmers" in done.text
    assert "no longer waiting" in (await ada.presses(question, "Connect Server")).text
    [welcome] = await posts(stage, server)
    assert "This place now belongs to Free Farmers." in welcome.text
    assert "Welcome" in (await bo.presses(welcome, "Join Free Farmers", server)).text
    assert "Members: 2" in (await ada.runs("union about", farm)).text
    listed = (await bo.runs("union spaces", server)).text
    assert "Farm" in listed
    assert "Server" in listed
    assert len(await entries(stage, "space.asked")) == 1
    assert len(await entries(stage, "space.connected")) == 2


async def test_the_founder_refuses_and_the_place_is_told(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    mara, server = stage.person("Mara", "values", moderator=True), stage.group("Server", "values")
    topic = Place("values", "chan", server.space, "topic", "Server")
    await mara.runs("union connect", topic, code=await place_code(ada, farm))
    question = (await stage.told(ada))[-1]
    assert "not connected" in (await ada.presses(question, "Do not connect Server")).text
    assert "decided not to connect this place" in (await posts(stage, Place("values", "chan")))[-1].text
    assert "no longer waiting" in (await ada.presses(question, "Connect Server")).text
    assert "There is no union here" in (await mara.runs("join", server)).text
    assert len(await entries(stage, "space.refused")) == 1


async def test_only_the_founder_answers_and_also_without_the_message(stage: Stage) -> None:
    stage.platforms["values"].people = None
    ada, farm = await founded(stage, **FREE_FARMERS)
    [bo] = await joined(stage, farm, "Bo")
    mara, server = stage.person("Mara", "values", moderator=True), stage.group("Server", "values")
    await mara.runs("union connect", server, code=await place_code(ada, farm))
    assert "for the founder" in (await bo.says("/union requests", farm)).text
    question = (await stage.told(ada))[-1]
    assert "People there: unknown" in question.text
    assert "for someone else" in (await bo.presses(question, "Connect Server")).text
    shown = await ada.says("/union requests", farm)
    assert "Place: Server" in shown.text
    await ada.presses(shown, "Connect Server")
    assert "No places are waiting" in (await ada.says("/union requests", farm)).text


@pytest.mark.parametrize(
    ("label", "outcome"), [("Connect Server", "now belongs"), ("Do not connect Server", "not connected")]
)
async def test_an_answer_elsewhere_takes_the_buttons_off_the_question(
    stage: Stage, label: str, outcome: str
) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    mara, server = stage.person("Mara", "values", moderator=True), stage.group("Server", "values")
    await mara.runs("union connect", server, code=await place_code(ada, farm))
    assert (await stage.told(ada))[-1].labels == ["Connect Server", "Do not connect Server"]
    sent = stage.platforms["words"].delivered
    asked = len(sent)
    await ada.presses(await ada.says("/union requests", farm), label, farm)
    await stage.told(ada)
    [(target, changed)] = [(to, reply) for to, reply, _ in sent[asked:] if to.message is not None]
    assert target.person == ada.actor.native_id
    assert outcome in Heard(changed).text
    assert Heard(changed).labels == []


async def test_a_code_and_its_request_expire_and_only_moderators_use_it(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    code, two = await place_code(ada, farm), stage.group("Two")
    assert "moderators" in (await stage.person("Bo").says(f"/union connect {code}", two)).text
    stage.clock.advance(timedelta(hours=23))
    await ada.says(f"/union connect {code}", two)
    question = (await stage.told(ada))[-1]
    stage.clock.advance(timedelta(hours=2))
    assert "no longer waiting" in (await ada.presses(question, "Connect Two")).text
    assert "No places are waiting" in (await ada.says("/union requests", farm)).text
    late = await place_code(ada, farm)
    stage.clock.advance(timedelta(hours=25))
    assert "used or expired" in (await ada.says(f"/union connect {late}", two)).text


async def test_a_new_code_ends_the_earlier_one(stage: Stage) -> None:
    """A command that is typed twice is two acts, and must not leave two codes that work."""
    ada, farm = await founded(stage, **FREE_FARMERS)
    first, second = await place_code(ada, farm), await place_code(ada, farm)
    two = stage.group("Two")
    assert "used or expired" in (await ada.says(f"/union connect {first}", two)).text
    assert "privately whether to connect" in (await ada.says(f"/union connect {second}", two)).text


async def test_a_place_that_waits_moves_is_lost_and_asks_anew(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    two = stage.group("Two")
    await ada.says(f"/union connect {await place_code(ada, farm)}", two)
    await ada.says(f"/union connect {await place_code(ada, farm)}", two)
    assert (await ada.says("/union requests", farm)).labels == ["Connect Two", "Do not connect Two"], "once"
    await ada.does(SpaceMoved("space-new"), two)
    new = Place("words", "chat-new", "space-new", title="Two")
    shown = await ada.says("/union requests", farm)
    await ada.presses(shown, "Connect Two", farm)
    assert "Free Farmers" in (await ada.says("/union about", new)).text
    three = stage.group("Three")
    await ada.says(f"/union connect {await place_code(ada, farm)}", three)
    await ada.does(BotRemoved(), three)
    assert "No places are waiting" in (await ada.says("/union requests", farm)).text


async def test_a_place_that_came_to_another_union_meanwhile_stays_there(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    eve, lair = stage.person("Eve", moderator=True), stage.group("Lair")
    await eve.says(f"/union connect {await place_code(ada, farm)}", lair)
    await eve.says("/union create name:Lair purpose:Secrets", lair)
    question = (await stage.told(ada))[-1]
    assert "This place already belongs to a union" in (await ada.presses(question, "Connect Lair")).text
    assert "Lair" in (await eve.says("/union about", lair)).text


async def test_handing_over_ends_codes_and_requests(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    [bo] = await joined(stage, farm, "Bo")
    two, three = stage.group("Two"), stage.group("Three")
    await ada.says(f"/union connect {await place_code(ada, farm)}", two)
    waiting = (await stage.told(ada))[-1]
    unused = await place_code(ada, farm)
    place = await ada.says("/moderators place", farm)
    asked = await ada.says("/union hand-over @bo", farm)
    await ada.presses(asked, "Hand over", farm)
    assert "for the founder" in (await ada.presses(waiting, "Connect Two")).text
    assert "for the founder" in (await ada.presses(place, "Let them moderate", farm)).text
    assert "used or expired" in (await ada.says(f"/union connect {unused}", three)).text
    assert "No places are waiting" in (await bo.says("/union requests", farm)).text
    assert "has a new founder" in (await posts(stage, two))[-1].text


async def test_what_is_confirmed_in_private_is_done_in_the_chat_it_was_asked_in(stage: Stage) -> None:
    """Otherwise the founder's private chat would become the place where calls go."""
    ada = stage.person("Ada", moderator=True)
    farm = Place("words", "chat-Farm", "space-Farm", "topic", "Farm")
    offered = await ada.says("/union", farm)
    assert offered.private
    await ada.presses(offered, "/union create")
    for words in ("Free Farmers", "Grow food"):
        heard = await ada.says(words)
    assert "is founded" in (await ada.presses(heard, "Send")).text
    [space] = await stage.store.read(spaces.of_platform, "words")
    assert (space.native_id, space.chat, space.thread, space.title) == (
        "space-Farm", "chat-Farm", "topic", "Farm",
    )  # fmt: skip
    den = Place("words", "den", "space-Farm", "7", "Farm")
    await ada.presses(await ada.says("/flags", den), "/flags here")
    union = (await stage.store.read(unions.every))[0]
    found = await stage.store.read(flags.alerts, union)
    assert found is not None
    assert (found.chat, found.thread) == ("den", "7")


async def test_founding_elsewhere_gives_nothing_in_a_place_without_a_union(stage: Stage) -> None:
    """A button that the founder of another union kept speaks for a group that they moderate no more."""
    await founded(stage)
    ada, field = stage.person("Ada", moderator=True), stage.group("Field")
    offered = await ada.says("/union", field)
    stage.platforms["words"].moderators.discard(ada.actor.native_id)
    assert "This is for moderators" in (await ada.presses(offered, "/union create")).text
    assert "There is no union here" in (await ada.says("/join", field)).text


async def test_disconnect_asks_first_and_keeps_members(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    question = await ada.says("/union disconnect", farm)
    assert "Disconnect Farm from Free Farmers?" in question.text
    assert "no longer belongs to Free Farmers" in (await ada.presses(question, "Disconnect", farm)).text
    assert "There is no union here" in (await ada.says("/union about", farm)).text
    assert "Ada in Free Farmers" in (await ada.says("/me")).text


async def test_another_place_is_disconnected_by_the_founder_only(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    mara, server = stage.person("Mara", "values", moderator=True), stage.group("Server", "values")
    await connected(stage, ada, farm, mara, server)
    await mara.runs("join", server)
    refused = await mara.runs("union disconnect", server, space=Where("", "Farm"))
    assert "for the founder" in refused.text
    question = await ada.says("/union disconnect Server", farm)
    assert "no longer belongs to" in (await ada.presses(question, "Disconnect", farm)).text


async def test_events_of_places(stage: Stage) -> None:
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    hello = await ada.does(BotAdded(), farm)
    assert hello is not None
    assert "/union create" in hello.text
    await founded(stage, **FREE_FARMERS)
    assert await ada.does(BotAdded(), farm) is None
    await ada.does(SpaceMoved("space-super"), farm)
    moved = Place("words", "chat-super", "space-super", title="Farm")
    assert "Free Farmers" in (await ada.says("/union about", moved)).text
    await ada.does(PersonLeft(), moved)
    assert "Ada in Free Farmers" in (await ada.says("/me")).text
    await ada.does(BotRemoved(), moved)
    assert "There is no union here" in (await ada.says("/union about", moved)).text


async def test_a_moderator_confirms_in_private_what_was_asked_in_a_group(stage: Stage) -> None:
    """Where a private answer can only be shown in the private chat, its button still speaks for the group."""
    _, farm = await founded(stage, **FREE_FARMERS)
    mod = stage.person("Mod", moderator=True)
    question = await mod.says("/union disconnect", farm)
    stage.platforms["words"].moderators.discard(mod.actor.native_id)
    assert "This is for moderators" in (await mod.presses(question, "Disconnect")).text
    stage.platforms["words"].moderators.add(mod.actor.native_id)
    assert "no longer belongs to Free Farmers" in (await mod.presses(question, "Disconnect")).text


async def test_the_check_tells_remedies_with_their_links(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    remedy = "Invite it again: https://discord.com/oauth2/authorize?client_id=1&scope=bot."

    async def findings(spaces: Sequence[str]) -> Sequence[Finding]:
        return [Finding("rights here", "it may not post", remedy)]

    stage.platforms["words"].check = findings  # type: ignore[method-assign]
    heard = await ada.says("/union check", farm)
    links = [span for item in heard.reply.blocks[0].items for span in item if isinstance(span, Link)]
    assert [link.url for link in links] == ["https://discord.com/oauth2/authorize?client_id=1&scope=bot"]
    assert "rights here: it may not post. Invite it again" in heard.text
