"""Faults to inject: refusals, dropped connections, answers held back."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.telegram.errors import ApiError

_TEXTS = {
    401: "Unauthorized", 403: "Forbidden: bot was blocked by the user", 404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    429: "Too Many Requests: retry after {}", 500: "Internal Server Error", 502: "Bad Gateway",
}  # fmt: skip


@dataclass(eq=False)
class Fault:
    """One planned fault; it applies to the next `times` requests of `method`."""

    method: str
    kind: str  # fail, drop before, drop after, hold before, hold after, garble before, garble after
    times: int = 1
    chat_id: int | None = None
    error: ApiError | None = None
    status: int = 200
    body: str = ""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a request has run into the fault."""
    _open: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Let the held answer go."""
        self._open.set()

    async def wait(self) -> None:
        """The held request waits here."""
        await self._open.wait()


class Faults:
    """The planned faults, oldest first."""

    def __init__(self) -> None:
        self.planned: list[Fault] = []
        self._all: list[Fault] = []

    def plan(self, fault: Fault) -> Fault:
        self.planned.append(fault)
        self._all.append(fault)
        return fault

    def take(self, method: str, parameters: dict[str, Any]) -> Fault | None:
        """The fault that this request meets, if any."""
        for fault in self.planned:
            right_chat = fault.chat_id is None or parameters.get("chat_id") == fault.chat_id
            if fault.method in (method, "*") and right_chat:
                fault.times -= 1
                if not fault.times:
                    self.planned.remove(fault)
                fault.arrived.set()
                return fault
        return None

    def release_all(self) -> None:
        """Nothing may hang at the end of a test."""
        for fault in self._all:
            fault.release()


def failure(code: int, description: str | None, retry_after: int | None) -> ApiError:
    """The error answer of a planned refusal."""
    text = description or _TEXTS.get(code, "Bad Request").format(retry_after)
    return ApiError(code, text, **({"retry_after": retry_after} if retry_after else {}))
