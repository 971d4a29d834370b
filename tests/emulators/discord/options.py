"""A command as a person types it, into the data of an interaction; what the client would not let
them send is an AssertionError: unknown command, missing or unknown option, wrong type, wrong choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import payloads
from .model import DM_CHANNEL, Attachment, Channel, Command, Guild, Json, Message, Role, User
from .permissions import in_channel

if TYPE_CHECKING:
    from .people import Person
    from .world import World

STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = 3, 4, 5, 6, 7, 8, 9, 10, 11
WORDS = {STRING: str, INTEGER: int, BOOLEAN: bool, NUMBER: (int, float), CHANNEL: Channel, ROLE: Role}


class Resolved:
    """Collects the objects that option values mention, as the interaction's `resolved`."""

    def __init__(self, guild: Guild | None) -> None:
        self._guild = guild
        self.data: dict[str, dict[str, Json]] = {}

    def user(self, user: User) -> str:
        self.data.setdefault("users", {})[str(user.id)] = payloads.user(user)
        if self._guild is not None and user.id in self._guild.members:
            member = self._guild.members[user.id]
            shown = payloads.member(member, with_user=False) | {"permissions": "0"}
            self.data.setdefault("members", {})[str(user.id)] = shown
        return str(user.id)

    def role(self, role: Role) -> str:
        self.data.setdefault("roles", {})[str(role.id)] = payloads.role(role)
        return str(role.id)

    def channel(self, channel: Channel) -> str:
        shown = payloads.partial_channel(channel, None) | {"permissions": "0"}
        self.data.setdefault("channels", {})[str(channel.id)] = shown
        return str(channel.id)

    def attachment(self, attachment: Attachment) -> str:
        self.data.setdefault("attachments", {})[str(attachment.id)] = attachment.payload() | {
            "ephemeral": True
        }
        return str(attachment.id)

    def message(self, message: Message) -> str:
        self.data.setdefault("messages", {})[str(message.id)] = payloads.message(message)
        return str(message.id)


def usable(world: World, person: Person, channel: Channel) -> dict[tuple[int, str], Command]:
    """The commands that Discord's client offers this person here, by (type, name)."""
    guild = channel.guild
    found = {(each.type, each.name): each for each in world.commands_of(None)}
    if guild is not None:
        found |= {(each.type, each.name): each for each in world.commands_of(guild.id)}
    return {key: each for key, each in found.items() if _offered(each, person, channel)}


def _offered(command: Command, person: Person, channel: Channel) -> bool:
    definition = command.definition
    if channel.type == DM_CHANNEL:
        contexts = definition.get("contexts")
        return definition.get("dm_permission") is not False if contexts is None else 1 in contexts
    if definition.get("contexts") is not None and 0 not in definition["contexts"]:
        return False
    needed = definition.get("default_member_permissions")
    if needed is None:
        return True
    held = in_channel(person.membership(channel), channel)
    return held & int(needed) == int(needed) if int(needed) else held == (1 << 53) - 1


def find(world: World, person: Person, channel: Channel, kind: int, name: str) -> Command:
    """The command of this name that the person is offered; AssertionError if there is none."""
    offered = usable(world, person, channel)
    command = offered.get((kind, name))
    names = sorted(each for of_kind, each in offered if of_kind == kind)
    assert command is not None, f"{person.name} is offered no {name!r} here, only {names}"
    return command


def command_data(
    world: World,
    person: Person,
    channel: Channel,
    path: str,
    values: dict[str, Any],
    focused: str | None = None,
) -> tuple[Json, int]:
    """Interaction data for `path` ("union create"); also the type of the focused option (3 if none)."""
    name, *rest = path.split()
    command = find(world, person, channel, 1, name)
    resolved = Resolved(channel.guild)
    options: list[Json] = command.definition.get("options") or []
    shells: list[Json] = []
    for word in rest:
        sub = next((each for each in options if each["name"] == word and each["type"] in (1, 2)), None)
        assert sub is not None, f"/{path}: no subcommand {word!r}, only {[each['name'] for each in options]}"
        shells.append({"name": word, "type": sub["type"]})
        options = sub.get("options") or []
    subcommands = [each["name"] for each in options if each["type"] in (1, 2)]
    assert not subcommands, f"/{path} needs one of the subcommands {subcommands}"
    given = _values(path, options, values, resolved, focused)
    for shell in reversed(shells):
        given = [shell | {"options": given}]
    data: Json = {"id": str(command.id), "name": command.name, "type": 1, "options": given}
    if command.guild_id is not None:
        data["guild_id"] = str(command.guild_id)
    if resolved.data:
        data["resolved"] = resolved.data
    types = {each["name"]: each["type"] for each in options}
    return data, types.get(focused or "", STRING)


def _values(
    path: str, options: list[Json], values: dict[str, Any], resolved: Resolved, focused: str | None
) -> list[Json]:
    known = {option["name"]: option for option in options}
    assert not set(values) - set(known), (
        f"/{path} has no {sorted(set(values) - set(known))}, only {list(known)}"
    )
    if focused is None:
        missing = [name for name, option in known.items() if option.get("required") and name not in values]
        assert not missing, f"/{path} needs {missing}"
    given = []
    for name, value in values.items():
        option = known[name]
        if name == focused:
            assert option.get("autocomplete"), f"/{path} {name} has no autocomplete"
            given.append({"name": name, "type": option["type"], "value": value, "focused": True})
        else:
            typed = _typed(f"/{path} {name}", option, value, resolved)
            given.append({"name": name, "type": option["type"], "value": typed})
    return given


def _typed(where: str, option: Json, value: Any, resolved: Resolved) -> Any:
    """The value as Discord sends it, if the client would accept it for this option."""
    kind = option["type"]
    user = getattr(value, "user", value)
    if isinstance(user, User):
        assert kind in (USER, MENTIONABLE, STRING), f"{where} does not take a person"
        native_id = resolved.user(user)
        return f"<@{native_id}>" if kind == STRING else native_id
    if isinstance(value, Role):
        assert kind in (ROLE, MENTIONABLE), f"{where} does not take a role"
        return resolved.role(value)
    if isinstance(value, Attachment):
        assert kind == ATTACHMENT, f"{where} does not take a file"
        return resolved.attachment(value)
    assert isinstance(value, WORDS.get(kind, ())), f"{where} does not take {value!r}"
    assert isinstance(value, bool) == (kind == BOOLEAN), f"{where} does not take {value!r}"
    if isinstance(value, Channel):
        kinds = option.get("channel_types")
        assert not kinds or value.type in kinds, f"{where} takes channels of type {kinds}"
        return resolved.channel(value)
    _within(where, option, value)
    return value


def _within(where: str, option: Json, value: Any) -> None:
    choices = option.get("choices")
    if choices:
        allowed = [choice["value"] for choice in choices]
        assert value in allowed, f"{where}: {value!r} is no choice; there are {allowed}"
    size, unit = (len(value), "length") if isinstance(value, str) else (value, "value")
    if isinstance(value, str):
        assert 0 < size <= 6000, f"{where}: empty or over 6000 characters"
    low, high = option.get(f"min_{unit}"), option.get(f"max_{unit}")
    assert low is None or size >= low, f"{where}: {unit} {size} under {low}"
    assert high is None or size <= high, f"{where}: {unit} {size} over {high}"
