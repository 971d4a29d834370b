"""Hosts as browsers and Telegram read them, and how they are shown."""

from __future__ import annotations

import time

import pytest

from bot.domain.hosts import (
    MOST_LINK,
    host,
    hosts_in,
    links_in,
    parse_link,
    shown_host,
    shown_hosts,
    shown_link,
)
from bot.domain.names import one_line
from bot.errors import BadInput

LONG = "www.your-trusted-bank.example." * 4 + "evil.com"


@pytest.mark.parametrize(
    ("words", "hosts"),
    [
        # Telegram: every character from U+00C0 on that is no separator is part of a name
        ("free💰.ws/claim", {"xn--free-yw63c.ws"}),
        ("evil.कॉम/claim", {"evil.xn--11b4c3d"}),
        ("i❤.ws", {"xn--i-7iq.ws"}),
        ("→example.org", {"xn--example-dk9c.org", "example.org"}),
        ("example.org—evil.com", {"example.xn--orgevil-416c.com", "example.org", "evil.com"}),
        ("https://a.org»evil.com", {"a.org", "evil.com", "a.xn--orgevil-una.com"}),
        ("ev~il.com", {"ev~il.com", "il.com"}),
        # UTS 46 without the transitional mappings of IDNA 2003
        ("https://straße.example", {"xn--strae-oqa.example"}),
        ("https://strasse.example", {"strasse.example"}),
        ("https://STRAẞE.example", {"xn--strae-oqa.example"}),
        ("https://βόλος.com", {"xn--nxasmm1c.com"}),
        ("https://βόλοσ.com", {"xn--nxasmq6b.com"}),
        ("https://क्\u200dष.com", {"xn--11b2ezcw70k.com", "xn--02b.com"}),
        ("https://نامه\u200cای.com", {"xn--mgba3gch31f060k.com", "xn--mgb44a.com"}),
        # dots, dots at the end, ports, people before an @
        ("evil。com evil．com evil｡com", {"evil.com"}),
        ("https://evil。com/ https://evil．com:80", {"evil.com"}),
        ("example.org. https://example.org.:8080/x", {"example.org"}),
        ("https://example.org:pw@evil.com:1", {"example.org", "evil.com"}),
        # characters that names lose
        ("https://ev\u00adil.com", {"evil.com", "il.com"}),
        ("https://ev\u200bil.com", {"evil.com", "il.com"}),
        ("https://ＥＶＩＬ.com", {"evil.com"}),
        ("https://evil.ⓒⓞⓜ", {"evil.com"}),
        ("https://%F0%9F%92%B0.ws", {"xn--ss8h.ws"}),
        # both directions, names that browsers refuse
        ("אa.com", {"xn--a-zhc.com"}),
        ("https://a\u202eb.com", {"xn--ab-g4t.com", "b.com"}),
        ("https://xn--a.com", {"xn--a.com"}),
        ("https://x⒈com", {"x1.com"}),
        ("XN--80AK6AA92E.com", {"xn--80ak6aa92e.com"}),
        # addresses as browsers take them
        ("http://0x7f.1", {"127.0.0.1"}),
        ("http://017700000001", {"127.0.0.1"}),
        ("http://2130706433/", {"127.0.0.1"}),
        ("http://127.0.0.1./", {"127.0.0.1"}),
        ("http://１２７.1", {"127.0.0.1"}),
        ("http://256.1.1.1", {"256.1.1.1"}),
        ("http://[::1]/ http://[0:0::0:1]:80", {"::1"}),
        ("https://?evil.ws/claim", {"evil.ws"}),
        ("https://http://evil.ws/claim", {"http", "evil.ws"}),
        ("https://example.org/http://more.org?a.html", {"example.org"}),
        ("Mr. Bo said: 1.5 kg … “yes”. No. 3, 12.30 h", set()),
    ],
)
def test_hosts_are_read_as_browsers_and_telegram_read_them(words: str, hosts: set[str]) -> None:
    assert hosts_in(words) == hosts


