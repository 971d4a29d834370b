"""`muster run` as a real process: it starts, refuses in words, and stops cleanly."""

import importlib.util
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import bot
from bot import operate
from bot.errors import ConfigError
from tests.operator.process import PATIENCE_S, ROOT, environment, muster, running


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_starts_answers_and_stops(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path) as bot_process:
        status, body = bot_process.get("/healthz")
        assert status == 200
        assert json.loads(body)["ok"] is True
        assert bot_process.stop(number) == 0
        assert not [line for line in bot_process.errors if " ERROR " in line or "Traceback" in line]
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    for path in (tmp_path / "data").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


def test_starts_again_on_the_same_data(tmp_path: Path) -> None:
    for _ in range(2):
        with running(tmp_path) as bot_process:
            assert bot_process.stop() == 0


def test_a_second_one_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with running(tmp_path) as first:
        second = muster("run", cwd=tmp_path)
        assert second.returncode == 1
        [line] = second.stderr.splitlines()
        assert line.startswith("muster: Another Muster is using this database")
        assert first.get("/healthz")[0] == 200
        migrated = muster("migrate", cwd=tmp_path)
        assert migrated.returncode == 1
        assert "Another Muster" in migrated.stderr


def test_a_taken_port_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = muster("run", cwd=tmp_path, MUSTER_PLAYGROUND_PORT=str(port))
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1] == (
        f"muster: Cannot listen on 127.0.0.1:{port} (Address already in use). "
        "Choose another MUSTER_PLAYGROUND_PORT."
    )


def test_nonsense_settings_stop_the_start(tmp_path: Path) -> None:
    refused = muster("run", cwd=tmp_path, MUSTER_PORT="x", MUSTER_LOG_LEVEL="x", MUSTER_TOKEN="secret-slip")
    assert refused.returncode == 1
    assert refused.stdout == ""
    lines = refused.stderr.splitlines()
    assert [line.split(":")[1].strip() for line in lines] == [
        "MUSTER_TOKEN",
        "MUSTER_PORT",
        "MUSTER_LOG_LEVEL",
    ]
    assert "secret-slip" not in refused.stderr
    assert not (tmp_path / "data").exists()


def test_told_to_stop_while_it_starts(tmp_path: Path) -> None:
    """A start that hangs (a platform that does not answer) is given up, and what was opened is closed."""
    script = (
        "import asyncio, bot.app, bot.runner\n"
        "from bot.config import load\n"
        "async def hang(app, registry):\n"
        "    app._exits.callback(print, 'closed', flush=True)\n"
        "    print('starting', flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "bot.app.App._start = hang\n"
        "bot.runner.run(load())\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment(tmp_path, {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "starting\n"
        process.send_signal(signal.SIGTERM)
        out, errors = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (0, "closed\n")
    assert "Traceback" not in errors


def test_a_bug_is_logged_without_secrets(tmp_path: Path) -> None:
    """Whatever escapes a command goes through the log's struck formatter."""
    script = (
        "import sys, bot.doctor, bot.__main__ as command\n"
        "async def broken(settings):\n"
        "    raise RuntimeError('asked with ' + settings.telegram_token.get_secret_value())\n"
        "bot.doctor.examine = broken\n"
        "sys.argv = ['muster', 'doctor']\n"
        "command.main()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment(tmp_path, {"MUSTER_TELEGRAM_TOKEN": "123456:planted-token"}),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=30,
    )
    assert ended.returncode == 1
    assert "RuntimeError: asked with •••" in ended.stderr
    assert "planted" not in ended.stderr + ended.stdout


def test_version_and_bench_outside_a_checkout(tmp_path: Path) -> None:
    """The three packages are all that is needed to run; measuring needs the source."""
    for package in ("bot", "adapters", "commands"):
        (tmp_path / package).symlink_to(ROOT / package)
    version = muster("version", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert version.stdout == f"muster {bot.__version__}\n"
    bench = muster("bench", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert bench.returncode == 1
    assert "source checkout" in bench.stderr


def test_measuring_without_the_development_requirements(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "psutil" else found(name))
    with pytest.raises(ConfigError, match="`make bench` installs them"):
        operate.bench("start")


def test_help_lists_the_commands(tmp_path: Path) -> None:
    shown = muster("--help", cwd=tmp_path)
    assert shown.returncode == 0
    assert "Usage: muster [OPTIONS]" in shown.stdout
    for command in ("run", "doctor", "init", "migrate", "export", "bench", "version"):
        assert f" {command} " in shown.stdout
