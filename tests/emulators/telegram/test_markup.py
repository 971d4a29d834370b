"""HTML parse mode and recognised entities."""

import pytest

from tests.emulators.telegram.errors import Violation
from tests.emulators.telegram.markup import cut, find_entities, parse_html, trim

PIECES = [
    ("<b>x</b>", [("bold", "x")]),
    ("<strong>x</strong><em>y</em>", [("bold", "x"), ("italic", "y")]),
    ("<u>a</u><ins>b</ins>", [("underline", "a"), ("underline", "b")]),
    ("<s>c</s><del>d</del>", [("strikethrough", "c"), ("strikethrough", "d")]),
    ("😀<b>é😀<i>z</i></b>", [("bold", "é😀z"), ("italic", "z")]),
    ("a &lt;b&gt; &amp; &#33; &quot;<code>x &lt; y</code>", [("code", "x < y")]),
    ('<a href="https://example.org/?a=1&amp;b=2">l</a>', [("text_link", "l")]),
    ('<a href="tg://user?id=7">Alice</a>', [("text_mention", "Alice")]),
    ('<a href="tg://user?id=8">a stranger</a>', []),
    ('<span class="tg-spoiler">s</span><tg-spoiler>t</tg-spoiler>', [("spoiler", "s"), ("spoiler", "t")]),
    ("<blockquote expandable>q</blockquote>", [("expandable_blockquote", "q")]),
    ('<tg-time unix="1772366400" format="wDT">noon</tg-time>', [("date_time", "noon")]),
    ('<pre><code class="language-py">x</code></pre>', [("pre", "x")]),
    ("<pre>x</pre>", [("pre", "x")]),
    ("<b></b>x", []),
]  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), PIECES)
def test_entities(source: str, expected: list[tuple[str, str]]) -> None:
    text, entities = parse_html(source, lambda number: {"id": 7} if number == 7 else None)
    assert [(entity["type"], cut(text, entity)) for entity in entities] == expected


def test_details() -> None:
    _, (link,) = parse_html('<a href="https://example.org/?a=1&amp;b=2">l</a>', lambda _: None)
    assert link["url"] == "https://example.org/?a=1&b=2"
    _, (time,) = parse_html('<tg-time unix="5" format="r">now</tg-time>', lambda _: None)
    assert (time["unix_time"], time["date_time_format"]) == (5, "r")
    _, (code,) = parse_html('<pre><code class="language-py">x</code></pre>', lambda _: None)
    assert code["language"] == "py"


def test_offsets_of_errors_count_bytes() -> None:
    with pytest.raises(Violation, match='"blink" at byte offset 5'):
        parse_html("é😀"[:1] + "abc<blink>", lambda _: None)


def test_trimming_moves_entities() -> None:
    text, entities = trim("\n  <x> ", [{"type": "bold", "offset": 1, "length": 7}])
    assert (text, entities) == ("<x>", [{"type": "bold", "offset": 0, "length": 3}])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/help@muster_test_bot now", ["bot_command"]),
        ("tell @alice: /me", ["mention", "bot_command"]),
        ("see https://example.org/me and a@b.org", ["url"]),
        ("1/2 and path/to", []),
        ("#votes", ["hashtag"]),
    ],
)
def test_recognised(text: str, found: list[str]) -> None:
    assert [entity["type"] for entity in find_entities(text)] == found


def test_nothing_is_recognised_in_code() -> None:
    text, entities = parse_html("<code>/me @alice</code>", lambda _: None)
    assert [entity["type"] for entity in find_entities(text, entities)] == ["code"]
