"""An invitation over Telegram: the deep link of /invite, opened by somebody who never spoke to the bot."""

from __future__ import annotations

import re

import pytest

from tests.adapters.telegram.conftest import House
from tests.emulators.telegram import Group, Person


async def link_of(who: Person) -> str:
    card = (await who.says("/invite")).one
    found = re.search(r"https://t\.me/\S+", card.text)
    assert found is not None, card.text
    assert found[0] in card.marked("code")
    return found[0]


async def test_the_link_makes_a_member_in_the_private_chat(
    muster: House, union: Group, alice: Person
) -> None:
    link = await link_of(alice)
    assert re.fullmatch(r"https://t\.me/muster_test_bot\?start=join-[A-Z2-9]{10}", link)
    carol = muster.emu.user("Carol")
    welcome = (await carol.opens(link)).one
    assert welcome.chat is carol.chat
    assert "Welcome to Farmers, Carol." in welcome.text
    assert "Farm (Telegram)" in welcome.text
    assert welcome.marked("text_mention") == ["Alice"]
    assert welcome.keyboard == [["Endorse Alice"]]
    assert "Member since" in (await carol.says("/me")).text
    assert "Members: 2" in (await alice.says("/union about", union)).text
    assert "already" in (await carol.opens(link)).text


async def test_a_revoked_link_opens_nothing(muster: House, union: Group, alice: Person) -> None:
    link = await link_of(alice)
    await alice.presses(alice.chat.from_bot[-1], "Revoke", expect=1)
    assert "is revoked" in alice.chat.from_bot[-1].text
    carol = muster.emu.user("Carol")
    assert "This one was revoked" in (await carol.opens(link)).text
    assert "Members: 1" in (await alice.says("/union about", union)).text


@pytest.mark.parametrize("payload", ["join-", "join-ABCDE23456", f"join-{'A' * 59}", "join-__--__"])
async def test_other_payloads_are_unknown_codes(muster: House, union: Group, payload: str) -> None:
    carol = muster.emu.user("Carol")
    answer = await carol.opens(f"https://t.me/muster_test_bot?start={payload}")
    assert "I do not know this code" in answer.text
