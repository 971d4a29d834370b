"""Updates that no program should write: they stop nothing, and the updates around them are read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.telegram import payloads
from bot.chat.incoming import Actor, CommandCall, Incoming, Place, Say, decode, encode, sound
from tests.adapters.telegram.conftest import House
from tests.adapters.telegram.updates import message
from tests.emulators.telegram import Group, Person

DEEP = b"[" * 5000 + b"]" * 5000
GOOD = {"update_id": 7, "message": message("/help")}


def answer(*updates: bytes) -> bytes:
    return b'{"ok":true,"result":[' + b",".join(updates) + b"]}"


def update(number: int, text: str = "/help") -> bytes:
    return json.dumps({"update_id": number, "message": message(text)}, ensure_ascii=False).encode()


HOSTILE = {
    "deep": b'{"update_id":6,"message":' + DEEP + b"}",
    "deep with a bracket in words": b'{"update_id":6,"text":"}]\\\\\\"[{","message":' + DEEP + b"}",
    "65 bits": b'{"update_id":6,"message":{"message_id":36893488147419103232}}',
    "no object": b"[6]",
    "no number": b'{"message":{}}',
}


@pytest.mark.parametrize("bad", HOSTILE.values(), ids=HOSTILE)
def test_an_update_that_cannot_be_read_costs_no_other(bad: bytes) -> None:
    found = payloads.updates_of(answer(update(5), bad, update(7)))
    assert [each["update_id"] for each in found.readable] == [5, 7]
    assert found.last == 7
    last = payloads.updates_of(answer(update(5), bad))
    assert last.last == (6 if b"update_id" in bad else 5)


def test_odd_characters_are_read() -> None:
    found = payloads.updates_of(answer(update(5, "x").replace(b'"x"', b'"\xff \\ud83d"'), update(6)))
    assert [each["message"]["text"] for each in found.readable] == ["\ufffd ?", "/help"]


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b'{"ok":true}', answer(b'{"x":1}'), b"\xff"])
def test_what_is_no_answer_is_refused(payload: bytes) -> None:
    with pytest.raises(payloads.Unreadable):
        payloads.updates_of(payload)
    with pytest.raises(payloads.Unreadable):
        payloads.update_of(payload)


@pytest.mark.parametrize("bad", list(HOSTILE.values())[:3], ids=list(HOSTILE)[:3])
def test_the_webhook_leaves_them_out(bad: bytes) -> None:
    assert payloads.update_of(bad) is None
    assert payloads.update_of(update(5)) == json.loads(update(5))


async def test_polling_goes_on(muster: House, alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """An update that is nested deep comes between two others."""
    original = payloads.updates_of

    def spoiled(payload: bytes) -> Any:
        return original(payload.replace(b'"poison"', DEEP))

    monkeypatch.setattr(payloads, "updates_of", spoiled)
    alice.types("/help")
    alice.types("poison")
    assert "do here" in (await alice.says("/help", expect=2)).last.text


async def test_half_characters_nul_and_huge_numbers_are_no_incident(
    muster: House, union: Group, alice: Person
) -> None:
    muster.emu.queue.check = muster.emu.spec = None
    alice.renames("Ali\ud83d\0ce")
    for line in (
        "/call done call:36893488147419103232",
        "/whois \ud83d",
        "/union edit purpose:\ud83d\0",
        "/union edit name:x\0y\udc00",
    ):
        answered = await alice.says(line, union, expect=1)
        assert "went wrong" not in " ".join(m.text for m in answered.sent), line
    assert "x?y?" in (await alice.says("/union about", union)).text


def test_numbers_and_names_become_sound() -> None:
    actor, place = Actor("discord", "1", "A\ud83d\0"), Place("discord", "2")
    wild = Incoming("3", actor, place, CommandCall("x", {"number": 2**64, "small": 5, "yes": True}))
    tame = sound(wild)
    assert tame.actor.name == "A??"
    assert tame.act == CommandCall("x", {"number": str(2**64), "small": 5, "yes": True})
    assert decode(encode(wild)) == tame
    plain = Incoming("3", Actor("discord", "1", "A"), place, Say("hello"))
    assert sound(plain) is plain
