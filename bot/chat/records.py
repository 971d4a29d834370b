"""The ports through which the chat language reads and writes records.

`bot.storage.store.Store` is a `Store`. The module `bot.areas.conversations.services` is `Records`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from bot.domain.messages import NewMessage
from bot.domain.people import Account, BanQuestion, Member, Person, Space, Standing, Union
from bot.domain.tokens import NewToken, Token
from bot.domain.transaction import Tx

P = ParamSpec("P")
T = TypeVar("T")


class Store(Protocol):
    """Runs plain functions of a transaction. `write` returns after the change is durable."""

    async def write(self, fn: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...
    async def read(self, fn: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...
    async def scan(self, fn: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...


class Records(Protocol):
    """Plain, synchronous functions of a transaction."""

    def claim(self, tx: Tx, key: str, actor: str) -> tuple[bool, bytes | None]:
        """Claims an act. Returns (True, None) if it is to be done now, (False, its answer) if it was done before.

        The answer is empty if it is no longer kept, and None if there is none.
        """

    def answer(self, tx: Tx, key: str, reply: bytes) -> None:
        """Keeps the answer to a claimed act."""

    def trim_answers(self, tx: Tx, actor: str) -> None:
        """Drops the oldest kept answers of an account that has more than its room for them."""

    def keep_picture(self, tx: Tx, owner: str, data: bytes) -> int:
        """Keeps a picture for a while, for `owner`; returns its number. The same picture has one number."""

    def picture(self, tx: Tx, file: int | None, kept: int | None) -> bytes | None:
        """Returns a picture that a member gave (`file`), or that was kept; None if it is gone."""

    def receive(self, tx: Tx, key: str, actor: str, payload: bytes) -> None:
        """Records an act before the platform is told that it arrived."""

    def unfinished(self, tx: Tx) -> list[tuple[str, bytes]]:
        """Returns (key, payload) of the acts whose answer was not delivered."""

    def owed(self, tx: Tx, key: str) -> tuple[datetime, int] | None:
        """Returns when an act came in whose answer was not delivered, and how many copies of it there may be."""

    def sending(self, tx: Tx, key: str, copies: int) -> None:
        """Notes how many copies of an act's answer there may be."""

    def delivered(self, tx: Tx, key: str) -> None:
        """Notes that the act's answer reached the person."""

    def identify(self, tx: Tx, platform: str, native_id: str, space: str | None) -> Standing:
        """Finds the account, member and union of a platform's user in a space, or (None) in their private chat."""

    def within(self, tx: Tx, union_id: int, platform: str, native_id: str, space: str | None) -> Standing:
        """Finds the account and member of a platform's user in this union. `space` counts if it is the union's."""

    def seen(self, tx: Tx, platform: str, native_id: str, name: str, username: str | None) -> None:
        """Sets the names of a platform's user in all unions. The username is nobody else's there from now on."""

    def speaks(self, tx: Tx, platform: str, native_id: str, language: str) -> None:
        """Notes the language that a platform told of its user, in all unions."""

    def is_named(self, tx: Tx, platform: str, native_id: str, username: str) -> bool:
        """Whether another of the platform's users is known by this username."""

    def active(self, tx: Tx, account_id: int) -> None:
        """Notes that the account is active now."""

    def require_settled(self, tx: Tx, account: Account) -> None:
        """Raises NotAllowed while the account waits, because it became one person with others a short while ago."""

    def is_leader(self, tx: Tx, union: Union, member: Member) -> bool:
        """Whether the member leads, by the union's rule of leadership."""

    def is_union_moderator(self, tx: Tx, member: Member) -> bool:
        """Whether the founder named this member a moderator of the union."""

    def refusal(self, tx: Tx, union: Union, platform: str, native_id: str) -> str | None:
        """Returns the words for a person who is expelled from the union; None if they are not."""

    def use_wait_s(
        self, tx: Tx, member: Member | None, account: tuple[str, str], command: str, times: int, per_s: int
    ) -> int:
        """Returns the seconds until this person may use a command again, as far as uses were counted durably."""

    def count_use(
        self, tx: Tx, member: Member | None, account: tuple[str, str], command: str, times: int, per_s: int
    ) -> None:
        """Counts a use of a command durably, for all accounts of the person. `account`: (platform, native id)."""

    def ban_questions(
        self, tx: Tx, union: Union, platform: str, native_id: str, account: Account | None
    ) -> tuple[BanQuestion, ...]:
        """Returns the questions about bans of this platform's user; () if they cannot be banned in all spaces.

        Without an account, somebody is about to join from a private chat.
        """

    def find_person(
        self, tx: Tx, union: Union | None, platform: str, native_id: str | None, name: str
    ) -> Person:
        """Finds a person by native id or by name. Raises BadInput if the name is nobody's, SeveralPeople if it may
        be several people's."""

    def completions(self, tx: Tx, union: Union, platform: str, typed: str) -> Sequence[Account]:
        """Returns up to 25 accounts of the union's members whose names begin with what is typed."""

    def find_space(self, tx: Tx, union: Union, platform: str, native_id: str, name: str) -> Space:
        """Finds a space of the union by native id or by name. Raises BadInput."""

    def keep_token(self, tx: Tx, new: NewToken) -> str:
        """Stores the meaning of a button, form or held reply; returns its new token."""

    def token(self, tx: Tx, token: str) -> Token | None:
        """Returns the meaning of a token, unless it expired."""

    def use_token(self, tx: Tx, token: str) -> bool:
        """Claims the use of a single-use token; False if it was used before."""

    def dialogue(self, tx: Tx, platform: str, chat: str, user: str) -> str | None:
        """Returns the state (JSON) of the dialogue with that person in that chat; None if there is none."""

    def keep_dialogue(self, tx: Tx, platform: str, chat: str, user: str, state: str, lasts_s: int) -> None:
        """Waits for that person's next words in that chat."""

    def end_dialogue(self, tx: Tx, platform: str, chat: str, user: str) -> bool:
        """Ends the dialogue with that person in that chat; returns False if there is none."""

    def post(self, tx: Tx, message: NewMessage) -> None:
        """Queues a message in the outbox; a second one with the same `dedupe_key` is dropped."""

    def replace_post(self, tx: Tx, message: NewMessage) -> None:
        """Queues a message in the place of one with the same `dedupe_key` that still waits."""
