"""Founding a union, telling about it, and the places it lives in."""

from __future__ import annotations

from typing import Annotated

from bot.chat.context import Context
from bot.chat.model import Button, Code, Moment, Reply, Style, Visibility, bold, fields, items, p, say, spans
from bot.chat.params import Arg
from bot.chat.registry import Area, Rate
from bot.domain.names import one_line
from bot.domain.people import Permission, Person, Space
from bot.domain.times import suggest_zones
from bot.errors import BadInput
from bot.services import unions

area = Area()
area.group("union", "Found a union, change it, and connect the places it lives in")

PLATFORM_NAMES = {"discord": "Discord", "telegram": "Telegram", "playground": "the playground"}


def _zones(_: Context, typed: str) -> list[tuple[str, str]]:
    return [(name, name) for name in suggest_zones(typed)]


def _spaces(ctx: Context, typed: str) -> list[tuple[str, str]]:
    wanted = typed.strip().lower()
    return [
        (f"{one_line(space.title, 60)} ({PLATFORM_NAMES.get(space.platform, space.platform)})", str(space.id))
        for space in unions.spaces_of(ctx.tx, ctx.union)
        if wanted in space.title.lower()
    ]


Name = Annotated[str, Arg("What the union is called", max_length=60)]
Purpose = Annotated[str, Arg("What it is for, in a sentence or two", max_length=500, long=True)]
TimeZone = Annotated[str, Arg("Where its day begins, like Europe/Berlin", max_length=40, suggest=_zones)]


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
    founder = unions.Founder(actor.platform, actor.native_id, actor.name, actor.username)
    union, _, _ = unions.found(
        ctx.tx, one_line(name, 60), purpose, time_zone, founder, place.space or "", place.title
    )
    return say(
        p(bold(one_line(union.name)), " is founded, and you are its founder."),
        fields(("Purpose", union.purpose), ("Time zone", union.time_zone)),
        p("Everyone here can ", Code("/join"), ". ", Code("/union invite-space"), " connects another place."),
        buttons=(
            (
                Button(
                    f"Join {one_line(union.name, 40)}",
                    "/join",
                    anyone=True,
                    lasts_s=None,
                    style=Style.PRIMARY,
                ),
            ),
        ),
    )


@area.command("union about", "What this union is, and who leads it", permission=Permission.ANYONE, reads=True)
def about(ctx: Context) -> Reply:
    """Shows the union's purpose, its founder, how many members it has and where it lives."""
    union = ctx.union
    founder = unions.founder(ctx.tx, union)
    places = unions.spaces_of(ctx.tx, union)
    return say(
        p(bold(one_line(union.name))),
        fields(
            ("Purpose", union.purpose),
            ("Founder", spans(ctx.mention(founder)) if founder else "none at present"),
            ("Members", str(unions.count(ctx.tx, union))),
            ("Places", ", ".join(_place(space) for space in places) or "none"),
            ("Time zone", union.time_zone),
            ("Since", spans(Moment(union.created_at, union.time_zone, "date"))),
        ),
    )


@area.command("union edit", "Change the union's name, purpose or time zone", permission=Permission.FOUNDER)
def edit(
    ctx: Context, name: Name | None = None, purpose: Purpose | None = None, time_zone: TimeZone | None = None
) -> Reply:
    """Changes what you name and leaves the rest. What was changed is recorded in the union's ledger."""
    changed = unions.edit(
        ctx.tx, ctx.union, ctx.member, one_line(name, 60) if name else None, purpose, time_zone
    )
    return say(
        p("Changed."),
        fields(("Name", changed.name), ("Purpose", changed.purpose), ("Time zone", changed.time_zone)),
    )


