"""People are named as they are shown, and completed over all platforms of the union."""

from __future__ import annotations

from bot.chat.incoming import CommandCall, Incoming, PersonLeft
from tests.scenes import DAY, FREE_FARMERS, connected, founded
from tests.stage import Persona, Stage


async def completed(
    stage: Stage, persona: Persona, command: str, param: str, typed: str, *, privately: bool = False
) -> dict[str, str]:
    place = stage.private(persona) if privately else stage.group("Farm")
    act = Incoming("suggest-1", persona.actor, place, CommandCall(command))
    return dict(await stage.core.suggest(act, param, typed))


async def test_a_member_of_another_platform_is_completed_and_endorsed(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    hall = stage.group("Hall", "values")
    await connected(stage, ada, farm, stage.person("Mara", "values", moderator=True), hall)
    await stage.person("Chidi Mensah", "values", username="chidi").runs("join", hall)
    found = await completed(stage, ada, "endorse", "leader", "mens")
    assert list(found) == ["Chidi Mensah (Values)"]
    assert list(await completed(stage, ada, "endorse", "leader", "@chi")) == ["Chidi Mensah (Values)"]
    bo = stage.person("Bo")
    await bo.says("/join", farm)
    assert (
        "endorses @Chidi Mensah now"
        in (await bo.runs("endorse", farm, leader=found["Chidi Mensah (Values)"])).text
    )
    assert "@Chidi Mensah" in (await bo.says("/whois Chidi Mensah (Values)", farm)).text


async def test_a_name_of_several_words_is_typed_as_it_is_shown(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    await stage.person("Chidi Mensah", username="cm").says("/join", farm)
    for line in ("/whois @Chidi Mensah", "/whois chidi mensah", '/whois "@Chidi Mensah"'):
        assert "Member since" in (await ada.says(line, farm)).text, line


async def test_two_of_one_name_are_told_apart_by_buttons(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    first = stage.person("Vera Okoro", username="vera_1")
    await first.says("/join", farm)
    other = stage.person("Other").renamed("Vera Okoro", "vera_3")
    await other.says("/join", farm)
    asked = await ada.says("/whois @Vera Okoro", farm)
    assert asked.private
    assert "More than one member" in asked.text
    assert len(set(asked.labels)) == 2
    assert all("Vera Okoro (Words)" in label for label in asked.labels)
    assert "@Vera Okoro" in (await ada.presses(asked, asked.labels[1])).text


async def test_strangers_and_other_unions_complete_nobody(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    eve, lair = stage.person("Eve", moderator=True), stage.group("Lair")
    await eve.says("/union create name:Lair purpose:Secrets", lair)
    assert not await completed(stage, eve, "endorse", "leader", "")
    assert list(await completed(stage, ada, "endorse", "leader", "")) == ["Ada (Words)"]
    found = await completed(stage, ada, "endorse", "leader", "ada")
    assert "I do not know" in (await eve.runs("whois", lair, person=found["Ada (Words)"])).text
    bo = stage.person("Bo")
    await bo.says("/join", farm)
    gone = await completed(stage, ada, "whois", "person", "bo")
    await bo.presses(await bo.says("/leave", farm), "Leave and erase")
    assert not await completed(stage, ada, "whois", "person", "bo")
    assert "I do not know" in (await ada.runs("whois", farm, person=gone["Bo (Words)"])).text


async def test_whois_offers_to_endorse(stage: Stage) -> None:
    _, farm = await founded(stage, **FREE_FARMERS)
    bo = stage.person("Bo")
    await bo.says("/join", farm)
    shown = await bo.says("/whois @ada", farm)
    assert "endorses @Ada now" in (await bo.presses(shown, "Endorse Ada")).text
    assert not (await bo.says("/whois @ada", farm)).labels
    assert not (await bo.says("/whois @bo", farm)).labels


async def test_namesakes_who_come_later_push_nobody_out_of_the_question(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    vera = stage.person("Vera Okoro", username="vera")
    await vera.says("/join", farm)
    for number in range(9):
        stage.clock.advance(DAY)
        await stage.person(f"x{number}").renamed("Vera Okoro", f"v{number}").says("/join", farm)
    asked = await ada.says("/whois @Vera Okoro", farm)
    assert len(asked.labels) == 8
    assert "There are more people of this name." in asked.text
    assert (await ada.presses(asked, asked.labels[0])).text == (await ada.says("/whois @vera", farm)).text


async def test_somebody_who_is_banned_completes_nobody(stage: Stage) -> None:
    _, farm = await founded(stage, **FREE_FARMERS)
    bo = stage.person("Bo")
    await bo.says("/join", farm)
    assert await completed(stage, bo, "whois", "person", "", privately=True)
    stage.platforms["words"].bans.add((farm.space, bo.actor.native_id))
    await bo.does(PersonLeft(), farm)
    assert not await completed(stage, bo, "whois", "person", "", privately=True)
