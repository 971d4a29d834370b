"""Phrases: words for people, with what is needed to say them in another language.

A phrase is an English template with named places, and the values of these places. As a `str` it is the English
sentence, so it can be used wherever words are. `bot.chat.languages` says it in the reader's language, and there a
value can be more than words: a mention, a moment, a link. Templates are the keys of the catalogues.
"""

from __future__ import annotations

import functools
import string
from collections.abc import Sequence
from typing import Any, NamedTuple


class Part(NamedTuple):
    """A part of a template: words, a named place, or code (a command or value to type), which has parts itself.

    `grouped`: the place is a number whose thousands are separated.
    """

    words: str = ""
    place: str = ""
    grouped: bool = False
    code: tuple[Part, ...] = ()


class Phrase(str):
    """A template in English with its values; as a `str` the English sentence.

    `many` is the template for any number but one, and `number` the number that chooses; both are None in a phrase
    without a number.
    """

    __slots__ = ("many", "number", "template", "values")

    template: str
    values: dict[str, Any]
    many: str | None
    number: int | None

    def __new__(
        cls, template: str, values: dict[str, Any], many: str | None = None, number: int | None = None
    ) -> Phrase:
        made = super().__new__(cls, english(template if number in (None, 1) else many or template, values))
        made.template, made.values, made.many, made.number = template, values, many, number
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return Phrase, (self.template, self.values, self.many, self.number)


def phrase(template: str, /, **values: Any) -> Phrase:
    """Makes a phrase, like `phrase("You no longer endorse {leader}.", leader=mention)`.

    Words between backticks are code: phrase("Type `/join` first."). `{count:,}` separates the thousands of a number.
    """
    return Phrase(template, values)


def plural(number: int, one: str, many: str, /, **values: Any) -> Phrase:
    """Makes a phrase about a number of things, the value `n`: `plural(3, "{n} person", "{n:,} people")`."""
    return Phrase(one, {"n": number, **values}, many, number)


def sentences(said: Sequence[str]) -> Phrase:
    """Joins whole sentences to one phrase. Parts of sentences are never joined: other languages order them anew."""
    places = " ".join(f"{{s{number}}}" for number in range(len(said)))
    return Phrase(places, {f"s{number}": one for number, one in enumerate(said)})


@functools.lru_cache(maxsize=4096)
def parts(template: str) -> tuple[Part, ...]:
    """Returns the parts of a template. Raises ValueError if a backtick or a brace has no partner."""
    pieces = template.split("`")
    if len(pieces) % 2 == 0:
        raise ValueError(f"a backtick has no partner: {template}")
    found: list[Part] = []
    for at, piece in enumerate(pieces):
        inner = _places(piece)
        found.extend([Part(code=inner)] if at % 2 else inner)
    return tuple(found)


def _places(piece: str) -> tuple[Part, ...]:
    found = []
    for words, place, spec, conversion in string.Formatter().parse(piece):
        if words:
            found.append(Part(words))
        if place is None:
            continue
        if not place.isidentifier() or spec not in ("", ",") or conversion:
            raise ValueError(f"a place is a plain name: {piece}")
        found.append(Part(place=place, grouped=spec == ","))
    return tuple(found)


def written(value: object) -> str:
    """Writes a phrase into JSON, as its English words. Raises NotImplementedError for anything else."""
    if isinstance(value, Phrase):
        return str(value)
    raise NotImplementedError(type(value).__name__)


def english(template: str, values: dict[str, Any]) -> str:
    """Returns the sentence in English, as plain words."""
    if not values:
        return _without_values(template)
    return "".join(_word(part, values) for part in parts(template))


@functools.lru_cache(maxsize=4096)
def _without_values(template: str) -> str:
    return "".join(_word(part, {}) for part in parts(template))


def _word(part: Part, values: dict[str, Any]) -> str:
    if part.place:
        return plain(values[part.place], "," if part.grouped else "")
    return part.words or "".join(_word(inner, values) for inner in part.code)


def plain(value: Any, separator: str = "") -> str:
    """Returns a value as plain words in English, like a mention as its name. `separator`: between thousands."""
    if isinstance(value, str):
        return value
    if separator:
        return f"{value:,}".replace(",", separator)
    if isinstance(value, list | tuple):
        return "".join(plain(one) for one in value)
    return str(value)
