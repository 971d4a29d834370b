"""`muster export`: everything of a union, verifiable without Muster, while the bot runs."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bot import exports, operate
from bot.areas.calls.domain.calls import WHOLE_DAY, CallState, window
from bot.areas.calls.domain.texts import Texts
from bot.areas.calls.storage import calls as calls_storage
from bot.areas.calls.storage.calls import NewCall
from bot.areas.checkins.services import checkins
from bot.areas.members.storage import members as members_storage
from bot.areas.unions import storage as unions_storage
from bot.config import Settings
from bot.domain.people import Union
from bot.domain.times import union_day
from bot.domain.transaction import Tx
from bot.errors import ConfigError, NotFound, StorageError
from bot.schema import metadata
from bot.storage import exporting
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.operator.process import ROOT, muster, running
from tests.operator.unions import ADDRESS, another, found
from tests.operator.verifying import verified
from tests.storage.fixtures import Database


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().split("\n")[:-1]]


def settings_for(database: Database, folder: Path) -> Settings:
    return Settings(_env_file=None, database_url=database.url, data_dir=folder)


async def test_everything_of_a_union(store: Store, database: Database, tmp_path: Path, capsys: Any) -> None:
    """On both databases, while the store is open."""
    union = await store.write(found)
    await store.write(another)
    assert await operate.export(settings_for(database, tmp_path), tmp_path / "out", union.ref) == 0
    said = capsys.readouterr().out
    assert "4 members, 3 accounts, 1 wallets, 1 endorsements, 0 recruits, " in said
    assert "2 spaces, 0 calls, 0 entries" in said
    assert "; 14 ledger entries, which verify" in said
    assert "\u202e" not in said
    [folder] = (tmp_path / "out").iterdir()
    assert folder.name == f"union-{union.ref}"
    about = json.loads((folder / "union.json").read_text())
    members = lines(folder / "members.jsonl")
    accounts = lines(folder / "accounts.jsonl")
    assert about["name"] == "Tree “& Co”\u202e"
    assert about["founder"] == members[0]["ref"]
    assert about["counts"] == {
        "members": 4,
        "accounts": 3,
        "wallets": 1,
        "endorsements": 1,
        "spaces": 2,
        "ledger": 14,
    }
    assert about["rules"]["leaders"] == "founder"
    [endorsement] = lines(folder / "endorsements.jsonl")
    assert (endorsement["member"], endorsement["leader"]) == (members[3]["ref"], members[0]["ref"])
    assert about["ledger_verifies"] is True
    assert [member["left_at"] is None for member in members] == [True, False, True, True]
    assert [account["name"] for account in accounts] == ["Ada\nLovelace", "Person 1", "Person 2"]
    assert [account["member"] for account in accounts] == [members[at]["ref"] for at in (0, 2, 3)]
    [wallet] = lines(folder / "wallets.jsonl")
    assert (wallet["address"], wallet["member"]) == (ADDRESS, members[3]["ref"])
    spaces = lines(folder / "spaces.jsonl")
    assert [(space["native_id"], space["disconnected_at"] is None) for space in spaces] == [
        ("-100", True),
        ("555", False),
    ]
    ledger = lines(folder / "ledger.jsonl")
    assert [entry["seq"] for entry in ledger] == list(range(1, 15))
    assert {space["space"] for space in spaces} >= {
        json.loads(entry["payload"]).get("space", spaces[0]["space"]) for entry in ledger
    }


async def test_calls_and_who_answered_them(
    store: Store, database: Database, tmp_path: Path, clock: ManualClock
) -> None:
    def called(tx: Tx) -> Union:
        union = found(tx)
        founder = members_storage.by_id(tx, unions_storage.every(tx)[0].founder_id or 0)
        assert founder is not None
        day = union_day(union.time_zone, tx.now)
        new = NewCall(
            union.id,
            None,
            founder.id,
            Texts("Plant", "A tree", opens=0),
            CallState.OPEN,
            approved=True,
            day=day,
            window=window(day, 0, WHOLE_DAY, union.time_zone),
        )
        call = calls_storage.add(tx, new)
        checkins.answer(tx, union, founder, call.id)
        return union

    union = await store.write(called)
    assert await operate.export(settings_for(database, tmp_path), tmp_path / "out", union.ref) == 0
    [folder] = (tmp_path / "out").iterdir()
    founder = json.loads((folder / "union.json").read_text())["founder"]
    [call] = lines(folder / "calls.jsonl")
    assert (call["title"], call["author"], call["branch_of"], call["answered"]) == ("Plant", founder, None, 1)
    [answer] = lines(folder / "checkins.jsonl")
    assert (answer["call"], answer["member"], answer["state"]) == (call["call"], founder, "done")
    assert answer["day"] == call["day"] == clock.now().date().isoformat()
    [streak] = lines(folder / "streaks.jsonl")
    assert (streak["member"], streak["current"], streak["day"]) == (founder, 1, call["day"])


async def test_unions_never_see_each_other(store: Store, database: Database, tmp_path: Path) -> None:
    union = await store.write(found)
    other = await store.write(another)
    await operate.export(settings_for(database, tmp_path), tmp_path / "all", None)
    assert {folder.name for folder in (tmp_path / "all").iterdir()} == {
        f"union-{union.ref}",
        f"union-{other.ref}",
    }
    await operate.export(settings_for(database, tmp_path), tmp_path / "one", "Another")
    [folder] = (tmp_path / "one").iterdir()
    text = "".join(path.read_text() for path in folder.iterdir())
    assert "Person" not in text
    assert "The group" not in text
    assert len(lines(folder / "accounts.jsonl")) == 1


async def test_pages_join_without_gap(
    store: Store, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two unions whose members alternate, read in pages of two."""
    first, second = await store.write(found, "One"), await store.write(another)
    from bot.membership import join

    for number in range(7):
        await store.write(join, first, "discord", str(number), f"First {number}", None)
        await store.write(join, second, "discord", str(number), f"Second {number}", None)
    monkeypatch.setattr(exporting, "PAGE", 2)
    await operate.export(settings_for(database, tmp_path), tmp_path / "out", "One")
    [folder] = (tmp_path / "out").iterdir()
    assert len(lines(folder / "members.jsonl")) == 4 + 7
    names = [account["name"] for account in lines(folder / "accounts.jsonl")]
    assert names == ["Ada\nLovelace", "Person 1", "Person 2", *(f"First {number}" for number in range(7))]


