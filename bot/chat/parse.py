"""Turns the raw values of parameters into typed ones, and checks them against the declaration."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bot.chat import text
from bot.chat.files import small_enough
from bot.chat.incoming import NOBODY, File, Value, Where, Who
from bot.chat.params import Param, ParamKind
from bot.domain.hidden import is_seen
from bot.domain.names import one_line
from bot.domain.people import Person, Space
from bot.domain.phrases import phrase, plural
from bot.domain.times import in_words, parse_duration, parse_when
from bot.errors import BadInput

if TYPE_CHECKING:
    from bot.chat.context import Context

_YES = {"yes", "y", "true", "on", "1"}
_NO = {"no", "n", "false", "off", "0"}
_MOST_STORED = 2**63 - 1  # a database's whole numbers have 64 bits
_AMOUNT = re.compile(r"[+-]?(\d{1,60}(\.\d{1,30})?|\.\d{1,30})", re.ASCII)


def parse(ctx: Context, param: Param, raw: Value) -> Any:
    """Returns the typed value of a parameter.

    Raises:
        SeveralPeople: the raw value is the name of several people.
        BadInput: the raw value does not fit. The text says what to write.
    """
    return _PARSERS[param.kind](ctx, param, raw)


def _text(ctx: Context, param: Param, raw: Value) -> str:
    words = str(raw).strip()
    words = words if is_seen(words) else ""
    if len(words) < param.arg.min_length:
        least = param.arg.min_length
        raise BadInput(
            plural(
                least,
                "Write at least one character for `{name}`.",
                "Write at least {n} characters for `{name}`.",
                name=param.name,
            )
        )
    if len(words) > param.arg.max_length:
        raise BadInput(
            phrase(
                "Shorten `{name}`: that is {now:,} characters, and at most {most:,} fit.",
                name=param.name,
                now=len(words),
                most=param.arg.max_length,
            )
        )
    return words


def _integer(ctx: Context, param: Param, raw: Value) -> int:
    try:
        number = int(str(raw).strip()) if len(str(raw)) <= 40 else None
    except ValueError:
        number = None
    if number is None:
        raise BadInput(
            phrase(
                "“{typed}” is not a whole number. Write one like `{name}:12`.",
                typed=_typed(raw),
                name=param.name,
            )
        )
    bounded = _bounded(param, Decimal(number), str)
    if not -_MOST_STORED <= bounded <= _MOST_STORED:
        raise BadInput(
            phrase(
                "{number} has too many digits. Write a shorter number for `{name}`.",
                number=number,
                name=param.name,
            )
        )
    return number


def _amount(ctx: Context, param: Param, raw: Value) -> Decimal:
    digits = str(raw).strip().replace("_", "")
    if not _AMOUNT.fullmatch(digits):
        raise BadInput(
            phrase(
                "“{typed}” is not an amount. Write digits, with a point for decimals, like `{name}:1250.5`.",
                typed=_typed(raw),
                name=param.name,
            )
        )
    return _bounded(param, Decimal(digits), lambda number: f"{number:f}")


def _bounded(param: Param, number: Decimal, shown: Callable[[Decimal], str]) -> Decimal:
    """Returns the number. Raises BadInput if it is out of bounds, with numbers as `shown` writes them."""
    low, high = param.arg.minimum, param.arg.maximum
    if low is not None and number < low:
        raise BadInput(
            phrase(
                "{number} is too small for `{name}`: the least is {low}.",
                number=shown(number),
                name=param.name,
                low=shown(Decimal(low)),
            )
        )
    if high is not None and number > high:
        raise BadInput(
            phrase(
                "{number} is too large for `{name}`: the most is {high}.",
                number=shown(number),
                name=param.name,
                high=shown(Decimal(high)),
            )
        )
    return number


def _choice(ctx: Context, param: Param, raw: Value) -> str:
    wanted = str(raw).strip().lower()
    found = next((choice for choice in param.choices if choice.lower() == wanted), None)
    if found is None:
        raise BadInput(
            phrase(
                "“{typed}” is not a choice for `{name}`. Write one of these: {choices}.",
                typed=_typed(raw),
                name=param.name,
                choices=", ".join(param.choices),
            )
        )
    return found


def _boolean(ctx: Context, param: Param, raw: Value) -> bool:
    word = str(raw).strip().lower()
    if word not in _YES | _NO:
        raise BadInput(
            phrase(
                "“{typed}” is neither yes nor no. Write `{name}:yes` or `{name}:no`.",
                typed=_typed(raw),
                name=param.name,
            )
        )
    return word in _YES


def _duration(ctx: Context, param: Param, raw: Value) -> timedelta:
    duration = parse_duration(str(raw))
    _bounded(
        param,
        Decimal(int(duration.total_seconds())),
        lambda seconds: in_words(timedelta(seconds=int(seconds))),
    )
    return duration


def _typed(raw: Value) -> str:
    return one_line(str(raw))


def _when(ctx: Context, param: Param, raw: Value) -> datetime:
    return parse_when(str(raw), ctx.now, ctx.union.time_zone)


def _person(ctx: Context, param: Param, raw: Value) -> Person:
    if raw == NOBODY:
        raise BadInput(text.NOBODY)
    return ctx.find_person(raw if isinstance(raw, Who) else Who(name=str(raw)))


def _space(ctx: Context, param: Param, raw: Value) -> Space:
    return ctx.find_space(raw if isinstance(raw, Where) else Where("", str(raw)))


def _file(ctx: Context, param: Param, raw: Value) -> File:
    if not isinstance(raw, File):
        raise BadInput(text.ATTACH)
    return small_enough(raw)


_PARSERS: dict[ParamKind, Callable[[Context, Param, Value], Any]] = {
    ParamKind.TEXT: _text,
    ParamKind.INTEGER: _integer,
    ParamKind.AMOUNT: _amount,
    ParamKind.CHOICE: _choice,
    ParamKind.BOOLEAN: _boolean,
    ParamKind.PERSON: _person,
    ParamKind.DURATION: _duration,
    ParamKind.WHEN: _when,
    ParamKind.SPACE: _space,
    ParamKind.FILE: _file,
}
