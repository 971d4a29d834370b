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
from tests.scenes import FREE_FARMERS, founded, leaves
from tests.stage import Stage


async def test_leaving_erases_and_the_ledger_still_verifies(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    bo = stage.person("Bo Hidden-Name")
    await bo.says("/join", farm)
    question = await bo.says("/leave", farm)
    await bo.presses(question, "Leave and erase", farm)
    assert "Join" in (await bo.says("/me", farm)).text

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


async def test_a_union_that_has_ended_is_joined_by_no_old_button(stage: Stage) -> None:
    """Attack: a member of a union without a founder, whom nobody can expel and whose ledger nobody reads."""
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    founded_there = await ada.says('/union create Farm "Grow"', farm)
    bo = stage.person("Bo")
    await leaves(ada, farm)
    assert "no longer belongs to Farm" in (await bo.presses(founded_there, "Join Farm", farm)).text
    pressed = await bo.presses(founded_there, "Join Farm")  # as a changed app sends it
    assert "Farm has ended, because its last member left" in pressed.text
    assert "/union create" in pressed.text
    assert await stage.store.read(unions_of, "words", bo.actor.native_id) == []
