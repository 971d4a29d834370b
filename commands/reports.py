"""Reports of calls for leaders, nudges to members without an answer, and the count of activation."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated

from bot.areas.calls.domain.calls import CallState
from bot.areas.checkins.services import answers
from bot.areas.members.services import display
from bot.areas.reports import services as reports
from bot.areas.reports.services import CallReport, Nudge
from bot.areas.tree.services import activation
from bot.chat.chores import Duty, Office
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.model import (
    AnyButton,
    Block,
    Button,
    Heading,
    Image,
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
from bot.domain.days import read_day
from bot.domain.names import counted, one_line
from bot.domain.people import Account, Member, Permission, Union
from bot.domain.phrases import phrase
from bot.domain.times import union_day
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotFound
from bot.pictures.report import BranchBar, Results, alt_text, report_picture
from commands.calls.posts import card
from commands.calls.words import STATES, day_name
from commands.members.display import people

area = Area()

PAGE = 20


@area.command(
    "call report",
    "How a call went: who was reached, who answered, branch by branch",
    permission=Permission.LEADER,
    visibility=Visibility.PRIVATE,
    reads=True,
    rate=Rate(6, 60),
)
async def report(
    ctx: Context,
    day: Annotated[str, Arg("Which day: yesterday, friday, 2026-05-01; the last, if left out", max_length=40)]
    | None = None,
) -> Reply:
    """Shows how many the call reached and how many answered, by place and by branch, beside the calls of the 30 days
    before. The founder sees the whole union, other leaders their own branch, and their own calls to it. Below it is
    who of your branch has not answered; one press reminds them, once a call, and nobody whom I told something else
    unasked that day.
    """
    assert ctx.store is not None  # as in every asynchronous command
    found, known = await ctx.store.scan(_look, ctx.union, ctx.member, day, ctx.place.platform)
    if not found:
        raise NotFound(
            phrase("There was no call on that day. `/call report` without a day shows the last one.")
        )
    blocks: list[Block] = []
    for one in found:
        blocks += _numbers(ctx, one)
    results = _results(ctx.union, found[0], known)
    png = await asyncio.to_thread(report_picture, results)
    blocks += [*_branches(found[0], known), Image(png, alt_text(results), "report.png")]
    rows: tuple[tuple[AnyButton, ...], ...] = tuple(
        (Button(_silent_label(one, len(found) > 1), "report.silent", {"call": one.call.id, "page": 0}),)
        for one in found
        if one.branches
    )
    return Reply(tuple(blocks), rows)


def _look(
    tx: Tx, union: Union, member: Member, typed: str | None, platform: str
) -> tuple[list[CallReport], dict[int, Account]]:
    today = union_day(union.time_zone, tx.now)
    day = reports.latest(tx, union, member) if typed is None else _day(typed, today)
    found = reports.of_day(tx, union, member, day) if day is not None else []
    ids = [branch.member_id for one in found for branch in one.branches]
    return found, display.of(tx, ids, platform)


def _day(typed: str, today: int) -> int:
    found = read_day(typed, date.fromordinal(today), past=True)
    if found is None:
        raise BadInput(
            phrase(
                "“{typed}” is not a day. Write today, yesterday, friday, or a date like 2026-05-01.",
                typed=typed,
            )
        )
    return found.toordinal()


def _numbers(ctx: Context, one: CallReport) -> list[Block]:
    call = one.call
    assert call.day is not None  # it has begun
    day = day_name(call.day, union_day(ctx.union.time_zone, ctx.now))
    kind = phrase("your branch's call") if call.leader_id is not None else phrase("the union's call")
    about = bold(
        phrase("{capitalize} of {day}", capitalize=kind.capitalize(), day=day)
        if one.whole
        else phrase("Your branch, {kind} of {day}", kind=kind, day=day)
    )
    share = f" ({one.answered / one.people:.0%})" if one.people else ""
    rest = [phrase("{late:,} of them late", late=one.late)] if one.late else []
    rest += [phrase("besides, {waiting:,} wait to be confirmed", waiting=one.waiting)] if one.waiting else []
    reached, answered = _reached(one), f"{one.answered:,} of {people(one.people)}{share}"
    shown: list[tuple[str, str]] = [(phrase("Reached"), reached)] if reached else []
    shown.append((phrase("Answered"), ", ".join([answered, *rest])))
    if one.average:
        shown.append((phrase("Before"), _before(one, one.average)))
    if one.places:
        names = (f"{'in private' if title is None else one_line(title, 40)} {n:,}" for title, n in one.places)
        shown.append(("Pressed", ", ".join(names)))
    return [
        Heading(call.title),
        p(about, f": {STATES[call.state]}."),
        fields(*shown),
    ]


def _reached(one: CallReport) -> str:
    parts = []
    if one.call.leader_id is None and one.reach.posts:
        parts.append(f"posted in {counted(one.reach.posts, 'place', 'places')}")
    if one.reach.reminded:
        parts.append(f"{people(one.reach.reminded)} reminded as they asked")
    if one.reach.nudges:
        leaders = counted(one.reach.nudges, "leader", "leaders")
        parts.append(f"{people(one.reach.nudged)} reminded by {leaders}")
    return ", ".join(parts)


def _before(one: CallReport, average: float) -> str:
    said = phrase("{average} answers on average in the 30 days before", average=f"{average:,.1f}")
    return f"{said}: {one.answered / average - 1:+.0%}"


def _branches(one: CallReport, known: dict[int, Account]) -> list[Block]:
    if not one.branches:
        return []
    rows: list[Spans] = [
        spans(
            phrase(
                "{name} · {answered:,} of {people:,} ({answered_2})",
                name=display.name(known, branch.member_id),
                answered=branch.answered,
                people=branch.people,
                answered_2=f"{branch.answered / branch.people:.0%}",
            ),
        )
        for branch in one.branches
    ]
    return [p(phrase("The biggest branches:")), items(*rows)]


def _results(union: Union, one: CallReport, known: dict[int, Account]) -> Results:
    assert one.call.day is not None  # it has begun
    days = {**one.days, one.call.day: one.answered}
    drawn = [
        BranchBar(display.name(known, branch.member_id), branch.answered, branch.people)
        for branch in one.branches
    ]
    title = f"{one_line(union.name, 40)}: {one.call.title}"
    return Results(title, one.call.day - reports.DAYS, one.call.day, days, one.average, drawn)


def _silent_label(one: CallReport, both: bool) -> str:
    which = (
        (phrase(" (branch's call)") if one.call.leader_id is not None else phrase(" (union's call)"))
        if both
        else ""
    )
    return phrase("Who has not answered{which}", which=which)


# -- members without an answer -------------------------------------------------------------------------------


@area.action("report.silent", permission=Permission.LEADER)
def silent(ctx: Context, call: int, page: int) -> Reply:
    found, ids, all_ = reports.silent(ctx.tx, ctx.union, ctx.member, call)
    shown = ids[page * PAGE : (page + 1) * PAGE]
    if not shown:
        who = (
            phrase("Everybody in your branch")
            if all_
            else phrase("Everybody of the {looked_at:,} nearest to you", looked_at=reports.LOOKED_AT)
        )
        return say(phrase("{who} has answered.", who=who), visibility=Visibility.PRIVATE, edit=page > 0)
    known = display.of(ctx.tx, shown, ctx.place.platform)
    rows = [spans(ctx.mention(known[one]) if one in known else Text(display.GONE)) for one in shown]
    of = "" if all_ else phrase(" of the {looked_at:,} nearest to you", looked_at=reports.LOOKED_AT)
    have = "has" if len(ids) == 1 else "have"
    blocks: list[Block] = [
        p(
            phrase(
                "{value} “{found}”, the nearest first:",
                value=bold(phrase("{ids:,}{of} {have} not answered", ids=len(ids), of=of, have=have)),
                found=found.title,
            )
        ),
        items(*rows),
    ]
    turns: list[AnyButton] = []
    if page:
        turns.append(Button(phrase("First page"), "report.silent", {"call": call, "page": 0}))
    if len(ids) > (page + 1) * PAGE:
        turns.append(Button(phrase("Next"), "report.silent", {"call": call, "page": page + 1}))
    at = reports.nudged(ctx.tx, ctx.member, found)
    buttons: list[tuple[AnyButton, ...]] = [tuple(turns)] if turns else []
    if at is not None:
        blocks.append(
            p(phrase("You had them reminded {at}.", at=Moment(at, ctx.union.time_zone, "relative")))
        )
    elif found.state is CallState.OPEN:
        remind = Button(phrase("Remind them"), "report.nudge", {"call": call}, Style.PRIMARY, single_use=True)
        buttons.append((remind,))
    return Reply(tuple(blocks), tuple(buttons), visibility=Visibility.PRIVATE, edit=page > 0)


@area.action("report.nudge", permission=Permission.LEADER)
def nudge(ctx: Context, call: int) -> Reply:
    found, nudged = reports.nudge(ctx.tx, ctx.union, ctx.member, call)
    post = card(ctx, found, found.answered)
    asks = p(
        phrase(
            "{account} reminds you of this call in {union}:",
            account=ctx.mention(ctx.account),
            union=bold(one_line(ctx.union.name)),
        )
    )
    # Without the picture, of which each message would keep a copy.
    kept = [block for block in post.blocks if not isinstance(block, Image)]
    message = Reply((asks, *kept), post.buttons)
    for account in nudged.reminded:
        ctx.post(account, message, f"nudge:{found.id}:{account.member_id}", bulk=True)
    reached = (
        phrase("Reminded: {reminded}.", reminded=people(len(nudged.reminded)))
        if nudged.reminded
        else phrase("Nobody could be reminded.")
    )
    return say(p(bold(reached), *_left_out(nudged)), visibility=Visibility.PRIVATE)


def _left_out(nudge: Nudge) -> list[str]:
    parts = []
    if nudge.told_today:
        parts.append(f"{nudge.told_today:,} whom I told something else today")
    if nudge.unreached:
        parts.append(f"{nudge.unreached:,} whom my messages do not reach")
    if nudge.beyond:
        parts.append(f"{nudge.beyond:,} more than I remind at once")
    return [phrase(" Left out: {parts}.", parts=", ".join(parts))] if parts else []


# -- the day's close ---------------------------------------------------------------------------------------


@area.chore
async def count_activation(office: Office) -> None:
    """Counts everybody's activation after each call of the union."""

    async def count(union: Union) -> None:
        data = await office.scan(activation.read, union, answers)
        if data is None:
            return
        for chunk in activation.chunks(await asyncio.to_thread(activation.compute, data)):
            await office.write(union, _keep, chunk)
        await office.write(union, _finish, data)

    await office.each(await office.read(activation.due, answers), count)


def _keep(duty: Duty, chunk: activation.Changes) -> None:
    activation.keep(duty.tx, chunk)


def _finish(duty: Duty, data: activation.ActivationData) -> None:
    activation.finish(duty.tx, duty.union, data)
