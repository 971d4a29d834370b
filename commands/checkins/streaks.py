"""Streaks: those of single members, the longest, and repairing a missed day."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from bot.areas.calls.domain.calls import forgiven_until
from bot.areas.checkins.domain.streaks import FREEZE_EVERY, MOST_FREEZES, PlacedStreak
from bot.areas.checkins.services import streaks
from bot.areas.members.services import display
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.model import (
    Block,
    Button,
    Moment,
    Reply,
    Span,
    Spans,
    Visibility,
    bold,
    fields,
    p,
    say,
    spans,
)
from bot.chat.params import Arg
from bot.domain.names import one_line
from bot.domain.people import Permission, Person
from bot.domain.phrases import phrase, plural
from bot.domain.times import WEEKDAYS, union_day
from commands.members.display import face
from commands.tree.endorsements import joined

area = Area()

PAGE = 10


@area.command("streak", "How many days in a row someone answered the call", reads=True)
def show(ctx: Context, person: Annotated[Person, "Whose streak (yours, if left out)"] | None = None) -> Reply:
    """Shows on how many days in a row someone answered the union's call. Days without a call neither count nor break
    a streak, and a late answer counts until noon of the next day.

    Seven days in a row earn a freeze, and you can keep up to three. A freeze bridges a missed day by itself.
    """
    member = joined(ctx, person) if person else ctx.member
    standing = streaks.standing(ctx.tx, ctx.union, member.id)
    streak = standing.streak
    known = display.of(ctx.tx, [member.id], ctx.place.platform)
    blocks: list[Block] = [
        p(bold(phrase("Streak of {member}", member=face(known.get(member.id))))),
        fields(
            (phrase("Current"), _days(streak.current)),
            (phrase("Longest"), _days(streak.best)),
            (phrase("Freezes"), _freezes(streak.freezes, streak.run)),
            *(((phrase("Still open"), _open(ctx, standing.open_days)),) if standing.open_days else ()),
        ),
    ]
    return Reply(tuple(blocks))


@area.command("board", "The longest streaks", reads=True)
def board(ctx: Context) -> Reply:
    """Ranks members by their current streaks: on how many days in a row they have answered the union's call."""
    return _page(ctx, 0, streaks.FIRST_PLACE)


@area.action("streaks.page")
def page(ctx: Context, place: int, current: int, member: int) -> Reply:
    reply = _page(ctx, place, PlacedStreak(member, current) if place else streaks.FIRST_PLACE)
    return Reply(reply.blocks, reply.buttons, visibility=Visibility.PUBLIC, edit=True)


@area.command(
    "call repair",
    "Count a day that one of your people missed",
    permission=Permission.LEADER,
    visibility=Visibility.PRIVATE,
    rate=Rate(20, 3600),
)
def repair(
    ctx: Context,
    person: Annotated[Person, "Whose streak"],
    day: Annotated[str, Arg("The day: yesterday, monday, 2026-03-01", max_length=40)],
) -> Reply:
    """Counts a day that someone missed for a good reason: illness, no network, a failure of the bot. Leaders can do
    this for the members who follow them, and the founder for everyone, within seven days. It is written in the
    union's ledger, and the member is told.
    """
    member = joined(ctx, person)
    repaired, streak = streaks.repair(ctx.tx, ctx.union, ctx.member, member, day)
    account = display.reachable(ctx.tx, member.id)
    weekday = WEEKDAYS[date.fromordinal(repaired).weekday()]
    if account is not None:
        me = display.of(ctx.tx, [ctx.member.id], account.platform).get(ctx.member.id, ctx.account)
        told = plural(
            streak.current,
            "{leader} made {weekday} count for your streak in {union}: {n:,} day in a row.",
            "{leader} made {weekday} count for your streak in {union}: {n:,} days in a row.",
            leader=ctx.mention(me),
            weekday=weekday,
            union=bold(one_line(ctx.union.name)),
        )
        ctx.post(account, say(told))
    known = display.of(ctx.tx, [member.id], ctx.place.platform)
    return say(
        plural(
            streak.current,
            "{weekday} counts for {member} now: {n:,} day in a row.",
            "{weekday} counts for {member} now: {n:,} days in a row.",
            weekday=weekday,
            member=face(known.get(member.id)),
        )
    )


def _page(ctx: Context, place: int, after: PlacedStreak) -> Reply:
    found = streaks.longest(ctx.tx, ctx.union, PAGE + 1, after)
    rows, more = found[:PAGE], found[PAGE:]
    if not rows:
        none = (
            phrase("There are no more streaks.")
            if place
            else phrase("Nobody has a streak yet. Begin one: `/call today`.")
        )
        return say(none)
    known = display.of(ctx.tx, [row.member_id for row in rows], ctx.place.platform)
    lines: list[str | Span] = []
    for at, row in enumerate(rows, start=place + 1):
        begins = "\n" if lines else ""
        lines += [f"{begins}{at}. ", face(known.get(row.member_id)), " · ", _days(row.current)]
    buttons = []
    if place:
        buttons.append(_turn(phrase("First page"), 0, streaks.FIRST_PLACE))
    if more:
        buttons.append(_turn(phrase("Next"), place + PAGE, rows[-1]))
    return say(
        p(bold(phrase("Current streaks"))),
        p(*lines),
        buttons=(tuple(buttons),) if buttons else (),
    )


def _turn(label: str, place: int, last: PlacedStreak) -> Button:
    where = {"place": place, "current": last.current, "member": last.member_id}
    return Button(label, "streaks.page", where)


def _open(ctx: Context, days: tuple[int, ...]) -> Spans:
    """Returns the open days, each with the time until which an answer counts."""
    zone = ctx.union.time_zone
    today = union_day(zone, ctx.now)
    parts: list[str | Span] = []
    for day in days:
        ends = forgiven_until(day, zone)
        name = phrase("today") if day == today else WEEKDAYS[date.fromordinal(day).weekday()]
        parts += [", "] if parts else []
        parts.append(
            phrase("{day} until {ends}", day=name, ends=Moment(ends, zone))
            if ctx.now < ends
            else phrase("{day} (waits to be confirmed)", day=name)
        )
    return spans(*parts)


def _freezes(kept: int, run: int) -> str:
    if kept == MOST_FREEZES:
        return phrase("{kept}, the most one can keep", kept=kept)
    return plural(
        FREEZE_EVERY - run,
        "{kept}, the next after {n:,} more day in a row",
        "{kept}, the next after {n:,} more days in a row",
        kept=kept,
    )


def _days(number: int) -> str:
    return plural(number, "{n:,} day", "{n:,} days")
