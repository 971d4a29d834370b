"""Founding a union, showing it, changing it, handing it over."""

from __future__ import annotations

from typing import Annotated, Literal

from bot import membership
from bot.areas.calls.domain.calls import Call
from bot.areas.calls.services import room as call_room
from bot.areas.calls.services import schedule as call_schedule
from bot.areas.members.services import members
from bot.areas.spaces import services as spaces
from bot.areas.unions import services as unions
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.model import Button, Moment, Reply, Spans, Style, Visibility, bold, fields, p, say, spans
from bot.chat.outgoing import Poster, post
from bot.chat.params import Arg
from bot.chat.text import NO_UNION_IN_PRIVATE, platform_name
from bot.domain.choices import told_apart
from bot.domain.languages import CODES, LANGUAGES
from bot.domain.names import one_line
from bot.domain.people import Account, Permission, Person, Space, Union
from bot.domain.phrases import phrase
from bot.domain.zones import suggest_zones, zone
from bot.errors import BadInput
from bot.membership import HandedOver
from commands import moderators as moderation
from commands.calls.words import called
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
TimeZone = Annotated[str, Arg("A city in the union's time zone, like Berlin", max_length=40, suggest=_zones)]

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
    """Founds a union: this server or group becomes its first place, and you become its founder.

    The time zone says when the union's day begins; streaks and calls follow it. You can change all of this
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
    """Shows the union's purpose, its founder, its leaders and what makes someone a leader, who moderates the whole
    union, how many members it has, and its places."""
    union = ctx.union
    founder = members.founder(ctx.tx, union)
    places = spaces.of_union(ctx.tx, union)
    return say(
        p(bold(one_line(union.name))),
        fields(
            (phrase("Purpose"), union.purpose),
            (phrase("Founder"), spans(ctx.mention(founder)) if founder else phrase("nobody right now")),
            *_by_host(union),
            *leadership.about(ctx),
            moderation.about(ctx),
            (phrase("Members"), str(members.count(ctx.tx, union))),
            (phrase("Places"), ", ".join(_place(space) for space in places) or phrase("none right now")),
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
    """Changes only what you fill in. The union's ledger records what was changed.

    Posts and answers that everyone sees are in the union's language. What only you see is in your own, which you
    choose with `/language`.
    """
    if time_zone is not None:
        hurried = call_room.hurried_by_zone(ctx.tx, ctx.union, zone(time_zone, ctx.now).key)
        if hurried is not None:
            given = {"name": name, "purpose": purpose, "time_zone": time_zone, "language": language}
            return _ask_at_once(hurried, given)
    return _edited(ctx, name, purpose, time_zone, language)


def _ask_at_once(hurried: Call, given: dict[str, str | None]) -> Reply:
    """Asks whether to change the time zone, although the hour of a planned call has passed there."""
    question = phrase(
        "In {time_zone} the hour of {call} has passed, so it would go out right away. Nothing is changed yet: "
        "move it first with `/call schedule`, or change the time zone now.",
        time_zone=given["time_zone"],
        call=bold(called(hurried)),
    )
    yes = Button(phrase("Change it now"), "union.edit", given, Style.PRIMARY, single_use=True, lasts_s=600)
    return Reply((p(question),), ((yes,),), visibility=Visibility.PRIVATE)


@area.action("union.edit", permission=Permission.FOUNDER)
def edit_at_once(
    ctx: Context, name: str | None, purpose: str | None, time_zone: str | None, language: str | None
) -> Reply:
    return _edited(ctx, name, purpose, time_zone, language)


def _edited(
    ctx: Context, name: str | None, purpose: str | None, time_zone: str | None, language: str | None
) -> Reply:
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
def hand_over(ctx: Context, heir: Annotated[Person, "The new founder"]) -> Reply:
    """Hands the union over to another member. You stay a member; only they can hand it back.

    Whatever you started as founder and did not finish ends: your code for connecting a place, places that are waiting
    for your answer, and your drafts for the whole union. Planned calls, rules and moderators stay.
    """
    if heir.member is None or heir.account is None:
        raise BadInput(
            phrase(
                "{person} has not joined {union}. Ask them to `/join` first.",
                person=one_line(heir.name),
                union=one_line(ctx.union.name),
            )
        )
    if heir.member.id == ctx.member.id:
        raise BadInput(phrase("You are already the founder."))
    members.require_none_waits(ctx.tx, heir.member)
    question = p(
        phrase(
            "Hand {union} over to {person}? Only they can hand it back.",
            union=bold(one_line(ctx.union.name)),
            person=identified(heir.account),
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
            phrase("{person} is no longer a member. Ask them to `/join` first.", person=one_line(person.name))
        )
    handed = membership.hand_over(ctx.tx, ctx.union, ctx.member, person.member)
    tell_of_handing_over(ctx, handed, person.account)
    return say(phrase("{person} is now the founder.", person=bold(one_line(person.name))), edit=True)


def tell_of_handing_over(by: Poster, handed: HandedOver, heir: Account) -> None:
    """Tells the new founder, and the places whose requests ended with the former one."""
    union = handed.union
    requests.tell_ended(by, union, handed.ended)
    told = say(
        phrase("You are now the founder of {union}.", union=bold(one_line(union.name))),
        *moderation.handed_on(by.tx, union, heir.platform),
        phrase("Planned calls and the rules stay as they are. `/call list` shows the calls."),
    )
    post(by, union, heir, told, None, False)


@area.action("union.choose", permission=Permission.ANYONE, needs_union=False)
def choose(ctx: Context, ref: str) -> Reply:
    platform, native_id = ctx.place.platform, ctx.actor.native_id
    union = members.choose_union(ctx.tx, platform, native_id, ref)
    mine = members.unions_of(ctx.tx, platform, native_id)
    label = dict(zip((one.id for one in mine), told_apart(mine), strict=True))[union.id]
    return say(
        phrase("This chat is now about {union}. Please type your command again.", union=bold(label)),
        phrase("To choose another union, type `/union switch`."),
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
    """For people in several unions: chooses which union your private commands are about."""
    mine = members.unions_of(ctx.tx, ctx.place.platform, ctx.actor.native_id)
    if not mine:
        raise BadInput(NO_UNION_IN_PRIVATE)
    rows = tuple(
        (Button(label, "union.choose", {"ref": union.ref}),)
        for union, label in zip(mine[:8], told_apart(mine), strict=False)
    )
    return Reply((p(phrase("Which union should this private chat be about?")),), rows)


def _by_host(union: Union) -> tuple[tuple[str, Spans], ...]:
    """Says that the host of this bot made the founder, for as long as nobody handed the union on since."""
    if union.by_host_at is None:
        return ()
    return (
        (
            phrase("Appointed by the host"),
            spans(Moment(union.by_host_at, union.time_zone, "date")),
        ),
    )


def _place(space: Space) -> str:
    return f"{one_line(space.title, 40)} ({platform_name(space.platform)})"
