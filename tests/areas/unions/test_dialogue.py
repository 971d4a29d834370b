"""Founding, describing, connecting and leaving, as people type it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.areas.ledger import services as ledger
from bot.areas.members.services.members import unions_of
from bot.chat.findings import Finding
from bot.chat.incoming import BotAdded, BotRemoved, PersonLeft, Place, SpaceMoved, Where
from bot.chat.model import Link
from bot.domain.transaction import Tx
from bot.schema import metadata
from bot.storage.statements import Statement
from tests.scenes import FREE_FARMERS, founded, joined
from tests.stage import Stage

FOUND = '/union create name:"Free Farmers" purpose:"Grow food together" time_zone:europe/berlin'


async def test_a_moderator_founds_a_union_and_is_its_first_member(stage: Stage) -> None:
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    heard = await ada.says(FOUND, farm)
    assert "Free Farmers is founded" in heard.text
    assert "Europe/Berlin" in heard.text
    assert not heard.private
    about = await ada.says("/union about", farm)
    assert "Grow food together" in about.text
    assert "Founder: @Ada" in about.text
    assert "Members: 1" in about.text
    assert "Farm" in about.text


async def test_who_does_not_moderate_cannot_found(stage: Stage) -> None:
    bo, farm = stage.person("Bo"), stage.group("Farm")
    heard = await bo.says(FOUND, farm)
    assert heard.private
    assert "moderators" in heard.text
    assert "No union lives here" in (await bo.says("/join", farm)).text


async def test_a_union_needs_a_place(stage: Stage) -> None:
    heard = await stage.person("Ada", moderator=True).says(FOUND)
    assert "only in a server or group" in heard.text


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ('/union create name:"F" purpose:"P" time_zone:Mars/Olympus', "is not a time zone"),
        ('/union create name:"' + "x" * 61 + '" purpose:"P"', "at most 60"),
        ('/union create name:"F" purpose:"P" UTC extra', "extra"),
        ('/union create "unclosed', "not closed"),
        ("/union crate", "Did you mean /union create?"),
    ],
)
async def test_bad_input_says_what_to_do(stage: Stage, line: str, answer: str) -> None:
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    assert answer in (await ada.says(line, farm)).text
    assert "No union lives here" in (await ada.says("/join", farm)).text


async def test_missing_values_are_asked_for_one_by_one(stage: Stage) -> None:
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    first = await ada.says("/union create", farm)
    assert "What the union is called" in first.text
    assert first.reply.ask is not None
    long = await ada.says("y" * 61, farm)
    assert "at most 60" in long.text
    second = await ada.says("Free Farmers", farm)
    assert "What it is for" in second.text
    summary = await ada.says("Grow food", farm)
    assert "Is this right?" in summary.text
    assert "Free Farmers" in summary.text
    done = await ada.presses(summary, "Send", farm)
    assert "Free Farmers is founded" in done.text
    again = await ada.presses(summary, "Send", farm)
    assert "pressed before" in again.text


async def test_questions_can_be_cancelled(stage: Stage) -> None:
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    await ada.says("/union create", farm)
    assert "Nothing was changed" in (await ada.says("/cancel", farm)).text
    assert await ada.says_quietly("Free Farmers", farm) is None


async def test_where_forms_are_modals_the_form_opens(stage: Stage) -> None:
    ada, farm = stage.person("Ada", "values", moderator=True), stage.group("Farm", "values")
    heard = await ada.runs("union create", farm)
    assert heard.reply.form is not None
    assert [q.name for q in heard.reply.form.questions] == ["name", "purpose"]
    missing = await ada.fills(heard, farm, name="Free Farmers")
    assert "cannot be left out" in missing.text
    done = await ada.fills(heard, farm, name="Free Farmers", purpose="Grow")
    assert "is founded" in done.text


async def test_nobody_presses_anothers_button(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    [bo] = await joined(stage, farm, "Bo")
    question = await bo.says("/leave", farm)
    assert "somebody else" in (await ada.presses(question, "Leave and erase", farm)).text
    assert "Member since" in (await bo.says("/me", farm)).text


async def test_join_button_of_the_founding_post_works_for_everyone_for_ever(stage: Stage) -> None:
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    post = await ada.says(FOUND, farm)
    stage.clock.advance(timedelta(days=400))
    heard = await stage.person("Bo").presses(post, "Join Free Farmers", farm)
    assert "Welcome to Free Farmers" in heard.text
    assert heard.private


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


async def test_edit_is_the_founders(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    [bo] = await joined(stage, farm, "Bo")
    assert "Only the founder" in (await bo.says("/union edit name:Weeds", farm)).text
    assert "Name: Weeds" in (await ada.says("/union edit name:Weeds", farm)).text
    assert "Say what to change" in (await ada.says("/union edit", farm)).text
    assert "is not a time zone" in (await ada.says("/union edit time_zone:nowhere", farm)).text


async def test_two_unions_never_see_each_other(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    eve, lair = stage.person("Eve", moderator=True), stage.group("Lair")
    await eve.says('/union create name:Lair purpose:"Secrets"', lair)
    assert "I do not know “@ada” here" in (await eve.says("/whois @ada", lair)).text
    assert "has not joined" in (await eve.says("/whois", lair, reply_to=ada)).text
    assert "Type /join first" in (await ada.says("/me", lair)).text
    assert "Type /join first" in (await eve.says("/union edit name:Mine", farm)).text
    assert "Members: 1" in (await ada.says("/union about", farm)).text


async def test_a_private_chat_of_two_unions_asks_which(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    bo, lair = stage.person("Bo", moderator=True), stage.group("Lair")
    await bo.says("/join", farm)
    await ada.says("/join", farm)
    await stage.person("Eve", moderator=True).says('/union create name:Lair purpose:"Secrets"', lair)
    await bo.says("/join", lair)
    asked = await bo.says("/me")
    assert asked.labels == ["Free Farmers", "Lair"]
    await bo.presses(asked, "Lair")
    assert "Bo in Lair" in (await bo.says("/me")).text
    switched = await bo.says("/union switch")
    await bo.presses(switched, "Free Farmers")
    assert "Bo in Free Farmers" in (await bo.says("/me")).text


async def test_events_of_places(stage: Stage) -> None:
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    hello = await ada.does(BotAdded(), farm)
    assert hello is not None
    assert "/union create" in hello.text
    await ada.says(FOUND, farm)
    assert await ada.does(BotAdded(), farm) is None
    await ada.does(SpaceMoved("space-super"), farm)
    moved = Place("words", "chat-super", "space-super", title="Farm")
    assert "Free Farmers" in (await ada.says("/union about", moved)).text
    await ada.does(PersonLeft(), moved)
    assert "Ada in Free Farmers" in (await ada.says("/me")).text
    await ada.does(BotRemoved(), moved)
    assert "No union lives here" in (await ada.says("/union about", moved)).text


async def test_the_founder_hands_over_before_leaving(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    alone = await ada.says("/leave", farm)
    assert "hand-over" not in alone.text
    [bo] = await joined(stage, farm, "Bo")
    assert "hand-over" in (await ada.says("/leave", farm)).text
    assert "hand-over" in (await ada.presses(alone, "Leave and erase", farm)).text
    question = await ada.says("/union hand-over @bo", farm)
    assert "Bo is the founder now" in (await ada.presses(question, "Hand over", farm)).text
    assert "founder of Free Farmers now" in (await stage.told(bo))[0].text
    again = await ada.says("/leave", farm)
    assert "erased" in (await ada.presses(again, "Leave and erase", farm)).text


async def test_a_union_ends_with_its_last_member(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    await ada.presses(await ada.says("/leave", farm), "Leave and erase", farm)
    assert "No union lives here" in (await stage.person("Bo").says("/join", farm)).text
    assert "is founded" in (await ada.says(FOUND, farm)).text


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


async def test_leaving_erases_and_the_ledger_still_verifies(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    bo = stage.person("Bo Hidden-Name")
    await bo.says("/join", farm)
    question = await bo.says("/leave", farm)
    await bo.presses(question, "Leave and erase", farm)
    assert "Type /join first" in (await bo.says("/me", farm)).text

    def everything(tx: Tx) -> str:
        return " ".join(str(tx.all(Statement(select(table)))) for table in metadata().sorted_tables)

    assert "Hidden-Name" not in await stage.store.read(everything)
    union = (await stage.store.read(unions_of, "words", ada.actor.native_id))[0]
    entries, broken = await stage.store.read(ledger.verify, union.id)
    assert entries >= 5
    assert broken is None


async def test_handing_over_to_oneself_is_no_question(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    assert "You are the founder already" in (await ada.says("/union hand-over @ada", farm)).text


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
