"""People, chats and messages as Telegram sends them."""

from __future__ import annotations

from typing import Any

from adapters.telegram.events import Me

ME = Me(77, "Muster_bot", "Muster")
ADA: dict[str, Any] = {
    "id": 5, "is_bot": False, "first_name": "Ada", "last_name": "Lovelace", "username": "Ada_L",
    "language_code": "de",
}  # fmt: skip
BOB: dict[str, Any] = {"id": 6, "is_bot": False, "first_name": "Bob"}
BOT: dict[str, Any] = {"id": 77, "is_bot": True, "first_name": "Muster", "username": "Muster_bot"}
OTHER: dict[str, Any] = {"id": 78, "is_bot": True, "first_name": "Other", "username": "other_bot"}
ANONYMOUS: dict[str, Any] = {
    "id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot",
}  # fmt: skip
TELEGRAM: dict[str, Any] = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
PRIVATE: dict[str, Any] = {"id": 5, "type": "private", "first_name": "Ada"}
GROUP: dict[str, Any] = {"id": -100, "type": "supergroup", "title": "Farm", "is_forum": True}
SIZE: dict[str, Any] = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}
CHANNEL: dict[str, Any] = {"id": -200, "type": "channel", "title": "News"}


def message(text: str | None, chat: dict[str, Any] = GROUP, **more: Any) -> dict[str, Any]:
    """A message; a word that begins with "/" is a command, as Telegram marks it."""
    given: list[dict[str, Any]] = more.pop("entities", [])
    if text and text.startswith("/"):
        command = text.split()[0]
        given = [{"type": "bot_command", "offset": 0, "length": len(command)}, *given]
    said = {"text": text} if text is not None else {}
    marked = {"entities": given} if given and text is not None else {}
    return {"message_id": 9, "date": 1, "chat": chat, "from": ADA, **said, **marked, **more}
