"""What people try against the wallet page over HTTP, and that none of it works."""

import asyncio
import json
import logging

import pytest

from bot.areas.wallets.domain import links as links_domain
from bot.areas.wallets.services.completion import LinkOutcome
from bot.areas.wallets.storage import wallets as wallets_storage
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.web.people import ANNAS, BOBS, bring, confirm
from tests.web.site import Site, running

SIGNATURE = "0x" + "11" * 65


async def linked(site: Site) -> list[str]:
    mine = await site.store.read(wallets_storage.of_member, site.people.anna.member_id)
    return [wallet.address for wallet in mine]


async def test_the_whole_way_over_http(site: Site) -> None:
    path = await site.open_ticket()
    issued = await site.text_for(path, ANNAS)
    status, answer = await site.sign(path, ANNAS, issued["text"], issued["nonce"])
    assert (status, answer["link"]) == (200, None)
    assert await linked(site) == []  # a signature alone links nothing
    done = await site.store.write(bring, site.people.anna, answer["code"])
    assert (done.outcome, done.address) == (LinkOutcome.RETURNED, ANNAS.address)
    assert await linked(site) == []  # nor does the code
    assert await site.store.write(confirm, site.people.anna, answer["code"])
    assert await linked(site) == [ANNAS.address]


@pytest.mark.parametrize(
    "written",
    [
        ANNAS.address.lower(),
        "0X" + ANNAS.address[2:].upper(),
        "0x" + ANNAS.address[2:].swapcase(),  # as different from EIP-55 as a checksum of EIP-1191 can be
    ],
)
async def test_a_wallet_may_write_its_address_in_any_case(site: Site, written: str) -> None:
    path = await site.open_ticket()
    status, issued = await site.post(f"{path}/message", {"address": written})
    assert (status, issued["address"]) == (200, ANNAS.address)
    status, _ = await site.sign(path, ANNAS, issued["text"], issued["nonce"])
    assert status == 200


async def test_a_deep_link_carries_the_code_where_the_platform_has_such(site: Site) -> None:
    site.deep_links = True
    path = await site.open_ticket()
    issued = await site.text_for(path, ANNAS)
    _, answer = await site.sign(path, ANNAS, issued["text"], issued["nonce"])
    assert answer["link"] == f"https://t.me/muster_bot?start=code-{answer['code']}"


async def test_the_code_is_shown_to_nobody_who_opens_the_link_later(site: Site) -> None:
    """The attacker who forwarded a link has it too, and watches it."""
    path = await site.open_ticket()
    issued = await site.text_for(path, ANNAS)
    _, answer = await site.sign(path, ANNAS, issued["text"], issued["nonce"])
    async with site.http.get(site.base + path) as page:
        assert answer["code"] not in await page.text()
    for step, body in (
        ("message", {"address": ANNAS.address}),
        ("signature", {"signature": SIGNATURE, "nonce": "x"}),
    ):
        status, refused = await site.post(f"{path}/{step}", body)
        assert (status, answer["code"] in json.dumps(refused)) == (400, False)


# -- tickets --------------------------------------------------------------------------------------------


async def test_guessed_and_expired_links_look_the_same(site: Site, clock: ManualClock) -> None:
    expired = await site.open_ticket()
    clock.advance(links_domain.LIFETIME)
    seen = set()
    for path in (expired, f"/link/{links_domain.new_token()}", "/link/x", "/link/%00", "/link/%ED%B3%BF"):
        async with site.http.get(site.base + path) as page:
            seen.add((page.status, await page.text()))
        status, answer = await site.post(f"{path}/message", {"address": ANNAS.address})
        seen.add((status, answer["error"]))
    assert len(seen) == 2
    assert {status for status, _ in seen} == {404}


async def test_a_used_link_takes_nothing_more(site: Site) -> None:
    path = await site.open_ticket()
    issued = await site.text_for(path, ANNAS)
    _, answer = await site.sign(path, ANNAS, issued["text"], issued["nonce"])
    await site.store.write(bring, site.people.anna, answer["code"])
    status, _ = await site.post(f"{path}/message", {"address": BOBS.address})
    assert status == 404
    assert (await site.sign(path, ANNAS, issued["text"], issued["nonce"]))[0] == 404


