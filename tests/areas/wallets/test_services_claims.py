"""Claims: what a signature gets of a wallet that somebody holds, and what its holder can do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import membership
from bot.areas.ledger import services as ledger
from bot.areas.ledger import storage as ledger_storage
from bot.areas.members.services import members
from bot.areas.wallets.domain.claims import COUNTS_AFTER, MOVES_AFTER, NO_CLAIM_FOR, STEP, ClaimEnd
from bot.areas.wallets.services import claims, links, wallets
from bot.areas.wallets.services.claims import Parties
from bot.areas.wallets.services.membership import forget_account
from bot.areas.wallets.storage import claims as claims_storage
from bot.areas.wallets.storage import wallets as wallets_storage
from bot.domain.people import Account, Member
from bot.domain.transaction import Tx
from bot.errors import NotAllowed, NotFound
from bot.membership import LINKING
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.web.people import ANNAS, BOBS, People, bring, confirm, fresh, gather, link, merge, signed, wait
from tests.web.people import Wallet as Key

CHANGED = LINKING.holding_changed
SECOND = timedelta(seconds=1)


@pytest.fixture
async def people(store: Store) -> People:
    """Anna holds her wallet; Bob does not."""
    made = await store.write(gather)
    await store.write(link, made.anna, ANNAS)
    return made


def proves(tx: Tx, account: Account, wallet: Key, kind: str = "eoa") -> int:
    """The ticket with which the account showed the wallet's signature."""
    brought = bring(tx, account, signed(tx, account, wallet, kind).code)
    assert brought.account is not None
    return brought.ticket_id


def claim(tx: Tx, people: People, account: Account, wallet: Key = ANNAS, kind: str = "eoa") -> Parties:
    return claims.open_claim(tx, people.union, fresh(tx, account), proves(tx, account, wallet, kind))


def member_of(tx: Tx, account: Account) -> Member:
    found = members.by_id(tx, fresh(tx, account).member_id)
    assert found is not None
    return found


def has(tx: Tx, account: Account, wallet: Key = ANNAS) -> bool:
    mine = wallets_storage.of_member(tx, fresh(tx, account).member_id)
    return wallet.address in [one.address for one in mine]


async def carried_on(store: Store) -> list[Parties]:
    """What the chore does now. Another one that found the same claims due a moment ago does nothing."""
    due = await store.read(claims.due)
    done = [await store.write(claims.advance, claim_id, CHANGED) for _, claim_id in due]
    assert [await store.write(claims.advance, claim_id, CHANGED) for _, claim_id in due] == [None] * len(due)
    return [one for one in done if one is not None]


async def run_out(store: Store, clock: ManualClock) -> None:
    """Three days pass, with the chore running."""
    for _ in range(3):
        clock.advance(STEP)
        await carried_on(store)


async def test_a_claim_takes_nothing_and_tells_all_accounts_of_the_holder(
    store: Store, people: People, clock: ManualClock
) -> None:
    await store.write(merge, people)
    both = await store.write(claim, people, people.bob)
    assert {one.id for one in both.holders} == {people.anna.id, people.anna_telegram.id}
    assert both.claimant is not None
    assert both.claimant.id == people.bob.id
    assert both.claim.moves_at == clock.now() + MOVES_AFTER
    assert await store.read(has, people.anna)
    assert not await store.read(has, people.bob)


async def test_the_holder_is_told_on_each_day_and_the_wallet_moves_once(
    store: Store, people: People, clock: ManualClock
) -> None:
    both = await store.write(claim, people, people.bob)
    told: list[int] = []
    for _ in range(2):
        clock.advance(STEP - SECOND)
        assert await carried_on(store) == []
        clock.advance(SECOND)
        told += [one.claim.told for one in await carried_on(store)]
        assert await carried_on(store) == []  # exactly once
        assert await store.read(has, people.anna)
    assert told == [2, 3]
    clock.advance(STEP)
    assert clock.now() == both.claim.moves_at
    due = await store.read(claims.due)
    assert len(due) == 1
    moved = [await store.write(claims.advance, due[0][1], CHANGED) for _ in range(2)]  # two chores raced
    assert moved[1] is None
    assert moved[0] is not None
    assert [one.id for one in moved[0].holders] == [people.anna.id]
    assert await store.read(has, people.bob)
    assert not await store.read(has, people.anna)
    (wallet,) = await store.read(wallets_storage.of_member, people.bob.member_id)
    assert wallet.waits_until == clock.now() + COUNTS_AFTER
    assert wallet.account_id == people.bob.id


