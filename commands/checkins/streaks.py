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
from bot.domain.names import counted, one_line
from bot.domain.people import Permission, Person
from bot.domain.phrases import phrase
from bot.domain.times import union_day
from commands.members.display import face
from commands.tree.endorsements import joined

area = Area()

PAGE = 10


@area.command("streak", "How many days in a row somebody answered the call", reads=True)
def show(ctx: Context, person: Annotated[Person, "Whose (yours, if left out)"] | None = None) -> Reply:
    """Shows on how many of the union's call days in a row somebody answered. Days without a call neither count nor
    break it, and an answer until the next day's noon counts for the day before.

    Seven days in a row earn a freeze, of which three can be kept. A freeze bridges a missed day by itself.
    """
    member = joined(ctx, person) if person else ctx.member
    standing = streaks.standing(ctx.tx, ctx.union, member.id)
    streak = standing.streak
    known = display.of(ctx.tx, [member.id], ctx.place.platform)
    blocks: list[Block] = [
        p(bold(phrase("Streak of ")), face(known.get(member.id))),
        fields(
            (phrase("Now"), _days(streak.current)),
            (phrase("Best"), _days(streak.best)),
            (phrase("Freezes"), _freezes(streak.freezes, streak.run)),
            *((("Still open", _open(ctx, standing.open_days)),) if standing.open_days else ()),
        ),
    ]
    return Reply(tuple(blocks))


@area.command("board", "The longest streaks", reads=True)
def board(ctx: Context) -> Reply:
    """Ranks members by how many call days in a row they answered, among the streaks that go on today."""
    return _page(ctx, 0, streaks.FIRST_PLACE)


@area.action("streaks.page")
def page(ctx: Context, place: int, current: int, member: int) -> Reply:
    reply = _page(ctx, place, PlacedStreak(member, current) if place else streaks.FIRST_PLACE)
    return Reply(reply.blocks, reply.buttons, visibility=Visibility.PUBLIC, edit=True)


@area.command(
    "call repair",
    "Make up for a day that one of your people missed",
    permission=Permission.LEADER,
    visibility=Visibility.PRIVATE,
    rate=Rate(20, 3600),
)
def repair(
    ctx: Context,
    person: Annotated[Person, "Whose streak"],
    day: Annotated[str, Arg("The day: yesterday, monday, 2026-03-01", max_length=40)],
) -> Reply:
    """Lets a day count that somebody missed for a good reason: illness, no network, a failure of the bot. Leaders do
    it for those who follow them, the founder for all, within seven days. It stands in the union's ledger, and the
    member is told.
    """
    member = joined(ctx, person)
    repaired, streak = streaks.repair(ctx.tx, ctx.union, ctx.member, member, day)
    account = display.reachable(ctx.tx, member.id)
    when, row = f"{date.fromordinal(repaired):%A}", _days(streak.current)
    if account is not None:
        me = display.of(ctx.tx, [ctx.member.id], account.platform).get(ctx.member.id, ctx.account)
        union = bold(one_line(ctx.union.name))
        ctx.post(
            account,
            say(
                phrase(
                    "{me} let {when} count for your streak in {union}: {row}.",
                    me=ctx.mention(me),
                    when=when,
                    union=union,
                    row=row,
                )
            ),
        )
    known = display.of(ctx.tx, [member.id], ctx.place.platform)
    return say(
        phrase(
            "{when} counts for {member} now: {row} in a row.",
            when=when,
            member=face(known.get(member.id)),
            row=row,
        )
    )


def _page(ctx: Context, place: int, after: PlacedStreak) -> Reply:
    found = streaks.longest(ctx.tx, ctx.union, PAGE + 1, after)
    rows, more = found[:PAGE], found[PAGE:]
    if not rows:
        there = "there" if place else "yet"
        return say(phrase("No streak goes on {there}. `/call today` begins one.", there=there))
    known = display.of(ctx.tx, [row.member_id for row in rows], ctx.place.platform)
    lines: list[str | Span] = []
    for at, row in enumerate(rows, start=place + 1):
        begins = "\n" if lines else ""
        lines += [f"{begins}{at}. ", face(known.get(row.member_id)), f" · {_days(row.current)}"]
    buttons = []
    if place:
        buttons.append(_turn("First page", 0, streaks.FIRST_PLACE))
    if more:
        buttons.append(_turn("Next", place + PAGE, rows[-1]))
    return say(
        phrase("{streaks} that go on", streaks=bold(phrase("Streaks"))),
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
        name = "today" if day == today else f"{date.fromordinal(day):%A}"
        ends = forgiven_until(day, zone)
        parts += [", " if parts else "", name]
        parts += (
            [phrase(" until "), Moment(ends, zone)]
            if ctx.now < ends
            else [phrase(" (waits to be confirmed)")]
        )
    return spans(*parts)


def _freezes(kept: int, run: int) -> str:
    if kept == MOST_FREEZES:
        return phrase("{kept}, which is all that can be kept", kept=kept)
    return phrase("{kept}, the next after {days} more in a row", kept=kept, days=_days(FREEZE_EVERY - run))


def _days(number: int) -> str:
    return counted(number, "day", "days")
