"""Which commands and buttons an account cannot use while it waits, because it became one person with others."""

from __future__ import annotations

from datetime import timedelta

import pytest

import commands
from bot.areas.members.services import members
from bot.chat.registry import Registry
from bot.domain.people import Account, Permission
from bot.domain.transaction import Tx
from tests import scenes
from tests.areas.joinings.village import Village, gather
from tests.stage import Stage

REGISTRY = Registry(commands.areas())
POWERS = {Permission.LEADER, Permission.FOUNDER, Permission.UNION_MODERATOR}
COMMANDS = {"leave", "unlink", "me same-person", "invite"}
"""Whatever changes who somebody is, or brings people in their name.

A new command of this kind stands here, and is declared with `settled=True`.
"""
ACTIONS = {
    "member.leave",
    "wallet.unlink",
    "invite.renew",
    "joining.ask",
    "joining.slow",
    "call.confirm",
    "call.refuse",
    "call.refused",
}
BY_THEIR_SERVICE = {
    "joining.yes",
    "account.removed",
    "account.remove",
    "support.endorse",
    "link.code",
    "link.confirm",
    "wallet.claim",
}
"""Buttons whose service decides: some of what they do is harmless, and some is not."""


def test_commands_and_buttons_that_a_waiting_account_cannot_use_are_declared() -> None:
    assert {command.path for command in REGISTRY.commands.values() if command.settled} >= COMMANDS
    assert {action.name for action in REGISTRY.actions.values() if action.settled} >= ACTIONS
    assert REGISTRY.actions.keys() >= BY_THEIR_SERVICE


@pytest.fixture
async def village(stage: Stage) -> Village:
    return await gather(stage)


async def test_every_declared_command_is_refused_with_the_moment_and_the_remedy(village: Village) -> None:
    await village.become_one(await village.joins("Mask", "values"), village.ada)
    for command in REGISTRY.commands.values():
        if not command.settled and command.permission not in POWERS:
            continue
        if command.needs_union and not command.space_only:
            heard = await village.ada.runs(command.path)
            if "Try again in" not in heard.text:
                assert "cannot do this before 2 March, 12:00 (UTC)" in heard.text, command.path
                assert "remove it now: /me" in heard.text


async def test_every_declared_button_is_refused(village: Village) -> None:
    await village.become_one(await village.joins("Mask", "values"), village.ada)
    for action in REGISTRY.actions.values():
        if action.settled or action.permission in POWERS:
            village.stage.clock.advance(timedelta(seconds=3))  # the limit of presses is another matter
            heard = await village.button(village.ada, action.name)
            assert "cannot do this before" in heard.text, action.name


async def test_the_wait_ends_to_the_moment(stage: Stage) -> None:
    def waiting(tx: Tx) -> Account:
        union, founder = scenes.found(tx)
        other = scenes.join(tx, union, "Bo")
        from bot import membership

        membership.merge(tx, union.id, other, founder)
        return members.accounts_of(tx, founder.id)[0]

    account = await stage.store.write(waiting)
    stage.clock.advance(timedelta(hours=24) - timedelta(microseconds=1))
    with pytest.raises(Exception, match="cannot do this before"):
        await stage.store.read(members.require_settled, account)
    stage.clock.advance(timedelta(microseconds=1))
    await stage.store.read(members.require_settled, account)
