"""`muster init`: the file it writes, and what it leaves alone."""

import os
from pathlib import Path

import pytest
from dotenv import dotenv_values

from bot import setup
from bot.errors import ConfigError
from tests.operator.process import muster

DISCORD, TELEGRAM, NODE = "disc.ord.token-1", "123456:telegram-token", "https://node.example.org/v3/key"


def test_writes_what_was_answered(tmp_path: Path) -> None:
    """Bad answers are asked again; `run` would take the file as it is."""
    answers = [
        DISCORD,
        "nonsense",
        TELEGRAM,
        "http://plain.example.org",
        "https://muster.example.org",
        NODE,
        "x",
        "8453",
    ]
    done = muster("init", cwd=tmp_path, stdin="\n".join(answers) + "\n")
    assert done.returncode == 0, done.stderr
    assert "MUSTER_TELEGRAM_TOKEN: must be the token from @BotFather" in done.stdout
    assert "MUSTER_PUBLIC_URL must be https" in done.stdout
    assert "MUSTER_CHAIN_ID: Input should be a valid integer" in done.stdout
    for secret in (DISCORD, TELEGRAM, NODE):
        assert secret not in done.stdout + done.stderr
    path = tmp_path / ".env"
    assert path.stat().st_mode & 0o777 == 0o600
    assert dotenv_values(path) == {
        "MUSTER_DISCORD_TOKEN": DISCORD,
        "MUSTER_TELEGRAM_TOKEN": TELEGRAM,
        "MUSTER_PUBLIC_URL": "https://muster.example.org",
        "MUSTER_CHAIN_RPC": NODE,
        "MUSTER_CHAIN_ID": "8453",
    }


def test_everything_may_be_left_out(tmp_path: Path) -> None:
    """Without a token nothing is asked about the public address."""
    done = muster("init", "--file", "my.env", cwd=tmp_path, stdin="\n\n\n")
    assert done.returncode == 0, done.stderr
    assert "Public address" not in done.stdout
    assert dotenv_values(tmp_path / "my.env") == {}


def test_keeps_other_lines(tmp_path: Path) -> None:
    """Comments, other programs' lines and settings that were not answered stay; a second line of one goes."""
    path = tmp_path / ".env"
    path.write_text(
        "# mine\nOTHER='a b'\nexport MUSTER_TELEGRAM_TOKEN=1:old-one\n"
        "MUSTER_PORT=1\nMUSTER_TELEGRAM_TOKEN=2:old-two\n"
    )
    done = muster("init", cwd=tmp_path, stdin=f"y\n\n{TELEGRAM}\n\n\n")
    assert done.returncode == 0, done.stderr
    assert path.read_text() == f"# mine\nOTHER='a b'\nMUSTER_TELEGRAM_TOKEN={TELEGRAM}\nMUSTER_PORT=1\n"
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("stdin", ["n\n", "\n", "", "y\n\n"])
def test_changes_nothing_without_consent_and_answers(tmp_path: Path, stdin: str) -> None:
    """Refused, or the input ends half-way."""
    path = tmp_path / ".env"
    path.write_text("MUSTER_PORT=1\n")
    done = muster("init", cwd=tmp_path, stdin=stdin)
    assert done.returncode == 1
    assert path.read_text() == "MUSTER_PORT=1\n"
    assert list(tmp_path.iterdir()) == [path]
    assert "Traceback" not in done.stderr


def test_is_private_at_every_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is written, under the most careless umask, no file there is readable for others."""
    modes = []
    really = os.fsync

    def look(descriptor: int) -> None:
        modes.extend(file.stat().st_mode & 0o777 for file in tmp_path.iterdir())
        really(descriptor)

    monkeypatch.setattr(os, "fsync", look)
    before = os.umask(0)
    try:
        setup._write(tmp_path / ".env", {"MUSTER_TELEGRAM_TOKEN": TELEGRAM})
    finally:
        os.umask(before)
    assert modes == [0o600]
    assert [file.stat().st_mode & 0o777 for file in tmp_path.iterdir()] == [0o600]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / ".env"
    path.write_text("MUSTER_PORT=1\n")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match="No space left"):
        setup._write(path, {"MUSTER_PORT": "2"})
    assert path.read_text() == "MUSTER_PORT=1\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_value_that_the_file_cannot_hold_is_refused(tmp_path: Path) -> None:
    """`.env` files replace ${NAME}."""
    with pytest.raises(ConfigError, match="cannot hold"):
        setup._write(tmp_path / ".env", {"MUSTER_CHAIN_RPC": "https://node.example.org/${HOME}"})
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_text_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")
    done = muster("init", cwd=tmp_path, stdin="y\n\n\n\n")
    assert done.returncode == 1
    assert "cannot be read" in done.stderr
    assert (tmp_path / ".env").read_bytes() == b"\xff\xfe\x00"
