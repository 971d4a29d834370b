"""The picture of a support base, given the counts, and what it weighs.

The trees grow by preferential attachment; their counts are cut to the branches that can be seen, the way a
caller does. Memory is that of a process of its own which had not loaded Pillow before: what it holds at its
peak while it draws, imports included, above what it held before.
"""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

from bot.pictures.model import Branch, Points
from bot.pictures.sunburst import SMALLEST_TURN
from bot.pictures.support import support_picture
from tests.bench.figures import Bench, Figure, at_most, median, told

ROUNDS = 9
PROCESSES = 3
SECTORS = 400
DAYS = 365
TODAY = 739_000
ROOT = Path(__file__).resolve().parents[2]
COLD = """
import json, sys, time
from tests.bench import pictures
leader, points = pictures.base(int(sys.argv[1])), pictures.curve(int(sys.argv[1]))
assert "PIL" not in sys.modules
open("/proc/self/clear_refs", "w").write("5")  # the peak so far is forgotten
before = pictures.memory("VmRSS")
began = time.perf_counter()
png = pictures.support_picture(leader, points)
print(json.dumps([time.perf_counter() - began, pictures.memory("VmHWM") - before, len(png) / 1000]))
"""


def grown(people: int, seed: int) -> tuple[list[int], list[int]]:
    """Leaders and counts (the member included) of a leader 0 and `people` who choose by preference."""
    chance = random.Random(seed)
    leaders, ends = [-1], [0]
    for member in range(1, people + 1):
        leader = ends[int(chance.random() * len(ends))]
        leaders.append(leader)
        ends += (leader, member)
    counts = [1] * (people + 1)
    for member in range(people, 0, -1):
        counts[leaders[member]] += counts[member]
    return leaders, counts


def base(people: int, seed: int = 1) -> Branch:
    """The tree cut to what can be seen, the biggest branches first."""
    leaders, counts = grown(people, seed)
    least = people * SMALLEST_TURN
    seen = sorted((m for m in range(1, people + 1) if counts[m] >= least), key=lambda m: -counts[m])[:SECTORS]
    children: dict[int, list[Branch]] = {}
    for member in sorted(seen, reverse=True):  # who came later is below
        branch = Branch(f"Member {member}", counts[member], tuple(children.get(member, ())))
        children.setdefault(leaders[member], []).append(branch)
    return Branch("Ada Lovelace", counts[0], tuple(children.get(0, ())))


def curve(people: int) -> Points:
    """A year of growth."""
    chance = random.Random(2)
    found, now = [], float(people)
    for day in range(TODAY, TODAY - DAYS, -1):
        found.append((day, int(now)))
        now *= 1 - 0.02 * chance.random()
    return found[::-1]


def memory(field: str) -> float:
    """MiB that the kernel says of this process."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(field)) / 1024


def _warm(people: int) -> float:
    leader, points = base(people), curve(people)
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        support_picture(leader, points)
        times.append(time.perf_counter() - began)
    return median(times[1:])


def _cold(people: int) -> tuple[float, float, float]:
    """Seconds, MiB and kB of a first picture in its process."""
    runs = [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", COLD, str(people)], cwd=ROOT, check=True, capture_output=True
            ).stdout
        )
        for _ in range(PROCESSES)
    ]
    seconds, mebibytes, kilobytes = zip(*runs, strict=True)
    return median(seconds), max(mebibytes), max(kilobytes)


def pictures() -> list[Figure]:
    """Bases of a million and of 2,000 people: time with Pillow loaded and at first, memory, size."""
    small, large = _cold(2_000), _cold(1_000_000)
    return [
        at_most("pictures.million", _warm(1_000_000), "s", 1),
        at_most("pictures.2000", _warm(2_000), "s", 0.15),
        at_most("pictures.million.first", large[0], "s", 1),
        told("pictures.2000.first", small[0], "s"),
        at_most("pictures.memory", max(small[1], large[1]), "MiB", 60),
        at_most("pictures.size", max(small[2], large[2]), "kB", 150),
    ]


FIGURES: dict[str, Bench] = {"pictures": pictures}
