"""Replies as the Bot API gets them, each sample against its golden payloads."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from adapters.telegram import limits, markup, words
from adapters.telegram.render import as_edit, opens_anywhere, plain, render
from bot.chat.model import (
    Button,
    Code,
    CodeBlock,
    Heading,
    Image,
    Link,
    LinkButton,
    Mention,
    Moment,
    Question,
    Reply,
    Visibility,
    bold,
    fields,
    items,
    p,
    say,
)
from tests.adapters.samples import AT, DOT, HOSTILE, SAMPLES
from tests.emulators.telegram.markup import find_entities, parse_html, utf16

GOLDEN = Path(__file__).with_name("golden")


def shown(value: Any) -> str:
    return f"{len(value)} bytes" if isinstance(value, bytes) else repr(value)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_sample_matches_golden(name: str) -> None:
    """`MUSTER_GOLDEN=write` writes the files anew; look at the difference before committing it."""
    rendered = render(SAMPLES[name])
    messages = [{"method": each.method, **each.params} for each in rendered.payloads]
    document = {"messages": messages, "changed": rendered.changed}
    text = json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True, default=shown) + "\n"
    path = GOLDEN / f"{name}.json"
    if os.environ.get("MUSTER_GOLDEN") == "write":
        path.write_text(text, "utf-8")
    assert path.read_text("utf-8") == text


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(SAMPLES)


def html_of(reply: Reply) -> str:
    (payload,) = render(reply).payloads
    return str(payload.params.get("text", payload.params.get("caption")))


def entities_of(reply: Reply) -> list[str]:
    """Everything that Telegram would make of the text, its own finds included."""
    text, given = parse_html(html_of(reply), lambda _: {"id": 1})
    return [entity["type"] for entity in find_entities(text, given)]


@pytest.mark.parametrize(
    "words",
    [
        "@everyone",
        "@muster_test_bot hello",
        "write to (@alice_b)",
        "/start",
        "do /link now",
        "#free",
        "https://evil.example/x",
        "http://evil.example",
        "tg://resolve?domain=evil",
        "evil.example",
        "www.evil.example/path?a=b",
        "t.me/evil",
        "ann@evil.example",
        "free💰.ws/claim",
        "evil.कॉम/claim",
        "💰.ws",
        "a.free💰.ws",
        "क्\u200dष.example",
        "ev-il~_.example",
        "straße.example",
        "→evil.example",
        "xn--80ak6aa92e.example",
        "5.6.7.8",
        "$TON",
        "</b><a href='https://evil.example'>x</a>",
        "&lt;b&gt;",
    ],
)
@pytest.mark.parametrize("around", ["", " ", "-", "("])
def test_members_words_become_no_link(words: str, around: str) -> None:
    text = around + words
    assert entities_of(say(p(text))) == []
    assert set(entities_of(say(p(bold(text)), fields((text, text)), items(text), Heading(text)))) == {"bold"}
    assert entities_of(say(p(Mention("elsewhere", "1", text)))) == []
    assert entities_of(say(p(Mention("telegram", "1", text)))) == ["text_mention"]
    read, _ = parse_html(html_of(say(p(text))), lambda _: None)
    assert read.replace("\u2060", "") == text


@pytest.mark.parametrize("at", range(1, 19))
def test_nor_do_words_that_meet(at: int) -> None:
    for text in (
        "@muster_test_bot xx",
        "http://a.example/xx",
        "x /start now #free ",
        "free💰.ws/claim xxxx",
        "see evil.कॉम/claim!",
        "5.6.7.8 or 15.16.17",
    ):
        assert set(entities_of(say(p(text[:at], bold(text[at:]))))) <= {"bold"}


@pytest.mark.parametrize("domain", ["evil.example", "t.me", "xn--80ak.com", "пример.рф", "a.b.co"])
def test_domains_are_broken(domain: str) -> None:
    """Telegram's word breaks at the joiner."""
    first, _, last = domain.rpartition(".")
    assert f"{first}.\u2060{last}" in markup.inert(f"see {domain}!")


@pytest.mark.parametrize("text", ["1.5 of 2.25", "e.g. this", "and/or", "50 %", "a@", "3/4", "Hello. World"])
def test_ordinary_words_stay_as_they_are(text: str) -> None:
    assert markup.inert(text).replace("\u2060", "") == text
    assert "1.5" not in text or markup.inert(text) == text


