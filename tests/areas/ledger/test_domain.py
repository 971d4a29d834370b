"""What an entry hashes to is what the operator's guide says, whatever its text holds."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.areas.ledger.domain import (
    FORMAT_CHANGED,
    GENESIS,
    Chain,
    Head,
    LedgerEntry,
    LedgerPage,
    Row,
    bound,
    canonical,
    digest_of,
    entry_hash,
)
from bot.areas.ledger.storage import texts
from bot.storage.types import EPOCH, MICROSECOND

CONTROLS = "".join(map(chr, range(0x21))) + '\x7f\x80\u2028\u2029\ufeff"\\/é😀'
TEXTS = st.one_of(st.text(), st.text(alphabet=CONTROLS))
MOMENTS = st.datetimes(timezones=st.just(UTC))


def by_the_guide(
    previous: bytes, seq: int, time: datetime, kind: str, actor: str | None, payload: str
) -> bytes:
    body = [seq, time.isoformat(timespec="microseconds"), kind, actor, payload]
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(previous + text.encode()).digest()


@given(
    st.binary(min_size=32, max_size=32),
    st.integers(1, 2**63 - 1),
    MOMENTS,
    TEXTS,
    st.none() | TEXTS,
    TEXTS,
)
def test_the_rule_of_the_ledger(
    previous: bytes, seq: int, time: datetime, kind: str, actor: str | None, payload: str
) -> None:
    expected = by_the_guide(previous, seq, time, kind, actor, payload)
    assert entry_hash(previous, seq, time, kind, actor, payload) == expected
    [text] = texts([(time - EPOCH) // MICROSECOND])
    assert entry_hash(previous, seq, text, kind, actor, payload) == expected


@pytest.mark.parametrize("character", [chr(code) for code in range(0x100)])
def test_every_character_that_might_be_escaped(character: str) -> None:
    assert entry_hash(GENESIS, 1, EPOCH, character, character, character) == by_the_guide(
        GENESIS, 1, EPOCH, character, character, character
    )


@given(MOMENTS)
def test_moments_of_either_database_are_the_same_words(time: datetime) -> None:
    assert texts([(time - EPOCH) // MICROSECOND]) == texts([time])
    assert texts([time]) == [time.isoformat(timespec="microseconds")]


@pytest.mark.parametrize("nonsense", [10**18, -(10**18), "yesterday", None])
def test_no_moment(nonsense: object) -> None:
    assert texts([nonsense, 0]) == ["never", EPOCH.isoformat(timespec="microseconds")]


REF = "u" * 22


def rows_of(
    entries: int, ref: str = REF, bound_from: int = 1, kinds: dict[int, str] | None = None
) -> list[Row]:
    """A ledger whose entries are a day apart, from entry `bound_from` on in format 2 (0: all in format 1)."""
    rows: list[Row] = []
    previous, kinds = GENESIS, kinds or {bound_from: FORMAT_CHANGED if bound_from > 1 else "test"}
    for seq in range(1, entries + 1):
        if seq == bound_from:
            previous = bound(ref, previous)
        kind = kinds.get(seq, "test")
        previous = entry_hash(previous, seq, EPOCH + timedelta(days=seq), kind, None, "{}")
        rows.append((seq, 0, kind, None, "{}", previous))
    return rows


def page(rows: list[Row]) -> LedgerPage:
    return LedgerPage(
        rows, [(EPOCH + timedelta(days=row[0])).isoformat(timespec="microseconds") for row in rows]
    )


def broken(rows: list[Row], ref: str = REF, bound_from: int = 1) -> int | None:
    """The first entry that is wrong or missing, by a head that says the end of these rows."""
    chain = Chain(ref, bound_from)
    found = chain.follow(page(rows))
    assert Chain(ref, bound_from).follow_entries(map(entry, rows)) == found
    return found if found is not None else chain.missing(Head(rows[-1][0], rows[-1][5], bound_from))


def entry(row: Row) -> LedgerEntry:
    seq, _, kind, actor, payload, digest = row
    return LedgerEntry(seq, EPOCH + timedelta(days=seq), kind, actor, payload, digest)


COLUMNS = ("seqs", "", "kinds", "actors", "payloads", "hashes")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("seqs", 9),
        ("times", "never"),
        ("kinds", "best"),
        ("kinds", FORMAT_CHANGED),
        ("actors", "x"),
        ("payloads", ""),
        ("hashes", GENESIS),
        ("hashes", "text"),
        ("payloads", b"{}"),
        ("payloads", 1.5),
    ],
)
@pytest.mark.parametrize("bound_from", [1, 2, 5])
def test_every_column_is_covered(column: str, value: object, bound_from: int) -> None:
    rows = rows_of(5, bound_from=bound_from)
    good = page(rows)
    assert Chain(REF, bound_from).follow(good) is None
    if column == "times":
        good = LedgerPage(good.rows, [*good.times[:2], str(value), *good.times[3:]])
    else:
        changed: list[object] = list(rows[2])
        changed[COLUMNS.index(column)] = value
        good = LedgerPage([*rows[:2], tuple(changed), *rows[3:]], good.times)  # type: ignore[list-item]
    chain = Chain(REF, bound_from)
    assert chain.follow(good) == 3
    assert (chain.seq, chain.hash) == (2, rows[1][5])


@pytest.mark.parametrize("bound_from", [1, 3])
def test_another_unions_ledger_does_not_verify(bound_from: int) -> None:
    rows = rows_of(5, ref="another", bound_from=bound_from)
    assert broken(rows, "another", bound_from) is None
    assert broken(rows, bound_from=bound_from) == bound_from


def test_a_ledger_that_began_in_format_1_verifies_once_it_is_bound() -> None:
    for bound_from in range(2, 6):
        assert broken(rows_of(5, bound_from=bound_from), bound_from=bound_from) is None
    unbound = rows_of(5, bound_from=0)
    for claimed in (0, 6, 7):  # nothing binds it to a union
        assert broken(unbound, bound_from=claimed) == 6


def test_nobody_goes_back_to_format_1() -> None:
    """By entries that bind nothing, by a second change of format, or by a change that is only said."""
    carried = rows_of(4, bound_from=3)
    previous = entry_hash(GENESIS, 5, EPOCH + timedelta(days=5), "test", None, "{}")
    assert broken([*carried, (5, 0, "test", None, "{}", previous)], bound_from=3) == 5
    again = rows_of(5, bound_from=3, kinds={3: FORMAT_CHANGED, 5: FORMAT_CHANGED})
    assert broken(again, bound_from=3) == 5
    said = rows_of(5, bound_from=0, kinds={3: FORMAT_CHANGED})
    assert broken(said, bound_from=3) == 3
    unsaid = rows_of(5, bound_from=3, kinds={3: "test"})
    assert broken(unsaid, bound_from=3) == 3


def test_a_union_of_format_2_cannot_claim_format_1() -> None:
    assert broken(rows_of(5, bound_from=0)) == 1
    assert broken(rows_of(5, bound_from=3)) == 1
    assert broken(rows_of(5), bound_from=3) == 1


def test_the_end_of_a_ledger() -> None:
    rows = rows_of(5)
    chain = Chain(REF, 1)
    assert chain.follow(page(rows[:4])) is None
    assert chain.missing(Head(5, rows[4][5], 1)) == 5
    assert chain.missing(Head(4, rows[4][5], 1)) == 5
    assert chain.missing(Head(4, rows[3][5], 2)) == 5
    assert chain.missing(Head(4, rows[3][5], 1)) is None
    assert Chain(REF, 1).missing(Head(0, GENESIS, 1)) == 1  # a ledger is never empty


def test_payloads_that_no_two_programs_read_differently() -> None:
    assert canonical({"b": [1, True, None], "a": {"y": "é\u2028", "x": -1}}) == (
        '{"a":{"x":-1,"y":"é\u2028"},"b":[1,true,null]}'
    )
    halves = canonical({"host": "a\ud800b"})
    assert halves == '{"host":"a?b"}'
    assert entry_hash(GENESIS, 1, EPOCH, "test", None, halves)
    assert digest_of("a\ud800b") == digest_of("a?b")
    for bad in ({"a": 0.5}, {"a": [float("nan")]}, {"a": {"b": float("inf")}}, {"a": {1: 2}}):
        with pytest.raises(TypeError):
            canonical(bad)  # type: ignore[arg-type]
