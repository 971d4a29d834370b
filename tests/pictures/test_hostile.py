"""Hostile pictures: refused before they are decoded, or with the process that decodes them."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable

import pytest
from PIL import Image

from bot.pictures import process, scan
from bot.pictures.model import Branch
from bot.pictures.photo import MOST_PX, redraw
from bot.pictures.refusals import PictureRefused, Refusal
from bot.pictures.report import BranchBar, Results, report_picture
from bot.pictures.support import support_picture
from tests.pictures import hostile
from tests.pictures.hostile import encoded

MANY = {
    "scans": lambda: hostile.of_many_scans(64, scan.MOST_SCANS),
    "segments": lambda: hostile.of_many_pauses(scan.MOST_SEGMENTS),
    "junk": lambda: b"\xff\xd8" + b"\xff" * scan.MOST_JUNK + encoded(Image.new("RGB", (8, 8)), "JPEG"),
    "apng": lambda: hostile.apng(scan.MOST_FRAMES + 1),
    "webp": lambda: hostile.webp(scan.MOST_FRAMES + 1),
    "chunks": lambda: hostile.png(4, 4, hostile.chunk(b"tEXt", b"") * scan.MOST_CHUNKS),
}
SMALL = encoded(Image.new("RGB", (40, 30), "red"), "PNG")


@pytest.mark.parametrize("make", MANY.values(), ids=MANY.keys())
def test_a_picture_of_too_many_parts_is_refused_before_it_is_decoded(
    make: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("it was opened"))
    with pytest.raises(PictureRefused, match="Send a smaller or simpler picture") as refused:
        redraw(make())
    assert refused.value.why is Refusal.COMPLEX


def test_the_parts_are_counted_in_time_that_grows_with_the_size_only() -> None:
    """Each of these would take minutes if a part of it were read again and again."""
    size = 4 * 1024**2
    began = time.perf_counter()
    for data in (
        b"\xff\xd8" + b"\xff" * size,
        b"\xff\xd8" + b"\xff\xda\x00\x02" + b"\xff\x00" * (size // 2),
        b"\xff\xd8" + b"\xff\xda\x00\x02" + b"\xff" * size,
        b"\xff\xd8" + b"\xff\xda\x00\x02" + b"\xff\xd0" * (size // 2),
        b"\x89PNG\r\n\x1a\n" + bytes(size),
        b"RIFF\0\0\0\0WEBP" + bytes(size),
    ):
        try:
            scan.scans(data)
        except PictureRefused:
            continue
    assert time.perf_counter() - began < 5


def test_pictures_as_programs_write_them_pass() -> None:
    grey = Image.new("RGB", (300, 200), "grey")
    frames = [Image.new("RGB", (20, 20), (shade, 0, 0)) for shade in range(0, 250, 5)]
    for data in (
        encoded(grey, "JPEG"),
        encoded(grey, "JPEG", progressive=True),
        encoded(grey, "JPEG", icc_profile=bytes(3_000_000)),
        encoded(frames[0], "MPO", save_all=True, append_images=frames[1:4]),
        encoded(frames[0], "PNG", save_all=True, append_images=frames[1:]),
        encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:]),
        encoded(Image.new("I;16", (30, 20)), "PNG"),
        encoded(grey, "PNG") + bytes(1_000_000),
    ):
        assert redraw(data).width


def test_a_picture_that_the_decoder_holds_as_a_whole_may_have_fewer_pixels() -> None:
    large = Image.new("L", (5_000, 3_300))
    assert redraw(encoded(large, "JPEG")).width == MOST_PX
    with pytest.raises(PictureRefused, match="too many pixels"):
        redraw(encoded(large, "JPEG", progressive=True))


# -- the process ---------------------------------------------------------------------------------------------


async def test_a_picture_is_drawn_in_another_process() -> None:
    drawn = await process.redraw(SMALL)
    assert drawn == redraw(SMALL)
    with pytest.raises(PictureRefused, match="Send a PNG, JPEG or WebP"):
        await process.redraw(b"<svg/>")
    with pytest.raises(PictureRefused, match="Send a smaller or simpler"):
        await process.redraw(hostile.of_many_scans(64, 100))


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


LIMITED = """
import bot.pictures.photo as photo, bot.pictures.scan as scan, bot.pictures.worker as worker
scan.MOST_SCANS = photo.MOST_PIXELS_WHOLE = photo.MOST_PIXELS = 10**9
worker.CPU_S, worker.MOST_MEMORY = {cpu_s}, {mebibytes} * 1024**2
worker.main()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not keep these limits")
async def test_a_picture_that_passes_the_count_meets_the_limits_of_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process, "COMMAND", python(LIMITED.format(cpu_s=1, mebibytes=448)))
    with pytest.raises(PictureRefused) as refused:
        await process.redraw(hostile.of_many_scans(3_000, 30_000))
    assert refused.value.why is Refusal.COMPLEX
    monkeypatch.setattr(process, "COMMAND", python(LIMITED.format(cpu_s=4, mebibytes=160)))
    with pytest.raises(PictureRefused) as refused:
        await process.redraw(hostile.png_bomb(7_000))
    assert refused.value.why is Refusal.PIXELS


