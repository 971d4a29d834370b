"""Somebody who is banned in every place of the union does nothing by private chat."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.areas.members.services import members
from bot.areas.unions import services as unions
from bot.chat import asking
from bot.chat.incoming import PersonLeft, Place
from tests import scenes
from tests.stage import Persona, Platform, Stage

BANNED = "You are banned everywhere in Farm on this platform"


@dataclass
class Cast:
    """A union with two places on one platform, and a member, Bo."""

    stage: Stage
    ada: Persona
    bo: Persona
    farm: Place
    barn: Place

    @property
    def platform(self) -> Platform:
        return self.stage.platforms[self.bo.actor.platform]

    async def bans(self, *places: Place) -> None:
        for place in places:
            self.platform.bans.add((place.space or "", self.bo.actor.native_id))
            await self.bo.does(PersonLeft(), place)


@pytest.fixture(params=["words", "values"])
async def cast(request: pytest.FixtureRequest, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setattr(asking, "KEPT_S", 0.0)
    ada, farm = await scenes.founded(stage, request.param)
    barn = stage.group("Barn", request.param)
    await scenes.connected(stage, ada, farm, ada, barn)
    (bo,) = await scenes.joined(stage, farm, "Bo")
    return Cast(stage, ada, bo, farm, barn)


async def test_banned_everywhere_means_nothing_in_private(cast: Cast) -> None:
    """Attack: act from the private chat after every place has banned the account."""
    card = await cast.bo.runs("invite")
    await cast.bans(cast.farm, cast.barn)
    for command in ("me", "invite", "leaders", "link"):
        assert BANNED in (await cast.bo.runs(command)).text, command
    assert BANNED in (await cast.bo.presses(card, "New code")).text
    assert BANNED in (await cast.bo.opens("code-123456")).text


async def test_leaving_and_asking_for_help_stay_possible(cast: Cast) -> None:
    await cast.bans(cast.farm, cast.barn)
    assert "/help" in (await cast.bo.runs("help")).text
    asked = await cast.bo.runs("leave")
    assert "You have left Farm" in (await cast.bo.presses(asked, "Leave and erase")).text


async def test_leaving_and_joining_by_a_code_does_not_help(cast: Cast) -> None:
    """Attack: what was known of the bans is erased with the account; the platform still knows them."""
    code = (await cast.ada.runs("invite")).text.split(": ")[1][:10]
    await cast.bans(cast.farm, cast.barn)
    await cast.bo.presses(await cast.bo.runs("leave"), "Leave and erase")
    assert BANNED in (await cast.bo.runs("join", code=code)).text
    assert BANNED in (await cast.bo.opens(f"join-{code}")).text
    union = await cast.stage.store.read(unions.by_id, 1)
    assert union is not None
    assert await cast.stage.store.read(members.count, union) == 1
    cast.platform.bans.clear()
    assert "Welcome to Farm" in (await cast.bo.runs("join", code=code)).text


async def test_banned_in_one_place_only_is_no_matter(cast: Cast) -> None:
    await cast.bans(cast.farm)
    assert "Bo" in (await cast.bo.runs("me")).text
    assert cast.platform.asked_for_bans == 0


async def test_who_left_everywhere_without_a_ban_is_as_welcome_as_before(cast: Cast) -> None:
    for place in (cast.farm, cast.barn):
        await cast.bo.does(PersonLeft(), place)
    assert "Bo" in (await cast.bo.runs("me")).text
    assert cast.platform.asked_for_bans == 1


async def test_nobody_is_asked_about_who_never_left(cast: Cast) -> None:
    await cast.bo.runs("me")
    await cast.ada.runs("me")
    assert cast.platform.asked_for_bans == 0


async def test_a_ban_that_is_lifted_is_lifted_here(cast: Cast) -> None:
    await cast.bans(cast.farm, cast.barn)
    assert BANNED in (await cast.bo.runs("me")).text
    cast.platform.bans.discard((cast.barn.space or "", cast.bo.actor.native_id))
    assert "Bo" in (await cast.bo.runs("me")).text


async def test_a_platform_that_does_not_answer_lets_nothing_through(cast: Cast) -> None:
    await cast.bans(cast.farm, cast.barn)
    cast.platform.silent = True
    assert "It does not answer" in (await cast.bo.runs("me")).text


async def test_the_answer_is_kept_for_a_minute(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "KEPT_S", 60.0)
    await cast.bans(cast.farm, cast.barn)
    for _ in range(3):
        assert BANNED in (await cast.bo.runs("me")).text
    assert cast.platform.asked_for_bans == 2  # one question for each place


async def test_asking_the_platform_counts_one_use_of_the_command(cast: Cast) -> None:
    code = (await cast.ada.runs("invite")).text.split(": ")[1][:10]
    cy = cast.stage.person("Cy", cast.bo.actor.platform)
    assert "Welcome to Farm" in (await cy.runs("join", code=code)).text
    for _ in range(4):
        assert "already" in (await cy.runs("join", code=code)).text
    dan = cast.stage.person("Dan", cast.bo.actor.platform)
    for _ in range(5):
        assert "I do not know this code" in (await dan.runs("join", code="WRONG")).text
    assert "too many times" in (await dan.runs("join", code="WRONG")).text
