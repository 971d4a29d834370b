"""Splits the rest of a typed line into the values of parameters, for platforms without typed commands."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from bot.chat import quotes
from bot.chat.incoming import NOBODY, CommandCall, Value, Who
from bot.chat.params import Param, ParamKind
from bot.chat.text import FOREIGN_FILE
from bot.domain.phrases import phrase
from bot.errors import BadInput

_SENTENCES = (ParamKind.TEXT, ParamKind.WHEN, ParamKind.DURATION)
_NAMED = re.compile(r"([a-z][a-z0-9_]{0,31})\s*[:=：＝]\s*", re.IGNORECASE)
_YES_OR_NO = {"yes", "no", "true", "false", "on", "off"}
_NUMBER = re.compile(r"[+-]?[0-9][0-9_]*([.][0-9]+)?")


class Word(NamedTuple):
    """A word of a line, without its quotes, and without `name:` if it begins with the name of a parameter.

    `start` and `end` are indexes of its value in the line, with the quotes.
    """

    text: str
    start: int
    end: int
    quoted: bool
    name: str | None = None


def split_words(line: str, names: Collection[str] = ()) -> list[Word]:
    """Splits a line into words. `name:"two words"` is one word, and so is `name: word`, if `names` has the name.

    Raises:
        BadInput: a quote is not closed.
    """
    found: list[Word] = []
    left = set(names)
    at = 0
    while at < len(line):
        if line[at].isspace():
            at += 1
            continue
        name, at = _name(line, at, left)
        left.discard(name or "")
        if name is not None and (at == len(line) or _name(line, at, left)[0] is not None):
            continue  # the name of a parameter without a value
        found.append(_word(line, at, name))
        at = found[-1].end
    return found


def _name(line: str, at: int, names: Collection[str]) -> tuple[str | None, int]:
    """Returns the name of a parameter that stands at an index, and the index of its value."""
    named = _NAMED.match(line, at)
    name = named.group(1).lower() if named else None
    return (name, named.end()) if named and name in names else (None, at)


def _word(line: str, at: int, name: str | None) -> Word:
    if quotes.opens(line, at):
        end = quotes.closing(line, at)
        if end is None:
            raise BadInput(phrase("Close the quotation mark, or leave it out: {line}", line=line[at:]))
        return Word(line[at + 1 : end].strip(), at, end + 1, True, name)
    end = at
    while end < len(line) and not line[end].isspace():
        end += 1
    return Word(line[at:end], at, end, False, name)


def values_of(call: CommandCall, params: tuple[Param, ...]) -> dict[str, Value]:
    """Returns the raw values of a call by parameter name.

    A call gives a value by name, by position, as a mention, as an attachment, or by replying to a message. The last
    text parameter takes the rest of the line, so that nobody has to quote a sentence. A long parameter does that too
    if no other text can follow. Words after a named text belong to it, unless a needed value is missing.

    Raises:
        BadInput: a quote is not closed, words are left over, or the only file is one that somebody else sent.
    """
    values: dict[str, Value] = dict(call.values)
    if call.words:
        _from_words(call, params, values)
    wanted = next((p for p in params if p.kind is ParamKind.FILE and p.name not in values), None)
    if wanted is not None and call.file is not None:
        values[wanted.name] = call.file
    elif wanted is not None and call.foreign:
        raise BadInput(FOREIGN_FILE)
    if call.reply_to is not None:
        person = next((p for p in params if p.kind is ParamKind.PERSON and p.name not in values), None)
        # A reply to the bot or to a channel's post names nobody, unless the command needs a person.
        if person is not None and (person.required or call.reply_to != NOBODY):
            values[person.name] = call.reply_to
    return values


def _from_words(call: CommandCall, params: tuple[Param, ...], values: dict[str, Value]) -> None:
    line, mentions = call.words or "", call.mentions
    by_name = {param.name: param for param in params if param.name not in values}
    words = split_words(line, by_name)
    named = {word.name for word in words}
    waiting = [p for p in by_name.values() if p.name not in named and p.kind is not ParamKind.FILE]
    if named == {None}:
        _by_position(line, words, list(words), waiting, mentions, values)
        return
    needed = _needed(call, words, waiting)
    positional: list[Word] = []
    of_text: Param | None = None  # the named text that the words before belong to
    start = 0
    for word in words:
        if word.name is not None:
            param = by_name[word.name]
            values[param.name] = _value(param, word.text, mentions)
            of_text, start = (None if word.quoted or param.kind not in _SENTENCES else param), word.start
        elif of_text is not None and not needed and _continues(of_text, word, waiting, mentions):
            values[of_text.name] = _spoken(line[start : word.end], mentions)
        else:
            of_text = None
            positional.append(word)
    _by_position(line, words, positional, waiting, mentions, values)


def _needed(call: CommandCall, words: list[Word], waiting: list[Param]) -> list[Param]:
    """Returns the required parameters that neither a word without a name nor the reply is clearly meant for."""
    bare = [word for word in words if word.name is None]
    return [
        param
        for param in waiting
        if param.required
        and not (param.kind is ParamKind.PERSON and call.reply_to)
        and not any(_fits(param, word, call.mentions) for word in bare)
    ]


def _continues(text: Param, word: Word, waiting: list[Param], mentions: Mapping[str, Who]) -> bool:
    """Whether the word belongs to the text before it, and not to a parameter that has no value yet."""
    asked = [param for param in waiting if param.required or not text.arg.long]
    return not any(_fits(param, word, mentions) for param in asked)


def _fits(param: Param, word: Word, mentions: Mapping[str, Who]) -> bool:
    """Whether the word is clearly meant for the parameter: one of its choices, a number, or a person."""
    said = word.text.lower()
    if param.kind is ParamKind.CHOICE:
        return said in {choice.lower() for choice in param.choices}
    if param.kind is ParamKind.BOOLEAN:
        return said in _YES_OR_NO
    if param.kind in (ParamKind.INTEGER, ParamKind.AMOUNT):
        return _NUMBER.fullmatch(said) is not None
    return param.kind is ParamKind.PERSON and (word.text in mentions or said.startswith("@"))


def _by_position(
    line: str,
    words: list[Word],
    positional: list[Word],
    waiting: list[Param],
    mentions: Mapping[str, Who],
    values: dict[str, Value],
) -> None:
    """Gives the words without a name to the parameters that have no value yet, in order."""
    while positional and waiting:
        param = waiting.pop(0)
        word = positional.pop(0)
        last = not waiting or (param.arg.long and not any(other.kind in _SENTENCES for other in waiting))
        sentence = param.kind in _SENTENCES or param.kind is ParamKind.PERSON
        takes_rest = sentence and last and positional and not word.quoted
        rest = line[word.start :].strip()
        if takes_rest and len(positional) + 1 == _number_from(words, word.start):
            values[param.name] = _rest(param, word, rest, mentions)
            positional.clear()
        else:
            values[param.name] = _value(param, word.text, mentions)
    if positional:
        extra = " ".join(word.text for word in positional)
        raise BadInput(
            phrase(
                'I do not know what to do with “{extra}”. Put a text of several words in "quotation marks".',
                extra=extra,
            )
        )


def _number_from(words: list[Word], start: int) -> int:
    return sum(1 for word in words if word.start >= start)


def _value(param: Param, word: str, mentions: Mapping[str, Who]) -> Value:
    return mentions.get(word, word) if param.kind is ParamKind.PERSON else _spoken(word, mentions)


def _rest(param: Param, word: Word, rest: str, mentions: Mapping[str, Who]) -> Value:
    """Returns the rest of a line as a sentence, or as a person's name of several words.

    A mention can be the first word of the name that it mentions.
    """
    if param.kind is not ParamKind.PERSON:
        return _spoken(rest, mentions)
    first = mentions.get(word.text)
    return first if first is not None and first.name == rest.lstrip("@") else rest


def _spoken(text: str, mentions: Mapping[str, Who]) -> str:
    """Returns the text with people's names in the place of their tokens."""
    for token in sorted(mentions, key=len, reverse=True):  # @_10 before @_1
        text = text.replace(token, mentions[token].name)
    return text
