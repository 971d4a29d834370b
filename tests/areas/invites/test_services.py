"""Invitation codes and recruits below the chat, on both databases."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest
from sqlalchemy import bindparam, update

from bot import membership
from bot.areas.invites import services as invites
from bot.areas.invites import storage as invites_storage
from bot.areas.invites.domain import ALPHABET, Invite, read_code
from bot.areas.invites.tables import invites as invites_table
from bot.areas.ledger import storage as ledger_storage
from bot.areas.members.storage import members as members_storage
from bot.domain.people import Member, Union
from bot.errors import NotAllowed, NotFound
from bot.storage.statements import Statement
from bot.storage.store import Store
from tests.clock import ManualClock

SET_USES = Statement(
    update(invites_table).where(invites_table.c.code == bindparam("which")).values(uses=bindparam("number"))
)
DAY = timedelta(days=1)


class Village:
    """A union on a store, where each joins a second after the one before."""

    def __init__(self, store: Store, clock: ManualClock) -> None:
        self.store = store
        self.clock = clock

    async def found(self) -> None:
        founder = membership.Founder("words", "ada", "Ada", None)
        found = await self.store.write(membership.found, "Farm", "Grow", "UTC", founder, "space", "Farm")
        self.union: Union = found[0]
        self.ada: Member = found[1]

    async def joins(self, name: str, invite: Invite | None = None, on: str = "words") -> Member:
        self.clock.advance(timedelta(seconds=1))
        made = await self.store.write(membership.join, self.union, on, name.lower(), name, None, invite)
        return made[0]

    async def own(self, member: Member) -> Invite:
        return await self.store.write(invites.own, self.union, member)

    async def renew(self, member: Member, old: Invite) -> Invite:
        return await self.store.write(invites.renew, self.union, member, old.code)

    async def merges(self, absorbed: Member, survivor: Member) -> None:
        """As when a wallet shows that two are one, with the date of joining moved before or after."""
        await self.store.write(invites.merge, self.union, absorbed, survivor)

    async def recruited(self, member: Member) -> tuple[int, int]:
        return await self.store.read(invites.recruited, member.id)

    async def state(self, invite: Invite) -> Invite | None:
        return await self.store.read(invites_storage.by_code, invite.code)


@pytest.fixture
async def village(store: Store, clock: ManualClock) -> Village:
    made = Village(store, clock)
    await made.found()
    return made


def test_a_code_is_read_however_it_was_typed() -> None:
    for typed in ("ABCDE23456", "abcde23456", " abc-de 234\u201356\n", "a b c d e 2 3 4 5 6"):
        assert read_code(typed) == "ABCDE23456"
    for typed in (
        "",
        "ABCDE2345",
        "ABCDE234567",
        "ABCDE2345O",
        "ABCDE23451",
        "ABCDE2345\0",
        "%",
        "ABCDE2345'",
    ):
        assert read_code(typed) is None
    assert not set("01OIL") & set(ALPHABET)


async def test_one_code_is_kept_until_it_ends(village: Village) -> None:
    first = await village.own(village.ada)
    assert re.fullmatch(f"[{ALPHABET}]{{10}}", first.code)
    assert (first.uses, first.most, first.expires_at - first.created_at) == (0, 100, 30 * DAY)
    village.clock.advance(30 * DAY - timedelta(seconds=1))
    assert await village.own(village.ada) == first
    village.clock.advance(timedelta(seconds=1))
    assert (await village.own(village.ada)).code != first.code


async def test_a_new_code_ends_the_old_and_is_made_once(village: Village) -> None:
    old = await village.own(village.ada)
    new = await village.renew(village.ada, old)
    assert await village.renew(village.ada, old) == new, "pressed twice"
    with pytest.raises(NotAllowed, match="revoked"):
        await village.joins("Bo", old)
    await village.joins("Bo", new)
    assert await village.recruited(village.ada) == (1, 1)


async def test_five_codes_a_day_are_given_whatever_the_process_remembers(village: Village) -> None:
    code = await village.own(village.ada)
    for _ in range(4):
        village.clock.advance(timedelta(hours=1))
        code = await village.renew(village.ada, code)
    with pytest.raises(NotAllowed, match=r"in 20 hours: you made 5 within a day"):
        await village.renew(village.ada, code)
    assert await village.own(village.ada) == code, "the refused change ended nothing"
    assert await village.store.write(invites.revoke, village.ada, code.code)
    with pytest.raises(NotAllowed):
        await village.own(village.ada)
    village.clock.advance(timedelta(hours=20))
    code = await village.own(village.ada)
    with pytest.raises(NotAllowed, match="in 1 hour:"):
        await village.renew(village.ada, code)


async def test_codes_nobody_came_by_are_forgotten_when_they_limit_nothing(village: Village) -> None:
    used = await village.own(village.ada)
    await village.joins("Bo", used)
    unused = await village.renew(village.ada, used)
    village.clock.advance(DAY)
    last = await village.renew(village.ada, unused)
    assert await village.state(unused) is None
    assert await village.state(last) == last
    kept = await village.state(used)
    assert kept is not None
    assert (kept.uses, await village.recruited(village.ada)) == (1, (1, 1))


async def test_only_its_own_code_is_revoked(village: Village) -> None:
    bo = await village.joins("Bo")
    code = await village.own(village.ada)
    assert not await village.store.write(invites.revoke, bo, code.code)
    assert await village.own(village.ada) == code
    assert await village.store.write(invites.revoke, village.ada, code.code)
    assert not await village.store.write(invites.revoke, village.ada, code.code)


async def test_a_code_lets_in_as_many_as_it_says_when_two_come_at_once(village: Village) -> None:
    code = await village.own(village.ada)
    await village.store.write(lambda tx: tx.run(SET_USES, which=code.code, number=99))
    both = await asyncio.gather(village.joins("Bo", code), village.joins("Cy", code), return_exceptions=True)
    refused = [error for error in both if isinstance(error, NotAllowed)]
    assert len(refused) == 1
    assert "used 100 times" in str(refused[0])
    assert await village.recruited(village.ada) == (100, 1)
    assert await village.store.read(members_storage.count, village.union.id) == 2, (
        "who was refused is no member"
    )


async def test_the_ledger_says_who_brought_whom_by_ref(village: Village) -> None:
    code = await village.own(village.ada)
    bo = await village.joins("Bo", code)
    last = (await village.store.read(ledger_storage.entries, village.union.id))[-1]
    assert (last.kind, last.actor) == ("member.joined", bo.ref)
    assert last.payload == f'{{"platform":"words","recruiter":"{village.ada.ref}"}}'


async def test_a_code_is_found_by_its_union_only(village: Village) -> None:
    code = await village.own(village.ada)
    founder = membership.Founder("words", "eve", "Eve", None)
    other, *_ = await village.store.write(membership.found, "Weeds", "Choke", "UTC", founder, "lair", "Lair")
    found = await village.store.read(invites.find, code.code, village.union, "words")
    assert (found.invite, found.recruiter.id, found.account.name) == (code, village.ada.id, "Ada")
    with pytest.raises(NotFound, match="for another union than the one here"):
        await village.store.read(invites.find, code.code, other, "words")
    with pytest.raises(NotFound, match="do not know this code"):
        await village.store.read(invites.find, "ABCDE23456", None, "words")


async def test_who_leaves_takes_codes_and_recruits_with_them(village: Village) -> None:
    code = await village.own(village.ada)
    bo = await village.joins("Bo", code)
    cy = await village.joins("Cy", await village.own(bo))
    await village.store.write(invites.forget, village.union, bo)
    assert await village.recruited(village.ada) == (1, 0)
    assert await village.recruited(bo) == (0, 0)
    assert await village.store.read(invites_storage.recruit, cy.id) is None
    await village.store.write(invites.forget, village.union, village.ada)
    assert await village.state(code) is None


class TestMerging:
    async def test_codes_and_recruits_move_and_one_code_stays_good(self, village: Village) -> None:
        bo, cy = await village.joins("Bo"), await village.joins("Cy")
        bos, cys = await village.own(bo), await village.own(cy)
        await village.joins("Di", bos)
        await village.joins("Ed", cys)
        await village.merges(cy, bo)
        assert await village.recruited(bo) == (2, 2)
        assert (await village.own(bo)).code == bos.code
        with pytest.raises(NotAllowed, match="revoked"):
            await village.joins("Fay", cys)

    async def test_the_code_of_the_absorbed_stays_good_if_it_is_the_only_one(self, village: Village) -> None:
        bo, cy = await village.joins("Bo"), await village.joins("Cy")
        cys = await village.own(cy)
        await village.merges(cy, bo)
        assert (await village.own(bo)).code == cys.code
        await village.joins("Di", cys)
        assert await village.recruited(bo) == (1, 1)

    async def test_how_they_first_came_is_what_counts(self, village: Village) -> None:
        code = await village.own(village.ada)
        first, later = await village.joins("Bo"), await village.joins("Bob", code)
        await village.merges(later, first)
        assert await village.recruited(village.ada) == (1, 0), "they were a member already"

        first, later = await village.joins("Cy", code), await village.joins("Cyd")
        await village.merges(first, later)
        assert await village.recruited(village.ada) == (2, 1)
        recruit = await village.store.read(invites_storage.recruit, later.id)
        assert recruit is not None
        assert (recruit.recruiter_id, recruit.at) == (village.ada.id, first.joined_at)

    async def test_the_earlier_of_two_recruiters_stays(self, village: Village) -> None:
        bo = await village.joins("Bo")
        first = await village.joins("Cy", await village.own(village.ada))
        later = await village.joins("Cyd", await village.own(bo))
        await village.store.write(
            members_storage.set_joined, later.id, first.joined_at
        )  # as membership.merge does
        await village.merges(first, later)
        assert await village.recruited(village.ada) == (1, 1)
        assert await village.recruited(bo) == (1, 0)

    async def test_nobody_is_their_own_recruit(self, village: Village) -> None:
        code = await village.own(village.ada)
        other = await village.joins("Ada2", code)
        await village.store.write(members_storage.set_joined, village.ada.id, other.joined_at + DAY)
        await village.merges(village.ada, other)
        assert await village.recruited(other) == (1, 0)
        assert await village.store.read(invites_storage.recruit, other.id) is None
