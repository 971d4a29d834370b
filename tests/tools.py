"""What tests need of the machine.

Tests that need a tool skip without it, except where `MUSTER_NO_SKIP=1` forbids that.
"""

import os
import shutil
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")
ROOM_BYTES = 2 * 1024**3


def require(condition: object, reason: str) -> None:
    """Skip the running test, with the reason, unless `condition` holds; with MUSTER_NO_SKIP=1 fail it."""
    if condition:
        return
    if os.environ.get("MUSTER_NO_SKIP") == "1":
        pytest.fail(f"MUSTER_NO_SKIP=1 and {reason}", pytrace=False)
    pytest.skip(reason)


def memory() -> Path | None:
    """A folder in memory with room for databases, where syncing costs nothing; None if there is none."""
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM_BYTES:
        return MEMORY
    return None
