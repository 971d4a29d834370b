"""How a reply reaches the person of an interaction. `plan` is pure; `Exchange` carries it out.

The first answer is the acknowledgement and must come within 3 s. A handler that is slower is announced by a
deferral, private or public as its command is; what follows edits that message, or, if it may be seen by others than
the reply may, takes its place: private text is never public. A form can only be a first answer: later it becomes a
button that opens it.
https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from adapters.discord import forms, render
from adapters.discord.events import Asked, Kind
from adapters.discord.render import EPHEMERAL, Json, Part
from bot.chat import text
from bot.chat.model import Form, Reply, Visibility

MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, SUGGESTIONS, MODAL = 4, 5, 6, 7, 8, 9
OPENS = "form:"
"""Begins the custom_id of a button that opens a form which came too late to open by itself."""


class Acknowledged(Enum):
    """What Discord has been told so far."""

    NOT = "not"
    PUBLICLY = "publicly"  # "thinking…", for all to see
    PRIVATELY = "privately"  # "thinking…", for the person alone
    SILENTLY = "silently"  # a press was noticed


@dataclass(frozen=True, slots=True)
class Callback:
    """The first answer: its type, and its data."""

    type: int
    part: Part | None = None
    data: Json | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Put this in the place of the original: "thinking…", or the message whose button was pressed."""

    part: Part


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One more message."""

    part: Part


@dataclass(frozen=True, slots=True)
class Delete:
    """Take "thinking…" away."""


Step: TypeAlias = Callback | Edit | FollowUp | Delete


def deferral(asked: Asked, private: bool) -> tuple[Callback, Acknowledged]:
    """The acknowledgement of something that takes longer; `private` as its command is."""
    if asked.on_message:
        return Callback(DEFERRED_UPDATE), Acknowledged.SILENTLY
    if private and asked.shared:
        return Callback(DEFERRED, data={"flags": EPHEMERAL}), Acknowledged.PRIVATELY
    return Callback(DEFERRED), Acknowledged.PUBLICLY


def plan(asked: Asked, reply: Reply | None, parts: Sequence[Part], acknowledged: Acknowledged) -> list[Step]:
    """What to send, in this order; `parts` are the messages of the reply (`render.render`)."""
    if reply is not None and reply.form is not None:
        if acknowledged is Acknowledged.NOT and asked.kind is not Kind.SUBMIT:
            return [Callback(MODAL, data=forms.modal(reply.form))]
        parts = [*parts, opener(reply.form)]
    private = asked.shared and (reply is None or reply.visibility is not Visibility.PUBLIC)
    shown = [part.ephemeral() for part in parts] if private else list(parts)
    edits = reply is not None and reply.edit and asked.on_message and (not private or asked.on_private)
    more: list[Step] = []
    if reply is not None and reply.notice and (reply.blocks or reply.buttons):
        notice = render.words(reply.notice)
        more.append(FollowUp(notice.ephemeral() if asked.shared else notice))
    if not shown:
        return _silence(asked, acknowledged) + more
    return _first(shown[0], acknowledged, private, edits) + [FollowUp(part) for part in shown[1:]] + more


def opener(form: Form) -> Part:
    """A message with a button that opens the form."""
    button = {"type": 2, "style": 1, "label": text.OPEN_FORM, "custom_id": OPENS + form.token}
    payload = render.words(form.title).payload | {"components": [{"type": 1, "components": [button]}]}
    return Part(payload)


def _first(part: Part, acknowledged: Acknowledged, private: bool, edits: bool) -> list[Step]:
    match acknowledged:
        case Acknowledged.NOT:
            return [Callback(UPDATE, part.replacing()) if edits else Callback(MESSAGE, part)]
        case Acknowledged.SILENTLY:
            return [Edit(part.replacing()) if edits else FollowUp(part)]
        case Acknowledged.PUBLICLY if private:
            return [Delete(), FollowUp(part)]
        case Acknowledged.PRIVATELY if not private:
            return [Delete(), FollowUp(part)]
    return [Edit(part)]


def _silence(asked: Asked, acknowledged: Acknowledged) -> list[Step]:
    """Nothing to say: a press is only noticed, "thinking…" is taken away."""
    if acknowledged is Acknowledged.SILENTLY:
        return []
    if acknowledged is not Acknowledged.NOT:
        return [Delete()]
    if asked.on_message:
        return [Callback(DEFERRED_UPDATE)]
    return [Callback(DEFERRED, data={"flags": EPHEMERAL}), Delete()]
