"""What does not fit is cut and said, or refused with what to change."""

from __future__ import annotations

import pytest

from adapters.playground import limits, render
from bot.chat.model import Button, Form, Image, Question, Reply, p, say
from tests.adapters.samples import SAMPLES


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_samples_fit_as_they_are(name: str) -> None:
    assert limits.fit(SAMPLES[name]) == (SAMPLES[name], ())


def test_text_past_the_limit_is_cut_with_an_ellipsis() -> None:
    reply, done = limits.fit(say("a" * (limits.MAX_TEXT - 10), "b" * 100, "c"))
    assert done == ("text cut",)
    texts = [block["spans"][0]["text"] for block in render.payload(reply)["blocks"]]
    assert texts[1] == "b" * 9 + "…"
    assert sum(map(len, texts)) == limits.MAX_TEXT


def test_too_many_blocks_are_cut() -> None:
    reply, done = limits.fit(say(*["x"] * (limits.MAX_BLOCKS + 1)))
    assert done == ("text cut",)
    assert len(reply.blocks) == limits.MAX_BLOCKS + 1


def test_a_large_image_becomes_its_words() -> None:
    reply, done = limits.fit(say(Image(b"\0" * (limits.MAX_IMAGE + 1), "A tree")))
    assert (reply.blocks, done) == ((p("A tree"),), ("image as words",))


QUESTION = Question("a", "A")


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (say("x", buttons=((Button("a", token="t"),),) * 6), "rows"),
        (say("x", buttons=((Button("a", token="t"),) * 6,)), "rows"),
        (say("x", buttons=((Button("a" * 81, token="t"),),)), "label"),
        (say("x", buttons=((Button("", token="t"),),)), "label"),
        (say("x", buttons=((Button("a"),),)), "token"),
        (say("x", buttons=((Button("a", token="é" * 15),),)), "token"),
        (Reply(form=Form("F", (), "f")), "form"),
        (Reply(form=Form("F", (QUESTION,) * 26, "f")), "form"),
    ],
)
def test_what_cannot_be_cut_is_refused(reply: Reply, says: str) -> None:
    with pytest.raises(limits.CannotShow, match=says):
        limits.fit(reply)
