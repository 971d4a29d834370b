"""The post of a call is one message on every platform, whatever its author wrote."""

from __future__ import annotations

import io
import itertools

import msgspec
import pytest
from PIL import Image as Drawing

from adapters.discord import render as discord
from adapters.telegram import limits as telegram_limits
from adapters.telegram import render as telegram
from bot.areas.calls.domain.calls import CallState, Proof
from bot.areas.calls.domain.texts import Texts, checked
from bot.chat.model import Image
from bot.errors import BadInput
from tests.areas.calls.posted import posted

SIGNS = "*_~`|[]<>@:.#-+\\!\n-"


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


@pytest.mark.parametrize(("image", "approved"), [(False, False), (False, True), (True, True)])
@pytest.mark.parametrize(
    "words",
    [
        "x",
        "🌱",
        "é",
        SIGNS,
        "- ",
        "1. \n",
        "@everyone ",
        "discord.gg/",
        "a\n\n#b\n",
        "a.bc ",
        "https://a.bc ",
        "https://日本.bc ",
        "日本語.日本 ",
        "https://www.example.org/a/b/c ",
    ],
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
