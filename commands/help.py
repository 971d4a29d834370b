"""Help: what a person can do today, the commands that they may use in a place, and the explanation of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from bot.areas.checkins.services import checkins
from bot.areas.tree.services import endorsements, support
from bot.areas.wallets.services import wallets
from bot.chat.context import Context
from bot.chat.declarations import Area, Command
from bot.chat.model import (
    AnyButton,
    Block,
    Button,
    Code,
    Items,
    Reply,
    Visibility,
    bold,
    fields,
    items,
    p,
    say,
    spans,
)
from bot.chat.params import Arg, Param
from bot.domain.names import one_line
from bot.domain.people import Permission
from bot.domain.phrases import Phrase, phrase, plural, sentences
from bot.errors import NotFound
from commands.waiting import waiting

area = Area()

ALLOWED = {
    Permission.ANYONE: phrase("For everyone."),
    Permission.MEMBER: phrase("For members."),
    Permission.LEADER: phrase("For leaders."),
    Permission.MODERATOR: phrase("For moderators of this place."),
    Permission.UNION_MODERATOR: phrase("For moderators of the union."),
    Permission.FOUNDER: phrase("For the founder."),
}

TOPICS: dict[str, tuple[Phrase, tuple[str, ...]]] = {
    "calls": (phrase("Calls"), ("call", "streak", "board")),
    "people": (
        phrase("People"),
        ("endorse", "unendorse", "release", "lineage", "support", "leaders", "branch", "whois", "invite"),
    ),
    "you": (
        phrase("You"),
        ("waiting", "me", "link", "wallets", "unlink", "language", "help", "join", "leave"),
    ),
    "union": (phrase("The union"), ("union",)),
    "moderation": (phrase("Moderation"), ("moderators", "flags", "expel", "readmit")),
    "more": (phrase("More"), ()),
}
"""The groups of commands, with the first words of their commands. What no group names is under “More”."""

TODAY = 7
PER_ROW = 3


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
    """Shows what you can do today, and all commands that you may use in this place, by topic. Name a command to have
    it explained.
    """
    return _page(ctx, command) if command else _overview(ctx)


@area.action("help.topic", permission=Permission.ANYONE, needs_union=False)
def topic_(ctx: Context, topic: str | None) -> Reply:
    return _topic(ctx, topic) if topic in TOPICS else _overview(ctx, edit=True)


def _overview(ctx: Context, *, edit: bool = False) -> Reply:
    usable = _usable(ctx)
    paths = {command.path for command in usable}
    today = [spans(Code(f"/{path}"), " ", words) for path, words in _today(ctx) if path in paths][:TODAY]
    blocks: list[Block] = [p(bold(phrase("What you can do here"))), *([items(*today)] if today else [])]
    return Reply(
        (*blocks, p(phrase("Press a topic to see all its commands.")), _foot()),
        _buttons(usable, None),
        visibility=Visibility.PRIVATE,
        edit=edit,
    )


def _topic(ctx: Context, topic: str) -> Reply:
    usable = _usable(ctx)
    title, _ = TOPICS[topic]
    listed = _listed(ctx, [command for command in usable if _topic_of(command) == topic])
    return Reply(
        (p(bold(title)), listed, _foot()), _buttons(usable, topic), visibility=Visibility.PRIVATE, edit=True
    )


def _foot() -> Block:
    return p(
        phrase(
            "`/help` with a command's name explains it. The bot never asks for keys, phrases or codes of your phone."
        )
    )


def _usable(ctx: Context) -> list[Command]:
    """Returns the commands that are of use to the actor here, in the order of their declarations."""
    done = {"join"} if ctx.standing.member is not None else set()
    if ctx.has_union:
        done |= {"union create", "union connect"}
    return [one for one in ctx.registry.commands.values() if one.path not in done and ctx.offers(one)]


def _topic_of(command: Command) -> str:
    top = command.path.split(" ")[0]
    return next((topic for topic, (_, tops) in TOPICS.items() if top in tops), "more")


def _buttons(usable: list[Command], shown: str | None) -> tuple[tuple[AnyButton, ...], ...]:
    """The topics that have a command for the actor, but the one that is shown; and the way back from it."""
    used = {_topic_of(command) for command in usable} - {shown}
    found: list[AnyButton] = [
        Button(label, "help.topic", {"topic": topic}) for topic, (label, _) in TOPICS.items() if topic in used
    ]
    if shown is not None:
        found.append(Button(phrase("Back"), "help.topic", {"topic": None}))
    return tuple(tuple(found[at : at + PER_ROW]) for at in range(0, len(found), PER_ROW))


def _today(ctx: Context) -> Iterator[tuple[str, Phrase]]:
    """Yields commands that help the actor today, with what each is good for, the most urgent first."""
    member = ctx.standing.member
    if ctx.has_union:
        things = waiting.count(ctx)
        if things:
            yield "waiting", plural(things, "{n:,} thing waits for you.", "{n:,} things wait for you.")
    else:
        yield "union create", phrase("Found a union in this place.")
        yield "union connect", phrase("Connect this place to a union that exists.")
        yield "union switch", phrase("Choose which of your unions this chat is about.")
        yield "join", phrase("Join a union with the code of a member.")
    if ctx.has_union and member is None:
        yield "join", phrase("Become a member of {union}.", union=one_line(ctx.union.name))
    if member is not None:
        yield from _today_of_member(ctx)
    yield "union about", phrase("Read what this union is about.")
    yield "moderators list", phrase("See who moderates the union.")


def _today_of_member(ctx: Context) -> Iterator[tuple[str, Phrase]]:
    union, member = ctx.union, ctx.member
    if any(mine.answerable for mine in checkins.today(ctx.tx, union, member)):
        yield "call today", phrase("Answer today's call.")
    choice = endorsements.of(ctx.tx, member)
    if not ctx.is_founder and (choice is None or choice.leader_id is None):
        yield "leaders", phrase("Find a leader to endorse.")
    if not wallets.of_member(ctx.tx, member):
        yield "link", phrase("Link a wallet. It costs nothing.")
    yield "call new", phrase("Write a call to action.")
    if support.has_followers(ctx.tx, member):
        yield "branch", phrase("See who joined or left your branch.")
    if ctx.is_founder:
        yield "union invite-space", phrase("Connect another server or group.")
    yield "invite", phrase("Invite people with your own link.")
    yield "streak", phrase("See your streak.")
    yield "support", phrase("See who stands behind you.")
    yield "me show", phrase("See your accounts and wallets.")


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
        shown = [one for one in _usable(ctx) if one in below] or below
        return say(p(bold(f"/{path}"), " ", ctx.registry.description(path)), _listed(ctx, shown))
    if command is None:
        raise NotFound(
            phrase("There is no command `/{path}`. `/help` shows what you can do.", path=path[:40])
        )
    paragraphs = [" ".join(part.split()) for part in command.details.split("\n\n")]
    options = fields(*((param.name, _explained(param)) for param in command.params))
    return say(
        p(bold(f"/{command.path}"), " ", ctx.registry.description(command.path)),
        *(p(phrase(part)) for part in paragraphs),
        *((options,) if command.params else ()),
        sentences(
            [
                ALLOWED[command.permission],
                phrase("You can use it here.") if ctx.offers(command) else phrase("You cannot use it here."),
            ]
        ),
    )


def _explained(param: Param) -> Phrase:
    said = phrase(param.description)
    if not param.choices:
        return said if param.required else phrase("{explanation} (optional)", explanation=said)
    choices = ", ".join(param.choices)
    if param.required:
        return phrase("{explanation}: {choices}", explanation=said, choices=choices)
    return phrase("{explanation}: {choices} (optional)", explanation=said, choices=choices)
