"""The settings of a union, composed of what each area declares: by the tables, and as the ledger tells them.

What members see depends on the settings, so that the ledger tells the value of each from the union's first day on.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bot.areas.calls.services import approvals, schedule
from bot.areas.ledger import services as ledger
from bot.areas.ledger.domain import FORMAT_CHANGED, Json
from bot.areas.members.services import members
from bot.areas.moderators import services as moderators
from bot.areas.spaces import services as spaces
from bot.areas.tree.services import leadership
from bot.areas.unions import services as unions
from bot.domain.languages import ENGLISH
from bot.domain.people import Union
from bot.domain.transaction import Tx

Settings = dict[str, Json]
"""The value of each setting. People are named by their refs, places by their numbers."""

REMEDY = (
    "Settings are never repaired. If somebody changed the database by hand, restore a backup from before. If the "
    "tables are right, set it once more in chat (/union edit, /union rules, /union hand-over, /call hosts, "
    "/moderators), so that the ledger tells it too."
)


def by_tables(tx: Tx, union: Union) -> Settings:
    """Returns the settings by the tables."""
    founder = members.by_id(tx, union.founder_id) if union.founder_id is not None else None
    return {
        **unions.settings(union),
        "founder": founder.ref if founder else None,
        **leadership.settings(tx, union),
        "opens": schedule.hour(tx, union),
        "hosts": sorted(approvals.hosts(tx, union)),
        "spaces": sorted(space.id for space in spaces.of_union(tx, union)),
        **moderators.settings(tx, union),
    }


def differences(tx: Tx, union: Union) -> list[str]:
    """Compares the settings by the tables with those by the ledger, which has been verified. Returns sentences."""
    told = _Told()
    for entry in ledger.of_kinds(tx, union, tuple(_TOLD)):
        _TOLD[entry.kind](told, entry.actor, json.loads(entry.payload))
    kept = by_tables(tx, union)
    found = [
        f"{name}: {_said(told.settings.get(name))} by the ledger, {_said(value)} by the tables"
        for name, value in kept.items()
        if told.settings.get(name) != value
    ]
    return [*told.contradictions, *found]


def _said(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


class _Told:
    """The settings as the entries tell them, one after another."""

    def __init__(self) -> None:
        # An old ledger tells no moderators and no language, as there were none yet.
        self.settings: dict[str, Any] = {"moderators": [], "moderating": [], "language": ENGLISH}
        self.contradictions: list[str] = []

    def all_at_once(self, _actor: str | None, payload: dict[str, Any]) -> None:
        before, after = self.settings.get("founder"), payload.get("founder")
        if "founder" in self.settings and before != after:
            self.contradictions.append(
                f"founder: {_said(before)} by the entries of format 1, {_said(after)} when the format changed"
            )
        self.settings |= {name: value for name, value in payload.items() if name != "format"}

    def edited(self, _actor: str | None, payload: dict[str, Any]) -> None:
        self.settings |= {name: value for name, value in payload.items() if name != "changed"}

    def founder(self, actor: str | None, payload: dict[str, Any]) -> None:
        self.settings["founder"] = payload.get("heir", actor)

    def merged(self, survivor: str | None, payload: dict[str, Any]) -> None:
        if self.settings.get("founder") == payload["absorbed"]:
            self.settings["founder"] = survivor
        if payload["absorbed"] in self.settings["moderators"]:
            self._without("moderators", payload["absorbed"])
            self._with("moderators", survivor)

    def left(self, member: str | None, _payload: dict[str, Any]) -> None:
        if self.settings.get("founder") == member:
            self.settings["founder"] = None
        self._without("moderators", member)

    def named(self, _actor: str | None, payload: dict[str, Any]) -> None:
        self._with("moderators", payload["member"])

    def unnamed(self, _actor: str | None, payload: dict[str, Any]) -> None:
        self._without("moderators", payload["member"])

    def place_given(self, _actor: str | None, payload: dict[str, Any]) -> None:
        self._with("moderating", payload["space"])

    def place_taken(self, _actor: str | None, payload: dict[str, Any]) -> None:
        self._without("moderating", payload["space"])

    def rules(self, _actor: str | None, payload: dict[str, Any]) -> None:
        self.settings["rules"] = self.settings.get("rules", {}) | payload

    def alerts(self, _actor: str | None, payload: dict[str, Any]) -> None:
        self.settings["rules"] = self.settings.get("rules", {}) | {"alerts": payload["on"]}

    def hour(self, _actor: str | None, payload: dict[str, Any]) -> None:
        self.settings["opens"] = payload["minutes"]

    def allowed(self, _actor: str | None, payload: dict[str, Any]) -> None:
        if "host" in payload:  # entries of format 1 do not say it
            self._with("hosts", payload["host"])

    def forbidden(self, _actor: str | None, payload: dict[str, Any]) -> None:
        if "host" in payload:
            self._without("hosts", payload["host"])

    def connected(self, _actor: str | None, payload: dict[str, Any]) -> None:
        self._with("spaces", payload["space"])

    def disconnected(self, _actor: str | None, payload: dict[str, Any]) -> None:
        for name in ("spaces", "moderating"):
            self._without(name, payload["space"])

    def ended(self, _actor: str | None, _payload: dict[str, Any]) -> None:
        self.settings |= {"spaces": [], "moderating": []}

    def _with(self, name: str, one: Any) -> None:
        self.settings[name] = sorted({*self.settings.get(name, ()), one})

    def _without(self, name: str, one: Any) -> None:
        self.settings[name] = [other for other in self.settings.get(name, ()) if other != one]


_TOLD: dict[str, Callable[[_Told, str | None, dict[str, Any]], None]] = {
    "union.founded": _Told.all_at_once,
    FORMAT_CHANGED: _Told.all_at_once,
    "union.edited": _Told.edited,
    "union.founder": _Told.founder,
    "member.merged": _Told.merged,
    "member.left": _Told.left,
    "union.rules": _Told.rules,
    "union.alerts": _Told.alerts,
    "call.hour": _Told.hour,
    "call.host-allowed": _Told.allowed,
    "call.host-removed": _Told.forbidden,
    "space.connected": _Told.connected,
    "space.disconnected": _Told.disconnected,
    "space.lost": _Told.disconnected,
    "union.ended": _Told.ended,
    "moderator.added": _Told.named,
    "moderator.removed": _Told.unnamed,
    "moderators.place-given": _Told.place_given,
    "moderators.place-taken": _Told.place_taken,
}
"""The kinds of entries that tell settings, and how each is read."""
