"""What looks made up and what does not: every threshold from both sides, and real unions on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

import pytest

from bot import membership
from bot.areas.flags import domain as flags_domain
from bot.areas.flags import services as flags
from bot.areas.flags import storage as flags_storage
from bot.areas.flags.domain import Alerts, Evidence, FlagKind, Newcomer, NewFlag
from bot.areas.ledger import storage as ledger_storage
from bot.areas.members.storage import members as members_storage
from bot.areas.spaces import services as spaces
from bot.areas.tree.services import endorsements
from bot.areas.tree.storage import rules as rules_storage
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx
from bot.errors import NotFound
from bot.storage.store import Store
from tests.areas.flags.newcomers import arrive, follow
from tests.clock import START, ManualClock
from tests.scenes import link

MINUTE, HOUR, DAY, WEEK = (timedelta(**{unit: 1}) for unit in ("minutes", "hours", "days", "weeks"))
SECOND = timedelta(seconds=1)
FOUNDER = 1


def crowd(number: int, spread: timedelta, first_id: int = 1000, at: datetime = START) -> list[Newcomer]:
    """People who joined evenly over `spread`, the last of them at `at`."""
    last = max(1, number - 1)
    return [Newcomer(first_id + i, at - spread * (number - 1 - i) / last, "words") for i in range(number)]


def find_bursts(
    people_: Sequence[Newcomer], before: Sequence[datetime] = (), age: timedelta = WEEK
) -> list[NewFlag]:
    joins = sorted([*before, *(one.joined_at for one in people_)])
    return flags_domain.bursts(people_, joins, START - age, "UTC")


def find_rings(people_: Sequence[Newcomer], headcount: int = 0) -> list[NewFlag]:
    return flags_domain.rings(people_, FOUNDER, lambda _: headcount, "UTC")


def following(
    leader: int, people_: Sequence[Newcomer], wallets_: Sequence[datetime | None] = ()
) -> list[Newcomer]:
    """The same people, endorsing this leader, the first of them with these wallets."""
    linked = [*wallets_, *[None] * (len(people_) - len(wallets_))]
    return [
        Newcomer(one.member_id, one.joined_at, one.platform, leader, one.recruiter_id, at)
        for one, at in zip(people_, linked, strict=True)
    ]


# -- bursts --------------------------------------------------------------------------------------------------


def test_twenty_within_ten_minutes_are_a_burst() -> None:
    [finding] = find_bursts(crowd(20, 10 * MINUTE))
    assert (finding.kind, finding.leader_id) == (FlagKind.BURST, None)
    found = finding.evidence
    assert (found.people, found.began, found.ended) == (20, START - 10 * MINUTE, START)
    assert (found.without_wallet, found.platforms, found.usual) == (20, {"words": 20}, 0.02)


def test_nineteen_are_none_and_twenty_in_more_than_ten_minutes_are_none() -> None:
    assert find_bursts(crowd(19, MINUTE)) == []
    assert find_bursts(crowd(20, 10 * MINUTE + SECOND)) == []


@pytest.mark.parametrize(("before", "flagged"), [(4012, 1), (4013, 0)])
def test_five_times_the_usual_is_a_burst(before: int, flagged: int) -> None:
    """A week has 1008 times ten minutes: 4032 in all are 4 in ten minutes, and 20 are five times that."""
    rng = Random(1)
    earlier = [START - HOUR - rng.random() * (WEEK - 2 * HOUR) for _ in range(before)]
    assert len(find_bursts(crowd(20, 0 * MINUTE), earlier)) == flagged


def test_joins_of_more_than_a_week_ago_are_not_usual_any_more() -> None:
    old = [START - WEEK - SECOND] * 10_000
    assert len(find_bursts(crowd(20, 0 * MINUTE), old, 10 * WEEK)) == 1
    assert find_bursts(crowd(20, 0 * MINUTE), [START - WEEK + SECOND] * 10_000, 10 * WEEK) == []


@pytest.mark.parametrize(("age", "flagged"), [(49, 0), (50, 1)])
def test_in_the_first_fifty_minutes_nothing_is_a_burst(age: int, flagged: int) -> None:
    assert len(find_bursts(crowd(100, 5 * MINUTE), age=age * MINUTE)) == flagged


def test_the_largest_burst_of_each_union_day_is_told() -> None:
    yesterday = START - 18 * HOUR  # 18:00 in UTC
    people_ = [
        *crowd(25, MINUTE, 1000, yesterday), *crowd(30, MINUTE, 2000, yesterday + 2 * HOUR),
        *crowd(22, MINUTE, 3000, START),
    ]  # fmt: skip
    found = find_bursts(people_)
    assert sorted(finding.evidence.people for finding in found) == [22, 30]
    assert len({finding.key for finding in found}) == 2
    joins = sorted(one.joined_at for one in people_)
    kiritimati = flags_domain.bursts(
        people_, joins, START - WEEK, "Pacific/Kiritimati"
    )  # 08:00, 10:00 and 02:00 there
    assert sorted(finding.evidence.people for finding in kiritimati) == [22, 30]
    assert len(flags_domain.bursts(people_, joins, START - WEEK, "Asia/Kathmandu")) == 2
    pago = flags_domain.bursts(
        people_, joins, START - WEEK, "Pacific/Pago_Pago"
    )  # 07:00, 09:00 and 01:00 there
    assert len(pago) == 2


def test_a_burst_that_grows_keeps_its_key() -> None:
    [small] = find_bursts(crowd(20, MINUTE))
    [large] = find_bursts(crowd(60, MINUTE))
    assert small.key == large.key


def test_the_evidence_of_a_burst() -> None:
    people_ = [
        Newcomer(100 + i, START, "values" if i < 8 else "words", 7 if i < 15 else 8 if i < 20 else None,
                 50 + i % 6 if i < 18 else None, START if i < 4 else None)
        for i in range(24)
    ]  # fmt: skip
    [finding] = find_bursts(people_)
    found = finding.evidence
    assert found.platforms == {"words": 16, "values": 8}
    assert found.without_wallet == 20
    assert (found.endorse, found.endorsing) == (20, [(7, 15), (8, 5)])
    assert (found.invited, len(found.invited_by)) == (18, flags_domain.MOST_NAMED)
    assert all(number == 3 for _, number in found.invited_by)


# -- rings ---------------------------------------------------------------------------------------------------


def chained(number: int, wallets_: Sequence[datetime | None] = ()) -> list[Newcomer]:
    """Newcomers of whom each endorses the one before."""
    people_ = crowd(number, HOUR)
    linked = [*wallets_, *[None] * (number - len(wallets_))]
    return [
        Newcomer(one.member_id, one.joined_at, "words", one.member_id - 1 if i else None, None, linked[i])
        for i, one in enumerate(people_)
    ]


def test_ten_newcomers_who_endorse_each_other_are_a_ring() -> None:
    [finding] = find_rings(chained(10), 9)
    assert (finding.kind, finding.leader_id) == (FlagKind.RING, 1000)
    assert (finding.evidence.people, finding.evidence.headcount) == (10, 9)


def test_nine_are_none() -> None:
    assert find_rings(chained(9)) == []


def test_a_ring_is_named_by_who_they_all_reach() -> None:
    """Two chains that meet in one newcomer, who follows an older member."""
    people_ = chained(12)
    people_[0] = Newcomer(1000, START, "words", 5)
    people_[6] = Newcomer(1006, START, "words", 1000)
    assert [(f.leader_id, f.evidence.people) for f in find_rings(people_)] == [(1000, 12)]


def test_two_groups_are_two_rings() -> None:
    people_ = chained(21)
    people_[11] = Newcomer(1011, START, "words", None)
    assert sorted((f.leader_id, f.evidence.people) for f in find_rings(people_)) == [(1000, 11), (1011, 10)]


def test_ten_newcomers_who_endorse_the_same_leader_are_a_ring() -> None:
    [finding] = find_rings(following(5, crowd(10, HOUR)), 20)
    assert (finding.leader_id, finding.evidence.people, finding.evidence.headcount) == (5, 10, 20)
    assert find_rings(following(5, crowd(9, HOUR)), 9) == []


def test_less_than_half_of_a_leaders_base_is_none() -> None:
    assert find_rings(following(5, crowd(10, HOUR)), 21) == []


@pytest.mark.parametrize(("linked", "flagged"), [(2, 1), (3, 0)])
def test_four_fifths_without_a_wallet_look_made_up(linked: int, flagged: int) -> None:
    spread = [START - 3 * HOUR * i for i in range(linked)]
    assert len(find_rings(following(5, crowd(10, HOUR), spread), 10)) == flagged
    assert len(find_rings(chained(10, spread), 10)) == flagged


@pytest.mark.parametrize(("within", "flagged"), [(HOUR, 1), (HOUR + SECOND, 0)])
def test_wallets_that_were_all_linked_within_the_hour_look_made_up(within: timedelta, flagged: int) -> None:
    times = [START - within * i / 9 for i in range(10)]
    assert len(find_rings(following(5, crowd(10, 20 * HOUR), times), 10)) == flagged
    assert len(find_rings(chained(10, times), 10)) == flagged


def test_who_endorses_the_founder_lifts_nobody() -> None:
    assert find_rings(following(FOUNDER, crowd(50, HOUR)), 50) == []
    founder = Newcomer(FOUNDER, START)
    assert find_rings([founder, *following(FOUNDER, crowd(50, HOUR))], 50) == []
    [finding] = find_rings([founder, *chained(10)], 10)
    assert finding.leader_id == 1000


def test_a_newcomers_followers_are_told_once() -> None:
    people_ = [Newcomer(999, START), *following(999, crowd(10, HOUR))]
    [finding] = find_rings(people_, 10)
    assert (finding.leader_id, finding.evidence.people) == (999, 11)


def test_what_is_still_fresh_tomorrow_is_not_news_again() -> None:
    """The key has the day of the newest of the group, in the union's zone."""
    [one] = find_rings(following(5, crowd(10, HOUR)), 10)
    [same] = find_rings(following(5, crowd(12, HOUR, at=START + 11 * HOUR)), 10)
    [other] = find_rings(following(5, crowd(12, HOUR, at=START + 12 * HOUR)), 10)
    assert one.key == same.key != other.key


