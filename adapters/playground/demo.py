"""Fills both rooms with a union of forty people and sixty days, act by act, as people would have done it.

Every act goes through dispatch, and every wallet is linked on the wallet page. Only the clock is moved in between.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from random import Random
from typing import Protocol

import aiohttp

from adapters.playground import events, people
from adapters.playground.demo_texts import CALLS, CONTEST, ENTRIES, NAME, PURPOSE
from adapters.playground.feed import Feed
from adapters.playground.neighbours import NEIGHBOURS, Neighbour
from bot.chat.incoming import Act, Answer, CommandCall, Incoming, Press, Submit, Value, Who
from bot.chat.model import Button, Code, LinkButton, Paragraph, Reply
from bot.chat.port import Core
from bot.domain.clock import Clock
from bot.domain.times import moment, union_day
from bot.errors import TryAgain

DAYS = 60
CONTEST_DAY = 45
MORNING, EVENING = 9 * 60, 19 * 60 + 30
REMINDED_AT = "19:00"
LATE_JOINERS = 3  # of yesterday's silent people, so many answer in the morning, which still counts
PLAYERS = (
    Neighbour("bo", "Bo", "discord", "ada", 1, 0.96, True),
    Neighbour("chidi", "Chidi", "telegram", "ada", 1, 0.92, True),
    Neighbour("dana", "Dana", "discord", "bo", 3, 0.8),
    Neighbour("emre", "Emre", "telegram", "chidi", 4, 0.7),
)
"""The players in the demo union. Ada founds it, and does not need to join."""
FOUNDER = Neighbour("ada", "Ada", "discord", "", 0, 0.97, True)
PEOPLE = (FOUNDER, *PLAYERS, *NEIGHBOURS)
LEFT_FOR_YOU = ("bo", "dana", "emre")
"""The players who have not answered the last day's call, so that the person at the keyboard can."""


class Stepping(Protocol):
    """The part of the clock's mover that the demo uses."""

    @property
    def address(self) -> str: ...

    async def step(self, to: datetime) -> None: ...


class Signing(Protocol):
    """The demo wallets."""

    def address(self, name: str) -> str: ...

    def sign(self, name: str, message: str) -> str: ...


