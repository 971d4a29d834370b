"""Who and where: the people of the playground, their accounts, the two rooms and the private chats.

Every person has one account in each manner of chat. The accounts are strangers to Muster until the same
wallet is linked to both: that is what the playground is there to show.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PLATFORM = "playground"
_PRIVATE = "private:"


class Manner(StrEnum):
    """How a room is drawn and typed in."""

    DISCORD = "discord"
    TELEGRAM = "telegram"


@dataclass(frozen=True, slots=True)
class Room:
    """A space that the bot is in."""

    native_id: str
    manner: Manner
    title: str


@dataclass(frozen=True, slots=True)
class Account:
    """One chat identity of a player; `native_id` is "manner:player"."""

    native_id: str
    manner: Manner
    player: str
    name: str
    username: str


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody to act as. `moderates` are native ids of rooms."""

    key: str
    name: str
    accounts: tuple[Account, Account]
    moderates: frozenset[str]

    def account(self, manner: Manner) -> Account:
        return self.accounts[0] if manner is Manner.DISCORD else self.accounts[1]


@dataclass(frozen=True, slots=True)
class Chat:
    """A place to write in: a room, or one account's private chat with the bot (`owner`)."""

    native_id: str
    manner: Manner
    title: str
    owner: Account | None = None

    @property
    def is_room(self) -> bool:
        return self.owner is None


ROOMS = (
    Room("room-discord", Manner.DISCORD, "Riverside Tenants"),
    Room("room-telegram", Manner.TELEGRAM, "Riverside Neighbours"),
)


def _player(name: str, surname: str, moderates: tuple[str, ...] = ()) -> Player:
    key = name.lower()
    accounts = (
        Account(f"discord:{key}", Manner.DISCORD, key, name, key),
        Account(f"telegram:{key}", Manner.TELEGRAM, key, f"{name} {surname}", f"{key}_{surname.lower()}"),
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
_ACCOUNTS = {account.native_id: account for player in PLAYERS for account in player.accounts}
_CHATS = {room.native_id: Chat(room.native_id, room.manner, room.title) for room in ROOMS} | {
    _PRIVATE + account.native_id: Chat(_PRIVATE + account.native_id, account.manner, "Muster", account)
    for account in _ACCOUNTS.values()
}


def player(key: str) -> Player | None:
    """The player with this key, or None."""
    return _PLAYERS.get(key)


def account(native_id: str) -> Account | None:
    """The account with this native id, or None."""
    return _ACCOUNTS.get(native_id)


def by_username(username: str, manner: Manner) -> Account | None:
    """The account with this name (no @, any case) in rooms of this manner, or None."""
    wanted = username.lower()
    return next((a for a in _ACCOUNTS.values() if a.manner is manner and a.username == wanted), None)


def chat(native_id: str) -> Chat | None:
    """The room or private chat with this native id, or None."""
    return _CHATS.get(native_id)


def private_chat(owner: Account) -> Chat:
    """The private chat of an account with the bot."""
    return _CHATS[_PRIVATE + owner.native_id]


def chats_of(who: Player) -> tuple[Chat, ...]:
    """The chats that a player sees: both rooms and the private chats of both accounts."""
    return tuple(c for c in _CHATS.values() if c.owner is None or c.owner.player == who.key)
