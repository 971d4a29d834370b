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
    Reply,
    Spans,
    Style,
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
from bot.domain.phrases import phrase
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
    """Shows who moderates the whole union. They check what was flagged, approve calls with new links, and remove
    entries from contests.

    The founder always does, and can also let members and the moderators of a place do it. Everyone else who moderates
    a server or group moderates that place only: its connection, and where calls are posted in it.
    """
    now = moderators.of(ctx.tx, ctx.union)
    known = display.of(ctx.tx, now.member_ids, ctx.place.platform)
    founder = members.founder(ctx.tx, ctx.union)
    rows = [spans(phrase("{founder}, the founder", founder=face(founder)))] if founder else []
    rows += [spans(face(known.get(one))) for one in now.member_ids]
    rows += [spans(phrase("the moderators of {place}", place=_place(space))) for space in now.places]
    if not rows:
        return say(phrase("Nobody moderates the whole union right now."))
    return say(
        phrase("The whole of {union} is moderated by:", union=bold(one_line(ctx.union.name))), items(*rows)
    )


def about(ctx: Context) -> tuple[str, Spans]:
    """Returns the line about moderators, for the page about the union."""
    now = moderators.of(ctx.tx, ctx.union)
    known = display.of(ctx.tx, now.member_ids[:NAMED], ctx.place.platform)
    named = [phrase("the founder"), *(display.name(known, one) for one in now.member_ids[:NAMED])]
    named += [
        phrase("the moderators of {place}", place=one_line(space.title, 40)) for space in now.places[:NAMED]
    ]
    more = max(0, len(now.member_ids) - NAMED) + max(0, len(now.places) - NAMED)
    listed = [word for one in named for word in (", ", one)][1:]
    if not more:
        return (phrase("Moderated by"), spans(*listed))
    all_of_them = phrase("{moderators}, and {more:,} more: `/moderators list`", moderators=listed, more=more)
    return (phrase("Moderated by"), spans(all_of_them))


def handed_on(tx: Tx, union: Union, platform: str) -> list[Block]:
    """Returns what a new founder is told, on this platform, about those who moderate the union."""
    now = moderators.of(tx, union)
    if not now.member_ids and not now.places:
        return [p(phrase("Nobody but you moderates the whole union. `/moderators add` lets others help."))]
    return [
        p(phrase("The union is also moderated by:")),
        _others(tx, now, platform),
        p(
            phrase(
                "To end it for a member, type `/moderators remove`; for a place, `/moderators place what:take`."
            )
        ),
    ]


def _others(tx: Tx, now: Moderation, platform: str) -> Block:
    known = display.of(tx, now.member_ids, platform)
    people = [spans(face(known.get(one))) for one in now.member_ids[:NAMED]]
    places = [spans(phrase("the moderators of {place}", place=_place(space))) for space in now.places[:NAMED]]
    more = len(now.member_ids) + len(now.places) - len(people) - len(places)
    return items(
        *people, *places, *([spans(phrase("{more:,} more: `/moderators list`", more=more))] if more else [])
    )


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
def add(ctx: Context, person: Annotated[Person, "The new moderator of the union"]) -> Reply:
    """Asks you to confirm the person. From then on they moderate the whole union, in all its places and in
    private: what was flagged, approvals of calls, entries of contests. It lasts until you end it or they leave.
    """
    member, account = _member(ctx, person)
    question = p(
        phrase(
            "Let {person} ({platform}) moderate the whole of {union}?",
            person=ctx.mention(account),
            platform=platform_name(account.platform),
            union=bold(one_line(ctx.union.name)),
        ),
    )
    button = Button(
        phrase("Let them moderate"),
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
        raise NotFound(phrase("They are no longer a member."))
    moderators.add(ctx.tx, ctx.union, ctx.member, member)
    account = display.reachable(ctx.tx, member.id)
    if account is not None:
        ctx.post(account, _welcome(ctx.union))
    return say(phrase("{person} now moderates the whole union.", person=face(account)), edit=True)


def _welcome(union: Union) -> Reply:
    return say(
        phrase(
            "The founder made you a moderator of the whole of {union}.",
            union=bold(one_line(union.name)),
        ),
        phrase("`/flags list` and `/call approvals` show what is waiting for moderators."),
    )


@area.command(
    "moderators remove",
    "Stop a member from moderating the whole union",
    permission=Permission.FOUNDER,
    visibility=Visibility.PRIVATE,
)
def remove(ctx: Context, person: Annotated[Person, "The moderator to remove"]) -> Reply:
    """Ends at once what /moderators add began. They still moderate the places that are theirs on their platform."""
    member, account = _member(ctx, person)
    moderators.remove(ctx.tx, ctx.union, ctx.member, member)
    told = say(phrase("You no longer moderate the whole of {union}.", union=bold(one_line(ctx.union.name))))
    ctx.post(display.reachable(ctx.tx, member.id) or account, told)
    return say(phrase("{person} no longer moderates the whole union.", person=face(account)))


def _member(ctx: Context, person: Person) -> tuple[Member, Account]:
    """Returns the member whom a message names, and the account. Raises BadInput for somebody who has not joined."""
    if person.member is None or person.account is None:
        raise BadInput(
            phrase(
                "{person} has not joined {union}. Ask them to `/join` first.",
                person=one_line(person.name),
                union=one_line(ctx.union.name),
            )
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
    what: Annotated[Literal["give", "take"], Arg("Let them (give), or stop it (take)")] = "give",
    space: Annotated[
        Space | None, Arg("Which place; leave it out for this one", suggest=suggest_spaces)
    ] = None,
) -> Reply:
    """Lets everyone who moderates that server or group on its platform moderate the whole union, as long as they act
    there. The platform says who that is, so anyone who can give rights there decides who moderates the union. It ends
    with take, or when the place is disconnected.
    """
    target = space or ctx.standing.space
    if target is None:
        raise BadInput(phrase("Please say which place. `/union spaces` lists them."))
    if what == "take":
        moderators.set_place(ctx.tx, ctx.union, ctx.member, target, False)
        return say(
            phrase(
                "The moderators of {place} no longer moderate the whole union.",
                place=bold(_place(target)),
            )
        )
    question = p(
        phrase(
            "Let everyone who moderates {place} moderate the whole of {union}?",
            place=bold(_place(target)),
            union=bold(one_line(ctx.union.name)),
        ),
    )
    button = Button(
        phrase("Let them moderate"),
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
        raise NotFound(phrase("That place is no longer connected."))
    moderators.set_place(ctx.tx, ctx.union, ctx.member, target, True)
    return say(
        phrase("The moderators of {place} now moderate the whole union.", place=bold(_place(target))),
        edit=True,
    )
