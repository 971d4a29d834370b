"""`muster hand-over`: the host hands a union on whose founder is gone, and everybody can see that."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import membership, operate
from bot.areas.ledger import storage as ledger_storage
from bot.areas.ledger.services import verify
from bot.areas.members.services import members
from bot.areas.spaces import services as spaces
from bot.areas.unions import services as unions
from bot.chat.incoming import Actor, Place
from bot.config import Settings
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotFound, StorageError
from bot.schema import metadata
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.operator.process import muster, running
from tests.operator.unions import another, found
from tests.scenes import found as found_crowd
from tests.scenes import join
from tests.stage import Persona, Stage
from tests.storage.fixtures import Database


def settings_for(database: Database, folder: Path) -> Settings:
    return Settings(_env_file=None, database_url=database.url, data_dir=folder)


def crowd(tx: Tx) -> tuple[Union, Member]:
    """A union of a founder and Bo; the founder has a code that nobody used."""
    union, founder = found_crowd(tx)
    spaces.invite(tx, union, founder)
    return union, join(tx, union, "Bo")


async def closed(database: Database, clock: ManualClock) -> tuple[Union, Member]:
    """The crowd's database, which nobody has open."""
    store = await Store.open(database.url, clock, metadata())
    made = await store.write(crowd)
    await store.write(another)
    await store.close()
    return made


@pytest.mark.parametrize("by_ref", [False, True])
async def test_the_host_hands_on_and_the_ledger_tells_it(
    database: Database, clock: ManualClock, tmp_path: Path, capsys: Any, by_ref: bool
) -> None:
    settings = settings_for(database, tmp_path)
    union, bo = await closed(database, clock)
    asked: list[str] = []
    named = (union.ref, bo.ref) if by_ref else ("Crowd", "words:bo")
    assert await operate.hand_over(settings, *named, lambda question: not asked.append(question)) == 0
    assert asked == [
        f"Hand Crowd (union-{union.ref}) from Founder (words:founder) to Bo (words:bo), a member since 2026-03-01?"
    ]
    assert "is handed on" in capsys.readouterr().out
    store = await Store.open(database.url, clock, metadata())
    changed = await store.read(unions.by_id, union.id)
    assert changed is not None
    assert changed.founder_id == bo.id
    assert changed.by_host_at is not None
    last = (await store.read(ledger_storage.entries, union.id))[-1]
    assert (last.kind, last.actor) == ("union.founder", None)
    assert json.loads(last.payload) == {"by": "operator", "heir": bo.ref}
    assert (await store.read(verify, union))[1] is None
    await store.close()


async def test_members_see_it_until_a_founder_hands_it_on(
    database: Database, clock: ManualClock, tmp_path: Path
) -> None:
    settings = settings_for(database, tmp_path)
    union, _ = await closed(database, clock)
    await operate.hand_over(settings, union.ref, "words:bo", lambda question: True)
    now = ManualClock(datetime.now(UTC) + timedelta(minutes=1))  # commands run by the machine's clock
    store = await Store.open(database.url, now, metadata())
    stage = Stage(store, now)
    bo, old = (Persona(stage, Actor("words", name.lower(), name, name.lower())) for name in ("Bo", "Founder"))
    cy, place = stage.person("Cy"), Place("words", "space", "space", None, "Space")
    assert "Appointed by the host: " in (await cy.says("/union about", place)).text
    assert "You are now the founder of Crowd" in (await stage.told(bo))[-1].text
    assert "The host of this bot handed Crowd on to Bo" in (await stage.told(old))[-1].text
    await cy.says("/join", place)
    asked = await bo.says("/union hand-over @cy", place)
    await bo.presses(asked, "Hand over", place)
    assert "ppointed by the host" not in (await cy.says("/union about", place)).text
    await store.close()


async def test_who_becomes_one_with_the_founder_does_not_hide_it(store: Store) -> None:
    def merged(tx: Tx) -> Union | None:
        union, bo = crowd(tx)
        membership.hand_over(tx, union, None, bo)
        membership.merge(tx, union.id, bo, join(tx, union, "Cy"))
        return unions.by_id(tx, union.id)

    union = await store.write(merged)
    assert union is not None
    assert union.by_host_at is not None


async def test_it_changes_nothing_unless_it_is_right(
    database: Database, clock: ManualClock, tmp_path: Path, capsys: Any
) -> None:
    settings = settings_for(database, tmp_path)
    union, _ = await closed(database, clock)
    for heir in ("words:eve", "bo", "telegram:1", "values:bo"):
        with pytest.raises(NotFound, match="is no member of 'Crowd'"):
            await operate.hand_over(settings, "Crowd", heir, lambda question: True)
    with pytest.raises(BadInput, match="the founder of 'Crowd' already"):
        await operate.hand_over(settings, "Crowd", "words:founder", lambda question: True)
    with pytest.raises(NotFound, match="no union 'Crow'"):
        await operate.hand_over(settings, "Crow", "words:bo", lambda question: True)
    assert await operate.hand_over(settings, "Crowd", "words:bo", lambda question: False) == 1
    assert "Nothing was changed" in capsys.readouterr().out
    store = await Store.open(database.url, clock, metadata())
    founder = await store.read(lambda tx: members.founder(tx, union))
    assert founder is not None
    assert founder.native_id == "founder"
    with pytest.raises(StorageError, match="Another Muster is using"):
        await operate.hand_over(settings, "Crowd", "words:bo", lambda question: True)
    await store.close()


def test_the_command_line(tmp_path: Path) -> None:
    refused = muster("hand-over", "Farm", "telegram:102", cwd=tmp_path)
    assert (refused.returncode, "There is no database yet" in refused.stderr) == (1, True)
    with running(tmp_path) as bot_process:
        busy = muster("hand-over", "Farm", "telegram:102", "--yes", cwd=tmp_path)
        assert (busy.returncode, "Another Muster is using" in busy.stderr) == (1, True)
        assert bot_process.stop() == 0
    [path] = tmp_path.rglob("muster.db")
    populate(path)
    silent = muster("hand-over", "Farm", "telegram:102", cwd=tmp_path)
    assert silent.returncode == 1, "nobody is there to answer"
    no = muster("hand-over", "Farm", "telegram:102", cwd=tmp_path, stdin="n\n")
    assert (no.returncode, "Nothing was changed" in no.stdout) == (1, True)
    assert founder_of(path) == "Ada\nLovelace"
    yes = muster("hand-over", "Farm", "telegram:102", cwd=tmp_path, stdin="y\n")
    assert (yes.returncode, "is handed on" in yes.stdout) == (0, True), yes.stderr
    assert founder_of(path) == "Person 2"
    again = muster("hand-over", "Farm", "telegram:102", "--yes", cwd=tmp_path)
    assert (again.returncode, "already" in again.stderr) == (1, True)
    counted = muster("recount", cwd=tmp_path)
    assert counted.returncode == 0, counted.stdout


def populate(path: Path) -> None:
    """Puts a union with some members into the database."""

    async def fill() -> None:
        store = await Store.open(f"sqlite+aiosqlite:///{path}", ManualClock(), metadata())
        await store.write(found, "Farm")
        await store.close()

    asyncio.run(fill())


def founder_of(path: Path) -> str:
    """The name of the founder's account."""
    with sqlite3.connect(path) as connection:
        row = connection.execute(
            "SELECT accounts.name FROM accounts JOIN unions ON unions.founder_id = accounts.member_id"
        ).fetchone()
    connection.close()
    return str(row[0])
