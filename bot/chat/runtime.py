"""The port through which handlers and chores reach the running program."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from bot.chat.findings import Finding
from bot.domain.photos import Photo


class Runtime(Protocol):
    """The facts about the running program that handlers may use. `bot.app.App` is a `Runtime`."""

    def link_base(self, platform: str) -> str:
        """Returns the address of that platform's wallet pages: scheme, host and port, without a slash at the end."""

    def private_link(self, platform: str, payload: str) -> str | None:
        """Returns a link that opens the private chat with the bot and carries `payload`; None if there is none."""

    async def check_space(self, platform: str, native_id: str) -> Sequence[Finding]:
        """Checks whether the bot can do its work in a space. Raises TryAgain if the platform does not answer."""

    async def people_in(self, platform: str, native_id: str) -> int | None:
        """Returns the number of people in a space; None if the platform does not say it."""

    def posted(self, platform: str) -> None:
        """Wakes the platform's sender, because a message was queued. Any thread may call it, before the commit."""

    async def redraw(self, union: str, person: str, fetch: Callable[[], Awaitable[bytes]]) -> Photo:
        """Fetches a picture of this person and draws it anew, when it is their turn. Raises BadInput, TryAgain.

        Unions have their turns one after the other; people without a union share one.
        """
