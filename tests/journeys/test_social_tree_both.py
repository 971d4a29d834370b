"""One person in the server and in the group: their choice and their support are one, their names are two."""

from __future__ import annotations

import re
from datetime import timedelta

import aiohttp

from tests.emulators.discord import Person
from tests.emulators.telegram import Person as User
from tests.journeys.town import Town
from tests.web.people import Wallet


async def signed(town: Town, shown: str, wallet: Wallet) -> str:
    """Go through the page of a link; the code that it shows."""
    found = re.search(r"http://[\w.:]+/link/[\w-]+", shown)
    assert found is not None, shown
    async with aiohttp.ClientSession(headers={"Origin": town.app.urls["public"]}) as http:
        async with http.post(f"{found[0]}/message", json={"address": wallet.address}) as answer:
            issued = await answer.json()
        proof = {"signature": wallet.sign(issued["text"]), "nonce": issued["nonce"]}
        async with http.post(f"{found[0]}/signature", json=proof) as answer:
            return str((await answer.json())["code"])


async def become_one(town: Town, member: Person, user: User) -> None:
    """Link a wallet on Discord, and say on both platforms that this is one person."""
    wallet = Wallet(0xD0A)
    link = await member.slash(town.room, "link")
    code = await signed(town, str(link.message.component("Open the page")["url"]), wallet)
    asked_whose = await member.slash(town.room, "link", code=code)
    assert "is now linked to you" in (await member.press(asked_whose, "Link this wallet")).text
    shown = await member.slash(town.room, "me same-person")
    found = re.search(r"/me same-person [A-Z2-9-]+", shown.text)
    assert found is not None, shown.text
    asked = await user.says(found[0])
    await user.presses(asked.one, "Yes, that is me", expect=1)
    await town.sent()
    done = await member.press(member.dms[-1], "Yes, that is me")
    assert "You are now one person" in done.text


async def test_one_person_counts_once_under_two_names(town: Town) -> None:
    await town.tina.says("/join", town.group)
    (dora,) = await town.members("Dora")
    dora_there, eve, fay = await town.users("Theodora", "Eve", "Fay")
    assert "endorses" in (await dora.slash(town.room, "endorse", leader=town.alice)).text
    assert "Eve endorses Theodora" in (await eve.says("/endorse @theodora", town.group)).text
    assert "Fay endorses Theodora" in (await fay.says("/endorse @theodora", town.group)).text
    assert "Nobody endorses Tina yet." in (await eve.says("/support @tina", town.group)).text

    await become_one(town, dora, dora_there)

    # Theodora is followed and followed nobody; Dora's choice does not carry her followers along.
    assert "Nobody endorses" in (await dora.slash(town.room, "support", person=town.alice)).content
    assert "again in 1 day" in (await dora.slash(town.room, "endorse", leader=town.alice)).text
    await town.later(hours=25)
    assert "endorses" in (await dora.slash(town.room, "endorse", leader=town.alice)).text

    there = await eve.says("/lineage", town.group)
    assert "\u2022 Eve\n\u2022 Theodora\n\u2022 Alice" in there.text
    here = await dora.slash(town.room, "lineage")
    assert f"- {dora.mention}\n- {town.alice.mention}" in here.content
    support = await dora.slash(town.room, "support", person=town.alice)
    for row in ("Headcount:** 3 people", "Endorse directly:** 1 person", "With a wallet:** 1 person"):
        assert row in support.content
    assert f"1. {dora.mention} · 3" in support.content
    picture = support.attachments[0]
    assert "1. Dora 3 (100 %)" in str(picture.description)
    branch = (await dora_there.says("/support", town.group)).text
    assert "Headcount: 2 people" in branch
    assert "Endorse directly: 2 people" in branch
    assert "Endorses: Alice" in branch
    leaders = await dora.slash(town.room, "leaders", by="people")
    assert leaders.content.endswith(f"1\\. {town.alice.mention} · 3\n2\\. {dora.mention} · 2")

    # What one changes on Discord is seen on Telegram, and it was one choice: the other account cannot add a second.
    town.clock.advance(timedelta(days=2))
    assert "no longer" in (await dora.slash(town.room, "unendorse")).text
    assert "Theodora endorses nobody" in (await dora_there.says("/lineage", town.group)).text
    await dora_there.says("/endorse @tina", town.group)
    refused = await dora.slash(town.room, "endorse", leader=town.alice)
    assert refused.ephemeral
    assert "You can choose again in 1 day" in refused.text
    assert "Headcount: 3 people" in (await eve.says("/support @tina", town.group)).text
    assert "Nobody endorses" in (await dora.slash(town.room, "support", person=town.alice)).text
