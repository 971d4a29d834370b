"""The steps that show a reply to the person of an interaction. `plan` is pure; `Exchange` carries the steps out.

The first answer is the acknowledgement, and Discord must have it within 3 s. If the handler is slower, the first
answer is a deferral ("thinking…"), private or public like its command. The reply then edits that message. If one of
the two is private and the other public, that message is deleted and the reply is a new one: private text is never
public. A form can only be a first answer: if it comes later, a button opens it.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from adapters.discord import forms, render
from adapters.discord.events import Asked, InteractionKind
from adapters.discord.render import EPHEMERAL, Json, ReplyPart
from bot.chat import text
from bot.chat.languages import said
from bot.chat.model import Form, Reply, Visibility
from bot.domain.languages import ENGLISH, spoken

MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, SUGGESTIONS, MODAL = 4, 5, 6, 7, 8, 9
OPENS = "form:"
"""Begins the custom_id of a button that opens a form, after the form came too late to open by itself."""


class Acknowledged(Enum):
    """The first answer that Discord has."""

    NOT = "not"
    PUBLICLY = "publicly"  # "thinking…", for all to see
    PRIVATELY = "privately"  # "thinking…", for the person alone
    SILENTLY = "silently"  # a press was confirmed, which shows nothing


@dataclass(frozen=True, slots=True)
class Callback:
    """The first answer: its type, and a message (`part`) or other `data`."""

    type: int
    part: ReplyPart | None = None
    data: Json | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Replaces the original message: "thinking…", or the message whose button was pressed."""

    part: ReplyPart


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Sends one more message."""

    part: ReplyPart


@dataclass(frozen=True, slots=True)
class Delete:
    """Deletes "thinking…"."""


Step: TypeAlias = Callback | Edit | FollowUp | Delete


def deferral(asked: Asked, private: bool) -> tuple[Callback, Acknowledged]:
    """Returns the first answer to an act that takes longer; `private`: whether its command answers in private."""
    if asked.on_message:
        return Callback(DEFERRED_UPDATE), Acknowledged.SILENTLY
    if private and asked.shared:
        return Callback(DEFERRED, data={"flags": EPHEMERAL}), Acknowledged.PRIVATELY
    return Callback(DEFERRED), Acknowledged.PUBLICLY


def plan(
    asked: Asked, reply: Reply | None, parts: Sequence[ReplyPart], acknowledged: Acknowledged
) -> list[Step]:
    """Returns the steps, in order; `parts` are the messages of the reply (`render.render`)."""
    if reply is not None and reply.form is not None:
        if acknowledged is Acknowledged.NOT and asked.kind is not InteractionKind.SUBMIT:
            return [Callback(MODAL, data=forms.modal(reply.form))]
        parts = [*parts, opener(reply.form, asked.incoming.locale)]
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


def opener(form: Form, locale: str) -> ReplyPart:
    """Returns a message with a button that opens the form."""
    label = said(text.OPEN_FORM, spoken(locale) or ENGLISH)
    button = {"type": 2, "style": 1, "label": label, "custom_id": OPENS + form.token}
    payload = render.words(form.title).payload | {"components": [{"type": 1, "components": [button]}]}
    return ReplyPart(payload)


def _first(part: ReplyPart, acknowledged: Acknowledged, private: bool, edits: bool) -> list[Step]:
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
    """Returns the steps for an empty reply: a press is only confirmed, "thinking…" is deleted."""
    if acknowledged is Acknowledged.SILENTLY:
        return []
    if acknowledged is not Acknowledged.NOT:
        return [Delete()]
    if asked.on_message:
        return [Callback(DEFERRED_UPDATE)]
    return [Callback(DEFERRED, data={"flags": EPHEMERAL}), Delete()]
