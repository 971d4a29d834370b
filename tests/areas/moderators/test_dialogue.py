"""Who moderates the whole union: given to people and to places, shown, taken back, and lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import bindparam, update

from bot import membership
from bot.areas.members.tables import accounts
from bot.areas.moderators import services as moderators
from bot.areas.moderators.domain import MOST_MODERATORS, require_room
from bot.chat.incoming import BotRemoved, Place, SpaceMoved, Where, Who
from bot.domain.transaction import Tx
from bot.errors import NotAllowed
from bot.storage.statements import Statement
from tests.scenes import connected, entries, founded, joined, leaves, member_of, moderates_union
from tests.stage import Heard, Persona, Stage

_WAIT = Statement(
    update(accounts).where(accounts.c.id == bindparam("account")).values(waits_until=bindparam("until"))
)
ONLY = "for moderators of the whole union"


async def named(founder: Persona, who: Persona, place: Place | None = None) -> Heard:
    """The founder lets somebody moderate the union."""
    asked = await founder.runs("moderators add", place, person=Who(who.actor.native_id, who.actor.name))
    return await founder.presses(asked, "Let them moderate", place)


async def waits(stage: Stage, who: Persona) -> None:
    """The person's account became one member with others just now."""

    def wait(tx: Tx) -> None:
        _, account = member_of(tx, who)
        tx.run(_WAIT, account=account.id, until=tx.now + timedelta(hours=24))

    await stage.store.write(wait)


@pytest.mark.parametrize("on", ["words", "values"])
async def test_the_founder_names_members_who_moderate_everywhere(stage: Stage, on: str) -> None:
    ada, farm = await founded(stage, on)
    [bo] = await joined(stage, farm, "Bo")
    assert ONLY in (await bo.runs("flags list")).text
    assert "Moderated by: the founder" in (await bo.runs("union about", farm)).text
    done = await named(ada, bo)
    assert "Bo now moderates the whole union" in done.text
    assert "made you a moderator of the whole of Farm" in (await stage.told(bo))[-1].text
    assert "Nothing looks made up" in (await bo.runs("flags list")).text, "also in private"
    assert "No call waits" in (await bo.runs("call approvals", farm)).text
    listed = (await stage.person("Eve", on).runs("moderators list", farm)).text
    assert "@Ada, the founder" in listed
    assert "@Bo" in listed
    assert "Moderated by: the founder, Bo" in (await bo.runs("union about", farm)).text
    assert "already moderate the union" in (await named(ada, bo)).text
    gone = await ada.runs("moderators remove", None, person=Who(bo.actor.native_id, "Bo"))
    assert "no longer moderates the whole union" in gone.text
    assert "no longer moderate" in (await stage.told(bo))[-1].text
    assert ONLY in (await bo.runs("flags list")).text
    again = await ada.runs("moderators remove", None, person=Who(bo.actor.native_id, "Bo"))
    assert "not a named moderator" in again.text
    [added], [removed] = await entries(stage, "moderator.added"), await entries(stage, "moderator.removed")
    assert added == removed


@pytest.mark.parametrize("on", ["words", "values"])
async def test_moderators_of_a_place_moderate_that_place_only(stage: Stage, on: str) -> None:
    """A group that was connected last must not look into, or decide for, the whole union."""
    ada, farm = await founded(stage, on)
    mara, hall = stage.person("Mara", on, moderator=True), stage.group("Hall", on)
    await connected(stage, ada, farm, mara, hall)
    for command in ("flags list", "flags here", "flags off", "call approvals"):
        assert ONLY in (await mara.runs(command, hall)).text
    assert "calls are posted here" in (await mara.runs("call here", hall)).text
    assert "Hall" in (await mara.runs("union check", hall)).text
    asked = await mara.runs("union disconnect", hall)
    assert "no longer belongs to Farm" in (await mara.presses(asked, "Disconnect", hall)).text


@pytest.mark.parametrize("on", ["words", "values"])
async def test_the_founder_gives_it_to_the_moderators_of_a_place(stage: Stage, on: str) -> None:
    ada, farm = await founded(stage, on)
    mara, hall = stage.person("Mara", on, moderator=True), stage.group("Hall", on)
    nia = stage.person("Nia", on)
    await connected(stage, ada, farm, mara, hall)
    await nia.runs("join", hall)
    await moderates_union(ada, hall)
    assert "Nothing looks made up" in (await mara.runs("flags list", hall)).text, "she is no member"
    assert ONLY in (await nia.runs("flags list", hall)).text, "she moderates nothing"
    assert "the moderators of Hall" in (await nia.runs("moderators list", hall)).text
    assert "the moderators of Hall" in (await nia.runs("union about", hall)).text
    await mara.runs("join", hall)
    assert ONLY in (await mara.runs("flags list")).text, "in private she moderates no place"
    taken = await ada.runs("moderators place", farm, what="take", space=Where("", "Hall"))
    assert "no longer moderate the whole union" in taken.text
    assert ONLY in (await mara.runs("flags list", hall)).text
    assert await entries(stage, "moderators.place-given") == await entries(stage, "moderators.place-taken")


async def test_it_is_given_for_one_place_and_not_for_another(stage: Stage) -> None:
    ada, farm = await founded(stage)
    mara, hall = stage.person("Mara", "values", moderator=True), stage.group("Hall", "values")
    await connected(stage, ada, farm, mara, hall)
    await moderates_union(ada, farm)
    assert ONLY in (await mara.runs("flags list", hall)).text