async def test_merged_members_point_at_who_they_are(store: Store, database: Database, tmp_path: Path) -> None:
    union = await store.write(found)
    from bot.areas.members.services.members import merge
    from bot.membership import join

    absorbed, _ = await store.write(join, union, "discord", "7", "Twin", None)
    survivor, _ = await store.write(join, union, "discord", "8", "Twin too", None)
    await store.write(merge, union.id, absorbed, survivor)
    await operate.export(settings_for(database, tmp_path), tmp_path / "out", None)
    [folder] = (tmp_path / "out").iterdir()
    into = {member["ref"]: member["merged_into"] for member in lines(folder / "members.jsonl")}
    assert into[absorbed.ref] == survivor.ref
    assert {
        account["member"] for account in lines(folder / "accounts.jsonl") if "Twin" in account["name"]
    } == {survivor.ref}


async def test_names_that_do_not_choose_one(store: Store, database: Database, tmp_path: Path) -> None:
    settings = settings_for(database, tmp_path)
    with pytest.raises(NotFound, match="no union yet"):
        await operate.export(settings, tmp_path / "out", None)
    await store.write(another)
    with pytest.raises(NotFound, match="no union 'Nobody'"):
        await operate.export(settings, tmp_path / "out", "Nobody")
    await store.write(found, "Another")
    with pytest.raises(NotFound, match="2 unions are called"):
        await operate.export(settings, tmp_path / "out", "Another")
    assert not [path for path in tmp_path.iterdir() if "out" in path.name]


