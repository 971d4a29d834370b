"""Reports of calls for leaders, nudges to members without an answer, and the count of activation."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Annotated

from bot.areas.calls.domain.calls import Call, CallState
from bot.areas.checkins.services import answers
from bot.areas.members.services import display
from bot.areas.reports import services as reports
from bot.areas.reports.services import CallReport, Nudge
from bot.areas.tree.services import activation
from bot.chat.chores import Duty, Office
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.languages import said
from bot.chat.model import (
    AnyButton,
    Block,
    Button,
    Heading,
    Image,
    Moment,
    Reply,
    Span,
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
from bot.domain.names import one_line
from bot.domain.people import Account, Member, Permission, Union
from bot.domain.phrases import phrase, plural, sentences
from bot.domain.times import union_day
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotFound
from bot.pictures.report import BranchBar, Results, alt_text, report_picture
from commands.calls.posts import card
from commands.calls.words import STATES, day_name

area = Area()

PAGE = 20


@area.command(
    "call report",
    "See how a call went: whom it reached and who answered, branch by branch",
    permission=Permission.LEADER,
    visibility=Visibility.PRIVATE,
    reads=True,
    rate=Rate(6, 60),
)
async def report(
    ctx: Context,
    day: Annotated[
        str, Arg("A day, like yesterday, friday or 2026-05-01 (the latest call, if left out)", max_length=40)
    ]
    | None = None,
) -> Reply:
    """Shows how many people a call reached and how many answered, by place and by branch, next to the calls of the 30
    days before. The founder sees the whole union. Other leaders see their own branch, and their own calls to it.

    You can also see the members of your branch who have not answered. One press reminds them, once for each call. It
    leaves out members to whom I wrote something else unasked that day.
    """
    assert ctx.store is not None  # as in every asynchronous command
    found, known = await ctx.store.scan(_look, ctx.union, ctx.member, day, ctx.place.platform)
    if not found:
        raise NotFound(
            phrase("There was no call on that day. `/call report` without a day shows the latest one.")
        )
    blocks: list[Block] = []
    for one in found:
        blocks += _numbers(ctx, one)
    results = _results(ctx, found[0], known)
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
                "“{typed}” is not a day. Write `today`, `yesterday`, `friday`, or a date like `2026-05-01`.",
                typed=typed,
            )
        )
    return found.toordinal()


def _numbers(ctx: Context, one: CallReport) -> list[Block]:
    call = one.call
    assert call.day is not None  # it has begun
    day = day_name(call.day, union_day(ctx.union.time_zone, ctx.now))
    shown: list[tuple[str, str | Span | Spans]] = []
    if reached := _reached(one):
        shown.append((phrase("Reached"), sentences(reached)))
    shown.append((phrase("Answered"), _answered(one)))
    if one.late:
        shown.append((phrase("Late"), _answers(one.late)))
    if one.waiting:
        shown.append((phrase("To be confirmed"), _answers(one.waiting)))
    if one.average:
        shown.append((phrase("The 30 days before"), _before(one, one.average)))
    if one.places:
        shown.append((phrase("Pressed"), _pressed(one.places)))
    return [
        Heading(call.title),
        p(bold(_whose(one)), " · ", day, " · ", STATES[call.state]),
        fields(*shown),
    ]


def _whose(one: CallReport) -> str:
    if one.call.leader_id is not None:
        return phrase("Your branch's call")
    return phrase("The union's call") if one.whole else phrase("The union's call in your branch")


def _answered(one: CallReport) -> str:
    if not one.people:
        return _answers(one.answered)
    return plural(
        one.people,
        "{answered:,} of {n:,} person ({share})",
        "{answered:,} of {n:,} people ({share})",
        answered=one.answered,
        share=f"{one.answered / one.people:.0%}",
    )


def _answers(number: int) -> str:
    return plural(number, "{n:,} answer", "{n:,} answers")


def _reached(one: CallReport) -> Sequence[str]:
    reach, found = one.reach, []
    if one.call.leader_id is None and reach.posts:
        found.append(plural(reach.posts, "Posted in {n:,} place.", "Posted in {n:,} places."))
    if reach.reminded:
        found.append(
            plural(
                reach.reminded,
                "{n:,} person was reminded at their own hour.",
                "{n:,} people were reminded at their own hour.",
            )
        )
    if reach.nudges:
        found.append(
            plural(
                reach.nudged,
                "{n:,} person was reminded by {leaders}.",
                "{n:,} people were reminded by {leaders}.",
                leaders=plural(reach.nudges, "{n:,} leader", "{n:,} leaders"),
            )
        )
    return found


def _before(one: CallReport, average: float) -> str:
    return phrase(
        "{average} answers on average ({change})",
        average=f"{average:,.1f}",
        change=f"{one.answered / average - 1:+.0%}",
    )


def _pressed(places: list[tuple[str | None, int]]) -> Spans:
    """Returns the answers of each place, those in private last."""
    found = [
        phrase("in private {answers:,}", answers=answers)
        if title is None
        else phrase("{place} {answers:,}", place=one_line(title, 40), answers=answers)
        for title, answers in places
    ]
    return spans(*(words for one in found for words in (", ", one)))[1:]


def _branches(one: CallReport, known: dict[int, Account]) -> list[Block]:
    if not one.branches:
        return []
    rows: list[Spans] = [
        spans(
            phrase(
                "{leader} · {answered:,} of {people:,} ({share})",
                leader=display.name(known, branch.member_id),
                answered=branch.answered,
                people=branch.people,
                share=f"{branch.answered / branch.people:.0%}",
            ),
        )
        for branch in one.branches
    ]
    return [p(phrase("The biggest branches:")), items(*rows)]


def _results(ctx: Context, one: CallReport, known: dict[int, Account]) -> Results:
    assert one.call.day is not None  # it has begun
    days = {**one.days, one.call.day: one.answered}
    drawn = [
        BranchBar(display.name(known, branch.member_id), branch.answered, branch.people)
        for branch in one.branches
    ]
    title = f"{one_line(ctx.union.name, 40)}: {one.call.title}"
    first, say = one.call.day - reports.DAYS, partial(said, language=ctx.language)
    return Results(title, first, one.call.day, days, one.average, drawn, say)


def _silent_label(one: CallReport, both: bool) -> str:
    if not both:
        return phrase("Who has not answered")
    if one.call.leader_id is not None:
        return phrase("Who has not answered your branch's call")
    return phrase("Who has not answered the union's call")


# -- members without an answer -------------------------------------------------------------------------------


@area.action("report.silent", permission=Permission.LEADER)
def silent(ctx: Context, call: int, page: int) -> Reply:
    found, ids, all_ = reports.silent(ctx.tx, ctx.union, ctx.member, call)
    shown = ids[page * PAGE : (page + 1) * PAGE]
    if not shown:
        everyone = (
            phrase("Everyone in your branch has answered.")
            if all_
            else phrase("The {people:,} people nearest to you have all answered.", people=reports.LOOKED_AT)
        )
        return say(everyone, visibility=Visibility.PRIVATE, edit=page > 0)
    known = display.of(ctx.tx, shown, ctx.place.platform)
    rows = [spans(ctx.mention(known[one]) if one in known else Text(display.GONE)) for one in shown]
    blocks: list[Block] = [p(_not_answered(len(ids), found, all_)), items(*rows)]
    turns: list[AnyButton] = []
    if page:
        turns.append(Button(phrase("First page"), "report.silent", {"call": call, "page": 0}))
    if len(ids) > (page + 1) * PAGE:
        turns.append(Button(phrase("Next"), "report.silent", {"call": call, "page": page + 1}))
    at = reports.nudged(ctx.tx, ctx.member, found)
    buttons: list[tuple[AnyButton, ...]] = [tuple(turns)] if turns else []
    if at is not None:
        blocks.append(
            p(phrase("You reminded them {when}.", when=Moment(at, ctx.union.time_zone, "relative")))
        )
    elif found.state is CallState.OPEN:
        remind = Button(phrase("Remind them"), "report.nudge", {"call": call}, Style.PRIMARY, single_use=True)
        buttons.append((remind,))
    return Reply(tuple(blocks), tuple(buttons), visibility=Visibility.PRIVATE, edit=page > 0)


def _not_answered(number: int, call: Call, all_: bool) -> str:
    title = bold(one_line(call.title))
    if all_:
        return plural(
            number,
            "{n:,} person has not answered {call}:",
            "{n:,} people have not answered {call}, those nearest to you first:",
            call=title,
        )
    return plural(
        number,
        "Of the {people:,} people nearest to you, {n:,} has not answered {call}:",
        "Of the {people:,} people nearest to you, {n:,} have not answered {call}, the nearest first:",
        people=reports.LOOKED_AT,
        call=title,
    )


@area.action("report.nudge", permission=Permission.LEADER)
def nudge(ctx: Context, call: int) -> Reply:
    found, nudged = reports.nudge(ctx.tx, ctx.union, ctx.member, call)
    post = card(ctx, found, found.answered)
    asks = p(
        phrase(
            "{leader} reminds you of this call in {union}:",
            leader=ctx.mention(ctx.account),
            union=bold(one_line(ctx.union.name)),
        )
    )
    # Without the picture, of which each message would keep a copy.
    kept = [block for block in post.blocks if not isinstance(block, Image)]
    message = Reply((asks, *kept), post.buttons)
    for account in nudged.reminded:
        ctx.post(account, message, f"nudge:{found.id}:{account.member_id}", bulk=True)
    reached = (
        plural(len(nudged.reminded), "{n:,} person is reminded.", "{n:,} people are reminded.")
        if nudged.reminded
        else phrase("Nobody could be reminded.")
    )
    return say(p(sentences([reached, *_left_out(nudged)])), visibility=Visibility.PRIVATE)


def _left_out(nudge: Nudge) -> Sequence[str]:
    found = []
    if nudge.told_today:
        found.append(
            plural(
                nudge.told_today,
                "{n:,} person is left out, because I wrote to them about something else today.",
                "{n:,} people are left out, because I wrote to them about something else today.",
            )
        )
    if nudge.unreached:
        found.append(
            plural(
                nudge.unreached,
                "My messages do not reach {n:,} person.",
                "My messages do not reach {n:,} people.",
            )
        )
    if nudge.beyond:
        found.append(
            plural(
                nudge.beyond,
                "{n:,} person is left out, because I cannot remind more people at once.",
                "{n:,} people are left out, because I cannot remind more people at once.",
            )
        )
    return found


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
