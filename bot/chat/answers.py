"""Keeps the answers to acts, for repeats, and gives up those that cannot be shown."""

from __future__ import annotations

from bot.chat import text
from bot.chat.bounded import BoundedDict
from bot.chat.context import Context
from bot.chat.incoming import Incoming
from bot.chat.kept import restored, stored
from bot.chat.model import Reply, Visibility, say
from bot.chat.outgoing import post
from bot.chat.records import Records
from bot.chat.targets import Target
from bot.chat.tokens import actor_key
from bot.domain.transaction import Tx

REMEMBERED = 10_000  # accounts
TRIM_EVERY = 256 * 1024
"""Bytes of new answers after which the kept answers of an account are counted."""


class Answers:
    """Keeps answers in the records. An account has room for the newest ones only."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._grown: BoundedDict[str, int] = BoundedDict(REMEMBERED)

    def keep(self, tx: Tx, incoming: Incoming, reply: Reply) -> None:
        """Keeps the answer to a claimed act. Now and then drops the oldest ones of an account that has too many."""
        actor = actor_key(incoming.actor)
        answer = stored(self._records, tx, actor, reply)
        self._records.answer(tx, incoming.key, answer)
        grown = self._grown.get(actor, 0) + len(answer)
        if grown >= TRIM_EVERY:
            self._records.trim_answers(tx, actor)
        self._grown[actor] = grown % TRIM_EVERY

    def give_up(self, by: Context, incoming: Incoming) -> None:
        """Gives up the answer to an act, and tells its place that something was lost: once an hour, and no name."""
        self._records.delivered(by.tx, incoming.key)
        place = incoming.place
        seen = Visibility.PRIVATE if place.space is None else Visibility.PUBLIC
        words = by.spoken(say(text.answers_lost(place.platform), visibility=seen))
        target = Target(place.platform, person=incoming.actor.native_id)
        if place.space is not None:
            target = Target(place.platform, chat=place.chat, thread=place.thread)
        where = f"{target.person or target.chat}:{target.thread or ''}"
        once = f"lost:{place.platform}:{where}:{by.tx.now:%Y%m%d%H}"
        post(by, None, target, words, once, False)

    def read(self, tx: Tx, answer: bytes | None) -> Reply | None:
        """Returns the answer to a repeat: as it was given, or that it is gone if it was dropped."""
        if answer == b"":
            return say(text.ANSWER_GONE, visibility=Visibility.PRIVATE)
        return restored(self._records, tx, answer) if answer else None
