"""Reactions to events of a platform, and to words that are no command."""

from __future__ import annotations

from bot.areas.expulsions.services import departures
from bot.areas.members.services import members
from bot.areas.spaces import services as spaces
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.incoming import (
    BotAdded,
    BotRemoved,
    PersonLeft,
    PersonRenamed,
    Reachable,
    Say,
    SpaceMoved,
    SpaceRenamed,
    Start,
)
from bot.chat.model import Reply, bold, p, say
from bot.chat.targets import Target
from bot.domain.names import one_line
from bot.domain.phrases import phrase

area = Area()


@area.event(BotAdded)
def added(ctx: Context, act: BotAdded) -> Reply | None:
    if ctx.has_union:
        return None
    if act.broadcast:
        _tell_adder(ctx)
        return None
    return say(
        phrase("Hello! I turn communities into unions that act together."),
        phrase(
            "A moderator can start one with `/union create`, or add this place to an existing one with "
            "`/union connect CODE`. `/help` shows everything else."
        ),
    )


def _tell_adder(ctx: Context) -> None:
    """Tells the person who added the bot to a channel what it can do there. Its subscribers are not greeted."""
    ctx.post(
        Target(ctx.place.platform, person=ctx.actor.native_id),
        say(
            phrase(
                "You added me to the channel {channel}. I posted nothing there.",
                channel=bold(one_line(ctx.place.title) or phrase("without a name")),
            ),
            phrase(
                "To use me there, add me to the channel's discussion group and type `/union create` or "
                "`/union connect CODE` in it. In the channel itself, nobody can type commands."
            ),
        ),
    )


@area.event(BotRemoved)
def removed(ctx: Context, _: BotRemoved) -> None:
    if ctx.place.space is not None:
        spaces.lose(ctx.tx, ctx.place.platform, ctx.place.space)


@area.event(SpaceMoved)
def moved(ctx: Context, act: SpaceMoved) -> None:
    if ctx.place.space is not None:
        spaces.move(ctx.tx, ctx.place.platform, ctx.place.space, act.new_native_id)


@area.event(SpaceRenamed)
def renamed_space(ctx: Context, _: SpaceRenamed) -> None:
    if ctx.place.space is not None:
        spaces.rename(ctx.tx, ctx.place.platform, ctx.place.space, one_line(ctx.place.title))


@area.event(PersonRenamed)
def renamed(ctx: Context, _: PersonRenamed) -> None:
    actor = ctx.actor
    members.rename(ctx.tx, actor.platform, actor.native_id, actor.name, actor.username)


@area.event(PersonLeft)
def left(ctx: Context, _: PersonLeft) -> None:
    if ctx.standing.union is not None and ctx.standing.member is not None:
        members.left_space(ctx.tx, ctx.standing.union, ctx.standing.member, ctx.place.platform)
    if ctx.standing.account is not None and ctx.standing.space is not None:
        departures.left(ctx.tx, ctx.standing.account, ctx.standing.space)


@area.event(Reachable)
def reachable(ctx: Context, act: Reachable) -> None:
    members.set_reachable(ctx.tx, ctx.actor.platform, ctx.actor.native_id, act.yes)


@area.event(Start)
def started(ctx: Context, _: Start) -> Reply:
    members.set_reachable(ctx.tx, ctx.actor.platform, ctx.actor.native_id, yes=True)
    name = one_line(ctx.standing.union.name) if ctx.standing.union else None
    about = (
        p(phrase("This chat is about {name}.", name=bold(name)))
        if name
        else p(phrase("To join a union, type `/join` in its server or group."))
    )
    return say(phrase("Hello! I answer you privately here."), about, phrase("`/help` shows what you can do."))


@area.event(Say)
def chatter(ctx: Context, act: Say) -> Reply | None:
    if ctx.place.space is not None or not (act.text or act.file):
        return None
    return say(phrase("I only understand commands. `/help` lists them."))
