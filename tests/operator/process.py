"""The real command line, as a process of its own in a folder of its own."""

import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PATIENCE_S = 30.0
WARNINGS = "error,ignore:'audioop' is deprecated:DeprecationWarning"  # discord.py imports it

NO_FILE = {"MUSTER_ENV_FILE": os.devnull}


def environment(cwd: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """Ours without settings of this machine, with `variables` and the `.env` of `cwd`; listeners get free ports."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")}
    free = {"MUSTER_PLAYGROUND_PORT": "0", "MUSTER_PORT": "0"}
    file = cwd / ".env"
    own = (
        {"MUSTER_ENV_FILE": str(file)} if file.exists() else NO_FILE | {"MUSTER_DATA_DIR": str(cwd / "data")}
    )
    return kept | own | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": WARNINGS} | free | variables


def program(first: str | None) -> list[str]:
    """The command line, in a process that runs some lines of Python first, say to change how long it waits."""
    if first is None:
        return [sys.executable, "-m", "bot"]
    return [sys.executable, "-c", f"{first}\nfrom bot.__main__ import main\nmain()"]


def muster(
    *arguments: str | Path, cwd: Path, stdin: str | None = None, first: str | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    if arguments[:1] == ("init",):
        variables = {"MUSTER_ENV_FILE": str(cwd / ".env")} | variables
    given = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
    return subprocess.run(
        [*program(first), *map(str, arguments)],
        cwd=cwd,
        env=environment(cwd, variables),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        **given,
    )


class Running:
    """A `muster run`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.urls: dict[str, str] = {}
        self.errors: list[str] = []
        self._reader = threading.Thread(target=self._collect, daemon=True)
        self._reader.start()

    def _collect(self) -> None:
        assert self.process.stderr is not None
        self.errors.extend(self.process.stderr)

    def wait_ready(self) -> None:
        """Read what it prints until it is ready."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("Muster is ready"):
                return
            if found := re.match(r"(\w+): (http\S+)", line):
                self.urls[found[1]] = found[2]
        self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        raise AssertionError(f"it ended with {self.process.returncode}: {''.join(self.errors)}")

    def get(self, path: str) -> tuple[int, str]:
        """GET from the playground's address."""
        with urllib.request.urlopen(self.urls["playground"] + path, timeout=PATIENCE_S) as answer:
            return answer.status, answer.read().decode()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to stop; its exit code."""
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        return code


@contextmanager
def running(cwd: Path, first: str | None = None, **variables: str) -> Iterator[Running]:
    """Start, wait until it is ready; it is killed at the end unless it was stopped."""
    process = subprocess.Popen(
        [*program(first), "run"],
        cwd=cwd,
        env=environment(cwd, variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            started = Running(process)
            started.wait_ready()
            yield started
        finally:
            process.kill()


def wrongs(output: str) -> list[str]:
    lines = output.splitlines()
    assert all(line.startswith(("ok      ", "wrong   ")) for line in lines), output
    return [line.removeprefix("wrong   ") for line in lines if line.startswith("wrong")]
