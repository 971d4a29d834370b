"""Two accounts become one person by a common wallet: with the holder's agreement, or slowly without an answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.areas.wallets.services import claims
from bot.domain.transaction import Tx
from bot.membership import LINKING
from tests.areas.joinings.village import NO, YES, Village
from tests.scenes import entries, later, leaves
from tests.stage import Persona
from tests.web.people import ANNAS, BOBS

DAY = timedelta(days=1)


async def holder_and_asker(village: Village, kind: str = "eoa") -> tuple[Persona, Persona, int]:
    """Bo holds a wallet; Bob (the same person, or a thief) signed with it."""
    bo, bob = await village.joins("Bo"), await village.joins("Bob", "values")
    await village.holds(bo, kind=kind)
    return bo, bob, await village.signs(bob, kind=kind)


def warnings(told: list) -> int:  # type: ignore[type-arg]
    return sum("Stop it" in heard.labels for heard in told)


# -- with an answer ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["eoa", "contract"])
async def test_the_holder_is_asked_and_one_press_of_each_side_joins(village: Village, kind: str) -> None:
    bo, bob, ticket = await holder_and_asker(village, kind)
    asked = await village.button(bob, "joining.ask", ticket=ticket)
    assert "Bo @bo on Words, id bo-words" in asked.text
    question = await village.last(bo)
    assert "Bob @bob on Values, id bob-values" in question.text
    await bo.presses(question, YES)
    assert not await village.same(bo, bob)
    assert "You are now one person" in (await bob.presses(asked, YES)).text
    assert await village.same(bo, bob)


async def test_all_accounts_of_the_holder_are_asked_and_any_of_them_answers(village: Village) -> None:
    bo, bob, ticket = await holder_and_asker(village)
    also_bo = await village.joins("Bobo", "values")
    await village.become_one(also_bo, bo)
    village.stage.clock.advance(DAY)
    ticket = await village.signs(bob)
    asked = await village.button(bob, "joining.ask", ticket=ticket)
    assert "Bobo @bobo on Values" in asked.text
    await bob.presses(asked, YES)
    first, second = await village.last(bo), await village.last(also_bo)
    assert YES in first.labels
    assert "You are now one person" in (await also_bo.presses(second, YES)).text
    assert await village.same(bo, bob)
    assert "no longer open" in (await bo.presses(first, YES)).text


async def test_asking_twice_asks_the_holder_once(village: Village) -> None:
    bo, bob, ticket = await holder_and_asker(village)
    for _ in range(3):
        assert YES in (await village.button(bob, "joining.ask", ticket=ticket)).labels
    assert sum(YES in heard.labels for heard in await village.stage.told(bo)) == 1
    assert await village.open_questions() == 1


async def test_an_old_ticket_and_that_of_another_prove_nothing(village: Village) -> None:
    _, bob, ticket = await holder_and_asker(village)
    eve = await village.joins("Eve")
    for action in ("joining.ask", "joining.slow"):
        assert "Type /link to start again" in (await village.button(eve, action, ticket=ticket)).text
    village.stage.clock.advance(timedelta(minutes=10))
    for action in ("joining.ask", "joining.slow"):
        assert "Type /link to start again" in (await village.button(bob, action, ticket=ticket)).text
    assert await village.open_questions() == 0


async def test_a_wallet_that_nobody_holds_asks_nobody(village: Village) -> None:
    bo, bob, ticket = await holder_and_asker(village)
    await leaves(bo, village.farm)
    assert "no one to ask" in (await village.button(bob, "joining.ask", ticket=ticket)).text
    mine = await village.signs(bob, BOBS)
    await village.holds(bob, BOBS)
    assert "yours, through another account" in (await village.button(bob, "joining.slow", ticket=mine)).text


async def test_a_refused_thief_cannot_ask_again(village: Village) -> None:
    bo, bob, ticket = await holder_and_asker(village)
    asked = await village.button(bob, "joining.ask", ticket=ticket)
    await bob.presses(asked, YES)
    assert "cannot ask again for a week" in (await bo.presses(await village.last(bo), NO)).text
    for action in ("joining.ask", "joining.slow"):
        assert "not them" in (await village.button(bob, action, ticket=ticket)).text
    assert len(await entries(village.stage, "joining.refused")) == 1


async def test_who_asked_takes_it_back(village: Village) -> None:
    """It blames nobody: the other side may have done nothing."""
    bo, bob, ticket = await holder_and_asker(village)
    asked = await village.button(bob, "joining.ask", ticket=ticket)
    assert "You took the question back" in (await bob.presses(asked, NO)).text
    assert "was taken back" in (await village.last(bo)).text
    assert YES in (await village.button(bob, "joining.ask", ticket=ticket)).labels


# -- the slow way --------------------------------------------------------------------------------------------


async def test_the_slow_way_takes_seven_days_and_warns_all_accounts_on_three_of_them(
    village: Village,
) -> None:
    bo, bob, _ = await holder_and_asker(village)
    also_bo = await village.joins("Bobo", "values")
    await village.become_one(also_bo, bo)
    village.stage.clock.advance(DAY)
    begun = await village.button(bob, "joining.slow", ticket=await village.signs(bob))
    assert "told at the start, after 3 days and after 6 days" in begun.text
    assert begun.labels == ["Stop it"]
    counts = []
    for _ in range(8):
        for _ in range(3):
            await later(village.stage, timedelta())
        counts.append([warnings(await village.stage.told(one)) for one in (bo, also_bo, bob)])
        assert await village.same(bo, bob) is (len(counts) == 8)
        village.stage.clock.advance(DAY)
    # The asker's first warning is the answer.
    assert counts == [
        [1, 1, 0], [1, 1, 0], [1, 1, 0], [2, 2, 1], [2, 2, 1], [2, 2, 1], [3, 3, 2], [3, 3, 2],
    ]  # fmt: skip
    for one in (bo, also_bo, bob):
        assert "You are now one person" in (await village.last(one)).text
    assert await village.open_questions() == 0
    assert len(await entries(village.stage, "joining.begun")) == 1


@pytest.mark.parametrize("day", [0, 3, 6])
async def test_one_press_of_the_holder_stops_it(village: Village, day: int) -> None:
    bo, bob, ticket = await holder_and_asker(village)
    await village.button(bob, "joining.slow", ticket=ticket)
    for _ in range(day):
        await later(village.stage, DAY)
    warning = await village.last(bo)
    assert "Bob @bob on Values, id bob-values" in warning.text
    assert "is not you" in (await bo.presses(warning, "Stop it")).text
    assert "you are not the same person" in (await village.last(bob)).text
    for _ in range(10):
        await later(village.stage, DAY)
    assert not await village.same(bo, bob)


async def test_a_waiting_account_of_the_holder_can_stop_it_too(village: Village) -> None:
    bo, bob, _ = await holder_and_asker(village)
    also_bo = await village.joins("Bobo", "values")
    await village.become_one(also_bo, bo)
    village.stage.clock.advance(DAY)
    await village.button(bob, "joining.slow", ticket=await village.signs(bob))
    await village.stage.store.write(make_wait, (await village.account(also_bo)).id, village)
    assert "is not you" in (await also_bo.presses(await village.last(also_bo), "Stop it")).text


def make_wait(tx: Tx, account_id: int, village: Village) -> None:
    from sqlalchemy import update

    from bot.areas.members.tables import accounts
    from bot.storage.statements import Statement

    values = {"waits_until": tx.now + DAY}
    tx.run(Statement(update(accounts).where(accounts.c.id == account_id).values(**values)))


async def test_contract_wallets_never_take_the_slow_way(village: Village) -> None:
    """Several people may sign for one: each of them would become the holder."""
    bo, bob, ticket = await holder_and_asker(village, "contract")
    assert "Several people may sign" in (await village.button(bob, "joining.slow", ticket=ticket)).text
    assert await village.open_questions() == 0
    assert await village.stage.told(bo) == []


async def test_it_ends_if_the_holder_gives_the_wallet_up(village: Village) -> None:
    bo, bob, ticket = await holder_and_asker(village)
    await village.button(bob, "joining.slow", ticket=ticket)
    account = await village.account(bo)
    await village.stage.store.write(claims.unlink, account, ANNAS.address, LINKING.holding_changed)
    for _ in range(9):
        await later(village.stage, DAY)
    assert not await village.same(bo, bob)
    for one in (bo, bob):
        assert "is no longer held as it was" in (await village.last(one)).text


async def test_a_bot_that_was_away_warns_first_and_joins_a_day_later(village: Village) -> None:
    bo, bob, ticket = await holder_and_asker(village)
    await village.button(bob, "joining.slow", ticket=ticket)
    village.stage.clock.advance(30 * DAY)
    await later(village.stage, timedelta())
    assert warnings(await village.stage.told(bo)) == 2
    assert not await village.same(bo, bob)
    await later(village.stage, DAY)
    assert warnings(await village.stage.told(bo)) == 3
    assert not await village.same(bo, bob)
    await bo.presses(await village.last(bo), "Stop it")
    await later(village.stage, 30 * DAY)
    assert not await village.same(bo, bob)


async def test_beginning_it_again_changes_no_day(village: Village) -> None:
    bo, bob, ticket = await holder_and_asker(village)
    await village.button(bob, "joining.slow", ticket=ticket)
    await later(village.stage, 2 * DAY)
    again = await village.signs(bob)
    await village.button(bob, "joining.slow", ticket=again)
    assert warnings(await village.stage.told(bo)) == 1
    await later(village.stage, DAY)
    assert warnings(await village.stage.told(bo)) == 2


async def test_those_who_did_not_answer_are_the_older_accounts(village: Village) -> None:
    """Also if the one who signed joined the union earlier: a stolen key makes nobody the master of its owner."""
    bob = await village.joins("Bob", "values")
    village.stage.clock.advance(DAY)
    bo = await village.joins("Bo")
    await village.holds(bo)
    await village.button(bob, "joining.slow", ticket=await village.signs(bob))
    for _ in range(7):
        await later(village.stage, DAY)
    assert await village.same(bo, bob)
    refused = await bob.presses(await village.last(bob), "Remove Bo (Words)")
    assert "can remove that one after" in refused.text
    asked = await bo.presses(await village.last(bo), "Remove Bob (Values)")
    assert "no longer one of your accounts" in (await bo.presses(asked, "Remove it")).text