# -- signatures -----------------------------------------------------------------------------------------


async def test_a_replayed_signature_is_refused(site: Site) -> None:
    path = await site.open_ticket()
    issued = await site.text_for(path, ANNAS)
    await site.sign(path, ANNAS, issued["text"], issued["nonce"])
    other = await site.open_ticket()
    again = await site.text_for(other, ANNAS)
    for nonce in (issued["nonce"], again["nonce"]):
        status, _ = await site.sign(other, ANNAS, issued["text"], nonce)
        assert status == 400
    assert again["nonce"] != issued["nonce"]


async def test_a_failed_attempt_spends_the_text(site: Site) -> None:
    path = await site.open_ticket()
    issued = await site.text_for(path, ANNAS)
    assert (await site.sign(path, BOBS, issued["text"], issued["nonce"]))[0] == 400
    status, answer = await site.sign(path, ANNAS, issued["text"], issued["nonce"])
    assert (status, "can no longer be signed" in answer["error"]) == (400, True)
    again = await site.text_for(path, ANNAS)
    assert (await site.sign(path, ANNAS, again["text"], again["nonce"]))[0] == 200


@pytest.mark.parametrize(
    ("real", "forged"),
    [
        ("[Anna]", "[Mallory]"),
        ("(id 101)", "(id 666)"),
        ("[Harbour Pilots]", "[Harbour Pirates]"),
        ("127.0.0.1:", "127.0.0.2:"),
        ("/link\n", "/steal\n"),
        ("Chain ID: 31337", "Chain ID: 1"),
        ("Version: 1", "Version: 2"),
        ("Expiration Time: 2026", "Expiration Time: 2036"),
        ("Issued At: 2026", "Issued At: 2016"),
        (ANNAS.address, BOBS.address),
        ("moves no money.", "moves no money. "),
        ("\n", "\r\n"),
    ],
)
async def test_a_signature_over_a_changed_text_is_refused(site: Site, real: str, forged: str) -> None:
    path = await site.open_ticket()
    issued = await site.text_for(path, ANNAS)
    changed = issued["text"].replace(real, forged)
    assert changed != issued["text"]
    status, _ = await site.sign(path, ANNAS, changed, issued["nonce"])
    assert status == 400


async def test_the_signature_of_another_address_is_refused(site: Site) -> None:
    path = await site.open_ticket()
    issued = await site.text_for(path, BOBS)
    status, answer = await site.sign(path, ANNAS, issued["text"], issued["nonce"])
    assert (status, "code" in answer) == (400, False)


@pytest.mark.parametrize(
    "address",
    ["", "0x", "0x" + "0" * 39, "0x" + "g" * 40, ANNAS.address[:-1] + "é", ANNAS.address[2:]],
)
async def test_what_is_no_address_gets_no_text(site: Site, address: str) -> None:
    status, _ = await site.post(f"{await site.open_ticket()}/message", {"address": address})
    assert status == 400


async def test_two_browsers_race_for_one_link(site: Site) -> None:
    path = await site.open_ticket()
    first = await site.text_for(path, ANNAS)
    second = await site.text_for(path, BOBS)
    status, answer = await site.sign(path, ANNAS, first["text"], first["nonce"])
    assert (status, "another window" in answer["error"]) == (400, True)
    status, winner = await site.sign(path, BOBS, second["text"], second["nonce"])
    assert status == 200
    status, answer = await site.post(f"{path}/message", {"address": ANNAS.address})
    assert (status, "already signed" in answer["error"]) == (400, True)
    assert (await site.store.write(bring, site.people.anna, winner["code"])).address == BOBS.address


async def test_one_signature_sent_many_times_at_once_counts_once(site: Site) -> None:
    path = await site.open_ticket()
    issued = await site.text_for(path, ANNAS)
    answers = await asyncio.gather(
        *(site.sign(path, ANNAS, issued["text"], issued["nonce"]) for _ in range(20))
    )
    assert sorted(status for status, _ in answers) == [200] + [400] * 19


