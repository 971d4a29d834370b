"""Who may import whom, in which files an area keeps what, and that importing does nothing."""

import ast
import functools
import graphlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
OURS = {
    "bot.domain": [],
    "bot.storage": ["bot.domain"],
    "bot.chat": ["bot.domain"],
    "bot.chain": ["bot.domain"],
    "bot.pictures": ["bot.domain"],
    "bot.areas": ["bot.domain"],  # and what its layer may: LAYERS
    "bot.web": ["bot.chat", "bot.domain", "areas' services", "areas' domain"],
    "commands": [
        "bot.chat",
        "bot.pictures",
        "bot.domain",
        "bot.membership",
        "areas' services",
        "areas' domain",
    ],
    "adapters.discord": ["bot.chat", "bot.domain"],
    "adapters.telegram": ["bot.chat", "bot.domain"],
    "adapters.playground": ["bot.chat", "bot.domain"],
    # The composition root, what is composed over all areas, and the command line.
    "bot": ["bot", "adapters", "commands"],
}
"""What each part of the program may import besides itself and `bot.errors`."""
LAYERS = {
    "domain": {"own": ["domain"], "others": ["domain"], "engine": []},
    "tables": {"own": [], "others": ["tables"], "engine": ["bot.storage.columns", "bot.storage.types"]},
    "storage": {
        "own": ["storage", "domain", "tables"],
        "others": ["domain", "tables"],
        "engine": ["bot.storage"],
    },
    "services": {
        "own": ["services", "storage", "domain"],
        "others": ["services", "domain"],
        "engine": ["bot.storage.meta", "bot.storage.trusted_time", "bot.storage.erasures"],
    },
}
"""The files or folders of an area; what each may import of its own area, of areas it needs, and of the engine."""
NEEDS = {
    "unions": ["ledger"],
    "members": ["ledger", "traces", "unions"],
    "spaces": ["ledger", "unions"],
    "expulsions": ["ledger", "members", "spaces", "traces", "unions"],
    "moderators": ["ledger", "members", "spaces"],
    "wallets": ["expulsions", "ledger", "members", "traces", "unions"],
    "invites": ["members", "traces"],
    "delivery": ["files", "members", "unions"],
    "tree": ["ledger", "members", "traces", "unions", "wallets"],
    "conversations": [
        "delivery", "expulsions", "files", "members", "moderators", "spaces", "traces", "tree", "unions",
    ],
    "calls": ["delivery", "files", "ledger", "members", "spaces", "tree", "unions"],
    "checkins": ["calls", "files", "ledger", "members", "tree", "unions", "wallets"],
    "contests": ["calls", "checkins", "files", "ledger", "members", "tree", "unions", "wallets"],
    "reminders": ["calls", "checkins", "members", "tree", "unions"],
    "reports": ["calls", "checkins", "members", "reminders", "spaces", "tree"],
    "flags": ["invites", "ledger", "members", "spaces", "traces", "tree", "unions", "wallets"],
    "joinings": ["flags", "ledger", "members", "traces", "tree", "unions", "wallets"],
}  # fmt: skip
"""Which areas each area is built on; an area that is not named here needs none. Never in a circle."""
TABLES = ["bot.storage", "areas' storage", "areas' tables"]
THIRD_PARTY = {
    "discord": ["adapters.discord"],
    "telegram": ["adapters.telegram"],
    "sqlalchemy": [*TABLES, "bot.schema"],
    "alembic": ["bot.storage"],
    "psycopg": ["bot.storage"],
    "aiosqlite": ["bot.storage"],
    "web3": ["bot.chain"],
    "siwe": ["bot.chain"],
    "aiohttp.web": ["bot.web", "adapters.playground"],
    "PIL": ["bot.pictures"],
    "numpy": ["bot.domain", "areas' domain", "areas' services"],
}
LAZY = ("web3", "siwe", "discord", "telegram", "alembic", "numpy", "PIL", "psycopg", "aiohttp.web", "jinja2")
IN_AREA = re.compile(r"bot\.areas\.(\w+)\.(\w+)")


def below(module: str, *packages: str) -> bool:
    """Whether a module is one of these, or in one; "areas' storage" is the layer of that name in every area."""
    found = IN_AREA.match(module)
    layer = f"areas' {found.group(2)}" if found else None
    return any(f"{module}.".startswith(f"{package}.") or package == layer for package in packages)


@functools.cache
def modules() -> dict[str, ast.Module]:
    """Every module of the program, parsed."""
    paths = (path for top in ("bot", "adapters", "commands") for path in (ROOT / top).rglob("*.py"))
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): ast.parse(
            path.read_text("utf-8")
        )
        for path in paths
    }


