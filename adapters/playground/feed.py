"""The messages of all chats, in memory, and the browser tabs that show them."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any

from adapters.playground import frames, limits, people
from adapters.playground.sockets import Socket
from bot.chat.bounded import BoundedDict
from bot.chat.incoming import File
from bot.domain.clock import Clock


@dataclass(frozen=True, slots=True)
class About:
    """The act that a message answers: its account, its kind ("command", "press", …), and the command in `label`."""

    account: str
    kind: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a chat.

    `by` is the account that wrote it, None for the bot. `only` is the one player who sees it, None for all.
    `working`: it only shows that an act is being worked on.
    """

    chat: str
    body: dict[str, Any]
    by: str | None = None
    only: str | None = None
    about: About | None = None
    reply_to: str | None = None
    file: File | None = None
    working: bool = False
    edited: bool = False
    at: str = ""
    id: str = field(default_factory=lambda: secrets.token_urlsafe(9))

    def seen_by(self, player: str) -> bool:
        return self.only is None or self.only == player


class Feed:
    """The newest `limits.HISTORY` messages of each chat, and the sockets that show them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._chats: defaultdict[str, BoundedDict[str, Message]] = defaultdict(
            lambda: BoundedDict(limits.HISTORY)
        )
        self.sockets: set[Socket] = set()

    def post(self, message: Message) -> Message:
        """Shows a message; it replaces the message with the same id, if there is one, and keeps its time."""
        chat = self._chats[message.chat]
        now = self._clock.now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        before = chat.get(message.id)
        message = replace(message, at=message.at or (before.at if before else now))
        chat[message.id] = message
        self._send(message, frames.write("post", message=message))
        return message

    def remove(self, message: Message) -> None:
        """Removes a message for everybody who sees it."""
        if self._chats[message.chat].pop(message.id, None):
            self._send(message, frames.write("gone", chat=message.chat, id=message.id))

    def find(self, chat: str, message: str, player: str) -> Message | None:
        """Returns the message if this player can see it, or None."""
        found = self._chats[chat].get(message)
        return found if found and found.seen_by(player) else None

    def pressable(self, chat: str, labels: Sequence[str]) -> list[str]:
        """Returns the tokens of the buttons with these labels under the messages of a chat, the newest first."""
        return [
            button["token"]
            for message in reversed(self._chats[chat].values())
            for row in message.body.get("buttons", ())
            for button in row
            if button["label"] in labels
        ]

    def seen_by(self, player: people.Player) -> dict[str, list[Message]]:
        """Returns all messages that a player sees, by chat."""
        return {
            chat.native_id: [m for m in self._chats[chat.native_id].values() if m.seen_by(player.key)]
            for chat in people.chats_of(player)
        }

    def of_session(self, session: str) -> Iterable[Socket]:
        """Returns the sockets of one browser tab: more than one only while it reconnects."""
        return [socket for socket in self.sockets if socket.session == session]

    def _send(self, message: Message, frame: str) -> None:
        chat = people.chat(message.chat)
        owner = chat.owner.player if chat and chat.owner else None
        for socket in self.sockets:
            player = socket.player
            if player and message.seen_by(player.key) and owner in (None, player.key):
                socket.send(frame)
