"""The operator's commands besides `run`: migrate, export and back up, recount, hand a union over, measure."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import bot
from bot import exports, succession, union_settings
from bot.areas.tree.services import recount as recounts
from bot.areas.tree.services.recount import RecountReport
from bot.areas.unions import services as unions
from bot.config import Settings
from bot.domain.clock import SystemClock
from bot.domain.names import counted, one_line
from bot.domain.people import Union
from bot.domain.transaction import Tx
from bot.errors import ConfigError, NotFound, StorageError
from bot.schema import metadata
from bot.storage.backup import back_up
from bot.storage.migrate import HEAD
from bot.storage.migrate import migrate as bring_to_head
from bot.storage.read_only import ReadOnlyStore
from bot.storage.store import Store


async def migrate(settings: Settings) -> str:
    """Brings the database to this program's schema. Returns a sentence about the result. Raises StorageError."""
    before = await asyncio.to_thread(bring_to_head, settings.store_url, metadata())
    if before == HEAD:
        return f"The database has schema {HEAD} already."
    return f"The database has schema {HEAD} now; before, {before or 'there was none'}."


async def export(settings: Settings, target: Path, union: str | None, *, backup: bool = False) -> int:
    """Writes unions as JSON lines into a new folder, or a backup into a new file, and prints a summary.

    It only reads the database, in one snapshot, and does not disturb a running bot. `target` appears when it is
    complete. Returns 1 if a ledger does not verify. Raises MusterError when nothing could be written.
    """
    _refuse_existing(target)
    reader = ReadOnlyStore(settings.store_url, SystemClock())
    try:
        if not backup:
            await reader.require_head()
            with _new_folder(target) as folder:
                return await reader.read(_export, folder, union)
        if await reader.version() is None:
            raise StorageError("There is no database yet, so there is nothing to back up.")
        await back_up(settings.store_url, target)
        print(f"{target}: the whole database")
        return 0
    finally:
        await reader.close()


async def recount(settings: Settings, union: str | None, *, repair: bool = False) -> int:
    """Counts the unions' trees again from their ledgers, and prints a line for each with its differences.

    It only reads the database, in one snapshot, while a bot runs. With `repair` it corrects the differences in the
    tables, which needs the writer's lock. Returns 1 if anything is wrong and not repaired. Raises MusterError.
    """
    clock = SystemClock()
    reader = ReadOnlyStore(settings.store_url, clock)
    try:
        await reader.require_head()
        found = await reader.scan(_recount, union, recounts.compare)
    finally:
        await reader.close()
    if repair and not all(report.well for _, report in found):
        store = await Store.open(settings.store_url, clock, metadata())
        try:
            found = await store.write(_recount, union, recounts.repair)
        finally:
            await store.close()
    for one, report in found:
        print(f"{one_line(one.name)} (union-{one.ref}): {_verdict(report)}")
        print("".join(f"  {line}\n" for line in report.first), end="")
    return 0 if all(report.well for _, report in found) else 1


async def hand_over(settings: Settings, union: str, heir: str, confirm: Callable[[str], bool]) -> int:
    """Makes another member the founder of a union whose founder is gone, after `confirm` said yes to the question.

    `heir` is "platform:id" of an account, or the member's ref. It needs the writer's lock, so the bot must be
    stopped. Returns 1 if nothing was changed. Raises MusterError.
    """
    clock = SystemClock()
    reader = ReadOnlyStore(settings.store_url, clock)
    try:
        await reader.require_head()
    finally:
        await reader.close()
    store = await Store.open(settings.store_url, clock, metadata())
    try:
        [chosen] = await store.read(_chosen, union)
        member = await store.read(succession.find, chosen, heir)
        if not confirm(await store.read(succession.question, chosen, member)):
            print("Nothing was changed.")
            return 1
        print(await store.write(succession.hand_over, chosen, member))
        return 0
    finally:
        await store.close()


def bench(only: str | None) -> int:
    """Runs the measurements of a source checkout; returns the exit code. Raises ConfigError if this is none."""
    if importlib.util.find_spec("tests") is None or importlib.util.find_spec("tests.bench") is None:
        raise ConfigError("The measurements are in the source checkout only: run `make bench` there.")
    if importlib.util.find_spec("psutil") is None:
        raise ConfigError("The measurements need the development requirements: `make bench` installs them.")
    measure = importlib.import_module("tests.bench.__main__")
    return int(measure.main(only))