async def test_what_is_given_to_a_place_moves_with_it_and_ends_with_it(stage: Stage) -> None:
    ada, farm = await founded(stage)
    mara, hall = stage.person("Mara", moderator=True), stage.group("Hall")
    await connected(stage, ada, farm, mara, hall)
    await moderates_union(ada, hall)
    await mara.does(SpaceMoved("space-new"), hall)
    new = Place("words", "chat-new", "space-new", title="Hall")
    assert "Nothing looks made up" in (await mara.says("/flags list", new)).text
    await mara.does(BotRemoved(), new)
    assert "Hall" not in (await ada.says("/moderators list", farm)).text
    await connected(stage, ada, farm, mara, new)
    assert ONLY in (await mara.says("/flags list", new)).text, "connected anew, it begins without"


async def test_a_press_in_private_speaks_for_the_place_it_came_from(stage: Stage) -> None:
    ada, farm = await founded(stage)
    mara, hall = stage.person("Mara", moderator=True), stage.group("Hall")
    await connected(stage, ada, farm, mara, hall)
    await moderates_union(ada, hall)
    asked = await mara.says("/flags", hall)
    assert "Nothing looks made up" in (await mara.presses(asked, "/flags list")).text
    stage.platforms["words"].moderators.discard(mara.actor.native_id)
    again = await mara.presses(asked, "/flags list")
    assert ONLY in again.text


async def test_only_the_founder_gives_it(stage: Stage) -> None:
    ada, farm = await founded(stage)
    bo, _ = await joined(stage, farm, "Bo", "Cy")
    await named(ada, bo)
    for line in ("/moderators add @cy", "/moderators remove @bo", "/moderators place"):
        assert "for the founder" in (await bo.says(line, farm)).text
    question = await ada.says("/moderators add @cy", farm)
    assert "for someone else" in (await bo.presses(question, "Let them moderate", farm)).text
    assert "The founder already moderates" in (await named(ada, ada)).text
    assert "has not joined" in (await ada.says("/moderators add", farm, reply_to=stage.person("Eve"))).text


async def test_an_account_that_just_became_one_with_others_waits(stage: Stage) -> None:
    ada, farm = await founded(stage)
    bo, _ = await joined(stage, farm, "Bo", "Cy")
    await named(ada, bo)
    await waits(stage, bo)
    for line in ("/flags list", "/call approvals", "/flags off"):
        assert "cannot do this before" in (await bo.says(line, farm)).text
    question = await ada.says("/moderators add @cy", farm)
    await waits(stage, ada)
    assert "cannot do this before" in (await ada.presses(question, "Let them moderate", farm)).text
    for line in ("/union invite-space", "/moderators place", "/call approvals", "/union requests"):
        assert "cannot do this before" in (await ada.says(line, farm)).text
    assert "posted here" in (await ada.says("/call here", farm)).text, (
        "she moderates the place by her platform"
    )
    stage.platforms["words"].moderators.discard(ada.actor.native_id)
    assert "cannot do this before" in (await ada.says("/call here", farm)).text
    stage.clock.advance(timedelta(hours=25))
    assert "posted here" in (await ada.says("/call here", farm)).text


async def test_who_leaves_moderates_no_more(stage: Stage) -> None:
    ada, farm = await founded(stage)
    [bo] = await joined(stage, farm, "Bo")
    await named(ada, bo)
    await leaves(bo, farm)
    assert "Bo" not in (await ada.says("/moderators list", farm)).text
    await bo.says("/join", farm)
    assert ONLY in (await bo.says("/flags list", farm)).text


@pytest.mark.parametrize(("absorbed_is", "survivor_is"), [(True, False), (False, True), (True, True)])
async def test_after_a_merge_the_survivor_moderates(
    stage: Stage, absorbed_is: bool, survivor_is: bool
) -> None:
    ada, farm = await founded(stage)
    bo, cy = await joined(stage, farm, "Bo", "Cy")
    for who, is_one in ((bo, absorbed_is), (cy, survivor_is)):
        if is_one:
            await named(ada, who)

    def merge(tx: Tx) -> bool:
        absorbed, _ = member_of(tx, bo)
        survivor, _ = member_of(tx, cy)
        merged = membership.merge(tx, 1, absorbed, survivor)
        return moderators.is_named(tx, merged) and not moderators.is_named(tx, absorbed)

    assert await stage.store.write(merge)


async def test_handing_over_keeps_moderators_and_tells_the_new_founder(stage: Stage) -> None:
    ada, farm = await founded(stage)
    bo, cy = await joined(stage, farm, "Bo", "Cy")
    await named(ada, bo)
    await moderates_union(ada, farm)
    question = await ada.says("/union hand-over @cy", farm)
    await ada.presses(question, "Hand over", farm)
    told = (await stage.told(cy))[-1].text
    assert "You are now the founder of Farm" in told
    assert "@Bo" in told
    assert "the moderators of Farm" in told
    assert "Nothing looks made up" in (await bo.says("/flags list")).text
    assert ONLY in (await ada.says("/flags list")).text
    assert "Nothing looks made up" in (await ada.says("/flags list", farm)).text, "she moderates the place"


async def test_help_says_for_whom_it_is(stage: Stage) -> None:
    ada, farm = await founded(stage)
    mo = stage.person("Mo", moderator=True)
    assert (
        "For moderators of the union. You cannot use it here."
        in (await mo.says("/help flags list", farm)).text
    )
    moderation = await mo.presses(await mo.says("/help", farm), "Moderation", farm)
    assert "/flags list" not in moderation.text
    await moderates_union(ada, farm)
    assert "You can use it here." in (await mo.says("/help flags list", farm)).text
    moderation = await mo.presses(await mo.says("/help", farm), "Moderation", farm)
    assert "/flags list" in moderation.text


def test_there_are_not_too_many() -> None:
    require_room(MOST_MODERATORS - 1)
    with pytest.raises(NotAllowed, match="Remove one first"):
        require_room(MOST_MODERATORS)
