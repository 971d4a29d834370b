"""The addresses in a call's words: links on every platform once they are approved, and words before."""

from __future__ import annotations

import pytest

from adapters.discord import render as discord
from adapters.playground import render as playground
from adapters.telegram import render as telegram
from bot.areas.calls.domain.calls import CallState
from bot.areas.calls.domain.texts import Texts, checked
from bot.chat.incoming import WORD_JOINER
from bot.chat.model import Link, Text
from commands.calls.words import linked
from tests.areas.calls.posted import posted
from tests.emulators.telegram.markup import cut, find_entities, parse_html

WORDS = "Sign https://petition.example/a_b?c=*d* (or petition.example/x), then tell @ada.\nWhy: https://bücher.example"


def links_on_telegram(words: str, *, approved: bool) -> tuple[str, list[str]]:
    """The text, and what can be pressed in it, given or found by Telegram."""
    [payload] = telegram.render(posted(checked(Texts("Sign", words)), CallState.OPEN, approved)).payloads
    text, given = parse_html(payload.params["text"], lambda _: None)
    found = [one for one in find_entities(text, given) if one["type"] not in ("bold", "date_time")]
    assert {one["type"] for one in found} <= {"text_link"}
    return text, [cut(text, one) for one in found]


def test_an_approved_address_is_pressed_and_copied_on_telegram() -> None:
    text, links = links_on_telegram(WORDS, approved=True)
    assert links == ["https://petition.example/a_b?c=*d*", "petition.example/x", "https://bücher.example"]
    assert "Sign https://petition.example/a_b?c=*d* (or petition.example/x), then" in text
    text, links = links_on_telegram(WORDS, approved=False)
    assert links == []
    assert WORD_JOINER in text


def test_an_approved_address_is_pressed_and_copied_on_discord() -> None:
    [part] = discord.render(posted(checked(Texts("Sign", WORDS)), CallState.OPEN, True)).parts
    said = part.payload["content"]
    assert "<https://petition.example/a_b?c=*d*> (or <https://petition.example/x>), then" in said
    assert "<https://xn--bcher-kva.example>" in said
    [part] = discord.render(posted(checked(Texts("Sign", WORDS)), CallState.OPEN, False)).parts
    assert "<https://" not in part.payload["content"]
    assert "https\\://petition" in part.payload["content"]


def test_an_approved_address_is_pressed_and_copied_in_the_playground() -> None:
    blocks = playground.payload(posted(checked(Texts("Sign", WORDS)), CallState.OPEN, True))["blocks"]
    links = [span for span in blocks[1]["spans"] if span["k"] == "l"]
    assert [(link["label"], link["url"]) for link in links] == [
        ("https://petition.example/a_b?c=*d*", "https://petition.example/a_b?c=*d*"),
        ("petition.example/x", "https://petition.example/x"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ]


@pytest.mark.parametrize(
    "words",
    [
        "https://example.org—evil.com",  # programs disagree about the host
        "https://a.org@b.org/x",
        "javascript:alert(1)",
        "Hello. World, 12.30 h",
        "a@b.example",
    ],
)
def test_what_is_no_clear_address_stays_words(words: str) -> None:
    assert linked(words, True) == (Text(words),)


def test_words_keep_their_blanks_and_lines() -> None:
    words = "a  b\n\nhttps://x.example\nc "
    assert linked(words, True) == (
        Text("a  b\n\n"),
        Link("https://x.example", "https://x.example"),
        Text("\nc "),
    )
