"""One row that cannot be worked out stops nothing for the other unions, and the log tells of it."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.areas.unions.tables import unions as unions_table
from bot.storage.statements import Statement
from tests.scenes import posts, write_call
from tests.stage import Stage

_BREAK = Statement(update(unions_table).where(unions_table.c.name == "Two").values(time_zone="Mars/Olympus"))
TITLES = ("One", "Two", "Three", "Four")


async def test_a_union_with_an_unknown_zone_is_passed_over(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    groups = []
    for number, title in enumerate(TITLES):
        leader, group = stage.person(f"Leader{number}", moderator=True), stage.group(title)
        await leader.says(f"/union create name:{title} purpose:Growing", group)
        await write_call(leader, f"Plant {title}", "One each")
        await leader.says(f"/call schedule call:Plant {title} when:daily")
        groups.append(group)
    await stage.store.write(lambda tx: tx.run(_BREAK))
    caplog.set_level(logging.ERROR)
    for _ in range(24):
        stage.clock.advance(timedelta(hours=3))
        await stage.chores()
        await stage.told(stage.person("Nobody"))
    third = [any(", 2026-03-04T" in post.text for post in await posts(stage, group)) for group in groups]
    assert third == [True, False, True, True]  # the first two days were laid out before
    passed = [record for record in caplog.records if getattr(record, "action", "") == "passed-over"]
    assert passed
    assert all("Mars/Olympus" in (record.exc_text or str(record.exc_info)) for record in passed)
    assert not [record for record in caplog.records if getattr(record, "action", "") == "chore"]
