"""`kill -9` in the middle of people joining, endorsing, changing their minds: the tree, sums and ledger agree.

Everybody endorses somebody who was there before them (so no choice is ever refused), ends it, and endorses
somebody else. Who got no answer on Discord types the command again; Telegram's people typed all at once, and wait.
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot import membership
from bot.areas.spaces import services as spaces
from bot.areas.tree.domain.leadership import Rules
from bot.areas.tree.services import recount
from bot.areas.tree.services.recount import RecountReport
from bot.areas.tree.storage import rules as rules_storage
from bot.areas.unions import storage as unions_storage
from bot.domain.clock import SystemClock
from bot.domain.transaction import Tx
from bot.schema import metadata
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord import Person as Member
from tests.emulators.telegram import Person as User
from tests.emulators.telegram import TelegramEmulator
from tests.kill.process import PATIENCE_S, read, start

MEMBERS, NEWCOMERS, ON_TELEGRAM = 100, 40, 20
KILL_AFTER = 200

JOIN, ENDORSE, UNENDORSE = "join", "endorse", "unendorse"
DONE = {
    JOIN: ("Welcome", "already a member of Farm"),
    ENDORSE: ("endorses", "You already endorse them"),
    UNENDORSE: ("no longer", "You endorse nobody"),
}


@dataclass
class Follower:
    """Somebody on Discord, and what they type: a command at a time, with whom they name."""

    member: Member
    steps: list[tuple[str, Member | None]]
    answered: int = 0

    async def goes_on(self, channel: Any, answered: Callable[[], None]) -> None:
        while self.waits:
            path, leader = self.steps[self.answered]
            named = {"leader": leader} if leader else {}
            reply = await self.member.slash(channel, path, **named)
            shown = reply.interaction.followups or [reply.message]
            assert any(words in shown[0].text for words in DONE[path]), (path, shown[0].text)
            self.answered += 1
            answered()

    @property
    def waits(self) -> bool:
        """Whether something is not answered yet."""
        return self.answered < len(self.steps)

    def endorses(self, steps: int) -> str | None:
        """Whom they endorse after so many steps."""
        path, leader = self.steps[steps - 1] if steps else (JOIN, None)
        return str(leader.id) if path == ENDORSE and leader is not None else None


class Crowd:
    """Members and newcomers on Discord, and people who speak to the bot on Telegram."""

    def __init__(self, discord: DiscordEmulator, telegram: TelegramEmulator) -> None:
        chance = random.Random(7)
        self.signal = telegram.signal
        self.guild = discord.guild("Farm")
        self.channel = self.guild.channel("general")
        self.members = [self.guild.member(f"d{number}") for number in range(MEMBERS)]
        newcomers = [self.guild.member(f"n{number}") for number in range(NEWCOMERS)]
        self.followers = []
        for number, member in enumerate([*self.members[2:], *newcomers], 2):
            first, second = chance.sample(self.members[: min(number, MEMBERS)], 2)
            begins = [(JOIN, None)] if number >= MEMBERS else []
            steps = [*begins, (ENDORSE, first), (UNENDORSE, None), (ENDORSE, second)]
            self.followers.append(Follower(member, steps))
        self.users = [telegram.user(f"T{number}") for number in range(ON_TELEGRAM)]
        self.last: dict[str, str] = {}
        """Whom each on Telegram endorses in the end."""
        self.typed: list[tuple[User, str, dict[str, User]]] = []
        for number, user in enumerate(self.users[2:], 2):
            first, second = chance.sample(self.users[:number], 2)
            self.last[str(user.id)] = str(second.id)
            self.typed += [(user, f"/endorse {each}", {str(each): each}) for each in (first, second)]
            self.typed.insert(-1, (user, "/unendorse", {}))

    def populate(self, tx: Tx) -> None:
        """A union with the members and Telegram's people, in the server and in a group."""
        founder = membership.Founder("telegram", "1", "Founder", None)
        union, member, _ = membership.found(tx, "Farm", "Grow", "UTC", founder, "-100", "Barn")
        spaces.add(tx, union, member, "discord", str(self.guild.id), "Farm")
        rules_storage.put(tx, union.id, Rules(switch_hours=0))
        for each in self.members:
            membership.join(tx, union, "discord", str(each.id), each.name, None)
        for user in self.users:
            membership.join(tx, union, "telegram", str(user.id), user.first_name, None)

    def act(self) -> list[asyncio.Task[None]]:
        """Everybody types at once."""
        for user, line, mentions in self.typed:
            user.types(line, mentions=mentions)
        return self.go_on()

    def go_on(self) -> list[asyncio.Task[None]]:
        """Who waits for an answer on Discord types again."""
        return [asyncio.create_task(each.goes_on(self.channel, self.signal.fire)) for each in self.followers]

    def told(self) -> int:
        """How many answers were seen."""
        on_telegram = sum(len(user.chat.from_bot) for user in self.users)
        return sum(each.answered for each in self.followers) + on_telegram


