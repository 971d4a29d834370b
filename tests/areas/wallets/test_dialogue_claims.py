"""A wallet that somebody holds, as both sides live through it in chat."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.areas.wallets.domain import links as links_domain
from bot.areas.wallets.domain.claims import COUNTS_AFTER, MOVES_AFTER, STEP
from bot.chat.model import Button
from commands.wallets.confirming import same_person_buttons
from tests.areas.wallets.cast import Cast
from tests.scenes import later, leaves
from tests.stage import Heard, Persona
from tests.web.people import ANNAS, BOBS, wait

CLAIM, KEEP, LET_GO = "It is my wallet, not theirs", "Keep it: sign again", "It is not mine: let it go"


async def claims(cast: Cast, on: str = "words") -> Heard:
    """Bo holds a wallet; Ada claims it, on this platform."""
    await cast.links(cast.bo, cast.farm)
    ada, place = (cast.ada, cast.farm) if on == "words" else (cast.ada_there, cast.hall)
    heard = await ada.runs("link", place)
    asked = await ada.runs("link", place, code=await cast.signs(heard))
    return await ada.presses(asked, CLAIM, place)


async def newest(cast: Cast, who: Persona) -> Heard:
    return (await cast.stage.told(who))[-1]


def labels(rows: tuple[tuple[Button, ...], ...]) -> list[tuple[str, str, object]]:
    return [(one.label, one.action, one.arguments) for row in rows for one in row]


@pytest.mark.parametrize("on", ["words", "values"])
async def test_who_holds_it_is_shown_by_name_and_platform_and_is_told(cast: Cast, on: str) -> None:
    await cast.links(cast.bo, cast.farm)
    ada, place = (cast.ada, cast.farm) if on == "words" else (cast.ada_there, cast.hall)
    heard = await ada.runs("link", place)
    asked = await ada.runs("link", place, code=await cast.signs(heard))
    assert "is already linked to Bo (Words). Who is that?" in asked.text
    assert asked.labels == ["That is me", "I lost that account", CLAIM, "Stop"]
    assert await cast.stage.told(cast.bo) == []  # a question tells nobody yet
    assert "not linked a wallet" in (await ada.runs("wallets", place)).text

    done = await ada.presses(asked, CLAIM, place)
    moves = (cast.stage.clock.now() + MOVES_AFTER).isoformat()
    assert "You claimed" in done.text
    assert moves in done.text
    assert done.reply.edit
    told = await newest(cast, cast.bo)
    assert f"Another member is claiming your wallet {ANNAS.address} in Free Farmers" in told.text
    assert f"Ada ({on.title()}) signed with it" in told.text
    assert moves in told.text
    assert told.labels == [KEEP, LET_GO]
    assert ANNAS.address in (await cast.bo.says("/wallets", cast.farm)).text


async def test_stop_links_and_claims_nothing(cast: Cast) -> None:
    await cast.links(cast.bo, cast.farm)
    asked = await cast.brings(cast.ada, cast.farm)
    assert "Nothing was linked" in (await cast.ada.presses(asked, "Stop", cast.farm)).text
    assert "Nothing was linked by it" in (await cast.ada.presses(asked, CLAIM, cast.farm)).text
    assert await cast.stage.told(cast.bo) == []


def test_two_members_of_one_wallet_are_asked_whether_they_are_one_person() -> None:
    ask, slow = (
        ("That is me", "joining.ask", {"ticket": 7}),
        ("I lost that account", "joining.slow", {"ticket": 7}),
    )
    assert labels(same_person_buttons(7, "eoa")) == [ask, slow]
    assert labels(same_person_buttons(7, "contract")) == [ask]


async def test_contract_wallets_are_neither_claimed_nor_lost_slowly(cast: Cast) -> None:
    await cast.links(cast.bo, cast.farm)
    heard = await cast.ada.says("/link", cast.farm)
    code = await cast.signs(heard, ANNAS, "contract")
    asked = await cast.ada.says(f"/link {code}", cast.farm)
    assert asked.labels == ["That is me", "Stop"]
    assert "Kind: contract wallet" in asked.text
    assert "no one can claim it" in asked.text


async def test_the_holder_signs_again_and_keeps_it(cast: Cast) -> None:
    await claims(cast)
    told = await newest(cast, cast.bo)
    page = await cast.bo.presses(told, KEEP)
    assert "sign with it once more" in page.text
    code = await cast.signs(page)
    asked = await cast.bo.opens(f"code-{code}")
    kept = await cast.bo.presses(asked, "Keep this wallet")
    assert "You keep" in kept.text
    over = await newest(cast, cast.ada)
    assert "Your claim in Free Farmers is over" in over.text
    assert "keeps it" in over.text
    for _ in range(4):
        await later(cast.stage, STEP)
    assert ANNAS.address in (await cast.bo.says("/wallets", cast.farm)).text
    assert "counts from" not in (await cast.bo.says("/wallets", cast.farm)).text

    again = await cast.brings(cast.ada, cast.farm)
    assert "cannot claim a wallet before" in (await cast.ada.presses(again, CLAIM, cast.farm)).text


async def test_another_account_of_the_holder_answers_from_its_own_chat(cast: Cast) -> None:
    """Each account of the holder has buttons that are its own."""
    await cast.ada_is_one()
    await cast.links(cast.ada, cast.farm)
    asked = await cast.brings(cast.bo, cast.farm)
    await cast.bo.presses(asked, CLAIM, cast.farm)
    here, there = await newest(cast, cast.ada), await newest(cast, cast.ada_there)
    assert "for someone else" in (await cast.ada.presses(there, KEEP)).text
    assert "for someone else" in (await cast.bo.presses(here, LET_GO)).text
    page = await cast.ada_there.presses(there, KEEP)
    code = await cast.signs(page)
    question = await cast.ada_there.runs("link", cast.hall, code=code)
    assert "You keep" in (await cast.ada_there.presses(question, "Keep this wallet", cast.hall)).text
    assert "another account of yours signed" in (await newest(cast, cast.ada)).text


async def test_nobody_answers_and_it_moves_after_being_told_on_three_days(cast: Cast) -> None:
    await claims(cast)
    for number in (2, 3):
        await later(cast.stage, STEP)
        assert len(await cast.stage.told(cast.bo)) == number
        assert "is claiming your wallet" in (await newest(cast, cast.bo)).text
        assert ANNAS.address in (await cast.bo.says("/wallets", cast.farm)).text
    await later(cast.stage, STEP)
    assert "now belongs to" in (await newest(cast, cast.bo)).text
    mine = await newest(cast, cast.ada)
    assert "is now yours" in mine.text
    counts = (cast.stage.clock.now() + COUNTS_AFTER).isoformat()
    assert counts in mine.text
    assert f"counts from {counts}" in (await cast.ada.says("/wallets", cast.farm)).text
    assert "not linked a wallet" in (await cast.bo.says("/wallets", cast.farm)).text
    many = len(await cast.stage.told(cast.bo)), len(await cast.stage.told(cast.ada))
    await later(cast.stage, STEP)
    assert (len(await cast.stage.told(cast.bo)), len(await cast.stage.told(cast.ada))) == many

    # Each side has the button that undoes it.
    assert "unlinked" in (await cast.ada.presses(mine, "Unlink it")).text
    page = await cast.bo.presses(await newest(cast, cast.bo), "Claim it back")
    await cast.signs(page)


async def test_the_holder_lets_it_go_once(cast: Cast) -> None:
    await claims(cast)
    told = await newest(cast, cast.bo)
    assert "It is no longer yours" in (await cast.bo.presses(told, LET_GO)).text
    assert "its holder let it go" in (await newest(cast, cast.ada)).text
    for label in (LET_GO, KEEP):
        assert "is already over" in (await cast.bo.presses(told, label)).text
    assert "not linked a wallet" in (await cast.bo.says("/wallets", cast.farm)).text


async def test_a_holder_who_waits_keeps_the_wallet_by_signing(cast: Cast) -> None:
    """Attack: let the claim run out while the holder waits because they became one person with others."""
    from tests import scenes

    await claims(cast)
    told = await newest(cast, cast.bo)
    until = cast.stage.clock.now() + timedelta(hours=1)
    await cast.stage.store.write(lambda tx: wait(tx, scenes.member_of(tx, cast.bo)[1], until))
    code = await cast.signs(await cast.bo.presses(told, KEEP))
    asked = await cast.bo.says(f"/link {code}", cast.farm)
    assert "You keep" in (await cast.bo.presses(asked, "Keep this wallet", cast.farm)).text


async def test_an_account_that_waits_lets_nothing_go(cast: Cast) -> None:
    from tests import scenes

    await claims(cast)
    told = await newest(cast, cast.bo)
    until = cast.stage.clock.now() + timedelta(hours=1)
    await cast.stage.store.write(lambda tx: wait(tx, scenes.member_of(tx, cast.bo)[1], until))
    assert "cannot do this before" in (await cast.bo.presses(told, LET_GO)).text
    assert "cannot do this before" in (await cast.bo.says("/link", cast.farm)).text
    assert "cannot do this before" in (await cast.bo.says(f"/unlink {ANNAS.address}", cast.farm)).text
    assert ANNAS.address in (await cast.bo.says("/wallets", cast.farm)).text


async def test_claims_stand_in_the_lists_of_both(cast: Cast) -> None:
    await claims(cast)
    theirs = await cast.bo.says("/wallets", cast.farm)
    assert "claimed by Ada (Words)" in theirs.text
    assert theirs.labels[:2] == [KEEP, LET_GO]
    await cast.bo.presses(theirs, KEEP, cast.farm)
    mine = await cast.ada.says("/wallets", cast.farm)
    assert "Wallets that you are claiming" in mine.text
    assert ANNAS.address in mine.text


@pytest.mark.parametrize("way", ["unlinks", "leaves"])
async def test_a_holder_who_gives_it_up(cast: Cast, way: str) -> None:
    await claims(cast)
    if way == "unlinks":
        asked = await cast.bo.says(f"/unlink {ANNAS.address}", cast.farm)
        await cast.bo.presses(asked, "Unlink", cast.farm)
    else:
        await leaves(cast.bo, cast.farm)
    await later(cast.stage, timedelta(minutes=1))
    over = await newest(cast, cast.ada)
    assert "no one holds" in over.text
    page = await cast.ada.presses(over, "Link it")
    asked = await cast.ada.says(f"/link {await cast.signs(page)}", cast.farm)
    done = await cast.ada.presses(asked, "Link this wallet", cast.farm)
    assert "it counts for votes and money from" in done.text
    assert len([one for one in await cast.stage.told(cast.ada) if "over" in one.text]) == 1


async def test_a_claimant_who_leaves(cast: Cast) -> None:
    await cast.links(cast.ada, cast.farm)
    asked = await cast.brings(cast.bo, cast.farm)
    await cast.bo.presses(asked, CLAIM, cast.farm)
    await leaves(cast.bo, cast.farm)
    await later(cast.stage, timedelta(minutes=1))
    assert "who claimed it has left" in (await newest(cast, cast.ada)).text
    await later(cast.stage, MOVES_AFTER)
    assert ANNAS.address in (await cast.ada.says("/wallets", cast.farm)).text


async def test_a_second_claimant_is_told_so(cast: Cast) -> None:
    await claims(cast)
    cy = cast.stage.person("Cy")
    await cy.says("/join", cast.farm)
    asked = await cast.brings(cy, cast.farm)
    assert "Someone else is already claiming this wallet" in (await cy.presses(asked, CLAIM, cast.farm)).text


async def test_a_wallet_linked_by_another_meanwhile_is_asked_about_anew(cast: Cast) -> None:
    asked = await cast.brings(cast.ada, cast.farm, BOBS)
    await cast.links(cast.bo, cast.farm, BOBS)
    again = await cast.ada.presses(asked, "Link this wallet", cast.farm)
    assert "is already linked to Bo (Words)" in again.text
    assert "You claimed" in (await cast.ada.presses(again, CLAIM, cast.farm)).text


async def test_a_claim_expires_with_the_proof(cast: Cast) -> None:
    await cast.links(cast.bo, cast.farm)
    asked = await cast.brings(cast.ada, cast.farm)
    cast.stage.clock.advance(links_domain.LIFETIME)
    assert "Claimed" not in (await cast.ada.presses(asked, CLAIM, cast.farm)).text
    assert await cast.stage.told(cast.bo) == []
