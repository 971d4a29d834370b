"""`muster run` and `muster doctor` as real processes, with the platforms they are set up for."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.emulators.telegram.emulator import TelegramEmulator
from tests.operator.process import muster, running, wrongs


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator(ephemeral=True) as emulator:
        yield emulator


def settings(emulator: TelegramEmulator) -> dict[str, str]:
    return {
        "MUSTER_TELEGRAM_TOKEN": emulator.token,
        "MUSTER_TELEGRAM_API": emulator.base_url.removesuffix("/bot"),
        "MUSTER_PUBLIC_URL": "http://localhost:1",
    }


async def test_serves_telegram_and_is_examined_meanwhile(telegram: TelegramEmulator, tmp_path: Path) -> None:
    variables = settings(telegram)

    def operate() -> None:
        with running(tmp_path, **variables) as bot_process:
            examined = muster("doctor", cwd=tmp_path, **variables)
            assert len(wrongs(examined.stdout)) == 1, (
                examined.stdout
            )  # nothing is served at that public address
            assert "ok      telegram token: @" in examined.stdout
            assert telegram.token not in examined.stdout + examined.stderr
            assert bot_process.stop() == 0
            assert telegram.token not in "".join(bot_process.errors)

    await asyncio.to_thread(operate)


async def test_a_token_that_telegram_does_not_know(telegram: TelegramEmulator, tmp_path: Path) -> None:
    variables = settings(telegram) | {"MUSTER_TELEGRAM_TOKEN": "1:planted-unknown-token"}
    examined = await asyncio.to_thread(muster, "doctor", cwd=tmp_path, **variables)
    assert wrongs(examined.stdout)[0].startswith("telegram token: Telegram does not know it. Copy it anew")
    assert "planted" not in examined.stdout + examined.stderr


async def test_privacy_mode_off(tmp_path: Path) -> None:
    async with TelegramEmulator(privacy=False) as emulator:
        examined = await asyncio.to_thread(muster, "doctor", cwd=tmp_path, **settings(emulator))
    assert wrongs(examined.stdout)[0].startswith("telegram privacy mode: it is off")
