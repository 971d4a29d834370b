"""Pictures in the playground: uploaded by its own page, kept in memory, fetched by the name they got."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest

from bot.chat.files import MOST_BYTES
from bot.chat.incoming import CommandCall, File, Say, Submit
from bot.errors import BadInput
from tests.adapters.pictures import picture
from tests.adapters.playground.harness import Playground

UPLOAD = "/playground/file"


async def upload(play: Playground, data: bytes, name: str = "me.jpg") -> dict[str, Any]:
    sent = {"name": name, "mime": "image/jpeg", "data": base64.b64encode(data).decode()}
    async with play.http.post(play.origin + UPLOAD, json=sent, headers={"Origin": play.origin}) as answer:
        assert answer.status == 200, await answer.text()
        return dict(await answer.json())


async def test_what_a_page_sends_is_fetched_by_the_core(play: Playground) -> None:
    kept = await upload(play, picture(), "../../a\nb.jpg")
    assert kept["type"] == "file"
    assert kept["name"] == "../../a b.jpg"  # a label, and no path anywhere
    assert await play.adapter.fetch(File(kept["ref"])) == picture()


async def test_the_last_few_are_kept(play: Playground) -> None:
    first = await upload(play, b"first")
    for number in range(8):
        await upload(play, bytes([number]))
    with pytest.raises(BadInput, match="send it again"):
        await play.adapter.fetch(File(first["ref"]))


@pytest.mark.parametrize("origin", [None, "https://evil.example", "http://127.0.0.1:1"])
async def test_other_origins_send_nothing(play: Playground, origin: str | None) -> None:
    headers = {"Origin": origin} if origin else {}
    async with play.http.post(play.origin + UPLOAD, json={}, headers=headers) as answer:
        assert answer.status == 403


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b'{"name":"a","mime":"b","data":"%%%"}', "application/json", 400),
        (b'{"name":"a","mime":"b","data":"","more":1}', "application/json", 400),
        (b"GIF89a", "image/gif", 415),
        (b" " * (2 * MOST_BYTES + 1), "application/json", 413),
    ],
)
async def test_anything_else_is_refused(play: Playground, body: bytes, kind: str, status: int) -> None:
    headers = {"Origin": play.origin, "Content-Type": kind}
    async with play.http.post(play.origin + UPLOAD, data=io.BytesIO(body), headers=headers) as answer:
        assert answer.status == status


async def test_a_file_that_is_too_large_is_refused(play: Playground) -> None:
    sent = {"name": "a", "mime": "b", "data": base64.b64encode(bytes(MOST_BYTES + 1)).decode()}
    headers = {"Origin": play.origin, "Content-Type": "application/json"}
    body = io.BytesIO(json.dumps(sent).encode())
    async with play.http.post(play.origin + UPLOAD, data=body, headers=headers) as answer:
        assert answer.status == 413
        assert "at most 8 MB" in await answer.text()


async def test_a_line_carries_its_file_and_a_reply_that_of_the_message(play: Playground) -> None:
    ada = await play.browser()
    kept = await upload(play, picture())
    file = File(kept["ref"], "me.jpg", "image/jpeg", len(picture()))
    frames = await ada.act("ada", "room-telegram", {"t": "line", "text": "/ping", "file": kept})
    (act,) = play.core.acts
    assert act.act == CommandCall("ping", words="", file=file)
    said = next(frame["message"] for frame in frames if frame["t"] == "post")
    assert [block["spans"][0]["text"] for block in said["body"]["blocks"]] == ["/ping", "📎 me.jpg"]

    await ada.act("ada", "room-telegram", {"t": "line", "text": "/ping", "reply_to": said["id"]})
    assert isinstance(play.core.acts[1].act, CommandCall)
    assert play.core.acts[1].act.file == file


async def test_a_picture_alone_answers_a_question_in_the_private_chat(play: Playground) -> None:
    ada = await play.browser()
    kept = await upload(play, picture())
    await ada.act("ada", "private:telegram:ada", {"t": "line", "text": "", "file": kept})
    (act,) = play.core.acts
    assert isinstance(act.act, Say)
    assert act.act.file is not None
    assert (act.act.text, act.act.file.ref) == ("", kept["ref"])


async def test_options_and_forms_carry_files(play: Playground) -> None:
    ada = await play.browser()
    kept = await upload(play, picture())
    await ada.act("ada", "room-discord", {"t": "command", "name": "ping", "values": {"image": kept}})
    await ada.act("ada", "room-discord", {"t": "submit", "token": "t", "values": {"image": kept, "why": "x"}})
    command, form = (one.act for one in play.core.acts)
    file = File(kept["ref"], "me.jpg", "image/jpeg", len(picture()))
    assert command == CommandCall("ping", {"image": file})
    assert form == Submit("t", {"image": file, "why": "x"})
