"""An emulated Discord in a process of its own, whose members type: what `discord_path` measures against.

Speaks lines of JSON: first {"environment": …}, then for each line {"count": n} of its input
{"seconds": [one for each answer]}. {"path": …} says what is typed, {"once": …} has every member type it once.
"""

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.emulators.discord import MANAGE_GUILD, DiscordEmulator, Person
from tests.emulators.discord.model import Channel

MEMBERS = 50
CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"


class Crowd:
    """Fifty members of one server, who type and wait for the answer, again and again."""

    def __init__(self, emulator: DiscordEmulator) -> None:
        self.emulator = emulator
        self.guild = emulator.guild("Farm")
        self.room: Channel = self.guild.channel("general")
        self.members: list[Person] = [
            self.guild.member(f"m{number}", permissions=0 if number else MANAGE_GUILD)
            for number in range(MEMBERS)
        ]

    async def once(self, path: str, people: int, options: dict[str, Any]) -> None:
        """The first `people` members type this."""
        for member in self.members[:people]:
            await member.slash(self.room, path, **options)

    async def type(self, count: int, path: str, options: dict[str, Any]) -> list[float]:
        """All type at once, `count` times together; seconds until each answer was there."""
        left = iter(range(count))
        taken: list[float] = []

        async def keep_typing(member: Person) -> None:
            for _ in left:
                began = time.perf_counter()
                reply = await member.slash(self.room, path, **options)
                assert reply.content == "You stand for.", reply.text
                taken.append(time.perf_counter() - began)

        await asyncio.gather(*map(keep_typing, self.members))
        return taken


async def main() -> None:
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        async with DiscordEmulator() as emulator:
            emulator.patience = 60.0
            emulator.limits.route("POST", CALLBACK, 10**9, 1.0)  # Discord does not limit these together
            crowd = Crowd(emulator)
            _say(environment=emulator.environment(Path(folder)))
            while line := await loop.run_in_executor(None, sys.stdin.readline):
                order = json.loads(line)
                if "people" in order:
                    await emulator.ready()
                    await crowd.once(order["path"], order["people"], order["options"])
                    _say(done=True)
                else:
                    seconds = await crowd.type(order["count"], order["path"], order["options"])
                    _say(seconds=seconds)
            emulator.assert_clean()


def _say(**what: Any) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
