"""Random forests of members for property tests."""

from hypothesis import strategies as st


@st.composite
def forests(draw: st.DrawFn) -> list[int]:
    """Leaders of up to 40 members in any order: everybody follows somebody who comes before them, or nobody."""
    n = draw(st.integers(0, 40))
    names = draw(st.permutations(range(n)))
    leader = [-1] * n
    for at in range(1, n):
        above = draw(st.integers(-1, at - 1))
        leader[names[at]] = names[above] if above >= 0 else -1
    return leader
