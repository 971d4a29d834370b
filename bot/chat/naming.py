"""People as choices: completions of a name, and the question which of several people is meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from bot.chat import text
from bot.chat.context import Context
from bot.chat.declarations import Command
from bot.chat.incoming import Value
from bot.chat.model import Button, Reply, Visibility, say
from bot.domain.people import Account, SeveralPeople

MOST_CHOICES = 8


def complete_people(ctx: Context, typed: str) -> list[tuple[str, str]]:
    """Returns (label, value) of the union's members whose names begin with what is typed. Only members see any."""
    if ctx.standing.member is None:
        return []
    found = ctx.records.completions(ctx.tx, ctx.union, ctx.place.platform, typed)
    return list(zip(told_apart(found), map(_value, found), strict=True))


def which_person(command: Command, param: str, raw: dict[str, Value], several: SeveralPeople) -> Reply:
    """Returns the question which of several people is meant; each button does the command with one of them.

    The oldest members come first, so that namesakes who come later push nobody out.
    """
    oldest = sorted(several.accounts, key=lambda account: account.age_key)
    accounts = oldest[:MOST_CHOICES]
    given: dict[str, Any] = msgspec.to_builtins(raw)
    rows = tuple(
        (Button(label, f"/{command.path}", {**given, param: _value(account)}),)
        for label, account in zip(told_apart(accounts), accounts, strict=True)
    )
    more = [text.MORE_OF_THE_NAME] if len(oldest) > len(accounts) else []
    return say(several.words, *more, buttons=rows, visibility=Visibility.PRIVATE)


def told_apart(accounts: Sequence[Account]) -> list[str]:
    """Returns a different label for each account: name and platform, and more where two would be the same."""
    labels = [text.person(account) for account in accounts]
    for more in (text.person_since, text.person_numbered):
        times = Counter(labels)
        pairs = zip(labels, accounts, strict=True)
        labels = [more(account) if times[label] > 1 else label for label, account in pairs]
    return labels


def _value(account: Account) -> str:
    return f"#{account.id}"
