"""Every rule is broken once, caught, answered as Discord answers, and recorded as a violation."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from .emulator import DiscordEmulator
from .model import Json
from .raw import raw
from .rule import Rule
from .rules import CHOICES, COMMANDS, MESSAGE, MODAL
from .validate import specification

needs_specification = pytest.mark.skipif(
    specification() is None, reason="the published specification is not here"
)


def button(**changes: Any) -> Json:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": "go"} | changes


def row(*parts: Json) -> Json:
    return {"type": 1, "components": list(parts)}


def select(**changes: Any) -> Json:
    return {"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a"}]} | changes


def embed(length: int) -> Json:
    return {"title": "t", "description": "x" * length}


MESSAGES: list[tuple[str, Json]] = [
    ("content has at most", {"content": "x" * 2001}),
    ("all embeds together", {"embeds": [embed(3000), embed(3000)]}),
    ("an embed shows something", {"embeds": [{"color": 5}]}),
    ("an embed shows something", {"embeds": [{"fields": [{"name": " ", "value": "x"}]}]}),
    ("at most 5 rows", {"components": [row(button(custom_id=str(n))) for n in range(6)]}),
    (
        "at most 5 rows",
        {"flags": 32768, "components": [{"type": 17, "components": [{"type": 10, "content": "x"}] * 39}] * 2},
    ),
    ("a custom_id occurs once in a message", {"components": [row(button(), button())]}),
    ("a button has a custom_id", {"components": [row({"type": 2, "style": 1, "label": "x"})]}),
    ("a button has a custom_id", {"components": [row(button(style=5))]}),
    ("a button has a custom_id", {"components": [row(button(label=None))]}),
    ("a row holds buttons or one select", {"components": [row(button(), select())]}),
    ("a select menu has 1 to 25", {"components": [row(select(options=[{"label": "a", "value": "a"}] * 2))]}),
    ("a select menu has 1 to 25", {"components": [row(select(min_values=2))]}),
    ("Components V2 need flag", {"components": [{"type": 10, "content": "x"}]}),
    (
        "Components V2 need flag",
        {"flags": 32768, "content": "x", "components": [{"type": 10, "content": "x"}]},
    ),
    ("allowed_mentions names", {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}),
    ("a nonce has at most 25", {"content": "x", "enforce_nonce": True}),
    ("at most 10 files", {"embeds": [{"image": {"url": "attachment://chart.png"}}]}),
    ("a message shows something", {"content": "  "}),
    ("a message shows something", {}),
    ("attachments name uploaded", {"content": "x", "attachments": [{"id": "0", "filename": "a.png"}]}),
]


@pytest.mark.parametrize(("rule", "body"), MESSAGES)
async def test_messages(emulator: DiscordEmulator, rule: str, body: Json) -> None:
    channel = emulator.guild("Farmers", bot_permissions=8).channel("general")
    async with raw(emulator) as bot:
        status, answer = await bot.send("POST", f"/channels/{channel.id}/messages", body)
    assert (status, answer["code"]) == (400, 50006 if rule == "a message shows something" else 50035)
    assert rule in [each.rule[: len(rule)] for each in emulator.take_violations()]
    assert channel.messages == {}


def text_input(**changes: Any) -> Json:
    return {"type": 4, "style": 1, "custom_id": "i", "label": "Field"} | changes


MODALS: list[tuple[str, list[Json]]] = [
    ("a modal has at most 5", [row(text_input(custom_id=str(n))) for n in range(6)]),
    ("a custom_id occurs once in a modal", [row(text_input()), row(text_input())]),
    ("a text input in a row has a label", [row(text_input(label=None))]),
    ("a text input in a row has a label", [{"type": 18, "label": "L", "component": text_input()}]),
    ("a text input in a row has a label", [row(text_input(min_length=9, max_length=3))]),
    ("a text input in a row has a label", [row(text_input(value="abcdef", max_length=3))]),
]
PING: Json = {"name": "ping", "description": "Answer"}


@pytest.mark.parametrize(("rule", "components"), MODALS)
async def test_modals(emulator: DiscordEmulator, rule: str, components: list[Json]) -> None:
    guild = emulator.guild("Farmers")
    async with raw(emulator) as bot:
        await bot.commands(PING)
        reply = guild.member("alice").send_slash(guild.channel("general"), "ping")
        data = {"custom_id": "m", "title": "M", "components": components}
        assert (await bot.answer(reply.interaction, 9, data))[0] == 400
    assert {each.rule[: len(rule)] for each in emulator.take_violations()} == {rule}
    assert reply.interaction.ack is None


def option(name: str = "o", **changes: Any) -> Json:
    return {"type": 3, "name": name, "description": "d"} | changes


def command(*options: Json, **changes: Any) -> Json:
    return {"name": "c", "description": "d", "options": list(options)} | changes


def choice(name: str = "n", value: str = "v") -> Json:
    return {"name": name, "value": value}


LONG = [choice(str(n), "x" * 100) for n in range(25)]
COMMAND_LISTS: list[tuple[str, list[Json]]] = [
    ("at most 100 chat", [command(name=f"c{n}") for n in range(101)]),
    ("at most 100 chat", [{"name": f"c{n}", "type": 2} for n in range(16)]),
    ("a command's name is unique", [command(), command()]),
    ("chat commands and options: lower", [command(name="Upper")]),
    ("chat commands and options: lower", [command(name="two words")]),
    ("chat commands and options: lower", [command(option(name="Ü"))]),
    ("chat commands and options: lower", [command(name_localizations={"de": "Groß"})]),
    ("chat commands and options have a desc", [{"name": "c"}]),
    ("chat commands and options have a desc", [command(option(description=" "))]),
    ("chat commands and options have a desc", [{"name": "C", "type": 3, "description": "d"}]),
    ("option names are unique", [command(option(), option())]),
    ("option names are unique", [command(option("a"), option("b", required=True))]),
    ("option names are unique", [command(option("a"), {"type": 1, "name": "s", "description": "d"})]),
    ("option names are unique", [command({"type": 2, "name": "g", "description": "d", "options": []})]),
    ("choices: unique names", [command(option(choices=[choice()], autocomplete=True))]),
    ("choices: unique names", [command(option(choices=[choice(), choice()]))]),
    ("choices: unique names", [command(option(choices=[choice(value="x" * 101)]))]),
    ("choices: unique names", [command(option(min_length=5, max_length=2))]),
    ("a command has at most 8000", [command(*(option(f"o{n}", choices=LONG) for n in range(4)))]),
]


@pytest.mark.parametrize(("rule", "definitions"), COMMAND_LISTS)
async def test_commands(emulator: DiscordEmulator, rule: str, definitions: list[Json]) -> None:
    async with raw(emulator) as bot:
        assert (await bot.commands(*definitions))[0] == 400
    assert rule in [each.rule[: len(rule)] for each in emulator.take_violations()]
    assert emulator.world.commands == {}


async def test_suggested_choices(emulator: DiscordEmulator) -> None:
    guild = emulator.guild("Farmers")
    channel, alice = guild.channel("general"), guild.member("alice")
    async with raw(emulator) as bot:
        await bot.commands(command(option(autocomplete=True)))
        async with bot.gateway() as socket:
            await socket.identify()
            await socket.until("READY")
            waiting = asyncio.ensure_future(alice.autocomplete(channel, "c", "o", "x"))
            event = await socket.until("INTERACTION_CREATE")
            interaction = emulator.world.interactions[int(event["id"])]
            assert (await bot.answer(interaction, 8, {"choices": [choice(value="x" * 101)]}))[0] == 400
            assert (await bot.answer(interaction, 8, {"choices": [choice()]}))[0] == 204
            assert await waiting == [choice()]
    assert any(each.rule.startswith("suggested choices") for each in emulator.take_violations())


def test_every_rule_is_broken_above() -> None:
    def covered(rules: list[Rule], cases: list[tuple[str, Any]]) -> set[str]:
        return {rule.text for rule in rules if not any(rule.text.startswith(text) for text, _ in cases)}

    assert not covered(MESSAGE, MESSAGES)
    assert not covered(MODAL, MODALS)
    assert not covered(COMMANDS, COMMAND_LISTS)
    assert len(CHOICES) == 1


@needs_specification
@pytest.mark.parametrize(
    "body",
    [
        {"content": "x", "unknown": 1},
        {"content": "x", "embeds": [{"title": "x" * 257}]},
        {"embeds": [{"title": "x"}] * 11},
        {"components": [row(*(button(custom_id=str(n)) for n in range(6)))]},
        {"components": [row(button(style=99))]},
        {"components": [row(button(label="x" * 81))]},
        {"components": [row(button(custom_id="x" * 101))]},
        {"components": [{"type": 99}]},
    ],
)
async def test_the_published_specification(emulator: DiscordEmulator, body: Json) -> None:
    channel = emulator.guild("Farmers").channel("general")
    async with raw(emulator) as bot:
        status, _ = await bot.send("POST", f"/channels/{channel.id}/messages", body)
    assert status == 400
    assert {each.rule for each in emulator.take_violations()} == {"the published specification"}


async def test_unknown_routes_and_missing_tokens(emulator: DiscordEmulator) -> None:
    async with raw(emulator) as bot:
        assert (await bot.send("GET", "/nowhere"))[0] == 404
        assert [each.rule for each in emulator.take_violations()] == ["every route is known"]
        assert (await bot.send("GET", "/users/@me", headers={"Authorization": "Bot x"}))[0] == 401


async def test_files(emulator: DiscordEmulator) -> None:
    channel = emulator.guild("Farmers").channel("general")
    path = f"/channels/{channel.id}/messages"
    picture = {"embeds": [{"image": {"url": "attachment://b.png"}}]}
    async with raw(emulator) as bot:
        assert (await bot.upload(path, picture, "a.png"))[0] == 400
        assert (await bot.upload(path, {"content": "x"}, *(f"{n}.png" for n in range(11))))[0] == 400
        assert len(emulator.take_violations()) == 2
        listed = {"attachments": [{"id": "1", "filename": "b.png", "description": "second"}]}
        status, answer = await bot.upload(path, picture | listed, "a.png", "b.png")
    assert (status, answer["attachments"][1]["description"]) == (200, "second")


async def test_v2_cannot_be_undone(emulator: DiscordEmulator) -> None:
    channel = emulator.guild("Farmers").channel("general")
    async with raw(emulator) as bot:
        body = {"flags": 32768, "components": [{"type": 10, "content": "x"}]}
        _, sent = await bot.send("POST", f"/channels/{channel.id}/messages", body)
        path = f"/channels/{channel.id}/messages/{sent['id']}"
        assert (await bot.send("PATCH", path, {"flags": 0, "components": []}))[0] == 400
    assert [each.rule for each in emulator.take_violations()] == ["Components V2 cannot be undone"]
