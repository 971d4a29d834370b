"""The union's rule of leadership, on both databases: who leads, and how ranks follow the numbers."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from bot import membership
from bot.areas.ledger import storage as ledger_storage
from bot.areas.members.storage import members as members_storage
from bot.areas.tree.domain.leadership import Lead, Rank, RankTurn, RuleChanges, Rules, turn
from bot.areas.tree.services import leadership
from bot.areas.tree.storage import leaders as leaders_storage
from bot.areas.tree.storage import rules as rules_storage
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx
from bot.errors import BadInput
from bot.storage.store import Store
from tests.clock import START, ManualClock
from tests.scenes import DAY, set_support

SECOND = timedelta(seconds=1)


class Union10:
    """A union of a founder and ten members, whose support tests set as they like."""

    def __init__(self, store: Store, union: Union, founder: Member, others: list[Member]) -> None:
        self.store = store
        self.union = union
        self.founder = founder
        self.others = others

    async def rule(self, found: Rules) -> None:
        await self.store.write(rules_storage.put, self.union.id, found)

    async def support(self, number: int, linked: int, headcount: int | None = None) -> None:
        """How many support member `number` (0: the founder)."""
        member = self.others[number - 1] if number else self.founder
        await self.store.write(set_support, member, linked, headcount)

    async def leads(self) -> list[int]:
        """The numbers of those who lead."""
        everybody = [self.founder, *self.others]
        return [
            number
            for number, member in enumerate(everybody)
            if await self.store.read(leadership.is_leader, self.union, member)
        ]

    async def settle(self) -> list[tuple[RankTurn, int]]:
        """One round of the chore: (what, whom) was to be told."""
        told: list[tuple[RankTurn, int]] = []
        for union, ids in await self.store.read(leadership.due):
            changes = await self.store.write(leadership.settle, union.id, ids)
            told += [(change.turn, self._number(change.account.member_id)) for change in changes]
        return sorted(told)

    async def recorded(self) -> list[tuple[str, int]]:
        """What the ledger says of ranks."""
        refs = {member.ref: number for number, member in enumerate([self.founder, *self.others])}
        entries = await self.store.read(ledger_storage.entries, self.union.id)
        return [(e.kind, refs[str(e.actor)]) for e in entries if e.kind.startswith("leader.")]

    def _number(self, member_id: int) -> int:
        return [member.id for member in [self.founder, *self.others]].index(member_id)


def gather(tx: Tx, space: str = "space") -> tuple[Union, Member, list[Member]]:
    founder = membership.Founder("words", f"ada-{space}", "Ada", None)
    union, first, _ = membership.found(tx, "Farm", "Grow", "Europe/Berlin", founder, space, "Farm")
    others = [
        membership.join(tx, union, "words", f"{number}-{space}", f"M{number}", None)[0]
        for number in range(1, 11)
    ]
    return union, first, others


@pytest.fixture
async def farm(store: Store) -> Union10:
    return Union10(store, *await store.write(gather))


# -- the rule ----------------------------------------------------------------------------------------------


async def test_without_a_rule_only_the_founder_leads(farm: Union10) -> None:
    await farm.support(1, 1000)
    assert await farm.store.read(rules_storage.of, farm.union.id) == Rules(
        Lead.FOUNDER, 10, True, 7, 24, None
    )
    assert await farm.leads() == [0]
    assert await farm.settle() == []


async def test_whoever_has_enough_linked_supporters_leads(farm: Union10) -> None:
    await farm.rule(Rules(Lead.SUPPORTED, 5))
    await farm.support(1, 4, 100)
    await farm.support(2, 5, 5)
    await farm.support(3, 6, 6)
    assert await farm.leads() == [0, 2, 3]


async def test_a_union_may_count_everybody(farm: Union10) -> None:
    await farm.rule(Rules(Lead.SUPPORTED, 5, linked_only=False))
    await farm.support(1, 0, 5)
    await farm.support(2, 0, 4)
    assert await farm.leads() == [0, 1]


async def test_the_top_lead(farm: Union10) -> None:
    await farm.rule(Rules(Lead.TOP, 2))
    await farm.support(1, 3, 90)
    await farm.support(2, 5)
    await farm.support(3, 4)
    assert await farm.leads() == [0, 2, 3]
    await farm.rule(Rules(Lead.TOP, 2, linked_only=False))
    assert await farm.leads() == [0, 1, 2]


async def test_of_equals_the_larger_base_leads_then_the_older_member(farm: Union10) -> None:
    await farm.rule(Rules(Lead.TOP, 2))
    for number, headcount in ((4, 7), (3, 7), (2, 6), (1, 8)):
        await farm.support(number, 5, headcount)
    assert await farm.leads() == [0, 1, 3]


async def test_nobody_is_at_the_top_without_support(farm: Union10) -> None:
    await farm.rule(Rules(Lead.TOP, 100))
    await farm.support(1, 0, 3)
    await farm.support(2, 1)
    assert await farm.leads() == [0, 2]


async def test_the_founder_may_hold_one_of_the_places(farm: Union10) -> None:
    await farm.rule(Rules(Lead.TOP, 1))
    await farm.support(0, 9)
    await farm.support(1, 8)
    assert await farm.leads() == [0]
    assert await farm.settle() == []


async def test_another_unions_leaders_are_not_ours(farm: Union10) -> None:
    other = Union10(farm.store, *await farm.store.write(gather, "elsewhere"))
    await farm.rule(Rules(Lead.TOP, 1))
    await farm.support(1, 1)
    await other.support(1, 50)
    assert await farm.leads() == [0, 1]
    assert not await farm.store.read(leadership.is_leader, farm.union, other.founder)
    assert await farm.settle() == [(RankTurn.RISEN, 1)]
    assert await other.leads() == [0]


# -- ranks -------------------------------------------------------------------------------------------------


async def test_who_rises_is_told_once(farm: Union10) -> None:
    await farm.rule(Rules(Lead.SUPPORTED, 5))
    await farm.support(1, 5)
    assert await farm.settle() == [(RankTurn.RISEN, 1)]
    assert await farm.settle() == []
    assert await farm.recorded() == [("leader.risen", 1)]


@pytest.mark.parametrize("lead", [Lead.SUPPORTED, Lead.TOP])
async def test_who_falls_below_leads_until_the_grace_ends(
    farm: Union10, clock: ManualClock, lead: Lead
) -> None:
    await farm.rule(Rules(lead, 1 if lead is Lead.TOP else 5, grace_days=3))
    await farm.support(1, 5)
    await farm.settle()
    await farm.support(1, 4)
    await farm.support(2, 6)
    assert await farm.leads() == [0, 1, 2]  # before it was noticed, too
    assert await farm.settle() == [(RankTurn.RISEN, 2), (RankTurn.SLIPPED, 1)]
    clock.advance(3 * DAY - SECOND)
    assert await farm.settle() == []
    assert await farm.leads() == [0, 1, 2]
    clock.advance(SECOND)
    assert await farm.leads() == [0, 2]  # by itself, before it is noticed
    assert await farm.settle() == [(RankTurn.FALLEN, 1)]
    assert await farm.settle() == []
    assert await farm.recorded() == [("leader.risen", 1), ("leader.risen", 2), ("leader.fallen", 1)]


async def test_who_is_back_in_time_keeps_the_rank(farm: Union10, clock: ManualClock) -> None:
    await farm.rule(Rules(Lead.SUPPORTED, 5, grace_days=3))
    await farm.support(1, 5)
    await farm.settle()
    await farm.support(1, 4)
    await farm.settle()
    clock.advance(2 * DAY)
    await farm.support(1, 5)
    assert await farm.settle() == [(RankTurn.BACK, 1)]
    clock.advance(2 * DAY)
    assert await farm.settle() == []
    assert await farm.leads() == [0, 1]
    assert await farm.recorded() == [("leader.risen", 1)]


async def test_who_is_back_as_the_grace_ends_keeps_the_rank(farm: Union10, clock: ManualClock) -> None:
    await farm.rule(Rules(Lead.SUPPORTED, 5, grace_days=3))
    await farm.support(1, 5)
    await farm.settle()
    await farm.support(1, 4)
    await farm.settle()
    clock.advance(9 * DAY)
    await farm.support(1, 5)
    assert await farm.settle() == [(RankTurn.BACK, 1)]


async def test_without_grace_a_rank_ends_at_once(farm: Union10) -> None:
    await farm.rule(Rules(Lead.SUPPORTED, 5, grace_days=0))
    await farm.support(1, 5)
    await farm.settle()
    await farm.support(1, 4)
    assert await farm.leads() == [0]
    assert await farm.settle() == [(RankTurn.FALLEN, 1)]


async def test_a_stricter_rule_gives_the_grace_too(farm: Union10) -> None:
    await farm.rule(Rules(Lead.SUPPORTED, 5))
    await farm.support(1, 5)
    await farm.settle()
    await farm.rule(Rules(Lead.SUPPORTED, 6))
    assert await farm.leads() == [0, 1]
    assert await farm.settle() == [(RankTurn.SLIPPED, 1)]


async def test_the_founders_rule_ends_all_ranks_at_once(farm: Union10) -> None:
    await farm.rule(Rules(Lead.SUPPORTED, 5))
    for number in (1, 2):
        await farm.support(number, 5)
    await farm.settle()
    await farm.rule(Rules(Lead.FOUNDER))
    assert await farm.leads() == [0]
    assert await farm.settle() == [(RankTurn.FALLEN, 1), (RankTurn.FALLEN, 2)]
    assert await farm.settle() == []
    assert (await farm.recorded())[2:] == [("leader.fallen", 1), ("leader.fallen", 2)]


async def test_a_new_founder_has_no_rank_besides(farm: Union10) -> None:
    await farm.rule(Rules(Lead.SUPPORTED, 5))
    await farm.support(1, 5)
    await farm.settle()
    await farm.store.write(hand_over, farm.union.id, farm.others[0].id)
    farm.union = replace(farm.union, founder_id=farm.others[0].id)
    await farm.support(0, 7)
    assert await farm.settle() == [(RankTurn.RISEN, 0)]
    assert await farm.store.read(leaders_storage.of, farm.others[0].id) is None
    assert await farm.leads() == [0, 1]


def hand_over(tx: Tx, union_id: int, member_id: int) -> None:
    from bot.areas.unions import storage as unions_storage

    unions_storage.set_founder(tx, union_id, member_id)


async def test_what_was_found_due_is_looked_at_again_when_it_is_done(farm: Union10) -> None:
    await farm.rule(Rules(Lead.SUPPORTED, 5))
    await farm.support(1, 5)
    [(union, ids)] = await farm.store.read(leadership.due)
    await farm.support(1, 4)
    assert await farm.store.write(leadership.settle, union.id, ids) == []
    assert await farm.leads() == [0]
    await farm.support(1, 5)
    for expected in ([RankTurn.RISEN], []):  # and twice is as good as once
        changes = await farm.store.write(leadership.settle, union.id, ids)
        assert [change.turn for change in changes] == expected


async def test_a_round_takes_a_bounded_number(farm: Union10, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leadership, "MOST_AT_ONCE", 3)
    await farm.rule(Rules(Lead.SUPPORTED, 1))
    for number in range(1, 11):
        await farm.support(number, 1)
    told = [len(await farm.settle()) for _ in range(5)]
    assert told == [3, 3, 3, 1, 0]


async def test_unions_without_ranks_are_not_looked_at(farm: Union10) -> None:
    other = Union10(farm.store, *await farm.store.write(gather, "elsewhere"))
    await farm.support(1, 50)
    await farm.rule(Rules(Lead.FOUNDER, 3))
    assert await farm.store.read(leaders_storage.unions_with_leaders) == []
    await other.rule(Rules(Lead.TOP))
    assert await farm.store.read(leaders_storage.unions_with_leaders) == [other.union.id]


@pytest.mark.parametrize(
    ("lead", "numbers", "needed"),
    [
        (Lead.SUPPORTED, (4, 9, 8), 5),
        (Lead.TOP, (4, 9, 8), 8),
        (Lead.TOP, (0, 9, 0), 1),
    ],
)
async def test_who_falls_below_is_told_what_it_takes(
    farm: Union10, lead: Lead, numbers: tuple[int, ...], needed: int
) -> None:
    await farm.rule(Rules(lead, 2 if lead is Lead.TOP else 5, grace_days=2))
    await farm.store.write(leaders_storage.put, farm.union.id, farm.others[0].id, START)
    for number, linked in enumerate(numbers, start=1):
        await farm.support(number, linked)
    changes = await farm.store.write(leadership.settle, farm.union.id, [farm.others[0].id])
    [change] = changes
    assert (change.turn, change.number, change.needed) == (RankTurn.SLIPPED, numbers[0], needed)
    assert change.falls_at == START + 2 * DAY


# -- leaving, and being one person ---------------------------------------------------------------------------


async def test_who_left_leads_no_more(farm: Union10) -> None:
    await farm.rule(Rules(Lead.SUPPORTED, 5))
    await farm.support(1, 5)
    await farm.settle()

    def gone(tx: Tx) -> Member | None:
        members_storage.leave(tx, farm.others[0].id)
        return members_storage.by_id(tx, farm.others[0].id)

    left = await farm.store.write(gone)
    assert left is not None
    assert not await farm.store.read(leadership.is_leader, farm.union, left)
    await farm.store.write(leadership.forget, farm.union, left)
    assert await farm.store.read(leaders_storage.of, left.id) is None


IN_2, IN_3 = START + 2 * DAY, START + 3 * DAY


@pytest.mark.parametrize(
    ("absorbed", "survivor", "after"),
    [
        (None, None, None),
        ((START, None), None, (START, None)),
        ((START, IN_2), None, (START, IN_2)),
        (None, (START, IN_2), (START, IN_2)),
        ((START - DAY, IN_2), (START, None), (START - DAY, None)),
        ((START, None), (START - DAY, IN_2), (START - DAY, None)),
        ((START, IN_3), (START, IN_2), (START, IN_3)),
    ],
)
async def test_one_person_has_the_better_of_both_ranks(
    farm: Union10, absorbed: object, survivor: object, after: object
) -> None:
    one, two = farm.others[:2]
    for member, rank in ((one, absorbed), (two, survivor)):
        if isinstance(rank, tuple):
            await farm.store.write(leaders_storage.put, farm.union.id, member.id, *rank)
    await farm.store.write(leadership.merge, farm.union, one, two)
    assert await farm.store.read(leaders_storage.of, one.id) is None
    found = await farm.store.read(leaders_storage.of, two.id)
    assert (found and (found.since, found.falls_at)) == after


# -- changing the rule ---------------------------------------------------------------------------------------


async def test_what_is_changed_is_recorded_and_nothing_else(farm: Union10) -> None:
    async def change(changes: RuleChanges) -> Rules:
        return await farm.store.write(leadership.change_rules, farm.union, farm.founder, changes)

    after = await change(RuleChanges(leaders=Lead.TOP, n=10, grace_days=3))
    assert after == Rules(Lead.TOP, 10, True, 3)
    assert await change(RuleChanges(leaders=Lead.TOP)) == after
    entries = [
        e for e in await farm.store.read(ledger_storage.entries, farm.union.id) if e.kind == "union.rules"
    ]
    assert [json.loads(entry.payload) for entry in entries] == [{"leaders": "top", "grace_days": 3}]
    assert entries[0].actor == farm.founder.ref


@pytest.mark.parametrize(
    ("before", "changes", "wrong"),
    [
        (Rules(), RuleChanges(n=5), "only the founder leads"),
        (Rules(Lead.TOP), RuleChanges(leaders=Lead.FOUNDER, n=5), "only the founder leads"),
        (Rules(), RuleChanges(leaders=Lead.TOP, n=101), "1 to 100"),
        (Rules(Lead.SUPPORTED, 101), RuleChanges(leaders=Lead.TOP), "1 to 100"),
        (Rules(), RuleChanges(leaders=Lead.SUPPORTED, n=1001), "1 to 1,000"),
        (Rules(), RuleChanges(leaders=Lead.SUPPORTED, n=0), "1 to 1,000"),
        (Rules(), RuleChanges(leaders=Lead.TOP, n=100), None),
        (Rules(), RuleChanges(leaders=Lead.SUPPORTED, n=1000), None),
        (Rules(Lead.SUPPORTED, 500), RuleChanges(leaders=Lead.FOUNDER), None),
    ],
)
async def test_numbers_must_fit_the_rule(
    farm: Union10, before: Rules, changes: RuleChanges, wrong: str | None
) -> None:
    await farm.rule(before)
    change = farm.store.write(leadership.change_rules, farm.union, farm.founder, changes)
    if wrong is None:
        given = {name: value for name, value in asdict(changes).items() if value is not None}
        assert await change == replace(before, **given)
        return
    with pytest.raises(BadInput, match=wrong):
        await change
    assert await farm.store.read(rules_storage.of, farm.union.id) == before


async def test_how_many_lead_by_the_rule(farm: Union10) -> None:
    await farm.rule(Rules(Lead.SUPPORTED, 5))
    for number in range(1, 5):
        await farm.support(number, number + 3)
    await farm.store.write(leaders_storage.put, farm.union.id, farm.others[0].id, START, START + DAY)
    now = await farm.store.read(leadership.leading, farm.union, 2)
    assert (now.count, now.in_grace) == (3, 1)
    assert now.first == [(farm.others[3].id, 7), (farm.others[2].id, 6)]
    await farm.rule(Rules(Lead.TOP, 1))
    now = await farm.store.read(leadership.leading, farm.union, 2)
    assert (now.count, now.first) == (1, [(farm.others[3].id, 7)])


def test_each_turn() -> None:
    """All that can be due, by the rule, the numbers and the rank."""
    top, alone, harsh = Rules(Lead.TOP), Rules(), Rules(Lead.TOP, grace_days=0)
    rank, ending = Rank(1, START, None), Rank(1, START, START + SECOND)
    over = Rank(1, START, START)
    cases = [
        (top, True, None, RankTurn.RISEN), (top, False, None, None), (top, True, rank, None),
        (top, True, ending, RankTurn.BACK), (top, True, over, RankTurn.BACK), (top, False, rank, RankTurn.SLIPPED),
        (top, False, ending, None), (top, False, over, RankTurn.FALLEN), (harsh, False, rank, RankTurn.FALLEN),
        (harsh, False, ending, None), (alone, False, rank, RankTurn.FALLEN), (alone, False, ending, RankTurn.FALLEN),
        (alone, False, None, None),
    ]  # fmt: skip
    for rules_, qualifies, found, expected in cases:
        assert turn(rules_, qualifies, found, START) is expected, (rules_, qualifies, found)
