"""What an entry hashes to is what the operator's guide says, whatever its text holds."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.areas.ledger.domain import GENESIS, LedgerPage, entry_hash
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


def page(entries: int) -> LedgerPage:
    hashes, previous = [], GENESIS
    times = [(EPOCH + timedelta(days=at)).isoformat(timespec="microseconds") for at in range(entries)]
    for at in range(entries):
        previous = entry_hash(previous, at + 1, times[at], "test", None, "{}")
        hashes.append(previous)
    return LedgerPage([(at + 1, 0, "test", None, "{}", hashes[at]) for at in range(entries)], times)


COLUMNS = ("seqs", "", "kinds", "actors", "payloads", "hashes")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("seqs", 9),
        ("times", "never"),
        ("kinds", "best"),
        ("actors", "x"),
        ("payloads", ""),
        ("hashes", GENESIS),
        ("hashes", "text"),
        ("payloads", b"{}"),
        ("payloads", 1.5),
    ],
)
def test_every_column_is_covered(column: str, value: object) -> None:
    good = page(5)
    assert good.first_broken(GENESIS, 1) is None
    if column == "times":
        good = LedgerPage(good.rows, [*good.times[:2], str(value), *good.times[3:]])
    else:
        changed = list(good.rows[2])
        changed[COLUMNS.index(column)] = value
        good = LedgerPage([*good.rows[:2], tuple(changed), *good.rows[3:]], good.times)  # type: ignore[list-item]
    assert good.first_broken(GENESIS, 1) == 3
    assert page(5).first_broken(b"other".ljust(32), 1) == 1
    assert page(5).first_broken(GENESIS, 2) == 2
