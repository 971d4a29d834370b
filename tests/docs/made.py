"""Makes the parts of docs/ that follow from the code: `make pages`.

These are docs/commands.md, the table of areas in docs/architecture.md, and the table of files in docs/operating.md.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import commands
from bot import exports
from bot.chat.registry import Registry
from tests.commands_page import page

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
AREAS = "| area | what it is | built on |"
FILES = "| file | one JSON object each |"
UNION = "the union: name, purpose, time zone, founder, rules, counts, the ledger's head, whether it verified"


def pages() -> dict[str, str]:
    """Returns the text of each page, by its name, as it has to be."""
    return {
        "commands.md": page(Registry(commands.areas())),
        "architecture.md": with_rows("architecture.md", AREAS, area_rows()),
        "operating.md": with_rows("operating.md", FILES, file_rows()),
    }


def with_rows(name: str, header: str, rows: Iterable[str]) -> str:
    """Returns a page with these rows in the table that has this header."""
    text = DOCS.joinpath(name).read_text("utf-8")
    table = re.compile(rf"^({re.escape(header)}\n\|[ |-]+\|\n)(?:\|.*\n)*", re.MULTILINE)
    made, tables = table.subn(lambda found: found[1] + "".join(f"{row}\n" for row in rows), text)
    assert tables == 1, f"docs/{name} has no table, or several, with the header {header}"
    return made


def area_rows() -> Iterator[str]:
    """Reads what an area is from its `__init__`. An area stands below all that it is built on."""
    needs = declared_needs()
    for area in sorted(areas(), key=lambda area: (height(area, needs), area)):
        described = importlib.import_module(f"bot.areas.{area}").__doc__ or ""
        built_on = ", ".join(needs.get(area, [])) or "nothing"
        yield f"| `{area}` | {described.strip().removesuffix('.')} | {built_on} |"


def areas() -> list[str]:
    """Returns the words of all areas."""
    return [path.parent.name for path in ROOT.glob("bot/areas/*/__init__.py")]


def height(area: str, needs: dict[str, list[str]]) -> int:
    """Returns the number of areas in the longest chain below this one."""
    return max((height(below, needs) + 1 for below in needs.get(area, [])), default=0)


def declared_needs() -> dict[str, list[str]]:
    """Returns `NEEDS` of tests/test_imports.py, which is a literal."""
    tree = ast.parse(ROOT.joinpath("tests", "test_imports.py").read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NEEDS":
            found: dict[str, list[str]] = ast.literal_eval(node.value)
            return found
    raise AssertionError("tests/test_imports.py declares no NEEDS")


def file_rows() -> Iterator[str]:
    """Reads what a file has from the area that declares it."""
    yield f"| `union.json` | {UNION} |"
    for export in exports.declared():
        yield f"| `{export.file}.jsonl` | {export.about} |"


if __name__ == "__main__":
    for name, text in pages().items():
        DOCS.joinpath(name).write_text(text, "utf-8")
