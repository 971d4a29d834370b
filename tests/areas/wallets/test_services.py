"""The ceremony's rules, on both databases: what is accepted, what never is, and what follows."""

from datetime import timedelta

import pytest

from bot.areas.wallets.domain import links as links_domain
from bot.areas.wallets.services import completion, links
from bot.areas.wallets.services.completion import LinkOutcome
from bot.areas.wallets.storage import tickets as tickets_storage
from bot.areas.wallets.storage import wallets as wallets_storage
from bot.chain import signatures
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotAllowed, NotFound
from bot.membership import LINKING
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.web.people import ANNAS, BOBS, SITE, People, bring, confirm, fresh, gather, signed, text_for, wait


@pytest.fixture
async def people(store: Store) -> People:
    return await store.write(gather)


def other_code(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


async def test_a_wallet_is_linked_by_signing_and_bringing_the_code_back(store: Store, people: People) -> None:
    token = await store.write(links.open_ticket, people.anna)
    text, nonce = await store.write(text_for, token, ANNAS)
    attempt = await store.write(links.take_text, token, nonce)
    assert (attempt.address, attempt.message) == (ANNAS.address, text)
    verified = await signatures.verify(
        None, address=attempt.address, message=text, signature=ANNAS.sign(text)
    )
    code = (await store.write(links.sign, token, attempt, verified.kind)).code

    done = await store.write(bring, people.anna, f" {code[:3]} {code[3:]} ")

    assert (done.outcome, done.address, done.kind) == (LinkOutcome.RETURNED, ANNAS.address, "eoa")
    assert await store.read(wallets_storage.of_member, people.anna.member_id) == []
    linked = await store.write(completion.confirm, people.anna, done.ticket_id, LINKING.holding_changed)
    assert linked is not None
    assert linked.address == ANNAS.address
    mine = await store.read(wallets_storage.of_member, people.anna.member_id)
    assert [(wallet.address, wallet.kind) for wallet in mine] == [(ANNAS.address, "eoa")]


async def test_the_text_names_who_and_what_is_linked(store: Store, people: People) -> None:
    token = await store.write(links.open_ticket, people.anna)
    text, nonce = await store.write(text_for, token, ANNAS)
    lines = text.split("\n")
    assert lines[0] == "muster.test wants you to sign in with your Ethereum account:"
    assert lines[1] == ANNAS.address
    assert "Discord account [Anna] (id 101) in the union [Harbour Pilots]" in lines[3]
    assert lines[5:] == [
        "URI: https://muster.test/link",
        "Version: 1",
        "Chain ID: 31337",
        f"Nonce: {nonce}",
        "Issued At: 2026-03-01T12:00:00Z",
        "Expiration Time: 2026-03-01T12:10:00Z",
    ]


async def test_only_hashes_of_token_and_code_are_stored(store: Store, people: People) -> None:
    token = await store.write(links.open_ticket, people.anna)
    code = await store.write(_sign_with, token)
    ticket = await store.read(tickets_storage.latest, people.anna.id)
    assert ticket is not None
    stored = repr(ticket)
    assert token not in stored
    assert code not in stored.replace(repr(ticket.token_hash), "").replace(repr(ticket.code_hash), "")
    assert ticket.message is None


def _sign_with(tx: Tx, token: str) -> str:
    _, nonce = text_for(tx, token, ANNAS)
    return links.sign(tx, token, links.take_text(tx, token, nonce), "eoa").code


async def test_a_guessed_token_is_refused(store: Store, people: People) -> None:
    await store.write(links.open_ticket, people.anna)
    for guess in (links_domain.new_token(), "", "a", "x" * 5000, "\udcff", "../.."):
        with pytest.raises(NotFound):
            await store.read(links.page, guess)
        with pytest.raises(NotFound):
            await store.write(links.issue_text, guess, ANNAS.address, SITE)


@pytest.mark.parametrize("late", ["page", "text", "take", "sign"])
async def test_an_expired_ticket_does_nothing(
    store: Store, people: People, clock: ManualClock, late: str
) -> None:
    token = await store.write(links.open_ticket, people.anna)
    _, nonce = await store.write(text_for, token, ANNAS)
    attempt = await store.write(links.take_text, token, nonce) if late == "sign" else None
    steps = {
        "page": (links.page, token),
        "text": (links.issue_text, token, ANNAS.address, SITE),
        "take": (links.take_text, token, nonce),
        "sign": (links.sign, token, attempt, "eoa"),
    }
    clock.advance(links_domain.LIFETIME)
    with pytest.raises(NotFound):
        await store.write(*steps[late])


async def test_a_code_expires_with_its_ticket(store: Store, people: People, clock: ManualClock) -> None:
    code = (await store.write(signed, people.anna, ANNAS)).code
    clock.advance(links_domain.LIFETIME - timedelta(microseconds=1))
    in_time = (await store.write(signed, people.bob, BOBS)).code
    clock.advance(timedelta(microseconds=1))
    assert (await store.write(bring, people.anna, code)).outcome is LinkOutcome.EXPIRED
    assert (await store.write(bring, people.bob, in_time)).outcome is LinkOutcome.RETURNED


async def test_a_newer_link_ends_the_earlier_one(store: Store, people: People) -> None:
    old = await store.write(links.open_ticket, people.anna)
    code = await store.write(_sign_with, old)
    new = await store.write(links.open_ticket, people.anna)

    with pytest.raises(NotFound):
        await store.read(links.page, old)
    assert (await store.write(bring, people.anna, code)).outcome is LinkOutcome.UNSIGNED
    assert (await store.read(links.page, new)).account == "Anna"


async def test_a_used_ticket_and_its_code_are_used_up(store: Store, people: People) -> None:
    token = await store.write(links.open_ticket, people.anna)
    code = await store.write(_sign_with, token)
    assert await store.write(confirm, people.anna, code)

    assert (await store.write(bring, people.anna, code)).outcome is LinkOutcome.NOTHING
    with pytest.raises(NotFound):
        await store.read(links.page, token)
    with pytest.raises(NotFound):
        await store.write(links.issue_text, token, BOBS.address, SITE)


async def test_a_text_is_spent_by_the_attempt_whatever_comes_of_it(store: Store, people: People) -> None:
    token = await store.write(links.open_ticket, people.anna)
    _, nonce = await store.write(text_for, token, ANNAS)
    await store.write(links.take_text, token, nonce)
    for _ in range(2):
        with pytest.raises(BadInput, match="can no longer be signed"):
            await store.write(links.take_text, token, nonce)
    _, again = await store.write(text_for, token, ANNAS)
    assert again != nonce
    assert (await store.write(links.take_text, token, again)).address == ANNAS.address


async def test_a_second_text_takes_the_place_of_the_first(store: Store, people: People) -> None:
    token = await store.write(links.open_ticket, people.anna)
    _, first = await store.write(text_for, token, ANNAS)
    text, second = await store.write(text_for, token, BOBS)

    with pytest.raises(BadInput, match="another window"):
        await store.write(links.take_text, token, first)
    attempt = await store.write(links.take_text, token, second)
    assert (attempt.address, attempt.message) == (BOBS.address, text)


async def test_of_two_signatures_only_the_first_counts(store: Store, people: People) -> None:
    token = await store.write(links.open_ticket, people.anna)
    _, nonce = await store.write(text_for, token, ANNAS)
    first = await store.write(links.take_text, token, nonce)
    _, nonce = await store.write(text_for, token, BOBS)
    second = await store.write(links.take_text, token, nonce)

    code = (await store.write(links.sign, token, first, "eoa")).code
    with pytest.raises(BadInput, match="already signed"):
        await store.write(links.sign, token, second, "eoa")
    with pytest.raises(BadInput, match="already signed"):
        await store.write(links.issue_text, token, BOBS.address, SITE)
    assert (await store.read(links.page, token)).signed
    assert (await store.write(bring, people.anna, code)).address == ANNAS.address


async def test_five_wrong_codes_stop_the_link(store: Store, people: People) -> None:
    code = (await store.write(signed, people.anna, ANNAS)).code
    wrong = other_code(code)
    for left in (4, 3, 2, 1):
        done = await store.write(bring, people.anna, wrong)
        assert (done.outcome, done.tries_left) == (LinkOutcome.WRONG, left)
    assert (await store.write(bring, people.anna, wrong)).outcome is LinkOutcome.STOPPED
    assert (await store.write(bring, people.anna, code)).outcome is LinkOutcome.NOTHING
    assert await store.read(wallets_storage.of_member, people.anna.member_id) == []


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "12345６", "-1", "0x1234", "' or 1"]
)
async def test_what_is_no_code_is_a_wrong_code(store: Store, people: People, typed: str) -> None:
    await store.write(signed, people.anna, ANNAS)
    assert (await store.write(bring, people.anna, typed)).outcome is LinkOutcome.WRONG


