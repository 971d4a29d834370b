"""Founding a union, showing it, changing it, handing it over."""

from __future__ import annotations

from typing import Annotated, Literal

from bot import membership
from bot.areas.calls.services import schedule as call_schedule
from bot.areas.members.services import members
from bot.areas.spaces import services as spaces
from bot.areas.unions import services as unions
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.model import Button, Moment, Reply, Spans, Style, Visibility, bold, fields, p, say, spans
from bot.chat.outgoing import Poster, post
from bot.chat.params import Arg
from bot.chat.text import platform_name
from bot.domain.choices import told_apart
from bot.domain.languages import CODES, LANGUAGES
from bot.domain.names import one_line
from bot.domain.people import Account, Permission, Person, Space, Union
from bot.domain.phrases import phrase
from bot.domain.zones import suggest_zones
from bot.errors import BadInput
from bot.membership import HandedOver
from commands import moderators as moderation
from commands.members.display import identified
from commands.spaces import requests
from commands.spaces.join_button import join_button
from commands.tree import leadership

area = Area()
area.group("union", "Found a union, change it, and connect the places it lives in")


def _zones(ctx: Context, typed: str) -> list[tuple[str, str]]:
    return suggest_zones(typed, ctx.now)


Name = Annotated[str, Arg("What the union is called", max_length=60)]
Purpose = Annotated[str, Arg("What it is for, in a sentence or two", max_length=500, long=True)]
TimeZone = Annotated[
    str, Arg("A city in whose time zone its day begins, like Berlin", max_length=40, suggest=_zones)
]

Language = Annotated[Literal["English", "Deutsch"], "The language of its posts"]


@area.command(
    "union create",
    "Found a union in this place",
    permission=Permission.MODERATOR,
    needs_union=False,
    space_only=True,
    rate=Rate(5, 3600),
)
def create(ctx: Context, name: Name, purpose: Purpose, time_zone: TimeZone = "UTC") -> Reply:
    """Founds a union: this server or group becomes its first place and you its founder.

    The time zone says when the union's day begins; streaks and calls follow it. All of it can be changed
    later with /union edit. Only moderators of a place can found a union there.
    """
    actor, place = ctx.actor, ctx.place
    founder = membership.Founder(actor.platform, actor.native_id, actor.name, actor.username)
    union, _, _ = membership.found(
        ctx.tx,
        one_line(name, 60),
        purpose,
        time_zone,
        founder,
        place.space or "",
        place.title,
        place.chat,
        place.thread,
        ctx.language,
    )
    ctx.enter(union.id)  # the button belongs to this union
    return say(
        phrase("{union} is founded, and you are its founder.", union=bold(one_line(union.name))),
        fields((phrase("Purpose"), union.purpose), (phrase("Time zone"), union.time_zone)),
        phrase("Everyone here can `/join`. `/union invite-space` connects another place."),
        buttons=((join_button(union),),),
    )


@area.command("union about", "What this union is, and who leads it", permission=Permission.ANYONE, reads=True)
def about(ctx: Context) -> Reply:
    """Shows the union's purpose, its founder, what makes a leader and who leads, who moderates the whole union, how
    many members it has and where it lives."""
    union = ctx.union
    founder = members.founder(ctx.tx, union)
    places = spaces.of_union(ctx.tx, union)
    return say(
        p(bold(one_line(union.name))),
        fields(
            (phrase("Purpose"), union.purpose),
            (phrase("Founder"), spans(ctx.mention(founder)) if founder else phrase("none at present")),
            *_by_host(union),
            *leadership.about(ctx),
            moderation.about(ctx),
            (phrase("Members"), str(members.count(ctx.tx, union))),
            (phrase("Places"), ", ".join(_place(space) for space in places) or "none"),
            (phrase("Time zone"), union.time_zone),
            (phrase("Language"), LANGUAGES[union.language]),
            (phrase("Since"), spans(Moment(union.created_at, union.time_zone, "date"))),
        ),
    )


@area.command(
    "union edit", "Change the union's name, purpose, time zone or language", permission=Permission.FOUNDER
)
def edit(
    ctx: Context,
    name: Name | None = None,
    purpose: Purpose | None = None,
    time_zone: TimeZone | None = None,
    language: Language | None = None,
) -> Reply:
    """Changes what you name and leaves the rest. What was changed is recorded in the union's ledger.

    Posts and answers that everybody sees are in the language of the union; what you alone see is in yours, which
    `/language` chooses.
    """
    changed = unions.edit(
        ctx.tx,
        ctx.union,
        ctx.member,
        one_line(name, 60) if name else None,
        purpose,
        time_zone,
        zone_changed=call_schedule.rezone,
        language=CODES[language] if language else None,
    )
    return say(
        phrase("Changed."),
        fields(
            (phrase("Name"), changed.name),
            (phrase("Purpose"), changed.purpose),
            (phrase("Time zone"), changed.time_zone),
            (phrase("Language"), LANGUAGES[changed.language]),
        ),
    )


