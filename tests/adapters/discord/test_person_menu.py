"""Commands chosen from the menu of a person, with a real Muster and the unmodified discord.py."""

from __future__ import annotations

from typing import Annotated, Any

from adapters.discord import menu
from bot.chat.declarations import Area
from bot.chat.model import Reply, say
from bot.chat.registry import Registry
from bot.domain.people import Permission
from bot.domain.people import Person as Somebody
from tests.adapters.discord.conftest import House
from tests.emulators.discord import Person
from tests.emulators.discord.acts import interact
from tests.emulators.discord.rule import broken
from tests.emulators.discord.rules import COMMANDS


def example() -> Registry:
    area = Area()

    @area.command("follow", "Follow somebody", menu="Follow")
    def follow(ctx: object, leader: Annotated[Somebody, "Whom"]) -> Reply:
        """Follows."""
        return say("x")

    @area.command(
        "warn",
        "Warn somebody",
        permission=Permission.MODERATOR,
        needs_union=False,
        space_only=True,
        menu="Warn them",
    )
    def warn(ctx: object, person: Annotated[Somebody, "Whom"], why: Annotated[str, "Why"] = "") -> Reply:
        """Warns."""
        return say("x")

    return Registry([area])


def test_it_is_offered_where_and_to_whom_its_slash_command_is() -> None:
    follow, warn, *menus = menu.menu(example())
    shared = ("contexts", "integration_types", "default_member_permissions")
    assert menus == [
        {"type": 2, "name": "Follow", "contexts": [0, 1], "integration_types": [0]},
        {
            "type": 2,
            "name": "Warn them",
            "contexts": [0],
            "integration_types": [0],
            "default_member_permissions": "32",
        },
    ]
    for slash, entry in zip((follow, warn), menus, strict=True):
        assert [slash.get(key) for key in shared] == [entry.get(key) for key in shared]
    assert list(broken(COMMANDS, menu.menu(example()))) == []


def stored(ours: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As Discord gives it back, latest first."""
    added = {"id": "1", "version": "1", "nsfw": False, "description_localizations": None}
    return [{"description": "", "default_member_permissions": None} | added | one for one in ours[::-1]]


def test_what_discord_has_is_recognised_and_every_change_is_noticed() -> None:
    ours = menu.menu(example())
    assert menu.same(ours, stored(ours))
    changes: list[dict[str, Any]] = [
        {"name": "Warn"},
        {"type": 3},
        {"contexts": [0, 1]},
        {"default_member_permissions": None},
    ]
    for change in changes:
        theirs = stored(ours)
        theirs[0] |= change
        assert not menu.same(ours, theirs), f"{change} was not noticed"
    assert not menu.same(ours, stored(ours)[1:])


async def test_it_is_registered_once_together_with_the_slash_commands(house: House) -> None:
    await house.start()
    await house.restart()
    ((scope, sent),) = house.emulator.syncs
    assert scope is None
    assert {entry["name"] for entry in sent if entry.get("type") == 2} >= {"Follow", "Give a hint"}
    offered = [(command.type, command.name) for command in house.bob.commands(house.room)]
    assert {(1, "probe"), (2, "Follow"), (2, "Give a hint")} <= set(offered)
    in_private = [command.name for command in house.bob.commands(house.bob.dm) if command.type == 2]
    assert "Follow" in in_private
    assert "Give a hint" not in in_private


async def test_the_person_chosen_is_the_parameter(muster: House) -> None:
    muster.bob.rename("Bobby")
    followed = await muster.alice.context_menu(muster.room, "Follow", muster.bob)
    assert (followed.content, followed.ephemeral) == ("Following Bobby.", False)
    assert muster.probe.heard == {"leader": str(muster.bob.id)}
    assert followed.message.pinged_users == []


async def test_what_is_private_stays_private_when_it_takes_long(muster: House, soon: None) -> None:
    muster.probe.answer, muster.probe.talks = say("A hint."), False
    asked = muster.alice.send_context_menu(muster.room, "Give a hint", muster.bob)
    await muster.probe.waiting.wait()
    await asked.acked()
    assert asked.deferred
    muster.probe.gate.set()
    await muster.idle()
    assert asked.ephemeral
    assert asked.content == "A hint."


async def test_the_same_choice_again_has_no_second_effect(muster: House) -> None:
    followed = await muster.alice.context_menu(muster.room, "Follow", muster.bob)
    followed.replay()
    await muster.idle()
    await muster.restart()
    followed.replay()
    await muster.idle()
    assert muster.probe.done["follow"] == 1
    assert [message.content for message in await muster.told()] == ["Following Bob."]


async def test_a_bot_cannot_be_chosen(muster: House) -> None:
    robot = Person(muster.emulator, muster.emulator.world.bot, muster.alice.guild)
    for name in ("Follow", "Give a hint"):
        refused = await muster.alice.context_menu(muster.room, name, robot)
        assert refused.ephemeral
        assert "that is a bot" in refused.text
    picked = await muster.alice.slash(muster.room, "probe follow", leader=robot)
    assert "that is a bot" in picked.text
    assert muster.probe.done["follow"] == 0


async def chosen(muster: House, **data: Any) -> Any:
    """A choice with whatever data, of which the emulator checks nothing."""
    command = {"id": "1", "type": 2, "name": "Follow", **data}
    return await interact(muster.emulator, muster.alice, muster.room, 2, command).answered()


async def test_without_a_word_of_who_was_chosen_the_id_is_enough(muster: House) -> None:
    answer = await chosen(muster, target_id=str(muster.bob.id))
    assert muster.probe.heard == {"leader": str(muster.bob.id)}
    assert answer.content == f"Following {muster.bob.id}."


async def test_without_a_person_it_is_asked_for(muster: House) -> None:
    await muster.founded()
    await muster.bob.slash(muster.room, "join")
    asked = await chosen(muster)
    assert muster.probe.done["follow"] == 0
    await muster.alice.submit(asked, {"Whom": "@bob"})
    assert muster.probe.heard == {"leader": str(muster.bob.id)}


async def test_a_name_that_the_menu_has_no_more(muster: House) -> None:
    answer = await chosen(muster, name="Unfollow", target_id=str(muster.bob.id))
    assert answer.ephemeral
    assert "There is no command" in answer.text
    assert muster.probe.done["follow"] == 0
