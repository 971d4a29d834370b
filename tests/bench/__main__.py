"""Measure and print: one JSON line for each figure. Exit code 1 when a goal is missed."""

import asyncio
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Awaitable, Iterable

import tests.bench
from tests.bench.figures import Bench, Figure


def registry() -> dict[str, Bench]:
    """All that can be measured, by name."""
    found: dict[str, Bench] = {}
    for module in pkgutil.iter_modules(tests.bench.__path__):
        if module.name.startswith("_"):
            continue
        benches = getattr(importlib.import_module(f"tests.bench.{module.name}"), "FIGURES", {})
        if twice := found.keys() & benches.keys():
            raise SystemExit(f"declared twice: {', '.join(sorted(twice))}")
        found |= benches
    return found


def measure(bench: Bench) -> list[Figure]:
    """Run one measurement."""
    result = bench()
    return list(asyncio.run(_wait(result)) if inspect.isawaitable(result) else result)


async def _wait(result: Awaitable[Iterable[Figure]]) -> Iterable[Figure]:
    return await result


def main(only: str | None) -> int:
    """Print the figures of one bench, or of all."""
    benches = registry()
    if only is not None and only not in benches:
        print(f"no bench {only!r}; there are: {', '.join(sorted(benches))}", file=sys.stderr)
        return 2
    missed = False
    for name in [only] if only else sorted(benches):
        for figure in measure(benches[name]):
            print(figure.line(), flush=True)
            missed = missed or not figure.met
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] else None))
