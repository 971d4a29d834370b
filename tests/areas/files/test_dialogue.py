"""Pictures in commands: how they come in, and how an asynchronous command changes something, once."""

from __future__ import annotations

import asyncio
import functools
from dataclasses import replace
from typing import Annotated, Any

import pytest

import commands
from bot import membership
from bot.areas.conversations import services as conversations
from bot.areas.files import services as files
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.incoming import CommandCall, File
from bot.chat.model import Button, Form, Question, Reply, say
from bot.chat.registry import Registry
from bot.chat.slow import Finish
from bot.domain.people import Member, Union
from bot.domain.photos import Photo
from bot.errors import BadInput, ConfigError
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.scenes import founded, joined
from tests.stage import Stage

PHOTO = Photo(b"data", "image/png", 1, 1)


class Album:
    """Commands that keep pictures, and what stops them half way."""

    def __init__(self) -> None:
        self.began = 0
        self.before = asyncio.Event()
        self.before.set()
        self.reached = asyncio.Event()
        self.fail: Exception | None = None
        self.kept: list[bytes] = []
        area = self.area = Area()

        @area.command("album", "Keep a picture")
        async def album(
            ctx: Context,
            note: Annotated[str, "What it shows"],
            image: Annotated[File | None, "The picture"] = None,
        ) -> Reply | Finish:
            """Keeps it."""
            self.began += 1
            data = await ctx.fetch(image) if image is not None else b"none"
            self.reached.set()
            await self.before.wait()
            return functools.partial(self.keep, data=data, note=note)

        @area.command("peek", "Say what is sent", reads=True)
        async def peek(ctx: Context, image: Annotated[File | None, "The picture"] = None) -> Reply | Finish:
            """Says it."""
            if image is None:
                return lambda ctx: say("changed")
            return say((await ctx.fetch(image)).decode())

        @area.command("ask", "Ask for one")
        def ask(ctx: Context) -> Reply:
            """Asks."""
            return Reply(
                form=Form("Album", (Question("image", "Which", "photo"),), "/album", {"note": "asked"})
            )

    def keep(self, ctx: Context, data: bytes, note: str) -> Reply:
        file_id = files.keep(ctx.tx, ctx.union, ctx.member, replace(PHOTO, data=data))
        if self.fail is not None:
            raise self.fail
        self.kept.append(data)
        return say(f"Kept {file_id}: {note}", buttons=((Button("More", "/peek"),),))


@pytest.fixture
def album() -> Album:
    return Album()


@pytest.fixture
async def stage(store: Store, clock: ManualClock, album: Album) -> Stage:
    return Stage(store, clock, (*commands.areas(), album.area))


async def count(stage: Stage) -> int:
    def all_of(tx: Any) -> int:
        return sum(
            files.picture(tx, Union(1, "", "", "", "", None, tx.now), at) is not None for at in range(1, 20)
        )

    return await stage.store.read(all_of)


async def test_a_picture_with_the_command_under_it(stage: Stage, album: Album) -> None:
    ada, farm = await founded(stage)
    kept = await ada.says("/album A field", farm, photo=b"field")
    assert kept.text == "Kept 1: A field"
    assert kept.button("More").token
    assert album.kept == [b"field"]


async def test_a_picture_as_an_option(stage: Stage, album: Album) -> None:
    ada, farm = await founded(stage, "values")
    assert (await ada.runs("album", farm, note="x", image=ada.attaches(b"field"))).text == "Kept 1: x"
    form = await ada.runs("ask", farm)
    assert (await ada.fills(form, farm, image=ada.attaches(b"asked for"))).text == "Kept 2: asked"
    form = await ada.runs("album", farm, image=ada.attaches(b"with the rest asked for"))
    assert (await ada.fills(form, farm, note="later")).text == "Kept 3: later"
    assert album.kept == [b"field", b"asked for", b"with the rest asked for"]


