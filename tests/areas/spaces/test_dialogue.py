"""Connecting and taking out places, as moderators type it, and what happens to places by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.chat.findings import Finding
from bot.chat.incoming import BotAdded, BotRemoved, PersonLeft, Place, SpaceMoved, Where
from bot.chat.model import Link
from tests.scenes import FREE_FARMERS, founded
from tests.stage import Stage


async def test_a_code_connects_another_place_once(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    code = (await ada.says("/union invite-space", farm)).text.split("/union connect ")[1].split("\n")[0]
    mara = stage.person("Mara", "values", moderator=True)
    server = stage.group("Server", "values")
    assert "is a place of Free Farmers" in (await mara.runs("union connect", server, code=code)).text
    assert (
        "used or expired" in (await mara.runs("union connect", stage.group("Two", "values"), code=code)).text
    )
    bo = stage.person("Bo", "values")
    await bo.runs("join", server)
    assert "Members: 2" in (await ada.says("/union about", farm)).text
    listed = (await bo.runs("union spaces", server)).text
    assert "Farm" in listed
    assert "Server" in listed


async def test_a_code_expires_and_only_moderators_use_it(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    code = (await ada.says("/union invite-space", farm)).text.split("/union connect ")[1].split("\n")[0]
    two = stage.group("Two")
    assert "moderators" in (await stage.person("Bo").says(f"/union connect {code}", two)).text
    stage.clock.advance(timedelta(hours=25))
    assert "used or expired" in (await ada.says(f"/union connect {code}", two)).text


async def test_disconnect_asks_first_and_keeps_members(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    question = await ada.says("/union disconnect", farm)
    assert "out of Free Farmers?" in question.text
    assert "is no place of Free Farmers any more" in (await ada.presses(question, "Disconnect", farm)).text
    assert "No union lives here" in (await ada.says("/union about", farm)).text
    assert "Ada in Free Farmers" in (await ada.says("/me")).text


async def test_another_place_is_disconnected_by_the_founder_only(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    code = (await ada.says("/union invite-space", farm)).text.split("/union connect ")[1].split("\n")[0]
    mara, server = stage.person("Mara", "values", moderator=True), stage.group("Server", "values")
    await mara.runs("union connect", server, code=code)
    await mara.runs("join", server)
    refused = await mara.runs("union disconnect", server, space=Where("", "Farm"))
    assert "Only the founder" in refused.text
    question = await ada.says("/union disconnect Server", farm)
    assert "no place" in (await ada.presses(question, "Disconnect", farm)).text


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
    assert "No union lives here" in (await ada.says("/union about", moved)).text


async def test_a_moderator_confirms_in_private_what_was_asked_in_a_group(stage: Stage) -> None:
    """Where a private answer can only be shown in the private chat, its button still speaks for the group."""
    _, farm = await founded(stage, **FREE_FARMERS)
    mod = stage.person("Mod", moderator=True)
    question = await mod.says("/union disconnect", farm)
    assert question.private
    stage.platforms["words"].moderators.discard(mod.actor.native_id)
    assert "Only moderators" in (await mod.presses(question, "Disconnect")).text
    stage.platforms["words"].moderators.add(mod.actor.native_id)
    assert "no place of Free Farmers any more" in (await mod.presses(question, "Disconnect")).text


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