async def test_a_changed_ledger_does_not_verify(
    sqlite_database: Database, clock: ManualClock, tmp_path: Path, capsys: Any
) -> None:
    """A changed payload, a missing last entry, and a changed head are each found."""
    assert sqlite_database.path is not None
    for at, (change, entry) in enumerate(
        [
            ("UPDATE ledger SET kind = 'x' WHERE seq = 3", 3),
            ("DELETE FROM ledger WHERE seq = 14", 14),
            ("UPDATE ledger SET time = time + 1 WHERE seq = 1", 1),
            ("UPDATE ledger_heads SET seq = 13", 15),
        ]
    ):
        copy = tmp_path / f"{at}.db"
        database = Database(f"sqlite+aiosqlite:///{copy}", "sqlite", copy)
        store = await Store.open(database.url, clock, metadata())
        await store.write(found)
        await store.close()
        with sqlite3.connect(copy) as connection:
            connection.execute(change)
        connection.close()
        assert await operate.export(settings_for(database, tmp_path), tmp_path / f"out{at}", None) == 1
        assert f"does NOT verify: entry {entry} is wrong" in capsys.readouterr().out
        [folder] = (tmp_path / f"out{at}").iterdir()
        assert json.loads((folder / "union.json").read_text())["ledger_verifies"] is False


async def test_nothing_half_done_is_left(
    store: Store, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.write(found)
    settings = settings_for(database, tmp_path)
    before = set(tmp_path.iterdir())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(operate.os, "fsync", full)
    with pytest.raises(StorageError, match="No space left on device"):
        await operate.export(settings, tmp_path / "out", None)
    assert set(tmp_path.iterdir()) == before
    with pytest.raises(StorageError, match="No such file"):
        await operate.export(settings, tmp_path / "missing" / "out", None)
    (tmp_path / "there").mkdir()
    with pytest.raises(ConfigError, match="exists already"):
        await operate.export(settings, tmp_path / "there", None)


async def test_while_the_bot_runs(tmp_path: Path, clock: ManualClock) -> None:
    """By the real commands: export and backup are private, and verify by the guide's own program."""
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'data' / 'muster.db'}", clock, metadata())
    await store.write(found)
    await store.close()
    with running(tmp_path) as bot_process:
        exported = muster("export", "out", cwd=tmp_path)
        assert exported.returncode == 0, exported.stderr
        assert "which verify" in exported.stdout
        backed_up = muster("export", "--backup", "copy.db", cwd=tmp_path)
        assert backed_up.returncode == 0, backed_up.stderr
        again = muster("export", "--backup", "copy.db", cwd=tmp_path)
        assert (again.returncode, "exists already" in again.stderr) == (1, True)
        assert bot_process.get("/healthz")[0] == 200
        assert bot_process.stop() == 0
    [folder] = [path for path in (tmp_path / "out").iterdir() if len(lines(path / "ledger.jsonl")) == 14]
    for path in [folder.parent, folder, *folder.iterdir(), tmp_path / "copy.db"]:
        assert path.stat().st_mode & 0o077 == 0, path
    assert verified(folder).stdout.startswith("14 entries verify")
    text = (folder / "ledger.jsonl").read_text()
    (folder / "ledger.jsonl").write_text(text.replace("telegram", "telegraf", 1))
    assert verified(folder).returncode != 0
    (folder / "ledger.jsonl").write_text("".join(text.splitlines(keepends=True)[:-1]))
    assert verified(folder).returncode != 0
    restored = tmp_path / "restored"
    (restored / "data").mkdir(parents=True)
    (tmp_path / "copy.db").rename(restored / "data" / "muster.db")
    with running(restored) as second:
        assert second.stop() == 0
    assert muster("export", "out", cwd=restored).returncode == 0


def test_without_a_database(tmp_path: Path) -> None:
    for arguments in (["out"], ["--backup", "copy.db"]):
        refused = muster("export", *arguments, cwd=tmp_path)
        assert refused.returncode == 1
        assert "There is no database yet" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_every_file_is_documented() -> None:
    guide = (ROOT / "docs" / "operating.md").read_text()
    for name in ("union.json", *(f"{file}.jsonl" for file in exports.files())):
        assert f"`{name}`" in guide
