"""Tests that need a tool skip without it, except where `MUSTER_NO_SKIP=1` forbids that."""

import os

import pytest


def require(condition: object, reason: str) -> None:
    """Skip the running test, with the reason, unless `condition` holds; with MUSTER_NO_SKIP=1 fail it."""
    if condition:
        return
    if os.environ.get("MUSTER_NO_SKIP") == "1":
        pytest.fail(f"MUSTER_NO_SKIP=1 and {reason}", pytrace=False)
    pytest.skip(reason)
