"""What follows from a linked wallet: who holds it, who is told, unlinking, the ledger, forgetting."""

import pytest

from bot import membership
from bot.areas.ledger import storage as ledger_storage
from bot.areas.ledger.domain import Chain
from bot.areas.members.services import members
from bot.areas.wallets.services import claims, completion, links
from bot.areas.wallets.services.completion import LinkOutcome
from bot.areas.wallets.services.links import MAX_WALLETS
from bot.areas.wallets.storage import wallets as wallets_storage
from bot.domain.people import Account
from bot.domain.transaction import Tx
from bot.errors import NotAllowed, NotFound
from bot.membership import LINKING, join, leave
from bot.storage.store import Store
from tests.web.people import ANNAS, BOBS, People, bring, confirm, fresh, gather, link, merge, signed


@pytest.fixture
async def people(store: Store) -> People:
    return await store.write(gather)


async def addresses(store: Store, account: Account) -> list[str]:
    now = await store.read(fresh, account)
    return [wallet.address for wallet in await store.read(wallets_storage.of_member, now.member_id)]


async def test_a_wallet_that_somebody_holds_is_neither_taken_nor_shared(store: Store, people: People) -> None:
    await store.write(link, people.anna, ANNAS)
    code = (await store.write(signed, people.bob, ANNAS)).code
    asked = await store.write(bring, people.bob, code)
    assert asked.outcome is LinkOutcome.HELD
    assert [account.id for account in asked.others] == [people.anna.id]
    assert await store.write(confirm, people.bob, code) is None
    assert await addresses(store, people.anna) == [ANNAS.address]
    assert await addresses(store, people.bob) == []
    assert (await store.read(fresh, people.bob)).member_id == people.bob.member_id
    proof = await store.read(links.proof, people.bob, asked.ticket_id)
    assert proof is not None
    assert (proof.address, proof.kind, proof.holder_id) == (ANNAS.address, "eoa", people.anna.member_id)


async def test_a_proof_is_used_up_once(store: Store, people: People) -> None:
    await store.write(link, people.anna, ANNAS)
    asked = await store.write(bring, people.bob, (await store.write(signed, people.bob, ANNAS)).code)
    assert not await store.write(links.close, people.anna, asked.ticket_id)
    assert await store.write(links.close, people.bob, asked.ticket_id)
    assert not await store.write(links.close, people.bob, asked.ticket_id)
    assert await store.read(links.proof, people.bob, asked.ticket_id) is None


async def test_a_wallet_that_somebody_links_meanwhile_is_asked_about_anew(
    store: Store, people: People
) -> None:
    brought = await store.write(bring, people.bob, (await store.write(signed, people.bob, ANNAS)).code)
    assert brought.outcome is LinkOutcome.RETURNED
    await store.write(link, people.anna, ANNAS)
    assert (
        await store.write(completion.confirm, people.bob, brought.ticket_id, LINKING.holding_changed) is None
    )
    again = await store.write(completion.ask_again, people.bob, brought.ticket_id)
    assert again.outcome is LinkOutcome.HELD


async def test_linking_the_same_wallet_again_changes_nothing(store: Store, people: People) -> None:
    await store.write(link, people.anna, ANNAS)
    code = (await store.write(signed, people.anna, ANNAS)).code
    done = await store.write(bring, people.anna, code)
    assert (done.outcome, done.others) == (LinkOutcome.ALREADY, ())
    assert await addresses(store, people.anna) == [ANNAS.address]
    assert (await store.write(bring, people.anna, code)).outcome is LinkOutcome.NOTHING


async def test_the_other_accounts_are_named_to_be_told(store: Store, people: People) -> None:
    await store.write(merge, people)
    code = (await store.write(signed, people.anna, BOBS)).code
    done = await store.write(confirm, people.anna, code)
    assert done is not None
    assert [a.id for a in done.others] == [people.anna_telegram.id]
    assert [
        a.id for a in await store.write(claims.unlink, people.anna, BOBS.address, LINKING.holding_changed)
    ] == [people.anna_telegram.id]


async def test_unions_do_not_share_wallets_or_codes(store: Store, people: People) -> None:
    await store.write(link, people.anna, ANNAS)
    elsewhere = await store.write(gather_again)
    code = (await store.write(signed, elsewhere, ANNAS)).code
    done = await store.write(bring, people.anna, code)  # the same Discord account, asked in its other union
    assert (done.outcome, done.account) == (LinkOutcome.RETURNED, elsewhere)
    assert elsewhere.member_id != people.anna.member_id
    assert await store.write(confirm, elsewhere, code)


def gather_again(tx: Tx) -> Account:
    founder = membership.Founder("discord", "500", "Gil", None)
    union, _, _ = membership.found(tx, "Lighthouse", "Light", "UTC", founder, "901", "Light")
    return join(tx, union, "discord", "101", "Anna", None)[1]


async def test_unlinking_frees_the_address(store: Store, people: People) -> None:
    await store.write(link, people.anna, ANNAS)
    await store.write(claims.unlink, people.anna, ANNAS.address, LINKING.holding_changed)
    with pytest.raises(NotFound):
        await store.write(claims.unlink, people.anna, ANNAS.address, LINKING.holding_changed)
    await store.write(link, people.bob, ANNAS)
    assert await addresses(store, people.bob) == [ANNAS.address]


async def test_nobody_unlinks_anothers_wallet(store: Store, people: People) -> None:
    await store.write(link, people.anna, ANNAS)
    with pytest.raises(NotFound):
        await store.write(claims.unlink, people.bob, ANNAS.address, LINKING.holding_changed)
    assert await addresses(store, people.anna) == [ANNAS.address]


async def test_the_number_of_wallets_has_a_limit(store: Store, people: People) -> None:
    code = (await store.write(signed, people.anna, ANNAS)).code
    await store.write(_fill, people)
    with pytest.raises(NotAllowed, match="/wallets"):
        await store.write(confirm, people.anna, code)
    with pytest.raises(NotAllowed, match="/wallets"):
        await store.write(links.open_ticket, people.anna)


def _fill(tx: Tx, people: People) -> None:
    member = members.by_id(tx, people.anna.member_id)
    assert member is not None
    for number in range(MAX_WALLETS):
        wallets_storage.add(tx, member, f"0x{number:040x}", "eoa", people.anna.id, None)


async def test_the_ledger_knows_the_change_but_no_address(store: Store, people: People) -> None:
    await store.write(link, people.anna, ANNAS)
    await store.write(merge, people)
    await store.write(claims.unlink, people.anna, ANNAS.address, LINKING.holding_changed)
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