async def test_a_silent_node_is_try_again_and_the_link_stays_good(site: Site) -> None:
    path = await site.open_ticket()
    issued = await site.text_for(path, ANNAS)
    site.node_down = True
    status, answer = await site.sign(path, ANNAS, issued["text"], issued["nonce"])
    assert (status, "Try again" in answer["error"]) == (503, True)
    site.node_down = False
    again = await site.text_for(path, ANNAS)
    assert (await site.sign(path, ANNAS, again["text"], again["nonce"]))[0] == 200


# -- what is sent ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", '{"address": 1}', '{"address": "a", "more": 1}', '{"Address": "a"}', '"\\ud800"'],
)
async def test_bodies_of_another_shape_are_refused(site: Site, body: str) -> None:
    path = await site.open_ticket()
    headers = {"Origin": site.base, "Content-Type": "application/json"}
    async with site.http.post(f"{site.base}{path}/message", data=body.encode(), headers=headers) as answer:
        assert answer.status == 400
        assert set(await answer.json()) == {"error"}


async def test_big_bodies_are_refused_without_reading_them(site: Site) -> None:
    path = await site.open_ticket()
    status, _ = await site.post(f"{path}/signature", {"signature": "0x" + "1" * 300_000, "nonce": "n"})
    assert status == 413


HOSTILE = '"</bdi><script>alert(1)</script>\r\nA: b\u202egnp\u2066\u200b'


async def test_hostile_names_are_shown_as_text(page_store: Store, clock: ManualClock) -> None:
    async with running(
        page_store, clock, anna=HOSTILE, union_name="{{ 7*7 }}<img src=x onerror=alert(1)>"
    ) as site:
        path = await site.open_ticket()
        async with site.http.get(site.base + path) as answer:
            html = await answer.text()
            assert "A" not in answer.headers
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
        assert "49" not in html.partition("In the union")[2].partition("</dd>")[0]
        for hidden in "\u202e\u2066\u200b":
            assert hidden not in html
        assert "A: b\\u{202E}gnp\\u{2066}\\u{200B}" in html
        issued = await site.text_for(path, ANNAS)
        assert issued["text"].isascii()
        assert issued["text"].count("\n") == 10
        assert (await site.sign(path, ANNAS, issued["text"], issued["nonce"]))[0] == 200


async def test_a_name_cannot_forge_lines_of_the_signed_text(page_store: Store, clock: ManualClock) -> None:
    forged = "x]\n\nURI: https://evil.example\nChain ID: 1\nNonce: 12345678"
    async with running(page_store, clock, anna=forged) as site:
        text = (await site.text_for(await site.open_ticket(), ANNAS))["text"]
    assert [line for line in text.split("\n") if line.startswith("URI:")] == [f"URI: {site.base}/link"]
    assert "evil.example" in text.split("\n")[3]
    assert "URI: https" not in text.split("\n")[3]


async def test_tokens_and_codes_stay_out_of_the_logs(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    path = await site.open_ticket()
    await site.http.get(site.base + path)
    issued = await site.text_for(path, ANNAS)
    _, answer = await site.sign(path, ANNAS, issued["text"], issued["nonce"])
    logged = "".join(f"{record.getMessage()}{record.__dict__}" for record in caplog.records)
    assert path.removeprefix("/link/") not in logged
    assert answer["code"] not in logged


async def test_a_failure_of_ours_is_a_number_and_no_details(
    site: Site, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await site.open_ticket()

    def broken(*_: object) -> None:
        raise ValueError("secret detail")

    monkeypatch.setattr("bot.areas.wallets.services.links.page", broken)
    async with site.http.get(site.base + path) as answer:
        html = await answer.text()
    assert answer.status == 500
    assert "secret detail" not in html
    incident = next(record.incident for record in caplog.records if hasattr(record, "incident"))
    assert incident in html
    assert path not in caplog.text
