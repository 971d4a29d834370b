"""What the pages name exists: make targets, commands of the command line and of chat, settings, files."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import commands
from bot import config, env_file
from bot.__main__ import cli
from bot.chat.registry import Registry
from tests.docs import made
from tests.docs.examples import blocks

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
README = ROOT / "README.md"
MOST_PICTURE_BYTES = 300_000
BOTFATHERS = {"newbot", "setprivacy", "setjoingroups", "revoke"}
PATHS = {"healthz", "metrics"}
ANSWERS = {"cancel", "skip", "command"}  # to a question; and the page of commands explains its notation

MAKE = r"(?:^|`|&& )make ([a-z]+)\b"
MUSTER = r"(?:(?:^|`|&& |bin/)muster|python -m bot) ([a-z-]+)\b"
CHAT = r"`/([a-z]+(?: [a-z][a-z-]+)?)(?=[ `])"

_CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_EXAMPLE = re.compile(r"^```python\n# \S+\.py\n.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")

over_pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def code_of(page: Path) -> str:
    """Everything set as code, except examples, which declare commands of their own."""
    return "\n".join(_CODE.findall(_EXAMPLE.sub("", page.read_text("utf-8"))))


def mentioned(page: Path, pattern: str) -> set[str]:
    """What the pattern's group found in the page's code."""
    return set(re.findall(pattern, code_of(page), re.MULTILINE))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def fragments(page: Path) -> Iterator[tuple[Path, str]]:
    """(page, anchor) of links that lead to a heading of ours."""
    for target in _LINK.findall(_CODE.sub("", page.read_text("utf-8"))):
        path, _, anchor = target.partition("#")
        if anchor and "://" not in target:
            yield (page.parent / path).resolve() if path else page, anchor


def targets() -> set[str]:
    makefile = ROOT.joinpath("Makefile").read_text("utf-8")
    names = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert names is not None
    return set(names[1].split())


@over_pages
def test_headings_that_links_name_are_there(page: Path) -> None:
    for there, anchor in fragments(page):
        assert anchor in anchors(there), f"{there.name}#{anchor}"


@over_pages
def test_make_targets_are_there(page: Path) -> None:
    assert mentioned(page, MAKE) <= targets()


@over_pages
def test_commands_of_the_command_line_are_there(page: Path) -> None:
    known = {
        command.name or command.callback.__name__ for command in cli.registered_commands if command.callback
    }
    assert mentioned(page, MUSTER) <= known


@over_pages
def test_commands_of_chat_are_there(page: Path) -> None:
    registry = Registry(commands.areas())
    others = BOTFATHERS | PATHS | ANSWERS | ({"shift"} if page.name == "adding-an-area.md" else set())
    # What follows a command of one word are its arguments.
    strange = {
        words for words in mentioned(page, CHAT) if words.split(" ")[0] not in {*registry.commands, *others}
    }
    assert strange <= {*registry.commands, *registry.groups}


def test_what_the_tests_above_find(tmp_path: Path) -> None:
    """They would be blind if their patterns found nothing."""
    page = tmp_path / "page.md"
    page.write_text(
        "`make rum` `/union conect CODE` `/link 1`\n```sh\ncd x && make tset\nmuster fly\n```\nmake it",
        "utf-8",
    )
    assert mentioned(page, MAKE) == {"rum", "tset"}
    assert mentioned(page, MUSTER) == {"fly"}
    assert mentioned(page, CHAT) == {"union conect", "link"}
    assert mentioned(README, MAKE) >= {"run", "test", "init", "doctor"}
    assert mentioned(README, CHAT) >= {"union create", "union connect", "link", "me"}
    assert mentioned(ROOT / "docs" / "operating.md", MUSTER) >= {"init", "doctor", "run"}
    assert dict(fragments(README))[ROOT / "docs" / "permissions.md"] in anchors(
        ROOT / "docs" / "permissions.md"
    )


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_settings_are_there(page: str) -> None:
    """tests/test_docs.py looks at docs/."""
    named = set(re.findall(r"\bMUSTER_[A-Z_]+\b", ROOT.joinpath(page).read_text("utf-8")))
    assert named <= {*config.names(), *config.TEST_VARIABLES, env_file.VARIABLE}


@over_pages
def test_files_of_this_project_that_are_named_are_there(page: Path) -> None:
    printed = {block.path for block in blocks(page.name)} if page.parent.name == "docs" else set()
    for name in mentioned(page, r"`((?:bot|adapters|commands|tests|docs|contracts)/[\w./-]*[\w/])`"):
        assert name in printed or (ROOT / name).exists(), name


@pytest.mark.parametrize("name", made.pages())
def test_generated_parts_follow_from_the_code(name: str) -> None:
    assert ROOT.joinpath("docs", name).read_text("utf-8") == made.pages()[name], "run: make pages"


def test_the_glossary_explains_each_word_once_in_order() -> None:
    words = re.findall(
        r"^\| \*\*(.+?)\*\* \|", ROOT.joinpath("docs", "glossary.md").read_text("utf-8"), re.MULTILINE
    )
    assert len(words) > 50
    assert words == sorted(set(words), key=str.lower)


def test_the_readme_begins_with_the_two_commands() -> None:
    first = re.search(r"```sh\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert first is not None
    assert re.findall(r"^(make \w+)", first[1], re.MULTILINE) == ["make run", "make test"]


def test_the_readme_names_the_python_that_is_needed() -> None:
    needed = tomllib.loads(ROOT.joinpath("pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    assert f"Python {needed.removeprefix('>=')} or newer" in README.read_text("utf-8")


def test_the_picture_is_small_enough_to_load() -> None:
    picture = ROOT / "docs" / "playground.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < MOST_PICTURE_BYTES


def test_the_licence_is_the_one_that_the_package_names() -> None:
    project = tomllib.loads(ROOT.joinpath("pyproject.toml").read_text("utf-8"))["project"]
    assert project["license"] == "MIT"
    assert ROOT.joinpath(*project["license-files"]).read_text("utf-8").startswith("MIT License")
