"""What members type: a module or a folder for each area, declared once for every platform."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from bot.chat.declarations import Area

ORDER = (
    "unions", "spaces.requests", "spaces.spaces", "moderators", "tree.leadership", "members.members",
    "waiting.waiting", "joinings.joinings", "invites", "tree.endorsements", "tree.support", "tree.branch",
    "calls.calls", "calls.schedule", "calls.approvals", "calls.posts", "checkins.checkins", "contests.contests",
    "checkins.reviews", "checkins.streaks", "reminders", "reports", "flags", "wallets.links", "wallets.wallets",
    "help", "spaces.events", "tree.digest", "delivery",
)  # fmt: skip
"""In which order `/help` and the platforms' menus list what modules declare; modules not named here come last."""


def areas() -> list[Area]:
    """Every `area` that a module here declares. Found by looking, so that a new module needs no registration."""
    return [area for _, area in sorted(_declared(), key=lambda found: _place(found[0]))]


def _declared() -> Iterator[tuple[str, Area]]:
    seen: list[Area] = []
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        declared = getattr(importlib.import_module(module.name), "area", None)
        # A module that uses the area of another one declares nothing.
        if isinstance(declared, Area) and not any(declared is one for one in seen):
            seen.append(declared)
            yield module.name.removeprefix(f"{__name__}."), declared


def _place(name: str) -> tuple[int, str]:
    return (ORDER.index(name) if name in ORDER else len(ORDER), name)
