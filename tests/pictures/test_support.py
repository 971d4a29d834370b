"""The picture of a support base: colours, hostile names, the curve, extreme shapes, the words for it."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.pictures import colours, growth, text
from bot.pictures.model import Branch, Points, headcount
from bot.pictures.sunburst import MAX_RINGS, NAMED
from bot.pictures.support import HEIGHT, WIDTH, alt_text, support_picture
from tests.pictures.drawings import HOSTILE, TODAY, WRONG_COUNTS, above, chain, leaf, watch

ROOT = Path(__file__).resolve().parents[2]


def decoded(png: bytes) -> Image.Image:
    with Image.open(BytesIO(png)) as picture:
        picture.load()
        assert (picture.format, picture.size) == ("PNG", (WIDTH, HEIGHT))
        return picture.convert("RGB")


# -- colours -------------------------------------------------------------------------------------------


def test_all_text_has_the_contrast_that_wcag_asks_for() -> None:
    pairs = [(ink, ground) for ink in (colours.INK, colours.QUIET) for ground in (colours.CARD, colours.DISC)]
    pairs += [
        (colours.ink_on(colours.sector_colour(hue, 1)), hue_colour)
        for hue, hue_colour in enumerate(colours.HUES)
    ]
    pairs.append((colours.INK, growth.AREA))
    assert min(colours.contrast(*pair) for pair in pairs) >= 4.5


def test_sectors_stand_out_from_the_card_and_grow_lighter() -> None:
    for hue in (None, *range(NAMED)):
        against = [
            colours.contrast(colours.sector_colour(hue, ring), colours.CARD) for ring in range(1, MAX_RINGS)
        ]
        assert against[0] >= 3
        assert against == sorted(against)
        assert colours.sector_colour(hue, 2, others=True) != colours.sector_colour(hue, 2)


def test_contrast_is_that_of_wcag() -> None:
    assert colours.contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert colours.contrast((118, 118, 118), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)


# -- names ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_neither_crash_nor_leave_the_card(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written = watch(monkeypatch)
    leader = Branch(name, 200, (Branch(name, 90), Branch(name, 60), Branch(name, 20), Branch(name, 2)))
    points = [(TODAY - 9, 10**9), (TODAY, 199)]
    decoded(support_picture(leader, points))
    assert len(written) > 15
    for _, _, (left, top, right, bottom) in written:
        assert left >= 0
        assert top >= 0
        assert right <= WIDTH
        assert bottom <= HEIGHT
    words = alt_text(leader, points)
    assert len(words) <= 1_000
    assert words.encode()


# -- growth --------------------------------------------------------------------------------------------


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_ticks_are_few_round_and_around_the_values(one: int, other: int) -> None:
    lowest, highest = sorted((one, other))
    marks = growth.ticks(lowest, highest)
    step = marks[1] - marks[0]
    assert 2 <= len(marks) <= 4
    assert str(step).rstrip("0") in ("1", "2", "5")
    assert all(mark % step == 0 for mark in marks)
    assert marks[0] <= lowest
    assert highest <= marks[-1]
    assert marks[0] >= 0


CURVES = [
    [(TODAY, 0)],
    [(TODAY, 7)],
    [(TODAY - 1, 0), (TODAY, 0)],
    [(TODAY - 30, 5), (TODAY, 5)],
    [(TODAY - 30, 10**6), (TODAY, 0)],
    [(TODAY - 3, 10**9), (TODAY - 2, 10**9 + 1), (TODAY, 10**9)],
    [(TODAY, 3), (TODAY - 700, 9), (TODAY - 20, 1), (TODAY, 4)],
    [(day, day % 97) for day in range(1, 4_000)],
    [(TODAY - 1, -5), (TODAY, 2)],
]


@pytest.mark.parametrize("points", CURVES)
def test_a_curve_stays_in_its_bounds_and_names_its_last_value(points: Points) -> None:
    shape = growth.chart(points, 44, 980, 900, 1264)
    spots = [shape.spot(*pair) for pair in shape.days]
    assert all(44 < x < 980 and 900 < y < 1264 for x, y in spots)
    assert [x for x, _ in spots] == sorted(x for x, _ in spots)
    said = list(growth.labels(shape))
    assert text.count(shape.days[-1][1]) in [label.words for label in said if label.strong]
    decoded(support_picture(above(leaf()), points))


def test_the_highest_and_the_lowest_are_labelled_beside_their_points() -> None:
    shape = growth.chart(
        [(TODAY - 40, 420), (TODAY - 20, 933), (TODAY - 10, 130), (TODAY, 777)], 44, 980, 900, 1264
    )
    said = {label.words: label for label in growth.labels(shape)}
    assert said.keys() >= {"933", "130", "777", "0", "500", "1,000", "27 Jan 2026", "8 Mar 2026"}
    assert said["933"].y < shape.spot(TODAY - 20, 933)[1]
    assert said["777"].x > shape.right


def test_labels_of_close_values_differ() -> None:
    shape = growth.chart([(TODAY - 1, 1_000_200), (TODAY, 1_000_290)], 44, 980, 900, 1264)
    assert shape.labels == ["1,000,200", "1,000,250", "1,000,300"]


# -- the whole -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "leader",
    [
        Branch("nobody", 1),
        Branch("less than nobody", 0),
        above(leaf()),
        Branch("a star not cut", 10**6 + 1),
        above(*(leaf() for _ in range(2_000))),
        above(*(Branch("x", 10 + size) for size in range(700))),
        chain(128),
        WRONG_COUNTS,
    ],
    ids=lambda leader: leader.name,
)
def test_every_shape_has_a_picture_and_words(leader: Branch) -> None:
    png = support_picture(leader, [(TODAY - 7, 1), (TODAY, headcount(leader))])
    picture = decoded(png)
    assert len(png) < 150_000
    assert picture.getpixel((1, 1)) == colours.CARD
    assert text.count(headcount(leader)) in alt_text(leader, [])


def test_the_words_say_what_the_picture_shows() -> None:
    leader = above(Branch("Grace", 75), Branch("Bo‮b", 20), name="Ada", unseen=5)
    assert alt_text(leader, [(TODAY - 7, 120), (TODAY - 3, 90), (TODAY, 100)]) == (
        "Support base of Ada: 100 people. Biggest branches: 1. Grace 75 (75 %), 2. Bo\\u{202E}b 20 (20 %). "
        "Others: 5 (5.0 %). Growth from 1 Mar 2026 to 8 Mar 2026: from 120 to 100 (-20); "
        "lowest 90, highest 120."
    )
    assert alt_text(leaf("Ada"), [(TODAY, 0)]) == "Support base of Ada: 0 people. Headcount on 8 Mar 2026: 0."
    assert "1 person." in alt_text(above(leaf()), [])
    assert "no change" in alt_text(above(leaf()), [(TODAY - 1, 1), (TODAY, 1)])


def test_pillow_is_loaded_by_the_first_picture_and_then_only_for_png() -> None:
    script = """
import sys
from bot.pictures import support
from bot.pictures.model import Branch
support.alt_text(Branch("Ada", 2), [])
assert not any(name.partition(".")[0] == "PIL" for name in sys.modules)
support.support_picture(Branch("Ada", 2), [(739_000, 1)])
print(*(name for name in sys.modules if name.startswith("PIL.") and name.endswith("Plugin")))
"""
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == ["PIL.PngImagePlugin"]
