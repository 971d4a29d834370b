"""Pictures in answers that are kept and in messages that wait: once, within limits, and not longer than needed."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import Annotated, Any

import msgspec
import pytest
from sqlalchemy import bindparam, func, select, update

import commands
from bot import membership
from bot.areas.conversations import services as conversations
from bot.areas.conversations.tables import inbound, tokens
from bot.areas.delivery.tables import outbox
from bot.areas.files import services as files
from bot.areas.files.tables import shown
from bot.chat import answers, text
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.incoming import CommandCall, Place
from bot.chat.model import Image, Reply, Visibility, encode, p, say
from bot.chat.targets import Target
from bot.domain.photos import Photo
from bot.domain.transaction import Tx
from bot.storage.statements import Statement
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.scenes import founded, joined
from tests.stage import Heard, Persona, Stage

LARGE = 200_000
OFTEN = Rate(10_000, 60)
REPLIES = Statement(select(func.coalesce(func.sum(func.length(inbound.c.reply)), 0)))
TOKENS = Statement(select(func.coalesce(func.sum(func.length(tokens.c.arguments)), 0)))
BODIES = Statement(select(func.coalesce(func.sum(func.length(outbox.c.body)), 0)))
KEPT = Statement(select(shown.c.owner, func.length(shown.c.data).label("bytes")).order_by(shown.c.id))
SET_REPLY = Statement(
    update(inbound).where(inbound.c.key == bindparam("which")).values(reply=bindparam("answer"))
)

area = Area()
Number = Annotated[int, "Which"]


@area.command("look", "Look at a picture that a member gave", rate=OFTEN)
def look(ctx: Context, number: Number) -> Reply:
    """Shows it."""
    photo = files.picture(ctx.tx, ctx.union, number)
    assert photo is not None
    return say("Look.", Image(photo.data, "A field", photo.name, number))


@area.command("draw", "Draw something", rate=OFTEN)
def draw(ctx: Context, number: Number) -> Reply:
    """Draws it."""
    return say(f"Number {number}.", Image(drawing(number), "A drawing"))


@area.command("everybody", "Send a drawing to everybody in the place", rate=OFTEN)
def show_all(ctx: Context) -> Reply:
    """Sends it."""
    for number in range(50):
        ctx.post(_chat(number), say("For all.", Image(drawing(1), "A drawing")), bulk=True)
    return say("Sent.")


@area.command("talk", "Talk much", rate=OFTEN)
def talk(ctx: Context, number: Number) -> Reply:
    """Talks."""
    return say(f"{number}: " + "so much " * 400)


def _chat(number: int) -> Target:
    return Target("words", chat=f"chat-{number}")


def drawing(number: int) -> bytes:
    return random.Random(number).randbytes(LARGE)


@pytest.fixture
async def stage(store: Store, clock: ManualClock) -> Stage:
    return Stage(store, clock, (*commands.areas(), area))


async def number_of(stage: Stage, statement: Statement) -> int:
    return int(await stage.store.read(lambda tx: tx.value(statement)))


async def kept(stage: Stage) -> list[tuple[str, int]]:
    return [(row.owner, row.bytes) for row in await stage.store.read(lambda tx: tx.all(KEPT))]


async def act(who: Persona, path: str, place: Place, native_id: str, **values: Any) -> Reply:
    heard = await who.does(CommandCall(path, values), place, native_id)
    assert heard is not None
    return heard.reply


async def gives(stage: Stage, who: Persona, data: bytes) -> int:
    def keep(tx: Tx) -> int:
        standing = conversations.identify(tx, who.actor.platform, who.actor.native_id, "space-Farm")
        assert standing.union is not None
        assert standing.member is not None
        return files.keep(tx, standing.union, standing.member, Photo(data, "image/png", 1, 1))

    return await stage.store.write(keep)


async def test_an_answer_names_a_members_picture_and_a_repeat_shows_it(stage: Stage) -> None:
    ada, farm = await founded(stage, "values")
    file_id = await gives(stage, ada, drawing(1))
    first = [await act(ada, "look", farm, f"look-{number}", number=file_id) for number in range(60)]
    assert await number_of(stage, REPLIES) < 20_000  # before: 16 MB
    assert await kept(stage) == []
    assert await act(ada, "look", farm, "look-7", number=file_id) == first[7]


async def test_of_a_picture_that_its_member_took_back_a_repeat_tells_the_words(stage: Stage) -> None:
    ada, farm = await founded(stage, "values")
    file_id = await gives(stage, ada, drawing(1))
    await act(ada, "look", farm, "look", number=file_id)
    await stage.store.write(files.drop, file_id)
    again = Heard(await act(ada, "look", farm, "look", number=file_id))
    assert again.text == f"Look.\n{text.picture_gone('A field')}"


async def test_a_drawing_is_kept_once_and_a_repeat_shows_it(stage: Stage) -> None:
    ada, farm = await founded(stage, "values")
    first = [await act(ada, "draw", farm, f"draw-{number}", number=1) for number in range(10)]
    assert await kept(stage) == [("values:ada-values", LARGE)]
    assert await number_of(stage, REPLIES) < 5_000
    assert await act(ada, "draw", farm, "draw-3", number=1) == first[3]


async def test_an_account_has_room_for_its_newest_pictures_and_the_words_stay(stage: Stage) -> None:
    ada, farm = await founded(stage, "values")
    bob = (await joined(stage, farm, "Bob"))[0]
    of_bob = await act(bob, "draw", farm, "bob", number=99)
    answers = []
    for number in range(60):
        answers.append(await act(ada, "draw", farm, f"draw-{number}", number=number))
        stage.clock.advance(timedelta(seconds=1))
    of_ada = [size for owner, size in await kept(stage) if owner == "values:ada-values"]
    assert sum(of_ada) <= files.MOST_SHOWN
    assert len(of_ada) == files.MOST_SHOWN // LARGE
    oldest = Heard(await act(ada, "draw", farm, "draw-0", number=0))
    assert oldest.text == f"Number 0.\n{text.picture_gone('A drawing')}"
    assert await act(ada, "draw", farm, "draw-59", number=59) == answers[59]
    assert await act(bob, "draw", farm, "bob", number=99) == of_bob


async def test_a_picture_for_many_is_kept_once(stage: Stage) -> None:
    ada, farm = await founded(stage, "values")
    await act(ada, "everybody", farm, "all")
    assert [size for _, size in await kept(stage)] == [LARGE]
    assert await number_of(stage, BODIES) < 20_000  # before: 13 MB
    await stage.told(ada)
    sent = [reply for target, reply, _ in stage.platforms["words"].delivered if target.chat]
    assert [one.blocks for one in sent] == [(p("For all."), Image(drawing(1), "A drawing"))] * 50


async def test_an_answer_behind_a_deep_link_shows_its_picture(stage: Stage) -> None:
    ada, _ = await founded(stage)
    reply = say("Look.", Image(drawing(1), "A drawing"), visibility=Visibility.PRIVATE)
    payload = await stage.core.hold(ada.actor, reply)
    assert await number_of(stage, TOKENS) < 5_000
    assert (await ada.opens(payload)).reply == reply


async def test_the_pictures_kept_for_a_person_go_with_them(stage: Stage) -> None:
    _, farm = await founded(stage, "values")
    bob = (await joined(stage, farm, "Bob"))[0]
    await act(bob, "draw", farm, "bob", number=1)

    def leave(tx: Tx) -> None:
        standing = conversations.identify(tx, "values", bob.actor.native_id, "space-Farm")
        assert standing.union is not None
        assert standing.member is not None
        membership.leave(tx, standing.union, standing.member)

    assert len(await kept(stage)) == 1
    await stage.store.write(leave)
    assert await kept(stage) == []


async def test_pictures_that_were_shown_long_ago_are_erased(stage: Stage) -> None:
    ada, farm = await founded(stage, "values")
    for number in (1, 2):
        await act(ada, "draw", farm, f"draw-{number}", number=number)
    stage.clock.advance(files.SHOWN_KEPT)
    await act(ada, "draw", farm, "again", number=2)
    stage.clock.advance(timedelta(seconds=1))
    await stage.store.write(files.prune, stage.clock.now())
    assert len(await kept(stage)) == 1


async def test_an_account_has_room_for_its_newest_answers(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversations, "MOST_ANSWERS", 100_000)
    monkeypatch.setattr(answers, "TRIM_EVERY", 20_000)
    ada, farm = await founded(stage, "values")
    told = []
    for number in range(100):
        told.append(await act(ada, "talk", farm, f"talk-{number}", number=number))
        stage.clock.advance(timedelta(seconds=1))
    assert await number_of(stage, REPLIES) <= 120_000  # before: 330 kB
    assert Heard(await act(ada, "talk", farm, "talk-0", number=0)).text == text.ANSWER_GONE
    assert await act(ada, "talk", farm, "talk-99", number=99) == told[99]


async def test_an_answer_that_an_older_version_kept_is_shown(stage: Stage) -> None:
    ada, farm = await founded(stage, "values")
    first = await act(ada, "draw", farm, "draw", number=1)
    old = msgspec.json.encode(first)
    assert "file" not in json.loads(old)["blocks"][1]
    await stage.store.write(lambda tx: tx.run(SET_REPLY, which="values:draw", answer=old))
    assert await act(ada, "draw", farm, "draw", number=1) == first


def test_no_reply_is_stored_with_a_picture_in_it() -> None:
    with pytest.raises(ValueError, match="not stored with its reply"):
        encode(say("x", Image(b"data", "A picture")))
