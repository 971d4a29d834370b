"""The documentation is complete: every command, setting and file; and every adapter has the same rooms."""

import re
from pathlib import Path

import pytest

import commands
from bot import config, env_file
from bot.__main__ import cli
from bot.chat.registry import Registry
from tests.commands_page import page

ROOT = Path(__file__).parent.parent
ADAPTERS = ("discord", "telegram", "playground")
ADAPTER_FILES = ("__init__.py", "adapter.py", "events.py", "render.py", "limits.py", "menu.py", "check.py")


def text(*path: str) -> str:
    return ROOT.joinpath(*path).read_text("utf-8")


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry(commands.areas())


def test_the_page_of_commands_is_as_declared(registry: Registry) -> None:
    assert text("docs", "commands.md") == page(registry), "run: make pages"


def test_the_page_of_commands_leaves_none_out(registry: Registry) -> None:
    headings = re.findall(r"^##+ /(.+)$", text("docs", "commands.md"), re.MULTILINE)
    assert sorted(headings) == sorted([*registry.commands, *registry.groups])


@pytest.mark.parametrize("name", config.names())
def test_every_setting_is_in_the_operators_guide(name: str) -> None:
    assert f"`{name}`" in text("docs", "operating.md")


def test_the_guide_names_no_setting_that_is_not_there() -> None:
    for page_path in [*ROOT.glob("docs/*.md"), ROOT / "compose.yaml", ROOT / "Dockerfile"]:
        named = set(re.findall(r"\bMUSTER_[A-Z_]+\b", page_path.read_text("utf-8")))
        assert named <= {*config.names(), *config.TEST_VARIABLES, env_file.VARIABLE}, page_path


def test_every_command_of_the_command_line_is_in_the_guide() -> None:
    for command in cli.registered_commands:
        assert command.callback is not None
        assert f"muster {command.name or command.callback.__name__}" in text("docs", "operating.md")


def test_discords_permissions_integer_is_the_permissions_explained() -> None:
    """Named, numbered and summed in one page, and in the guide's invitation."""
    import discord

    explained = dict(re.findall(r"\(`(\w+)`\) \| (\d+) \|", text("docs", "permissions.md")))
    asked = discord.Permissions(**dict.fromkeys(explained, True))
    assert asked.value == sum(1 << int(bit) for bit in explained.values())
    assert f"Permissions integer: `{asked.value}`" in text("docs", "permissions.md")
    assert f"&permissions={asked.value}\n" in text("docs", "operating.md")


def test_links_between_the_pages_lead_somewhere() -> None:
    for page_path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page_path.read_text("utf-8")):
            assert (page_path.parent / target).exists(), f"{page_path.name}: {target}"


@pytest.mark.parametrize("adapter", ADAPTERS)
@pytest.mark.parametrize("file", ADAPTER_FILES)
def test_every_adapter_has_the_same_files(adapter: str, file: str) -> None:
    assert (ROOT / "adapters" / adapter / file).is_file()