async def test_a_wallet_that_moved_counts_only_later(
    store: Store, people: People, clock: ManualClock
) -> None:
    await store.write(claim, people, people.bob)
    await run_out(store, clock)
    bob = await store.read(member_of, people.bob)
    assert await store.read(wallets.held, bob.id)
    assert not await store.read(wallets.counts, bob.id)
    assert await store.read(wallets.counting, bob) == []
    assert await store.read(wallets.counts_from, bob) == clock.now() + COUNTS_AFTER
    clock.advance(COUNTS_AFTER - SECOND)
    assert not await store.read(wallets.counts, bob.id)
    clock.advance(SECOND)
    assert await store.read(wallets.counts, bob.id)
    assert [one.address for one in await store.read(wallets.counting, bob)] == [ANNAS.address]
    assert await store.read(wallets.counts_from, bob) is None


async def test_a_wallet_new_to_the_union_counts_at_once(store: Store, people: People) -> None:
    assert await store.read(wallets.counts, people.anna.member_id)


async def test_unlinking_and_linking_anew_does_not_end_the_wait(
    store: Store, people: People, clock: ManualClock
) -> None:
    await store.write(claim, people, people.bob)
    await run_out(store, clock)
    until = clock.now() + COUNTS_AFTER
    clock.advance(timedelta(hours=1))
    await store.write(claims.unlink, people.bob, ANNAS.address, CHANGED)
    await store.write(link, people.bob, ANNAS)
    (wallet,) = await store.read(wallets_storage.of_member, people.bob.member_id)
    assert wallet.waits_until is not None
    assert wallet.waits_until >= until


@pytest.mark.parametrize("way", ["unlinked", "left"])
async def test_a_wallet_that_wanders_from_member_to_member_waits(
    store: Store, people: People, clock: ManualClock, way: str
) -> None:
    """Otherwise one wallet would vote for many members, one after another."""
    if way == "unlinked":
        await store.write(claims.unlink, people.anna, ANNAS.address, CHANGED)
    else:
        await store.write(membership.leave, people.union, await store.read(member_of, people.anna))
    gone = clock.now()
    clock.advance(timedelta(hours=1))
    await store.write(link, people.bob, ANNAS)
    (wallet,) = await store.read(wallets_storage.of_member, people.bob.member_id)
    assert wallet.waits_until == gone + COUNTS_AFTER


async def test_ones_own_wallet_unlinked_and_linked_anew_counts_at_once(store: Store, people: People) -> None:
    await store.write(claims.unlink, people.anna, ANNAS.address, CHANGED)
    await store.write(link, people.anna, ANNAS)
    assert await store.read(wallets.counts, people.anna.member_id)


async def test_a_wallet_that_lay_free_for_long_counts_at_once(
    store: Store, people: People, clock: ManualClock
) -> None:
    await store.write(claims.unlink, people.anna, ANNAS.address, CHANGED)
    clock.advance(COUNTS_AFTER)
    await store.write(link, people.bob, ANNAS)
    assert await store.read(wallets.counts, people.bob.member_id)


@pytest.mark.parametrize("through", ["the same account", "another account"])
async def test_a_fresh_signature_of_the_holder_ends_the_claim(
    store: Store, people: People, clock: ManualClock, through: str
) -> None:
    await store.write(merge, people)
    await store.write(claim, people, people.bob)
    clock.advance(2 * STEP)
    account = people.anna if through == "the same account" else people.anna_telegram
    done = await store.write(confirm, account, (await store.write(signed, account, ANNAS)).code)
    assert done is not None
    assert done.ended is not None
    assert [one.id for one in done.ended.claimants] == [people.bob.id]
    await run_out(store, clock)
    assert await store.read(has, people.anna)
    assert await store.read(wallets.counts, (await store.read(member_of, people.anna)).id)


async def test_a_signature_from_before_the_claim_is_no_answer(
    store: Store, people: People, clock: ManualClock
) -> None:
    """The holder may have got it from the true owner just before: that is what the claim is about."""
    code = (await store.write(signed, people.anna, ANNAS)).code
    clock.advance(SECOND)
    await store.write(claim, people, people.bob)
    done = await store.write(confirm, people.anna, code)
    assert done is not None
    assert (done.wallet, done.ended) == (None, None)
    assert await store.read(claims.on, people.union.id, ANNAS.address) is not None


