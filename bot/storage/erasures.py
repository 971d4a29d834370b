"""What was erased of people, as long as rows of other people may still tell it.

The answers that Muster keeps for other people can name a person who leaves. They are too many to be searched in the
transaction in which the person leaves, so what to search for is noted there, and `bot.erasing` does the rest.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Boolean, Column, bindparam, delete, or_, select, update

from bot.domain.names import one_line
from bot.domain.transaction import Tx
from bot.storage import trusted_time
from bot.storage.columns import moment, own_id, table, words, words_or_null
from bot.storage.statements import Statement, insert
from bot.storage.types import Id

LAST_AFTER = timedelta(minutes=15)
"""The time after which the rows of others are searched again: no answer that named the person is still on its way."""
BEGINNING = 24
"""The characters of a text that are searched for."""

erasures = table(
    "erasures",
    own_id(),
    Column("union_id", Id, nullable=False),
    words_or_null("platform"),  # of an account that was erased; null: something else was, such as an address
    words_or_null("native_id"),
    words("texts"),  # JSON: what the rows of others must not hold
    Column("searched", Boolean, nullable=False),  # once; it is searched for a second and last time later
    moment("at"),
)

_ADD = Statement(
    insert(erasures).values(
        union_id=bindparam("union_id"),
        platform=bindparam("platform"),
        native_id=bindparam("native_id"),
        texts=bindparam("texts"),
        searched=False,
        at=bindparam("at"),
    )
)
_SAME = Statement(
    delete(erasures).where(
        erasures.c.union_id == bindparam("union"),
        erasures.c.platform == bindparam("on"),
        erasures.c.native_id == bindparam("who"),
        erasures.c.texts == bindparam("same"),
    )
)
_WITHDRAW = Statement(
    delete(erasures).where(
        erasures.c.union_id == bindparam("union"),
        erasures.c.platform.is_(None),
        erasures.c.texts == bindparam("same"),
    )
)
_WAITING = Statement(
    select(erasures)
    .where(or_(erasures.c.searched.is_(False), erasures.c.at <= bindparam("long_ago")))
    .order_by(erasures.c.id)
    .limit(bindparam("most"))
)
_SHORTEN = Statement(update(erasures).where(erasures.c.at > bindparam("now")).values(at=bindparam("now")))
_SEARCHED = Statement(update(erasures).where(erasures.c.id == bindparam("erasure")).values(searched=True))
_DONE = Statement(delete(erasures).where(erasures.c.id == bindparam("erasure")))


@dataclass(frozen=True, slots=True)
class Erasure:
    """Something to erase from the rows of others: all `texts`, and the mentions of an account if there is one."""

    id: int
    union_id: int
    platform: str | None
    native_id: str | None
    texts: str
    searched: bool
    at: datetime

    @property
    def account(self) -> tuple[str, str] | None:
        """The platform and the native id of the account that was erased."""
        return (self.platform, self.native_id) if self.platform and self.native_id else None

    @property
    def values(self) -> list[str]:
        """The values of JSON that name only what was erased: the account's id, or else the texts themselves."""
        own = [self.native_id] if self.native_id else json.loads(self.texts)
        return sorted({json.dumps(value, ensure_ascii=ascii) for value in own for ascii in (True, False)})

    @property
    def forms(self) -> list[str]:
        """The beginning of each text in the forms in which JSON writes it: as it is, as it is shown, with escapes.

        The beginning is enough, and is found where the rest was cut off.
        """
        forms = set[str]()
        for text in json.loads(self.texts):
            for shown in (text[:BEGINNING], one_line(text)[:BEGINNING].rstrip("…")):
                forms |= {json.dumps(shown)[1:-1], json.dumps(shown, ensure_ascii=False)[1:-1]}
        return sorted(forms - {""})


def note(
    tx: Tx, union_id: int, texts: Collection[str | None], account: tuple[str, str] | None = None
) -> None:
    """Notes what rows of others must not hold any more, and the account (platform, native id) if one was erased.

    Whoever comes and goes all the time is searched for once, and last after the last time: a search takes seconds.
    """
    tx.erased()
    platform, native_id = account or (None, None)
    known = [text.encode("utf-8", "replace").decode() for text in texts if text]
    texts_noted = json.dumps(known)
    if account is not None:
        tx.run(_SAME, union=union_id, on=platform, who=native_id, same=texts_noted)
    tx.run(
        _ADD,
        union_id=union_id,
        platform=platform,
        native_id=native_id,
        texts=texts_noted,
        at=tx.now,
    )


def withdraw(tx: Tx, union_id: int, text: str) -> None:
    """Ends the search for a text of the union that is in use again: what others hold of it is right again."""
    tx.run(_WITHDRAW, union=union_id, same=json.dumps([text]))


def waiting(tx: Tx, most: int) -> list[tuple[Erasure, bool]]:
    """Returns what is to be searched for now, the oldest first, and whether it is for the last time."""
    long_ago = trusted_time.believed(tx) - LAST_AFTER
    found = [Erasure(*row) for row in tx.all(_WAITING, long_ago=long_ago, most=most)]
    return [(one, one.at <= long_ago) for one in found]


def shorten(tx: Tx) -> None:
    """Lets what was erased while the clock was ahead be searched for the last time when it should."""
    tx.run(_SHORTEN, now=tx.now)


def searched(tx: Tx, erasure_id: int) -> None:
    """Notes that the rows of others were searched once."""
    tx.run(_SEARCHED, erasure=erasure_id)


def done(tx: Tx, erasure_id: int) -> None:
    """Forgets an erasure that is complete."""
    tx.erased()
    tx.run(_DONE, erasure=erasure_id)
