"""Pictures below the chat, on both databases: kept, read, erased with their person or with age."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import bindparam, select, update

from bot import membership
from bot.areas.calls.domain.calls import CallState, Proof
from bot.areas.calls.domain.texts import Texts
from bot.areas.calls.storage import calls as calls_storage
from bot.areas.calls.storage.calls import NewCall
from bot.areas.checkins.tables import checkins as checkins_table
from bot.areas.contests.tables import entries as entries_table
from bot.areas.files import services as files
from bot.areas.files.tables import files as files_table
from bot.domain.people import Member, Union
from bot.domain.photos import PROOFS_KEPT, Photo
from bot.storage.statements import Statement, insert
from bot.storage.store import Store
from tests.clock import ManualClock

PHOTO = Photo(b"\x89PNG and so on\x00\xff", "image/png", 12, 9)
ALL = Statement(select(files_table.c.id, files_table.c.member_id).order_by(files_table.c.id))
ANSWER = Statement(
    insert(checkins_table).values(
        call_id=bindparam("call"), member_id=bindparam("who"), file_id=bindparam("file"), at=bindparam("now"),
        day=1, state="done", late=False,
    )
)  # fmt: skip
ENTER = Statement(
    insert(entries_table).values(
        call_id=bindparam("call"), member_id=bindparam("who"), file_id=bindparam("file"), at=bindparam("now"),
        words="w", votes=0,
    )
)  # fmt: skip
PROOFS = Statement(
    select(checkins_table.c.member_id, checkins_table.c.file_id).order_by(checkins_table.c.member_id)
)
ENTERED = Statement(select(entries_table.c.file_id))
MAKE_OLD = Statement(
    update(files_table).where(files_table.c.id == bindparam("file")).values(at=bindparam("then"))
)

Gives = Callable[[int], Awaitable[int]]


class Village:
    """A union with a few members."""

    def __init__(self, store: Store, clock: ManualClock) -> None:
        self.store = store
        self.clock = clock
        self.members: list[Member] = []
        self.union: Union

    async def found(self) -> None:
        by = membership.Founder("words", "0", "P0", None)
        found = await self.store.write(membership.found, "Farm", "We grow", "UTC", by, "space", "Farm")
        self.union, founder = found[0], found[1]
        self.members = [founder]
        for number in range(1, 4):
            member, _ = await self.store.write(
                membership.join, self.union, "words", str(number), f"P{number}", None
            )
            self.members.append(member)

    async def gives(self, number: int) -> int:
        return await self.store.write(files.keep, self.union, self.members[number], PHOTO)

    async def ids(self) -> list[int]:
        return [row.id for row in await self.store.read(lambda tx: tx.all(ALL))]

    async def calls(self, author: int, file_id: int | None = None) -> int:
        texts = Texts("T", "W", file_id=file_id, proof=Proof.PHOTO, opens=0)
        new = NewCall(self.union.id, None, self.members[author].id, texts, CallState.CLOSED, approved=True)
        return (await self.store.write(calls_storage.add, new)).id

    async def puts(self, statement: Statement, call: int, number: int, file_id: int) -> None:
        who = self.members[number].id
        await self.store.write(lambda tx: tx.run(statement, call=call, who=who, file=file_id, now=tx.now))


@pytest.fixture
async def village(store: Store, clock: ManualClock) -> Village:
    made = Village(store, clock)
    await made.found()
    return made


async def test_a_picture_comes_back_as_it_was_given(village: Village) -> None:
    first, second = await village.gives(0), await village.gives(0)
    assert first != second  # the same twice is two: one may be erased
    assert await village.store.read(files.picture, village.union, first) == PHOTO
    assert await village.store.read(files.picture, village.union, 999) is None
    assert await village.store.read(files.picture, village.union, None) is None


async def test_another_union_sees_nothing_of_it(village: Village) -> None:
    by = membership.Founder("words", "9", "P9", None)
    other = (await village.store.write(membership.found, "Mill", "Grind", "UTC", by, "place", "Mill"))[0]
    assert await village.store.read(files.picture, other, await village.gives(0)) is None


async def test_who_leaves_takes_all_pictures_along_but_those_of_calls(village: Village) -> None:
    shown, proof, entry, spare = [await village.gives(1) for _ in range(4)]
    of_another = await village.gives(2)
    call = await village.calls(1, shown)
    await village.puts(ANSWER, call, 1, proof)
    await village.puts(ANSWER, call, 2, of_another)
    await village.puts(ENTER, call, 1, entry)

    await village.store.write(membership.leave, village.union, village.members[1])
    assert await village.ids() == [shown, of_another]
    assert spare not in await village.ids()
    proofs = {row.member_id: row.file_id for row in await village.store.read(lambda tx: tx.all(PROOFS))}
    assert proofs.get(village.members[1].id) is None
    assert proofs[village.members[2].id] == of_another


async def test_many_pictures_are_erased_too(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "AT_ONCE", 3)
    await asyncio.gather(*(village.gives(1) for _ in range(8)))
    await village.store.write(files.forget, village.union, village.members[1])
    assert await village.ids() == []


async def test_two_members_that_are_one_have_their_pictures_together(village: Village) -> None:
    first, second = await village.gives(1), await village.gives(2)
    await village.store.write(membership.merge, village.union.id, village.members[1], village.members[2])
    await village.store.write(membership.leave, village.union, village.members[2])
    left = await village.ids()
    assert first not in left
    assert second not in left


async def test_proofs_are_erased_after_sixty_days_and_nothing_else(village: Village) -> None:
    shown, entry, old_proof, unused = [await village.gives(1) for _ in range(4)]
    call = await village.calls(1, shown)
    await village.puts(ENTER, call, 1, entry)
    await village.puts(ANSWER, call, 1, old_proof)
    village.clock.advance(PROOFS_KEPT)
    new_proof = await village.gives(2)
    await village.puts(ANSWER, call, 2, new_proof)
    await village.store.write(files.prune, village.clock.now())
    assert unused in await village.ids()  # to the day
    village.clock.advance(timedelta(seconds=1))
    await village.store.write(files.prune, village.clock.now())
    assert await village.ids() == [shown, entry, new_proof]
    proofs = await village.store.read(lambda tx: tx.all(PROOFS))
    assert [row.file_id for row in proofs] == [None, new_proof]  # the answer itself stays


async def test_old_proofs_are_erased_some_at_a_time(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "AT_ONCE", 2)
    ids = [await village.gives(1) for _ in range(5)]
    village.clock.advance(PROOFS_KEPT + timedelta(days=1))
    await village.store.write(files.prune, village.clock.now())
    assert await village.ids() == ids[2:]


async def test_of_pictures_that_nothing_shows_a_member_has_the_newest_few(village: Village) -> None:
    shown, other = await village.gives(1), await village.gives(2)
    await village.puts(ENTER, await village.calls(1), 1, shown)
    ids = [await village.gives(1) for _ in range(files.MOST_UNUSED + 20)]
    assert await village.ids() == [shown, other, *ids[-files.MOST_UNUSED :]]


async def test_a_picture_is_erased_when_another_takes_its_place(village: Village) -> None:
    first, second = await village.gives(1), await village.gives(1)
    call = await village.calls(1)
    await village.puts(ENTER, call, 1, first)
    await village.store.write(files.drop, first)
    await village.store.write(files.drop, None)
    assert await village.ids() == [second]
    assert await village.store.read(lambda tx: tx.value(ENTERED)) is None
