"""REST: registering application commands, for everywhere and for one guild."""

from __future__ import annotations

from . import payloads
from .api import Answer, Call, route
from .errors import ApiError
from .model import Command, Json
from .rules import COMMANDS

GLOBAL = "/applications/{application_id}/commands"
GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"


def _scope(call: Call) -> int | None:
    if call.id("application_id") != call.world.application_id:
        raise ApiError(50001)
    if "guild_id" not in call.params:
        return None
    return call.world.get_guild(call.id("guild_id")).id


def _shown(call: Call, command: Command) -> Json:
    return payloads.command(command, call.world.application_id)


@route("GET", GLOBAL)
@route("GET", GUILD)
def get_commands(call: Call) -> Answer:
    return 200, [_shown(call, command) for command in call.world.commands_of(_scope(call))]


@route("PUT", GLOBAL)
@route("PUT", GUILD)
def put_commands(call: Call) -> Answer:
    scope = _scope(call)
    call.obey(COMMANDS, call.body)
    call.emulator.syncs.append((scope, call.body))
    return 200, [_shown(call, command) for command in call.world.replace_commands(scope, call.body)]


@route("POST", GLOBAL)
@route("POST", GUILD)
def post_command(call: Call) -> Answer:
    scope = _scope(call)
    key = (call.body.get("type") or 1, call.body["name"])
    others = [each.definition for each in call.world.commands_of(scope) if (each.type, each.name) != key]
    call.obey(COMMANDS, [*others, call.body])
    existed = len(others) < len(call.world.commands_of(scope))
    return 200 if existed else 201, _shown(call, call.world.upsert_command(scope, call.body))


def _one(call: Call) -> Command:
    command = call.world.commands.get(call.id("command_id"))
    if command is None or command.guild_id != _scope(call):
        raise ApiError(10063)
    return command


@route("GET", GLOBAL + "/{command_id}")
@route("GET", GUILD + "/{command_id}")
def get_command(call: Call) -> Answer:
    return 200, _shown(call, _one(call))


@route("PATCH", GLOBAL + "/{command_id}")
@route("PATCH", GUILD + "/{command_id}")
def patch_command(call: Call) -> Answer:
    command = _one(call)
    changed = command.definition | call.body
    others = [each.definition for each in call.world.commands_of(command.guild_id) if each is not command]
    call.obey(COMMANDS, [*others, changed])
    command.definition, command.version = changed, call.world.new_id()
    return 200, _shown(call, command)


@route("DELETE", GLOBAL + "/{command_id}")
@route("DELETE", GUILD + "/{command_id}")
def delete_command(call: Call) -> Answer:
    del call.world.commands[_one(call).id]
    return 204, None
