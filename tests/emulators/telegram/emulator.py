"""The emulator as a test holds it: starting, stopping, waiting, faults."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Literal

from bot.domain.clock import Clock, SystemClock
from tests.emulators.distance import Distance
from tests.emulators.telegram import spec
from tests.emulators.telegram.chats import Chat
from tests.emulators.telegram.faults import Fault, Faults, failure
from tests.emulators.telegram.floods import FloodControl
from tests.emulators.telegram.people import Person
from tests.emulators.telegram.server import Request, Server
from tests.emulators.telegram.updates import Update, kind_of
from tests.emulators.telegram.world import World

TOKEN = "7000000001:AAE-emulated-token-of-the-tests-000"


class TelegramEmulator(World):
    """A Bot API server on loopback; `async with TelegramEmulator() as emu` starts and stops it.

    `limits` enforces Telegram's sending limits, `ephemeral` makes it a server of Bot API 10.2 or later. `claims`
    makes it one that only says so, of commands: "ignores" shows such messages to everybody, "refuses" refuses them.
    `privacy` is the bot's privacy mode, `validate` holds requests and answers against the specification.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        limits: bool = False,
        ephemeral: bool = False,
        claims: Literal["ignores", "refuses"] | None = None,
        privacy: bool = True,
        validate: bool = True,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(clock or SystemClock(), privacy)
        self.ephemeral = ephemeral
        self.claims = claims
        self.spec = spec.load(ephemeral) if validate else None
        self.token = TOKEN
        self.faults = Faults()
        self.floods = FloodControl(monotonic) if limits else None
        self.requests: list[Request] = []
        """Every request with its parameters and outcome."""
        self.violations: list[str] = []
        """What broke the published rules; leaving the `async with` raises when it is not empty."""
        self.settle: Callable[[], Awaitable[None]] | None = None
        """Set by adapters' tests: returns when the bot has nothing left to do; `says` then waits for that."""
        self.distance = Distance()
        self.server = Server(self)
        self.queue.check = self._check

    def _check(self, update: Update) -> None:
        if self.spec and (errors := self.spec.update_errors(update)):
            self.violations.append(f"the emulator's own fault: {errors}")

    async def __aenter__(self) -> TelegramEmulator:
        await self.server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        self.check_rules()

    def check_rules(self) -> None:
        """AssertionError when any request broke the published rules."""
        if self.violations:
            raise AssertionError("the Bot API's rules were broken:\n" + "\n".join(self.violations))

    async def stop(self) -> None:
        """Stop serving; held requests are let go."""
        self.faults.release_all()
        self.queue.end_poll()
        await self.server.stop()

    @property
    def base_url(self) -> str:
        """For `Bot(base_url=...)`."""
        return f"{self.server.origin}/bot"

    @property
    def base_file_url(self) -> str:
        """For `Bot(base_file_url=...)`."""
        return f"{self.server.origin}/file/bot"

    async def drained(self) -> None:
        """Until the bot has confirmed every update (by offset, or 2xx from its webhook)."""
        await self.signal.until(
            lambda: not self.queue.pending,
            lambda: f"never confirmed: {[kind_of(u) for u in self.queue.pending]}",
        )

    async def polling(self) -> None:
        """Until a long poll is waiting."""
        await self.signal.until(lambda: self.queue.polled, lambda: "no long poll arrived")

    async def requested(self, method: str, times: int = 1) -> list[Request]:
        """Until `method` was called and answered so often; those requests."""

        def done() -> list[Request]:
            return [request for request in self.requests if request.method == method and request.outcome]

        await self.signal.until(
            lambda: len(done()) >= times, lambda: f"{method}: {len(done())} of {times} requests"
        )
        return done()

    def fails(
        self,
        method: str,
        code: int,
        description: str | None = None,
        *,
        retry_after: int | None = None,
        chat: Chat | Person | None = None,
        times: int = 1,
    ) -> Fault:
        """The next requests of `method` ("*": any) are refused with this status."""
        error = failure(code, description, retry_after)
        return self.faults.plan(Fault(method, "fail", times, chat and chat.id, error))

    def drops(self, method: str, *, after: bool = False, times: int = 1) -> Fault:
        """The connection breaks before the request counts, or `after` it did, so that the answer is lost."""
        return self.faults.plan(Fault(method, "drop after" if after else "drop before", times))

    def garbles(
        self, method: str, body: str, *, status: int = 200, before: bool = False, times: int = 1
    ) -> Fault:
        """The answer is this body instead; with `before` the request has no effect, as a proxy's own page."""
        kind = "garble before" if before else "garble after"
        return self.faults.plan(Fault(method, kind, times, status=status, body=body))

    def holds(self, method: str, *, before: bool = False, times: int = 1) -> Fault:
        """The answer (with `before` the effect too) waits for `.release()`; `.arrived` tells of it."""
        return self.faults.plan(Fault(method, "hold before" if before else "hold after", times))

    def redelivers(self, update: Update) -> None:
        """Deliver an update a second time."""
        self.queue.again(update)
