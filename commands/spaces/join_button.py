"""The button by which everybody in a place joins its union."""

from __future__ import annotations

from bot.chat.model import Button, Style
from bot.domain.names import one_line
from bot.domain.people import Union
from bot.domain.phrases import phrase


def join_button(union: Union) -> Button:
    """Returns a button that lets everybody join, for as long as its post stands."""
    label = phrase("Join {union}", union=one_line(union.name, 40))
    return Button(label, "/join", anyone=True, lasts_s=None, style=Style.PRIMARY)
