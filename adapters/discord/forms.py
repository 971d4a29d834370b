"""Forms as modals, and what was filled in. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.discord import limits
from adapters.discord.render import Json
from bot.chat.model import Form, Question
from bot.domain.names import one_line

LABEL, SELECT, INPUT = 18, 3, 4
_SHORT, _LONG = 1, 2


def modal(form: Form) -> Json:
    """The form as a modal. Raises CannotShow."""
    limits.check_form(form)
    return {
        "custom_id": form.token,
        "title": one_line(form.title, limits.MAX_MODAL_TITLE),
        "components": [_label(question) for question in form.questions],
    }


def answers(components: list[Json]) -> dict[str, str]:
    """What was filled in, by the names of the questions; what was left empty is missing."""
    return {name: value for name, value in _filled(components) if value}


def _label(question: Question) -> Json:
    drawn: Json = {"type": LABEL, "label": one_line(question.label, limits.MAX_MODAL_LABEL)}
    if len(question.label) > limits.MAX_MODAL_LABEL:
        drawn["description"] = one_line(question.label, limits.MAX_PLACEHOLDER)
    return drawn | {"component": _select(question) if question.choices else _input(question)}


def _select(question: Question) -> Json:
    options = [
        {"label": one_line(label, limits.MAX_OPTION) or value, "value": value}
        | ({"default": True} if value == question.default else {})
        for label, value in question.choices
    ]
    drawn: Json = {
        "type": SELECT,
        "custom_id": question.name,
        "options": options,
        "required": question.required,
    }
    return drawn | _hint(question)


def _input(question: Question) -> Json:
    most = max(1, min(question.max_length, limits.MAX_INPUT))
    drawn: Json = {
        "type": INPUT,
        "custom_id": question.name,
        "style": _LONG if question.kind == "long" else _SHORT,
        "required": question.required,
        "min_length": min(question.min_length, most),
        "max_length": most,
    }
    if question.default:
        drawn["value"] = question.default[:most]
    return drawn | _hint(question)


def _hint(question: Question) -> Json:
    return {"placeholder": one_line(question.hint, limits.MAX_PLACEHOLDER)} if question.hint else {}


def _filled(components: list[Json]) -> Iterator[tuple[str, str]]:
    for part in components:
        inner: Any = part.get("component")
        yield from _filled([inner] if inner else part.get("components") or [])
        if "custom_id" in part:
            chosen = part.get("values") or []
            yield part["custom_id"], chosen[0] if chosen else part.get("value") or ""
