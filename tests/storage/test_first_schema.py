"""A database that the first Muster filled: everything works on in it, on both databases.

`schema_0001.json` holds what that program kept of two unions: people who joined, linked, merged, took a wallet
back, unlinked, left, and handed a union over. Moments are microseconds since 1970, bytes are hexadecimal.
"""

from __future__ import annotations

from datetime import timedelta

from bot import exports, membership
from bot.areas.checkins.services import answers
from bot.areas.ledger import services as ledger
from bot.areas.members.storage import accounts as accounts_storage
from bot.areas.members.storage import members as members_storage
from bot.areas.tree.domain.endorsements import Base
from bot.areas.tree.services import endorsements, recount, support, trust
from bot.areas.tree.storage import support as support_storage
from bot.areas.tree.storage import support_views as support_views_storage
from bot.areas.unions import storage as unions_storage
from bot.areas.wallets.services import links
from bot.domain.people import Union
from bot.domain.transaction import Tx
from bot.schema import metadata
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.storage.first_schema import old_url

__all__ = ["old_url"]


def _union(tx: Tx, name: str) -> Union:
    return next(union for union in unions_storage.every(tx) if union.name == name)


async def test_everything_goes_on_from_what_the_first_version_kept(old_url: str, clock: ManualClock) -> None:
    clock.advance(timedelta(days=30))
    store = await Store.open(old_url, clock, metadata())
    try:
        farm, isle = [await store.read(_union, name) for name in ("Free Farmers", "Islanders")]
        for union in (farm, isle):
            assert (await store.read(ledger.verify, union))[1] is None
            report = await store.scan(recount.compare, union)
            assert (report.differences, report.first, report.broken) == ({}, [], None)
        await store.write(_go_on, farm)
        for round_ in (farm, isle):
            data = await store.scan(trust.read, round_, answers)
            for chunk in trust.chunks(trust.compute(data)):
                await store.write(trust.keep, chunk)
        report = await store.scan(recount.compare, farm)
        assert (report.differences, report.first, report.endorsing) == ({}, [], 1)
        files = [file for file, _ in await store.scan(lambda tx: list(exports.records(tx, farm)))]
        assert {"members", "accounts", "wallets", "endorsements", "ledger"} <= set(files)
    finally:
        await store.close()


def _go_on(tx: Tx, farm: Union) -> None:
    """Somebody with a wallet from then endorses, is counted with it, was silent, and leaves."""
    ada, bob, cat, dan = (
        members_storage.by_id(tx, accounts_storage.in_union(tx, farm.id, "words", f"{name}-words").member_id)
        for name in ("ada", "bob", "cat", "dan")
    )
    assert farm.founder_id == bob.id, "Ada handed the union over"
    assert [bool(membership.profile(tx, one).wallets) for one in (ada, bob, cat, dan)] == [
        False,
        True,
        False,
        True,
    ]
    endorsements.endorse(tx, farm, cat, dan, "words")
    endorsements.endorse(tx, farm, dan, bob, "words")
    today = tx.now.date().toordinal()
    assert support_storage.of(tx, bob.id) == Base(1, 2, 1, today)
    assert support_views_storage.silent(tx, bob.id, tx.now - support.SILENT_AFTER, 5)[0] == 1
    (account,) = (one for one in accounts_storage.of_member(tx, bob.id) if one.platform == "values")
    assert account.member_id == bob.id, "Bobby became Bob"
    assert links.open_ticket(tx, account)
    membership.leave(tx, farm, dan)
    assert support_storage.of(tx, bob.id) == Base(0, 0, 0, today)
    endorsements.endorse(tx, farm, cat, bob, "words")