def test_a_ring_of_a_hundred_thousand_is_found_in_no_time() -> None:
    """A chain, which is the longest way to walk."""
    [finding] = find_rings(chained(20_000))
    assert finding.evidence.people == 20_000


def test_a_healthy_launch_is_no_sign_of_anything() -> None:
    """500 people in a day, most in the evenings; they link wallets when they come to it, and endorse whom they know,
    who mostly came the same day."""
    rng = Random(7)
    joined = sorted(START - DAY + DAY * rng.betavariate(2, 3) for _ in range(500))
    people_ = []
    for i, at in enumerate(joined):
        leader = 1000 + rng.randrange(i) if i > 20 and rng.random() < 0.8 else FOUNDER
        wallet = min(START, at + rng.random() * 12 * HOUR) if rng.random() < 0.6 else None
        people_.append(Newcomer(1000 + i, at, "words", leader, None, wallet))
    assert find_bursts(people_, age=DAY) == []
    assert find_rings(people_, 30) == []


# -- in a union ----------------------------------------------------------------------------------------------


@pytest.fixture
async def farm(store: Store, clock: ManualClock) -> Union:
    """A union founded two weeks ago, with a leader "Old" whom ten members endorse since then."""
    clock.advance(-2 * WEEK)
    union, _, _ = await store.write(
        membership.found,
        "Farm",
        "Grow",
        "UTC",
        membership.Founder("words", "ada", "Ada", None),
        "space",
        "Farm",
    )
    await store.write(arrive, union, 11, "old")
    await store.write(follow, union, [2], range(3, 13))
    clock.advance(2 * WEEK)
    return union


