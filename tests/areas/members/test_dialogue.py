"""Leaving, as people type it."""

from __future__ import annotations

from sqlalchemy import select

from bot import erasing
from bot.areas.ledger import services as ledger
from bot.areas.members.services.members import unions_of
from bot.domain.transaction import Tx
from bot.schema import metadata
from bot.storage.erasures import LAST_AFTER
from bot.storage.statements import Statement
from tests.scenes import FREE_FARMERS, founded
from tests.stage import Stage


async def test_leaving_erases_and_the_ledger_still_verifies(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    bo = stage.person("Bo Hidden-Name")
    await bo.says("/join", farm)
    question = await bo.says("/leave", farm)
    await bo.presses(question, "Leave and erase", farm)
    assert "Type /join first" in (await bo.says("/me", farm)).text

    def everything(tx: Tx) -> str:
        return " ".join(str(tx.all(Statement(select(table)))) for table in metadata().sorted_tables)

    await erasing.erase(stage.store)
    stage.clock.advance(LAST_AFTER)
    await erasing.erase(stage.store)
    assert "Hidden-Name" not in await stage.store.read(everything)
    union = (await stage.store.read(unions_of, "words", ada.actor.native_id))[0]
    entries, broken = await stage.store.read(ledger.verify, union)
    assert entries >= 5
    assert broken is None
