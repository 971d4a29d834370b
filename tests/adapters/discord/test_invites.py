"""An invitation over Discord, in a direct message: a code, as there is no link that opens one."""

from __future__ import annotations

import re

from tests.adapters.discord.conftest import House


async def test_the_code_makes_a_member_in_a_direct_message(muster: House) -> None:
    await muster.founded()
    card = await muster.alice.slash(muster.room, "invite")
    assert card.ephemeral
    found = re.search(
        r"`/join ([A-Z2-9]{10})` in Farm or in a private chat with me$", card.content, re.MULTILINE
    )
    assert found is not None, card.content
    welcome = await muster.bob.slash(muster.bob.dm, "join", code=found[1].lower())
    assert "Welcome to **Farmers**, **Bob**." in welcome.content
    assert "Farm (Discord)" in welcome.content
    assert f"{muster.alice.mention} invited you." in welcome.content
    assert welcome.message.pinged_users == []
    assert [button["label"] for button in welcome.message.buttons] == ["Endorse Alice"]
    assert "Member since" in (await muster.bob.slash(muster.bob.dm, "me show")).text
    again = await muster.alice.slash(muster.room, "invite")
    assert "1 in total, 1 still here" in again.content


async def test_a_new_code_is_shown_in_the_place_of_the_old(muster: House) -> None:
    await muster.founded()
    card = await muster.alice.slash(muster.room, "invite")
    old = card.content
    await muster.alice.press(card, "New code")
    assert "Your code for" in card.content
    assert card.content != old
    await muster.alice.press(card, "Revoke")
    assert "is revoked" in card.content