async def look(store: Store) -> list[flags.ShownFlag]:
    """One round of the chore; the flags it raised."""
    raised = []
    for seen in await store.read(flags.due):
        findings = await store.scan(flags.look, seen.union) if seen.heavy else []
        raised += await store.write(flags.raise_flags, seen, findings)
    return raised


async def test_a_burst_is_flagged_once_and_its_evidence_grows(
    store: Store, clock: ManualClock, farm: Union
) -> None:
    assert await look(store) == []
    await store.write(arrive, farm, 19, "new")
    assert await look(store) == []
    await store.write(arrive, farm, 1, "another", "values")
    [flag] = await look(store)
    assert (flag.kind, flag.member_id, flag.evidence.people) == (FlagKind.BURST, None, 20)
    assert flag.evidence.platforms == {"words": 19, "values": 1}
    clock.advance(MINUTE)
    await store.write(arrive, farm, 5, "more")
    assert await look(store) == []
    shown, count = await store.read(flags.open_flags, farm, 0, 10)
    assert (count, [one.id for one in shown], shown[0].evidence.people) == (1, [flag.id], 25)
    entries = await store.read(ledger_storage.entries, farm.id, 0, 1000)
    assert [e.payload for e in entries if e.kind == "flag.raised"] == ['{"flag":"burst"}']


async def test_newcomers_who_push_a_leader_are_flagged(store: Store, clock: ManualClock, farm: Union) -> None:
    new = await store.write(arrive, farm, 10, "new")
    await store.write(follow, farm, [2], [member.id for member in new[:9]])
    assert await look(store) == []
    await store.write(follow, farm, [2], [new[9].id])
    [flag] = await look(store)
    assert (flag.kind, flag.member_id) == (FlagKind.RING, 2)
    found = flag.evidence
    assert (found.people, found.headcount, found.without_wallet) == (10, 20, 10)
    assert (found.endorse, found.endorsing) == (10, [(2, 10)])


