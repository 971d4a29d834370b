"""Who may import what (design: A → B, A may import B), and that importing does nothing."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
OURS = {
    "bot.domain": [],
    "bot.storage": ["bot.domain"],
    "bot.services": ["bot.storage", "bot.domain"],
    "bot.chat": ["bot.domain"],
    "bot.chain": ["bot.domain"],
    "bot.web": ["bot.services", "bot.chat", "bot.domain"],
    "bot.pictures": ["bot.domain"],
    "commands": ["bot.chat", "bot.services", "bot.pictures", "bot.domain"],
    "adapters.discord": ["bot.chat", "bot.domain"],
    "adapters.telegram": ["bot.chat", "bot.domain"],
    "adapters.playground": ["bot.chat", "bot.domain"],
    # The composition root and the command line; what else lies there builds on all of it.
    "bot": ["bot", "adapters", "commands"],
}
THIRD_PARTY = {
    "discord": ["adapters.discord"],
    "telegram": ["adapters.telegram"],
    "sqlalchemy": ["bot.storage"],
    "alembic": ["bot.storage"],
    "psycopg": ["bot.storage"],
    "aiosqlite": ["bot.storage"],
    "web3": ["bot.chain"],
    "siwe": ["bot.chain"],
    "aiohttp.web": ["bot.web", "adapters.playground"],
    "PIL": ["bot.pictures"],
    "numpy": ["bot.domain", "bot.services"],
}
LAZY = ("web3", "siwe", "discord", "telegram", "alembic", "numpy", "PIL", "psycopg", "aiohttp.web", "jinja2")


def below(module: str, *packages: str) -> bool:
    return any(f"{module}.".startswith(f"{package}.") for package in packages)


def imported(tree: ast.Module) -> Iterator[str]:
    """All modules that a file imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def broken_rules(module: str, source: str) -> list[str]:
    home = next(package for package in OURS if below(module, package))
    allowed = [home, "bot.errors", *OURS[home]]
    wrong = []
    for name in imported(ast.parse(source)):
        if below(name, "bot", "adapters", "commands") and not below(name, *allowed):
            wrong.append(f"{module} imports {name}")
        for package, homes in THIRD_PARTY.items():
            if below(name, package) and not below(module, *homes):
                wrong.append(f"{module} imports {name}")
    return wrong


def test_imports_follow_the_rules() -> None:
    wrong = []
    for path in (path for top in ("bot", "adapters", "commands") for path in (ROOT / top).rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if module != "adapters":
            wrong += broken_rules(module, path.read_text("utf-8"))
    assert wrong == []


def test_the_rules_can_fail() -> None:
    for module, line in (
        ("bot.domain.people", "from bot.storage import accounts"),
        ("bot.services.links", "import sqlalchemy as sa"),
        ("bot.services.links", "from bot import app"),
        ("commands.people", "from bot.storage.accounts import add"),
        ("adapters.discord.events", "from bot.services import people"),
        ("adapters.discord.events", "from adapters.telegram import limits"),
        ("adapters.telegram.adapter", "from aiohttp import web"),
        ("bot.web.link", "def later():\n    from web3 import Web3"),
        ("bot.app", "import discord.ext.tasks"),
    ):
        assert broken_rules(module, line), (module, line)
    assert not broken_rules("bot.web.link", "from aiohttp import web\nfrom bot.errors import TryAgain")


def test_what_is_slow_to_load_is_loaded_when_used() -> None:
    """Importing all that a start needs loads no platform, no chain library and no migrations."""
    script = f"import bot.runner, sys; print(*(name for name in {LAZY!r} if name in sys.modules))"
    run = [sys.executable, "-c", script]
    loaded = subprocess.run(
        run, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    ).stdout.split()
    assert loaded == []


def test_nothing_happens_at_import() -> None:
    """Importing every module of ours opens no file for writing, no socket, no process, and reads no settings."""
    script = """
import importlib, os, pkgutil, sys
import bot, adapters, commands
happened = []
def watch(event, arguments):
    mode = arguments[2] or 0 if event == "open" else 0
    if (event == "open" and isinstance(mode, int) and mode & (os.O_WRONLY | os.O_RDWR)
            or event in ("socket.connect", "socket.bind", "subprocess.Popen", "os.mkdir", "sqlite3.connect")
            or event == "open" and str(arguments[0]).endswith(".env")):
        happened.append((event, str(arguments)))
names = [m.name for p in (bot, adapters, commands) for m in pkgutil.walk_packages(p.__path__, p.__name__ + ".")]
names = [name for name in names if "migrations" not in name and not name.endswith("__main__")]
sys.dont_write_bytecode = True
sys.addaudithook(watch)
for name in names:
    importlib.import_module(name)
assert not happened, happened
open(os.devnull, "w").close()
print(len(names), happened)
"""
    run = [sys.executable, "-W", "ignore", "-c", script]
    result = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    count, happened = result.stdout.strip().split(" ", 1)
    assert int(count) > 60
    assert "/dev/null" in happened  # the watcher was awake
