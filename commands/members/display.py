"""The forms in which members are shown."""

from __future__ import annotations

from bot.areas.members.services import display
from bot.chat.model import Code, Mention, Span, Text
from bot.chat.text import platform_name
from bot.domain.people import Account
from bot.domain.phrases import Phrase, phrase, plural


def face(account: Account | None) -> Span:
    """Returns a mention of the account that notifies nobody; None stands for a member who left."""
    if account is None:
        return Text(display.GONE)
    return Mention(account.platform, account.native_id, account.name, silent=True)


def identified(account: Account | None) -> list[str | Span]:
    """Returns an account so that nobody is taken for another: a mention, the platform, and the username or id.

    Questions about anything of value show it before the thing is done.
    """
    if account is None:
        return [Text(display.GONE)]
    handle = (
        f"@{account.username}" if account.username else phrase("id {native_id}", native_id=account.native_id)
    )
    shown = Mention(account.platform, account.native_id, account.name)
    return [shown, f" · {platform_name(account.platform)} · ", Code(handle)]


def people(number: int) -> Phrase:
    """Returns a number of people in words, like “1 person” or “1,234 people”."""
    return plural(number, "{n:,} person", "{n:,} people")
