"""A fan-out against the platforms' limits: strict sliding windows, 80 ms away, with and without ±10 ms of jitter.

Ours is the whole of it: rows in a synced database, claimed, rendered, sent, settled. The baselines are discord.py
with fifty workers and python-telegram-bot with its `AIORateLimiter` (five retries), each in the same run against a
far side of its own; they keep nothing. A private message on Discord takes two requests the first time, and both
count. `FANOUT=10000` sends to so many; by default to fewer, so that a run takes four minutes: after the first two
seconds the rate is the same all the way.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from tests.bench.figures import Bench, Figure, at_most, told

RECIPIENTS = int(os.environ.get("FANOUT", "0"))
USUAL = {"discord": 900, "telegram": 1_200, "paid": 12_000}
OF_BASELINE = {"discord": 400, "telegram": 600, "paid": 3_000}
ALLOWED = {"discord": 50.0, "telegram": 30.0, "paid": 1_030.0}
JITTER_S = 0.01
PATIENCE_S = 900.0


def run(who: str, platform: str, recipients: int, jitter: float) -> dict[str, Any]:
    """One fan-out; what arrived at the far side."""
    python = [sys.executable, "-m"]
    far = [*python, "tests.bench._fanout_far", platform, str(recipients), str(jitter)]
    near = [*python, "tests.bench._fanout_near", who, platform]
    with subprocess.Popen(far, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        reach = process.stdout.readline()
        subprocess.run(near, input=reach, text=True, check=True, timeout=PATIENCE_S)
        process.stdin.close()
        found: dict[str, Any] = json.loads(process.stdout.readline())
    return found


def share_at_least(
    name: str, found: dict[str, Any], platform: str, baseline: float | None, goal: float
) -> Figure:
    """The rate in percent of what is allowed."""
    share = 100 * found["rate"] / ALLOWED[platform]
    ratio = share / baseline if baseline else None
    return Figure(name, share, "% of the allowed rate", baseline, ratio, f"value >= {goal:g}", share >= goal)


def figures(platform: str) -> list[Figure]:
    """Steady and jittering, and the library's own limiter."""
    recipients = RECIPIENTS or USUAL[platform]
    usual = run("usual", platform, OF_BASELINE[platform], 0.0)
    steady, jittering = (run("muster", platform, recipients, jitter) for jitter in (0.0, JITTER_S))
    name, baseline = f"fanout_{platform}", 100 * usual["rate"] / ALLOWED[platform]
    both = (steady, jittering)
    return [
        share_at_least(name, steady, platform, baseline, 98),
        share_at_least(f"{name}.jitter", jittering, platform, None, 94),
        at_most(f"{name}.refused", sum(one["refused"] for one in both), "429s", 0),
        at_most(f"{name}.lost", sum(one["lost"] for one in both), "messages", 0),
        at_most(f"{name}.doubled", sum(one["doubled"] for one in both), "messages", 0),
        told(f"{name}.usual_refused", usual["refused"], "429s"),
        told(f"{name}.usual_lost", usual["lost"], "messages"),
    ]


def on_discord() -> list[Figure]:
    return figures("discord")


def on_telegram() -> list[Figure]:
    return figures("telegram")


def paid() -> list[Figure]:
    """Beyond the free rate: 95 % of 1,000 a second, from one core."""
    recipients = RECIPIENTS or USUAL["paid"]
    usual = run("usual", "paid", OF_BASELINE["paid"], 0.0)
    ours = run("muster", "paid", recipients, 0.0)
    share, baseline = ours["rate"] / 10, usual["rate"] / 10
    return [
        Figure("fanout_paid", share, "% of 1,000/s", baseline, share / baseline, "value >= 95", share >= 95),
        at_most("fanout_paid.refused", ours["refused"], "429s", 0),
        at_most("fanout_paid.lost", ours["lost"], "messages", 0),
        at_most("fanout_paid.doubled", ours["doubled"], "messages", 0),
    ]


FIGURES: dict[str, Bench] = {
    "fanout_discord": on_discord,
    "fanout_telegram": on_telegram,
    "fanout_paid": paid,
}
