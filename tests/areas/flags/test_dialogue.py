"""Flags: who is told, where, and what moderators can do, as people type it."""

from __future__ import annotations

import pytest

from bot import membership
from bot.areas.flags.services import SETTLING
from bot.areas.ledger import storage as ledger_storage
from bot.areas.members.services import members
from bot.areas.spaces import storage as spaces_storage
from bot.chat.incoming import Place
from bot.chat.targets import Target
from bot.domain.transaction import Tx
from tests.areas.flags.newcomers import arrive, follow
from tests.scenes import DAY, connected, founded, joined, member_of, moderates_union
from tests.stage import Heard, Persona, Stage


async def settled(stage: Stage, on: str = "words") -> tuple[Persona, Place]:
    """A union that is old enough to be looked at."""
    ada, farm = await founded(stage, on)
    stage.clock.advance(2 * SETTLING)
    return ada, farm


async def a_crowd(stage: Stage, number: int, prefix: str, on: str = "words") -> list[int]:
    union = await stage.store.read(members.unions_of, on, f"ada-{on}")
    new = await stage.store.write(arrive, union[0], number, prefix, on)
    return [member.id for member in new]


async def a_ring(stage: Stage, leader: Persona, prefix: str, on: str = "words") -> None:
    """Ten newcomers, too few for a burst, who endorse the leader."""
    member, _ = await stage.store.read(member_of, leader)
    new = await a_crowd(stage, 10, prefix, on)
    union = await stage.store.read(members.unions_of, on, leader.actor.native_id)
    await stage.store.write(follow, union[0], [member.id], new)


async def in_chat(stage: Stage, place: Place, persona: Persona) -> list[Heard]:
    """What was posted there by itself."""
    await stage.told(persona)
    delivered = stage.platforms[place.platform].delivered
    return [
        Heard(reply) for target, reply, _ in delivered if target == Target(place.platform, None, place.chat)
    ]


async def private(stage: Stage, persona: Persona) -> list[str]:
    return [heard.text for heard in await stage.told(persona) if "looks made up" in heard.text]


@pytest.mark.parametrize("on", ["words", "values"])
async def test_the_founder_is_told_of_a_burst(stage: Stage, on: str) -> None:
    ada, _ = await settled(stage, on)
    await a_crowd(stage, 20, "new", on)
    await stage.chores()
    now = stage.clock.now().isoformat()
    assert await private(stage, ada) == [
        "Something in Farm looks made up. It may be innocent; nothing was done about it.\n"
        "No. 1: many joined at once\n"
        "People: 20 new members; usual in 10 minutes: 0.15\n"
        f"Joined: from {now} to {now}\n"
        f"Where: {on.title()} (20)\n"
        "Without a wallet: 20 of 20\n"
        "Invited by: nobody (20)\n"
        "They endorse: nobody (20)\n"
        "/flags list shows what is open, and closes what you have checked."
    ]
    await a_crowd(stage, 20, "more", on)
    await stage.chores()
    await stage.chores()
    assert len(await private(stage, ada)) == 1


async def test_the_moderators_chat_is_told_with_the_evidence(stage: Stage) -> None:
    ada, farm = await settled(stage)
    bo, mo, den = stage.person("Bo"), stage.person("Mo", moderator=True), stage.group("Den")
    await bo.says("/join", farm)
    await moderates_union(ada, farm)
    heard = await mo.says("/flags here", replace_chat(farm, "moderators"))
    assert "From now on, this chat is told" in heard.text
    stage.clock.advance(2 * DAY)
    await a_ring(stage, bo, "new")
    await stage.chores()
    [told] = await in_chat(stage, replace_chat(farm, "moderators"), ada)
    assert "No. 1: newcomers who support Bo" in told.text
    assert "People: 10 new members, counting Bo if new; support base: 10 in total" in told.text
    assert "They endorse: Bo (10)" in told.text
    assert len(await private(stage, ada)) == 1
    assert await in_chat(stage, farm, ada) == []
    assert await in_chat(stage, den, ada) == []


def replace_chat(place: Place, chat: str) -> Place:
    return Place(place.platform, chat, place.space, None, place.title)


async def test_a_topic_is_told_in_that_topic(stage: Stage) -> None:
    ada, farm = await settled(stage)
    await ada.says("/flags here", Place(farm.platform, farm.chat, farm.space, "42", farm.title))
    await a_crowd(stage, 20, "new")
    await stage.chores()
    await stage.told(ada)
    targets = [target for target, _, _ in stage.platforms["words"].delivered]
    assert Target("words", None, farm.chat, "42") in targets


async def test_another_chat_takes_over_and_the_first_is_told_so(stage: Stage) -> None:
    ada, farm = await settled(stage)
    first, second = replace_chat(farm, "one"), replace_chat(farm, "two")
    await ada.says("/flags here", first)
    await ada.says("/flags here", first)
    await ada.says("/flags here", second)
    assert [heard.text for heard in await in_chat(stage, first, ada)] == [
        "From now on, another chat is told when something looks made up."
    ]
    await a_crowd(stage, 20, "new")
    await stage.chores()
    assert len(await in_chat(stage, second, ada)) == 1
    assert len(await in_chat(stage, first, ada)) == 1


async def test_off_ends_it(stage: Stage) -> None:
    ada, farm = await settled(stage)
    assert "No chat is told right now" in (await ada.says("/flags off", farm)).text
    await ada.says("/flags here", farm)
    assert "No chat is told any more" in (await ada.says("/flags off", farm)).text
    await a_crowd(stage, 20, "new")
    await stage.chores()
    assert await in_chat(stage, farm, ada) == []
    assert len(await private(stage, ada)) == 1