async def test_what_was_brought_back_is_asked_again_and_counts_wrong_codes(
    store: Store, people: People
) -> None:
    code = (await store.write(signed, people.anna, ANNAS)).code
    for _ in range(2):
        assert (await store.write(bring, people.anna, code)).outcome is LinkOutcome.RETURNED
    for _ in range(4):
        assert (await store.write(bring, people.anna, other_code(code))).outcome is LinkOutcome.WRONG
    done = await store.write(bring, people.anna, code)
    assert (await store.write(bring, people.anna, other_code(code))).outcome is LinkOutcome.STOPPED
    with pytest.raises(NotFound):
        await store.write(completion.confirm, people.anna, done.ticket_id, LINKING.holding_changed)
    assert await store.read(wallets_storage.of_member, people.anna.member_id) == []


@pytest.mark.parametrize("end", ["late", "refused", "newer link", "said twice"])
async def test_the_word_counts_once_and_while_the_ticket_lives(
    store: Store, people: People, clock: ManualClock, end: str
) -> None:
    code = (await store.write(signed, people.anna, ANNAS)).code
    brought = await store.write(bring, people.anna, code)
    assert await store.read(links.proof, people.anna, brought.ticket_id)
    if end == "late":
        clock.advance(links_domain.LIFETIME)
    elif end == "refused":
        assert await store.write(links.refuse, people.anna, brought.ticket_id)
    elif end == "newer link":
        await store.write(links.open_ticket, people.anna)
    else:
        await store.write(completion.confirm, people.anna, brought.ticket_id, LINKING.holding_changed)
    with pytest.raises(NotFound, match="Nothing was linked by it"):
        await store.write(completion.confirm, people.anna, brought.ticket_id, LINKING.holding_changed)
    assert await store.read(links.proof, people.anna, brought.ticket_id) is None
    mine = await store.read(wallets_storage.of_member, people.anna.member_id)
    assert len(mine) == (end == "said twice")