async def test_who_was_answered_cannot_claim_again_for_a_week(
    store: Store, people: People, clock: ManualClock
) -> None:
    await store.write(claim, people, people.bob)
    await store.write(confirm, people.anna, (await store.write(signed, people.anna, ANNAS)).code)
    with pytest.raises(NotAllowed, match="cannot claim a wallet before"):
        await store.write(claim, people, people.bob)
    # Leaving and joining anew does not help.
    await store.write(membership.leave, people.union, await store.read(member_of, people.bob))
    _, again = await store.write(membership.join, people.union, "telegram", "202", "Bob", "bob")
    with pytest.raises(NotAllowed, match="cannot claim a wallet before"):
        await store.write(claim, people, again)
    clock.advance(NO_CLAIM_FOR)
    await store.write(claim, people, again)


async def test_the_holder_lets_go_and_it_moves_at_once(
    store: Store, people: People, clock: ManualClock
) -> None:
    both = await store.write(claim, people, people.bob)
    with pytest.raises(NotFound):
        await store.write(claims.let_go, people.bob, both.claim.id, CHANGED)  # the claimant does not answer
    await store.write(claims.let_go, people.anna, both.claim.id, CHANGED)
    assert await store.read(has, people.bob)
    with pytest.raises(NotFound):
        await store.write(claims.let_go, people.anna, both.claim.id, CHANGED)
    assert not await store.read(wallets.counts, people.bob.member_id)
    await run_out(store, clock)
    assert await store.read(has, people.bob)


async def test_an_account_that_waits_neither_claims_nor_lets_go_nor_unlinks(
    store: Store, people: People, clock: ManualClock
) -> None:
    ticket = await store.write(proves, people.bob, ANNAS)
    await store.write(wait, people.bob, clock.now() + timedelta(hours=1))
    with pytest.raises(NotAllowed, match="cannot do this before"):
        await store.write(claims.open_claim, people.union, await store.read(fresh, people.bob), ticket)
    clock.advance(timedelta(hours=1))
    both = await store.write(claim, people, people.bob)
    await store.write(wait, people.anna, clock.now() + timedelta(hours=1))
    anna = await store.read(fresh, people.anna)
    with pytest.raises(NotAllowed, match="cannot do this before"):
        await store.write(claims.let_go, anna, both.claim.id, CHANGED)
    with pytest.raises(NotAllowed, match="cannot do this before"):
        await store.write(claims.unlink, anna, ANNAS.address, CHANGED)
    assert await store.read(has, people.anna)
    # But it may keep what it has: a fresh signature gives nobody anything.
    token = await store.write(links.open_ticket, anna, keeping=True)
    assert await store.read(links.page, token)


@pytest.mark.parametrize("which", ["the proof", "the wallet"])
async def test_contract_wallets_never_claim(store: Store, people: People, which: str) -> None:
    if which == "the wallet":
        await store.write(claims.unlink, people.anna, ANNAS.address, CHANGED)
        await store.write(
            lambda tx: wallets.give(tx, member_of(tx, people.anna), ANNAS.address, "contract", CHANGED)
        )
    with pytest.raises(NotAllowed, match="Several people may sign"):
        await store.write(claim, people, people.bob, ANNAS, "contract" if which == "the proof" else "eoa")
    assert await store.read(has, people.anna)


async def test_one_claim_at_a_time(store: Store, people: People) -> None:
    await store.write(claim, people, people.bob)
    with pytest.raises(NotAllowed, match="Someone else is already claiming"):
        await store.write(claim, people, people.anna_telegram)
    with pytest.raises(NotAllowed, match="You are already claiming this wallet"):
        await store.write(claim, people, people.bob)


async def test_a_proof_claims_once_and_for_its_account_only(store: Store, people: People) -> None:
    ticket = await store.write(proves, people.bob, ANNAS)
    for other in (people.anna, people.anna_telegram):
        with pytest.raises(NotFound):
            await store.write(claims.open_claim, people.union, other, ticket)
    both = await store.write(claims.open_claim, people.union, people.bob, ticket)
    await store.write(claims_storage.end, both.claim.id, ClaimEnd.GONE)
    with pytest.raises(NotFound):
        await store.write(claims.open_claim, people.union, people.bob, ticket)


