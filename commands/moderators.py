"""Who moderates the whole union: the founder gives it to people, and to the moderators of places."""

from __future__ import annotations

from typing import Annotated, Literal

from bot.areas.members.services import display, members
from bot.areas.moderators import services as moderators
from bot.areas.moderators.services import Moderation
from bot.areas.spaces import services as spaces
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.model import (
    Block,
    Button,
    Code,
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
from bot.domain.people import Account, Member, Permission, Person, Space, Union
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotFound
from commands.members.display import face
from commands.spaces.spaces import suggest_spaces

area = Area()
area.group("moderators", "Who moderates the whole union", default="moderators list")

NAMED = 5
"""Moderators whose names the page about the union shows."""


# -- looking -------------------------------------------------------------------------------------------------


@area.command("moderators list", "Who moderates the whole union", permission=Permission.ANYONE, reads=True)
def listed(ctx: Context) -> Reply:
    """Shows who moderates the whole union: they look at what was flagged, approve calls with new links, and remove
    entries of contests.

    The founder always does. They can give it to members, and to the moderators of a place of the union. Everybody
    else who moderates a server or group moderates that place only: its connection and where calls are posted in it.
    """
    now = moderators.of(ctx.tx, ctx.union)
    known = display.of(ctx.tx, now.member_ids, ctx.place.platform)
    founder = members.founder(ctx.tx, ctx.union)
    rows = [spans(face(founder), ", the founder")] if founder else []
    rows += [spans(face(known.get(one))) for one in now.member_ids]
    rows += [spans("the moderators of ", _place(space)) for space in now.places]
    if not rows:
        return say("Nobody at present.")
    return say(p("The whole of ", bold(one_line(ctx.union.name)), " is moderated by:"), items(*rows))


def about(ctx: Context) -> tuple[str, Spans]:
    """Returns the line about moderators, for the page about the union."""
    now = moderators.of(ctx.tx, ctx.union)
    known = display.of(ctx.tx, now.member_ids[:NAMED], ctx.place.platform)
    words = [Text("the founder")]
    words += [Text(display.name(known, one)) for one in now.member_ids[:NAMED]]
    words += [Text(f"the moderators of {one_line(space.title, 40)}") for space in now.places[:NAMED]]
    more = max(0, len(now.member_ids) - NAMED) + max(0, len(now.places) - NAMED)
    ending = f", and {more} more: /moderators list" if more else ""
    return ("Moderated by", spans(", ".join(one.text for one in words), ending))


def handed_on(tx: Tx, union: Union, platform: str) -> list[Block]:
    """Returns what a new founder is told, on this platform, about those who moderate the union."""
    now = moderators.of(tx, union)
    if not now.member_ids and not now.places:
        return [
            p("Nobody but you moderates the whole union. ", Code("/moderators add"), " lets others help.")
        ]
    return [
        p("The union is also moderated by:"),
        _others(tx, now, platform),
        p(Code("/moderators remove"), " ends it."),
    ]


def _others(tx: Tx, now: Moderation, platform: str) -> Block:
    known = display.of(tx, now.member_ids, platform)
    people = [spans(face(known.get(one))) for one in now.member_ids[:NAMED]]
    places = [spans("the moderators of ", _place(space)) for space in now.places[:NAMED]]
    more = len(now.member_ids) + len(now.places) - len(people) - len(places)
    return items(*people, *places, *([spans(f"{more} more: ", Code("/moderators list"))] if more else []))


def _place(space: Space) -> str:
    return f"{one_line(space.title, 40)} ({platform_name(space.platform)})"


# -- people --------------------------------------------------------------------------------------------------


@area.command(
    "moderators add",
    "Let a member moderate the whole union",
    permission=Permission.FOUNDER,
    visibility=Visibility.PRIVATE,
    rate=Rate(20, 3600),
)
def add(ctx: Context, person: Annotated[Person, "Who is to moderate the union"]) -> Reply:
    """Asks you to confirm whom you mean. From then on they moderate the whole union, in all its places and in
    private: what was flagged, approvals of calls, entries of contests. It lasts until you take it back or they leave.
    """
    member, account = _member(ctx, person)
    question = p(
        "Let ", ctx.mention(account), f" ({platform_name(account.platform)}) moderate the whole of ",
        bold(one_line(ctx.union.name)), "?",
    )  # fmt: skip
    button = Button(
        "Let them moderate",
        "moderators.add",
        {"ref": member.ref},
        Style.PRIMARY,
        single_use=True,
        lasts_s=600,
    )
    return Reply((question,), ((button,),))


@area.action("moderators.add", permission=Permission.FOUNDER)
def added(ctx: Context, ref: str) -> Reply:
    member = members.by_ref(ctx.tx, ctx.union, ref)
    if member is None or member.left_at is not None:
        raise NotFound("They are no member any more.")
    moderators.add(ctx.tx, ctx.union, ctx.member, member)
    account = display.reachable(ctx.tx, member.id)
    if account is not None:
        ctx.post(account, _welcome(ctx.union))
    return say(p(face(account), " moderates the whole union now."), edit=True)


def _welcome(union: Union) -> Reply:
    return say(
        p("The founder lets you moderate the whole of ", bold(one_line(union.name)), " from now on."),
        p(Code("/flags list"), " and ", Code("/call approvals"), " show what waits for moderators."),
    )


@area.command(
    "moderators remove",
    "Take the moderation of the union back from a member",
    permission=Permission.FOUNDER,
    visibility=Visibility.PRIVATE,
)
def remove(ctx: Context, person: Annotated[Person, "Who is to moderate the union no longer"]) -> Reply:
    """Ends what /moderators add began, at once. Places that they moderate on their platform stay theirs."""
    member, account = _member(ctx, person)
    moderators.remove(ctx.tx, ctx.union, ctx.member, member)
    told = say(p("You do not moderate the whole of ", bold(one_line(ctx.union.name)), " any more."))
    ctx.post(display.reachable(ctx.tx, member.id) or account, told)
    return say(p(face(account), " does not moderate the whole union any more."))


def _member(ctx: Context, person: Person) -> tuple[Member, Account]:
    """Returns the member whom a message names, and the account. Raises BadInput for somebody who has not joined."""
    if person.member is None or person.account is None:
        raise BadInput(
            f"{one_line(person.name)} has not joined {one_line(ctx.union.name)}. Ask them to /join first."
        )
    return person.member, person.account


# -- places --------------------------------------------------------------------------------------------------


@area.command(
    "moderators place",
    "Let the moderators of a place moderate the whole union",
    permission=Permission.FOUNDER,
    visibility=Visibility.PRIVATE,
)
def place(
    ctx: Context,
    what: Annotated[Literal["give", "take"], Arg("Give it to them, or take it back")] = "give",
    space: Annotated[Space | None, Arg("Which place; this one if left out", suggest=suggest_spaces)] = None,
) -> Reply:
    """Everybody who moderates that server or group on its platform then moderates the whole union, as long as they
    act there. The platform says who that is, so whoever gives rights there decides who moderates the union. It ends
    with take, or when the place is disconnected.
    """
    target = space or ctx.standing.space
    if target is None:
        raise BadInput("Say which place: /union spaces lists them.")
    if what == "take":
        moderators.set_place(ctx.tx, ctx.union, ctx.member, target, False)
        return say(
            p("The moderators of ", bold(_place(target)), " do not moderate the whole union any more.")
        )
    question = p(
        "Let everybody who moderates ", bold(_place(target)), " moderate the whole of ",
        bold(one_line(ctx.union.name)), "?",
    )  # fmt: skip
    button = Button(
        "Let them moderate",
        "moderators.place",
        {"space": target.id},
        Style.PRIMARY,
        single_use=True,
        lasts_s=600,
    )
    return Reply((question,), ((button,),))


@area.action("moderators.place", permission=Permission.FOUNDER)
def given(ctx: Context, space: int) -> Reply:
    target = next((known for known in spaces.of_union(ctx.tx, ctx.union) if known.id == space), None)
    if target is None:
        raise NotFound("That place is not connected any more.")
    moderators.set_place(ctx.tx, ctx.union, ctx.member, target, True)
    return say(p("The moderators of ", bold(_place(target)), " moderate the whole union now."), edit=True)