def test_code_stays_exact_and_inert() -> None:
    reply = say(p(Code("/union create @x https://a.example")), CodeBlock("@all https://a.example"))
    assert sorted(entities_of(reply)) == ["code", "pre"]
    assert "\u2060" not in html_of(reply)


def test_hidden_characters_are_written_out() -> None:
    for payload in render(SAMPLES["hostile"]).payloads:
        text = payload.params["text"] + json.dumps(payload.params["reply_markup"], ensure_ascii=False)
        assert not [character for character in "\x07\u202e\u2066\u200b" if character in text]


def test_actions_and_arguments_stay_here() -> None:
    sent = json.dumps([payload.params for payload in render(SAMPLES["buttons"]).payloads])
    assert "secret" not in sent


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "tg://resolve?domain=x", "https:///x", "http://[", ""]
)
def test_links_that_do_not_lead_to_the_web_are_words(url: str) -> None:
    assert entities_of(say(p(Link("x", url)))) == []
    assert not opens_anywhere(url)


@pytest.mark.parametrize(
    ("url", "opens"),
    [
        ("https://example.org/a", True),
        ("https://t.me/bot?start=x", True),
        ("http://127.0.0.1:1/link/x", False),
        ("http://localhost:1/link/x", False),
        ("http://[::1]:1/x", False),
        ("http://192.168.1.5/x", False),
        ("http://house/x", False),
    ],
)
def test_a_link_that_telegram_refuses_for_a_button_is_written_out(url: str, opens: bool) -> None:
    rendered = render(say("Here.", buttons=((LinkButton("Open", url),),)))
    (payload,) = rendered.payloads
    assert ("reply_markup" in payload.params) is opens
    assert (f"Open: <code>{url}</code>" in payload.params["text"]) is not opens
    assert rendered.changed == ([] if opens else ["link as text"])


def test_moments_are_shown_in_the_readers_time_and_written_in_the_unions() -> None:
    html = html_of(say(p(Moment(AT, "Europe/Berlin"))))
    assert html == '<tg-time unix="1774744200" format="Dt">29 March 2026, 01:30 (Europe/Berlin)</tg-time>'


def test_long_texts_are_divided_between_blocks() -> None:
    reply = SAMPLES["long"]
    rendered = render(reply)
    assert len(rendered.payloads) == 3
    assert rendered.changed == ["divided"]
    for payload in rendered.payloads:
        text, _ = parse_html(payload.params["text"], lambda _: None)
        assert utf16(text) == payload.length <= limits.TEXT
        assert text.startswith("Paragraph ")


@pytest.mark.parametrize("word", ["word ", "x", "🌾", "🌾 ", "line\n"])
@pytest.mark.parametrize(
    ("make", "times"),
    [(lambda text: p(bold(text)), 1), (CodeBlock, 1), (lambda text: items(text, text), 2)],
)
def test_one_block_too_long_for_a_message(word: str, make: Any, times: int) -> None:
    text = word * 3000
    payloads = render(say(make(text), buttons=((Button("B", "b", token="t"),),))).payloads
    read = []
    for payload in payloads:
        part, _ = parse_html(payload.params["text"], lambda _: None)
        assert utf16(part) == payload.length <= limits.TEXT
        read.append(part)
    whole = "".join("".join(read).replace("•", "").split())
    assert whole == "".join(text.split()) * times
    assert ["reply_markup" in payload.params for payload in payloads] == [False] * (len(payloads) - 1) + [
        True
    ]


def test_a_picture_carries_a_short_text_and_goes_before_a_long_one() -> None:
    (short,) = render(say("A picture:", Image(DOT, "One dot"))).payloads
    assert short.method == "send_photo"
    assert short.params["caption"] == "A picture:\n\n<blockquote expandable>One dot</blockquote>"
    photo, text = render(say("word " * 300, Image(DOT, "One dot"), ask=Question("a", "A"))).payloads
    assert (photo.method, text.method) == ("send_photo", "send_message")
    assert "caption" not in photo.params
    assert text.asks


def test_a_picture_that_is_no_photo_goes_as_a_file() -> None:
    narrow = DOT[:16] + (4000).to_bytes(4, "big") + (10).to_bytes(4, "big") + DOT[24:]
    rendered = render(say(Image(narrow, "A line")))
    assert [payload.method for payload in rendered.payloads] == ["send_document"]
    assert rendered.changed == ["picture as a file"]


