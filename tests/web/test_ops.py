"""Health, metrics, the front page, and Telegram's webhook."""

import asyncio
import io

import pytest

from bot.storage.store import Store
from bot.web.server import Health
from tests.clock import ManualClock
from tests.web.raw import dialled, hung_up
from tests.web.site import Site, running


async def test_health_says_what_answers(site: Site) -> None:
    async with site.http.get(site.base + "/healthz") as answer:
        assert answer.status == 200
        assert await answer.json() == {
            "ok": True,
            "database": True,
            "contact_age_s": {"discord": 1.2, "telegram": None},
        }
    site.health = Health(False, False, {})
    async with site.http.get(site.base + "/healthz") as answer:
        assert answer.status == 503
        assert (await answer.json())["database"] is False


@pytest.mark.parametrize("host", ["localhost:9", "10.0.0.7", "[::1]:80"])
async def test_monitors_may_ask_by_number(site: Site, host: str) -> None:
    async with site.http.get(site.base + "/healthz", headers={"Host": host}) as answer:
        assert answer.status == 200


async def test_a_rebound_name_sees_no_health(site: Site) -> None:
    async with site.http.get(site.base + "/healthz", headers={"Host": "evil.example"}) as answer:
        assert answer.status == 421


async def test_metrics_are_for_this_machine(site: Site) -> None:
    async with site.http.get(site.base + "/metrics") as answer:
        assert answer.status == 200
        assert "muster_tests_total 1.0" in await answer.text()


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
async def test_metrics_are_not_for_a_proxys_visitors(site: Site, header: str) -> None:
    async with site.http.get(site.base + "/metrics", headers={header: "127.0.0.1"}) as answer:
        assert answer.status == 404


@pytest.mark.parametrize("host", ["localhost:9", "127.0.0.1", "[::1]:80"])
async def test_metrics_are_asked_for_by_this_machines_own_name(site: Site, host: str) -> None:
    async with site.http.get(site.base + "/metrics", headers={"Host": host}) as answer:
        assert answer.status == 200


async def test_a_proxy_that_does_not_say_so_shows_no_metrics(store: Store, clock: ManualClock) -> None:
    """Only the Host header is passed on: the visitor's connection looks like one of this machine."""
    async with running(store, clock, public_url="https://muster.example") as site:
        headers = {"Host": "muster.example"}
        async with site.http.get(f"{site.address}/metrics", headers=headers) as answer:
            assert answer.status == 404
        async with site.http.get(f"{site.address}/healthz", headers=headers) as answer:
            assert answer.status == 200


async def test_the_webhook_gets_headers_and_body(site: Site) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": "s3cret", "Content-Type": "application/json"}
    url = site.base + "/telegram/webhook"
    async with site.http.post(url, data=b'{"update_id": 1}', headers=headers) as answer:
        assert answer.status == 200
    assert site.posted[0][1] == b'{"update_id": 1}'
    async with site.http.post(url, data=b"{}", headers={"Content-Type": "application/json"}) as answer:
        assert answer.status == 403


async def test_the_webhook_takes_no_flood(site: Site) -> None:
    secret = {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}
    body = io.BytesIO(b"x" * 1_100_000)
    async with site.http.post(site.base + "/telegram/webhook", data=body, headers=secret) as answer:
        assert answer.status == 413
    assert site.posted == []


async def test_the_front_page_says_what_this_is(site: Site) -> None:
    async with site.http.get(site.base + "/") as answer:
        assert answer.status == 200
        assert "seed phrase" in await answer.text()


@pytest.mark.parametrize(
    "path", ["/static/server.py", "/static/../server.py", "/static/%2e%2e%2fserver.py", "/.env"]
)
async def test_only_the_named_files_are_served(site: Site, path: str) -> None:
    async with site.http.get(site.base + path) as answer:
        assert answer.status == 404


async def test_a_stranger_to_the_webhook_is_answered_without_waiting_for_the_body(site: Site) -> None:
    """A thousand slow bodies of a megabyte would be a gigabyte of memory."""
    line = await dialled(site.address)
    head = f"POST /telegram/webhook HTTP/1.1\r\nHost: {site.address[7:]}\r\nContent-Length: 1000000\r\n\r\n"
    line[1].write(head.encode() + b"x" * 1000)
    assert b" 403 " in await asyncio.wait_for(line[0].readline(), 5)
    await hung_up(line)
