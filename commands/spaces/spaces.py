"""The spaces of a union: listing and disconnecting them, and checking the bot's rights there."""

from __future__ import annotations

import re
from typing import Annotated

from bot.areas.spaces import services as spaces
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.findings import Finding
from bot.chat.model import (
    Button,
    Link,
    Moment,
    Reply,
    Spans,
    Style,
    Text,
    Visibility,
    bold,
    items,
    p,
    say,
    spans,
)
from bot.chat.params import Arg
from bot.chat.text import platform_name
from bot.domain.names import one_line
from bot.domain.people import Permission, Space
from bot.domain.phrases import phrase
from bot.errors import BadInput

area = Area()

_ADDRESS = re.compile(r"(https://[^\s.]+(?:\.[^\s.]+)*)")


def suggest_spaces(ctx: Context, typed: str) -> list[tuple[str, str]]:
    """Suggests the union's places, for a parameter that names one."""
    wanted = typed.strip().lower()
    return [
        (f"{one_line(space.title, 60)} ({platform_name(space.platform)})", str(space.id))
        for space in spaces.of_union(ctx.tx, ctx.union)
        if wanted in space.title.lower()
    ]


@area.command("union spaces", "Where this union lives", reads=True)
def listed(ctx: Context) -> Reply:
    """Lists the servers and groups of the union, with the number that /union disconnect takes."""
    rows = [
        spans(
            phrase(
                "{place} · {platform} · no. {number} · since {connected}",
                place=bold(one_line(space.title)),
                platform=platform_name(space.platform),
                number=space.id,
                connected=Moment(space.connected_at, ctx.union.time_zone, "date"),
            ),
        )
        for space in spaces.of_union(ctx.tx, ctx.union)
    ]
    return (
        say(phrase("Places of {union}:", union=bold(one_line(ctx.union.name))), items(*rows))
        if rows
        else say(
            phrase(
                "{union} has no places right now. The founder can connect one with `/union invite-space`.",
                union=bold(one_line(ctx.union.name)),
            )
        )
    )


@area.command("union disconnect", "Disconnect a place from the union", permission=Permission.MODERATOR)
def disconnect(
    ctx: Context,
    space: Annotated[
        Space | None, Arg("Which place; leave it out for this one", suggest=suggest_spaces)
    ] = None,
) -> Reply:
    """Disconnects this place from the union. The founder can also name any other place of it.

    Members stay members. They can still reach the union from its other places and in private.
    """
    here = ctx.standing.space
    target = space or here
    if target is None:
        raise BadInput(phrase("Please say which place. `/union spaces` lists them."))
    if here is None or target.id != here.id:
        ctx.require(Permission.FOUNDER)
    question = p(
        phrase(
            "Disconnect {place} from {union}?",
            place=bold(one_line(target.title)),
            union=bold(one_line(ctx.union.name)),
        )
    )
    confirm = Button(
        phrase("Disconnect"),
        "union.disconnect",
        {"space": target.id},
        Style.DANGER,
        single_use=True,
        lasts_s=600,
    )
    return Reply((question,), ((confirm,),), visibility=Visibility.PRIVATE)


@area.action("union.disconnect", permission=Permission.MODERATOR)
def disconnected(ctx: Context, space: int) -> Reply:
    here = ctx.standing.space
    if here is None or here.id != space:
        ctx.require(Permission.FOUNDER)
    target = next((known for known in spaces.of_union(ctx.tx, ctx.union) if known.id == space), None)
    if target is None:
        raise BadInput(phrase("That place is no longer connected."))
    spaces.disconnect(ctx.tx, ctx.union, target, ctx.standing.member)
    return say(
        phrase(
            "{place} no longer belongs to {union}.",
            place=bold(one_line(target.title)),
            union=bold(one_line(ctx.union.name)),
        ),
        edit=True,
    )


@area.command(
    "call here", "Post calls in this chat from now on", permission=Permission.MODERATOR, space_only=True
)
def here(ctx: Context) -> Reply:
    """Posts the union's calls in this channel, group or topic, and no longer elsewhere in this place."""
    place, space = ctx.place, ctx.standing.space
    if space is None:
        raise BadInput(
            phrase("This place does not belong to the union. `/union spaces` lists the places that do.")
        )
    spaces.post_calls_in(ctx.tx, ctx.union, ctx.standing.member, space, place.chat, place.thread)
    return say(phrase("From now on, the union's calls are posted here."))


@area.command(
    "union check",
    "Check whether the bot has the rights it needs here",
    permission=Permission.MODERATOR,
    visibility=Visibility.PRIVATE,
    space_only=True,
    needs_union=False,
    rate=Rate(3, 60),
)
async def check(ctx: Context) -> Reply:
    """Asks the platform which rights the bot has in this place, and says what is missing and how to grant it."""
    await ctx.progress(phrase("Asking the platform…"))
    findings = await ctx.runtime.check_space(ctx.place.platform, ctx.place.space or "")
    rows = [
        spans(
            ("✓ " if finding.problem is None else "✗ "),
            bold(finding.subject),
            *_remedy(finding),
        )
        for finding in findings
    ]
    return say(items(*rows)) if rows else say(phrase("Everything is fine here."))


def _remedy(finding: Finding) -> Spans:
    """The problem and its remedy, with web addresses as links."""
    if finding.problem is None:
        return ()
    words = _ADDRESS.split(f": {finding.problem}. {finding.remedy}")
    return tuple(Link(word, word) if _ADDRESS.fullmatch(word) else Text(word) for word in words if word)
