"""The far side of the fan-out bench, a process of its own: a platform 80 ms away that counts strictly.

`python -m tests.bench._fanout_far <discord|telegram|paid> <recipients> <jitter s>` prints how to reach it and whom to
write to, and when its input is closed what arrived.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, cast

from tests.emulators.discord import DiscordEmulator
from tests.emulators.distance import Distance
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram.errors import ApiError
from tests.emulators.telegram.floods import FloodControl
from tests.emulators.telegram.stub import BODY

LATENCY_S = 0.08


def tell(**what: Any) -> None:
    print(json.dumps(what), flush=True)


def counted(times: list[float], per_recipient: Counter[int], recipients: int, refused: int) -> dict[str, Any]:
    """What arrived, and how quickly."""
    doubled = sum(number - 1 for number in per_recipient.values())
    seconds = times[-1] - times[0] if len(times) > 1 else 0.0
    return {
        "rate": (len(times) - 1) / seconds if seconds else 0.0,
        "refused": refused,
        "lost": recipients - len(per_recipient),
        "doubled": doubled,
    }


async def closed() -> None:
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def discord(recipients: int, jitter: float) -> None:
    """A server with so many members; the global limit counts, each bucket is generous."""
    with tempfile.TemporaryDirectory() as folder:
        async with DiscordEmulator() as emu:
            emu.distance = Distance(LATENCY_S, jitter)
            guild = emu.guild("Farm")
            members = [guild.member(f"m{number}") for number in range(recipients)]
            times: list[float] = []
            check = emu.limits.check

            def noted(method: str, template: str, major: str) -> Any:
                verdict = check(method, template, major)
                if not verdict.retry_after and (method, template) in COUNTED:
                    times.append(time.monotonic())
                return verdict

            emu.limits.check = noted  # type: ignore[method-assign]  # listened to
            environment = emu.environment(Path(folder))
            tell(**environment, to=[member.id for member in members])
            await closed()
            arrived: Counter[int] = Counter()
            for channel in emu.world.channels.values():
                if channel.recipient is not None:
                    arrived[channel.recipient.id] += len(channel.messages)
            tell(**counted(times, +arrived, recipients, emu.limits.refused))


COUNTED = {("POST", "/channels/{channel_id}/messages"), ("POST", "/users/@me/channels")}


async def telegram(recipients: int, jitter: float) -> None:
    """So many people in private chats, each 1/s, 30/s in all."""
    async with TelegramEmulator(limits=True, validate=False) as emu:
        emu.distance = Distance(LATENCY_S, jitter)
        people = [emu.user(f"P{number}", started=True) for number in range(recipients)]
        tell(api=emu.server.origin, token=emu.token, to=[person.id for person in people])
        await closed()
        assert emu.floods
        accepted = emu.floods.accepted
        arrived = Counter(chat for _, chat in accepted)
        tell(**counted([at for at, _ in accepted], arrived, recipients, emu.floods.refused))


class Far(asyncio.Protocol):
    """The Bot API as far as sendMessage goes, light enough for thousands a second."""

    distance = Distance()
    floods = FloodControl(time.monotonic)
    paid = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            form = b"x-www-form-urlencoded" in head
            body, self._buffer = self._buffer[end + 4 : end + 4 + length], self._buffer[end + 4 + length :]
            asyncio.get_running_loop().call_later(self.distance.half(), self._arrived, body, form)

    def _arrived(self, body: bytes, form: bool) -> None:
        if form:  # python-telegram-bot's own transport
            given = dict(pair.split(b"=", 1) for pair in body.split(b"&"))
            chat, paid = int(given.get(b"chat_id", b"0")), b"allow_paid_broadcast" in given
        else:
            parsed = json.loads(body) if body else {}
            chat, paid = int(parsed.get("chat_id", 0)), bool(parsed.get("allow_paid_broadcast"))
        status, answer = "200 OK", BODY
        try:
            if chat:
                self.floods.admit(chat, False, paid)
                Far.paid += paid
        except ApiError as refused:
            status = "429 Too Many Requests"
            said = {"ok": False, "error_code": 429, "description": refused.description}
            answer = json.dumps(said | {"parameters": refused.parameters}).encode()
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
        asyncio.get_running_loop().call_later(
            self.distance.half(), cast(asyncio.Transport, self._transport).write, head.encode() + answer
        )


async def paid(recipients: int, jitter: float) -> None:
    """30/s for nothing and 1,000/s paid."""
    Far.distance = Distance(LATENCY_S, jitter)
    server = await asyncio.get_running_loop().create_server(Far, "127.0.0.1", 0)
    origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    tell(api=origin, token="7000000001:bench", to=list(range(1001, 1001 + recipients)))
    await closed()
    accepted = Far.floods.accepted
    arrived = Counter(chat for _, chat in accepted)
    tell(**counted([at for at, _ in accepted], arrived, recipients, Far.floods.refused), paid=Far.paid)


if __name__ == "__main__":
    asyncio.run(
        {"discord": discord, "telegram": telegram, "paid": paid}[sys.argv[1]](
            int(sys.argv[2]), float(sys.argv[3])
        )
    )
