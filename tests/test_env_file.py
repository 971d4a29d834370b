"""Which `.env` is read: Muster's own, never one that lies where somebody happens to be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot import config, env_file
from bot.config import load
from bot.errors import ConfigError
from tests.operator.process import ROOT, environment, program

PLANTED = (
    "MUSTER_TELEGRAM_API=https://evil.example\nMUSTER_DISCORD_API=https://evil.example\nMUSTER_PORT=6666\n"
)


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*config.names(), env_file.VARIABLE]:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that Muster is in, as far as settings are concerned."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    monkeypatch.setattr(env_file, "HOME", folder)
    return folder


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another folder, with a planted file, in which Muster is called."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / ".env").write_text(PLANTED)
    monkeypatch.chdir(folder)
    return folder


def test_a_planted_file_sends_no_token_anywhere(
    checkout: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (checkout / ".env").write_text("MUSTER_TELEGRAM_TOKEN=123456:token\nMUSTER_PORT=1\n")
    settings = load()
    assert (settings.telegram_api, settings.discord_api) == ("https://api.telegram.org", None)
    assert settings.port == 1
    assert settings.has_tokens
    monkeypatch.setenv("MUSTER_PORT", "2")  # a token that is in the environment is just as safe
    monkeypatch.setenv("MUSTER_DISCORD_TOKEN", "token")
    assert (load().port, load().discord_api) == (2, None)


def test_an_ignored_file_is_told(checkout: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notice = env_file.ignored()
    assert notice is not None
    assert f"{elsewhere / '.env'} is not read" in notice
    assert f"MUSTER_ENV_FILE={elsewhere / '.env'}" in notice
    (elsewhere / ".env").write_text("POSTGRES_PASSWORD=another program's\n")
    assert env_file.ignored() is None
    (elsewhere / ".env").unlink()
    assert env_file.ignored() is None
    (checkout / ".env").write_text(PLANTED)
    monkeypatch.chdir(checkout)
    assert env_file.ignored() is None


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_planted_file_without_an_end_stops_nothing(checkout: Path, elsewhere: Path, kind: str) -> None:
    planted = elsewhere / ".env"
    planted.unlink()
    if kind == "pipe":
        os.mkfifo(planted)
    else:
        planted.symlink_to("/dev/zero")
    memory = "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))"
    asked = "from bot import env_file; print(env_file.ignored())"
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{memory}; {asked}",
        ],
        cwd=elsewhere,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=10,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, b"None\n")


def test_a_file_can_be_named(checkout: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (checkout / ".env").write_text("MUSTER_PORT=1\n")
    monkeypatch.setenv(env_file.VARIABLE, ".env")
    assert load().port == 6666
    assert env_file.ignored() is None
    monkeypatch.setenv(env_file.VARIABLE, "nothing.env")
    with pytest.raises(ConfigError, match=r"MUSTER_ENV_FILE: there is no file .*nothing\.env"):
        load()


def test_the_name_of_the_file_is_not_in_the_file(checkout: Path) -> None:
    (checkout / ".env").write_text("MUSTER_ENV_FILE=other.env\n")
    with pytest.raises(ConfigError, match="MUSTER_ENV_FILE: this has no effect in the file itself"):
        load()


def test_without_a_checkout_only_the_environment_counts(
    checkout: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a container: the program lies in a folder of its own, without anything else."""
    (checkout / "pyproject.toml").unlink()
    (checkout / ".env").write_text("MUSTER_PORT=1\n")
    assert env_file.path() is None
    assert load().port == 8080
    assert load().data_dir == elsewhere / "data"


@pytest.mark.parametrize("variable", ["MUSTER_DATABASE_URL", "MUSTER_DATA_DIR", "MUSTER_DISCORD_API_CA"])
def test_relative_paths_begin_at_the_file(checkout: Path, elsewhere: Path, variable: str) -> None:
    (checkout / "ca.pem").touch()
    value = {
        "MUSTER_DATABASE_URL": "sqlite+aiosqlite:///kept/muster.db",
        "MUSTER_DATA_DIR": "kept",
        "MUSTER_DISCORD_API_CA": "ca.pem",
    }[variable]
    (checkout / ".env").write_text(f"{variable}={value}\n")
    settings = load()
    if variable == "MUSTER_DISCORD_API_CA":
        assert settings.discord_api_ca == checkout / "ca.pem"
    else:
        assert settings.database_file == checkout / "kept" / "muster.db"


def test_paths_that_are_whole_stay(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_DATABASE_URL", "sqlite+aiosqlite:////var/lib/muster.db?timeout=5")
    assert load().store_url == "sqlite+aiosqlite:////var/lib/muster.db?timeout=5"
    assert load().database_file == Path("/var/lib/muster.db")


def test_this_checkouts_file_is_the_one_beside_the_program() -> None:
    assert env_file.path({}) == ROOT / ".env"


def test_the_command_line_says_what_it_does_not_read(elsewhere: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    asked = subprocess.run(
        [*program(None), "doctor"],
        cwd=elsewhere,
        env=environment(home, {"MUSTER_PORT": "x"}),
        capture_output=True,
        text=True,
    )
    assert asked.returncode == 1
    assert f"muster: {elsewhere / '.env'} is not read" in asked.stderr
    assert "evil" not in asked.stdout + asked.stderr
