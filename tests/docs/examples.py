"""The examples of the tutorials: code blocks that begin with the name of the file they would be.

A block that begins with `# bot/keepers.py, after: LINE` has lines for a file that exists, to be put below LINE.
"""

from __future__ import annotations

import importlib
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_BLOCK = re.compile(r"^```python\n# (\S+\.py)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INSERTION = re.compile(r"^```python\n# (\S+\.py), after: ([^\n]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CHANGED = ("bot", "commands", "tests", "docs")
_LEFT_BEHIND = (".git", ".venv", "data", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis")


@dataclass(frozen=True)
class Block:
    """One file of an example. `line` is where its code begins on the page."""

    page: str
    path: str
    code: str
    line: int

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").replace("/", ".")

    def run(self, namespace: dict[str, object]) -> None:
        """Run it; tracebacks point at the page."""
        shifted = "\n" * (self.line - 1) + self.code
        exec(compile(shifted, str(DOCS / self.page), "exec"), namespace)


@dataclass(frozen=True)
class Insertion:
    """Lines for a file that exists. `after` is the line above them, without its indentation."""

    path: str
    after: str
    lines: str


def blocks(page: str) -> list[Block]:
    """The files of a page, in order."""
    text = DOCS.joinpath(page).read_text("utf-8")
    return [
        Block(page, found[1], found[2], text[: found.start(2)].count("\n") + 1)
        for found in _BLOCK.finditer(text)
    ]


def insertions(page: str) -> list[Insertion]:
    """The lines that a page puts into files that exist."""
    text = DOCS.joinpath(page).read_text("utf-8")
    return [Insertion(found[1], found[2], found[3]) for found in _INSERTION.finditer(text)]


def cases_of(page: str) -> list[str]:
    """Names of the test functions on a page."""
    return [
        name
        for block in blocks(page)
        for name in re.findall(r"^async def (test_\w+)", block.code, re.MULTILINE)
    ]


def install(block: Block, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Make the block importable under its own name, for this test only."""
    package, _, name = block.module.rpartition(".")
    module = ModuleType(block.module)
    block_package = sys.modules.get(package) or _package(package, monkeypatch)
    monkeypatch.setitem(sys.modules, block.module, module)
    block.run(vars(module))
    monkeypatch.setattr(block_package, name, module, raising=False)
    return module


def _package(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        made = ModuleType(name)
        made.__path__ = []
        monkeypatch.setitem(sys.modules, name, made)
        return made


def copy_checkout(to: Path) -> None:
    """Copies this project into a new folder. Folders in which the tutorials change nothing are links."""
    to.mkdir()
    for entry in ROOT.iterdir():
        if entry.name in _CHANGED:
            shutil.copytree(entry, to / entry.name, ignore=shutil.ignore_patterns("__pycache__"))
        elif entry.name not in _LEFT_BEHIND:
            (to / entry.name).symlink_to(entry)


def follow(page: str, checkout: Path) -> None:
    """Does in a checkout what a page says: makes its files, and puts its lines into files that exist."""
    for block in blocks(page):
        path = checkout / block.path
        assert not path.exists(), f"{block.path} exists already"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.code, "utf-8")
    for insertion in insertions(page):
        path = checkout / insertion.path
        lines = path.read_text("utf-8").splitlines(keepends=True)
        found = [at for at, line in enumerate(lines, 1) if line.strip() == insertion.after]
        assert len(found) == 1, f"{insertion.path} has {len(found)} lines `{insertion.after}`"
        path.write_text("".join([*lines[: found[0]], insertion.lines, *lines[found[0] :]]), "utf-8")
