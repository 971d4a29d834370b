"""Form → Discord's modal, and the filled modal → answers. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from adapters.discord import limits
from adapters.discord.render import Json
from bot.chat.incoming import Answer, File
from bot.chat.model import Form, Question
from bot.domain.names import one_line

LABEL, SELECT, INPUT, UPLOAD = 18, 3, 4, 19
_SHORT, _LONG = 1, 2


def modal(form: Form) -> Json:
    """Returns the form as a modal. Raises CannotShow."""
    limits.check_form(form)
    return {
        "custom_id": form.token,
        "title": one_line(form.title, limits.MAX_MODAL_TITLE),
        "components": [_label(question) for question in form.questions],
    }


def answers(components: list[Json], file: Callable[[str], File]) -> dict[str, Answer]:
    """Returns the answers by the names of their questions, without empty ones. `file` returns an upload by its id."""
    return {name: value for name, value in _filled(components, file) if value}


def _label(question: Question) -> Json:
    drawn: Json = {"type": LABEL, "label": one_line(question.label, limits.MAX_MODAL_LABEL)}
    if len(question.label) > limits.MAX_MODAL_LABEL:
        drawn["description"] = one_line(question.label, limits.MAX_PLACEHOLDER)
    if question.kind == "photo":
        return drawn | {"component": _upload(question)}
    return drawn | {"component": _select(question) if question.choices else _input(question)}


def _upload(question: Question) -> Json:
    least = 1 if question.required else 0
    return {
        "type": UPLOAD,
        "custom_id": question.name,
        "min_values": least,
        "max_values": 1,
        "required": question.required,
    }


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


def _filled(components: list[Json], file: Callable[[str], File]) -> Iterator[tuple[str, Answer]]:
    for part in components:
        inner: Any = part.get("component")
        yield from _filled([inner] if inner else part.get("components") or [], file)
        if "custom_id" in part:
            chosen = part.get("values") or []
            one = chosen[0] if chosen else part.get("value") or ""
            yield part["custom_id"], file(one) if one and part.get("type") == UPLOAD else one
