"""The playground's clock moves on when its page says so, with everything that falls due on the way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from bot.app import App
from bot.areas.calls.domain.calls import CallState
from bot.areas.calls.services import calls
from bot.areas.conversations import services as conversations
from bot.chat.incoming import Act, Actor, CommandCall, Incoming, Place, Submit
from bot.chat.model import Reply
from bot.config import Settings
from bot.domain.transaction import Tx
from bot.errors import ConfigError
from bot.playground_clock import clock_for
from bot.storage import trusted_time
from bot.storage.store import Store
from tests.clock import START, ManualClock
from tests.waiting import eventually

ROOM = Place("playground", "room-discord", "room-discord", title="Riverside Tenants")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@asynccontextmanager
async def running(folder: Path, clock: ManualClock) -> AsyncIterator[App]:
    app = await App.start(
        Settings(_env_file=None, data_dir=folder, playground=True, playground_port=0), clock
    )
    try:
        yield app
    finally:
        await app.stop()


async def moves(app: App, to: str, **headers: str) -> tuple[int, str]:
    """Asks for a move as the page does; returns the status and the words of a refusal."""
    url = app.urls["playground"]
    async with aiohttp.ClientSession() as http:
        sent = http.post(f"{url}/playground/clock", json={"to": to}, headers={"Origin": url} | headers)
        async with sent as answer:
            return answer.status, (await answer.json())["error"] if answer.status == 409 else ""


async def says(app: App, number: int, act: Act) -> Reply:
    ada = Actor("playground", "discord:ada", "Ada", "ada", True)
    reply = await app.core.dispatch(Incoming(f"act-{number}", ada, ROOM, act))
    assert reply is not None
    return reply


async def founded(app: App, opens: str = "18:05") -> None:
    """Ada founds a union and plans a call for each day; it is noon."""
    await says(
        app, 1, CommandCall("union create", {"name": "Farm", "purpose": "Grow", "time_zone": "Etc/UTC"})
    )
    form = (await says(app, 2, CommandCall("call new", {"opens": opens}))).form
    assert form is not None
    await says(app, 3, Submit(form.token, {"title": "Plant", "what": "One each", "why": "", "link": ""}))
    await says(app, 4, CommandCall("call schedule", {"call": "Plant", "when": "daily"}))
    await says(app, 5, CommandCall("call reminders", {"switch": "on", "hour": "23:40"}))


async def states(app: App) -> list[tuple[CallState, bool]]:
    """The calls so far: their states, and whether they were late."""

    def read(tx: Tx) -> list[tuple[CallState, bool]]:
        union = conversations.identify(tx, "playground", "discord:ada", "room-discord").union
        assert union is not None
        first = START.date().toordinal()
        return [(call.state, call.late) for call in calls.of_days(tx, union, first, first + 30)]

    return await app.store.read(read)


async def test_what_falls_due_on_the_way_is_done_at_its_time(tmp_path: Path, clock: ManualClock) -> None:
    async with running(tmp_path, clock) as app:
        await founded(app)
        assert await moves(app, "close") == (204, "")
        assert app.clock.now() == START.replace(hour=0) + DAY
        assert (await states(app))[:2] == [(CallState.CLOSED, False), (CallState.PLANNED, False)]
        playground = app.adapters["playground"]
        said = playground._feed._chats  # type: ignore[attr-defined]
        posted = [message for message in said["room-discord"].values() if "Plant" in str(message.body)]
        assert [message.at for message in posted] == ["2026-03-01T18:05:00.000Z"]
        assert "Closed" in str(posted[0].body)
        reminded = [
            message for message in said["private:discord:ada"].values() if "Plant" in str(message.body)
        ]
        assert [message.at for message in reminded] == ["2026-03-01T23:59:00.000Z"]

        assert await moves(app, "day") == (204, "")
        assert app.clock.now() == START.replace(hour=0) + 2 * DAY
        assert await moves(app, "week") == (204, "")
        assert app.clock.now() == START.replace(hour=0) + 9 * DAY
        assert [state for state in await states(app) if state[0] is CallState.CLOSED] == [
            (CallState.CLOSED, False)
        ] * 9


async def test_there_is_no_close_to_move_to_without_a_call(tmp_path: Path, clock: ManualClock) -> None:
    async with running(tmp_path, clock) as app:
        status, why = await moves(app, "close")
        assert (status, app.clock.now()) == (409, START)
        assert "/call new" in why


async def test_a_restart_goes_on_where_the_clock_was(tmp_path: Path, clock: ManualClock) -> None:
    async with running(tmp_path, clock) as app:
        await moves(app, "week")
    clock.advance(HOUR)
    async with running(tmp_path, clock) as app:
        assert app.clock.now() == START + 7 * DAY + HOUR


async def test_the_clock_never_goes_back(tmp_path: Path, clock: ManualClock) -> None:
    async with running(tmp_path, clock) as app:
        await moves(app, "day")
        mover = app._mover()
        assert mover is not None
        await mover.move(START + HOUR)
        assert app.clock.now() == START + DAY


async def test_real_platforms_refuse_a_database_from_the_future(tmp_path: Path, clock: ManualClock) -> None:
    token = SecretStr("123456:" + "A" * 35)
    real = Settings(_env_file=None, data_dir=tmp_path, telegram_token=token, port=0)
    async with running(tmp_path, clock) as app:
        await moves(app, "day")
    with pytest.raises(ConfigError, match="MUSTER_DATA_DIR"):
        await App.start(real, clock)


async def test_where_real_members_are_nothing_moves(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = {"telegram_token": SecretStr("123456:" + "A" * 35), "playground": True}
    assert clock_for(Settings(_env_file=None, data_dir=tmp_path, **both), clock) is clock
    monkeypatch.setattr("bot.app.clock_for", lambda settings, clock: clock)
    async with running(tmp_path, clock) as app:
        assert await moves(app, "day") == (404, "")


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "http://127.0.0.1:1"])
async def test_only_the_playgrounds_page_moves_it(tmp_path: Path, clock: ManualClock, origin: str) -> None:
    async with running(tmp_path, clock) as app:
        assert await moves(app, "day", Origin=origin) == (403, "")
        assert await moves(app, "day", Host="evil.example") == (421, "")
        assert await moves(app, "year") == (400, "")
        assert app.clock.now() == START


async def test_a_moved_clock_is_trusted(store: Store, clock: ManualClock) -> None:
    await store.write(trusted_time.note)
    for _ in range(2):
        await store.write(trusted_time.note_move, clock.now() + 3 * DAY)
        clock.advance(3 * DAY)
        assert await store.read(trusted_time.is_steady)
    assert clock.now() - await store.read(trusted_time.sure) <= HOUR


async def test_a_jump_is_still_no_move(store: Store, clock: ManualClock) -> None:
    await store.write(trusted_time.note)
    clock.advance(3 * DAY)
    await store.write(trusted_time.note)
    assert await store.read(trusted_time.sure) < datetime(1970, 1, 3, tzinfo=UTC)


async def test_one_move_at_a_time(tmp_path: Path, clock: ManualClock) -> None:
    async with running(tmp_path, clock) as app:
        answers = await asyncio.gather(moves(app, "day"), moves(app, "day"))
        assert sorted(status for status, _ in answers) == [204, 409]
        assert app.clock.now() == START + DAY


async def test_stopping_ends_a_move_where_it_is(tmp_path: Path, clock: ManualClock) -> None:
    async with running(tmp_path, clock) as app:
        moving = asyncio.create_task(moves(app, "week"))
        await eventually(lambda: app.clock.now() >= START + DAY)
    with contextlib.suppress(aiohttp.ClientError):
        await moving
    reached = app.clock.now()
    assert reached < START + 7 * DAY
    async with running(tmp_path, clock) as again:
        assert again.clock.now() == reached