SAYS = """
import sys
sys.stdout.buffer.write(b'{{"mime": "image/png", "width": {width}, "height": 1}}' + bytes([10, 0x89]) + b"PNG")
"""


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import os; os.abort()", Refusal.COMPLEX),
        ("raise SystemExit(3)", Refusal.UNREADABLE),
        ("", Refusal.UNREADABLE),
        ("print('no JSON')", Refusal.UNREADABLE),
        ("print('[]')", Refusal.UNREADABLE),
        ('print(\'{"refused": "Send me your seed phrase"}\')', Refusal.UNREADABLE),
        ('print(\'{"mime": "text/html", "width": 1, "height": 1}\')', Refusal.UNREADABLE),
        (SAYS.format(width="9999"), Refusal.UNREADABLE),
        (SAYS.format(width="Infinity"), Refusal.UNREADABLE),
        ("print('[' * 100_000)", Refusal.UNREADABLE),
        ("while True: print('x' * 100_000)", Refusal.UNREADABLE),
    ],
    ids=["abort", "exit", "silence", "words", "list", "lie", "page", "size", "infinity", "deep", "endless"],
)
async def test_a_worker_that_was_taken_over_or_crashed_is_a_refusal(
    code: str, why: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "COMMAND", python(code))
    with pytest.raises(PictureRefused) as refused:
        await process.redraw(SMALL * 100_000)
    assert refused.value.why is why


async def test_a_worker_that_does_nothing_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[asyncio.subprocess.Process] = []
    start = asyncio.create_subprocess_exec

    async def watched(*args: str, **more: int) -> asyncio.subprocess.Process:
        started.append(await start(*args, **more))
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", watched)
    monkeypatch.setattr(process, "COMMAND", python("import time; time.sleep(1000)"))
    monkeypatch.setattr(process, "WALL_S", 0.1)
    with pytest.raises(PictureRefused, match="takes too long"):
        await process.redraw(SMALL * 100_000)
    assert started[0].returncode is not None


async def test_what_a_killed_worker_started_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import os, time\nif os.fork() == 0: time.sleep(100)\ntime.sleep(100)"
    monkeypatch.setattr(process, "COMMAND", python(code))
    monkeypatch.setattr(process, "WALL_S", 0.5)
    with pytest.raises(PictureRefused, match="takes too long"):
        await asyncio.wait_for(process.redraw(SMALL * 100_000), 5)


async def test_a_worker_gets_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_TELEGRAM_TOKEN", "secret")
    code = "import os; assert not [n for n in os.environ if 'MUSTER' in n]; import bot.pictures.worker as w; w.main()"
    monkeypatch.setattr(process, "COMMAND", python(code))
    assert (await process.redraw(SMALL)).width == 40
    assert "MUSTER_TELEGRAM_TOKEN" in os.environ


async def test_where_no_process_starts_the_person_is_asked_to_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process, "COMMAND", ("/nowhere/python",))
    with pytest.raises(Exception, match="Try again in a minute"):
        await process.redraw(SMALL)


# -- our own pictures ----------------------------------------------------------------------------------------

NAMES = {
    "long": "W" * 100_000,
    "marks": "a" + "\u0301" * 50_000,
    "wide": "W\u0301" * 20_000,
    "every letter": "".join(map(chr, range(32, 0xD000))),
    "joined": "\U0001f469\u200d\U0001f467" * 10_000,
    "empty": "\u200b" * 10_000,
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
@pytest.mark.parametrize("people", [1, 10**30])
def test_no_name_and_no_number_makes_our_own_pictures_slow(name: str, people: int) -> None:
    children = tuple(Branch(name, people + number) for number in range(12))
    began = time.process_time()
    assert support_picture(Branch(name, 20 * people, children), [(738_000, people), (738_365, 1)])
    bars = [BranchBar(name, people, people) for _ in range(8)]
    assert report_picture(Results(name, 738_000, 738_030, {738_030: people}, float(people), bars))
    assert time.process_time() - began < 5
