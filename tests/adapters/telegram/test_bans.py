"""Telegram says who is banned, and that counts in the private chat too."""

from __future__ import annotations

import pytest

from bot.chat.incoming import Actor
from bot.errors import TryAgain
from tests.adapters.telegram.conftest import House
from tests.emulators.telegram import Group, Person

BANNED = "You are banned everywhere in Farmers on this platform"


async def test_who_is_banned_in_the_only_group_does_nothing_in_private(
    muster: House, union: Group, alice: Person, bob: Person
) -> None:
    await bob.says("/join", union, expect=2)
    assert "Member since" in (await bob.says("/me")).text
    union.kicks(bob, alice)
    await muster.settled()
    assert BANNED in (await bob.says("/me")).text
    assert BANNED in (await bob.says("/invite")).text
    card = (await alice.says("/invite")).one
    link = next(word for word in card.text.split() if word.startswith("https://t.me/"))
    asked = await bob.says("/leave")
    await bob.presses(asked.one, "Leave and erase", expect=1)
    assert BANNED in (await bob.opens(link)).text
    assert "Members: 1" in (await alice.says("/union about", union)).text


async def test_who_left_by_themselves_is_as_welcome_as_before(
    muster: House, union: Group, alice: Person, bob: Person
) -> None:
    await bob.says("/join", union, expect=2)
    bob.leaves(union)
    assert "Member since" in (await bob.says("/me")).text


async def test_what_telegram_does_not_tell_counts_as_no_ban(muster: House, union: Group, bob: Person) -> None:
    who = Actor("telegram", str(bob.id), "Bob")
    adapter = muster.adapter
    assert not await adapter.is_banned(str(union.id), who)
    union.kicks(bob)
    assert await adapter.is_banned(str(union.id), who)
    muster.emu.fails("getChatMember", 400)
    assert not await adapter.is_banned(str(union.id), who)
    muster.emu.fails("getChatMember", 502)
    with pytest.raises(TryAgain):
        await adapter.is_banned(str(union.id), who)
