"""What is sent for a reply, for every way in which it was asked and acknowledged."""

from __future__ import annotations

import pytest

from adapters.discord import render
from adapters.discord.events import Asked, InteractionKind
from adapters.discord.responses import Acknowledged, Callback, Delete, Edit, FollowUp, deferral, plan
from bot.chat.incoming import Actor, CommandCall, Incoming, Place
from bot.chat.model import Form, Question, Reply, Visibility, say

NOT, PUBLICLY, PRIVATELY, SILENTLY = Acknowledged
PUBLIC = say("For all.", visibility=Visibility.PUBLIC)
PRIVATE = say("For you.", visibility=Visibility.PRIVATE)
EDIT = say("Changed.", visibility=Visibility.PUBLIC, edit=True)
PRIVATE_EDIT = say("For you.", visibility=Visibility.PRIVATE, edit=True)
FORM = Reply(form=Form("A word", (Question("word", "Word"),), "x", token="f"), visibility=Visibility.PRIVATE)


def asked(how: str) -> Asked:
    """how: "command", "press", "press-private" (on an ephemeral message), "submit", "dm"."""
    space = None if how == "dm" else "1"
    incoming = Incoming("9", Actor("discord", "5", "Ada"), Place("discord", "2", space), CommandCall("x"))
    kind = {"press": InteractionKind.PRESS, "submit": InteractionKind.SUBMIT}.get(
        how.split("-")[0], InteractionKind.COMMAND
    )
    return Asked(kind, incoming, "9", "token", "1", how.startswith("press"), how == "press-private")


def planned(how: str, reply: Reply | None, told: Acknowledged) -> list[str]:
    """The steps in short: kind, callback type, "!" if for one person only."""
    parts = render.render(reply).parts if reply else ()
    shown = []
    for step in plan(asked(how), reply, parts, told):
        part = getattr(step, "part", None)
        flags = (part.payload if part else getattr(step, "data", None) or {}).get("flags", 0)
        name = f"callback {step.type}" if isinstance(step, Callback) else type(step).__name__.lower()
        shown.append(name + ("!" if flags & render.EPHEMERAL else ""))
    return shown


@pytest.mark.parametrize(
    ("how", "reply", "told", "steps"),
    [
        ("command", PUBLIC, NOT, ["callback 4"]),
        ("command", PRIVATE, NOT, ["callback 4!"]),
        ("command", PUBLIC, PUBLICLY, ["edit"]),
        ("command", PRIVATE, PRIVATELY, ["edit!"]),
        ("command", PRIVATE, PUBLICLY, ["delete", "followup!"]),
        ("command", PUBLIC, PRIVATELY, ["delete", "followup"]),
        ("command", EDIT, NOT, ["callback 4"]),
        ("command", None, NOT, ["callback 5!", "delete"]),
        ("command", None, PUBLICLY, ["delete"]),
        ("command", FORM, NOT, ["callback 9"]),
        ("command", FORM, PUBLICLY, ["delete", "followup!"]),
        ("command", FORM, PRIVATELY, ["edit!"]),
        ("dm", PRIVATE, NOT, ["callback 4"]),
        ("dm", PRIVATE, PUBLICLY, ["edit"]),
        ("press", PUBLIC, NOT, ["callback 4"]),
        ("press", PRIVATE, NOT, ["callback 4!"]),
        ("press", EDIT, NOT, ["callback 7"]),
        ("press", PRIVATE_EDIT, NOT, ["callback 4!"]),
        ("press-private", PRIVATE_EDIT, NOT, ["callback 7!"]),
        ("press", EDIT, SILENTLY, ["edit"]),
        ("press", PRIVATE_EDIT, SILENTLY, ["followup!"]),
        ("press-private", PRIVATE_EDIT, SILENTLY, ["edit!"]),
        ("press", PUBLIC, SILENTLY, ["followup"]),
        ("press", PRIVATE, SILENTLY, ["followup!"]),
        ("press", None, NOT, ["callback 6"]),
        ("press", None, SILENTLY, []),
        ("press", FORM, NOT, ["callback 9"]),
        ("press", FORM, SILENTLY, ["followup!"]),
        ("submit", PRIVATE, NOT, ["callback 4!"]),
        ("submit", FORM, NOT, ["callback 4!"]),
    ],
)
def test_steps(how: str, reply: Reply | None, told: Acknowledged, steps: list[str]) -> None:
    assert planned(how, reply, told) == steps


@pytest.mark.parametrize("how", ["command", "press", "press-private", "submit"])
@pytest.mark.parametrize("told", list(Acknowledged))
@pytest.mark.parametrize("reply", [PRIVATE, PRIVATE_EDIT, FORM], ids=["plain", "edit", "form"])
def test_private_is_never_public(how: str, told: Acknowledged, reply: Reply) -> None:
    """Whatever shows a private reply is ephemeral itself, or edits what already is."""
    for step in plan(asked(how), reply, render.render(reply).parts, told):
        if (isinstance(step, Callback) and step.type == 4) or isinstance(step, FollowUp):
            assert step.part is not None
            assert step.part.payload["flags"] & render.EPHEMERAL
        if isinstance(step, Callback) and step.type == 7:
            assert how == "press-private"
        if isinstance(step, Edit):
            assert told is PRIVATELY or how == "press-private"


def test_an_edit_leaves_nothing_of_the_old_message() -> None:
    (step,) = plan(asked("press"), EDIT, render.render(EDIT).parts, NOT)
    assert isinstance(step, Callback)
    assert step.part is not None
    assert (step.part.payload["components"], step.part.payload["attachments"]) == ([], [])


@pytest.mark.parametrize(
    ("how", "private", "kind", "told"),
    [
        ("command", True, 5, PRIVATELY),
        ("command", False, 5, PUBLICLY),
        ("dm", True, 5, PUBLICLY),
        ("press", True, 6, SILENTLY),
        ("submit", True, 5, PRIVATELY),
    ],
)
def test_deferrals(how: str, private: bool, kind: int, told: Acknowledged) -> None:
    callback, acknowledged = deferral(asked(how), private)
    assert (callback.type, acknowledged) == (kind, told)
    assert ((callback.data or {}).get("flags") == render.EPHEMERAL) == (told is PRIVATELY)


def test_thinking_goes_away_before_anything_else_is_said() -> None:
    steps = plan(asked("command"), PRIVATE, render.render(PRIVATE).parts, PUBLICLY)
    assert isinstance(steps[0], Delete)
