"""What a figure is, and how modules declare theirs.

A module of this package that measures something has

    FIGURES: dict[str, Bench] = {"writes": measure_writes}

where the key is what `make bench ONLY=…` takes and the value is a function without parameters, plain or
`async`, that gives the figures it measured. A figure with a baseline measures both in the same run, so that
the ratio means the same on every machine.
"""

import json
import math
import statistics
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import asdict, dataclass

Bench = Callable[[], Iterable["Figure"] | Awaitable[Iterable["Figure"]]]


@dataclass(frozen=True)
class Figure:
    """One measured number; `ratio` is value / baseline, `goal` says what is asked of which."""

    name: str
    value: float
    unit: str
    baseline: float | None
    ratio: float | None
    goal: str
    met: bool

    def line(self) -> str:
        """The figure as one line of JSON."""
        return json.dumps({key: _short(value) for key, value in asdict(self).items()})


def ratio_at_least(name: str, value: float, unit: str, baseline: float, goal: float) -> Figure:
    """A figure where more is better: at least `goal` times the baseline."""
    ratio = value / baseline
    return Figure(name, value, unit, baseline, ratio, f"ratio >= {goal:g}", ratio >= goal)


def ratio_at_most(name: str, value: float, unit: str, baseline: float, goal: float) -> Figure:
    """A figure where less is better: at most `goal` times the baseline."""
    ratio = value / baseline
    return Figure(name, value, unit, baseline, ratio, f"ratio <= {goal:g}", ratio <= goal)


def at_most(name: str, value: float, unit: str, goal: float) -> Figure:
    """A figure without a baseline: at most `goal`."""
    return Figure(name, value, unit, None, None, f"value <= {goal:g}", value <= goal)


def told(name: str, value: float, unit: str, baseline: float | None = None) -> Figure:
    """A figure that nothing is asked of, worth knowing."""
    return Figure(name, value, unit, baseline, value / baseline if baseline else None, "none", True)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that `percent` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


median = statistics.median


def _short(value: object) -> object:
    return float(f"{value:.4g}") if isinstance(value, float) else value
