"""The commands that are of use to each person in each of their chats, told to their tabs and kept up to date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from adapters.playground import events, frames, people
from adapters.playground.sockets import Socket
from bot.chat.port import Core

ByChat: TypeAlias = dict[str, Sequence[str]]


async def offers(core: Core, player: people.Player) -> ByChat:
    """Returns the paths of the commands that are of use to a player, by the native id of the chat."""
    return {
        chat.native_id: await core.offered(events.looking(player.account(chat.manner), chat))
        for chat in people.chats_of(player)
    }


class Offers:
    """Tells the tabs of a player when what the player may do has changed: others can change it, too."""

    def __init__(self, sockets: set[Socket]) -> None:
        self._sockets = sockets
        self._looking = False
        self._stale = False

    async def refresh(self, core: Core) -> None:
        """Looks again, and tells the tabs for which something changed. One look serves all that asked meanwhile."""
        self._stale = True
        if self._looking:
            return
        self._looking = True
        try:
            while self._stale:
                self._stale = False
                for player in {socket.player for socket in self._sockets if socket.player}:
                    self._tell(player, await offers(core, player))
        finally:
            self._looking = False

    def _tell(self, player: people.Player, found: ByChat) -> None:
        for socket in self._sockets:
            if socket.player == player and socket.offers != found:
                socket.offers = found
                socket.send(frames.write("offers", offers=found))