async def test_nobody_claims_what_is_free_or_their_own(store: Store, people: People) -> None:
    with pytest.raises(NotAllowed, match="need not claim it"):
        await store.write(claim, people, people.bob, BOBS)


async def test_a_long_downtime_shortens_nobodys_days(
    store: Store, people: People, clock: ManualClock
) -> None:
    """Muster was down for a week, or the clock jumped: the holder is told first, and has a day after each telling."""
    await store.write(claim, people, people.bob)
    clock.advance(timedelta(days=7))
    (first,) = await carried_on(store)
    assert (first.claim.told, first.claim.moves_at) == (2, clock.now() + 2 * STEP)
    assert await carried_on(store) == []
    clock.advance(STEP)
    (second,) = await carried_on(store)
    assert (second.claim.told, second.claim.moves_at) == (3, clock.now() + STEP)
    clock.advance(STEP - SECOND)
    assert await carried_on(store) == []
    assert await store.read(has, people.anna)
    clock.advance(SECOND)
    await carried_on(store)
    assert await store.read(has, people.bob)


# -- other ends ------------------------------------------------------------------------------------------


async def untold(store: Store) -> list[Parties]:
    due = await store.read(claims.untold)
    found = [await store.write(claims.take_outcome, claim_id) for _, claim_id in due]
    assert [await store.write(claims.take_outcome, claim_id) for _, claim_id in due] == [None] * len(due)
    return [one for one in found if one is not None]


@pytest.mark.parametrize("way", ["unlinked", "left"])
async def test_a_wallet_that_its_holder_gives_up_ends_the_claim(
    store: Store, people: People, clock: ManualClock, way: str
) -> None:
    await store.write(claim, people, people.bob)
    if way == "unlinked":
        await store.write(claims.unlink, people.anna, ANNAS.address, CHANGED)
    else:
        await store.write(membership.leave, people.union, await store.read(member_of, people.anna))
    (over,) = await untold(store)
    assert over.claim.ended == ClaimEnd.FREED
    assert [one.id for one in over.claimants] == [people.bob.id]
    await run_out(store, clock)
    assert not await store.read(has, people.bob)


async def test_a_claimant_who_leaves_ends_the_claim(store: Store, people: People, clock: ManualClock) -> None:
    await store.write(claim, people, people.bob)
    await store.write(membership.leave, people.union, await store.read(member_of, people.bob))
    (over,) = await untold(store)
    assert (over.claim.ended, over.claim.account_id) == (ClaimEnd.GONE, None)
    assert [one.id for one in over.holders] == [people.anna.id]
    await run_out(store, clock)
    assert await store.read(has, people.anna)


async def test_leaving_and_joining_anew_asks_no_holder_again_and_again(
    store: Store, people: People, clock: ManualClock
) -> None:
    """Attack: claim, leave, join, and claim with a fresh signature, so that the holder is asked without end."""

    def comes_back(tx: Tx) -> Account:
        membership.leave(tx, people.union, member_of(tx, people.bob))
        return membership.join(tx, people.union, "telegram", "202", "Bob", "bob")[1]

    await store.write(claim, people, people.bob)
    bob = await store.write(comes_back)
    with pytest.raises(NotAllowed, match="left the union while it was claiming a wallet"):
        await store.write(claim, people, bob)
    clock.advance(NO_CLAIM_FOR - SECOND)
    with pytest.raises(NotAllowed):
        await store.write(claim, people, bob)
    clock.advance(SECOND)
    await store.write(claim, people, bob)


async def test_an_account_that_is_removed_with_an_open_claim_waits_and_its_person_does_not(
    store: Store, people: People
) -> None:
    def removed(tx: Tx) -> Account:
        claim(tx, people, people.anna_telegram, BOBS)
        membership.remove_account(tx, people.union, fresh(tx, people.anna), fresh(tx, people.anna_telegram))
        return membership.join(tx, people.union, "telegram", "201", "Anna T", "anna_t")[1]

    await store.write(link, people.bob, BOBS)
    await store.write(merge, people)
    back = await store.write(removed)
    with pytest.raises(NotAllowed, match="left the union while it was claiming a wallet"):
        await store.write(claim, people, back, BOBS)
    await store.write(claim, people, people.anna, BOBS)


