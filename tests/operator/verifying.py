"""Verifying an export without Muster, by the program of the operator's guide."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.operator.process import ROOT


def verifier() -> str:
    """The program that the operator's guide gives for verifying an export without Muster."""
    guide = (ROOT / "docs" / "operating.md").read_text()
    [program] = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    return program


def verified(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-c", verifier(), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30)
