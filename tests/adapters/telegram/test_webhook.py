"""Updates by webhook: through Muster's own web server, and every refusal."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from pydantic import SecretStr

import bot.app
from adapters.telegram.adapter import TelegramAdapter
from bot.config import Settings
from bot.errors import StorageError
from tests.adapters.contract import area, counted
from tests.adapters.telegram.conftest import House
from tests.declared import declare
from tests.emulators.telegram import Person

SECRET = "a-secret-of-the-tests-1234"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
GOOD = {HEADER: SECRET}
UPDATE = b'{"update_id": 1}'


class WebhookHouse(House):
    """Muster with a webhook; the emulator posts to its web server on loopback instead of to the public URL."""

    def settings(self) -> Settings:
        return Settings(
            **super().settings().model_dump(exclude_unset=True)
            | {
                "telegram_webhook": True,
                "telegram_webhook_secret": SecretStr(SECRET),
                "public_url": "https://muster.example",
            }
        )

    async def start(self) -> None:
        self.given = self.settings()
        self.app = await bot.app.App.start(self.given, self.clock)
        self.emu.settle = self.settled


@pytest.fixture
async def house(emu, database, clock, tmp_path, monkeypatch) -> AsyncIterator[WebhookHouse]:  # type: ignore[no-untyped-def]  # fixtures
    bind, build = bot.app._bind, bot.build.telegram
    made: list[TelegramAdapter] = []

    def built(*given: object) -> TelegramAdapter | None:
        adapter = build(*given)
        assert adapter is not None
        assert adapter._webhook_url == "https://muster.example/telegram/webhook"
        made.append(adapter)
        return adapter

    def bound(*given: object) -> socket.socket:
        listener = bind(*given)
        house.given.public_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        made[-1]._updates._url = f"{house.given.public_url}/telegram/webhook"
        return listener

    monkeypatch.setattr(bot.build, "telegram", built)
    monkeypatch.setattr(bot.app, "_bind", bound)
    declare(monkeypatch, area)
    counted.clear()
    house = WebhookHouse(emu, database, clock, tmp_path / "house")
    yield house
    await house.stop()


@pytest.fixture
def alice(house: WebhookHouse) -> Person:
    return house.emu.user("Alice", started=True)


async def test_updates_come_by_webhook(house: WebhookHouse, alice: Person) -> None:
    await house.start()
    (request,) = await house.emu.requested("setWebhook")
    assert request.parameters["secret_token"] == SECRET
    assert set(request.parameters["allowed_updates"]) == {
        "message", "callback_query", "my_chat_member", "chat_member",
    }  # fmt: skip
    group = house.emu.group("Farm", alice)
    assert (await alice.says("/count", group)).text == "Counted 1."
    poll = (await alice.says("/poll", group)).one
    assert (await alice.presses(poll, "Yes", expect=1)).text == "Yes, 2."
    assert [r.method for r in house.emu.requests if r.method in ("getUpdates", "deleteWebhook")] == []


async def test_what_is_delivered_again_is_not_answered_again(house: WebhookHouse, alice: Person) -> None:
    await house.start()
    await alice.says("/count")
    house.emu.redelivers(house.updates[-1])
    await house.settled()
    await house.stop()
    house.emu.server.webhook.url = ""
    house.emu.redelivers(house.updates[-1])
    await house.start()
    await house.settled()
    assert len(alice.chat.from_bot) == 1
    assert len(counted) == 1


async def test_what_cannot_be_kept_comes_again(
    house: WebhookHouse, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.start()
    core = house.adapter._core
    accept, failures = core.accept, iter([StorageError("full"), StorageError("full")])

    async def full(acts: object) -> None:
        for failure in failures:
            raise failure
        await accept(acts)

    monkeypatch.setattr(core, "accept", full)
    assert (await alice.says("/count")).text == "Counted 1."
    last_error = house.emu.server.webhook.last_error
    assert last_error is not None
    assert "503" in last_error[1]


async def test_a_webhook_that_was_changed_is_set_again(
    house: WebhookHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.telegram.polling.LOOK_EVERY_S", 0.01)
    await house.start()
    house.emu.server.webhook.url = ""
    await house.emu.requested("setWebhook", 2)
    assert house.emu.server.webhook.url.endswith("/telegram/webhook")


def reading(body: bytes) -> Callable[[], Awaitable[bytes]]:
    async def read() -> bytes:
        return body

    return read


async def test_the_body_of_a_stranger_is_not_read(house: WebhookHouse) -> None:
    async def read() -> bytes:
        raise AssertionError("read")

    await house.start()
    for headers in ({}, {HEADER: SECRET[:-1]}):
        assert await house.adapter.webhook(headers, read) == 401


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, UPDATE, 401),
        ({HEADER: ""}, UPDATE, 401),
        ({HEADER: SECRET[:-1]}, UPDATE, 401),
        ({HEADER: SECRET + "x"}, UPDATE, 401),
        ({HEADER: "é"}, UPDATE, 401),
        ({HEADER: "\udcff"}, UPDATE, 401),  # as aiohttp reads a byte that is no UTF-8
        (GOOD, b"", 400),
        (GOOD, b"nonsense", 400),
        (GOOD, b"\xff\xfe", 400),
        (GOOD, b'{"update_id": 1, "x": "\xff"}', 200),
        (GOOD, b"[" * 5000 + b"]" * 5000, 200),
        (GOOD, b'{"update_id": 1, "message": ' + b"[" * 5000 + b"]" * 5000 + b"}", 200),
        (GOOD, b'{"update_id": ' + b"9" * 5000 + b"}", 400),
        (GOOD, b'{"update_id": 36893488147419103232}', 200),
        (GOOD, b"[]", 400),
        (GOOD, b"{}", 400),
        (GOOD, b'{"update_id": "1"}', 400),
        (GOOD, b'{"update_id": 1, "message": {"chat": 5}}', 200),  # else Telegram sends it for ever
        (GOOD, b'{"update_id": 1, "message": 5}', 200),
        (GOOD, UPDATE, 200),
        (GOOD, b'{"update_id": 1, "something_new": {}}', 200),
    ],
)
async def test_every_request(house: WebhookHouse, headers: dict[str, str], body: bytes, status: int) -> None:
    await house.start()
    assert await house.adapter.webhook(headers, reading(body)) == status


async def test_requests_before_the_start_and_after_the_stop(house: WebhookHouse) -> None:
    await house.start()
    adapter = house.adapter
    await house.stop()
    assert await adapter.webhook(GOOD, reading(UPDATE)) == 503
    other = TelegramAdapter("1:token", house.clock, webhook_url="https://x.example", webhook_secret=SECRET)
    assert await other.webhook(GOOD, reading(UPDATE)) == 503
    assert await TelegramAdapter("1:token", house.clock).webhook(GOOD, reading(UPDATE)) == 401
    assert await TelegramAdapter("1:token", house.clock).webhook({HEADER: ""}, reading(UPDATE)) == 401


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('"/count"', '"/count \\ud800"'),
        ('"Mallory"', '"Mal\\udfff"'),
        ('"id": 5', '"id": 36893488147419103232'),
        ('"date": 1772366400', '"date": 36893488147419103232'),
        ('"message_id": 7', '"message_id": 36893488147419103232'),
    ],
)
async def test_strange_values_are_no_incident(
    house: WebhookHouse, was: str, becomes: str, caplog: pytest.LogCaptureFixture
) -> None:
    await house.start()
    update = (
        '{"update_id": 1, "message": {"message_id": 7, "date": 1772366400, "text": "/count",'
        ' "chat": {"id": 5, "type": "private", "first_name": "Mallory"},'
        ' "from": {"id": 5, "is_bot": false, "first_name": "Mallory"},'
        ' "entities": [{"type": "bot_command", "offset": 0, "length": 6}]}}'
    )
    assert was in update
    assert await house.adapter.webhook(GOOD, reading(update.replace(was, becomes).encode())) in (200, 400)
    await house.settled()
    assert [record for record in caplog.records if hasattr(record, "incident")] == []
