"""The sunburst of a support base: angles, rings, numbers."""

from __future__ import annotations

from itertools import pairwise
from math import atan2, hypot, tau

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pictures import support_base, text
from bot.pictures.model import Branch, headcount
from bot.pictures.numbers import CHIP, numbers
from bot.pictures.sunburst import MAX_RINGS, NAMED, SMALLEST_TURN, Sector, layout, named, outline, radii
from bot.pictures.support import support_picture
from tests.pictures.drawings import WRONG_COUNTS, above, chain, leaf, watch

NEARLY = 1e-9

branches = st.recursive(
    st.builds(Branch, st.just("x"), st.integers(1, 50)),
    lambda children: st.builds(
        lambda some, unseen: above(*some, unseen=unseen), st.lists(children, max_size=6), st.integers(0, 30)
    ),
    max_leaves=40,
)


def parent_of(sector: Sector, sectors: tuple[Sector, ...]) -> Sector:
    return next(
        other
        for other in sectors
        if other.ring == sector.ring - 1
        and not other.others
        and other.start - NEARLY <= sector.start
        and sector.end <= other.end + NEARLY
    )


# -- angles --------------------------------------------------------------------------------------------


@given(branches)
def test_the_first_ring_is_the_headcount_and_no_sector_leaves_its_parent_or_touches_another(
    leader: Branch,
) -> None:
    sectors = layout(leader)
    first = [sector for sector in sectors if sector.ring == 1]
    assert sum(sector.people for sector in first) == headcount(leader)
    assert sum(sector.end - sector.start for sector in first) == pytest.approx(1 if headcount(leader) else 0)
    for sector in sectors:
        assert sector.end - sector.start == pytest.approx(sector.people / headcount(leader))
        assert sector.others or sector.end - sector.start >= SMALLEST_TURN - NEARLY
        if sector.ring > 1:
            assert parent_of(sector, sectors).hue == sector.hue
    for ring in range(1, MAX_RINGS + 1):
        here = sorted((one for one in sectors if one.ring == ring), key=lambda one: one.start)
        assert all(one.end <= other.start + NEARLY for one, other in pairwise(here))


@given(branches)
def test_children_and_others_make_up_all_below_a_member(leader: Branch) -> None:
    sectors = layout(leader)
    for parent in sectors:
        if not parent.others and parent.people > 1 and parent.ring < MAX_RINGS:
            below = [
                one
                for one in sectors
                if one.ring == parent.ring + 1
                and parent.start - NEARLY <= one.start
                and one.end <= parent.end + NEARLY
            ]
            assert sum(one.people for one in below) == parent.people - 1


def test_the_biggest_come_first_and_others_last() -> None:
    leader = above(leaf("a"), above(leaf(), leaf(), name="b"), above(leaf(), name="c"), unseen=4)
    first = [(one.people, one.hue, one.others) for one in layout(leader) if one.ring == 1]
    assert first == [(3, 0, False), (2, 1, False), (1, 2, False), (4, None, True)]
    assert [branch.name for branch in named(leader)] == ["b", "c", "a"]


def test_what_is_too_narrow_to_see_is_merged_with_others() -> None:
    leader = above(Branch("big", 5_000), *(Branch("small", 5) for _ in range(900)), unseen=500)
    assert [(one.people, one.others) for one in layout(leader)] == [
        (5_000, False),
        (4_999, True),
        (5_000, True),
    ]


def test_branches_beyond_the_named_ones_have_no_hue() -> None:
    leader = above(*(Branch(f"{size}", size) for size in range(20, 40)))
    hues = [one.hue for one in layout(leader) if one.ring == 1]
    assert hues == [*range(NAMED), *[None] * (20 - NAMED)]
    assert [branch.people for branch in named(leader)] == list(range(39, 39 - NAMED, -1))


def test_counts_that_contradict_each_other_stay_within_the_circle() -> None:
    sectors = layout(WRONG_COUNTS)
    assert headcount(WRONG_COUNTS) == 5
    for sector in sectors:
        assert sector.end <= 1 + NEARLY
        if sector.ring > 1:
            assert parent_of(sector, sectors)


def test_rings_end_where_they_would_be_hairlines() -> None:
    assert max(sector.ring for sector in layout(chain(128))) == MAX_RINGS
    for rings in range(1, MAX_RINGS + 1):
        bounds = radii(rings, 112, 300)
        assert len(bounds) == rings + 1
        assert bounds[0] == 112
        assert bounds[-1] <= 300 + NEARLY
        assert all(outer - inner >= 10 for inner, outer in pairwise(bounds))


@given(st.floats(0, 1), st.floats(1e-6, 1), st.floats(100, 200), st.floats(10, 90))
def test_an_outline_lies_in_its_ring(start: float, turn: float, inner: float, thickness: float) -> None:
    corners = outline(Sector(1, start, start + turn, 0, False, 1), inner, inner + thickness)
    assert all(inner <= hypot(*corner) <= inner + thickness for corner in corners)
    assert len(corners) < 500


# -- numbers and legend --------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 500), min_size=1, max_size=30), st.integers(0, 3_000))
def test_every_named_branch_has_one_number_and_no_two_overlap(sizes: list[int], unseen: int) -> None:
    leader = above(*(Branch("x", size) for size in sizes), unseen=unseen)
    sectors = layout(leader)
    bounds = radii(max(one.ring for one in sectors), 112, 300)
    placed = numbers(sectors, bounds, 300)
    assert [number.hue for number in placed] == list(range(len(named(leader))))
    for number in placed:
        assert hypot(*number.spot) <= 300 - CHIP + NEARLY
        if number.tail is None:
            assert bounds[0] < hypot(*number.spot) < bounds[1]
    outside = [number.spot for number in placed if number.tail]
    for (x, y), (other_x, other_y) in pairwise(outside):
        assert hypot(x - other_x, y - other_y) >= 2 * CHIP


def test_the_legend_says_names_and_people_and_others() -> None:
    leader = above(Branch("Grace", 7), Branch("太陽", 2), unseen=3)
    assert support_base.entries(leader) == [(0, "Grace", 7), (1, "", 2), (None, text.OTHERS, 3)]
    assert support_base.entries(leaf()) == []


def test_numbers_are_written_in_their_sectors(monkeypatch: pytest.MonkeyPatch) -> None:
    written = watch(monkeypatch)
    leader = above(Branch("Grace", 7), Branch("Bo", 3), unseen=2)
    support_picture(leader, [])
    (across, down) = next(spot for words, spot, _ in written if words == "12")
    seen = []
    for words, (x, y), _ in written:
        away = hypot(x - across, y - down)
        if words in ("1", "2") and away < 250:  # the legend's are farther
            turn = atan2(x - across, down - y) / tau % 1
            seen.append(
                (words, [one.hue for one in layout(leader) if one.ring == 1 and one.start < turn < one.end])
            )
            assert away > 112
    assert seen == [("1", [0]), ("2", [1])]
