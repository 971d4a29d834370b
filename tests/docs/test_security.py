"""The page of threats says of each attack which answer it has, and which test fails without that answer."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "security.md"
HEAD = "| attack | answer | test |"
NONE = "—"
WITHOUT_TEST: dict[str, str] = {}  # an attack, and why no test can show its answer

_TEST = re.compile(r"`([a-z_/]+\.py)::(test_\w+)`")


class Row(NamedTuple):
    attack: str
    answer: str
    tests: str


def rows(page: str) -> Iterator[Row]:
    """Yields every row of the tables of attacks."""
    for table in page.split(HEAD)[1:]:
        for line in table.removeprefix("\n").splitlines()[1:]:
            if not line.startswith("|"):
                break
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            assert len(cells) == len(Row._fields), line
            yield Row(*cells)


@cache
def functions(path: Path) -> frozenset[str]:
    """The names of the functions and methods of a file."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(
        node.name for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, kinds)
    )


def what_is_wrong(row: Row) -> list[str]:
    """Says what the last column names and the tests do not have."""
    if row.tests == NONE:
        return [] if row.attack in WITHOUT_TEST else ["has no test, and no reason"]
    named = _TEST.findall(row.tests)
    if not named or "<br>".join(f"`{path}::{name}`" for path, name in named) != row.tests:
        return [f"cannot be read: {row.tests}"]
    return [
        f"is not there: {path}::{name}"
        for path, name in named
        if not (TESTS / path).is_file() or name not in functions(TESTS / path)
    ]


ROWS = list(rows(PAGE.read_text("utf-8")))


def test_every_table_of_the_section_was_read() -> None:
    section = PAGE.read_text("utf-8").partition("\n## Threats\n")[2].partition("\n## ")[0]
    tables = section.count(HEAD)
    lines = [line for line in section.splitlines() if line.startswith("|")]
    assert tables == section.count("\n### ") > 0
    assert len(ROWS) == len(lines) - 2 * tables > 0


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.attack[:40])
def test_every_attack_has_an_answer_and_tests_that_are_there(row: Row) -> None:
    assert row.attack
    assert row.answer
    assert what_is_wrong(row) == []


def test_no_attack_is_there_twice() -> None:
    for of_rows in ([row.attack.lower() for row in ROWS], [row.answer.lower() for row in ROWS]):
        assert len(of_rows) == len(set(of_rows))


def test_reasons_are_of_rows_without_a_test() -> None:
    assert set(WITHOUT_TEST) == {row.attack for row in ROWS if row.tests == NONE}


@pytest.mark.parametrize(
    "tests",
    [
        NONE,
        "",
        "soon",
        "`docs/test_security.py::test_that_is_not_there`",
        "`docs/test_nothing.py::test_every_attack_has_an_answer_and_tests_that_are_there`",
        "`docs/test_security.py::test_no_attack_is_there_twice` and others",
    ],
)
def test_the_tests_above_can_fail(tests: str) -> None:
    [row] = rows(f"{HEAD}\n| --- | --- | --- |\n| an attack | an answer | {tests} |\n")
    assert what_is_wrong(row) != []
