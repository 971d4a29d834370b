"""The contract of all adapters, on Discord."""

from __future__ import annotations

from typing import Any

import pytest

from bot.chat.port import Adapter
from bot.chat.targets import Target
from tests.adapters import contract
from tests.adapters.contract import AdapterContract, Seen
from tests.adapters.discord.conftest import House
from tests.adapters.discord.markdown import read
from tests.declared import declare
from tests.emulators.discord import Message, Person, Reply
from tests.emulators.discord.model import Message as Posted

HARMLESS = {"bold", "italic", "code", "fence", "line"}


class DiscordRig:
    """A `contract.Rig` on the emulated Discord."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.people: dict[str, Person] = {}
        self.last: Reply | None = None
        self.shown: dict[int, str] = {}

    @property
    def adapter(self) -> Adapter:
        return self.house.adapter

    @property
    def place(self) -> Target:
        return Target("discord", chat=str(self.house.room.id))

    def person(self, name: str) -> Person:
        if name not in self.people:
            self.people[name] = self.house.guild.member(name)
        return self.people[name]

    async def runs(self, person: str, path: str, **values: str) -> Seen:
        self.last = await self.person(person).slash(self.house.room, path, **values)
        return await self.seen()

    async def presses(self, person: str, label: str) -> Seen:
        labelled = [m for m in self.messages() if label in [b.get("label") for b in m.buttons]]
        self.last = await self.person(person).press(labelled[-1], label)
        return await self.seen()

    async def again(self) -> Seen:
        assert self.last is not None
        self.last.replay()
        await self.after()
        return await self.seen()

    async def hears_itself(self, text: str) -> Seen:
        world = self.house.emulator.world
        own = Posted(world.new_id(), self.house.room, world.bot, world.now, text)
        world.add(own)
        self.house.emulator.message_event("MESSAGE_CREATE", own)
        self.shown[own.id] = text
        await self.after()
        return await self.seen()

    async def after(self) -> None:
        """Until what was sent before has been heard: the gateway keeps the order."""
        probe = self.person("probe")
        await probe.autocomplete(self.house.room, "help", "command", "join")

    async def restart(self) -> None:
        await self.house.restart()

    def native_id(self, person: str) -> str:
        return str(self.person(person).id)

    def shuts_out(self, person: str) -> None:
        self.person(person).close_dms()

    def live_links(self, text: str) -> list[str]:
        newest = [message for message in self.messages() if text in message.content][-1]
        live = [f"{kind}: {what}" for kind, what in read(newest.content).live if kind not in HARMLESS]
        return live + [str(user) for user in newest.pinged_users] + ["everyone"] * newest.pings_everyone

    def messages(self) -> list[Message]:
        return self.house.room.visible_messages()

    async def seen(self) -> Seen:
        """What is new, as it is read: in the room, and for somebody alone."""
        await self.house.idle()
        seen = Seen()
        everything: list[Any] = list(self.house.room.messages.values())
        everything += [message for person in self.people.values() for message in person.dms]
        for message in everything:
            if message.deleted or self.shown.get(message.id) == message.content:
                continue
            self.shown[message.id] = message.content
            alone = message.ephemeral or message.channel is not self.house.room
            (seen.private if alone else seen.public).append(read(message.content).text)
        return seen


class TestContract(AdapterContract):
    @pytest.fixture
    async def rig(self, house: House, monkeypatch: pytest.MonkeyPatch) -> DiscordRig:
        declare(monkeypatch, contract.area)
        await house.start()
        return DiscordRig(house)
