"""Settings: all documented, nonsense refused in words, secrets never shown."""

import io
import json
import logging
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from dotenv import dotenv_values

from bot import config, env_file, logs
from bot.config import Settings, load
from bot.domain.clock import SystemClock
from bot.errors import ConfigError
from bot.schema import metadata
from bot.storage.backup import back_up
from bot.storage.store import Store
from tests.chain.texts import text

EXAMPLE = Path(__file__).parent.parent / ".env.example"
SECRETS = {
    "MUSTER_DATABASE_URL": "postgresql+psycopg://muster:Planted%2FPassword1@localhost/muster",
    "MUSTER_DISCORD_TOKEN": 'planted.discord."token"',
    "MUSTER_TELEGRAM_TOKEN": "123456:planted-telegram-token",
    "MUSTER_TELEGRAM_WEBHOOK_SECRET": "planted_webhook_secret",
    "MUSTER_CHAIN_RPC": "https://user:planted-user-password@node.example.org/v3/plantedkey0123456789?k=plantedquery0123456",
}
PLANTED = re.compile(r"planted|Password1", re.IGNORECASE)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("MUSTER_") and name not in config.TEST_VARIABLES:
            monkeypatch.delenv(name)
    (tmp_path / ".env").touch()
    monkeypatch.setenv(env_file.VARIABLE, str(tmp_path / ".env"))


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return load()


def refused(monkeypatch: pytest.MonkeyPatch, **variables: str) -> list[str]:
    """The lines that these variables are refused with."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as error:
        load()
    return str(error.value).splitlines()


def test_the_example_names_every_setting_and_no_other() -> None:
    named = re.findall(r"^#(MUSTER_\w+)=", EXAMPLE.read_text(), re.MULTILINE)
    assert sorted(named) == sorted(config.names())


def test_the_example_says_defaults_and_marks_secrets() -> None:
    """Each setting's comment ends with its default as the code has it, and says SECRET where it is one."""
    explained = {}
    for block in re.split(r"\n\n+", EXAMPLE.read_text()):
        for name in re.findall(r"^#(MUSTER_\w+)=", block, re.MULTILINE):
            explained[name] = block
    for field, about in Settings.model_fields.items():
        block = explained["MUSTER_" + field.upper()]
        assert ("SECRET" in block) == ("SecretStr" in str(about.annotation)), field
        said = re.search(r"Default: ?(.*?)\.?$", block, re.MULTILINE)
        assert said is not None, field
        if about.default is not None:
            shown = (
                str(about.default).lower()
                if isinstance(about.default, bool)
                else f"{about.default:g}"
                if isinstance(about.default, float)
                else str(about.default)
            )
            assert said.group(1) == shown, field


def test_the_example_is_accepted_once_uncommented(tmp_path: Path) -> None:
    """Copied with every example switched on, except the paths and addresses that go with tests."""
    text = re.sub(r"^#(?=MUSTER_)(?!MUSTER_DISCORD_API)", "", EXAMPLE.read_text(), flags=re.MULTILINE)
    (tmp_path / ".env").write_text(text)
    settings = load()
    assert settings.telegram_webhook
    assert settings.plays
    assert settings.chain_id == 8453


