"""Whom a typed name means: somebody of the same platform, and of them the one who was seen with it last."""

from __future__ import annotations

import pytest

from bot.areas.members.storage import accounts as accounts_storage
from tests.scenes import FREE_FARMERS, connected, founded, member_of
from tests.stage import Persona, Stage


async def username_of(stage: Stage, persona: Persona, union_id: int = 1) -> str | None:
    _, account = await stage.store.read(member_of, persona, union_id)
    return account.username


async def apart(stage: Stage) -> tuple[Persona, Persona]:
    """Ada founded on one platform; Vera is a member of the other one."""
    ada, farm = await founded(stage, **FREE_FARMERS)
    hall = stage.group("Hall", "values")
    await connected(stage, ada, farm, stage.person("Mara", "values", moderator=True), hall)
    vera = stage.person("Vera", "values")
    await vera.runs("join", hall)
    return ada, vera


async def test_a_typed_name_is_of_the_same_platform(stage: Stage) -> None:
    ada, _ = await apart(stage)
    farm = stage.group("Farm")
    for line in ("/whois @vera", "/endorse @vera", "/union hand-over vera"):
        heard = await ada.says(line, farm)
        assert "I do not know" in heard.text, line
        assert "write the platform too: discord:vera" in heard.text
    here = stage.person("Vera")
    await here.says("/join", farm)
    assert "Platforms: Words" in (await ada.says("/whois @vera", farm)).text


@pytest.mark.parametrize("typed", ["values:vera", "Values:@VERA", '"@vera (Values)"', '"vera (values)"'])
async def test_another_platform_is_typed_with_the_name(stage: Stage, typed: str) -> None:
    ada, _ = await apart(stage)
    heard = await ada.says(f"/union hand-over {typed}", stage.group("Farm"))
    assert "to @Vera · Values · @vera?" in heard.text


async def test_a_name_belongs_to_whoever_was_seen_with_it_last(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    vera, bo = stage.person("Vera"), stage.person("Bo")
    for person in (vera, bo):
        await person.says("/join", farm)
    bo = bo.renamed("Bo", "Vera")
    await bo.says("/help", farm)  # which changes nothing
    assert (await username_of(stage, vera), await username_of(stage, bo)) == (None, "vera")
    asked = await ada.says("/union hand-over @vera", farm)
    assert "to @Bo · Words · @vera?" in asked.text
    await vera.renamed("Vera", "vera_2").says("/unendorse", farm)
    assert await username_of(stage, vera) == "vera_2"


async def test_a_stranger_with_the_name_takes_it_too_in_all_unions(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    eve = stage.person("Eve", moderator=True)
    lair = stage.group("Lair")
    await eve.says("/union create name:Lair purpose:Secrets", lair)
    vera = stage.person("Vera")
    for place in (farm, lair):
        await vera.says("/join", place)
    await stage.person("Stranger", username="VERA").says("/help", lair)
    for union in (1, 2):
        assert await username_of(stage, vera, union) is None
    assert "I do not know" in (await ada.says("/union hand-over @vera", farm)).text


async def test_joining_with_a_name_takes_it(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    vera = stage.person("Vera")
    await vera.says("/join", farm)
    await stage.person("Mallory", username="vera").says("/join", farm)
    assert await username_of(stage, vera) is None
    assert "@Mallory" in (await ada.says("/whois @vera", farm)).text


async def test_the_same_name_on_another_platform_is_another_persons(stage: Stage) -> None:
    _, vera = await apart(stage)
    await stage.person("Vera").says("/join", stage.group("Farm"))
    assert await username_of(stage, vera) == "vera"


async def test_two_who_are_kept_with_one_name_are_not_guessed(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    for name in ("Bo", "Cy"):
        await stage.person(name).says("/join", farm)

    await stage.store.write(accounts_storage.rename, "words", "bo-words", "Bo", "vera")
    await stage.store.write(accounts_storage.rename, "words", "cy-words", "Cy", "vera")
    assert "More than one member" in (await ada.says("/whois @vera", farm)).text
