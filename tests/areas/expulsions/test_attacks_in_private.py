"""Ways into the private chat for somebody who is banned in every place of the union."""

from __future__ import annotations

import pytest

from bot.chat import asking
from bot.chat.incoming import PersonLeft, Who
from tests.areas.joinings.village import Village
from tests.scenes import joined
from tests.stage import Persona, Stage

BANNED = "You are banned everywhere in Farm on this platform"


async def banned(stage: Stage, who: Persona, space: str | None) -> None:
    stage.platforms[who.actor.platform].bans.add((space or "", who.actor.native_id))


async def test_the_button_of_a_post_lets_nobody_in_from_a_private_chat(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attack: a changed app sends what stands behind “Join” as if the post were in the private chat."""
    monkeypatch.setattr(asking, "KEPT_S", 0.0)
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    post = await ada.runs("union create", farm, name="Farm", purpose="Grow", time_zone="UTC")
    [bo] = await joined(stage, farm, "Bo")
    await banned(stage, bo, farm.space)
    await bo.does(PersonLeft(), farm)
    await bo.presses(await bo.runs("leave"), "Leave and erase")
    assert BANNED in (await bo.presses(post, "Join Farm")).text
    assert "Welcome" in (await stage.person("Cy").presses(post, "Join Farm", farm)).text


async def test_a_banned_moderator_of_the_union_approves_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands that anyone may use, and that ask for a right themselves, ask for the ban too."""
    monkeypatch.setattr(asking, "KEPT_S", 0.0)
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    await ada.runs("union create", farm, name="Farm", purpose="Grow", time_zone="UTC")
    [bo] = await joined(stage, farm, "Bo")
    asked = await ada.runs("moderators add", farm, person=Who(bo.actor.native_id, "Bo"))
    await ada.presses(asked, "Let them moderate", farm)
    assert "No call waits" in (await bo.runs("call approvals")).text
    await banned(stage, bo, farm.space)
    await bo.does(PersonLeft(), farm)
    assert BANNED in (await bo.runs("call approvals")).text


async def test_buttons_do_not_work_from_a_group_of_their_own_either(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attack: what stands behind a button of the private chat is sent from a group that is none of the union's."""
    monkeypatch.setattr(asking, "KEPT_S", 0.0)
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    await ada.runs("union create", farm, name="Farm", purpose="Grow", time_zone="UTC")
    [bo] = await joined(stage, farm, "Bo")
    card = await bo.runs("invite")
    await banned(stage, bo, farm.space)
    await bo.does(PersonLeft(), farm)
    assert BANNED in (await bo.presses(card, "New code", stage.group("Cave"))).text
    assert BANNED in (await bo.presses(card, "New code")).text


async def test_not_being_banned_in_one_union_says_nothing_of_another(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attack: the private chat is about a union of their own, whose only place they left without a ban."""
    monkeypatch.setattr(asking, "KEPT_S", 0.0)
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    await ada.runs("union create", farm, name="Farm", purpose="Grow", time_zone="UTC")
    code = (await ada.runs("invite")).text.split(": ")[1][:10]
    bo, cave = stage.person("Bo", moderator=True), stage.group("Cave")
    await bo.runs("union create", cave, name="Cave", purpose="Hide", time_zone="UTC")
    await bo.does(PersonLeft(), cave)
    await banned(stage, bo, farm.space)
    assert BANNED in (await bo.opens(f"join-{code}")).text
    assert BANNED in (await bo.runs("join", code=code)).text
    stage.platforms["words"].bans.clear()
    assert "Welcome" in (await bo.opens(f"join-{code}")).text


async def test_an_account_elsewhere_does_not_speak_for_who_is_banned_in_all_places(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attack: before the ban, become one person with an account of a platform where the union has no place."""
    monkeypatch.setattr(asking, "KEPT_S", 0.0)
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    await ada.runs("union create", farm, name="Farm", purpose="Grow", time_zone="UTC")
    code = (await ada.runs("invite")).text.split(": ")[1][:10]
    [bo] = await joined(stage, farm, "Bo")
    also_bo = stage.person("Bo", "values")
    assert "Welcome" in (await also_bo.runs("join", code=code)).text
    await Village(stage, farm, farm, ada).become_one(also_bo, bo)
    await banned(stage, bo, farm.space)
    assert "Bo" in (await also_bo.runs("me")).text
    await bo.does(PersonLeft(), farm)
    assert BANNED in (await also_bo.runs("me")).text
    stage.platforms["words"].bans.clear()
    assert "Bo" in (await also_bo.runs("me")).text
