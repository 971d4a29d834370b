"""What the doctor says of Telegram, without a running Muster."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.telegram.adapter import TelegramAdapter
from bot.chat.findings import Finding
from bot.errors import TryAgain
from tests.clock import ManualClock
from tests.emulators.telegram import TelegramEmulator


@pytest.fixture
async def adapter(emu: TelegramEmulator, clock: ManualClock) -> AsyncIterator[TelegramAdapter]:
    made = TelegramAdapter(emu.token, clock, api=emu.server.origin)
    yield made
    await made.stop()


async def one(adapter: TelegramAdapter, subject: str, *spaces: object) -> Finding:
    found = [
        each
        for each in await adapter.check([str(space) for space in spaces])
        if each.subject.startswith(subject)
    ]
    assert len(found) == 1, found
    return found[0]


async def test_all_is_well(adapter: TelegramAdapter, emu: TelegramEmulator) -> None:
    group = emu.group("Farm", emu.user("Alice"))
    assert [finding.problem for finding in await adapter.check([str(group.id)])] == [None] * 4


async def test_a_wrong_token(emu: TelegramEmulator, clock: ManualClock) -> None:
    adapter = TelegramAdapter("123:wrong", clock, api=emu.server.origin)
    (finding,) = await adapter.check([])
    await adapter.stop()
    assert finding.problem is not None
    assert "BotFather" in finding.remedy


async def test_telegram_does_not_answer(adapter: TelegramAdapter, emu: TelegramEmulator) -> None:
    emu.fails("getMe", 502)
    with pytest.raises(TryAgain):
        await adapter.check([])


async def test_privacy_mode_off_sees_too_much(adapter: TelegramAdapter, emu: TelegramEmulator) -> None:
    emu.bot.privacy = False
    finding = await one(adapter, "telegram privacy mode")
    assert "every message" in (finding.problem or "")
    assert "/setprivacy" in finding.remedy


async def test_another_programs_webhook(adapter: TelegramAdapter, emu: TelegramEmulator) -> None:
    emu.server.webhook.url = "https://other.example/"
    assert "another program" in ((await one(adapter, "telegram updates")).problem or "")


@pytest.mark.parametrize(
    ("url", "error", "problem"),
    [
        ("https://muster.example/telegram/webhook", None, None),
        ("https://muster.example/telegram/webhook", (0, "old"), None),
        ("https://muster.example/telegram/webhook", (1772366400, "Connection refused"), "Connection refused"),
        ("https://other.example/", None, "not set to this installation"),
        ("", None, "not set"),
    ],
)
async def test_the_webhook(
    emu: TelegramEmulator, clock: ManualClock, url: str, error: tuple[int, str] | None, problem: str | None
) -> None:
    emu.server.webhook.url, emu.server.webhook.last_error = url, error
    adapter = TelegramAdapter(
        emu.token, clock, api=emu.server.origin, webhook_url="https://muster.example/telegram/webhook"
    )
    finding = await one(adapter, "telegram webhook")
    await adapter.stop()
    emu.server.webhook.url = ""
    assert (finding.problem is None) is (problem is None)
    assert problem is None or problem in (finding.problem or "")


async def test_groups(adapter: TelegramAdapter, emu: TelegramEmulator) -> None:
    alice = emu.user("Alice")
    plain, harmless, mighty = (emu.group(title, alice) for title in ("Plain", "Harmless", "Mighty"))
    harmless.promotes_bot("can_manage_chat")
    mighty.promotes_bot()
    gone, muted = emu.group("Gone", alice, bot="left"), emu.group("Muted", alice)
    muted.bot.status, muted.bot.may_write = "restricted", False
    assert (await one(adapter, "telegram group Plain", plain.id)).problem is None
    assert (await one(adapter, "telegram group Harmless", harmless.id)).problem is None
    too_much = (await one(adapter, "telegram group Mighty", mighty.id)).problem or ""
    assert "restrict members" in too_much
    assert "manage chat" not in too_much
    assert "not there" in ((await one(adapter, f"telegram group {gone.id}", gone.id)).problem or "")
    assert "may not write" in ((await one(adapter, "telegram group Muted", muted.id)).problem or "")
    assert "not there" in ((await one(adapter, "telegram group -5", -5)).problem or "")


async def test_channels(adapter: TelegramAdapter, emu: TelegramEmulator) -> None:
    alice = emu.user("Alice")
    good, weak = emu.channel("Good", alice), emu.channel("Weak", alice)
    good.promotes_bot("can_post_messages", "can_manage_chat")
    weak.promotes_bot("can_manage_chat")
    assert (await one(adapter, "telegram channel Good", good.id)).problem is None
    assert "post messages" in ((await one(adapter, "telegram channel Weak", weak.id)).problem or "")
