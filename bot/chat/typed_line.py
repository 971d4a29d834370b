"""Splits the rest of a typed line into the values of parameters, for platforms without typed commands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from bot.chat.incoming import NOBODY, CommandCall, Value, Who
from bot.chat.params import Param, ParamKind
from bot.chat.text import FOREIGN_FILE
from bot.errors import BadInput

_QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»", "'": "'", "”": "”"}
_SENTENCES = (ParamKind.TEXT, ParamKind.WHEN, ParamKind.DURATION)
_NAMED = re.compile(r"([a-z][a-z0-9_]{0,31})[:=](?=\S)", re.IGNORECASE)


class Word(NamedTuple):
    """A word of a line, without its quotes. It begins at the index `start` of the line."""

    text: str
    start: int
    quoted: bool


def split_words(line: str) -> list[Word]:
    """Splits a line into words; `name:"two words"` is one word.

    Raises:
        BadInput: a quote is not closed.
    """
    found: list[Word] = []
    at = 0
    while at < len(line):
        if line[at].isspace():
            at += 1
            continue
        start = at
        named = _NAMED.match(line, at)
        at = named.end() if named else at
        closing = _QUOTES.get(line[at]) if at < len(line) else None
        if closing and (line[at] != "'" or line.find("'", at + 1) > 0):
            end = line.find(closing, at + 1)
            if end < 0:
                raise BadInput(f"A quotation mark is not closed: {line[at:]}. Close it, or leave it out.")
            found.append(Word(line[start:at] + line[at + 1 : end], start, True))
            at = end + 1
        else:
            while at < len(line) and not line[at].isspace():
                at += 1
            found.append(Word(line[start:at], start, False))
    return found


def values_of(call: CommandCall, params: tuple[Param, ...]) -> dict[str, Value]:
    """Returns the raw values of a call by parameter name.

    A call gives a value by name, by position, as a mention, as an attachment, or by replying to a message. The last
    text parameter takes the rest of the line, so that nobody has to quote a sentence. A long parameter does that too
    if no other text can follow.

    Raises:
        BadInput: a quote is not closed, words are left over, or the only file is one that somebody else sent.
    """
    values: dict[str, Value] = dict(call.values)
    if call.words:
        _from_words(call.words, call.mentions, params, values)
    wanted = next((p for p in params if p.kind is ParamKind.FILE and p.name not in values), None)
    if wanted is not None and call.file is not None:
        values[wanted.name] = call.file
    elif wanted is not None and call.foreign:
        raise BadInput(f"{wanted.name}: {FOREIGN_FILE}")
    if call.reply_to is not None:
        person = next((p for p in params if p.kind is ParamKind.PERSON and p.name not in values), None)
        # A reply to the bot or to a channel's post names nobody, unless the command needs a person.
        if person is not None and (person.required or call.reply_to != NOBODY):
            values[person.name] = call.reply_to
    return values


def _from_words(
    line: str, mentions: Mapping[str, Who], params: tuple[Param, ...], values: dict[str, Value]
) -> None:
    by_name = {param.name: param for param in params}
    words = split_words(line)
    positional: list[Word] = []
    for word in words:
        name, separator, rest = _partition(word.text)
        if separator and name in by_name and name not in values:
            values[name] = _value(by_name[name], rest, mentions)
        else:
            positional.append(word)
    waiting = [param for param in params if param.name not in values and param.kind is not ParamKind.FILE]
    while positional and waiting:
        param = waiting.pop(0)
        word = positional.pop(0)
        last = not waiting or (param.arg.long and not any(other.kind in _SENTENCES for other in waiting))
        takes_rest = param.kind in _SENTENCES and last and positional and not word.quoted
        if takes_rest and len(positional) + 1 == _number_from(words, word.start):
            values[param.name] = _spoken(line[word.start :].strip(), mentions)
            positional.clear()
        else:
            values[param.name] = _value(param, word.text, mentions)
    if positional:
        extra = " ".join(word.text for word in positional)
        raise BadInput(
            f'I do not know what to do with “{extra}”. Put texts of several words in "quotation marks".'
        )


def _partition(word: str) -> tuple[str, str, str]:
    """Splits `name:value` or `name=value` into name, separator and value."""
    found = _NAMED.match(word)
    return (found.group(1).lower(), word[found.end() - 1], word[found.end() :]) if found else (word, "", "")


def _number_from(words: list[Word], start: int) -> int:
    return sum(1 for word in words if word.start >= start)


def _value(param: Param, word: str, mentions: Mapping[str, Who]) -> Value:
    return mentions.get(word, word) if param.kind is ParamKind.PERSON else _spoken(word, mentions)


def _spoken(text: str, mentions: Mapping[str, Who]) -> str:
    """Returns the text with people's names in the place of their tokens."""
    for token in sorted(mentions, key=len, reverse=True):  # @_10 before @_1
        text = text.replace(token, mentions[token].name)
    return text
