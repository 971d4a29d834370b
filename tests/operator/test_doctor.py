"""`muster doctor`: a line for each thing, while the bot runs, without changing anything."""

import hashlib
import logging
import sqlite3
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiohttp import web

from bot import doctor, public_url_check
from bot.areas.delivery.storage import outbox as outbox_storage
from bot.areas.delivery.storage import sending as sending_storage
from bot.areas.delivery.tables import outbox as outbox_table
from bot.areas.members.storage import accounts as accounts_storage
from bot.chat.findings import Finding
from bot.config import Settings
from bot.domain.clock import SystemClock
from bot.domain.messages import NewMessage, OutboxRow
from bot.domain.transaction import Tx
from bot.schema import metadata
from bot.storage.migrate import HEAD
from bot.storage.statements import Statement
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.operator.process import muster, running, wrongs
from tests.operator.unions import found
from tests.storage.fixtures import Database

TOKEN = "123456:planted-telegram-token"


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The doctor silences the log, which in this process others need."""
    level = logging.getLogger().level
    yield
    logging.getLogger().setLevel(level)


def make_database(folder: Path) -> Path:
    """A database as `muster migrate` makes it."""
    made = muster("migrate", cwd=folder)
    assert made.returncode == 0, made.stderr
    return folder / "data" / "muster.db"


def change(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement)
    connection.close()


def test_all_is_well_while_the_bot_runs(tmp_path: Path) -> None:
    with running(tmp_path) as bot_process:
        examined = muster("doctor", cwd=tmp_path)
        assert examined.returncode == 0, examined.stdout + examined.stderr
        assert wrongs(examined.stdout) == []
        assert f"ok      database: schema {HEAD}" in examined.stdout
        assert examined.stderr == ""
        assert bot_process.get("/healthz")[0] == 200
        assert bot_process.stop() == 0


def test_nothing_is_there_yet_and_nothing_is_made(tmp_path: Path) -> None:
    examined = muster("doctor", cwd=tmp_path)
    assert examined.returncode == 0
    assert "ok      database: none yet" in examined.stdout
    assert list(tmp_path.iterdir()) == []


def test_changes_nothing(tmp_path: Path) -> None:
    path = make_database(tmp_path)
    before = hashlib.sha256(path.read_bytes()).digest()
    assert muster("doctor", cwd=tmp_path).returncode == 0
    assert hashlib.sha256(path.read_bytes()).digest() == before
    assert {file.name for file in path.parent.iterdir()} <= {"muster.db", "muster.db.lock"}


@pytest.mark.parametrize(
    ("version", "said"), [("9999", "newer than this Muster knows"), ("0000", "Run `muster migrate`")]
)
def test_another_schema_is_said_and_left(tmp_path: Path, version: str, said: str) -> None:
    path = make_database(tmp_path)
    change(path, f"UPDATE alembic_version SET version_num = '{version}'")
    examined = muster("doctor", cwd=tmp_path)
    assert examined.returncode == 1
    [line] = wrongs(examined.stdout)
    assert line.startswith(f"database: The database has schema {version}")
    assert said in line
    exported = muster("export", "out", cwd=tmp_path)
    assert exported.returncode == 1
    assert f"The database has schema {version}" in exported.stderr
    if version == "9999":
        assert "newer than this Muster knows" in muster("run", cwd=tmp_path).stderr


def test_another_programs_database(tmp_path: Path) -> None:
    path = make_database(tmp_path)
    change(path, "DROP TABLE alembic_version")
    [line] = wrongs(muster("doctor", cwd=tmp_path).stdout)
    assert "another program's database" in line


def test_a_damaged_database(tmp_path: Path) -> None:
    path = make_database(tmp_path)
    path.write_bytes(b"this is no database" * 1000)
    [line] = wrongs(muster("doctor", cwd=tmp_path).stdout)
    assert "not a SQLite database" in line


def test_an_unreachable_postgres(tmp_path: Path) -> None:
    url = "postgresql+psycopg://muster:planted-password@127.0.0.1:1/muster"
    examined = muster("doctor", cwd=tmp_path, MUSTER_DATABASE_URL=url)
    assert examined.returncode == 1
    [line] = wrongs(examined.stdout)
    assert line.startswith("database: The database server cannot be reached")
    assert "planted" not in examined.stdout + examined.stderr


def test_files_that_others_can_read(tmp_path: Path) -> None:
    path = make_database(tmp_path)
    own = tmp_path / ".env"
    own.write_text("MUSTER_LOG_LEVEL=INFO\n")
    own.chmod(0o644)
    path.chmod(0o640)
    assert wrongs(muster("doctor", cwd=tmp_path).stdout) == [
        f"{own}: others on this machine can use it (mode 644). Run: chmod 600 {own}",
        f"{path}: others on this machine can use it (mode 640). Run: chmod 600 {path}",
    ]


def test_settings_that_are_wrong_are_lines_too(tmp_path: Path) -> None:
    examined = muster("doctor", cwd=tmp_path, MUSTER_PORT="x", MUSTER_CHAIN_ID="y")
    assert examined.returncode == 1
    assert [line.split(": ")[1] for line in examined.stderr.splitlines()] == [
        "MUSTER_PORT",
        "MUSTER_CHAIN_ID",
    ]


def test_unreachable_things_are_findings_without_secrets(tmp_path: Path) -> None:
    """Platforms, public address and node that do not answer: a line each, no traceback, no secret."""
    variables = {
        "MUSTER_TELEGRAM_TOKEN": TOKEN,
        "MUSTER_TELEGRAM_API": "http://127.0.0.1:1",
        "MUSTER_DISCORD_TOKEN": "planted.discord.token",
        "MUSTER_DISCORD_API": "https://127.0.0.1:1",
        "MUSTER_PUBLIC_URL": "https://localhost:1",
        "MUSTER_CHAIN_RPC": "http://127.0.0.1:1/v3/plantedkey0123456789",
    }
    impatient = "from adapters.discord import rest\nrest.PATIENCE_S = 0.5"
    examined = muster("doctor", cwd=tmp_path, first=impatient, **variables)
    assert examined.returncode == 1
    subjects = " ".join(wrongs(examined.stdout))
    for subject in ("telegram", "discord", "public address", "chain node"):
        assert subject in subjects.lower(), examined.stdout
    assert examined.stderr == ""
    assert "planted" not in examined.stdout
    assert "Traceback" not in examined.stdout


def give_up(tx: Tx, reason: str) -> None:
    """Park the newest row."""
    newest = max(tx.all(Statement(outbox_table.select())), key=lambda row: row.id)
    sending_storage.park(
        tx,
        OutboxRow(*(getattr(newest, name) for name in OutboxRow.__dataclass_fields__)),
        reason,
    )


async def test_what_was_given_up_is_said(
    store: Store, database: Database, tmp_path: Path, clock: ManualClock
) -> None:
    """Recent parked rows by their reason; not old ones, nor those for people who cannot be reached."""

    def park(tx: Tx, reason: str, person: str | None = None) -> None:
        outbox_storage.add(tx, NewMessage("telegram", None, "{}", b"x", person))
        give_up(tx, reason)

    def parked(tx: Tx) -> list[tuple[str, str, int]]:
        return outbox_storage.parked(tx, tx.now - timedelta(days=7), 5)

    await store.write(found)
    await store.write(park, "too long ago")
    clock.advance(timedelta(days=8))
    await store.write(park, "no rights")
    await store.write(park, "no rights", "102")
    await store.write(park, "blocked", "101")
    await store.write(accounts_storage.set_reachable, "telegram", "101", yes=False)
    assert await store.read(parked) == [("telegram", "no rights", 2)]


async def test_the_outbox_line(database: Database, tmp_path: Path, capsys: Any, clock: ManualClock) -> None:
    store = await Store.open(database.url, SystemClock(), metadata())

    def park(tx: Tx) -> None:
        outbox_storage.add(tx, NewMessage("telegram", None, "{}", b"x"))
        give_up(tx, f"Bad Request\nat https://api.telegram.org/bot{TOKEN}")

    await store.write(park)
    settings = Settings(_env_file=None, database_url=database.url, data_dir=tmp_path)
    # The token is struck although this installation's settings hold it elsewhere.
    settings.telegram_webhook_secret = type(settings.database_url)(TOKEN)
    assert await doctor.examine(settings) == 1
    await store.close()
    assert (
        "wrong   outbox, telegram: 1 messages of the last 7 days could not be sent: "
        "Bad Request at https://api.telegram.org/bot•••. Mend the cause"
    ) in capsys.readouterr().out


# -- the public address ------------------------------------------------------------------------------------

Serve = Callable[..., Awaitable[str]]


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """A certificate authority that this process trusts."""
    made = trustme.CA()
    made.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return made


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts an https server on localhost; `serve(certificate, {path: (status, text)})` gives its URL."""
    runners = []

    async def start(certificate: trustme.LeafCert, pages: dict[str, tuple[int, str]]) -> str:
        async def answer(request: web.Request) -> web.Response:
            status, text = pages.get(request.path, (404, ""))
            return web.Response(status=status, text=text)

        app = web.Application()
        app.router.add_get("/{path:.*}", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        runners.append(runner)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        certificate.configure_cert(context)
        site = web.TCPSite(runner, "localhost", 0, ssl_context=context)
        await site.start()
        return f"https://localhost:{runner.addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


async def looked_at(url: str | None, monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """What the doctor says of a public URL, taken for one that is not on this machine."""
    monkeypatch.setattr(Settings, "is_local", False)
    return await public_url_check.public_address(
        Settings(_env_file=None, public_url=url, telegram_token=TOKEN)
    )


async def test_a_public_address_that_is_well(
    authority: trustme.CA, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = await serve(authority.issue_cert("localhost"), {"/": (200, "<title>Muster</title>")})
    findings = await looked_at(url, monkeypatch)
    assert [finding.problem for finding in findings] == [None] * 3
    assert "more days" in findings[0].subject


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ({"/": (200, "Muster"), "/metrics": (200, "muster_commands 1")}, "everybody can read"),
        ({"/": (421, "")}, "asked for another host name"),
        ({"/": (502, "")}, "Muster behind it does not"),
        ({"/": (200, "Welcome to nginx")}, "something else than Muster"),
        ({"/": (301, "")}, "something else than Muster"),
    ],
)
async def test_a_proxy_that_is_set_up_wrongly(
    authority: trustme.CA,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    pages: dict[str, tuple[int, str]],
    said: str,
) -> None:
    url = await serve(authority.issue_cert("localhost"), pages)
    [finding] = [finding for finding in await looked_at(url, monkeypatch) if finding.problem]
    assert said in str(finding.problem)
    assert finding.remedy


async def test_certificates(authority: trustme.CA, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that nobody trusts, one for another name, one that ends soon."""
    soon = SystemClock().now() + timedelta(days=3, minutes=5)
    for certificate, said in (
        (trustme.CA().issue_cert("localhost"), "it is not valid"),
        (authority.issue_cert("elsewhere.example.org"), "it is not valid: Hostname mismatch"),
        (authority.issue_cert("localhost", not_after=soon), "it ends in 3 days"),
    ):
        url = await serve(certificate, {"/": (200, "Muster")})
        [finding] = await looked_at(url, monkeypatch)
        assert said in str(finding.problem)


async def test_no_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    [unset] = await looked_at(None, monkeypatch)
    assert "MUSTER_PUBLIC_URL is not set" in str(unset.problem)
    [closed] = await looked_at("https://localhost:1", monkeypatch)
    assert "localhost:1 cannot be reached (Connection refused)" in str(closed.problem)
    [nowhere] = await looked_at("https://nowhere.invalid", monkeypatch)
    assert "nowhere.invalid:443 cannot be reached" in str(nowhere.problem)
