"""Attachments on Discord: as an option, in a form, and from nowhere but Discord's own hosts."""

from __future__ import annotations

import pytest

from adapters.discord import attachments
from bot.chat import files
from bot.chat.incoming import File
from bot.errors import BadInput, TryAgain
from tests.adapters import pictures
from tests.adapters.discord.conftest import House
from tests.adapters.pictures import heavy, photograph, picture
from tests.declared import declare


@pytest.fixture
async def muster(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    declare(monkeypatch, pictures.area)
    monkeypatch.setattr("adapters.discord.rest.PATIENCE_S", 2.0)
    await house.start()
    return house


async def test_an_attached_picture_comes_back_drawn_anew(muster: House) -> None:
    sent = muster.alice.attaches("me.jpg", picture(2000, 1000))
    reply = await muster.alice.slash(muster.room, "show", image=sent, words="A field")
    assert reply.text == "1280 × 640. A field"
    (shown,) = reply.attachments
    assert (shown.filename, shown.content_type) == ("photo.png", "image/png")
    assert shown.data != sent.data


async def test_a_photograph_is_sent_as_one(muster: House) -> None:
    reply = await muster.alice.slash(muster.room, "show", image=muster.alice.attaches("me.png", photograph()))
    assert [(one.filename, one.content_type) for one in reply.attachments] == [("photo.jpg", "image/jpeg")]


async def test_without_an_attachment_the_command_runs_too(muster: House) -> None:
    assert (await muster.alice.slash(muster.room, "show")).text == "No picture."


async def test_a_form_takes_a_picture(muster: House) -> None:
    opened = await muster.alice.slash(muster.room, "ask")
    reply = await muster.alice.submit(
        opened, {"Send it": muster.alice.attaches("me.jpg", picture()), "Why": "Because"}
    )
    assert reply.text == "60 × 40. Because"


@pytest.mark.parametrize("claimed", [None, 10])
async def test_too_large_is_said_whatever_is_claimed(muster: House, claimed: int | None) -> None:
    sent = muster.alice.attaches("big.jpg", heavy(9))
    sent.claimed_size = claimed
    reply = await muster.alice.slash(muster.room, "show", image=sent)
    assert "Send a picture of at most 8 MB" in reply.text
    assert reply.ephemeral


async def test_what_is_no_picture_is_refused(muster: House) -> None:
    sent = muster.alice.attaches("x.png", b"<svg/>", "image/png")
    assert "Send a PNG, JPEG or WebP" in (await muster.alice.slash(muster.room, "show", image=sent)).text


async def test_a_picture_that_is_gone_is_asked_for_again(muster: House) -> None:
    sent = muster.alice.attaches("me.jpg", picture())
    muster.emulator.world.attachments.clear()
    assert "send it again" in (await muster.alice.slash(muster.room, "show", image=sent)).text


async def test_a_host_that_sends_elsewhere_is_not_followed(muster: House) -> None:
    sent, other = (muster.alice.attaches("me.jpg", picture()) for _ in range(2))
    sent.moved_to = other.url
    assert "send it again" in (await muster.alice.slash(muster.room, "show", image=sent)).text


@pytest.mark.parametrize("kind", ["503", "drop-before", "429-cloudflare"])
async def test_when_discord_does_not_answer_trying_again_is_right(muster: House, kind: str) -> None:
    sent = muster.alice.attaches("me.jpg", picture())
    muster.emulator.fault("CDN", "**", kind, 2)
    with pytest.raises(TryAgain):
        await muster.adapter.fetch(File(sent.url))
    muster.emulator.faults.planned.clear()
    assert await muster.adapter.fetch(File(sent.url)) == sent.data


async def test_no_more_is_read_than_is_allowed(muster: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 100)
    monkeypatch.setattr(files.gathered, "__defaults__", (100,))
    sent = muster.alice.attaches("me.jpg", picture())
    assert len(sent.data) > 100
    with pytest.raises(BadInput, match="too large"):
        await muster.adapter.fetch(File(sent.url))


@pytest.mark.parametrize(
    "url",
    [
        "http://cdn.discordapp.com/a.png",
        "https://cdn.discordapp.com.evil.example/a.png",
        "https://cdn.discordapp.com@evil.example/a.png",
        "https://user@cdn.discordapp.com/a.png",
        "https://cdn.discordapp.com:8443/a.png",
        "https://evil.example/cdn.discordapp.com/a.png",
        "https://discord.com/api/v10/users/@me",
        "https://127.0.0.1/a.png",
        "https://[::1]/a.png",
        "file:///etc/passwd",
        "//cdn.discordapp.com/a.png",
        "https://[",
        "",
    ],
)
async def test_only_discords_own_files_are_fetched(muster: House, url: str) -> None:
    assert not attachments.ours(url)
    with pytest.raises(BadInput, match="is gone"):
        await muster.adapter.fetch(File(url))


def test_both_of_discords_hosts_are_known() -> None:
    assert attachments.ours("https://cdn.discordapp.com/ephemeral-attachments/1/2/a.png?ex=1&hm=2&")
    assert attachments.ours("https://media.discordapp.net/attachments/1/2/a.png")
