"""Private answers on servers that have ephemeral messages, and on servers that only say so."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from adapters.telegram import words
from tests.adapters.telegram import area
from tests.adapters.telegram.conftest import House
from tests.declared import declare
from tests.emulators.telegram import Group, Message, Person

HAS: dict[str, Any] = {"ephemeral": True}
IGNORES: dict[str, Any] = {"claims": "ignores"}
REFUSES: dict[str, Any] = {"claims": "refuses"}


@pytest.fixture(autouse=True)
def _commands(monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, area.area)
    monkeypatch.setattr(area, "gate", asyncio.Event())


@pytest.fixture
async def post(alice: Person, group: Group) -> Message:
    return (await alice.says("/post", group)).one


def ever_shown_to_all(group: Group) -> list[str]:
    """The texts of everything that the bot ever posted in the group for everybody, deleted or not."""
    everything = [message for message in group.messages.values() if message.sender is group.emulator.bot]
    return [text for m in everything for text in (m.text, *(str(old.get("text")) for old in m.history))]


@pytest.mark.parametrize("options", [IGNORES, REFUSES])
async def test_what_is_private_is_never_shown_to_all_by_a_server_that_only_says_so(
    muster: House, union: Group, alice: Person, bob: Person
) -> None:
    union.promotes_bot("can_manage_chat")
    await bob.says("/join", union, expect=2)
    for line in ("/me", "/invite", "/me"):
        answer = await bob.says(line, union, expect=2)
        assert answer.sent[0].chat is bob.chat or answer.sent[-1].chat is bob.chat
    assert len([m for m in bob.chat.from_bot if "Member since" in m.text]) == 2
    shown = ever_shown_to_all(union)
    assert not [text for text in shown if "Member since" in text]
    probes = [text for text in shown if text == words.ANSWER_FOLLOWS]
    assert len(probes) == (1 if muster.emu.claims == "ignores" else 0), "it was tried once"
    assert words.ANSWER_FOLLOWS not in [message.text for message in union.public()], "and taken back"


@pytest.mark.parametrize("options", [IGNORES])
async def test_a_restart_tries_anew(muster: House, alice: Person, post: Message, group: Group) -> None:
    await alice.presses(post, "Whisper", expect=1)
    await muster.stop()
    muster.emu.claims, muster.emu.ephemeral, muster.emu.spec = None, True, None
    await muster.start()
    await alice.presses(post, "Whisper", expect=2)
    assert [m.receiver for m in group.from_bot if m.text.strip() == area.LONG.strip()] == [alice]
    assert area.LONG.strip() not in [text.strip() for text in ever_shown_to_all(group)]


@pytest.mark.parametrize("options", [HAS])
async def test_a_server_that_has_them_is_tried_once(muster: House, alice: Person, post: Message) -> None:
    for _ in range(2):
        await alice.presses(post, "Whisper", expect=1)
    own = list(post.chat.ephemerals.values())
    assert [m.text for m in own if m.text == words.ANSWER_FOLLOWS and m.deleted] == [words.ANSWER_FOLLOWS]
    assert len([m for m in own if not m.deleted]) == 2
    assert alice.chat.from_bot == []


@pytest.mark.parametrize("options", [HAS])
async def test_a_server_that_forgets_them_later_is_not_trusted_any_more(
    muster: House, alice: Person, post: Message, group: Group
) -> None:
    await alice.presses(post, "Whisper", expect=1)
    muster.emu.ephemeral, muster.emu.claims, muster.emu.spec = False, "ignores", None
    for _ in range(2):
        await alice.presses(post, "Whisper", expect=1)
    public = [m.text.strip() for m in group.public()]
    assert area.LONG.strip() not in public, "the one that was shown is taken back at once"
    assert ever_shown_to_all(group).count(area.LONG.strip()) <= 1
    assert len([m for m in alice.chat.from_bot if m.text.strip() == area.LONG.strip()]) == 2


@pytest.mark.parametrize("options", [HAS])
async def test_where_the_bot_lacks_a_right_nothing_is_concluded(
    muster: House, union: Group, bob: Person
) -> None:
    await bob.says("/join", union, expect=2)
    # Typed as an ordinary message, so that only an administrator may whisper.
    muster.emu.menus.clear()
    answer = await bob.says("/me", union, expect=2)
    assert bob.chat in [message.chat for message in answer.sent]
    union.promotes_bot("can_manage_chat")
    answer = await bob.says("/me", union, expect=2)
    assert [m.receiver for m in answer.sent if "Member since" in m.text] == [bob]
