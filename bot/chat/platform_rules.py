"""The platforms' rules for commands, which are checked when the program starts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from bot.chat.declarations import Command
from bot.chat.params import Param, ParamKind

# The narrowest rules of all platforms. Discord: names of 32 characters, descriptions of 100; 25 parameters,
# subcommands and choices; 100 commands; 8000 characters a command. Telegram: names of [a-z0-9_], 100 commands.
NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
TOP_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
MAX_DESCRIPTION = 100
MAX_PARAMS = 25
MAX_SUBCOMMANDS = 25
MAX_CHOICES = 25
MAX_CHOICE_LENGTH = 100
MAX_COMMANDS = 100
MAX_COMMAND_CHARACTERS = 8000

MAX_MENU_COMMANDS = 5
"""Discord took 5 user commands of an application until March 2026, and takes 15 since. Not every library knows that:
https://docs.discord.com/developers/change-log#march-3-2026, Rapptz/discord.py#10503."""

# Discord takes 1–32 characters, of mixed case and with spaces. No path of a command begins with a capital letter, so
# a menu name is never one.
MENU_NAME = re.compile(r"[A-Z](?:[\w' -]{0,30}[\w'])?")


def find_problems(commands: Mapping[str, Command], groups: Mapping[str, str]) -> list[str]:
    """Returns a line for each thing that a platform would refuse. `groups` are descriptions by name."""
    problems = []
    tops = dict.fromkeys(path.split(" ")[0] for path in commands)
    if len(tops) > MAX_COMMANDS:
        problems.append(f"{len(tops)} top-level commands; platforms take {MAX_COMMANDS}")
    for top in tops:
        if not TOP_NAME.fullmatch(top):
            problems.append(f"/{top}: a first word is 1–32 of a–z, 0–9 and _")
        subs = [command for command in commands.values() if command.group == top]
        if subs and top in commands:
            problems.append(f"/{top} is both a command and a group")
        if len(subs) > MAX_SUBCOMMANDS:
            problems.append(f"/{top} has {len(subs)} subcommands; platforms take {MAX_SUBCOMMANDS}")
        if subs:
            problems += _described(f"/{top}", groups.get(top, ""))
            if sum(_characters(sub) for sub in subs) > MAX_COMMAND_CHARACTERS:
                problems.append(f"/{top} has more than {MAX_COMMAND_CHARACTERS} characters in all")
    for command in commands.values():
        problems += _command_problems(command)
    return problems + _menu_problems(commands.values())


def _described(subject: str, description: str) -> list[str]:
    if not 1 <= len(description) <= MAX_DESCRIPTION:
        return [f"{subject} needs a description of 1–{MAX_DESCRIPTION} characters"]
    return []


def _characters(command: Command) -> int:
    texts = [command.path, command.description]
    for param in command.params:
        texts += [param.name, param.description, *(choice * 2 for choice in param.choices)]
    return sum(map(len, texts))


def _command_problems(command: Command) -> list[str]:
    subject = f"/{command.path}"
    problems = _described(subject, command.description)
    words = command.path.split(" ")
    if len(words) > 2 or not NAME.fullmatch(words[-1]):
        problems.append(f"{subject}: a path is one or two words of a–z, 0–9, _ and -")
    if not command.details:
        problems.append(f"{subject} needs a docstring: it is its help page")
    if command.reads and command.rate.lasting:
        problems.append(f"{subject} reads, so its uses cannot be kept: give it a rate under 10 minutes")
    if len(command.params) > MAX_PARAMS:
        problems.append(f"{subject} has over {MAX_PARAMS} parameters")
    optional_seen = False
    for param in command.params:
        problems += _param_problems(subject, param)
        if param.required and optional_seen:
            problems.append(f"{subject}: {param.name} is required after an optional one")
        optional_seen |= not param.required
    return problems


def _param_problems(subject: str, param: Param) -> list[str]:
    problems = _described(f"{subject} {param.name}", param.description)
    if not TOP_NAME.fullmatch(param.name):
        problems.append(f"{subject}: the parameter name {param.name!r} is not 1–32 of a–z, 0–9 and _")
    if len(param.choices) > MAX_CHOICES or any(len(choice) > MAX_CHOICE_LENGTH for choice in param.choices):
        problems.append(
            f"{subject} {param.name}: at most {MAX_CHOICES} choices of {MAX_CHOICE_LENGTH} characters"
        )
    if param.kind is ParamKind.FILE and param.required:
        problems.append(f"{subject} {param.name}: a file cannot be asked for by words, so it is optional")
    if param.arg.suggest is not None and param.kind not in (ParamKind.TEXT, ParamKind.SPACE):
        problems.append(f"{subject} {param.name}: only texts and spaces have suggestions")
    return problems


def _menu_problems(commands: Iterable[Command]) -> list[str]:
    """Returns a line for each thing in the menu of a person that Discord would refuse or that could not be filled."""
    offered = [(command.menu, command) for command in commands if command.menu is not None]
    problems = []
    if len(offered) > MAX_MENU_COMMANDS:
        problems.append(f"{len(offered)} commands in the menu of a person; Discord takes {MAX_MENU_COMMANDS}")
    for name, times in Counter(name for name, _ in offered).items():
        if not MENU_NAME.fullmatch(name):
            problems.append(f"the menu name {name!r} is not a capital letter and up to 31 more, or spaces")
        if times > 1:
            problems.append(f"the menu name {name!r} is used {times} times")
    for name, command in offered:
        if [param.kind for param in command.params if param.required] != [ParamKind.PERSON]:
            problems.append(
                f"/{command.path}: the menu {name!r} needs exactly one required parameter, a Person"
            )
    return problems
