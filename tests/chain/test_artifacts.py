import shutil
import subprocess
from pathlib import Path

from tests.chain.node import CONTRACTS
from tests.tools import require


def test_artifacts_are_what_the_pinned_compiler_makes(tmp_path: Path) -> None:
    node = shutil.which("node")
    require(node and (CONTRACTS / "node_modules/solc").exists(), "no solc: run `npm ci` in contracts/")
    subprocess.run([str(node), "compile.mjs", str(tmp_path)], cwd=CONTRACTS, check=True)
    made = {file.name: file.read_text() for file in tmp_path.iterdir()}
    committed = {file.name: file.read_text() for file in (CONTRACTS / "artifacts").iterdir()}
    assert made == committed


def test_the_lock_file_names_no_registry() -> None:
    assert "resolved" not in (CONTRACTS / "package-lock.json").read_text()
