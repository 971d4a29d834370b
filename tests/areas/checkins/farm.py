"""A union whose calls people answer, for the tests of dialogues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.areas.calls.domain.calls import Call, CallState
from bot.areas.calls.storage import calls as calls_storage
from bot.areas.conversations import services as conversations
from bot.areas.ledger import storage as ledger_storage
from bot.areas.unions import storage as unions_storage
from bot.chat.incoming import Place, Press
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx
from tests.areas.checkins.answering import call, counter
from tests.scenes import DAY
from tests.stage import Heard, Persona, Stage


@dataclass
class Farm:
    """A union on one platform with members, and what a test needs of its rows. It is Sunday noon."""

    stage: Stage
    on: str
    place: Place
    ada: Persona
    bob: Persona
    cat: Persona
    name: str = "Farm"

    def union(self, tx: Tx) -> Union:
        return next(one for one in unions_storage.every(tx) if one.name == self.name)

    def member(self, tx: Tx, persona: Persona) -> Member:
        actor = persona.actor
        member = conversations.within(tx, self.union(tx).id, actor.platform, actor.native_id, None).member
        assert member is not None
        return member

    async def calls(self, leader: Persona | None = None, **options: Any) -> Call:
        """Today's call, opened as calls are; its `token` is that of the button under its posts."""

        def add(tx: Tx) -> Call:
            union = self.union(tx)
            member = self.member(tx, leader) if leader else None
            author = self.member(tx, self.ada)
            return call(tx, union, author, leader=member, state=CallState.PLANNED, **options)

        made = await self.stage.store.write(add)
        await self.stage.chores()
        opened = await self.stage.store.read(calls_storage.by_id, made.id)
        assert opened is not None
        assert opened.state is CallState.OPEN
        return opened

    async def calls_of_next_day(self) -> Call:
        self.stage.clock.advance(DAY)
        await self.stage.chores()
        return await self.calls()

    async def press(self, who: Persona, asked: Call, place: Place | None = None) -> Heard:
        """Press the button under the call's post, in the union's place or another."""
        answer = await who.does(Press(asked.token or ""), place or self.place)
        assert answer is not None
        return answer

    async def answered(self, asked: Call) -> int:
        return await self.stage.store.read(counter, asked.id)

    async def kinds(self) -> list[str]:
        """What the ledger tells of answers."""
        rows = await self.stage.store.read(lambda tx: ledger_storage.entries(tx, self.union(tx).id))
        return [row.kind for row in rows if row.kind.startswith(("checkin", "streak"))]
