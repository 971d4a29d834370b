"""`muster doctor`: checks the installation, and prints a line for each result, with the remedy."""

from __future__ import annotations

import asyncio
import logging
import platform
import shutil
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from datetime import timedelta

import bot
from adapters.playground import check as playground
from bot import build, env_file
from bot.areas.delivery import services as delivery
from bot.areas.spaces import services as spaces
from bot.chat.findings import Finding
from bot.chat.port import Adapter
from bot.config import Settings
from bot.domain.clock import SystemClock
from bot.domain.names import one_line
from bot.domain.transaction import Tx
from bot.errors import MusterError, TryAgain
from bot.logs import strike
from bot.public_url_check import public_address
from bot.storage.migrate import HEAD
from bot.storage.read_only import ReadOnlyStore

PATIENCE_S = 60.0
LEAST_FREE_BYTES = 200 * 1024**2
PARKED_SINCE = timedelta(days=7)
PARKED_KINDS = 5
LONGEST_LINE = 500

Spaces = dict[str, list[str]]
"""The native ids of connected spaces, by platform."""


async def examine(settings: Settings) -> int:
    """Prints a line for each check; returns 1 if anything is wrong. It changes nothing and takes no lock."""
    logging.getLogger().setLevel(logging.CRITICAL)  # the findings have the errors that would be logged
    secrets = settings.secrets()
    wrong = False
    async for finding in _findings(settings):
        print(strike(_line(finding), secrets), flush=True)
        wrong = wrong or finding.problem is not None
    return 1 if wrong else 0


async def _findings(settings: Settings) -> AsyncIterator[Finding]:
    served = "the playground only" if not settings.has_tokens else "tokens are set"
    yield Finding(f"settings: Muster {bot.__version__}, Python {platform.python_version()}, {served}")
    for finding in [*_files(settings), *_disk(settings)]:
        yield finding
    connected: Spaces = {}
    for finding in await _guarded("database", _database(settings, connected)):
        yield finding
    platforms = [_platform(name, settings, connected.get(name, [])) for name in ("discord", "telegram")]
    checks = [*platforms, _guarded("public address", public_address(settings)), _chain(settings)]
    for task in [asyncio.ensure_future(check) for check in checks]:
        for finding in await task:
            yield finding
    if settings.plays:
        for finding in playground.findings(connected.get("playground", [])):
            yield finding


def _line(finding: Finding) -> str:
    if finding.problem is None:
        return "ok      " + one_line(finding.subject, LONGEST_LINE)
    said = f"{finding.subject}: {finding.problem.rstrip('.')}. {finding.remedy}"
    return "wrong   " + one_line(said, LONGEST_LINE)


async def _guarded(subject: str, check: Awaitable[Sequence[Finding]]) -> Sequence[Finding]:
    """Returns the findings of a check. If the check itself fails, that is a finding too."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await check
    except TimeoutError:
        problem, remedy = f"there was no answer within {PATIENCE_S:.0f} seconds", "Check the network."
    except MusterError as error:
        problem, remedy = str(error), ""
    except Exception as error:
        problem = f"this could not be checked ({type(error).__name__}: {error})"
        remedy = "Check the network and try again; if it stays, report it."
    return [Finding(subject, problem, remedy)]


def _files(settings: Settings) -> Iterator[Finding]:
    """Checks whether others on this machine can read secrets or personal data."""
    for path in (env_file.path(), settings.database_file):
        if path is None or not path.is_file():
            continue
        mode = path.stat().st_mode & 0o777
        if mode & 0o077:
            yield Finding(
                str(path), f"others on this machine can use it (mode {mode:o})", f"Run: chmod 600 {path}"
            )
        else:
            yield Finding(f"{path}: readable for its owner only")


def _disk(settings: Settings) -> Iterator[Finding]:
    """Checks whether there is room for new data, and for the copy of a SQLite database that an upgrade makes."""
    file = settings.database_file
    folder = (file.parent if file else settings.data_dir).absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    needed = max(LEAST_FREE_BYTES, file.stat().st_size if file and file.exists() else 0)
    if free < needed:
        yield Finding(
            "disk",
            f"{_mib(free)} are free at {folder}, and {_mib(needed)} should be",
            "Free some space: when the disk is full, nothing can be saved.",
        )
    else:
        yield Finding(f"disk: {_mib(free)} free at {folder}")


async def _database(settings: Settings, connected: Spaces) -> list[Finding]:
    """Checks that the database answers and has the right schema, and that no messages failed; fills `connected`."""
    reader = ReadOnlyStore(settings.store_url, SystemClock())
    try:
        version = await reader.version()
        if version is None:
            return [Finding("database: none yet; the first start makes it")]
        await reader.require_head()
        found, stuck = await reader.read(_look)
        connected.update(found)
        return [Finding(f"database: schema {HEAD}"), *stuck]
    finally:
        await reader.close()


def _look(tx: Tx) -> tuple[Spaces, list[Finding]]:
    found = {
        name: [space.native_id for space in spaces.of_platform(tx, name)]
        for name in ("discord", "telegram", "playground")
    }
    parked = delivery.parked(tx, tx.now - PARKED_SINCE, PARKED_KINDS)
    if not parked:
        return found, [Finding(f"outbox: nothing was given up in {PARKED_SINCE.days} days")]
    return found, [
        Finding(
            f"outbox, {name}",
            f"{rows} messages of the last {PARKED_SINCE.days} days could not be sent: {one_line(error, 200)}",
            "Mend the cause; these are not tried again, later ones are.",
        )
        for name, error, rows in parked
    ]


async def _platform(name: str, settings: Settings, native_ids: Sequence[str]) -> Sequence[Finding]:
    """Lets the adapter check its token and each connected space."""
    make = {"discord": build.discord, "telegram": build.telegram}[name]
    try:
        adapter: Adapter | None = make(settings, SystemClock())
    except Exception as error:
        return [
            Finding(name, f"it cannot be set up ({type(error).__name__}: {error})", "Check its settings.")
        ]
    if adapter is None:
        return [Finding(f"{name}: no token is set, so it is not served")]
    try:
        return await _guarded(name, adapter.check(native_ids))
    finally:
        await _guarded(name, _closed(adapter))


async def _closed(adapter: Adapter) -> list[Finding]:
    await adapter.stop()
    return []


async def _chain(settings: Settings) -> Sequence[Finding]:
    client = build.chain(settings)
    if client is None:
        return [Finding("chain node: none is set, so wallets that are contracts (Safe) cannot be linked")]

    async def ask() -> list[Finding]:
        try:
            actual = await client.chain_id()
        except TryAgain:
            return [Finding("chain node", "it does not answer", "Check MUSTER_CHAIN_RPC and the node.")]
        if actual == settings.chain_id:
            return [Finding(f"chain node: chain {actual}")]
        problem = f"it is on chain {actual}, and MUSTER_CHAIN_ID is {settings.chain_id}"
        return [Finding("chain node", problem, "Set MUSTER_CHAIN_RPC or MUSTER_CHAIN_ID to match.")]

    try:
        return await _guarded("chain node", ask())
    finally:
        await client.close()


def _mib(size: int) -> str:
    return f"{size / 1024**2:,.0f} MiB"
