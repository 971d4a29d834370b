"""From `python -m bot run` (no tokens) to the line that says it is ready, and what it weighs then.

The baseline is one process that imports discord.py, python-telegram-bot, web3, siwe and SQLAlchemy and does
nothing else. Both are taken in turn, several times, each with its own empty data folder with its modules compiled:
the first start after an installation, which compiles them, is not counted.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.bench.figures import Bench, Figure, at_most, median, ratio_at_most, told

ROUNDS = 5
IMPORTS = "import discord, telegram, telegram.ext, web3, siwe, sqlalchemy.ext.asyncio"
ROOT = Path(__file__).resolve().parents[2]


def _environment() -> dict[str, str]:
    """No settings of ours; and compiled modules are kept, as they are wherever Muster is installed."""
    ours = ("MUSTER_", "PYTHONDONTWRITEBYTECODE")
    return {key: value for key, value in os.environ.items() if not key.startswith(ours)}


def _imports() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", IMPORTS], check=True, env=_environment())
    return time.perf_counter() - began


def _starts() -> tuple[float, float]:
    """Seconds until ready, MiB of memory then."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        env = {
            **_environment(),
            "MUSTER_ENV_FILE": os.devnull,
            "MUSTER_DATA_DIR": str(Path(folder) / "data"),
            "MUSTER_PLAYGROUND_PORT": "0",
            "PYTHONPATH": str(ROOT),
        }
        began = time.perf_counter()
        with subprocess.Popen(
            [sys.executable, "-m", "bot", "run"],
            cwd=folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith("Muster is ready"):
                    break
            seconds = time.perf_counter() - began
            memory = psutil.Process(process.pid).memory_info().rss / 2**20
            process.terminate()
            process.stdout.read()  # a closed pipe would break its last words
        assert process.returncode == 0
    return seconds, memory


def _heaviest() -> list[Figure]:
    """The modules whose own and nested imports cost most, in ms."""
    traced = subprocess.run(
        [
            sys.executable,
            "-X",
            "importtime",
            "-c",
            "import bot.app, bot.web.server, adapters.playground.adapter",
        ],
        cwd=ROOT,
        env=_environment(),
        check=True,
        capture_output=True,
        text=True,
    ).stderr
    wanted = (
        "sqlalchemy",
        "aiohttp",
        "pydantic",
        "pydantic_settings",
        "jinja2",
        "prometheus_client",
        "asyncio",
        "typer",
    )
    rows = [line.split("|") for line in traced.splitlines() if line.startswith("import time:")]
    cost: dict[str, float] = {}
    for row in rows[1:]:
        name = row[2].strip()
        top = name.split(".")[0]
        if top in wanted:
            cost[top] = cost.get(top, 0.0) + float(row[0].removeprefix("import time:")) / 1e3
    return [
        told(f"start.import.{name}", ms, "ms") for name, ms in sorted(cost.items(), key=lambda pair: -pair[1])
    ]


def start() -> list[Figure]:
    """Start to ready, idle memory, and the heaviest imports."""
    baseline, ours, memory = [], [], []
    _imports()
    _starts()
    for _ in range(ROUNDS):
        baseline.append(_imports())
        seconds, weight = _starts()
        ours.append(seconds)
        memory.append(weight)
    return [
        ratio_at_most("start", median(ours), "s", median(baseline), 0.6),
        at_most("start.memory", median(memory), "MiB", 130),
        *_heaviest(),
    ]


FIGURES: dict[str, Bench] = {"start": start}
