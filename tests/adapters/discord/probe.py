"""Commands that tests add to the real ones, to make any reply happen on any platform, and to make it slow."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.model import Button, Form, Question, Reply, Visibility, say
from bot.chat.params import Arg
from bot.chat.targets import Target
from bot.domain.people import Permission, Person
from tests.adapters.samples import SAMPLES

OPEN: dict[str, Any] = {"permission": Permission.ANYONE, "needs_union": False, "rate": Rate(10_000, 60)}


class Probe:
    """An area, what its commands did, and the gate that its slow ones wait at."""

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()
        self.heard: dict[str, Any] = {}
        self.answer = Reply()
        self.talks = True
        self.gate = asyncio.Event()
        self.waiting = asyncio.Event()
        self.area = Area()
        self.area.group("probe", "For tests")
        self._quick()
        self._slow()

    def _quick(self) -> None:
        @self.area.command("probe show", "Show a sample", **OPEN)
        def show(ctx: Context, sample: Annotated[str, Arg("Which", suggest=_samples)]) -> Reply:
            """Shows a sample."""
            return SAMPLES[sample]

        @self.area.command("probe count", "Count", **OPEN)
        def count(ctx: Context) -> Reply:
            """Counts how often it was done."""
            self.done["count"] += 1
            return say(f"Counted {self.done['count']}.")

        @self.area.command("probe say", "Say what the test put here", **OPEN)
        def speak(ctx: Context) -> Reply:
            """Says it."""
            return self.answer

        @self.area.command("probe offer", "A public button with a private answer", **OPEN)
        def offer(ctx: Context) -> Reply:
            """Offers a button to everybody."""
            return say("Press.", buttons=((Button("Tell me", "probe.tell", anyone=True, lasts_s=None),),))

        @self.area.action("probe.tell", permission=Permission.ANYONE, needs_union=False)
        def tell(ctx: Context) -> Reply:
            self.done["tell"] += 1
            return say("For your eyes.")

        @self.area.command("probe post", "Post into this place", **OPEN)
        def post(ctx: Context) -> Reply:
            """Posts a public message by the outbox."""
            ctx.post(Target(ctx.place.platform, chat=ctx.place.chat, thread=ctx.place.thread), self.answer)
            return say("Posted.", visibility=Visibility.PRIVATE)

        @self.area.command("probe write", "Write to a person", **OPEN)
        def write(ctx: Context, person: Annotated[Person, "To whom"]) -> Reply:
            """Writes privately by the outbox."""
            ctx.post(Target(ctx.place.platform, person=person.native_id), say("A note for you."))
            return say("Written.", visibility=Visibility.PRIVATE)

        @self.area.command("probe follow", "Follow somebody", menu="Follow", **OPEN)
        def follow(ctx: Context, leader: Annotated[Person, "Whom"]) -> Reply:
            """Remembers whom."""
            self.done["follow"] += 1
            self.heard = {"leader": leader.native_id}
            return say(f"Following {leader.name}.")

        @self.area.command("probe typed", "Every kind of parameter", **OPEN)
        def typed(
            ctx: Context,
            word: Annotated[str, Arg("A word", max_length=20)],
            number: Annotated[int, Arg("A number", minimum=-5, maximum=5)] = 0,
            amount: Annotated[Decimal | None, Arg("An amount")] = None,
            choice: Annotated[Literal["left", "right"], "A choice"] = "left",
            yes: Annotated[bool, "A switch"] = False,
            person: Annotated[Person | None, "A person"] = None,
            span: Annotated[timedelta | None, Arg("A duration")] = None,
        ) -> Reply:
            """Remembers what it was given."""
            self.heard = {"word": word, "number": number, "amount": amount, "choice": choice, "yes": yes}
            self.heard |= {"person": person and person.native_id, "span": span}
            return say("Heard.")

    def _slow(self) -> None:
        @self.area.command("probe slow", "Take long, for all to see", **OPEN)
        async def slow(ctx: Context) -> Reply:
            """Waits at the gate."""
            return await self._pass(ctx)

        @self.area.command("probe quiet", "Take long, in private", visibility=Visibility.PRIVATE, **OPEN)
        async def quiet(ctx: Context) -> Reply:
            """Waits at the gate."""
            return await self._pass(ctx)

        @self.area.command(
            "probe hint",
            "Take long over a person, in private",
            menu="Give a hint",
            visibility=Visibility.PRIVATE,
            space_only=True,
            **OPEN,
        )
        async def hint(ctx: Context, person: Annotated[Person, "About whom"]) -> Reply:
            """Waits at the gate."""
            return await self._pass(ctx)

        @self.area.command("probe when", "A time", needs_union=True, permission=Permission.ANYONE)
        def when(ctx: Context, at: Annotated[datetime, Arg("When")]) -> Reply:
            """Remembers it."""
            self.heard = {"at": at}
            return say("Heard.")

        @self.area.command("probe later", "A button for the slow one", **OPEN)
        def later(ctx: Context) -> Reply:
            """Gives a button."""
            return say("Press.", buttons=((Button("Slowly", "/probe slow"),),))

        @self.area.action("probe.form", permission=Permission.ANYONE, needs_union=False)
        def filled(ctx: Context, word: str) -> Reply:
            return say(f"You wrote {word}.", visibility=Visibility.PRIVATE)

    async def _pass(self, ctx: Context) -> Reply:
        self.done["slow"] += 1
        if self.talks:
            await ctx.progress("Halfway…")
        self.waiting.set()
        await self.gate.wait()
        return self.answer


FORM = Reply(form=Form("A word", (Question("word", "Your word"),), "probe.form"))


def _samples(ctx: Context, typed: str) -> list[tuple[str, str]]:
    return [(name, name) for name in SAMPLES if typed in name]