@area.command("union hand-over", "Make another member the founder", permission=Permission.FOUNDER)
def hand_over(ctx: Context, heir: Annotated[Person, "Who is to be the founder"]) -> Reply:
    """Hands the union to another member. You stay a member; only they can hand it back."""
    if heir.member is None:
        raise BadInput(
            f"{one_line(heir.name)} has not joined {one_line(ctx.union.name)}. Ask them to /join first."
        )
    question = p(
        "Hand ", bold(one_line(ctx.union.name)), " to ", bold(one_line(heir.name)), "? Only they can undo it."
    )
    confirm = Button(
        "Hand over", "union.hand-over", {"heir": heir.native_id}, Style.DANGER, single_use=True, lasts_s=600
    )
    return Reply((question,), ((confirm,),), visibility=Visibility.PRIVATE)


@area.action("union.hand-over", permission=Permission.FOUNDER)
def handed_over(ctx: Context, heir: str) -> Reply:
    person = ctx.records.find_person(ctx.tx, ctx.union, ctx.place.platform, heir, "")
    unions.hand_over(ctx.tx, ctx.union, ctx.member, person)
    if person.account is not None:
        ctx.post(person.account, say(p("You are the founder of ", bold(one_line(ctx.union.name)), " now.")))
    return say(p(bold(one_line(person.name)), " is the founder now."), edit=True)


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
    code, expires = unions.invite_space(ctx.tx, ctx.union, ctx.member)
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
    union, _ = unions.connect(ctx.tx, code, ctx.place.platform, ctx.place.space or "", ctx.place.title)
    return say(
        p("This is a place of ", bold(one_line(union.name)), " now."),
        fields(("Purpose", union.purpose)),
        p("Everyone here can ", Code("/join"), "."),
        buttons=(
            (
                Button(
                    f"Join {one_line(union.name, 40)}",
                    "/join",
                    anyone=True,
                    lasts_s=None,
                    style=Style.PRIMARY,
                ),
            ),
        ),
    )


@area.command("union spaces", "Where this union lives", reads=True)
def spaces(ctx: Context) -> Reply:
    """Lists the servers and groups of the union, with the number that /union disconnect takes."""
    rows = [
        spans(
            bold(one_line(space.title)),
            f" · {PLATFORM_NAMES.get(space.platform, space.platform)} · no. {space.id} · since ",
            Moment(space.connected_at, ctx.union.time_zone, "date"),
        )
        for space in unions.spaces_of(ctx.tx, ctx.union)
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
    target = next((known for known in unions.spaces_of(ctx.tx, ctx.union) if known.id == space), None)
    if target is None:
        raise BadInput("That place is not connected any more.")
    unions.disconnect(ctx.tx, ctx.union, target, ctx.standing.member)
    return say(
        p(bold(one_line(target.title)), " is no place of ", bold(one_line(ctx.union.name)), " any more."),
        edit=True,
    )


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
    findings = await ctx.world.check_space(ctx.place.platform, ctx.place.space or "")
    rows = [
        spans(
            ("✓ " if finding.problem is None else "✗ "),
            bold(finding.subject),
            _remedy(finding.problem, finding.remedy),
        )
        for finding in findings
    ]
    return say(items(*rows)) if rows else say("All is well here.")


@area.action("union.choose", permission=Permission.ANYONE, needs_union=False)
def choose(ctx: Context, ref: str) -> Reply:
    union = unions.choose(ctx.tx, ctx.place.platform, ctx.actor.native_id, ref)
    return say(
        p("This chat is about ", bold(one_line(union.name)), " now. Type your command again. "),
        p(Code("/union switch"), " changes it."),
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
    mine = unions.of_account(ctx.tx, ctx.place.platform, ctx.actor.native_id)
    if not mine:
        raise BadInput("You are not in a union yet. Type /join where one gathers.")
    rows = tuple(
        (Button(one_line(union.name, 40), "union.choose", {"ref": union.ref}),) for union in mine[:8]
    )
    return Reply((p("Which union is our private chat about?"),), rows)


def _place(space: Space) -> str:
    return f"{one_line(space.title, 40)} ({PLATFORM_NAMES.get(space.platform, space.platform)})"


def _remedy(problem: str | None, remedy: str) -> str:
    return "" if problem is None else f": {problem}. {remedy}"
