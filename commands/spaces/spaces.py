"""The spaces of a union: listing, connecting and disconnecting them, and checking the bot's rights there."""

from __future__ import annotations

import re
from typing import Annotated

from bot.areas.spaces import services as spaces
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.findings import Finding
from bot.chat.model import (
    Button,
    Code,
    Link,
    Moment,
    Reply,
    Spans,
    Style,
    Text,
    Visibility,
    bold,
    fields,
    items,
    p,
    say,
    spans,
)
from bot.chat.params import Arg
from bot.chat.text import platform_name
from bot.domain.names import one_line
from bot.domain.people import Permission, Space
from bot.errors import BadInput
from commands.unions import join_button

area = Area()

_ADDRESS = re.compile(r"(https://[^\s.]+(?:\.[^\s.]+)*)")


def _spaces(ctx: Context, typed: str) -> list[tuple[str, str]]:
    wanted = typed.strip().lower()
    return [
        (f"{one_line(space.title, 60)} ({platform_name(space.platform)})", str(space.id))
        for space in spaces.of_union(ctx.tx, ctx.union)
        if wanted in space.title.lower()
    ]


@area.command(
    "union invite-space",
    "Get a one-time code that connects another server or group",
    permission=Permission.FOUNDER,
    visibility=Visibility.PRIVATE,
    rate=Rate(10, 3600),
)
def invite_space(ctx: Context) -> Reply:
    """Gives you a code. Add the bot to the other server or group and have a moderator there type
    /union connect with the code. It works once, for 24 hours.
    """
    code, expires = spaces.invite(ctx.tx, ctx.union, ctx.member)
    return say(
        p("In the other server or group a moderator types:"),
        p(Code(f"/union connect {code}")),
        p(
            "The code works once, until ",
            Moment(expires, ctx.union.time_zone),
            ". Who has it can connect a place.",
        ),
    )


@area.command(
    "union connect",
    "Connect this place to a union with its one-time code",
    permission=Permission.MODERATOR,
    needs_union=False,
    space_only=True,
    rate=Rate(10, 600),
)
def connect(
    ctx: Context, code: Annotated[str, Arg("The code from /union invite-space", max_length=40)]
) -> Reply:
    """Makes this server or group a place of the union that gave the code. Its people can then /join."""
    place = ctx.place
    union, _ = spaces.connect(
        ctx.tx, code, place.platform, place.space or "", place.title, place.chat, place.thread
    )
    ctx.enter(union.id)  # the button belongs to this union
    return say(
        p("This is a place of ", bold(one_line(union.name)), " now."),
        fields(("Purpose", union.purpose)),
        p("Everyone here can ", Code("/join"), "."),
        buttons=((join_button(union),),),
    )


@area.command("union spaces", "Where this union lives", reads=True)
def listed(ctx: Context) -> Reply:
    """Lists the servers and groups of the union, with the number that /union disconnect takes."""
    rows = [
        spans(
            bold(one_line(space.title)),
            f" · {platform_name(space.platform)} · no. {space.id} · since ",
            Moment(space.connected_at, ctx.union.time_zone, "date"),
        )
        for space in spaces.of_union(ctx.tx, ctx.union)
    ]
    return (
        say(p(bold(one_line(ctx.union.name)), " lives in:"), items(*rows))
        if rows
        else say("It has no place now.")
    )


@area.command("union disconnect", "Take a place out of the union", permission=Permission.MODERATOR)
def disconnect(
    ctx: Context,
    space: Annotated[Space | None, Arg("Which place; this one if left out", suggest=_spaces)] = None,
) -> Reply:
    """Takes this place (or, for the founder, any place named) out of the union.

    Members stay members; they can still reach the union from its other places and in private.
    """
    here = ctx.standing.space
    target = space or here
    if target is None:
        raise BadInput("Say which place: /union spaces lists them.")
    if here is None or target.id != here.id:
        ctx.require(Permission.FOUNDER)
    question = p("Take ", bold(one_line(target.title)), " out of ", bold(one_line(ctx.union.name)), "?")
    confirm = Button(
        "Disconnect", "union.disconnect", {"space": target.id}, Style.DANGER, single_use=True, lasts_s=600
    )
    return Reply((question,), ((confirm,),), visibility=Visibility.PRIVATE)


@area.action("union.disconnect", permission=Permission.MODERATOR)
def disconnected(ctx: Context, space: int) -> Reply:
    here = ctx.standing.space
    if here is None or here.id != space:
        ctx.require(Permission.FOUNDER)
    target = next((known for known in spaces.of_union(ctx.tx, ctx.union) if known.id == space), None)
    if target is None:
        raise BadInput("That place is not connected any more.")
    spaces.disconnect(ctx.tx, ctx.union, target, ctx.standing.member)
    return say(
        p(bold(one_line(target.title)), " is no place of ", bold(one_line(ctx.union.name)), " any more."),
        edit=True,
    )


@area.command(
    "call here", "Post calls in this chat from now on", permission=Permission.MODERATOR, space_only=True
)
def here(ctx: Context) -> Reply:
    """Calls of the union are posted in this channel, group or topic, and no longer in another of this place."""
    place, space = ctx.place, ctx.standing.space
    if space is None:
        raise BadInput("This is no place of the union. /union spaces lists them.")
    spaces.post_calls_in(ctx.tx, ctx.union, ctx.standing.member, space, place.chat, place.thread)
    return say("The union's calls are posted here from now on.")


@area.command(
    "union check",
    "Whether the bot has the rights it needs here",
    permission=Permission.MODERATOR,
    visibility=Visibility.PRIVATE,
    space_only=True,
    needs_union=False,
    rate=Rate(3, 60),
)
async def check(ctx: Context) -> Reply:
    """Asks the platform which rights the bot has in this place and says what is missing and how to give it."""
    await ctx.progress("Asking the platform…")
    findings = await ctx.runtime.check_space(ctx.place.platform, ctx.place.space or "")
    rows = [
        spans(
            ("✓ " if finding.problem is None else "✗ "),
            bold(finding.subject),
            *_remedy(finding),
        )
        for finding in findings
    ]
    return say(items(*rows)) if rows else say("All is well here.")


def _remedy(finding: Finding) -> Spans:
    """The problem and its remedy, with web addresses as links."""
    if finding.problem is None:
        return ()
    words = _ADDRESS.split(f": {finding.problem}. {finding.remedy}")
    return tuple(Link(word, word) if _ADDRESS.fullmatch(word) else Text(word) for word in words if word)