def _refuse_existing(target: Path) -> None:
    if target.exists():
        raise ConfigError(f"{target} exists already. Give the name of something new.")


def _chosen(tx: Tx, wanted: str | None) -> list[Union]:
    """Returns the union with this ref or name, or (None) all. Raises NotFound if none or several match."""
    every = unions.every(tx)
    if wanted is None:
        if not every:
            raise NotFound("There is no union yet, so there is nothing to do.")
        return every
    found = [union for union in every if wanted in (union.ref, union.name)]
    if not found:
        raise NotFound(f"There is no union {wanted!r}. Its exact name or its ref is needed.")
    if len(found) > 1:
        refs = ", ".join(union.ref for union in found)
        raise NotFound(f"{len(found)} unions are called {wanted!r}. Give the ref of one: {refs}.")
    return found


def _recount(
    tx: Tx, wanted: str | None, work: Callable[[Tx, Union], RecountReport]
) -> list[tuple[Union, RecountReport]]:
    found = [(union, work(tx, union)) for union in _chosen(tx, wanted)]
    for union, report in found:
        if report.broken is None:
            report.add_settings(union_settings.differences(tx, union), union_settings.REMEDY)
    return found


def _verdict(report: RecountReport) -> str:
    if report.broken is not None:
        return f"the ledger does NOT verify: entry {report.broken:,} is wrong or missing"
    members = counted(report.members, "member", "members")
    numbers = f"{report.entries:,} ledger entries, which verify; {members}, {report.endorsing:,} endorsements"
    if not report.differences:
        return f"{numbers}; the tables say the same"
    wrong = ", ".join(
        f"{count:,} in {kind}{' (repaired)' if report.repaired and kind not in recounts.BEYOND_REPAIR else ''}"
        for kind, count in report.differences.items()
    )
    return f"{numbers}; DIFFERENCES: {wrong}"


def _export(tx: Tx, folder: Path, wanted: str | None) -> int:
    wrong = 0
    for union in _chosen(tx, wanted):
        place = folder / f"union-{union.ref}"
        place.mkdir(mode=0o700)
        counts, broken = _write(tx, union, place)
        said = ", ".join(f"{counts[name]:,} {name}" for name in exports.files() if name != "ledger")
        if broken is None:
            verdict = f"{counts['ledger']:,} ledger entries, which verify"
        else:
            wrong = 1
            verdict = f"the ledger does NOT verify: entry {broken} is wrong or missing"
        print(f"{one_line(union.name)} ({place.name}): {said}; {verdict}")
    return wrong


def _write(tx: Tx, union: Union, place: Path) -> tuple[Counter[str], int | None]:
    counts: Counter[str] = Counter()
    with contextlib.ExitStack() as stack:
        files = {
            name: stack.enter_context(open(place / f"{name}.jsonl", "w", encoding="utf-8", opener=_private))
            for name in exports.files()
        }
        for name, record in exports.records(tx, union):
            files[name].write(json.dumps(record, ensure_ascii=False) + "\n")
            counts[name] += 1
        for file in files.values():
            file.flush()
            os.fsync(file.fileno())
    about = exports.describe(tx, union)
    with (place / "ledger.jsonl").open(encoding="utf-8") as written:
        broken = exports.broken(written, about)
    about |= {"muster": bot.__version__, "counts": dict(counts), "ledger_verifies": broken is None}
    with open(place / "union.json", "w", encoding="utf-8", opener=_private) as file:
        json.dump(about, file, ensure_ascii=False, indent=2)
        file.flush()
        os.fsync(file.fileno())
    return counts, broken


@contextlib.contextmanager
def _new_folder(target: Path) -> Iterator[Path]:
    """Makes a folder that becomes `target` if the block succeeds, and disappears if it fails."""
    work = None
    try:
        work = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))  # made 0700
        yield work
        work.rename(target)
    except OSError as error:
        raise StorageError(f"The export {target} was not written ({error.strerror}).") from error
    finally:
        if work is not None:
            shutil.rmtree(work, ignore_errors=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
