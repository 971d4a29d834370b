"""What members write stays words, whatever they write."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord import markup
from bot.chat.model import Code, Link, Mention, Moment, Spans, Text, spans
from bot.domain.hidden import visible
from tests.adapters.discord.markdown import read
from tests.adapters.samples import AT, HOSTILE

TRICKS = [
    HOSTILE,
    "@everyone @here <@123> <@&123> <#123> <@!1>",
    "https://evil.example HTTP://EVIL.example <https://evil.example>",
    "[bank](https://evil.example) [a](<https://evil.example>)",
    "discord.gg/abc Discord.GG/abc discord.com/invite/abc discordapp.com/invite/abc",
    "**b** *i* __u__ _i_ ~~s~~ ||spoiler|| ***x***",
    "`code` ``co`de`` ```\nfence\n```",
    "# heading",
    "## heading\n### more\n-# small",
    "> quote\n>>> all",
    "- item\n* item\n1. first\n  - deeper\n23. x",
    "<t:0:R> <:a:1> <a:b:2> :smile: ::smile::",
    "\\*already\\* \\",
    "\\https://evil.example \\@everyone \\\\*x*",
    "a_b_c snake_case_ _x_",
    " ** x ** ",
]
_BITS = [
    "*",
    "_",
    "`",
    "~",
    "|",
    "\\",
    "[",
    "]",
    "(",
    ")",
    "<",
    ">",
    "@",
    "#",
    ":",
    "/",
    "-",
    ".",
    " ",
    "\n",
    "1",
]
_WORDS = [
    "everyone",
    "here",
    "https",
    "http",
    "discord",
    "gg",
    "com/invite/x",
    "a",
    "t:0:R",
    "@123",
    "\u202e",
]
HOSTILE_TEXT = st.lists(st.sampled_from(_BITS + _WORDS), max_size=24).map("".join)
HARMLESS = {"bold", "italic"}  # the program's own styles


def joined(content: Spans) -> str:
    return "".join(markup.pieces(content))


@pytest.mark.parametrize("text", TRICKS)
def test_tricks_are_shown_as_they_were_typed(text: str) -> None:
    seen = read(markup.escaped(text))
    assert (seen.text, seen.live) == (visible(text), [])


@given(HOSTILE_TEXT)
def test_any_text_is_shown_as_it_was_typed(text: str) -> None:
    seen = read(joined((Text(text),)))
    assert (seen.text, seen.live) == (visible(text), [])


@settings(max_examples=300)
@given(st.lists(HOSTILE_TEXT, max_size=4))
def test_spans_beside_each_other_make_no_address_and_no_mention(texts: list[str]) -> None:
    seen = read(joined(tuple(Text(text) for text in texts)))
    assert seen.of("link", "autolink", "invitation", "everyone", "mention", "time") == []


@given(HOSTILE_TEXT)
def test_bold_text_ends_where_it_ends(text: str) -> None:
    seen = read(joined(spans("a ", Text(text, bold=True), " z")))
    assert {kind for kind, _ in seen.live} <= HARMLESS
    assert (seen.text.startswith("a "), seen.text.endswith(" z")) == (True, True)


@given(HOSTILE_TEXT)
def test_code_is_copied_as_it_is(text: str) -> None:
    seen = read("x" + joined((Code(text),)))
    kinds = [kind for kind, _ in seen.live]
    assert kinds == ["code"]
    assert seen.of("code")[0].replace("\u200b", "").strip() == visible(text).replace("\n", " ").strip()


@given(HOSTILE_TEXT)
def test_a_fence_is_not_left(text: str) -> None:
    seen = read(markup.fence(text))
    assert [kind for kind, _ in seen.live] == ["fence"]
    assert seen.text.replace("\u200b", "").strip() == visible(text).strip()


@given(st.text(max_size=60))
def test_every_character_is_survived(text: str) -> None:
    assert read(joined((Text(text),))).of("link", "autolink", "everyone", "mention") == []


@pytest.mark.parametrize(
    "halves",
    [
        ("@", "everyone"),
        ("discord", ".gg/abc"),
        ("discord.", "gg/abc"),
        ("*x", "*"),
        ("1", ". x"),
        ("-", "# x"),
    ],
)
def test_two_spans_do_not_make_a_mark_together(halves: tuple[str, str]) -> None:
    assert read(joined(spans(*halves))).live == []


def test_a_cut_does_not_bring_a_mark_to_life() -> None:
    most = markup.LONGEST_PIECE
    text = "x" * (most - 4) + "https://evil.example " + "y" * (most - 1) + " # heading " + "z" * most
    parts = list(markup.pieces((Text(text),)))
    assert any(part.startswith("\\# heading") for part in parts)
    assert read("".join(parts)).live == []
    assert [read(part).live for part in parts] == [[]] * len(parts)


def test_two_spans_do_not_make_an_address_together() -> None:
    assert read(joined(spans("https:", "//evil.example"))).live == []
    assert read(joined(spans("https:", Mention("elsewhere", "1", "//evil.example")))).live == []


def test_what_the_program_means_takes_effect() -> None:
    seen = read(
        joined(
            spans(
                Text("bold", bold=True),
                " ",
                Text("both", bold=True, italic=True),
                " ",
                Link("a link", "https://example.org/a?b=c"),
                " ",
                Mention("discord", "42", "Zoë"),
                " ",
                Moment(AT, "Europe/Berlin", "relative"),
            )
        )
    )
    assert seen.of("bold") == ["bold", "both"]
    assert seen.of("link") == ["https://example.org/a?b=c"]
    assert seen.of("mention") == ["<@42>"]
    assert seen.of("time") == ["<t:1774744200:R>"]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://x.example/> @everyone",
        "https:///x",
        "//x",
        "http://[",
        "",
        "https://a b",
    ],
)
def test_links_that_do_not_lead_to_the_web_are_words(url: str) -> None:
    assert read(joined((Link("label", url),))).live == []


def test_a_mention_on_another_platform_is_a_name() -> None:
    assert joined((Mention("telegram", "42", "Zo*ë*"),)) == "Zo\\*ë\\*"
    assert joined((Mention("discord", "42> @everyone", "Zoë"),)) == "Zoë"


def test_long_text_is_divided_at_white_space_and_nothing_is_lost() -> None:
    text = "word " * 500
    parts = list(markup.divided(text, 100))
    assert "".join(parts) == text
    assert all(part.endswith(" ") and len(part) <= 100 for part in parts)
    assert "".join(markup.divided("x" * 1000, 300)) == "x" * 1000
