"""`kill -9` of the real process in the middle of 1,000 commands from both platforms, then a restart.

Accepted is what Telegram may forget (it was acknowledged) and what a person on Discord saw answered. Who got
no answer on Discord types the command again, as people do; Telegram's people do nothing.
"""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot import membership
from bot.areas.ledger import services as ledger
from bot.areas.spaces import services as spaces
from bot.areas.unions import services as unions
from bot.domain.clock import SystemClock
from bot.domain.transaction import Tx
from bot.schema import metadata
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord import Person as Member
from tests.emulators.telegram import Group, TelegramEmulator
from tests.emulators.telegram import Person as User
from tests.kill.process import PATIENCE_S, read, start

# Telegram takes 20 messages a minute in a group: more groups, not slower tests.
GROUPS, IN_GROUP, ON_DISCORD = 20, 15, 700
KILL_AFTER = 350
# What was sent and not yet noted as delivered when the process died: Telegram has no key to send it once.
MOST_DOUBLED = 40


def populate(tx: Tx, groups: list[str], guild: str) -> None:
    """A union that lives in all the groups and in the server."""
    founder = membership.Founder("telegram", "1", "Founder", None)
    union, member, _ = membership.found(tx, "Farm", "Grow", "UTC", founder, groups[0], "Farm 0")
    for number, group in enumerate(groups[1:], 1):
        spaces.add(tx, union, member, "telegram", group, f"Farm {number}")
    spaces.add(tx, union, member, "discord", guild, "Farm")


class Crowd:
    """1,000 people who all want to join."""

    def __init__(self, telegram: TelegramEmulator, discord: DiscordEmulator) -> None:
        self.telegram, self.discord = telegram, discord
        self.groups: list[Group] = []
        self.users: list[tuple[User, Group]] = []
        for number in range(GROUPS):
            users = [telegram.user(f"T{number}x{index}") for index in range(IN_GROUP)]
            for user in users:
                user.unblocks_bot()  # has pressed Start
            self.groups.append(group := telegram.group(f"Farm {number}", *users))
            self.users += [(user, group) for user in users]
        self.guild = discord.guild("Farm")
        self.channel = self.guild.channel("general")
        self.members = [self.guild.member(f"d{number}") for number in range(ON_DISCORD)]
        self.answered: set[int] = set()

    def told(self) -> int:
        """How many have an answer by now."""
        return len(self.answered) + len(self.welcomes())

    def welcomes(self) -> Counter[int]:
        """How often Telegram showed each person their welcome, in the private chat."""
        shown = {user.id: [message.text or "" for message in user.chat.from_bot] for user, _ in self.users}
        return +Counter({who: sum("Welcome" in text for text in texts) for who, texts in shown.items()})

    async def join_on_discord(self, member: Member) -> None:
        """Type /join; remember whether there was an answer."""
        reply = await member.slash(self.channel, "join")
        if not reply.text:  # deferred in public, so the private answer follows
            await reply.followed_up()
        assert "Welcome" in reply.text or "already" in reply.text, reply.text
        self.answered.add(member.id)

    async def all_join(self) -> list[asyncio.Task[None]]:
        """Everybody types at once."""
        for user, group in self.users:
            user.types("/join", group)
        return [asyncio.create_task(self.join_on_discord(member)) for member in self.members]


async def checked(store_url: str) -> tuple[int, int | None]:
    store = await Store.open(store_url, SystemClock(), metadata())
    try:
        return await store.read(lambda tx: ledger.verify(tx, unions.every(tx)[0]))
    finally:
        await store.close()


@pytest.mark.timeout(400)
async def test_nothing_accepted_is_lost_and_nothing_happens_twice(tmp_path: Path) -> None:
    database = tmp_path / "data" / "muster.db"
    url = f"sqlite+aiosqlite:///{database}"
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramEmulator(SystemClock()))
        discord = await stack.enter_async_context(DiscordEmulator(clock=ManualClock()))
        discord.patience, telegram.signal.patience = PATIENCE_S, PATIENCE_S
        crowd = Crowd(telegram, discord)
        store = await Store.open(url, SystemClock(), metadata())
        await store.write(populate, [str(group.id) for group in crowd.groups], str(crowd.guild.id))
        await store.close()
        variables = {
            **discord.environment(tmp_path),
            "MUSTER_TELEGRAM_TOKEN": telegram.token,
            "MUSTER_TELEGRAM_API": telegram.base_url.removesuffix("/bot"),
            "MUSTER_DATA_DIR": str(tmp_path / "data"),
        }
        bot = await start(stack, tmp_path, variables)
        await discord.ready()
        typing = await crowd.all_join()
        await telegram.signal.until(lambda: crowd.told() >= KILL_AFTER, lambda: f"{crowd.told()} answers")
        bot.process.send_signal(signal.SIGKILL)
        assert await asyncio.to_thread(bot.process.wait) == -signal.SIGKILL
        for task in typing:
            task.cancel()
        await asyncio.gather(*typing, return_exceptions=True)
        sure = set(crowd.answered)
        assert KILL_AFTER <= crowd.told() < 1000

        held = {row[0] for row in read(database, "select native_id from accounts where platform = 'discord'")}
        assert {str(number) for number in sure} <= held  # who saw an answer is a member

        bot = await start(stack, tmp_path, variables)
        await discord.ready()
        missing = [member for member in crowd.members if member.id not in sure]
        await asyncio.gather(*map(crowd.join_on_discord, missing))
        await telegram.signal.until(
            lambda: len(crowd.welcomes()) == len(crowd.users), lambda: f"{len(crowd.welcomes())} welcomes"
        )
        await telegram.drained()
        assert await asyncio.to_thread(bot.stop) == 0

    shown = Counter(crowd.welcomes().values())
    assert set(shown) <= {1, 2}
    assert shown[2] <= MOST_DOUBLED
    (members,) = read(database, "select count(*), count(distinct ref) from members")
    (accounts,) = read(database, "select count(*), count(distinct member_id) from accounts")
    joined = read(database, "select actor from ledger where kind = 'member.joined'")
    assert members == accounts == (1001, 1001)
    assert len(joined) == len(set(joined)) == 1001
    assert (await checked(url))[1] is None
