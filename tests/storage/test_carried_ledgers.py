"""Ledgers of format 1 go on in format 2: bound to their union, with all settings told, and nothing goes back."""

from __future__ import annotations

import json
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, update

from bot import operate, union_settings
from bot.areas.ledger import services as ledger
from bot.areas.ledger.domain import FORMAT_CHANGED, GENESIS, bound, entry_hash
from bot.areas.ledger.storage import entries
from bot.areas.ledger.tables import ledger as ledger_table
from bot.areas.ledger.tables import ledger_heads
from bot.areas.members.services import members
from bot.areas.unions import services as unions
from bot.config import Settings
from bot.domain.people import Union
from bot.domain.transaction import Tx
from bot.schema import metadata
from bot.storage.statements import Statement, insert
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.operator.verifying import verified
from tests.scenes import found
from tests.storage.first_schema import old_url
from tests.storage.fixtures import sync_engine

__all__ = ["old_url"]


def all_of(tx: Tx) -> list[Union]:
    return unions.every(tx)


async def test_an_old_ledger_goes_on_in_format_2(old_url: str, clock: ManualClock) -> None:
    store = await Store.open(old_url, clock, metadata())
    try:
        for union in await store.read(all_of):
            told = await store.read(entries, union.id)
            assert [one.kind for one in told].index(FORMAT_CHANGED) == len(told) - 1
            head = await store.read(ledger.head, union)
            assert (head.seq, head.hash, head.bound_from) == (told[-1].seq, told[-1].hash, told[-1].seq)
            payload = json.loads(told[-1].payload)
            told = await store.read(union_settings.by_tables, union)
            assert (told.pop("moderators"), told.pop("moderating")) == ([], []), "format 1 had none to tell"
            assert told.pop("language") == "en", "as all did"
            assert payload == {"format": 2, **told}
            assert payload["founder"] is not None
            await store.write(ledger.record, union.id, "test", None)
            assert await store.read(ledger.verify, union) == (head.seq + 1, None)
            assert await store.read(union_settings.differences, union) == []
    finally:
        await store.close()


async def test_it_verifies_without_muster(old_url: str, clock: ManualClock, tmp_path: Path) -> None:
    store = await Store.open(old_url, clock, metadata())
    farm, isle = await store.read(all_of)
    await store.write(ledger.record, farm.id, "test", None)
    settings = Settings(_env_file=None, database_url=old_url, data_dir=tmp_path)
    assert await operate.export(settings, tmp_path / "out", None) == 0
    await store.close()
    mine, other = (tmp_path / "out" / f"union-{union.ref}" for union in (farm, isle))
    for folder in (mine, other):
        assert "entries verify" in verified(folder).stdout
    about = json.loads((other / "union.json").read_text())
    for change in (
        {"ref": farm.ref},
        bound_from(about, 1),
        bound_from(about, about["ledger_head"]["seq"] + 1),
    ):
        (other / "union.json").write_text(json.dumps(about | change))
        assert failed(verified(other)), change
    (other / "union.json").write_text(json.dumps(about))
    assert "entries verify" in verified(other).stdout
    text = (other / "ledger.jsonl").read_text()
    (other / "ledger.jsonl").write_text(text.replace(FORMAT_CHANGED, "ledger.farmat"))
    assert failed(verified(other))


def bound_from(about: dict[str, Any], number: int) -> dict[str, Any]:
    return {"ledger_head": about["ledger_head"] | {"bound_from": number}}


def failed(done: subprocess.CompletedProcess[str]) -> bool:
    return done.returncode != 0 and "Traceback" not in done.stderr


async def test_another_unions_ledger_is_not_this_ones(old_url: str, clock: ManualClock) -> None:
    """Neither that of an old union nor that of a new one, entries and head together."""
    store = await Store.open(old_url, clock, metadata())
    clock.advance(timedelta(days=1000))
    await store.write(found)
    try:
        farm, isle, crowd = await store.read(all_of)
        heads = {union: await store.read(ledger.head, union) for union in (farm, isle, crowd)}
        await store.write(swap, farm, isle)
        assert await store.read(ledger.verify, farm) == (heads[isle].seq - 1, heads[isle].seq)
        assert await store.read(ledger.verify, isle) == (heads[farm].seq - 1, heads[farm].seq)
        await store.write(swap, farm, crowd)
        assert (await store.read(ledger.verify, farm))[1] == 1
        assert (await store.read(ledger.verify, crowd))[1] == 1, "it was founded after the change"
    finally:
        await store.close()


def swap(tx: Tx, one: Union, other: Union) -> None:
    """Gives each union the ledger of the other."""
    for table in (ledger_table, ledger_heads):
        rows = {
            union: tx.all(Statement(select(table).where(table.c.union_id == union.id)))
            for union in (one, other)
        }
        tx.run(Statement(delete(table).where(table.c.union_id.in_([one.id, other.id]))))
        for owner, taken in ((one, rows[other]), (other, rows[one])):
            for row in taken:
                tx.run(Statement(insert(table).values(row._asdict() | {"union_id": owner.id})))


async def test_a_union_that_was_founded_later_cannot_claim_format_1(old_url: str, clock: ManualClock) -> None:
    """Also not if its whole ledger and its head are written anew, with a change of format in them."""
    store = await Store.open(old_url, clock, metadata())
    clock.advance(timedelta(days=1000))
    try:
        union, _ = await store.write(found)
        assert (await store.read(ledger.head, union)).bound_from == 1
        for marked in (0, 1, 3):
            await store.write(forge, union, marked)
            assert (await store.read(ledger.verify, union))[1] == 1
    finally:
        await store.close()


async def test_a_new_database_has_no_ledger_of_format_1(store: Store) -> None:
    union, _ = await store.write(found)
    assert (await store.read(ledger.verify, union))[1] is None
    for marked in (0, 1, 3):
        await store.write(forge, union, marked)
        assert (await store.read(ledger.verify, union))[1] == 1


def forge(tx: Tx, union: Union, marked: int) -> None:
    """Writes the union's ledger anew in format 1, up to entry `marked`, which changes the format."""
    told, previous = entries(tx, union.id), GENESIS
    for one in told:
        kind = FORMAT_CHANGED if one.seq == marked > 1 else one.kind
        if one.seq == marked > 1:
            previous = bound(union.ref, previous)
        previous = entry_hash(previous, one.seq, one.time, kind, one.actor, one.payload)
        where = (ledger_table.c.union_id == union.id, ledger_table.c.seq == one.seq)
        tx.run(Statement(update(ledger_table).where(*where).values(hash=previous, kind=kind)))
    head = update(ledger_heads).where(ledger_heads.c.union_id == union.id)
    tx.run(Statement(head.values(hash=previous, bound_from=marked)))


async def test_a_founder_who_was_set_by_hand_before_the_change_is_noticed(
    old_url: str, clock: ManualClock
) -> None:
    with sync_engine(old_url).begin() as connection:
        last = "(SELECT max(id) FROM members WHERE union_id = 1)"
        connection.exec_driver_sql(f"UPDATE unions SET founder_id = {last} WHERE id = 1")
    store = await Store.open(old_url, clock, metadata())
    try:
        farm = (await store.read(all_of))[0]
        founder = await store.read(members.by_id, farm.founder_id)
        assert founder is not None
        [said] = await store.read(union_settings.differences, farm)
        assert said.startswith("founder: ")
        assert said.endswith(f" by the entries of format 1, {founder.ref} when the format changed")
    finally:
        await store.close()
