"""The post of a call is one message on every platform, whatever its author wrote."""

from __future__ import annotations

import io
import itertools
from typing import Any

import msgspec
import pytest
from PIL import Image as Drawing

from adapters.discord import render as discord
from adapters.telegram import limits as telegram_limits
from adapters.telegram import render as telegram
from bot.areas.calls.domain.calls import Call, CallState, Proof
from bot.areas.calls.domain.texts import Texts, checked
from bot.chat.chores import Duty
from bot.chat.model import Image, Reply
from bot.domain.people import Union
from bot.errors import BadInput
from commands.calls.posts import card
from tests.clock import START

ANYTHING: Any = None
SIGNS = "*_~`|[]<>@:.#-+\\!\n-"
LONG_ZONE = "America/Argentina/ComodRivadavia"


def picture() -> bytes:
    drawn = io.BytesIO()
    Drawing.new("RGB", (8, 8)).save(drawn, "PNG")
    return drawn.getvalue()


def longest(words: str, *, image: bool) -> Texts:
    """The longest texts made of these words that are accepted."""
    link = "https://" + "a-" * 30 + "b.example/" + "_*" * 110
    for title, what, why in itertools.product((80, 40), range(600, 0, -20), (300, 150)):
        made = [(words * most)[:most].strip() or "x" for most in (title, what, why)]
        texts = Texts(made[0], made[1], made[2], link, 1 if image else None, Proof.LEADER)
        try:
            return checked(texts)
        except BadInput:
            continue
    raise AssertionError(words)


def posted(texts: Texts, state: CallState, approved: bool) -> Reply:
    """The post as it is sent, without its picture."""
    call = Call(
        id=2**40, union_id=1, leader_id=None, author_id=1, repeat_id=None, state=state, title=texts.title,
        what=texts.what, why=texts.why, link=texts.link, file_id=None, proof=texts.proof, contest=True, opens=540,
        closes=1440, day=START.toordinal(), opens_at=START, closes_at=START, approved=approved, late=True,
        answered=1_234_567_890, created_at=START, token="t" * 22,
    )  # fmt: skip
    union = Union(1, "r", "Farm", "Grow", LONG_ZONE, 1, START)
    return card(Duty(ANYTHING, START, union, ANYTHING, ANYTHING), call, call.answered)


@pytest.mark.parametrize(("image", "approved"), [(False, False), (False, True), (True, True)])
@pytest.mark.parametrize(
    "words", ["x", "🌱", "é", SIGNS, "- ", "1. \n", "@everyone ", "discord.gg/", "a\n\n#b\n"]
)
def test_the_longest_post_is_one_message(words: str, image: bool, approved: bool) -> None:
    texts = longest(words, image=image)
    for state in (CallState.OPEN, CallState.CLOSED, CallState.CANCELLED, CallState.PLANNED):
        reply = posted(texts, state, approved)
        if image:
            reply = msgspec.structs.replace(reply, blocks=(*reply.blocks, Image(picture(), "A picture")))
        drawn = discord.render(reply)
        assert drawn.changed == ()
        [part] = drawn.parts
        assert len(part.payload["content"]) <= 2000
        [payload] = telegram.render(reply).payloads
        assert payload.length <= (telegram_limits.CAPTION if image else telegram_limits.TEXT)
        assert payload.has_media == image
