"""The forms in which members are shown."""

from __future__ import annotations

from bot.areas.members.services import display
from bot.chat.model import Mention, Span, Text
from bot.domain.names import counted
from bot.domain.people import Account


def face(account: Account | None) -> Span:
    """Returns a mention of the account that notifies nobody; None stands for a member who left."""
    if account is None:
        return Text(display.GONE)
    return Mention(account.platform, account.native_id, account.name, silent=True)


def people(number: int) -> str:
    """Returns a number of people in words, like “1 person” or “1,234 people”."""
    return counted(number, "person", "people")
