"""Days, hours and rules as people type them, and where the words of a call lead to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.areas.calls.domain.calls import WHOLE_DAY, forgiven_until
from bot.areas.calls.domain.schedule import (
    Frequency,
    Repeat,
    RepeatPattern,
    from_codes,
    parse_clock,
    parse_day,
    parse_pattern,
    repeat_days,
    to_codes,
)
from bot.areas.calls.domain.texts import MOST_WHAT, Texts, checked, clock
from bot.domain.hosts import host, hosts_in, parse_link
from bot.domain.times import moment
from bot.errors import BadInput

SUNDAY = date(2026, 3, 1).toordinal()


def rule(repetition: RepeatPattern, first: int = SUNDAY, last: int | None = None) -> Repeat:
    return Repeat(1, 1, 1, repetition, first, last, None)


# -- days ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "ahead"),
    [
        ("today", 0), ("Tomorrow", 1), ("sunday", 0), ("mon", 1), ("next friday", 5), ("on sat", 6),
        ("2026-03-01", 0), ("2027-04-05", 400), ("next sunday", 7), ("this fri", 5), ("3.3.", 2), ("28.2.", 364),
        ("4. 3. 2026", 3), ("3 march", 2), ("March 3rd", 2), ("3rd of Mar. 2026", 2), ("1.3.", 0),
    ],
)  # fmt: skip
def test_days_are_counted_from_the_unions_today(typed: str, ahead: int) -> None:
    assert parse_day(typed, SUNDAY) == SUNDAY + ahead


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2026-02-28", "has passed"), ("2027-04-06", "more than 400 days"), ("mo", "not a day"), ("", "not a day"),
        ("2026-02-30", "not a day"), ("30.2.", "not a day"),
        ("3.13.", "not a day"), ("1 marble", "not a day"), ("yesterday", "has passed"),
        ("9999999-01-01", "not a day"),
    ],
)  # fmt: skip
def test_other_days_are_refused(typed: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        parse_day(typed, SUNDAY)


def test_hours() -> None:
    assert [parse_clock(typed) for typed in ("0:00", "9:30", "09.30", " 23:59 ")] == [0, 570, 570, 1439]
    typed = (
        "6pm",
        "6:30pm",
        "6.30 P.M.",
        "18:30",
        "18h30",
        "18h",
        "1830",
        "0905",
        "noon",
        "midnight",
        "12am",
        "12pm",
    )
    assert [parse_clock(one) for one in typed] == [
        1080, 1110, 1110, 1110, 1110, 1080, 1110, 545, 720, 0, 0, 720
    ]  # fmt: skip
    assert [
        parse_clock(one, end=True) for one in ("midnight", "12 am", "12:00 a.m.", "0:00", "24:00", "2400")
    ] == [WHOLE_DAY] * 6
    assert [clock(minutes) for minutes in (0, 570, WHOLE_DAY)] == ["00:00", "09:30", "24:00"]
    for typed in (
        "24:01",
        "9:60",
        "9",
        "-1:00",
        "nine",
        "１２:00",
        "13pm",
        "0am",
        "930",
        "2460",
        "6 in the evening",
    ):
        with pytest.raises(BadInput, match="not a time of day"):
            parse_clock(typed, end=True)
    with pytest.raises(BadInput, match="not a time of day"):
        parse_clock("24:00")


# -- rules -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "repetition"),
    [
        ("daily", RepeatPattern(Frequency.DAILY)),
        ("every day", RepeatPattern(Frequency.DAILY)),
        ("Weekdays", RepeatPattern(Frequency.WEEKDAYS)),
        ("mon,thu", RepeatPattern(Frequency.WEEKLY, (0, 3))),
        ("Thursday and monday", RepeatPattern(Frequency.WEEKLY, (0, 3))),
        ("every wednesday", RepeatPattern(Frequency.WEEKLY, (2,))),
        ("fridays", RepeatPattern(Frequency.WEEKLY, (4,))),
        ("mon tue wed thu fri sat sun", RepeatPattern(Frequency.DAILY)),
        ("friday", None),
        ("today", None),
        ("queue", None),
        ("day", None),
        ("", None),
        ("mon, someday", None),
        ("2026-03-01", None),
    ],
)
def test_rules_as_they_are_typed(typed: str, repetition: RepeatPattern | None) -> None:
    assert parse_pattern(typed) == repetition


def test_rules_fall_on_days() -> None:
    weekdays = rule(RepeatPattern(Frequency.WEEKDAYS))
    assert repeat_days(weekdays, SUNDAY - 10, SUNDAY + 6) == [SUNDAY + ahead for ahead in (1, 2, 3, 4, 5)]
    weekly = rule(RepeatPattern(Frequency.WEEKLY, (0, 6)), last=SUNDAY + 8)
    assert repeat_days(weekly, SUNDAY, SUNDAY + 100) == [SUNDAY, SUNDAY + 1, SUNDAY + 7, SUNDAY + 8]
    assert repeat_days(rule(RepeatPattern(Frequency.DAILY)), SUNDAY + 4000, SUNDAY + 4000) == [SUNDAY + 4000]
    assert repeat_days(rule(RepeatPattern(Frequency.DAILY)), SUNDAY - 1, SUNDAY - 1) == []
    assert from_codes(to_codes((0, 3))) == (0, 3)
    assert from_codes("") == ()


# -- moments -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "day", "minutes", "expected"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 150, "2026-03-29T01:00"),  # 2:30 is skipped: 3:00
        ("Europe/Berlin", date(2026, 10, 25), 150, "2026-10-25T00:30"),  # 2:30 comes twice: the first
        ("America/New_York", date(2026, 3, 8), 540, "2026-03-08T13:00"),
        ("Australia/Lord_Howe", date(2026, 10, 4), 135, "2026-10-03T15:30"),  # half an hour is skipped
        ("America/Santiago", date(2026, 9, 6), 0, "2026-09-06T04:00"),  # midnight itself is skipped
        ("America/Santiago", date(2026, 9, 5), WHOLE_DAY, "2026-09-06T04:00"),
        ("Pacific/Apia", date(2011, 12, 30), 540, "2011-12-30T10:00"),  # a day that never was
    ],
)
def test_hours_on_days_when_clocks_change(zone: str, day: date, minutes: int, expected: str) -> None:
    found = moment(day.toordinal(), minutes, zone)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe"])
def test_a_year_of_days_follows_without_gaps_and_in_order(zone: str) -> None:
    first = date(2026, 1, 1).toordinal()
    for day in range(first, first + 366):
        opens, closes = moment(day, 540, zone), moment(day, WHOLE_DAY, zone)
        assert moment(day, 0, zone) < opens < closes == moment(day + 1, 0, zone)
        assert opens.astimezone(ZoneInfo(zone)).strftime("%H:%M") == "09:00"
        assert closes - moment(day, 0, zone) in [timedelta(hours=hours) for hours in (23, 23.5, 24, 24.5, 25)]
        assert forgiven_until(day, zone) == moment(day + 1, 720, zone)


# -- where words lead ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "hosts"),
    [
        ("see https://example.org/index.html?a=b.php now", {"example.org"}),
        ("https://example.org@evil.com/x", {"example.org", "evil.com"}),
        ("https://example.org\\@evil.com", {"example.org", "evil.com"}),
        ("HTTP://WWW.Example.ORG:8080.", {"example.org"}),
        ("evil.com and evil。com/a.php", {"evil.com"}),
        ("[x](https://evil.com) <a href='http://x.io'>y</a>", {"evil.com", "x.io"}),
        ('https://a.org">evil.com', {"a.org", "evil.com"}),
        ("https://a.org/)https://evil.com", {"a.org", "evil.com"}),
        ("http:/\\evil.com https:\\\\b.org", {"evil.com", "b.org"}),
        ("пример.рф", {"xn--e1afmkfd.xn--p1ai"}),
        ("https://аpple.com", {"xn--pple-43d.com"}),
        ("https://%65vil.com", {"evil.com"}),
        ("ｅｖｉｌ.com", {"evil.com"}),
        ("tg://resolve?domain=x t.me/y", {"resolve", "t.me"}),
        ("mail me@x.org", {"x.org"}),
        ("https://[::1]:80/ http://2130706433/ 5.6.7.8", {"::1", "127.0.0.1", "5.6.7.8"}),
        ("a.org,b.org (c.org)", {"a.org", "b.org", "c.org"}),
        ("Bring 3.5 kg, e.g. rice; v1.2 ... at 9.30!", set()),
        ("", set()),
    ],
)
def test_hosts_are_found_as_the_most_credulous_client_would(words: str, hosts: set[str]) -> None:
    assert hosts_in(words) == hosts


def test_many_words_are_read_quickly() -> None:
    for words in ("a." * 300, "a-" * 300, "http://" * 85, "@" * 600, "x" * 600, "a.b@" * 150, "\\" * 600):
        began = datetime.now(UTC)
        hosts_in(words)
        assert datetime.now(UTC) - began < timedelta(seconds=1)


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("example.org/x?a=b#c", "https://example.org/x?a=b#c"),
        ("HTTP://Example.org", "http://example.org"),
        ("https://www.example.org", "https://www.example.org"),
        ("https://Пример.рф/a", "https://xn--e1afmkfd.xn--p1ai/a"),
        ("https://1.2.3.4:8080/a", "https://1.2.3.4:8080/a"),
    ],
)
def test_links_are_web_addresses(typed: str, link: str) -> None:
    assert parse_link(typed) == link


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)", "ftp://a.org", "https://user@a.org", "https://a.org:99999", "http://localhost",
        "https://a.org/a b", 'https://a.org/"x', "https://a.org/<b>", "https://", "x", "https://a.org/\u202e",
        "https://a.org/" + "x" * 300, "https://[::1", "https://a.org\\@b.org", "data:text/html,x", "//a.org",
    ],
)  # fmt: skip
def test_other_links_are_refused(typed: str) -> None:
    with pytest.raises(BadInput, match=r"is not a web address|the link"):
        parse_link(typed)


def test_a_host_for_the_list() -> None:
    assert host("https://www.Example.org/page") == "example.org"
    for words in ("no host", "a.org b.org", ""):
        with pytest.raises(BadInput, match="not one host"):
            host(words)


# -- texts ---------------------------------------------------------------------------------------------------------


def test_texts_are_made_presentable() -> None:
    good = checked(Texts("  A\n title ", "One\r\n\r\n\r\n\r\ntwo\u202e", " ", "a.org"))
    assert (good.title, good.what, good.why, good.link) == (
        "A title",
        "One\n\ntwo\\u{202E}",
        "",
        "https://a.org",
    )
    assert good.hosts == {"a.org"}


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (Texts("", "x"), "Write both"),
        (Texts("x", " \n "), "Write both"),
        (Texts("x" * 81, "x"), "these are 81"),
        (Texts("x", "x" * (MOST_WHAT + 1)), "these are 601"),
        (Texts("x", "x", "x" * 301), "these are 301"),
        (Texts("x", "x" + "\u200b" * 100), "these are 801"),
        (Texts("x", "\u200b\u2800"), "Write both"),
        (Texts("x", "x", opens=600, closes=600), "before it opens"),
        (Texts("x", "*" * 600, "_" * 300), "too many signs"),
        (Texts("x", "x" * 600, "x" * 80, file_id=1), "beside a picture"),
    ],
)
def test_texts_that_do_not_fit_are_refused(texts: Texts, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        checked(texts)
