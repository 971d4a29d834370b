"""What follows from a linked wallet: merging, who is told, unlinking, the ledger, forgetting."""

from datetime import timedelta

import pytest

from bot import membership
from bot.areas.ledger import storage as ledger_storage
from bot.areas.ledger.domain import Chain
from bot.areas.wallets.services import links, wallets
from bot.areas.wallets.services.completion import Held, LinkOutcome
from bot.areas.wallets.services.links import MAX_WALLETS
from bot.areas.wallets.storage import wallets as wallets_storage
from bot.domain.transaction import Tx
from bot.errors import NotAllowed, NotFound
from bot.membership import LINKING, join, leave
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.web.people import ANNAS, BOBS, People, bring, fresh, gather, signed


@pytest.fixture
async def people(store: Store) -> People:
    return await store.write(gather)


async def test_the_same_wallet_from_a_second_account_merges_the_two(
    store: Store, people: People, clock: ManualClock
) -> None:
    await store.write(_link, people.anna)
    clock.advance(timedelta(hours=1))
    code = (await store.write(signed, people.anna_telegram, ANNAS)).code

    asked = await store.write(bring, people.anna_telegram, code, None)
    assert asked.outcome is LinkOutcome.HELD
    assert (await store.read(fresh, people.anna_telegram)).member_id != people.anna.member_id

    done = await store.write(bring, people.anna_telegram, code)

    assert done.outcome is LinkOutcome.MERGED
    assert [account.id for account in done.others] == [people.anna.id]
    joined = await store.read(fresh, people.anna_telegram)
    assert joined.member_id == people.anna.member_id
    assert joined.waits_until == clock.now() + timedelta(hours=24)
    assert (await store.read(fresh, people.anna)).waits_until == joined.waits_until
    (wallet,) = await store.read(wallets_storage.of_member, people.anna.member_id)
    assert wallet.waits_until == joined.waits_until


async def test_an_owner_takes_a_wallet_back_from_who_tricked_them(store: Store, people: People) -> None:
    await store.write(_link, people.bob)  # Bob got a signature of Anna's wallet out of her
    code = (await store.write(signed, people.anna, ANNAS)).code

    done = await store.write(bring, people.anna, code, Held.TAKE)

    assert done.outcome is LinkOutcome.TAKEN
    assert [account.id for account in done.others] == [people.bob.id]
    assert await store.read(wallets_storage.of_member, people.bob.member_id) == []
    assert [w.address for w in await store.read(wallets_storage.of_member, people.anna.member_id)] == [
        ANNAS.address
    ]
    assert (await store.read(fresh, people.bob)).member_id != people.anna.member_id


def _link(tx: Tx, account: object) -> None:
    bring(tx, account, signed(tx, account, ANNAS).code)


async def test_linking_the_same_wallet_again_changes_nothing(store: Store, people: People) -> None:
    await store.write(_link, people.anna)
    code = (await store.write(signed, people.anna, ANNAS)).code
    done = await store.write(bring, people.anna, code)
    assert (done.outcome, done.others) == (LinkOutcome.ALREADY, ())
    assert len(await store.read(wallets_storage.of_member, people.anna.member_id)) == 1


async def test_the_other_accounts_are_named_to_be_told(
    store: Store, people: People, clock: ManualClock
) -> None:
    await store.write(_link, people.anna)
    await store.write(_merge_telegram, people)
    clock.advance(timedelta(hours=24))
    code = (await store.write(signed, people.anna, BOBS)).code
    assert [a.id for a in (await store.write(bring, people.anna, code)).others] == [people.anna_telegram.id]
    assert [
        a.id for a in await store.write(wallets.unlink, people.anna, BOBS.address, LINKING.holding_changed)
    ] == [people.anna_telegram.id]


def _merge_telegram(tx: Tx, people: People) -> None:
    bring(tx, people.anna_telegram, signed(tx, people.anna_telegram, ANNAS).code)


async def test_unions_do_not_share_wallets_or_codes(store: Store, people: People) -> None:
    await store.write(_link, people.anna)
    elsewhere = await store.write(gather_again)
    code = (await store.write(signed, elsewhere, ANNAS)).code
    done = await store.write(bring, people.anna, code)  # the same Discord account, asked in its other union
    assert (done.outcome, done.account) == (LinkOutcome.LINKED, elsewhere)
    assert elsewhere.member_id != people.anna.member_id


def gather_again(tx: Tx) -> object:

    founder = membership.Founder("discord", "500", "Gil", None)
    union, _, _ = membership.found(tx, "Lighthouse", "Light", "UTC", founder, "901", "Light")
    return join(tx, union, "discord", "101", "Anna", None)[1]


async def test_unlinking_frees_the_address(store: Store, people: People) -> None:
    await store.write(_link, people.anna)
    await store.write(wallets.unlink, people.anna, ANNAS.address, LINKING.holding_changed)
    with pytest.raises(NotFound):
        await store.write(wallets.unlink, people.anna, ANNAS.address, LINKING.holding_changed)
    code = (await store.write(signed, people.bob, ANNAS)).code
    assert (await store.write(bring, people.bob, code)).outcome is LinkOutcome.LINKED


async def test_nobody_unlinks_anothers_wallet(store: Store, people: People) -> None:
    await store.write(_link, people.anna)
    with pytest.raises(NotFound):
        await store.write(wallets.unlink, people.bob, ANNAS.address, LINKING.holding_changed)
    assert len(await store.read(wallets_storage.of_member, people.anna.member_id)) == 1


async def test_the_number_of_wallets_has_a_limit(store: Store, people: People) -> None:
    await store.write(_fill, people)
    with pytest.raises(NotAllowed, match="/wallets"):
        await store.write(links.open_ticket, people.anna)


def _fill(tx: Tx, people: People) -> None:
    for number in range(MAX_WALLETS):
        wallets_storage.add(tx, people.union.id, people.anna.member_id, f"0x{number:040x}", "eoa")


async def test_the_ledger_knows_the_change_but_no_address(store: Store, people: People) -> None:
    await store.write(_link, people.anna)
    await store.write(_merge_telegram, people)
    await store.write(wallets.unlink, people.anna, ANNAS.address, LINKING.holding_changed)
    entries = await store.read(ledger_storage.entries, people.union.id)
    assert [entry.kind for entry in entries][-3:] == ["wallet.linked", "member.merged", "wallet.unlinked"]
    written = "".join(f"{entry.payload}{entry.actor}" for entry in entries).lower()
    assert ANNAS.address.lower() not in written
    assert Chain(people.union.ref, 1).follow_entries(entries) is None


async def test_leaving_forgets_what_was_under_way(store: Store, people: People) -> None:
    token = await store.write(links.open_ticket, people.anna)
    await store.write(_leave, people)
    with pytest.raises(NotFound):
        await store.read(links.page, token)


def _leave(tx: Tx, people: People) -> None:
    from bot.areas.members.storage import members as members_storage

    member = members_storage.by_id(tx, people.anna.member_id)
    assert member is not None
    leave(tx, people.union, member)
