"""Every command line that the pages print can be typed in both rooms of the playground, as the founder."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import commands
from adapters.playground import events, people
from adapters.playground.frames import Do, Line
from adapters.playground.people import Manner
from bot.chat.registry import Registry
from bot.schema import metadata
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.docs.examples import ROOT
from tests.stage import Heard, Platform, Stage

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
GENERATED = {"commands.md", "CHANGELOG.md", "decisions.md"}
"""Pages that print a notation of commands, or commands of another time."""
LINE = re.compile(r"`(/[a-z][a-z-]*(?: [^`\n<\[…]*)?)`")
REFUSED = {
    "/branch": "Nobody endorses you yet",
    "/call decide": "There is no contest today",
    "/call report": "There was no call on that day",
    "/join": "You are already a member of Farm",
    "/unendorse": "You endorse nobody",
    "/union edit": "Say what to change",
}
"""Lines that have nothing to do in a new union, and what is said then."""


def printed() -> list[str]:
    """The command lines of all pages whose first word is a command of ours."""
    tops = Registry(commands.areas()).tops()
    found = {
        line for page in PAGES if page.name not in GENERATED for line in LINE.findall(page.read_text("utf-8"))
    }
    return sorted(line for line in found if line[1:].split(" ")[0] in tops)


class Room:
    """A room of the playground, in which Ada types."""

    def __init__(self, stage: Stage, manner: Manner) -> None:
        self.stage = stage
        self.numbers = itertools.count(1)
        ada = people.player("ada")
        chat = people.chat(f"room-{manner}")
        assert ada is not None
        assert chat is not None
        self.account, self.chat = ada.account(manner), chat

    async def types(self, line: str) -> tuple[str, Heard]:
        """The outcome and the answer of a typed line."""
        frame = Do(f"line-{next(self.numbers)}", self.account.native_id, self.chat.native_id, Line(line))
        act = events.incoming(frame, self.account, self.chat, self.stage.registry)
        assert act is not None
        reply = await self.stage.core.dispatch(act)
        assert reply is not None
        return self.stage.observed[-1][1], Heard(reply)


@pytest.fixture(params=list(Manner))
async def room(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Room]:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'muster.db'}", clock, metadata())
    stage = Stage(store, clock, platforms={"playground": Platform("playground", True)})
    found = Room(stage, request.param)
    assert (await found.types("/union create name: Farm purpose: Growing food"))[0] == "ok"
    yield found
    await store.close()


async def test_every_printed_line_does_something(room: Room) -> None:
    lines = printed()
    assert {"/call new opens:0:01", "/union rules linked_only:no switch_hours:0"} <= set(lines)
    wrong = []
    for line in lines:
        outcome, heard = await room.types(line)
        if (outcome != "ok") != (line in REFUSED) or REFUSED.get(line, "") not in heard.text:
            wrong.append((line, outcome, heard.text))
    assert not wrong, "\n".join(map(str, wrong))
