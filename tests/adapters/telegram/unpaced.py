"""A pacer without limits, for tests and figures that are not about them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from adapters.telegram.pacing import Pacer

T = TypeVar("T")


class Unpaced(Pacer):
    """Everybody's turn is now; a 429 is passed on as after the last try."""

    async def run(
        self,
        chat: int | str,
        send: Callable[..., Awaitable[T]],
        *,
        group: bool,
        urgent: bool,
        tries: int = 5,
        may_pay: bool = False,
    ) -> T:
        return await send()
