"""The players of the playground, their accounts, the two rooms and the private chats.

Every player has one account in each manner of chat. For Muster the two accounts belong to different members until
both said that they are one person: the playground exists to show this.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from adapters.playground.neighbours import NEIGHBOURS

PLATFORM = "playground"
_PRIVATE = "private:"


class Manner(StrEnum):
    """The platform that a chat imitates, in its look and in the way commands are typed."""

    DISCORD = "discord"
    TELEGRAM = "telegram"


@dataclass(frozen=True, slots=True)
class PlaygroundRoom:
    """A space that the bot is in."""

    native_id: str
    manner: Manner
    title: str


@dataclass(frozen=True, slots=True)
class PlayerAccount:
    """One chat identity of a player, or of a neighbour, as whom nobody acts; `native_id` is "manner:player"."""

    native_id: str
    manner: Manner
    player: str
    name: str
    username: str


@dataclass(frozen=True, slots=True)
class Player:
    """A person to act as. `moderates` has the native ids of rooms."""

    key: str
    name: str
    accounts: tuple[PlayerAccount, PlayerAccount]
    moderates: frozenset[str]

    def account(self, manner: Manner) -> PlayerAccount:
        return self.accounts[0] if manner is Manner.DISCORD else self.accounts[1]


@dataclass(frozen=True, slots=True)
class Chat:
    """A place to write in: a room, or one account's private chat with the bot (`owner`)."""

    native_id: str
    manner: Manner
    title: str
    owner: PlayerAccount | None = None

    @property
    def is_room(self) -> bool:
        return self.owner is None


ROOMS = (
    PlaygroundRoom("room-discord", Manner.DISCORD, "Riverside Tenants"),
    PlaygroundRoom("room-telegram", Manner.TELEGRAM, "Riverside Neighbours"),
)


def _player(name: str, surname: str, moderates: tuple[str, ...] = ()) -> Player:
    key = name.lower()
    accounts = (
        PlayerAccount(f"discord:{key}", Manner.DISCORD, key, name, key),
        PlayerAccount(
            f"telegram:{key}", Manner.TELEGRAM, key, f"{name} {surname}", f"{key}_{surname.lower()}"
        ),
    )
    return Player(key, name, accounts, frozenset(moderates))


PLAYERS = (
    _player("Ada", "Okoye", ("room-discord", "room-telegram")),
    _player("Bo", "Lindgren"),
    _player("Chidi", "Mensah", ("room-telegram",)),
    _player("Dana", "Sol"),
    _player("Emre", "Kaya"),
)

_PLAYERS = {player.key: player for player in PLAYERS}
_NEIGHBOURS = tuple(
    PlayerAccount(f"{one.manner}:{one.key}", Manner(one.manner), one.key, one.name, f"{one.key}_n")
    for one in NEIGHBOURS
)
_ACCOUNTS = {
    account.native_id: account
    for account in (*(account for player in PLAYERS for account in player.accounts), *_NEIGHBOURS)
}
_CHATS = {room.native_id: Chat(room.native_id, room.manner, room.title) for room in ROOMS} | {
    _PRIVATE + account.native_id: Chat(_PRIVATE + account.native_id, account.manner, "Muster", account)
    for account in _ACCOUNTS.values()
}


def player(key: str) -> Player | None:
    """Returns the player with this key, or None."""
    return _PLAYERS.get(key)


def account(native_id: str) -> PlayerAccount | None:
    """Returns the account with this native id, or None."""
    return _ACCOUNTS.get(native_id)


def by_username(username: str, manner: Manner) -> PlayerAccount | None:
    """Returns the account with this username (without @, in any case) in rooms of this manner, or None."""
    wanted = username.lower()
    return next((a for a in _ACCOUNTS.values() if a.manner is manner and a.username == wanted), None)


def chat(native_id: str) -> Chat | None:
    """Returns the room or private chat with this native id, or None."""
    return _CHATS.get(native_id)


def private_chat(owner: PlayerAccount) -> Chat:
    """Returns the private chat of an account with the bot."""
    return _CHATS[_PRIVATE + owner.native_id]


def chats_of(who: Player) -> tuple[Chat, ...]:
    """Returns the chats that a player sees: both rooms, and the private chats of both accounts."""
    return tuple(c for c in _CHATS.values() if c.owner is None or c.owner.player == who.key)


def number_in(manner: Manner, *, filled: bool) -> int:
    """Returns the number of people in the room of this manner; the neighbours are there once it is `filled`."""
    neighbours = sum(account.manner is manner for account in _NEIGHBOURS)
    return len(PLAYERS) + (neighbours if filled else 0)