async def test_a_place_that_left_the_union_is_not_told(stage: Stage) -> None:
    ada, farm = await settled(stage)
    barn = stage.group("Barn")
    await connected(stage, ada, farm, ada, barn)
    await ada.says("/flags here", barn)

    def lost(tx: Tx) -> None:
        space = spaces_storage.here(tx, "words", barn.space or "")
        assert space is not None
        spaces_storage.disconnect(tx, space.id)

    await stage.store.write(lost)
    await a_crowd(stage, 20, "new")
    await stage.chores()
    assert [heard.text[:15] for heard in await in_chat(stage, barn, ada)] == ["This place now "]


@pytest.mark.parametrize("on", ["words", "values"])
async def test_only_moderators_and_the_founder_see_flags(stage: Stage, on: str) -> None:
    ada, farm = await settled(stage, on)
    bo, mo = stage.person("Bo", on), stage.person("Mo", on, moderator=True)
    await bo.says("/join", farm)
    for line in ("list", "here", "off"):
        assert "This is for moderators" in (await bo.says(f"/flags {line}", farm)).text
    assert "This is for moderators" in (await bo.says("/flags list")).text
    for line in ("list", "here", "off"):
        assert "for moderators of the whole union" in (await mo.says(f"/flags {line}", farm)).text
    await moderates_union(ada, farm)
    assert "This is for moderators" in (await bo.says("/flags list", farm)).text
    heard = await mo.runs("flags list", farm)
    assert heard.private
    assert "Nothing looks made up" in heard.text
    assert (await ada.says("/flags list")).private
    assert "only in a server or group" in (await ada.says("/flags here")).text


@pytest.mark.parametrize("on", ["words", "values"])
async def test_a_moderator_closes_what_was_looked_at(stage: Stage, on: str) -> None:
    ada, farm = await settled(stage, on)
    bo, mo = stage.person("Bo", on), stage.person("Mo", on, moderator=True)
    await moderates_union(ada, farm)
    await bo.says("/join", farm)
    stage.clock.advance(2 * DAY)
    await a_ring(stage, bo, "new", on)
    await stage.chores()
    heard = await mo.runs("flags list", farm)
    assert "1 flag is open. It may be innocent; nothing was done about it." in heard.text
    assert heard.labels == ["Close no. 1"]
    assert "This is for moderators" not in heard.text
    private_place = stage.private(mo) if on == "words" else farm  # where a private answer is pressed
    done = await mo.presses(heard, "Close no. 1", private_place)
    assert "Nothing looks made up" in done.text
    assert done.reply.edit
    assert "already closed" in (await mo.presses(heard, "Close no. 1", private_place)).text
    entries = await stage.store.read(ledger_storage.entries, 1)
    assert [e.kind for e in entries if e.kind.startswith("flag.")] == ["flag.raised", "flag.closed"]


async def test_who_moderates_no_more_closes_nothing(stage: Stage) -> None:
    ada, farm = await settled(stage)
    mo = stage.person("Mo", moderator=True)
    await moderates_union(ada, farm)
    await a_crowd(stage, 20, "new")
    await stage.chores()
    heard = await mo.says("/flags list", farm)
    stage.platforms["words"].moderators.discard(mo.actor.native_id)
    assert "This is for moderators" in (await mo.presses(heard, "Close no. 1", farm)).text
    assert "1 flag is open" in (await ada.says("/flags list")).text


async def test_many_flags_come_in_pages_and_one_message(stage: Stage) -> None:
    ada, farm = await settled(stage)
    leaders = [stage.person(name) for name in ("Bo", "Cy", "Di", "Ed", "Flo", "Gus")]
    for leader in leaders:
        await leader.says("/join", farm)
    stage.clock.advance(2 * DAY)
    for leader in leaders:
        await a_ring(stage, leader, leader.actor.name)
    await stage.chores()
    [notice] = await private(stage, ada)
    assert notice.count("No. ") == 3
    assert "There are 4 more. /flags list" in notice  # all of them together are a burst, too
    heard = await ada.says("/flags list")
    assert "7 flags are open." in heard.text
    assert heard.labels == ["Close no. 7", "Close no. 6", "Close no. 5", "Close no. 4", "Older"]
    older = await ada.presses(heard, "Older")
    assert older.labels == ["Close no. 3", "Close no. 2", "Close no. 1", "Newer"]
    for number in (3, 2, 1):
        older = await ada.presses(older, f"Close no. {number}")
    assert older.labels == ["Close no. 7", "Close no. 6", "Close no. 5", "Close no. 4"]


async def test_who_left_is_named_no_more(stage: Stage) -> None:
    ada, farm = await settled(stage)
    [bo] = await joined(stage, farm, "Bo")
    member, _ = await stage.store.read(member_of, bo)
    new = await a_crowd(stage, 20, "new")
    union = (await stage.store.read(members.unions_of, "words", "ada-words"))[0]
    await stage.store.write(follow, union, [member.id], new[:4])
    await stage.chores()
    assert "They endorse: Bo (4), nobody (17)" in (await ada.says("/flags list")).text
    await stage.store.write(membership.leave, union, member)
    assert "They endorse: somebody who left (4), nobody (17)" in (await ada.says("/flags list")).text


async def test_a_founder_who_cannot_be_reached_stops_nothing(stage: Stage) -> None:
    ada, farm = await settled(stage)
    await ada.says("/flags here", farm)
    await stage.store.write(members.set_reachable, "words", "ada-words", False)
    await a_crowd(stage, 20, "new")
    await stage.chores()
    assert len(await in_chat(stage, farm, ada)) == 1
