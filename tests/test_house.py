"""An area has one word, everywhere: its folder, its commands, its tests, and the map."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
WITHOUT_COMMANDS = {"conversations", "ledger", "traces"}
"""Areas in which nobody types anything."""
NO_AREAS = {"help"}
"""What else lies in `commands/`."""


def words(*folder: str) -> set[str]:
    """The modules and packages of a folder, by their names."""
    found = {path.stem for path in ROOT.joinpath(*folder).iterdir() if path.suffix == ".py" or path.is_dir()}
    return found - {"__init__", "__pycache__"}


def test_an_area_has_one_word_everywhere() -> None:
    areas = words("bot", "areas")
    assert words("commands") == areas - WITHOUT_COMMANDS | NO_AREAS
    assert words("tests", "areas") == areas
    page = ROOT.joinpath("docs", "architecture.md").read_text("utf-8")
    assert set(re.findall(r"^\| `(\w+)` \| [^|]+ \| [^|]+ \|$", page, re.MULTILINE)) == areas


def test_an_area_has_one_alias_in_all_tests() -> None:
    """`services` goes by the area's word, storage by its own or the area's word with `_storage`."""
    imported = re.compile(
        r"^\s*from bot\.areas\.(\w+)(?:\.(services|storage))? import (\w+)(?: as (\w+))?$", re.MULTILINE
    )
    for path in ROOT.glob("tests/**/*.py"):
        for area, layer, name, alias in imported.findall(path.read_text("utf-8")):
            if layer and not ROOT.joinpath("bot", "areas", area, layer, f"{name}.py").exists():
                continue  # not a module
            whole = name if layer else area
            usual = whole if "services" in (layer, name) else f"{whole}_{layer or name}"
            assert (alias or name) == usual, f"{path.relative_to(ROOT)}: {alias or name} is {usual} elsewhere"


def test_no_test_imports_from_another() -> None:
    """What tests share stands in modules of its own."""
    wrong = re.compile(r"^\s*from tests\.(?:\w+\.)*(?:test_\w+ import|\w+ import test_)", re.MULTILINE)
    for path in ROOT.glob("tests/**/*.py"):
        assert not wrong.search(path.read_text("utf-8")), path.relative_to(ROOT)