async def test_who_is_a_member_for_a_day_is_fresh_no_more(
    store: Store, clock: ManualClock, farm: Union
) -> None:
    new = await store.write(arrive, farm, 10, "new")
    clock.advance(flags_domain.FRESH + SECOND)
    await store.write(follow, farm, [2], [member.id for member in new])
    assert await look(store) == []


async def test_who_is_fresh_to_the_second_counts(store: Store, clock: ManualClock, farm: Union) -> None:
    new = await store.write(arrive, farm, 10, "new")
    clock.advance(flags_domain.FRESH)
    await store.write(follow, farm, [2], [member.id for member in new])
    assert len(await look(store)) == 1


async def test_wallets_speak_for_people(store: Store, clock: ManualClock, farm: Union) -> None:
    new = await store.write(arrive, farm, 10, "new")
    for member in new[:3]:
        clock.advance(HOUR)
        await store.write(link, member)
    await store.write(follow, farm, [2], [member.id for member in new])
    assert await look(store) == []


async def test_who_left_is_no_newcomer(store: Store, farm: Union) -> None:
    new = await store.write(arrive, farm, 20, "new")
    await store.write(membership.leave, farm, new[3])
    assert await look(store) == []


async def test_other_unions_newcomers_are_not_ours(store: Store, farm: Union) -> None:
    founder = membership.Founder("words", "zoe", "Zoe", None)
    other, _, _ = await store.write(membership.found, "Other", "Grow", "UTC", founder, "elsewhere", "Other")
    await store.write(arrive, farm, 12, "new")
    await store.write(arrive, other, 12, "newer")
    await store.write(arrive, farm, 7, "newest")
    assert await look(store) == []
    await store.write(arrive, farm, 1, "last")
    [flag] = await look(store)
    assert flag.evidence.people == 20
    assert await store.read(flags_storage.count, other.id) == 0


async def test_nothing_is_read_where_nobody_joined_or_endorsed(store: Store, farm: Union) -> None:
    await look(store)
    assert await store.read(flags.due) == []
    await store.write(flags.set_alerts, farm, None, None)
    [seen] = await store.read(flags.due)
    assert not seen.heavy
    await look(store)
    assert await store.read(flags.due) == []
    await store.write(arrive, farm, 1, "new")
    assert [seen.heavy for seen in await store.read(flags.due)] == [True]


async def test_what_one_look_cannot_raise_the_next_does(
    store: Store, farm: Union, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flags, "MOST_AT_ONCE", 2)
    for number in range(3):
        new = [member.id for member in await store.write(arrive, farm, 11, f"group{number}")]
        await store.write(follow, farm, new[:1], new[1:])
    assert [len(await look(store)) for _ in range(3)] == [2, 2, 0]
    assert await store.read(flags.due) == []


async def test_of_a_huge_crowd_the_newest_are_looked_at(
    store: Store, farm: Union, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flags, "MOST_READ", 25)
    new = await store.write(arrive, farm, 40, "new")
    await store.write(follow, farm, [2], [member.id for member in new])
    [flag] = await look(store)  # of the joins one sees 25 at one moment, which says nothing of what is usual
    assert (flag.kind, flag.evidence.people) == (FlagKind.RING, 25)


async def test_a_healthy_launch_raises_nothing(store: Store, clock: ManualClock) -> None:
    """Looked at all day long; people endorse somebody who came shortly before, and most link a wallet soon."""
    rng = Random(11)
    founder = membership.Founder("words", "ada", "Ada", None)
    union, first, _ = await store.write(membership.found, "Farm", "Grow", "UTC", founder, "space", "Farm")
    everybody, waiting = [first], list[tuple[datetime, Member]]()

    def minutes(tx: Tx, number: int) -> None:
        for _ in range(number):
            [member] = arrive(tx, union, 1, f"new{len(everybody)}")
            leader = rng.choice(everybody[-60:])
            endorsements.endorse(tx, union, member, leader, "words")
            everybody.append(member)
            if rng.random() < 0.7:
                waiting.append((clock.now() + rng.random() * 6 * HOUR, member))
        for at, member in [pair for pair in waiting if pair[0] <= clock.now()]:
            link(tx, member)
            waiting.remove((at, member))

    while len(everybody) <= 500:
        await store.write(minutes, rng.choice((2, 4, 8, 14)))
        clock.advance(20 * MINUTE)
        assert await look(store) == []


