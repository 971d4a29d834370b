"""Typed parameters of commands, read once from a handler's annotations.

A handler writes `name: Annotated[str, Arg("What it is called", max_length=80)]`. It can use the types that are keys
of `KINDS`, `Literal[...]` for choices, and `T | None = None` for a parameter that can be left out.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, TypeAlias

from bot.chat.incoming import File
from bot.domain.people import Person, Space


class ParamKind(StrEnum):
    """The kind of value that a parameter takes. Adapters map these to their platform's types."""

    TEXT = "text"
    INTEGER = "integer"
    AMOUNT = "amount"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    PERSON = "person"
    DURATION = "duration"
    WHEN = "when"
    SPACE = "space"
    FILE = "file"


KINDS: dict[type, ParamKind] = {
    str: ParamKind.TEXT,
    int: ParamKind.INTEGER,
    Decimal: ParamKind.AMOUNT,
    bool: ParamKind.BOOLEAN,
    Person: ParamKind.PERSON,
    timedelta: ParamKind.DURATION,
    datetime: ParamKind.WHEN,
    Space: ParamKind.SPACE,
    File: ParamKind.FILE,
}

# Suggest(ctx, the words typed so far) returns up to 25 (label, value). `ctx` is a `bot.chat.context.Context`. This
# module cannot import it, because contexts are built on declarations, and declarations on parameters.
Suggest: TypeAlias = Callable[[Any, str], Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Arg:
    """The details that an annotation adds to a type. `minimum` and `maximum` bound numbers, and durations in s."""

    description: str
    min_length: int = 1
    max_length: int = 1000
    minimum: Decimal | int | None = None
    maximum: Decimal | int | None = None
    suggest: Suggest | None = None
    long: bool = False  # several lines, if the platform has such an input


@dataclass(frozen=True, slots=True)
class Param:
    """A declared parameter."""

    name: str
    kind: ParamKind
    arg: Arg
    required: bool
    default: Any = None
    choices: tuple[str, ...] = field(default=())

    @property
    def description(self) -> str:
        return self.arg.description

    @property
    def suggests(self) -> bool:
        """Whether there are completions for it. Every person is completed, over the members of the union."""
        return self.arg.suggest is not None or self.kind is ParamKind.PERSON


class Undeclarable(Exception):
    """No platform could offer this signature of a handler. The text says which part, and why."""


def read_params(handler: Callable[..., Any]) -> tuple[Param, ...]:
    """Returns the parameters of a handler, without the first (the context).

    Raises:
        Undeclarable: an annotation is missing or its type is not one of `KINDS`.
    """
    hints = typing.get_type_hints(handler, include_extras=True)
    names = list(inspect.signature(handler).parameters.values())[1:]
    return tuple(_param(parameter, hints.get(parameter.name)) for parameter in names)


def _param(parameter: inspect.Parameter, hint: Any) -> Param:
    # `Name | None` of an annotated `Name` is as good as `Annotated[str | None, …]`.
    hint = _without_none(hint)
    if typing.get_origin(hint) is not Annotated:
        raise Undeclarable(f"parameter {parameter.name!r} needs Annotated[type, 'description']")
    base, *extras = typing.get_args(hint)
    arg = extras[0] if isinstance(extras[0], Arg) else Arg(str(extras[0]))
    required = parameter.default is inspect.Parameter.empty
    default = None if required else parameter.default
    base = _without_none(base)
    if typing.get_origin(base) is typing.Literal:
        return Param(
            parameter.name, ParamKind.CHOICE, arg, required, default, tuple(map(str, typing.get_args(base)))
        )
    if base not in KINDS:
        raise Undeclarable(f"parameter {parameter.name!r} has the unknown type {base!r}")
    return Param(parameter.name, KINDS[base], arg, required, default)


def _without_none(base: Any) -> Any:
    if typing.get_origin(base) in (typing.Union, types.UnionType):
        kept = [option for option in typing.get_args(base) if option is not type(None)]
        if len(kept) == 1:
            return kept[0]
    return base
