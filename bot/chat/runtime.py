"""The few facts about the installation that replies mention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.chat.findings import Finding


class Runtime(Protocol):
    """What handlers may know of, and ask from, the running program."""

    def link_base(self, platform: str) -> str:
        """Where that platform's people find the wallet page: scheme, host, port; no slash at the end."""

    def private_link(self, platform: str, payload: str) -> str | None:
        """A link that opens the private chat with the bot, carrying `payload`, if the platform has such."""

    async def check_space(self, platform: str, native_id: str) -> Sequence[Finding]:
        """Whether the bot can do its work in a space. Raises TryAgain if the platform does not answer."""

    def posted(self, platform: str) -> None:
        """Something waits in the outbox; called from any thread, before the change is durable."""