async def test_a_picture_that_is_asked_for(stage: Stage, album: Album) -> None:
    ada, farm = await founded(stage)
    await ada.says("/ask", farm)
    assert "send a picture" in (await ada.says("this one", farm)).text
    assert (await ada.says("this one", farm, photo=b"that one")).text == "Kept 1: asked"
    assert album.kept == [b"that one"]


async def test_what_is_too_large_or_no_file_is_refused_before_it_is_fetched(
    stage: Stage, album: Album
) -> None:
    ada, farm = await founded(stage)
    large = File("file-1", "a.png", "image/png", 8 * 1024 * 1024 + 1)
    said = await ada.does(CommandCall("album", {"note": "x", "image": large}, ""), farm)
    assert said is not None
    assert said.text == "That file is too large. Send a picture of at most 8 MB."
    assert "add a picture" in (await ada.says("/album note:x image:that", farm)).text
    assert album.began == 0


async def test_the_same_act_twice_is_done_once_and_answered_alike(stage: Stage, album: Album) -> None:
    ada, farm = await founded(stage)
    act = CommandCall("album", {"note": "x", "image": ada.attaches(b"field")}, "")
    first = await ada.does(act, farm, "act-1")
    again = await ada.does(act, farm, "act-1")
    assert first is not None
    assert again is not None
    assert first.reply == again.reply
    assert album.began == 1


async def test_after_a_crash_in_between_nothing_was_changed_and_that_is_said(
    stage: Stage, album: Album
) -> None:
    ada, farm = await founded(stage)
    album.before.clear()
    act = CommandCall("album", {"note": "x", "image": ada.attaches(b"field")}, "")
    running = asyncio.create_task(ada.does(act, farm, "act-1"))
    await album.reached.wait()
    running.cancel()  # the machine dies while the command waits
    await asyncio.gather(running, return_exceptions=True)

    album.before.set()
    again = await ada.does(act, farm, "act-1")
    assert again is not None
    assert "interrupted before this was done" in again.text
    assert (album.began, album.kept, await count(stage)) == (1, [], 0)
    assert (await ada.says("/album x", farm, photo=b"field")).text == "Kept 1: x"


@pytest.mark.parametrize("fault", [BadInput("Not that one."), RuntimeError("secret")])
async def test_what_fails_at_the_end_changes_nothing(stage: Stage, album: Album, fault: Exception) -> None:
    ada, farm = await founded(stage)
    album.fail = fault
    said = await ada.says("/album x", farm, photo=b"field")
    assert ("Not that one." in said.text) == isinstance(fault, BadInput)
    assert "secret" not in said.text
    assert await count(stage) == 0


async def test_who_left_meanwhile_changes_nothing(stage: Stage, album: Album) -> None:
    _, farm = await founded(stage)
    [bo] = await joined(stage, farm, "Bo")
    album.before.clear()
    running = asyncio.create_task(bo.says("/album x", farm, photo=b"field"))
    await album.reached.wait()

    def leave(tx: Any) -> None:
        standing = conversations.identify(tx, "words", "bo-words", "space-Farm")
        assert isinstance(standing.member, Member)
        assert standing.union is not None
        membership.leave(tx, standing.union, standing.member)

    await stage.store.write(leave)
    album.before.set()
    assert "first: /join" in (await running).text
    assert await count(stage) == 0


async def test_a_read_may_fetch_and_may_not_change(stage: Stage) -> None:
    ada, farm = await founded(stage)
    assert (await ada.says("/peek", farm, photo=b"seen")).text == "seen"
    assert "Something went wrong" in (await ada.says("/peek", farm)).text


def test_a_file_cannot_be_required() -> None:
    area = Area()

    @area.command("must", "Needs a file")
    async def must(ctx: Context, image: Annotated[File, "The picture"]) -> Reply:
        """Needs one."""
        return say("x")

    with pytest.raises(ConfigError, match="a file cannot be asked for by words"):
        Registry([area])
