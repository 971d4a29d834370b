"""The websocket of one tab."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from adapters.playground import limits
from adapters.playground.sockets import Socket
from tests.clock import ManualClock


async def test_a_clock_that_is_set_back_locks_nobody_out(clock: ManualClock) -> None:
    socket = Socket(cast(Any, None), clock)
    clock.advance(timedelta(hours=-1))
    asked = [socket.may_ask() for _ in range(limits.ACTS_AT_ONCE + 1)]
    assert asked == [True] * limits.ACTS_AT_ONCE + [False]
    clock.advance(timedelta(seconds=60))
    assert socket.may_ask()
