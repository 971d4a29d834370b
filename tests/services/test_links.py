"""The ceremony's rules, on both databases: what is accepted, what never is, and what follows."""

from datetime import timedelta

import pytest

from bot.chain import signatures
from bot.domain import links as rules
from bot.domain.ledger import first_broken
from bot.errors import BadInput, NotAllowed, NotFound
from bot.services import links, members
from bot.services.links import MAX_WALLETS, Outcome
from bot.storage import ledger, tickets, wallets
from bot.storage.store import Store
from bot.storage.transaction import Tx
from tests.clock import ManualClock
from tests.web.people import ANNAS, BOBS, SITE, People, bring, fresh, gather, signed, text_for


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

    assert (done.outcome, done.address) == (Outcome.LINKED, ANNAS.address)
    mine = await store.read(wallets.of_member, people.anna.member_id)
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
    ticket = await store.read(tickets.latest, people.anna.id)
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
    for guess in (rules.new_token(), "", "a", "x" * 5000, "\udcff", "../.."):
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
    clock.advance(rules.LIFETIME)
    with pytest.raises(NotFound):
        await store.write(*steps[late])


async def test_a_code_expires_with_its_ticket(store: Store, people: People, clock: ManualClock) -> None:
    code = (await store.write(signed, people.anna, ANNAS)).code
    clock.advance(rules.LIFETIME - timedelta(microseconds=1))
    in_time = (await store.write(signed, people.bob, BOBS)).code
    clock.advance(timedelta(microseconds=1))
    assert (await store.write(bring, people.anna, code)).outcome is Outcome.EXPIRED
    assert (await store.write(bring, people.bob, in_time)).outcome is Outcome.LINKED


async def test_a_newer_link_ends_the_earlier_one(store: Store, people: People) -> None:
    old = await store.write(links.open_ticket, people.anna)
    code = await store.write(_sign_with, old)
    new = await store.write(links.open_ticket, people.anna)

    with pytest.raises(NotFound):
        await store.read(links.page, old)
    assert (await store.write(bring, people.anna, code)).outcome is Outcome.UNSIGNED
    assert (await store.read(links.page, new)).account == "Anna"


async def test_a_used_ticket_and_its_code_are_used_up(store: Store, people: People) -> None:
    token = await store.write(links.open_ticket, people.anna)
    code = await store.write(_sign_with, token)
    assert (await store.write(bring, people.anna, code)).outcome is Outcome.LINKED

    assert (await store.write(bring, people.anna, code)).outcome is Outcome.NOTHING
    with pytest.raises(NotFound):
        await store.read(links.page, token)
    with pytest.raises(NotFound):
        await store.write(links.issue_text, token, BOBS.address, SITE)


async def test_a_text_is_spent_by_the_attempt_whatever_comes_of_it(store: Store, people: People) -> None:
    token = await store.write(links.open_ticket, people.anna)
    _, nonce = await store.write(text_for, token, ANNAS)
    await store.write(links.take_text, token, nonce)
    for _ in range(2):
        with pytest.raises(BadInput, match="fresh text"):
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
    with pytest.raises(BadInput, match="signed already"):
        await store.write(links.sign, token, second, "eoa")
    with pytest.raises(BadInput, match="signed already"):
        await store.write(links.issue_text, token, BOBS.address, SITE)
    assert (await store.read(links.page, token)).signed
    assert (await store.write(bring, people.anna, code)).address == ANNAS.address


async def test_five_wrong_codes_stop_the_link(store: Store, people: People) -> None:
    code = (await store.write(signed, people.anna, ANNAS)).code
    wrong = other_code(code)
    for left in (4, 3, 2, 1):
        done = await store.write(bring, people.anna, wrong)
        assert (done.outcome, done.tries_left) == (Outcome.WRONG, left)
    assert (await store.write(bring, people.anna, wrong)).outcome is Outcome.STOPPED
    assert (await store.write(bring, people.anna, code)).outcome is Outcome.NOTHING
    assert await store.read(wallets.of_member, people.anna.member_id) == []


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "12345６", "-1", "0x1234", "' or 1"]
)
async def test_what_is_no_code_is_a_wrong_code(store: Store, people: People, typed: str) -> None:
    await store.write(signed, people.anna, ANNAS)
    assert (await store.write(bring, people.anna, typed)).outcome is Outcome.WRONG


async def test_another_accounts_code_links_nothing(store: Store, people: People) -> None:
    """Bob signs on Anna's link: neither his account nor another of hers can use the code."""
    code = (await store.write(signed, people.anna, BOBS)).code
    assert (await store.write(bring, people.bob, code)).outcome is Outcome.NOTHING
    assert (await store.write(bring, people.anna_telegram, code)).outcome is Outcome.NOTHING
    await store.write(links.open_ticket, people.bob)
    assert (await store.write(bring, people.bob, code)).outcome is Outcome.UNSIGNED
    for account in (people.anna, people.bob):
        assert await store.read(wallets.of_member, account.member_id) == []


async def test_somebody_elses_code_counts_as_a_wrong_one_for_ones_own_link(
    store: Store, people: People
) -> None:
    theirs = (await store.write(signed, people.anna, ANNAS)).code
    await store.write(signed, people.bob, BOBS)
    done = await store.write(bring, people.bob, theirs)
    assert done.outcome in (Outcome.WRONG, Outcome.LINKED)  # one time in a million both codes are the same
    assert done.address in ("", BOBS.address)
    assert await store.read(wallets.of_member, people.anna.member_id) == []


