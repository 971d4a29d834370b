"""The picture of a call's report: hostile names, extreme numbers, and the words for it."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from bot.pictures import colours
from bot.pictures.report import MOST_BRANCHES, WIDTH, BranchBar, Results, alt_text, report_picture
from tests.pictures.drawings import HOSTILE, TODAY, watch

FIRST = TODAY - 30


def drawn(results: Results) -> Image.Image:
    with Image.open(BytesIO(report_picture(results))) as picture:
        picture.load()
        assert picture.format == "PNG"
        assert picture.width == WIDTH
        return picture.convert("RGB")


def share_of(picture: Image.Image, colour: colours.Colour, box: tuple[int, int, int, int]) -> float:
    """The part of a box that is about that colour; the palette rounds."""
    pixels = list(picture.crop(box).get_flattened_data())
    near = [all(abs(a - b) < 12 for a, b in zip(pixel, colour, strict=True)) for pixel in pixels]
    return sum(near) / len(near)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_neither_crash_nor_leave_the_card(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written = watch(monkeypatch)
    rows = [BranchBar(name, 10**number, 10 ** (number + 1)) for number in range(12)]
    results = Results(name, FIRST, TODAY, {FIRST: 10**9, TODAY: 10**12}, 1e11, rows)
    picture = drawn(results)
    assert len(written) > 2 * MOST_BRANCHES
    for _, _, (left, top, right, bottom) in written:
        assert left >= 0
        assert top >= 0
        assert right <= picture.width
        assert bottom <= picture.height
    assert len(alt_text(results)) <= 1_000
    assert alt_text(results).encode("utf-8", "replace")


@pytest.mark.parametrize(
    "days", [{}, {TODAY: 0}, {FIRST: 0, TODAY: 1}, dict.fromkeys(range(FIRST, TODAY + 1), 7), {TODAY: 10**15}]
)
def test_any_numbers_can_be_drawn(days: dict[int, int]) -> None:
    for average in (None, 0.0, 3.5, 1e15):
        for people in (0, 1, 5):
            drawn(Results("Farm", FIRST, TODAY, days, average, [BranchBar("Bo", 0, people)]))


def test_without_branches_it_is_lower() -> None:
    alone = drawn(Results("Farm", FIRST, TODAY, {TODAY: 3}, None, []))
    one = drawn(Results("Farm", FIRST, TODAY, {TODAY: 3}, None, [BranchBar("Bo", 1, 2)]))
    many = drawn(Results("Farm", FIRST, TODAY, {TODAY: 3}, None, [BranchBar("Bo", 1, 2)] * 20))
    assert alone.height < one.height < many.height
    assert many.height <= 1280  # Telegram shows photographs of up to 1280 px as they are


def test_a_bar_is_as_long_as_its_share() -> None:
    rows = [BranchBar("Bo", 0, 10), BranchBar("Cy", 5, 10), BranchBar("Di", 10, 10), BranchBar("Ed", 30, 10)]
    picture = drawn(Results("Farm", FIRST, TODAY, {}, None, rows))
    shares = [
        share_of(picture, colours.ACCENT, (400, y - 10, 760, y + 10))
        for y in (588 + 64 * row + 32 for row in range(4))
    ]
    assert shares[0] == 0
    assert 0.4 < shares[1] < 0.6
    assert shares[2] == shares[3] > 0.8


def test_the_words_say_what_the_picture_says() -> None:
    results = Results("Farm", FIRST, TODAY, {TODAY - 1: 3, TODAY: 1234}, 3.0, [BranchBar("Bo\nB", 1, 2)])
    assert alt_text(results) == (
        "Answers to the call of 8 March 2026: 1,234. Average of 1 call in the days before: 3.0. "
        "Branches: Bo B 1 of 2."
    )
    assert alt_text(Results("Farm", FIRST, TODAY, {}, None, [])) == "Answers to the call of 8 March 2026: 0."


def test_its_words_are_said_as_the_reader_wants_them() -> None:
    said: list[str] = []

    def say(words: str) -> str:
        said.append(str(words))
        return str(words)

    drawn(Results("Farm", FIRST, TODAY, {TODAY: 3}, 2.0, [BranchBar("Bo", 1, 2)], say))
    assert {"Answers by day, 2 on average", "8 March 2026", "Branches: how many answered", "1 of 2"} <= set(
        said
    )
