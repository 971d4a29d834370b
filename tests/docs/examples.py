"""The examples of the tutorials: code blocks that begin with the name of the file they would be."""

from __future__ import annotations

import importlib
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[2] / "docs"
_BLOCK = re.compile(r"^```python\n# (\S+\.py)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


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


def blocks(page: str) -> list[Block]:
    """The files of a page, in order."""
    text = DOCS.joinpath(page).read_text("utf-8")
    return [
        Block(page, found[1], found[2], text[: found.start(2)].count("\n") + 1)
        for found in _BLOCK.finditer(text)
    ]


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
