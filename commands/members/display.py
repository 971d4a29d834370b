"""How members are shown in lists."""

from __future__ import annotations

from bot.areas.members.services import display
from bot.chat.model import Mention, Span, Text
from bot.domain.people import Account


def face(account: Account | None) -> Span:
    """Somebody by that account, whom this does not call; None is who left."""
    if account is None:
        return Text(display.GONE)
    return Mention(account.platform, account.native_id, account.name, silent=True)