async def test_nobody_confirms_or_refuses_for_another_account(store: Store, people: People) -> None:
    code = (await store.write(signed, people.anna, ANNAS)).code
    brought = await store.write(bring, people.anna, code)
    for other in (people.bob, people.anna_telegram):
        with pytest.raises(NotFound):
            await store.write(completion.confirm, other, brought.ticket_id, LINKING.holding_changed)
        assert not await store.write(links.refuse, other, brought.ticket_id)
        assert await store.read(links.proof, other, brought.ticket_id) is None
    assert await store.read(links.proof, people.anna, brought.ticket_id)


async def test_a_code_that_was_not_brought_back_confirms_nothing(store: Store, people: People) -> None:
    await store.write(signed, people.anna, ANNAS)
    ticket = await store.read(tickets_storage.latest, people.anna.id)
    assert ticket is not None
    with pytest.raises(NotFound):
        await store.write(completion.confirm, people.anna, ticket.id, LINKING.holding_changed)


async def test_an_account_that_waits_links_nothing(store: Store, people: People, clock: ManualClock) -> None:
    code = (await store.write(signed, people.anna, ANNAS)).code
    brought = await store.write(bring, people.anna, code)
    await store.write(wait, people.anna, clock.now() + timedelta(hours=1))
    waiting = await store.read(fresh, people.anna)
    with pytest.raises(NotAllowed):
        await store.write(links.open_ticket, waiting)
    with pytest.raises(NotAllowed):
        await store.write(completion.confirm, waiting, brought.ticket_id, LINKING.holding_changed)
    assert await store.read(wallets_storage.of_member, people.anna.member_id) == []


async def test_another_accounts_code_links_nothing(store: Store, people: People) -> None:
    """Bob signs on Anna's link: neither his account nor another of hers can use the code."""
    code = (await store.write(signed, people.anna, BOBS)).code
    assert (await store.write(bring, people.bob, code)).outcome is LinkOutcome.NOTHING
    assert (await store.write(bring, people.anna_telegram, code)).outcome is LinkOutcome.NOTHING
    await store.write(links.open_ticket, people.bob)
    assert (await store.write(bring, people.bob, code)).outcome is LinkOutcome.UNSIGNED
    for account in (people.anna, people.bob):
        assert await store.read(wallets_storage.of_member, account.member_id) == []


async def test_somebody_elses_code_counts_as_a_wrong_one_for_ones_own_link(
    store: Store, people: People
) -> None:
    theirs = (await store.write(signed, people.anna, ANNAS)).code
    await store.write(signed, people.bob, BOBS)
    done = await store.write(bring, people.bob, theirs)
    assert done.outcome in (
        LinkOutcome.WRONG,
        LinkOutcome.RETURNED,
    )  # one time in a million both codes are the same
    assert done.address in ("", BOBS.address)
    assert await store.read(wallets_storage.of_member, people.anna.member_id) == []


async def test_the_database_itself_takes_one_signature_and_one_code(store: Store, people: People) -> None:
    """Another process may have been faster after this one looked."""
    await store.write(links.open_ticket, people.anna)
    ticket = await store.read(tickets_storage.latest, people.anna.id)
    assert ticket is not None
    for wallet, first in ((ANNAS, True), (BOBS, False)):
        assert await store.write(tickets_storage.sign, ticket.id, wallet.address, "eoa", b"hash") is first
    assert not await store.write(tickets_storage.issue, ticket.id, "nonce", "text", BOBS.address)
    assert not await store.write(tickets_storage.close, ticket.id)  # its code did not come back yet
    for first in (True, False):
        assert await store.write(tickets_storage.bring_back, ticket.id) is first
    for first in (True, False):
        assert await store.write(tickets_storage.close, ticket.id) is first
    after = await store.read(tickets_storage.latest, people.anna.id)
    assert after is not None
    assert (after.address, after.state) == (ANNAS.address, links_domain.TicketState.DONE)
