"""How members are shown in lists."""

from __future__ import annotations

from bot.chat.model import Mention, Span, Text
from bot.domain.people import Account
from bot.services import faces


def face(account: Account | None) -> Span:
    """Somebody by that account, whom this does not call; None is who left."""
    if account is None:
        return Text(faces.GONE)
    return Mention(account.platform, account.native_id, account.name, silent=True)