async def test_who_left_without_a_claim_claims_at_once(store: Store, people: People) -> None:
    def comes_back(tx: Tx) -> Account:
        membership.leave(tx, people.union, member_of(tx, people.bob))
        return membership.join(tx, people.union, "telegram", "202", "Bob", "bob")[1]

    await store.write(claim, people, await store.write(comes_back))


async def test_a_claim_within_one_person_is_over(store: Store, people: People, clock: ManualClock) -> None:
    await store.write(claim, people, people.anna_telegram)
    await store.write(merge, people)
    assert await store.read(claims.on, people.union.id, ANNAS.address) is None
    await run_out(store, clock)
    assert await store.read(has, people.anna)
    assert await store.read(wallets.counts, people.anna.member_id)


async def test_a_claim_of_a_member_who_is_merged_goes_on_for_the_survivor(
    store: Store, people: People, clock: ManualClock
) -> None:
    await store.write(claims.unlink, people.anna, ANNAS.address, CHANGED)
    await store.write(link, people.bob, BOBS)
    await store.write(claim, people, people.anna_telegram, BOBS)
    await store.write(merge, people)
    await run_out(store, clock)
    assert await store.read(has, people.anna, BOBS)
    assert not await store.read(has, people.bob, BOBS)


async def test_a_claim_on_a_member_who_is_merged_is_told_to_the_survivor(
    store: Store, people: People, clock: ManualClock
) -> None:
    await store.write(link, people.anna_telegram, BOBS)
    await store.write(claim, people, people.bob, BOBS)
    await store.write(merge, people)
    clock.advance(STEP)
    (told,) = await carried_on(store)
    assert {one.id for one in told.holders} == {people.anna.id, people.anna_telegram.id}


async def test_one_account_is_forgotten_with_its_claims_and_tickets(store: Store, people: People) -> None:
    await store.write(claim, people, people.bob)
    token = await store.write(links.open_ticket, people.bob)
    await store.write(forget_account, people.union, people.bob)
    with pytest.raises(NotFound):
        await store.read(links.page, token)
    (over,) = await untold(store)
    assert over.claim.ended == ClaimEnd.GONE


async def test_a_wallet_that_moved_can_be_claimed_back(
    store: Store, people: People, clock: ManualClock
) -> None:
    await store.write(claim, people, people.bob)
    await run_out(store, clock)
    await store.write(claim, people, people.anna)
    await run_out(store, clock)
    assert await store.read(has, people.anna)


async def test_the_ledger_tells_a_claim_without_its_address(
    store: Store, people: People, clock: ManualClock
) -> None:
    await store.write(claim, people, people.bob)
    await run_out(store, clock)
    entries = await store.read(ledger_storage.entries, people.union.id)
    assert [entry.kind for entry in entries][-4:] == [
        "wallet.claimed",
        "wallet.unlinked",
        "wallet.linked",
        "wallet.claim-ended",
    ]
    assert '"outcome":"moved"' in entries[-1].payload
    written = "".join(f"{entry.payload}{entry.actor}" for entry in entries).lower()
    assert ANNAS.address.lower() not in written
    assert (await store.read(ledger.verify, people.union))[1] is None


async def test_claims_are_listed_for_both_sides(store: Store, people: People) -> None:
    both = await store.write(claim, people, people.bob)
    anna, bob = await store.read(member_of, people.anna), await store.read(member_of, people.bob)
    assert [one.claim.id for one in await store.read(claims.against, anna)] == [both.claim.id]
    assert [one.id for one in await store.read(claims.by_member, bob)] == [both.claim.id]
    assert await store.read(claims.against, bob) == []
    assert await store.read(claims.by_member, anna) == []


async def test_the_database_itself_ends_and_tells_a_claim_once(store: Store, people: People) -> None:
    """Another process may have been faster after this one looked."""
    both = await store.write(claim, people, people.bob)
    later = both.claim.moves_at
    for first in (True, False):
        assert await store.write(claims_storage.tell, both.claim, later, later) is first
    for first in (True, False):
        assert await store.write(claims_storage.end, both.claim.id, ClaimEnd.MOVED) is first
    for first in (True, False):
        assert await store.write(claims_storage.remove, both.claim.id) is first