class Demo:
    """Plays the demo union's sixty days, from now on. `random` is the same each time, so pictures are alike."""

    def __init__(
        self, core: Core, feed: Feed, mover: Stepping, wallets: Signing, clock: Clock, time_zone: str
    ) -> None:
        self._core, self._feed, self._mover, self._wallets = core, feed, mover, wallets
        self._clock, self._zone = clock, time_zone
        self._run = secrets.token_hex(6)
        self._acts = itertools.count(1)
        self._random = Random(20)  # noqa: S311  # who answers; nothing secret
        self._silent: list[Neighbour] = []

    async def play(self, tell: Callable[[str], None]) -> None:
        """Founds the union and lets the days pass. `tell` gets words for the page."""
        await self._found()
        first = union_day(self._zone, self._clock.now())
        for number in range(1, DAYS + 1):
            tell(f"Day {number} of {DAYS}…")
            await self._day(number, first + number)
        await self._last_morning(DAYS + 1, first + DAYS + 1)

    # -- founding ----------------------------------------------------------------------------------------------

    async def _found(self) -> None:
        ada = FOUNDER
        await self._runs(ada, "union create", name=NAME, purpose=PURPOSE, time_zone=self._zone)
        shown = await self._runs(ada, "union invite-space")
        await self._types("telegram:ada", "union connect", _code(shown))
        waiting = await self._runs(ada, "union requests")
        await self._presses("discord:ada", waiting, "Connect ")
        await self._runs(
            ada, "union rules", leaders="supported", how_many=6, linked_only=False, switch_hours=0
        )
        for days, title, what, why in CALLS:
            await self._call(title, what, why, days)

    async def _one_person(self, ada: Neighbour) -> None:
        """Makes both accounts of the founder one member."""
        await self._types("telegram:ada", "join", "")
        code = _code(await self._runs(ada, "me same-person"))
        question = await self._types("telegram:ada", "me same-person", code)
        await self._presses("telegram:ada", question, "Yes")
        await self._mover.step(self._clock.now())  # the same question reaches the other account
        private = people.private_chat(_account("discord:ada"))
        token = self._posted(private, ("Yes, that is me",))
        await self._does("discord:ada", private, Press(token))

    async def _call(self, title: str, what: str, why: str, when: str, *, contest: bool = False) -> None:
        opened = await self._runs(FOUNDER, "call new", **({"contest": True} if contest else {}))
        if opened.form is None:
            raise TryAgain(f"The demo union stopped at the call “{title}”.")
        words: dict[str, Answer] = {"title": title, "what": what, "why": why, "link": ""}
        await self._does("discord:ada", _room("discord"), Submit(opened.form.token, words))
        await self._runs(FOUNDER, "call schedule", call=title, when=when)

    # -- a day -------------------------------------------------------------------------------------------------

    async def _day(self, number: int, day: int) -> None:
        contest = number == CONTEST_DAY
        if number == CONTEST_DAY - 7:
            await self._call(*CONTEST, date.fromordinal(day + 7).isoformat(), contest=True)
        await self._mover.step(moment(day, MORNING, self._zone))
        await self._arrive([one for one in PEOPLE if one.day == number and one is not FOUNDER])
        if number == 2:
            await self._link(FOUNDER)
        if number == 3:  # for a day after it, she cannot do everything
            await self._one_person(FOUNDER)
        await self._answer_late()
        here = [one for one in PEOPLE if one.day <= number]
        if contest:
            await self._enter()
            answering: list[Neighbour] = []
        else:
            answering = [one for one in here if self._random.random() < one.keeps]
            self._silent = [one for one in here if one not in answering]
        half = len(answering) // 2
        await self._answer(answering[:half])
        await self._mover.step(moment(day, EVENING, self._zone))
        await self._answer(answering[half:])
        if contest:
            await self._vote()
        await self._mover.step(moment(day + 1, 0, self._zone))

    async def _last_morning(self, number: int, day: int) -> None:
        """Leaves an open call that some have answered."""
        await self._mover.step(moment(day, MORNING, self._zone))
        await self._answer_late()
        here = [
            one for one in PEOPLE if one.key not in LEFT_FOR_YOU and self._random.random() < one.keeps / 2
        ]
        await self._answer(here)
        await self._mover.step(moment(day, MORNING + 75, self._zone))

    async def _arrive(self, newcomers: Iterable[Neighbour]) -> None:
        for one in newcomers:
            await self._runs(one, "join")
            leader = _account(_id(next(other for other in PEOPLE if other.key == one.follows)))
            await self._runs(one, "endorse", leader=Who(leader.native_id, leader.name))
            if one.linked:
                await self._link(one)
            if one.key in LEFT_FOR_YOU:
                await self._runs(one, "call reminders", switch="on", hour=REMINDED_AT)

    async def _answer(self, who: Sequence[Neighbour]) -> None:
        """Lets people press *Done* under the post in their room."""
        await asyncio.gather(
            *(
                self._does(_id(one), _room(one.manner), Press(self._posted(_room(one.manner), ("Done",))))
                for one in who
            )
        )

    async def _answer_late(self) -> None:
        """Lets a few people answer yesterday's call, which counts until noon."""
        late, self._silent = self._silent[:LATE_JOINERS], []
        for one in late:
            room = _room(one.manner)
            yesterday = self._posted(room, ("Done, late",))
            await self._does(_id(one), room, Press(yesterday))

    async def _enter(self) -> None:
        for key, words in ENTRIES:
            await self._runs(next(one for one in PEOPLE if one.key == key), "call enter", answer=words)

    async def _vote(self) -> None:
        for one in (one for one in PEOPLE if one.linked):
            shown = await self._runs(one, "call entries")
            for _ in range(self._random.randrange(4)):
                shown = await self._presses(_id(one), shown, "Next")
            if _button(shown, "Vote") is not None:
                await self._presses(_id(one), shown, "Vote")

    # -- linking -----------------------------------------------------------------------------------------------

    async def _link(self, one: Neighbour) -> None:
        """Goes the whole way of /link: the page, the signature, the code, and the word that the wallet is theirs."""
        page = await self._runs(one, "link")
        url = next(b.url for row in page.buttons for b in row if isinstance(b, LinkButton))
        headers = {"Origin": self._mover.address}
        async with aiohttp.ClientSession(headers=headers, raise_for_status=True) as browser:
            async with browser.post(
                f"{url}/message", json={"address": self._wallets.address(one.key)}
            ) as got:
                asked = await got.json()
            signature = self._wallets.sign(one.key, asked["text"])
            sent = {"signature": signature, "nonce": asked["nonce"]}
            async with browser.post(f"{url}/signature", json=sent) as got:
                code = (await got.json())["code"]
        question = await self._runs(one, "link", code=code)
        await self._presses(_id(one), question, "Link this wallet")

    # -- acts --------------------------------------------------------------------------------------------------

    async def _runs(self, one: Neighbour, path: str, **values: Value) -> Reply:
        return await self._does(_id(one), _room(one.manner), CommandCall(path, values))

    async def _types(self, native_id: str, path: str, words: str) -> Reply:
        room = _room(native_id.partition(":")[0])
        return await self._does(native_id, room, CommandCall(path, {}, words))

    async def _presses(self, native_id: str, reply: Reply, label: str) -> Reply:
        button = _button(reply, label)
        if button is None:
            raise TryAgain(f"The demo union stopped: {native_id} was not offered “{label}”.")
        return await self._does(native_id, _room(native_id.partition(":")[0]), Press(button.token))

    async def _does(self, native_id: str, chat: people.Chat, act: Act) -> Reply:
        who = events.actor(_account(native_id), chat)
        number = f"demo-{self._run}-{next(self._acts)}"
        reply = await self._core.dispatch(Incoming(number, who, events.place(chat), act))
        return reply or Reply()

    def _posted(self, chat: people.Chat, labels: Sequence[str]) -> str:
        """Returns the token of such a button under the newest message with one."""
        found = self._feed.pressable(chat.native_id, labels)
        if not found:
            raise TryAgain(f"The demo union stopped: nothing in {chat.title} offers {labels[0]}.")
        return found[0]


def _id(one: Neighbour) -> str:
    return f"{one.manner}:{one.key}"


def _account(native_id: str) -> people.PlayerAccount:
    found = people.account(native_id)
    if found is None:
        raise KeyError(native_id)
    return found


def _room(manner: str) -> people.Chat:
    room = next(room for room in people.ROOMS if room.manner == manner)
    found = people.chat(room.native_id)
    if found is None:
        raise KeyError(manner)
    return found


def _button(reply: Reply, label: str) -> Button | None:
    buttons = (b for row in reply.buttons for b in row if isinstance(b, Button))
    return next((button for button in buttons if button.label.startswith(label)), None)


def _code(reply: Reply) -> str:
    """Returns the one-time code that the reply shows as the end of a command."""
    spans = [span for block in reply.blocks if isinstance(block, Paragraph) for span in block.spans]
    return next(span.text.split()[-1] for span in spans if isinstance(span, Code) and " " in span.text)
