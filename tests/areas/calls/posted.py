"""Posts of calls for tests of how they are drawn."""

from __future__ import annotations

from typing import Any

from bot.areas.calls.domain.calls import Call, CallState
from bot.areas.calls.domain.texts import Texts
from bot.chat.chores import Duty
from bot.chat.model import Reply
from bot.domain.people import Union
from commands.calls.posts import card
from tests.clock import START
from tests.scenes import DAY

ANYTHING: Any = None
LONG_ZONE = "America/Argentina/ComodRivadavia"


def posted(texts: Texts, state: CallState, approved: bool) -> Reply:
    """The post as it is sent, without its picture."""
    call = Call(
        id=2**40, union_id=1, leader_id=None, author_id=1, repeat_id=None, state=state, title=texts.title,
        what=texts.what, why=texts.why, link=texts.link, file_id=None, proof=texts.proof, contest=True, opens=540,
        closes=1440, day=START.toordinal(), opens_at=START, closes_at=START + DAY, approved=approved, late=True,
        answered=1_234_567_890, created_at=START, token="t" * 22,
    )  # fmt: skip
    union = Union(1, "r", "Farm", "Grow", LONG_ZONE, 1, START)
    return card(Duty(ANYTHING, START, union, ANYTHING, ANYTHING), call, call.answered)
