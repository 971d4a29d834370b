"""Splitting the rest of a typed line into parameter values, for platforms that do not type them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.chat.incoming import NOBODY, CommandCall, Value, Who
from bot.chat.params import Param, ParamKind
from bot.errors import BadInput

_QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»", "'": "'", "”": "”"}
_SENTENCES = (ParamKind.TEXT, ParamKind.WHEN, ParamKind.DURATION)
_NAMED = re.compile(r"([a-z][a-z0-9_]{0,31})[:=](?=\S)", re.IGNORECASE)


def split(line: str) -> list[tuple[str, int, bool]]:
    """Words with where each begins and whether it was quoted; `name:"two words"` is one word.

    Raises:
        BadInput: a quote is not closed.
    """
    found: list[tuple[str, int, bool]] = []
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
            found.append((line[start:at] + line[at + 1 : end], start, True))
            at = end + 1
        else:
            while at < len(line) and not line[at].isspace():
                at += 1
            found.append((line[start:at], start, False))
    return found


def values_of(call: CommandCall, params: tuple[Param, ...]) -> dict[str, Value]:
    """The raw value of each parameter that a call names: by name, position, mention, attachment or message
    replied to.

    The last text parameter takes the rest of the line, so that nobody has to quote a sentence; a long one too where
    no other text may follow.

    Raises:
        BadInput: an unclosed quote, or words that no parameter is left for.
    """
    values: dict[str, Value] = dict(call.values)
    if call.words:
        _from_words(call.words, call.mentions, params, values)
    if call.file is not None:
        wanted = next((p for p in params if p.kind is ParamKind.FILE and p.name not in values), None)
        if wanted is not None:
            values[wanted.name] = call.file
    if call.reply_to is not None:
        person = next((p for p in params if p.kind is ParamKind.PERSON and p.name not in values), None)
        # Who replies to the bot, or comments a channel's post, meant nobody, unless somebody must be named.
        if person is not None and (person.required or call.reply_to != NOBODY):
            values[person.name] = call.reply_to
    return values


def _from_words(
    line: str, mentions: Mapping[str, Who], params: tuple[Param, ...], values: dict[str, Value]
) -> None:
    by_name = {param.name: param for param in params}
    words = split(line)
    positional: list[tuple[str, int, bool]] = []
    for word, start, quoted in words:
        name, separator, rest = _partition(word)
        if separator and name in by_name and name not in values:
            values[name] = _value(by_name[name], rest, mentions)
        else:
            positional.append((word, start, quoted))
    waiting = [param for param in params if param.name not in values and param.kind is not ParamKind.FILE]
    while positional and waiting:
        param = waiting.pop(0)
        word, start, quoted = positional.pop(0)
        last = not waiting or (param.arg.long and not any(other.kind in _SENTENCES for other in waiting))
        takes_rest = param.kind in _SENTENCES and last and positional and not quoted
        if takes_rest and len(positional) + 1 == _trailing(words, start):
            values[param.name] = _spoken(line[start:].strip(), mentions)
            positional.clear()
        else:
            values[param.name] = _value(param, word, mentions)
    if positional:
        extra = " ".join(word for word, _, _ in positional)
        raise BadInput(
            f'I do not know what to do with “{extra}”. Put texts of several words in "quotation marks".'
        )


def _partition(word: str) -> tuple[str, str, str]:
    found = _NAMED.match(word)
    return (found.group(1).lower(), word[found.end() - 1], word[found.end() :]) if found else (word, "", "")


def _trailing(words: list[tuple[str, int, bool]], start: int) -> int:
    return sum(1 for _, begins, _ in words if begins >= start)


def _value(param: Param, word: str, mentions: Mapping[str, Who]) -> Value:
    return mentions.get(word, word) if param.kind is ParamKind.PERSON else _spoken(word, mentions)


def _spoken(text: str, mentions: Mapping[str, Who]) -> str:
    """A text with the names of the people in it in place of their tokens."""
    for token in sorted(mentions, key=len, reverse=True):  # @_10 before @_1
        text = text.replace(token, mentions[token].name)
    return text
