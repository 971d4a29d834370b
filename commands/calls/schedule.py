"""The days of calls: planning, queueing and repeating them, and the list of what is ahead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from bot.areas.calls.domain.calls import Call, CallState
from bot.areas.calls.domain.schedule import (
    Repeat,
    RepeatPattern,
    parse_clock,
    parse_day,
    parse_pattern,
    repeat_days,
)
from bot.areas.calls.domain.texts import clock
from bot.areas.calls.services import calls
from bot.areas.calls.services import schedule as call_schedule
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.model import (
    AnyButton,
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
from bot.domain.people import Permission
from bot.domain.phrases import phrase
from bot.errors import BadInput, NotAllowed
from commands.calls.approvals import ask_for_approval
from commands.calls.forms import Audience, WhichCall
from commands.calls.planning import plan_or_ask, queue
from commands.calls.suggestions import suggest_days, suggest_hours
from commands.calls.words import STATES, called, day_name, hours, repeat_name

area = Area()

AHEAD = 14
"""Days on a page."""
LAST_PAGE = 3
"""The last page of days."""
PER_PAGE = 10
REPEATS_PER_PAGE = 5
_VIEWS = {
    "days": phrase("Next days"),
    "queue": phrase("Queue"),
    "drafts": phrase("Drafts"),
    "rules": phrase("Rules"),
}

When = Annotated[
    str,
    Arg(
        "A day (today, friday, 2026-12-01), queue, or a rule: daily, weekdays, mon,thu",
        max_length=100,
        suggest=suggest_days,
    ),
]
Until = Annotated[
    str, Arg("The last day of a rule; it goes on for ever if left out", max_length=20, suggest=suggest_days)
]
View = Annotated[Literal["days", "queue", "drafts", "rules"], Arg("What to list; the next days if left out")]


@area.command(
    "call schedule",
    "Give a call its day, queue it, or let it come again",
    permission=Permission.LEADER,
    visibility=Visibility.PRIVATE,
)
def schedule_(ctx: Context, call: WhichCall, when: When, until: Until | None = None) -> Reply:
    """A day has one call; today, tomorrow, friday and dates like 2026-12-01 name one, in the union's time zone.
    queue: the call takes the next day that is free. daily, weekdays, or days like mon,thu make a rule: the call comes
    again on those days, unless another was planned for one of them.
    """
    found = calls.find(ctx.tx, ctx.union, ctx.member, call)
    pattern = parse_pattern(when)
    if until is not None and pattern is None:
        raise BadInput(phrase("until is for rules, like when:daily. Leave it out for a single day."))
    if pattern is not None:
        return _repeat(ctx, found, pattern, until)
    if when.strip().lower() == "queue":
        return queue(ctx, found)
    return plan_or_ask(ctx, found, parse_day(when, call_schedule.today(ctx.tx, ctx.union)))


def _repeat(ctx: Context, call: Call, pattern: RepeatPattern, until: str | None) -> Reply:
    today = call_schedule.today(ctx.tx, ctx.union)
    last = parse_day(until, today) if until is not None else None
    repeat = call_schedule.start_repeat(ctx.tx, ctx.union, ctx.member, call, pattern, last)
    first = repeat_days(repeat, repeat.first_day, repeat.first_day + 7)
    ends = phrase(" until {day_name}", day_name=day_name(last, today)) if last is not None else ""
    text = calls.managed(ctx.tx, ctx.union, ctx.member, call.id)
    starts = phrase(" The first time is {day_name}.", day_name=day_name(first[0], today)) if first else ""
    return say(
        phrase(
            "{text} comes {repeat_name}, {hours}{ends}.{starts}",
            text=bold(called(text)),
            repeat_name=repeat_name(repeat),
            hours=hours(text),
            ends=ends,
            starts=starts,
        ),
        *ask_for_approval(ctx, text),
        edit=True,
    )


@area.command(
    "call list",
    "What is planned, queued and prepared",
    permission=Permission.LEADER,
    visibility=Visibility.PRIVATE,
    reads=True,
)
def listed(ctx: Context, view: View = "days", audience: Audience | None = None) -> Reply:
    """Shows the calls of the next 14 days, those in the queue, your drafts, and the rules, each with its number for
    the other commands. The founder sees those of the union, other leaders those of their branch; audience changes
    that.
    """
    branch = not ctx.is_founder if audience is None else audience == "branch"
    return _page(ctx, view, branch, 0)


@area.action("call.page", permission=Permission.LEADER)
def turned(ctx: Context, view: str, branch: bool, page: int) -> Reply:
    return _page(ctx, view, branch, page, edit=True)


@dataclass(frozen=True, slots=True)
class _Part:
    """One page of a view: its rows, the buttons for them, and whether another page follows."""

    rows: list[Spans]
    buttons: tuple[AnyButton, ...] = ()
    more: bool = False


def _page(ctx: Context, view: str, branch: bool, page: int, *, edit: bool = False) -> Reply:
    leader_id = ctx.member.id if branch else None
    if leader_id is None and view in ("queue", "rules") and not ctx.is_founder:
        raise NotAllowed(
            phrase("Only the founder sees the queue and the rules of the union. Choose audience:branch.")
        )
    part = _part(ctx, view, leader_id, page)
    whose = "yours" if view == "drafts" else phrase("your branch") if branch else phrase("the union")
    body: Block = items(*part.rows) if part.rows else p(phrase("There is nothing here."))

    def turn(label: str, to_view: str, to_page: int) -> Button:
        return Button(label, "call.page", {"view": to_view, "branch": branch, "page": to_page})

    back = [turn("Back", view, page - 1)] if page > 0 else []
    more = [turn("More", view, page + 1)] if part.more else []
    tabs = [turn(label, name, 0) for name, label in _VIEWS.items() if name != view]
    rows = (part.buttons, (*back, *more), tuple(tabs))
    return Reply(
        (p(phrase("{views} of {whose}", views=bold(_VIEWS[view]), whose=whose)), body),
        tuple(row for row in rows if row),
        edit=edit,
    )


def _part(ctx: Context, view: str, leader_id: int | None, page: int) -> _Part:
    if view == "rules":
        return _repeats(ctx, leader_id, page)
    if view == "days":
        return _days(ctx, leader_id, page)
    return _drafts(ctx, page) if view == "drafts" else _queue(ctx, leader_id, page)


def _days(ctx: Context, leader_id: int | None, page: int) -> _Part:
    today = call_schedule.today(ctx.tx, ctx.union)
    first = today + page * AHEAD
    planned = calls.ahead(ctx.tx, ctx.union, leader_id, first, first + AHEAD - 1)
    repeats = call_schedule.repeats_of(ctx.tx, ctx.union, leader_id)
    rows = [_day(day, today, planned.get(day), repeats) for day in range(first, first + AHEAD)]
    return _Part(rows, more=page < LAST_PAGE)


def _day(day: int, today: int, call: Call | None, repeats: list[tuple[Repeat, Call]]) -> Spans:
    name = bold(day_name(day, today).capitalize() if day - today < 2 else day_name(day, today))
    if call is not None:
        waits = phrase(", waits for approval") if not call.approved else ""
        return spans(name, f": {called(call)}, {STATES[call.state]}, {hours(call)}{waits}")
    coming = next((text for repeat, text in repeats if repeat_days(repeat, day, day)), None)
    if coming is not None and day > today + 1:
        return spans(phrase("{name}: {coming}, by its rule", name=name, coming=called(coming)))
    return spans(phrase("{name}: free", name=name))


def _drafts(ctx: Context, page: int) -> _Part:
    found = calls.drafts(ctx.tx, ctx.union, ctx.member)
    part = found[page * PER_PAGE : (page + 1) * PER_PAGE]
    return _Part([_line(call) for call in part], more=len(found) > (page + 1) * PER_PAGE)


def _queue(ctx: Context, leader_id: int | None, page: int) -> _Part:
    found = calls.queued(ctx.tx, ctx.union, leader_id, PER_PAGE + 1, page * PER_PAGE)
    return _Part([_line(call) for call in found[:PER_PAGE]], more=len(found) > PER_PAGE)


def _line(call: Call) -> Spans:
    waits = "" if call.approved else phrase(", has to be approved")
    return spans(bold(called(call)), f", {hours(call)}{waits}")


def _repeats(ctx: Context, leader_id: int | None, page: int) -> _Part:
    found = call_schedule.repeats_of(ctx.tx, ctx.union, leader_id)
    today = call_schedule.today(ctx.tx, ctx.union)
    part = found[page * REPEATS_PER_PAGE : (page + 1) * REPEATS_PER_PAGE]
    rows = [spans(bold(called(text)), f": {_in_words(repeat, text, today)}") for repeat, text in part]
    buttons = tuple(
        Button(phrase("End no. {text}", text=text.id), "call.end-rule", {"rule": repeat.id}, Style.DANGER)
        for repeat, text in part
    )
    return _Part(rows, buttons, len(found) > (page + 1) * REPEATS_PER_PAGE)


def _in_words(repeat: Repeat, text: Call, today: int) -> str:
    until = (
        phrase(", until {day_name}", day_name=day_name(repeat.last_day, today))
        if repeat.last_day is not None
        else ""
    )
    waits = "" if text.approved else phrase("; it has to be approved")
    return f"{repeat_name(repeat)}, {hours(text)}{until}{waits}"


# Buttons in old messages still have these names of actions, and the argument `rule`: the id of a repeat.
@area.action("call.end-rule", permission=Permission.LEADER)
def ask_to_end(ctx: Context, rule: int) -> Reply:
    repeat, text = call_schedule.find_repeat(ctx.tx, ctx.union, rule)
    calls.managed(ctx.tx, ctx.union, ctx.member, text.id)
    confirm = Button(
        phrase("End it"), "call.rule-ended", {"rule": rule}, Style.DANGER, single_use=True, lasts_s=600
    )
    today = call_schedule.today(ctx.tx, ctx.union)
    question = p(
        phrase(
            "End the rule of {text} ({in_words})? What it planned is cancelled.",
            text=bold(called(text)),
            in_words=_in_words(repeat, text, today),
        ),
    )
    return Reply((question,), ((confirm,),))


@area.action("call.rule-ended", permission=Permission.LEADER)
def end_repeat(ctx: Context, rule: int) -> Reply:
    repeat, text = call_schedule.find_repeat(ctx.tx, ctx.union, rule)
    calls.managed(ctx.tx, ctx.union, ctx.member, text.id)
    call_schedule.end_repeat(ctx.tx, ctx.union, ctx.member, repeat, text, CallState.CANCELLED)
    return say(
        phrase("The rule of {text} has ended. `/call list` shows what is ahead.", text=bold(called(text))),
        edit=True,
    )


@area.command("call hour", "When calls open unless they say otherwise", permission=Permission.FOUNDER)
def hour(
    ctx: Context,
    time: Annotated[
        str, Arg("A time of the union's day, like 9:30 or 6pm", max_length=12, suggest=suggest_hours)
    ],
) -> Reply:
    """Sets the union's hour. Calls that are prepared already keep theirs: /call edit changes it."""
    minutes = parse_clock(time)
    call_schedule.set_hour(ctx.tx, ctx.union, ctx.member, minutes)
    return say(
        phrase(
            "New calls open at {minutes} ({time_zone}) unless they say otherwise.",
            minutes=bold(clock(minutes)),
            time_zone=ctx.union.time_zone,
        )
    )
