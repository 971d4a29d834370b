"""Attaching pictures in a real browser against the real program."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.adapters.pictures import picture
from tests.adapters.playground.browser import Stage, stage

PHOTO = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": picture()}


@pytest.fixture
async def on(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as running:
        yield running


async def test_a_picture_is_attached_to_a_line_in_a_group(on: Stage) -> None:
    page = await on.open()
    room = page.locator("#room-telegram")
    await room.locator("input[type=file]").set_input_files([PHOTO])  # type: ignore[list-item]  # as playwright says
    await expect(room.locator(".replying")).to_contain_text("me.jpg")
    await room.locator("textarea").fill("Look")
    await room.locator(".send").click()
    await expect(room.locator(".message").last).to_contain_text("📎 me.jpg")
    await expect(room.locator(".replying")).to_be_hidden()


async def test_a_picture_is_an_option_of_a_command_in_a_server(on: Stage) -> None:
    page = await on.open()
    room = page.locator("#room-discord")
    await room.locator("textarea").fill("/call enter ")
    await expect(room.locator(".pills")).to_contain_text("answer")
    await room.get_by_role("button", name="+ photo").click()
    await room.locator("input[type=file]").set_input_files([PHOTO])  # type: ignore[list-item]  # as playwright says
    await expect(room.locator(".pill .attach")).to_have_text("me.jpg")
    await room.locator(".pill input[type=text]").fill("A tree")
    await room.locator(".send").click()
    await expect(room.locator(".message").last).to_contain_text("/union create")
