"""Hidden characters: kept where writing needs them, written out where two names could differ by nothing else."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.incoming import Actor, CommandCall, Incoming, Place, Say, decode, encode, sound
from bot.domain.hidden import is_seen, visible
from bot.domain.names import one_line
from tests.stage import Stage

NEEDED = {
    "Persian": "می\u200cخواهم",
    "a Persian mark before it": "کتابِ\u200cها",
    "a conjunct kept apart": "क्\u200cष",
    "a half letter": "क्\u200dष",
    "a Malayalam letter at the end": "അവന്\u200d",
    "Sinhala": "ශ්\u200dරී",
    "Mongolian": "ᠠ\u180b",
    "a variant of an ideograph": "葛\U000e0100城",
    "England": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "a heart": "❤\ufe0f",
    "a key": "1\ufe0f\u20e3",
    "a farmer": "👩🏽\u200d🌾",
    "an eye": "👁\ufe0f\u200d🗨\ufe0f",
    "a pirate": "🏴\u200d☠\ufe0f",
    "a family": "👨\u200d👩\u200d👧\u200d👦",
}
HIDING = {
    "between Latin letters": "A\u200cda",
    "a joiner between Latin letters": "A\u200dda",
    "two for one": "می\u200c\u200cخواهم",
    "at the end": "می\u200c",
    "Tamil, which has no conjuncts": "க்\u200cக",
    "after a conjunct's sign, before another script": "क्\u200cA",
    "a selector after a letter": "A\ufe0fda",
    "a second selector": "❤\ufe0f\ufe0f",
    "a variant of no ideograph": "A\U000e0100da",
    "tags of no flag": "A\U000e0061da",
    "tags of no flag that is known": "🏴\U000e0075\U000e0073\U000e007f",
    "a grapheme joiner": "A\u034fda",
    "a joiner after the last emoji": "👩\u200d",
    "a shorthand control": "A\U0001bca0da",
}


@pytest.mark.parametrize("text", NEEDED.values(), ids=NEEDED)
def test_what_changes_the_look_is_kept(text: str) -> None:
    assert visible(text) == text
    assert one_line(f"{text} x") == f"{text} x"


@pytest.mark.parametrize("text", HIDING.values(), ids=HIDING)
def test_what_only_hides_is_written_out(text: str) -> None:
    assert "\\u{" in visible(text)
    assert "\\u{" in one_line(text)


@pytest.mark.parametrize(
    ("typed", "shown"), [("کار\u200cها", "کارها"), ("⭐\ufe0f", "⭐"), ("😀\ufe0f", "😀")]
)
def test_what_keyboards_add_without_need_is_left_out(typed: str, shown: str) -> None:
    assert visible(typed) == shown


@given(
    st.text(
        st.sampled_from("\u200c\u200d\ufe0fAمرक्ක්ர்👩⭐❤🏴葛\n\u2060\U000e0067\U000e007f\u0378")
        | st.characters()
    )
)
def test_what_is_visible_stays_as_it_is(text: str) -> None:
    shown = visible(text)
    assert visible(shown) == shown


def test_nobody_makes_it_slow() -> None:
    for text in ("ب\u200c" * 4_000, "\u200d" * 4_000, "👩\u200d" * 4_000, "ب" + "\u064b" * 4_000 + "\u200cب"):
        began = time.process_time()
        visible(text)
        assert time.process_time() - began < 0.2


def test_an_emoji_that_is_cut_hides_nothing() -> None:
    for length in range(2, 12):
        assert "\\u{" not in visible(one_line("👨\u200d👩\u200d👧\u200d👦 ❤\ufe0f❤\ufe0f", length))


@pytest.mark.parametrize(
    "name", ["\u2800", "\u200d", "\u034f", "\u3164\u2800 ", "\u0301", "\u202e\u2066", "\ufe0f"]
)
async def test_a_name_with_nothing_to_see_is_replaced(stage: Stage, name: str) -> None:
    assert not is_seen(name)
    assert one_line(name) == ""
    ada = stage.person("Ada", moderator=True)
    farm = stage.group("Farm")
    await ada.says('/union create name:"Farmers" purpose:"Grow"', farm)
    eve = stage.person(name, username="eve")
    await eve.says("/join", farm)
    assert "eve" in (await ada.says("/whois @eve", farm)).text
    refused = await ada.says(f'/union edit name:"{name}"', farm)
    assert "Write at least one character" in refused.text
    assert "Farmers" in (await ada.says("/union about", farm)).text


def test_who_has_no_username_either_is_told_apart_by_the_account() -> None:
    act = Incoming(
        "1", Actor("telegram", "123456789", "\u2800"), Place("telegram", "5", "5", title="\u2800"), Say("x")
    )
    assert (sound(act).actor.name, sound(act).place.title) == ("Nameless 6789", "a place without a name")


async def test_joiners_of_copied_words_do_not_come_in(stage: Stage) -> None:
    """Somebody copies words that an adapter made inert, and gives them as their own."""
    ada = stage.person("Ada", moderator=True)
    farm = stage.group("Farm")
    await ada.says('/union create name:"Far\u2060mers" purpose:"See example.\u2060org"', farm)
    about = (await ada.says("/union about", farm)).text
    assert "Farmers" in about
    assert "See example.org" in about


async def test_a_name_with_nothing_to_see_can_be_written_as_json(stage: Stage) -> None:
    eve = stage.person("\u3164", username=" ")
    act = Incoming("1", eve.actor, Place("words", "chat", "space", title="\u3164"), CommandCall("help"))
    assert decode(encode(act)) == sound(act)
