"""Requests that nobody sends with good intentions: each is refused in words, and leaves nothing in log or memory."""

import logging
from collections.abc import AsyncIterator

import pytest

from bot.areas.wallets.domain import links as links_domain
from bot.areas.wallets.storage import tickets as tickets_storage
from bot.storage.store import Store
from bot.web import link
from bot.web.connection import Patience
from tests.clock import ManualClock
from tests.web.hostile import GUESS, REFUSED, get, made, post
from tests.web.raw import dialled, heard, hung_up, said, sent
from tests.web.site import Site, running

HURRIED = Patience(headers_s=0.2, body_s=0.2, linger_s=0.1, look_every_s=0.02)


@pytest.fixture
async def hurried(page_store: Store, clock: ManualClock) -> AsyncIterator[Site]:
    """A page that waits for nobody."""
    async with running(page_store, clock, patience=HURRIED) as site:
        yield site


def spied(site: Site, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What goes to the writer from now on."""
    writes: list[object] = []
    write = site.store.write

    async def noted(work, *rest):  # type: ignore[no-untyped-def]  # as `Store.write`
        writes.append(work)
        return await write(work, *rest)

    monkeypatch.setattr(site.store, "write", noted)
    return writes


@pytest.mark.parametrize("name", REFUSED)
async def test_hostile_requests_are_refused(
    hurried: Site, name: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = await hurried.open_ticket()
    before = await hurried.store.read(tickets_storage.latest, hurried.people.anna.id)
    writes = spied(hurried, monkeypatch)
    request = REFUSED[name]
    with caplog.at_level(logging.INFO):
        answer = await sent(hurried.address, made(request, hurried.address, ticket))
    assert 400 <= answer.status < 500, answer
    assert [record.getMessage() for record in caplog.records] == []
    assert b"x-content-type-options: nosniff" in answer.headers
    if "webhook" not in name:
        assert len(answer.text.strip()) > 20  # a sentence
    if b"TICKET" not in request:
        assert writes == []
        assert len(hurried.app[link.TRIES]) == 0
    assert await hurried.store.read(tickets_storage.latest, hurried.people.anna.id) == before
    async with hurried.http.get(hurried.base + "/healthz") as healthy:
        assert healthy.status == 200


async def test_a_body_that_turns_to_nonsense_while_it_is_read(
    hurried: Site, caplog: pytest.LogCaptureFixture
) -> None:
    path = (await hurried.open_ticket()).encode()
    head = made(post(path + b"/message", b"", b"Transfer-Encoding: chunked"), hurried.address, "")
    for nonsense in (b"zz\r\n", b"20000000000000000\r\n", b"2\r\n{}}}}}\r\n"):
        line = await dialled(hurried.address)
        line[1].write(head + b"1\r\n{\r\n")
        async with hurried.http.get(hurried.base + "/healthz"):
            pass  # now the first part was read
        line[1].write(nonsense)
        # To aiohttp some of it is only a body that does not end.
        assert said(await heard(line[0])).status in (400, 408)
        await hung_up(line)
    assert caplog.records == []


async def test_who_hangs_up_in_the_middle_is_no_incident(
    hurried: Site, caplog: pytest.LogCaptureFixture
) -> None:
    path = (await hurried.open_ticket()).encode()
    request = made(post(path + b"/message", b'{"addr', length=b"100"), hurried.address, "")
    for cut in (10, len(request) - 20, len(request)):
        line = await dialled(hurried.address)
        line[1].write(request[:cut])
        await hung_up(line)
        async with hurried.http.get(hurried.base + "/healthz") as healthy:
            assert healthy.status == 200
    assert caplog.records == []


async def test_requests_one_behind_the_other_are_answered_in_order(hurried: Site) -> None:
    pages = b"".join(
        made(get(path), hurried.address, "").replace(b"Connection: close\r\n", b"")
        for path in (b"/", GUESS, b"/healthz")
    )
    answer = await sent(hurried.address, pages + made(get(b"/nowhere"), hurried.address, ""))
    statuses = [part[:3] for part in answer.rest.split(b"HTTP/1.1 ")[1:]]
    assert (answer.status, statuses) == (200, [b"404", b"200", b"404"])


async def test_an_old_client_is_answered(hurried: Site) -> None:
    answer = await sent(hurried.address, made(get(b"/", version=b"1.0"), hurried.address, ""))
    assert (answer.status, "seed phrase" in answer.text) == (200, True)


async def test_a_link_that_is_asked_for_very_often_waits_and_guesses_do_not_count(site: Site) -> None:
    ticket = await site.open_ticket()
    for _ in range(2 * link.RATE.times):
        async with site.http.get(f"{site.base}/link/{links_domain.new_token()}") as guess:
            assert guess.status == 404
    assert len(site.app[link.TRIES]) == 0
    statuses = []
    for _ in range(link.RATE.times + 1):
        async with site.http.get(site.base + ticket) as page:
            statuses.append(page.status)
    assert statuses == [200] * link.RATE.times + [503]
    assert ticket.removeprefix("/link/") not in repr(vars(site.app[link.TRIES]))