def test_two_names_of_one_look_are_two_hosts() -> None:
    assert hosts_in("https://straße.example").isdisjoint(hosts_in("https://strasse.example"))
    assert host("straße.example") != host("strasse.example")
    assert parse_link("https://straße.example/x") == "https://xn--strae-oqa.example/x"


def test_names_longer_than_any_host_are_read_too() -> None:
    for name in ("a" * 300 + ".com", "ä" * 300 + ".com", "a." * 200 + "com", "💰" * 260 + ".ws"):
        assert len(hosts_in(name)) == 1
        assert hosts_in(name) == hosts_in(f"https://{name}")


@pytest.mark.parametrize(
    "words",
    [
        "a." * 2000,
        "1." * 2000,
        "а." * 2000,
        "aa." + "a" * 4000 + "_",
        "a-" * 2000 + ".x",
        "a" * 4000 + "💰.",
        "a" * 4000,
    ],
    ids=range(7),
)
def test_long_words_are_read_once(words: str) -> None:
    """Reading them anew from each letter took a third of a second, in which nothing else was saved."""
    hosts_in(words)  # whatever is made only once
    began = time.process_time()
    hosts_in(words)
    assert time.process_time() - began < 0.05


@pytest.mark.parametrize("words", ["free💰.ws/claim", "evil.कॉम/claim"])
def test_words_that_only_telegram_links_are_links(words: str) -> None:
    assert links_in(f"take this: {words}!") == {words: hosts_in(words)}


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("free💰.ws", "xn--free-yw63c.ws"),
        ("→example.org", "xn--example-dk9c.org"),
        ("https://0x7f.1/", "127.0.0.1"),
        ("evil.कॉम", "evil.xn--11b4c3d"),
        ("EXAMPLE.org.", "example.org"),
    ],
)
def test_one_host_for_the_list(typed: str, name: str) -> None:
    assert host(typed) == name


@pytest.mark.parametrize("typed", ["a\u202eb.com", "x⒈y.com", "https://a.org@b.org", "[::1]", "a\u200bb"])
def test_a_link_that_browsers_refuse_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        parse_link(typed)
    with pytest.raises(BadInput):
        host(typed)


# -- how they are shown ------------------------------------------------------------------------------------------


def test_the_end_of_a_long_host_is_always_shown() -> None:
    assert shown_host(LONG).endswith("evil.com")
    assert shown_link(f"https://{LONG}/{'x' * 100}").endswith("evil.com")
    assert shown_link(f"https://{LONG}?{'x' * 100}").endswith("evil.com")
    assert "evil.com" in shown_link(f"https://a.evil.com/{'x' * 100}")
    assert shown_link("https://a.org/x") == "a.org/x"
    for most in range(12, MOST_LINK):
        assert "evil.com" in shown_link(f"https://{LONG}/x", most)
        assert len(shown_link(f"https://{LONG}/{'x' * 200}", most)) <= most


def test_many_hosts_are_counted() -> None:
    names = [f"{number}.{LONG}" for number in range(9)]
    assert shown_hosts(names).count("evil.com") == 5
    assert shown_hosts(names).endswith("and 4 more")
    assert shown_hosts(["a.org"]) == "a.org"


@pytest.mark.parametrize("before", ["", "Look: ", "A title with several words, then "])
def test_names_are_not_cut_within_a_host(before: str) -> None:
    for most in range(20, 140):
        shown = one_line(f"{before}{LONG}", most)
        assert len(shown) <= most
        assert "your-trusted-bank" not in shown or shown.rstrip(" …").endswith("evil.com"), shown


def test_other_names_are_cut_at_their_end() -> None:
    assert one_line("one two three", 9) == "one two …"
    assert one_line("onetwothree four", 8) == "onetwot…"
    assert one_line("one a.b three", 8) == "one a.b…"
