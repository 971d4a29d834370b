"""Help: the commands that a person may use in a place, and the explanation of each."""

from __future__ import annotations

from typing import Annotated

from bot.chat.context import Context
from bot.chat.declarations import Area, Command
from bot.chat.model import Code, Items, Reply, Visibility, bold, fields, items, p, say, spans
from bot.chat.params import Arg, Param
from bot.domain.people import Permission
from bot.domain.phrases import phrase
from bot.errors import NotFound

area = Area()

WHO = {
    Permission.ANYONE: "everyone",
    Permission.MEMBER: "members",
    Permission.LEADER: "leaders",
    Permission.MODERATOR: phrase("moderators of this place"),
    Permission.UNION_MODERATOR: phrase("moderators of the union"),
    Permission.FOUNDER: phrase("the founder"),
}


def _names(ctx: Context, typed: str) -> list[tuple[str, str]]:
    wanted = typed.strip().lstrip("/").lower()
    return [(f"/{path}", path) for path in ctx.registry.commands if wanted in path][:25]


@area.command(
    "help",
    "What you can do here",
    permission=Permission.ANYONE,
    visibility=Visibility.PRIVATE,
    needs_union=False,
    reads=True,
)
def help_(
    ctx: Context,
    command: Annotated[str | None, Arg("A command to explain", max_length=60, suggest=_names)] = None,
) -> Reply:
    """Lists the commands that you may use in this place, or explains the one you name."""
    if command:
        return _page(ctx, command)
    usable = [known for known in ctx.registry.commands.values() if ctx.offers(known)]
    more = p(
        phrase(
            "`/help` with a command's name explains it. The bot never asks for keys, phrases or "
            "codes of your phone."
        ),
    )
    return say(p(bold(phrase("What you can do here"))), _listed(ctx, usable), more)


def _listed(ctx: Context, commands: list[Command]) -> Items:
    return items(
        *(
            spans(Code(f"/{command.path}"), " ", ctx.registry.description(command.path))
            for command in commands
        )
    )


def _page(ctx: Context, name: str) -> Reply:
    path = " ".join(name.strip().lstrip("/").lower().split())
    command = ctx.registry.commands.get(path)
    below = ctx.registry.subcommands(path)
    if command is None and below:
        return say(p(bold(f"/{path}"), " ", ctx.registry.description(path)), _listed(ctx, below))
    if command is None:
        raise NotFound(phrase("There is no command /{path}. `/help` lists what you can do.", path=path[:40]))
    paragraphs = [p(" ".join(part.split())) for part in command.details.split("\n\n")]
    options = fields(*((param.name, _explained(param)) for param in command.params))
    return say(
        p(bold(f"/{command.path}"), " ", ctx.registry.description(command.path)),
        *paragraphs,
        *((options,) if command.params else ()),
        phrase(
            "For {who}. {more}",
            who=WHO[command.permission],
            more=phrase("You may use it here.") if ctx.offers(command) else phrase("Not for you here."),
        ),
    )


def _explained(param: Param) -> str:
    parts = [param.description]
    if param.choices:
        parts.append("one of " + ", ".join(param.choices))
    if not param.required:
        parts.append("may be left out")
    return "; ".join(parts)