def imported(tree: ast.Module) -> Iterator[str]:
    """All modules that a file imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def allowed(module: str, name: str) -> bool:
    """Whether this module of ours may import that name of ours."""
    if name == "bot.errors" or below(name, "bot.errors"):
        return True
    home = next(package for package in OURS if below(module, package))
    inside, wanted = IN_AREA.match(module), IN_AREA.match(name)
    if inside is None:
        return below(name, home, *OURS[home])
    area, layer = inside.groups()
    may = LAYERS[layer]
    if wanted is None:
        return below(name, "bot.domain", *may["engine"])
    other, wanted_layer = wanted.groups()
    if other == area:
        return wanted_layer in may["own"]
    return wanted_layer in may["others"] and other in NEEDS.get(area, [])


def broken_rules(module: str, tree: ast.Module) -> list[str]:
    """What a module imports that it may not."""
    wrong = []
    for name in imported(tree):
        if below(name, "bot", "adapters", "commands") and not allowed(module, name):
            wrong.append(f"{module} imports {name}")
        for package, homes in THIRD_PARTY.items():
            if below(name, package) and not below(module, *homes):
                wrong.append(f"{module} imports {name}")
    return wrong


def test_imports_follow_the_rules() -> None:
    found = modules()
    wrong = [
        line for module, tree in found.items() if module != "adapters" for line in broken_rules(module, tree)
    ]
    assert wrong == []


def test_every_folder_is_a_package() -> None:
    """What is found by looking through packages would be missed without a word."""
    for top in ("bot/areas", "commands"):
        for folder in (path.parent for path in (ROOT / top).rglob("*.py")):
            assert (folder / "__init__.py").exists(), f"{folder.relative_to(ROOT)} has no __init__.py"


def test_an_area_has_the_four_files_and_no_other() -> None:
    for module in modules():
        found = re.fullmatch(r"bot\.areas\.(\w+)\.(\w+)", module)
        assert found is None or found.group(2) in LAYERS, f"{module}: a file of an area is one of {[*LAYERS]}"


def test_what_areas_need_of_each_other_is_declared_and_no_circle() -> None:
    used: dict[str, set[str]] = {}
    for module, tree in modules().items():
        if inside := IN_AREA.match(module):
            others = {found.group(1) for name in imported(tree) if (found := IN_AREA.match(name))}
            used.setdefault(inside.group(1), set()).update(others - {inside.group(1)})
    needed = {area: sorted(needs) for area, needs in used.items() if needs}
    for area in sorted(needed.keys() | NEEDS.keys()):
        line = f"{area!r}: {needed[area]}" if area in needed else f"no line for {area!r}, which needs none"
        assert needed.get(area) == NEEDS.get(area), f"`NEEDS` above has to have {line}"
    graphlib.TopologicalSorter(NEEDS).prepare()  # raises CycleError


def test_no_module_imports_itself_by_a_detour() -> None:
    """Also what only type checkers import counts: modules that cannot be read one after another are one module."""
    found = modules()
    graph = {
        module: {one for name in imported(tree) for one in (name, name.rpartition(".")[0]) if one in found}
        - {module}
        for module, tree in found.items()
    }
    # A package's own __init__ is no detour.
    graph = {module: {one for one in needs if not below(module, one)} for module, needs in graph.items()}
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError


def test_only_storage_runs_statements() -> None:
    """A transaction is opaque to everybody else."""
    methods = {"all", "plain", "one", "value", "run"}
    for module, tree in modules().items():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Attribute)
                and node.attr in methods
                and (isinstance(node.value, ast.Name) and node.value.id == "tx")
            ):
                assert below(module, "bot.storage", "areas' storage"), f"{module} runs a statement"


def test_the_rules_can_fail() -> None:
    for module, line in (
        ("bot.domain.people", "from bot.storage import statements"),
        ("bot.areas.wallets.services.links", "import sqlalchemy as sa"),
        ("bot.areas.wallets.services.links", "from bot import app"),
        ("bot.areas.wallets.services.links", "from bot.areas.members.storage import accounts"),
        ("bot.areas.wallets.services.links", "from bot.areas.tree.services import endorsements"),
        ("bot.areas.wallets.services.links", "from bot.chat.model import Reply"),
        ("bot.areas.wallets.storage.tickets", "from bot.areas.members.services import members"),
        ("bot.areas.wallets.domain.links", "from bot.areas.wallets.storage import tickets"),
        ("bot.areas.wallets.tables", "from bot.areas.wallets.domain.links import Ticket"),
        ("commands.members.members", "from bot.areas.members.storage.accounts import add"),
        ("commands.members.members", "from bot.areas.members.tables import accounts"),
        ("adapters.discord.events", "from bot.areas.members.services import members"),
        ("adapters.discord.events", "from adapters.telegram import limits"),
        ("adapters.telegram.adapter", "from aiohttp import web"),
        ("bot.chat.dispatch", "from bot.areas.conversations import services"),
        ("bot.pictures.support_base", "from bot.areas.tree.domain import endorsements"),
        ("bot.web.link", "def later():\n    from web3 import Web3"),
        ("bot.app", "import discord.ext.tasks"),
    ):
        assert broken_rules(module, ast.parse(line)), (module, line)
    for module, line in (
        ("bot.web.link", "from aiohttp import web\nfrom bot.errors import TryAgain"),
        ("bot.areas.wallets.services.links", "from bot.areas.members.services import members"),
        ("bot.areas.wallets.storage.tickets", "from bot.areas.members.tables import accounts"),
    ):
        assert not broken_rules(module, ast.parse(line)), (module, line)


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