def test_nothing_set_opens_the_playground(tmp_path: Path) -> None:
    settings = load()
    assert settings.plays
    assert not settings.has_tokens
    assert settings.store_url == f"sqlite+aiosqlite:///{tmp_path}/data/muster.db"
    assert settings.database_file == tmp_path / "data" / "muster.db"


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("MUSTER_PORT", "eighty", "valid integer"),
        ("MUSTER_PORT", "65536", "less than or equal to 65535"),
        ("MUSTER_PLAYGROUND_PORT", "-1", "greater than or equal to 0"),
        ("MUSTER_PLAYGROUND", "perhaps", "valid boolean"),
        ("MUSTER_CHAIN_ID", "0", "greater than or equal to 1"),
        ("MUSTER_CHAIN_TIMEOUT_S", "nan", "60"),
        ("MUSTER_CHAIN_TIMEOUT_S", "0", "greater than 0"),
        ("MUSTER_CHAIN_RPC", "localhost:8545", "JSON-RPC"),
        ("MUSTER_LOG_LEVEL", "LOUD", "'DEBUG'"),
        ("MUSTER_LOG_FORMAT", "xml", "'json'"),
        ("MUSTER_PUBLIC_URL", "muster.example.org", "must be a URL"),
        ("MUSTER_PUBLIC_URL", "https://muster.example.org/muster", "host name"),
        ("MUSTER_PUBLIC_URL", "https://me:pw@muster.example.org", "must be a URL"),
        ("MUSTER_PUBLIC_URL", "https://[::1", "must be a URL"),
        ("MUSTER_PUBLIC_URL", "http://muster.example.org", "must be https"),
        ("MUSTER_PUBLIC_URL", "https://mu~ster.example.org", "letters, digits, hyphens"),
        ("MUSTER_PUBLIC_URL", "https://a..example.org", "letters, digits, hyphens"),
        ("MUSTER_TELEGRAM_TOKEN", "not-a-token", "BotFather"),
        ("MUSTER_DISCORD_TOKEN", "Bot abc", "without spaces"),
        ("MUSTER_TELEGRAM_WEBHOOK_SECRET", "short", "16 to 256"),
        ("MUSTER_DATABASE_URL", "mysql://root@localhost/muster", "sqlite+aiosqlite:///"),
        ("MUSTER_DATABASE_URL", "postgresql+psycopg://u:p@host:port/muster", "sqlite+aiosqlite:///"),
        ("MUSTER_DATABASE_URL", "sqlite+aiosqlite:///:memory:", "sqlite+aiosqlite:///"),
        ("MUSTER_DISCORD_API_CA", "/nowhere/ca.pem", "no such file"),
        ("MUSTER_TELEGRAM_API", "ftp://api.telegram.org", "must be a URL"),
        ("MUSTER_TELEGRAM_API", "http://api.telegram.org", "must be https"),
        ("MUSTER_TELEGRAM_API", "http://127.0.0.1.evil.example", "must be https"),
        ("MUSTER_DISCORD_API", "http://10.0.0.1", "must be https"),
        ("MUSTER_PLAYGROUND", "false", "nothing to serve"),
        ("MUSTER_DATA_DIR", "/dev/null", "not a folder"),
    ],
)
def test_nonsense_is_refused(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str) -> None:
    [line] = refused(monkeypatch, **{variable: value})
    assert line.startswith(variable)
    assert said in line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://BÜCHER.example:443/", "https://xn--bcher-kva.example"),
        ("https://my_bot.example.org", "https://my_bot.example.org"),
        ("https://日本語。jp:8443", "https://xn--wgv71a119e.jp:8443"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_the_public_address_is_kept_as_browsers_write_it(
    monkeypatch: pytest.MonkeyPatch, typed: str, kept: str
) -> None:
    monkeypatch.setenv("MUSTER_PUBLIC_URL", typed)
    assert load().public_url == kept
    domain = kept.partition("://")[2]
    assert text(domain=domain, uri=f"{kept}/link").startswith(f"{domain} wants you to sign in")


@pytest.mark.parametrize("folder", ["a b", "what?", "100%25", "a#b", "ünï & 名前", "x%20y?mode=ro"])
@pytest.mark.parametrize("variable", ["MUSTER_DATA_DIR", "MUSTER_ENV_FILE"])
async def test_the_data_is_in_the_folder_that_the_settings_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: str, variable: str
) -> None:
    named = tmp_path / folder
    if variable == "MUSTER_DATA_DIR":
        monkeypatch.setenv(variable, str(named))
    else:
        named.mkdir()
        (named / ".env").write_text("MUSTER_DATABASE_URL=sqlite+aiosqlite:///muster.db\n")
        monkeypatch.setenv(variable, str(named / ".env"))
    settings = load()
    store = await Store.open(settings.store_url, SystemClock(), metadata())
    await store.read(lambda tx: None)
    await store.close()
    await back_up(settings.store_url, tmp_path / "copy.db")
    assert settings.database_file == named / "muster.db"
    assert settings.database_file.stat().st_size > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([".env", "copy.db", folder])


def test_each_problem_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = refused(monkeypatch, MUSTER_PORT="x", MUSTER_CHAIN_ID="-1", MUSTER_LOG_LEVEL="x", MUSTER_POTR="1")
    assert [line.split(":")[0] for line in lines] == [
        "MUSTER_POTR",
        "MUSTER_PORT",
        "MUSTER_CHAIN_ID",
        "MUSTER_LOG_LEVEL",
    ]
    lines = refused(monkeypatch, MUSTER_PORT="1", MUSTER_CHAIN_ID="1", MUSTER_LOG_LEVEL="INFO",
                    MUSTER_TELEGRAM_WEBHOOK="1", MUSTER_PLAYGROUND="0")  # fmt: skip
    assert len(lines) == 4  # the slip, the secret, the address, nothing to serve


def test_a_slip_in_a_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    [line] = refused(monkeypatch, MUSTER_DISCORD_TOKE="x")
    assert line == "MUSTER_DISCORD_TOKE: there is no such setting. Did you mean MUSTER_DISCORD_TOKEN?"
    monkeypatch.delenv("MUSTER_DISCORD_TOKE")
    [line] = refused(monkeypatch, MUSTER_FOO="x")
    assert line == "MUSTER_FOO: there is no such setting. .env.example lists all."