async def test_a_young_unions_newcomers_are_looked_at_when_it_has_settled(
    store: Store, clock: ManualClock
) -> None:
    """Nothing else has to happen for that, and they are fresh still."""
    founder = membership.Founder("words", "ada", "Ada", None)
    union, _, _ = await store.write(membership.found, "Farm", "Grow", "UTC", founder, "space", "Farm")
    new = [member.id for member in await store.write(arrive, union, 11, "new")]
    await store.write(follow, union, new[:1], new[1:])
    assert await look(store) == []
    clock.advance(flags.SETTLING - SECOND)
    assert await look(store) == []
    clock.advance(SECOND)
    [flag] = await look(store)
    assert (flag.kind, flag.member_id) == (FlagKind.RING, new[0])
    await look(store)
    assert await store.read(flags.due) == []


async def test_closing(store: Store, farm: Union) -> None:
    await store.write(arrive, farm, 20, "new")
    [flag] = await look(store)
    moderator = await store.read(members_storage.by_id, 2)
    await store.write(flags.close, farm, moderator, flag.id)
    assert await store.read(flags.open_flags, farm, 0, 10) == ([], 0)
    with pytest.raises(NotFound, match="already closed"):
        await store.write(flags.close, farm, moderator, flag.id)
    await store.write(arrive, farm, 20, "more")
    assert await look(store) == []  # it grew, and was looked at
    assert await store.read(flags_storage.count, farm.id) == 0
    entries = await store.read(ledger_storage.entries, farm.id, 0, 1000)
    closed = [entry for entry in entries if entry.kind == "flag.closed"]
    assert [(entry.actor, entry.payload) for entry in closed] == [
        (moderator and moderator.ref, '{"flag":"burst"}')
    ]


async def test_another_unions_flag_cannot_be_closed(store: Store, farm: Union) -> None:
    await store.write(arrive, farm, 20, "new")
    [flag] = await look(store)
    founder = membership.Founder("words", "zoe", "Zoe", None)
    other, _, _ = await store.write(membership.found, "Other", "Grow", "UTC", founder, "elsewhere", "Other")
    with pytest.raises(NotFound):
        await store.write(flags.close, other, None, flag.id)
    assert await store.read(flags_storage.count, farm.id) == 1


async def test_flags_about_who_leaves_are_closed(store: Store, farm: Union) -> None:
    new = await store.write(arrive, farm, 10, "new")
    await store.write(follow, farm, [2], [member.id for member in new])
    assert len(await look(store)) == 1
    await store.write(flags.forget, farm, new[0])
    assert await store.read(flags_storage.count, farm.id) == 1
    await store.write(flags.forget, farm, await store.read(members_storage.by_id, 2))
    assert await store.read(flags_storage.count, farm.id) == 0


async def test_who_is_named_is_who_they_are_now(store: Store, farm: Union) -> None:
    evidence = Evidence(1, START, START, 1, {}, 2, [(3, 1), (4, 1)], 1, [(5, 1)])
    shown = flags.ShownFlag(1, FlagKind.RING, 6, evidence, START)

    def changes(tx: Tx) -> None:
        one, two, three = (members_storage.by_id(tx, number) for number in (3, 7, 4))
        assert one is not None
        assert two is not None
        assert three is not None
        membership.merge(tx, farm.id, one, two)
        membership.leave(tx, farm, three)

    await store.write(changes)
    known = await store.read(flags.people, [shown], "words")
    assert sorted(known) == [3, 5, 6]
    assert known[3].member_id == 7


async def test_the_chat_that_is_told_follows_its_space(store: Store, farm: Union) -> None:
    assert await store.read(flags.alerts, farm) is None
    [space] = await store.read(spaces.of_union, farm)
    await store.write(flags.set_alerts, farm, None, Alerts("words", space.id, None, "7"))
    assert await store.read(flags.alerts, farm) == Alerts("words", space.id, "space", "7")
    await store.write(spaces.move, "words", "space", "supergroup")
    assert await store.read(flags.alerts, farm) == Alerts("words", space.id, "supergroup", "7")
    await store.write(flags.set_alerts, farm, None, Alerts("words", space.id, "channel"))
    assert await store.read(flags.alerts, farm) == Alerts("words", space.id, "channel")
    kept = await store.read(rules_storage.of, farm.id)
    assert (kept.leaders, kept.n) == ("founder", 10)
    await store.write(spaces.lose, "words", "supergroup")
    assert await store.read(flags.alerts, farm) is None
