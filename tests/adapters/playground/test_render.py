"""Replies as the browser gets them, each sample against its golden payload."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from adapters.playground import render
from bot.chat.model import Link, LinkButton, Moment
from tests.adapters.samples import AT, HOSTILE, SAMPLES

GOLDEN = Path(__file__).with_name("golden")


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_sample_matches_golden(name: str) -> None:
    """`MUSTER_GOLDEN=write` writes the files anew; look at the difference before committing it."""
    reply = SAMPLES[name]
    rendered = {"message": render.payload(reply)} | ({"form": render.form(reply.form)} if reply.form else {})
    text = json.dumps(rendered, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    path = GOLDEN / f"{name}.json"
    if os.environ.get("MUSTER_GOLDEN") == "write":
        path.write_text(text, "utf-8")
    assert path.read_text("utf-8") == text


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(SAMPLES)


def test_hidden_and_direction_changing_characters_are_written_out() -> None:
    sent = json.dumps(render.payload(SAMPLES["hostile"]), ensure_ascii=False)
    assert not [character for character in "\x07\u202e\u2066\u200b" if character in sent]
    assert "\\\\u{202E}" in sent


def test_own_words_are_text_and_nothing_else() -> None:
    assert render.words(HOSTILE[:18]) == {
        "blocks": [{"k": "p", "spans": [{"k": "t", "text": "@everyone <b>x</b>"}]}]
    }


def test_actions_and_arguments_stay_here() -> None:
    sent = json.dumps([render.payload(SAMPLES["buttons"]), render.form(SAMPLES["form"].form)])
    assert "secret" not in sent
    assert "union.found" not in sent


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example/",
        "/\\evil.example",
        "https:///x",
        "http://[",
        "file:///etc/passwd",
        "",
    ],
)
def test_links_that_do_not_lead_to_the_web_are_words(url: str) -> None:
    assert render.span(Link("x", url))["url"] == ""
    assert render.button(LinkButton("x", url))["url"] == ""


@pytest.mark.parametrize("url", ["https://example.org/a", "http://127.0.0.1:1/link/x", "/?start=code-1"])
def test_links_to_the_web_and_to_here_stay(url: str) -> None:
    assert render.safe_url(url) == url


def test_moments_carry_the_instant_and_the_unions_own_time() -> None:
    assert render.span(Moment(AT, "Europe/Berlin", "date")) == {
        "k": "w",
        "at": "2026-03-29T00:30:00Z",
        "style": "date",
        "there": "2026-03-29 01:30",
        "zone": "Europe/Berlin",
    }
