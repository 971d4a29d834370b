"""The contract of all adapters, on Telegram."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.chat.port import Adapter
from bot.chat.targets import Target
from tests.adapters.contract import AdapterContract, Seen, area
from tests.adapters.telegram.conftest import House
from tests.declared import declare
from tests.emulators.telegram import Answer, Message, Person

_LIVE = ("mention", "text_mention", "url", "text_link", "bot_command", "hashtag")


class TelegramRig:
    """A supergroup on the emulator."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._people: dict[str, Person] = {}
        self._group = house.emu.group("Farm")
        self.place = Target("telegram", chat=str(self._group.id))

    @property
    def adapter(self) -> Adapter:
        return self._house.adapter

    def person(self, name: str) -> Person:
        if name not in self._people:
            self._people[name] = self._house.emu.user(name.title(), started=True)
            self._group.has(self._people[name])
        return self._people[name]

    async def runs(self, person: str, path: str, **values: str) -> Seen:
        said = "".join(f' {name}:"{value}"' for name, value in values.items())
        return self._seen(await self.person(person).says(f"/{path}{said}", self._group))

    async def presses(self, person: str, label: str) -> Seen:
        message = self._newest(lambda message: any(label in row for row in message.keyboard))
        return self._seen(await self.person(person).presses(message, label))

    async def again(self) -> Seen:
        emu = self._house.emu
        mark = len(emu.log)
        emu.redelivers(self._house.updates[-1])
        await self._house.settled()
        return self._seen(Answer(emu.log[mark:]))

    async def hears_itself(self, text: str) -> Seen:
        emu = self._house.emu
        mark = len(emu.log)
        for chat in (self._group, self.person("ada").chat):
            update = emu.tell(emu.message(chat, emu.bot, {"text": text, "entities": [_command(text)]}))
            assert update is not None
        await self._house.settled()
        return self._seen(Answer(emu.log[mark:]))

    async def restart(self) -> None:
        await self._house.stop()
        await self._house.start()

    def native_id(self, person: str) -> str:
        return str(self.person(person).id)

    def shuts_out(self, person: str) -> None:
        self.person(person).blocked = True

    def live_links(self, text: str) -> list[str]:
        message = self._newest(lambda message: text in message.text)
        return [piece for kind in _LIVE for piece in message.marked(kind)]

    def _newest(self, fits: Callable[[Message], bool]) -> Message:
        bot = self._house.emu.bot
        return [message for message in self._group.public() if message.sender is bot and fits(message)][-1]

    def _seen(self, answer: Answer) -> Seen:
        touched = [act.message for act in answer.acts if act.kind in ("sent", "edited") and act.message]
        seen = Seen(
            [message.text for message in touched if not message.is_private],
            [message.text for message in touched if message.is_private],
        )
        if answer.toast:
            seen.private.append(answer.toast)
        return seen


def _command(text: str) -> dict[str, object]:
    return {"type": "bot_command", "offset": 0, "length": len(text)}


class TestContract(AdapterContract):
    """With an older server and with one that has ephemeral messages."""

    @pytest.fixture(params=[False, True], ids=["plain", "ephemeral"])
    def options(self, request: pytest.FixtureRequest) -> dict[str, bool]:
        return {"ephemeral": request.param}

    @pytest.fixture
    async def rig(self, house: House, monkeypatch: pytest.MonkeyPatch) -> TelegramRig:
        declare(monkeypatch, area)
        await house.start()
        return TelegramRig(house)
