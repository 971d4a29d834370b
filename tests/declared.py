"""Commands that only a test has."""

import pytest

import commands
from bot.chat.declarations import Area


def declare(monkeypatch: pytest.MonkeyPatch, *areas: Area) -> None:
    """A Muster that starts from now on has these commands too."""
    found = [*commands.areas(), *areas]
    monkeypatch.setattr(commands, "areas", lambda: found)
