"""The recount agrees with the tables after anything that anybody does, finds what is wrong, and puts it right."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import bindparam, delete, select, update

from bot import membership
from bot.areas.ledger import storage as ledger_storage
from bot.areas.ledger.services import record
from bot.areas.ledger.tables import ledger as ledger_table
from bot.areas.members.tables import members as members_table
from bot.areas.tree.services import endorsements, recount
from bot.areas.tree.tables import endorsements as endorsements_table
from bot.areas.tree.tables import support as support_table
from bot.areas.tree.tables import support_days as support_days_table
from bot.areas.wallets.services import wallets
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx
from bot.membership import LINKING
from bot.storage import paging
from bot.storage.statements import Statement, insert
from bot.storage.store import Store
from tests.areas.tree.crowd import Crowd, differences
from tests.clock import ManualClock
from tests.scenes import address, found, join

EDGES = Statement(select(endorsements_table).order_by(endorsements_table.c.member_id))
SUPPORT = Statement(select(support_table).order_by(support_table.c.member_id))
LEDGER = Statement(select(ledger_table).order_by(ledger_table.c.seq))


async def compared(store: Store, union: Union) -> recount.RecountReport:
    return await store.scan(recount.compare, union)


@pytest.mark.parametrize("seed", range(4))
async def test_any_sequence_of_acts_equals_the_recount(store: Store, clock: ManualClock, seed: int) -> None:
    union, founder = await store.write(found)
    crowd = Crowd(union, Random(100 + seed), [founder])

    def some(tx: Tx) -> None:
        for _ in range(8):
            crowd.act(tx)

    for _ in range(25):
        await store.write(some)
        report = await compared(store, union)
        assert (report.differences, report.first) == ({}, [])
        assert report.well
        clock.advance(timedelta(hours=7))
    assert {
        "endorse",
        "unendorse",
        "link",
        "unlink",
        "merge",
        "leave",
        "release",
        "expel",
        "return",
    } <= crowd.done.keys()
    assert report.members == len(crowd.members)


async def tree(store: Store, clock: ManualClock) -> tuple[Union, dict[str, Member]]:
    """Founder < Ana < Ben < Cem, Founder < Dea < Eli; Ben and Eli have wallets; Fay follows nobody; Gus left."""
    union, founder = await store.write(found)
    people_of = {"Founder": founder}
    for name in ("Ana", "Ben", "Cem", "Dea", "Eli", "Fay", "Gus"):
        people_of[name] = await store.write(join, union, name)
    for member, leader in (
        ("Gus", "Ana"), ("Ana", "Founder"), ("Ben", "Ana"), ("Cem", "Ben"), ("Dea", "Founder"), ("Eli", "Dea"),
    ):  # fmt: skip
        clock.advance(timedelta(hours=1))
        await store.write(endorsements.endorse, union, people_of[member], people_of[leader], "words")
    await store.write(wallets.give, people_of["Ben"], address(), "eoa", LINKING.holding_changed)
    await store.write(wallets.give, people_of["Eli"], address(), "eoa", LINKING.holding_changed)
    await store.write(membership.leave, union, people_of["Gus"])
    return union, people_of


async def test_what_the_report_counts(store: Store, clock: ManualClock) -> None:
    union, _ = await tree(store, clock)
    report = await compared(store, union)
    assert (report.members, report.endorsing, report.broken) == (7, 5, None)
    assert report.entries == len(await store.read(lambda tx: tx.all(LEDGER)))
    assert report.well


def sql(tx: Tx, statement: Statement, **values: object) -> None:
    assert tx.run(statement, **values) > 0


OF = bindparam("of")
EDGE = update(endorsements_table).where(endorsements_table.c.member_id == OF)
BASE = update(support_table).where(support_table.c.member_id == OF)
DAMAGES = {
    "another leader": (EDGE.values(leader_id=1), "Cem", "endorsements"),
    "no leader": (EDGE.values(leader_id=None), "Cem", "endorsements"),
    "no row": (delete(endorsements_table).where(endorsements_table.c.member_id == OF), "Ben", "endorsements"),
    "a height": (EDGE.values(height=7), "Ana", "heights"),
    "direct": (BASE.values(direct=9), "Ana", "support"),
    "headcount": (BASE.values(headcount=9), "Ana", "support"),
    "linked": (BASE.values(linked=9), "Ana", "support"),
    "no support": (delete(support_table).where(support_table.c.member_id == OF), "Dea", "support"),
    "of who left": (BASE.values(member_id=8), "Dea", "support"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
async def test_every_damage_is_found_and_put_right(store: Store, clock: ManualClock, damage: str) -> None:
    change, name, kind = DAMAGES[damage]
    union, members_of = await tree(store, clock)
    before = [await store.read(lambda tx, what=what: tx.all(what)) for what in (EDGES, SUPPORT, LEDGER)]
    clock.advance(timedelta(days=2))
    await store.write(sql, Statement(change), of=members_of[name].id)
    report = await compared(store, union)
    assert kind in report.differences
    assert not report.well
    assert any(members_of[name].ref in line for line in report.first)
    repaired = await store.write(recount.repair, union)
    assert repaired.well
    assert repaired.differences == report.differences
    after = [await store.read(lambda tx, what=what: tx.all(what)) for what in (EDGES, SUPPORT, LEDGER)]
    assert (await compared(store, union)).differences == {}
    living = [member for one, member in members_of.items() if one != "Gus"]
    assert await store.read(differences, living) == []
    assert after[0] == before[0]  # `since` too
    assert after[2] == before[2]
    if damage not in ("no support", "of who left"):  # a new row has a new day
        assert after[1] == before[1]


async def test_rows_of_people_who_left_go(store: Store, clock: ManualClock) -> None:
    union, members_of = await tree(store, clock)
    gone = members_of["Gus"].id

    def haunt(tx: Tx) -> None:
        sql(
            tx,
            Statement(
                update(endorsements_table)
                .where(endorsements_table.c.member_id == members_of["Cem"].id)
                .values(member_id=gone)
            ),
        )
        sql(
            tx,
            Statement(
                update(support_table)
                .where(support_table.c.member_id == members_of["Ben"].id)
                .values(member_id=gone)
            ),
        )

    await store.write(haunt)
    report = await compared(store, union)
    assert report.differences == {"endorsements": 2, "support": 2}
    assert any(" and a row by the tables" in line for line in report.first)
    await store.write(recount.repair, union)
    assert (await compared(store, union)).differences == {}
    assert gone not in {
        row.member_id for row in await store.read(lambda tx: [*tx.all(EDGES), *tx.all(SUPPORT)])
    }


async def test_members_that_differ_are_beyond_repair(store: Store, clock: ManualClock) -> None:
    union, members_of = await tree(store, clock)
    back = Statement(
        update(members_table).where(members_table.c.id == members_of["Gus"].id).values(left_at=None)
    )
    await store.write(sql, back)

    def stranger(tx: Tx) -> None:
        add = insert(members_table).values(union_id=union.id, ref="stranger", joined_at=tx.now)
        sql(tx, Statement(add))

    await store.write(stranger)
    await store.write(sql, Statement(update(support_table).values(headcount=1)))
    report = await store.write(recount.repair, union)
    assert not report.well
    assert report.differences["members"] == 2
    assert {f"{members_of['Gus'].ref}: no member any more by the ledger, a member by the tables",
            "stranger: not in the ledger"} <= set(report.first)  # fmt: skip
    assert (await compared(store, union)).differences == report.differences


async def test_a_circle_in_the_ledger_is_beyond_repair(store: Store, clock: ManualClock) -> None:
    union, members_of = await tree(store, clock)

    def close(tx: Tx) -> None:
        record(tx, union.id, "endorsement.made", members_of["Founder"], leader=members_of["Cem"].ref)

    await store.write(close)
    report = await store.write(recount.repair, union)
    assert report.differences["circles"] == 4
    assert not report.repaired


@pytest.mark.parametrize(
    ("change", "entry"),
    [
        (update(ledger_table).where(ledger_table.c.seq == 9).values(payload="{}"), 9),
        (update(ledger_table).where(ledger_table.c.seq == 9).values(seq=900), 9),
        (delete(ledger_table).where(ledger_table.c.seq == 9), 9),
        (delete(ledger_table).where(ledger_table.c.seq >= 15), 15),
    ],
)
async def test_nothing_is_compared_with_a_broken_ledger(
    store: Store, clock: ManualClock, change: object, entry: int
) -> None:
    union, _ = await tree(store, clock)
    await store.write(sql, Statement(change))  # type: ignore[arg-type]
    await store.write(sql, Statement(update(support_table).values(headcount=1)))
    before = await store.read(lambda tx: tx.all(SUPPORT))
    report = await store.write(recount.repair, union)
    assert (report.broken, report.differences, report.well) == (entry, {}, False)
    assert await store.read(lambda tx: tx.all(SUPPORT)) == before


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("endorsement.made", {"leader": "nobody"}),
        ("endorsement.made", {}),
        ("member.merged", {"absorbed": "nobody"}),
    ],
)
async def test_entries_that_verify_and_make_no_sense(
    store: Store, clock: ManualClock, kind: str, payload: dict[str, str]
) -> None:
    union, members_of = await tree(store, clock)
    entries = (await compared(store, union)).entries
    await store.write(lambda tx: record(tx, union.id, kind, members_of["Ana"], **payload))
    assert (await compared(store, union)).broken == entries + 1


async def test_merges_from_before_there_were_endorsements(store: Store) -> None:
    """Their entries do not say whom the survivor endorses."""
    union, founder = await store.write(found)
    one, two = await store.write(join, union, "One"), await store.write(join, union, "Two")
    await store.write(endorsements.endorse, union, one, founder, "words")

    def merge(tx: Tx) -> None:
        sql(
            tx,
            Statement(
                update(members_table)
                .where(members_table.c.id == two.id)
                .values(left_at=tx.now, merged_into=one.id)
            ),
        )
        record(tx, union.id, "member.merged", one, absorbed=two.ref)

    await store.write(merge)
    assert (await compared(store, union)).differences == {}


async def test_unions_are_counted_apart_and_in_pages(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "PAGE", 3)
    monkeypatch.setattr(ledger_storage.pages, "__defaults__", (4,))
    union, members_of = await tree(store, clock)

    def another(tx: Tx) -> Union:
        founder = membership.Founder("words", "other", "Other", "other")
        other, member, _ = membership.found(tx, "Other", "Test", "UTC", founder, "elsewhere", "Place")
        for number in range(5):
            endorsements.endorse(tx, other, join(tx, other, f"o{number}"), member, "words")
        return other

    other = await store.write(another)
    for one, endorsing in ((union, 5), (other, 5)):
        report = await compared(store, one)
        assert (report.differences, report.endorsing) == ({}, endorsing)
    astray = Statement(
        update(endorsements_table)
        .where(endorsements_table.c.member_id == OF)
        .values(leader_id=other.founder_id)
    )
    await store.write(sql, astray, of=members_of["Cem"].id)
    report = await compared(store, union)
    assert report.differences == {"endorsements": 1}
    assert f"endorses {members_of['Ben'].ref} by the ledger, endorses a stranger by" in report.first[0]
    await store.write(recount.repair, union)
    assert (await compared(store, union)).well


async def test_the_past_stays_as_it_was(store: Store, clock: ManualClock) -> None:
    union, members_of = await tree(store, clock)
    clock.advance(timedelta(days=1))
    await store.write(endorsements.endorse, union, members_of["Fay"], members_of["Ana"], "words")
    days = Statement(select(support_days_table).order_by(support_days_table.c.member_id))
    before = await store.read(lambda tx: tx.all(days))
    assert before
    await store.write(sql, Statement(update(support_table).values(headcount=1)))
    await store.write(recount.repair, union)
    assert await store.read(lambda tx: tx.all(days)) == before


async def test_when_somebody_chose_is_known_from_the_ledger(store: Store, clock: ManualClock) -> None:
    union, members_of = await tree(store, clock)

    def chosen(tx: Tx) -> object:
        found = endorsements.of(tx, members_of["Ben"])
        return found.since if found else None

    before = await store.read(chosen)
    await store.write(sql, Statement(delete(endorsements_table)))
    await store.write(recount.repair, union)
    assert await store.read(chosen) == before