def test_a_slip_in_the_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("OTHER=1\nMUSTER_HOTS=x\nwhat is this\nMUSTER_PORT=1\n")
    lines = refused(monkeypatch)
    assert lines == [
        f"{tmp_path}/.env: line 3 is not NAME=value",
        "MUSTER_HOTS: there is no such setting. Did you mean MUSTER_HOST?",
    ]


def test_what_is_not_ours_is_let_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("POSTGRES_PASSWORD=x\nport=99\nMUSTER_PORT=1234\n")
    for name in config.TEST_VARIABLES:
        monkeypatch.setenv(name, "1")
    assert load().port == 1234


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("MUSTER_PORT=1\nMUSTER_HOST=0.0.0.0\n")
    monkeypatch.setenv("MUSTER_PORT", "2")
    assert (load().port, load().host) == (2, "0.0.0.0")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe")
    assert refused(monkeypatch) == [f"{tmp_path}/.env cannot be read (it is not UTF-8 text)."]


# -- secrets -----------------------------------------------------------------------------------------------


def test_settings_do_not_show_secrets(planted: Settings) -> None:
    assert not PLANTED.search(f"{planted!r} {planted} {planted.model_dump()} {planted.model_dump_json()}")


def test_refusals_do_not_show_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {name: f"planted wrong {value}" for name, value in SECRETS.items()}
    lines = refused(monkeypatch, **wrong)
    assert len(lines) == len(SECRETS)
    assert not PLANTED.search("\n".join(lines))


@pytest.fixture(params=["console", "json"])
def logged(
    request: pytest.FixtureRequest, planted: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[io.StringIO]:
    """What is logged with these settings."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    logs.set_up(request.param, "INFO", planted.secrets())
    try:
        yield written
    finally:
        logging.captureWarnings(False)
        root.handlers[:] = handlers
        root.setLevel(level)


def test_logs_do_not_show_secrets(logged: io.StringIO) -> None:
    """In messages, extra fields and tracebacks; whole, in part, and as URLs and `repr` write them."""
    log = logging.getLogger("tests.secrets")
    for name, secret in SECRETS.items():
        log.info("here is %s", secret, extra={"action": "test", "value": secret, "shown": repr(secret)})
        try:
            raise ValueError(f"could not reach {secret}", {"Authorization": secret})
        except ValueError:
            log.exception("failed with %s", name)
    log.info("GET /v3/plantedkey0123456789 by user:planted-user-password k=plantedquery0123456")
    log.info("POST /bot123456%3Aplanted-telegram-token/getMe with Planted/Password1")
    text = logged.getvalue()
    assert not PLANTED.search(text)
    assert text.count("•••") >= 5 * len(SECRETS) or text.count("\\u2022\\u2022\\u2022") >= 5 * len(SECRETS)
    assert "Traceback" in text


def test_log_lines_are_structured(logged: io.StringIO, request: pytest.FixtureRequest) -> None:
    logging.getLogger("tests.lines").warning("it is %s", "so", extra={"action": "test.line", "row": 7})
    line = logged.getvalue()
    if line.startswith("{"):
        record = json.loads(line)
        assert record["message"] == "it is so"
        assert (record["action"], record["row"], record["level"]) == ("test.line", 7, "WARNING")
        assert record["logger"] == "tests.lines"
    else:
        assert line.endswith("WARNING tests.lines: it is so action=test.line row=7\n")


@pytest.mark.parametrize(("level", "least"), [("DEBUG", logging.INFO), ("ERROR", logging.ERROR)])
def test_libraries_never_write_what_people_said(
    logged: io.StringIO, level: str, least: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In detail discord.py writes whole payloads, and aiosqlite each statement with its values."""
    for name in ("discord.gateway", "discord.http", "aiosqlite"):
        monkeypatch.setattr(logging.getLogger(name), "level", logging.NOTSET)
    logs.set_up("console", level)
    for name in ("discord.gateway", "discord.http", "aiosqlite"):
        assert logging.getLogger(name).getEffectiveLevel() == least


def test_a_file_with_quotes_reads_as_written(tmp_path: Path) -> None:
    """What `init` writes in quotes comes back the same."""
    from bot.setup import _quoted

    for value in ("it's", "a b", 'x"y', "back\\slash", "with#hash", "plain-1_2:3"):
        (tmp_path / "one").write_text(f"A={_quoted(value)}\n")
        assert dotenv_values(tmp_path / "one")["A"] == value