async def test_the_same_wallet_from_a_second_account_merges_the_two(
    store: Store, people: People, clock: ManualClock
) -> None:
    await store.write(_link, people.anna)
    clock.advance(timedelta(hours=1))
    code = (await store.write(signed, people.anna_telegram, ANNAS)).code

    done = await store.write(bring, people.anna_telegram, code)

    assert done.outcome is Outcome.MERGED
    assert [account.id for account in done.others] == [people.anna.id]
    joined = await store.read(fresh, people.anna_telegram)
    assert joined.member_id == people.anna.member_id
    assert joined.money_after == clock.now() + timedelta(hours=24)
    assert (await store.read(fresh, people.anna)).money_after is None
    assert len(await store.read(wallets.of_member, people.anna.member_id)) == 1


def _link(tx: Tx, account: object) -> None:
    bring(tx, account, signed(tx, account, ANNAS).code)


async def test_linking_the_same_wallet_again_changes_nothing(store: Store, people: People) -> None:
    await store.write(_link, people.anna)
    code = (await store.write(signed, people.anna, ANNAS)).code
    done = await store.write(bring, people.anna, code)
    assert (done.outcome, done.others) == (Outcome.ALREADY, ())
    assert len(await store.read(wallets.of_member, people.anna.member_id)) == 1


async def test_the_other_accounts_are_named_to_be_told(store: Store, people: People) -> None:
    await store.write(_link, people.anna)
    await store.write(_merge_telegram, people)
    code = (await store.write(signed, people.anna, BOBS)).code
    assert [a.id for a in (await store.write(bring, people.anna, code)).others] == [people.anna_telegram.id]
    assert [a.id for a in await store.write(links.unlink, people.anna, BOBS.address)] == [
        people.anna_telegram.id
    ]


def _merge_telegram(tx: Tx, people: People) -> None:
    bring(tx, people.anna_telegram, signed(tx, people.anna_telegram, ANNAS).code)


async def test_unions_do_not_share_wallets_or_codes(store: Store, people: People) -> None:
    await store.write(_link, people.anna)
    elsewhere = await store.write(gather_again)
    code = (await store.write(signed, elsewhere, ANNAS)).code
    done = await store.write(bring, people.anna, code)  # the same Discord account, asked in its other union
    assert (done.outcome, done.account) == (Outcome.LINKED, elsewhere)
    assert elsewhere.member_id != people.anna.member_id


def gather_again(tx: Tx) -> object:
    from bot.services import unions

    founder = unions.Founder("discord", "500", "Gil", None)
    union, _, _ = unions.found(tx, "Lighthouse", "Light", "UTC", founder, "901", "Light")
    return members.join(tx, union, "discord", "101", "Anna", None)[1]


async def test_unlinking_frees_the_address(store: Store, people: People) -> None:
    await store.write(_link, people.anna)
    await store.write(links.unlink, people.anna, ANNAS.address)
    with pytest.raises(NotFound):
        await store.write(links.unlink, people.anna, ANNAS.address)
    code = (await store.write(signed, people.bob, ANNAS)).code
    assert (await store.write(bring, people.bob, code)).outcome is Outcome.LINKED


async def test_nobody_unlinks_anothers_wallet(store: Store, people: People) -> None:
    await store.write(_link, people.anna)
    with pytest.raises(NotFound):
        await store.write(links.unlink, people.bob, ANNAS.address)
    assert len(await store.read(wallets.of_member, people.anna.member_id)) == 1


async def test_the_number_of_wallets_has_a_limit(store: Store, people: People) -> None:
    await store.write(_fill, people)
    with pytest.raises(NotAllowed, match="/wallets"):
        await store.write(links.open_ticket, people.anna)


def _fill(tx: Tx, people: People) -> None:
    for number in range(MAX_WALLETS):
        wallets.add(tx, people.union.id, people.anna.member_id, f"0x{number:040x}", "eoa")


async def test_the_ledger_knows_the_change_but_no_address(store: Store, people: People) -> None:
    await store.write(_link, people.anna)
    await store.write(_merge_telegram, people)
    await store.write(links.unlink, people.anna, ANNAS.address)
    entries = await store.read(ledger.entries, people.union.id)
    assert [entry.kind for entry in entries][-3:] == ["wallet.linked", "member.merged", "wallet.unlinked"]
    written = "".join(f"{entry.payload}{entry.actor}" for entry in entries).lower()
    assert ANNAS.address.lower() not in written
    assert first_broken(entries) is None


async def test_leaving_forgets_what_was_under_way(store: Store, people: People) -> None:
    token = await store.write(links.open_ticket, people.anna)
    await store.write(_leave, people)
    with pytest.raises(NotFound):
        await store.read(links.page, token)


def _leave(tx: Tx, people: People) -> None:
    from bot.storage import members as rows

    member = rows.by_id(tx, people.anna.member_id)
    assert member is not None
    members.leave(tx, people.union, member)


async def test_the_database_itself_takes_one_signature_and_one_code(store: Store, people: People) -> None:
    """Another process may have been faster after this one looked."""
    await store.write(links.open_ticket, people.anna)
    ticket = await store.read(tickets.latest, people.anna.id)
    assert ticket is not None
    for wallet, first in ((ANNAS, True), (BOBS, False)):
        assert await store.write(tickets.sign, ticket.id, wallet.address, "eoa", b"hash") is first
    assert not await store.write(tickets.issue, ticket.id, "nonce", "text", BOBS.address)
    for first in (True, False):
        assert await store.write(tickets.close, ticket.id) is first
    after = await store.read(tickets.latest, people.anna.id)
    assert after is not None
    assert (after.address, after.state) == (ANNAS.address, rules.State.DONE)
