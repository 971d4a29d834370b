"""The page docs/commands.md, made out of the registry. `make pages` writes it."""

from bot.chat.declarations import DEFAULT_RATE, Command
from bot.chat.model import Visibility
from bot.chat.params import Param
from bot.chat.registry import Registry
from bot.domain.people import Permission

HEAD = """# Commands

Typed in chat, the same on Discord, Telegram and in the playground. `/help` shows each person what they may
do where they are, and `/help` with a command's name shows its page. This file is made from the declarations
in `commands/` by `make pages`, and a test compares the two.

In `/command <needed> [optional]` text with spaces goes in quotes on Telegram; Discord has a field for each.
What is missing is asked for.
"""
WHO = {
    Permission.ANYONE: "anyone",
    Permission.MEMBER: "members",
    Permission.LEADER: "leaders",
    Permission.MODERATOR: "moderators of the place",
    Permission.UNION_MODERATOR: "moderators of the union",
    Permission.FOUNDER: "the founder",
}


def page(registry: Registry) -> str:
    """The whole file."""
    parts = [HEAD]
    for top in registry.tops():
        if top in registry.groups:
            parts.append(f"## /{top}\n\n{registry.groups[top]}.\n")
        parts += [_section(command, top in registry.groups) for command in registry.commands.values()
                  if command.path.split(" ")[0] == top]  # fmt: skip
    return "\n".join(parts)


def _section(command: Command, grouped: bool) -> str:
    usage = " ".join([f"/{command.path}", *(_usage(param) for param in command.params)])
    lines = [f"{'###' if grouped else '##'} /{command.path}", "", f"{command.description}.", ""]
    lines += [f"`{usage}`", "", command.details, ""]
    lines += [f"- `{param.name}` ({_kind(param)}): {param.description}" for param in command.params]
    lines += [""] if command.params else []
    who = f"For {WHO[command.permission]}"
    where = ", in a server or group" if command.space_only else ""
    seen = "; the answer is private" if command.visibility is Visibility.PRIVATE else ""
    rate = command.rate
    often = f"; at most {rate.times} times in {rate.per_s} s" if rate != DEFAULT_RATE else ""
    menu = f" On Discord also “{command.menu}” in the menu of a person (Apps)." if command.menu else ""
    return "\n".join([*lines, f"{who}{where}{seen}{often}.{menu}", ""])


def _usage(param: Param) -> str:
    return f"<{param.name}>" if param.required else f"[{param.name}]"


def _kind(param: Param) -> str:
    return " | ".join(param.choices) if param.choices else param.kind.value