def choices(database: Path, platform: str) -> dict[str, str | None]:
    """Whom everybody who ever chose endorses, by their ids on a platform."""
    query = f"""
        select mine.native_id, theirs.native_id from endorsements
        join accounts mine on mine.member_id = endorsements.member_id
        left join accounts theirs on theirs.member_id = endorsements.leader_id
        where mine.platform = '{platform}'
    """
    return {str(who): leader and str(leader) for who, leader in read(database, query)}


def counted(tx: Tx) -> RecountReport:
    union = unions_storage.by_id(tx, 1)
    assert union is not None
    return recount.compare(tx, union)


async def examined(url: str) -> RecountReport:
    store = await Store.open(url, SystemClock(), metadata())
    try:
        return await store.scan(counted)
    finally:
        await store.close()


@pytest.mark.timeout(400)
async def test_the_tree_its_sums_and_the_ledger_agree(tmp_path: Path) -> None:
    database = tmp_path / "data" / "muster.db"
    url = f"sqlite+aiosqlite:///{database}"
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramEmulator(SystemClock()))
        discord = await stack.enter_async_context(DiscordEmulator(clock=ManualClock()))
        discord.patience, telegram.signal.patience = PATIENCE_S, PATIENCE_S
        crowd = Crowd(discord, telegram)
        store = await Store.open(url, SystemClock(), metadata())
        await store.write(crowd.populate)
        await store.close()
        variables = {
            **discord.environment(tmp_path),
            "MUSTER_TELEGRAM_TOKEN": telegram.token,
            "MUSTER_TELEGRAM_API": telegram.base_url.removesuffix("/bot"),
            "MUSTER_DATA_DIR": str(tmp_path / "data"),
        }
        bot = await start(stack, tmp_path, variables)
        await discord.ready()
        typing = crowd.act()
        await crowd.signal.until(lambda: crowd.told() >= KILL_AFTER, lambda: f"{crowd.told()} answers")
        bot.process.send_signal(signal.SIGKILL)
        assert await asyncio.to_thread(bot.process.wait) == -signal.SIGKILL
        for task in typing:
            task.cancel()
        await asyncio.gather(*typing, return_exceptions=True)
        assert KILL_AFTER <= crowd.told() < sum(len(each.steps) for each in crowd.followers)

        found = choices(database, "discord")
        for each in crowd.followers:  # what was answered is there; what was typed last may be
            possible = {
                each.endorses(steps) for steps in (each.answered, each.answered + 1)[: 1 + each.waits]
            }
            assert found.get(str(each.member.id)) in possible
        report = await examined(url)
        assert report.well, report.first

        bot = await start(stack, tmp_path, variables)
        await discord.ready()
        await asyncio.gather(*crowd.go_on())
        await telegram.drained()
        assert await asyncio.to_thread(bot.stop) == 0

    assert choices(database, "telegram") == crowd.last
    last = {str(each.member.id): each.endorses(len(each.steps)) for each in crowd.followers}
    assert choices(database, "discord") == last
    report = await examined(url)
    assert report.well, report.first
    assert (report.members, report.endorsing) == (
        MEMBERS + NEWCOMERS + ON_TELEGRAM + 1,
        len(last) + len(crowd.last),
    )
    for kind, times in (("made", 2), ("ended", 1)):  # and nothing happened twice
        acts = read(
            database, f"select actor, count(*) from ledger where kind = 'endorsement.{kind}' group by actor"
        )
        assert [count for _, count in acts] == [times] * report.endorsing
