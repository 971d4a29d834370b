"""Whose name was typed, and whose words are heard: with python-telegram-bot against the emulator."""

from __future__ import annotations

from typing import Any

from adapters.telegram import words
from tests.adapters.telegram.conftest import House
from tests.emulators.telegram import Group, Person


def forwards(by: Person, of: Person, text: str, chat: Group | None) -> None:
    """Forward what somebody wrote."""
    queue = by.emulator.queue
    put = queue.put

    def forwarded(kind: str, payload: dict[str, Any]) -> Any:
        return put(kind, payload | {"forward_origin": {"type": "user", "date": 1, "sender_user": of.json()}})

    queue.put = forwarded  # type: ignore[method-assign]
    try:
        by.types(text, chat)
    finally:
        queue.put = put  # type: ignore[method-assign]


async def test_a_username_that_changed_hands_names_its_new_owner(
    muster: House, union: Group, alice: Person, bob: Person
) -> None:
    carol = muster.emu.user("Carol", username="vera", started=True)
    for person in (bob, carol):
        await person.says("/join", union, expect=2)
    carol.renames("Carol", username=None)
    bob.renames("Bob", username="Vera")
    await bob.says("/help", union)
    answer = await alice.says("/union hand-over @vera", union, expect=2)
    question = answer.sent[0]
    assert "to Bob · Telegram · @vera? Only they can hand it back." in question.text
    assert question.marked("text_mention") == ["Bob"]


async def test_a_username_of_a_stranger_names_no_member(
    muster: House, union: Group, alice: Person, bob: Person
) -> None:
    carol = muster.emu.user("Carol", username="vera", started=True)
    await carol.says("/join", union, expect=2)
    carol.renames("Carol", username="carol_2")
    bob.renames("Bob", username="vera")
    await bob.says("/help", union)
    answer = await alice.says("/union hand-over @vera", union, expect=2)
    assert "I do not know “@\u2060vera” here" in answer.sent[0].text


async def test_a_forwarded_command_is_not_done(
    muster: House, union: Group, alice: Person, bob: Person
) -> None:
    forwards(alice, bob, "/union edit name:Mallorys", union)
    await muster.settled()
    assert "Farmers" in (await alice.says("/union about", union)).text
    forwards(alice, bob, "/leave", None)
    await muster.settled()
    assert [message.text for message in alice.chat.from_bot] == [words.NOT_TYPED]


async def test_a_forwarded_text_answers_no_question(
    muster: House, union: Group, alice: Person, bob: Person
) -> None:
    await bob.says("/join", union, expect=2)
    assert "founder" in (await alice.says("/union hand-over")).text
    before = len(alice.chat.from_bot)
    forwards(alice, bob, "@bob", None)
    await muster.settled()
    assert [message.text for message in alice.chat.from_bot[before:]] == [words.NOT_TYPED]
    bob.renames("Bob", username="bob_b")
    await bob.says("/help", union)
    assert "to Bob · Telegram · @bob_b?" in (await alice.says("@bob_b")).text