@area.command("union hand-over", "Make another member the founder", permission=Permission.FOUNDER)
def hand_over(ctx: Context, heir: Annotated[Person, "Who is to be the founder"]) -> Reply:
    """Hands the union to another member. You stay a member; only they can hand it back.

    What you began as founder and did not finish ends: your code for connecting a place, places that wait for your
    answer, and your drafts for the whole union. Planned calls and rules go on, and who moderates stays.
    """
    if heir.member is None or heir.account is None:
        raise BadInput(
            phrase(
                "{heir} has not joined {union}. Ask them to `/join` first.",
                heir=one_line(heir.name),
                union=one_line(ctx.union.name),
            )
        )
    if heir.member.id == ctx.member.id:
        raise BadInput(phrase("You are the founder already."))
    members.require_none_waits(ctx.tx, heir.member)
    question = p(
        phrase(
            "Hand {union} to {account}? Only they can undo it.",
            union=bold(one_line(ctx.union.name)),
            account=identified(heir.account),
        )
    )
    which = {"on": heir.account.platform, "heir": heir.account.native_id}
    confirm = Button(
        phrase("Hand over"), "union.hand-over", which, Style.DANGER, single_use=True, lasts_s=600
    )
    return Reply((question,), ((confirm,),), visibility=Visibility.PRIVATE)


@area.action("union.hand-over", permission=Permission.FOUNDER)
def handed_over(ctx: Context, on: str, heir: str) -> Reply:
    person = ctx.records.find_person(ctx.tx, ctx.union, on, heir, "")
    if person.member is None or person.account is None:
        raise BadInput(
            phrase("{person} is no member any more. Ask them to `/join` first.", person=one_line(person.name))
        )
    handed = membership.hand_over(ctx.tx, ctx.union, ctx.member, person.member)
    tell_of_handing_over(ctx, handed, person.account)
    return say(phrase("{person} is the founder now.", person=bold(one_line(person.name))), edit=True)


def tell_of_handing_over(by: Poster, handed: HandedOver, heir: Account) -> None:
    """Tells the new founder, and the places whose requests ended with the former one."""
    union = handed.union
    requests.tell_ended(by, union, handed.ended)
    told = say(
        phrase("You are the founder of {union} now.", union=bold(one_line(union.name))),
        *moderation.handed_on(by.tx, union, heir.platform),
        phrase("Planned calls and rules go on: `/call list` shows them."),
    )
    post(by, union, heir, told, None, False)


@area.action("union.choose", permission=Permission.ANYONE, needs_union=False)
def choose(ctx: Context, ref: str) -> Reply:
    platform, native_id = ctx.place.platform, ctx.actor.native_id
    union = members.choose_union(ctx.tx, platform, native_id, ref)
    mine = members.unions_of(ctx.tx, platform, native_id)
    label = dict(zip((one.id for one in mine), told_apart(mine), strict=True))[union.id]
    return say(
        phrase("This chat is about {label} now. Type your command again. ", label=bold(label)),
        phrase("`/union switch` changes it."),
        edit=True,
    )


@area.command(
    "union switch",
    "Choose which union this private chat is about",
    permission=Permission.ANYONE,
    visibility=Visibility.PRIVATE,
    needs_union=False,
)
def switch(ctx: Context) -> Reply:
    """For people in several unions: which of them private commands are about."""
    mine = members.unions_of(ctx.tx, ctx.place.platform, ctx.actor.native_id)
    if not mine:
        raise BadInput(phrase("You are not in a union yet. Type `/join` where one gathers."))
    rows = tuple(
        (Button(label, "union.choose", {"ref": union.ref}),)
        for union, label in zip(mine[:8], told_apart(mine), strict=False)
    )
    return Reply((p(phrase("Which union is our private chat about?")),), rows)


def _by_host(union: Union) -> tuple[tuple[str, Spans], ...]:
    """Says that the host of this bot made the founder, for as long as nobody handed the union on since."""
    if union.by_host_at is None:
        return ()
    return (
        (
            phrase("Handed on by the host"),
            spans(Moment(union.by_host_at, union.time_zone, "date")),
        ),
    )


def _place(space: Space) -> str:
    return f"{one_line(space.title, 40)} ({platform_name(space.platform)})"