def test_questions_open_the_answer_field() -> None:
    (payload,) = render(say("Name?", ask=Question("n", "N", hint="x" * 90))).payloads
    asked = payload.params["reply_markup"]
    assert asked["force_reply"]
    assert asked["selective"]
    assert len(asked["input_field_placeholder"]) == limits.PLACEHOLDER
    (choice,) = render(
        say("Which?", ask=Question("n", "N"), buttons=((Button("A", "a", token="t"),),))
    ).payloads
    assert "inline_keyboard" in choice.params["reply_markup"]


def test_a_question_among_many_names_whom_it_asks() -> None:
    (payload,) = render(SAMPLES["ask"], Mention("telegram", "5", "Ann")).payloads
    assert payload.params["text"].startswith('<a href="tg://user?id=5">Ann</a>: What')
    (other,) = render(SAMPLES["paragraph"], Mention("telegram", "5", "Ann")).payloads
    assert other.params["text"] == "Hello."


def test_wide_rows_are_broken_and_buttons_past_the_limit_named() -> None:
    row = tuple(Button(str(number), "b", token=f"t{number}") for number in range(20))
    rendered = render(say("Many.", buttons=(row,) * 6))
    rows = rendered.payloads[0].params["reply_markup"]["inline_keyboard"]
    assert max(map(len, rows)) == limits.BUTTONS_IN_A_ROW
    assert sum(map(len, rows)) == limits.BUTTONS
    assert rendered.changed.count("button left out") == 20


@pytest.mark.parametrize("token", ["", "x" * 65, "é" * 33])
def test_a_token_that_does_not_fit_is_an_error(token: str) -> None:
    with pytest.raises(limits.CannotShow):
        render(say("x", buttons=((Button("B", "b", token=token),),)))


def test_buttons_without_words_get_some() -> None:
    (payload,) = render(Reply(buttons=((Button("B", "b", token="t"),),))).payloads
    assert payload.params["text"] == words.CHOOSE


def test_nothing_to_show_is_no_message() -> None:
    assert render(Reply(notice="Done.")).payloads == []
    assert render(Reply()).payloads == []


def test_short_plain_replies_fit_into_a_window() -> None:
    assert plain(say(p("Hello ", bold("Ann"), "."))) == "Hello Ann."
    assert plain(say("x" * 201)) is None
    assert plain(SAMPLES["buttons"]) is None
    assert plain(SAMPLES["table"]) is None
    assert plain(SAMPLES["ask"]) is None


def test_edits() -> None:
    text, picture = render(SAMPLES["paragraph"]).payloads[0], render(SAMPLES["image"]).payloads[0]
    long_text = render(say("word " * 300)).payloads[0]
    changed = as_edit(text, old_has_media=False)
    assert changed is not None
    assert (changed.method, changed.params["text"]) == ("edit_message_text", "Hello.")
    captioned = as_edit(text, old_has_media=True)
    assert captioned is not None
    assert captioned.params == {"caption": "Hello.", "parse_mode": "HTML"}
    assert as_edit(long_text, old_has_media=True) is None
    media = as_edit(picture, old_has_media=True)
    assert media is not None
    assert media.method == "edit_message_media"
    assert as_edit(render(SAMPLES["ask"]).payloads[0], old_has_media=False) is None


def test_private_is_no_matter_of_rendering() -> None:
    assert render(say("x", visibility=Visibility.PRIVATE)) == render(say("x", visibility=Visibility.PUBLIC))


def test_hostile_labels_stay_labels() -> None:
    (row,) = (
        render(say("x", buttons=((Button(HOSTILE, "b", token="t"),),)))
        .payloads[0]
        .params["reply_markup"]["inline_keyboard"]
    )
    assert row[0]["text"].startswith("@everyone <b>")


def test_lists_of_people_notify_nobody() -> None:
    """A mention of a person is told to them; naming ten in a ranking must not call ten."""
    called = Mention("telegram", "42", "Ada")
    shown = Mention("telegram", "42", "Ada", silent=True)
    assert entities_of(say(p(called))) == ["text_mention"]
    assert entities_of(say(p(shown))) == []
    assert "Ada" in str(render(say(p(shown))).payloads)
