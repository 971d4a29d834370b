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
from bot.domain.phrases import Phrase, phrase, sentences
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
_TABS = {
    "days": phrase("Next days"),
    "queue": phrase("Queue"),
    "drafts": phrase("Drafts"),
    "rules": phrase("Rules"),
}
_VIEWS = {
    "days": phrase("The union's next days"),
    "queue": phrase("The union's queue"),
    "drafts": phrase("Your drafts"),
    "rules": phrase("The union's rules"),
}
_VIEWS_OF_BRANCH = {
    "days": phrase("Your branch's next days"),
    "queue": phrase("Your branch's queue"),
    "rules": phrase("Your branch's rules"),
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
    str, Arg("The last day of a rule; without end if left out", max_length=20, suggest=suggest_days)
]
View = Annotated[Literal["days", "queue", "drafts", "rules"], Arg("What to list; the next days if left out")]


@area.command(
    "call schedule",
    "Choose a day for a call, queue it, or repeat it",
    permission=Permission.LEADER,
    visibility=Visibility.PRIVATE,
)
def schedule_(ctx: Context, call: WhichCall, when: When, until: Until | None = None) -> Reply:
    """Each day has one call. For a day, type today, tomorrow, friday or a date like 2026-12-01, in the union's time
    zone. With queue, the call takes the next free day. With daily, weekdays, or days like mon,thu it becomes a rule:
    the call comes again on those days, unless another one is planned for one of them.
    """
    found = calls.find(ctx.tx, ctx.union, ctx.member, call)
    pattern = parse_pattern(when)
    if until is not None and pattern is None:
        raise BadInput(
            phrase("A single day needs no `until`. Leave it out, or make a rule, like `when:daily`.")
        )
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
    text = calls.managed(ctx.tx, ctx.union, ctx.member, call.id)
    said = [phrase("{call} comes {rule}.", call=bold(called(text)), rule=_in_words(repeat, text, today))]
    if first:
        said.append(phrase("The first time is {day}.", day=day_name(first[0], today)))
    return say(
        p(sentences(said)),
        *ask_for_approval(ctx, text),
        edit=True,
    )


@area.command(
    "call list",
    "See what is planned, queued and prepared",
    permission=Permission.LEADER,
    visibility=Visibility.PRIVATE,
    reads=True,
)
def listed(ctx: Context, view: View = "days", audience: Audience | None = None) -> Reply:
    """Shows the calls of the next 14 days, the queue, your drafts, and the rules, each with its number for the other
    commands. The founder sees those of the union, other leaders those of their branch. With audience you choose.
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
            phrase(
                "Only the founder sees the queue and the rules of the union. Add `audience:branch` to see yours."
            )
        )
    part = _part(ctx, view, leader_id, page)
    heading = (_VIEWS if view == "drafts" or not branch else _VIEWS_OF_BRANCH)[view]
    body: Block = items(*part.rows) if part.rows else p(phrase("Nothing here yet."))

    def turn(label: str, to_view: str, to_page: int) -> Button:
        return Button(label, "call.page", {"view": to_view, "branch": branch, "page": to_page})

    back = [turn(phrase("Back"), view, page - 1)] if page > 0 else []
    more = [turn(phrase("More"), view, page + 1)] if part.more else []
    tabs = [turn(label, name, 0) for name, label in _TABS.items() if name != view]
    rows = (part.buttons, (*back, *more), tuple(tabs))
    return Reply(
        (p(bold(heading)), body),
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
    name = bold(
        phrase("Today") if day == today else phrase("Tomorrow") if day == today + 1 else day_name(day, today)
    )
    if call is not None:
        values = {"day": name, "call": called(call), "state": STATES[call.state], "hours": hours(call)}
        if not call.approved:
            return spans(phrase("{day}: {call}, {state}, {hours}, waits for approval", **values))
        return spans(phrase("{day}: {call}, {state}, {hours}", **values))
    coming = next((text for repeat, text in repeats if repeat_days(repeat, day, day)), None)
    if coming is not None and day > today + 1:
        return spans(phrase("{day}: {call}, by its rule", day=name, call=called(coming)))
    return spans(phrase("{day}: free", day=name))


def _drafts(ctx: Context, page: int) -> _Part:
    found = calls.drafts(ctx.tx, ctx.union, ctx.member)
    part = found[page * PER_PAGE : (page + 1) * PER_PAGE]
    return _Part([_line(call) for call in part], more=len(found) > (page + 1) * PER_PAGE)


def _queue(ctx: Context, leader_id: int | None, page: int) -> _Part:
    found = calls.queued(ctx.tx, ctx.union, leader_id, PER_PAGE + 1, page * PER_PAGE)
    return _Part([_line(call) for call in found[:PER_PAGE]], more=len(found) > PER_PAGE)


def _line(call: Call) -> Spans:
    if not call.approved:
        return spans(
            phrase("{call}, {hours}, waits for approval", call=bold(called(call)), hours=hours(call))
        )
    return spans(phrase("{call}, {hours}", call=bold(called(call)), hours=hours(call)))


def _repeats(ctx: Context, leader_id: int | None, page: int) -> _Part:
    found = call_schedule.repeats_of(ctx.tx, ctx.union, leader_id)
    today = call_schedule.today(ctx.tx, ctx.union)
    part = found[page * REPEATS_PER_PAGE : (page + 1) * REPEATS_PER_PAGE]
    rows = [_rule(repeat, text, today) for repeat, text in part]
    buttons = tuple(
        Button(phrase("End no. {call}", call=text.id), "call.end-rule", {"rule": repeat.id}, Style.DANGER)
        for repeat, text in part
    )
    return _Part(rows, buttons, len(found) > (page + 1) * REPEATS_PER_PAGE)


def _rule(repeat: Repeat, text: Call, today: int) -> Spans:
    values = {"call": bold(called(text)), "rule": _in_words(repeat, text, today)}
    if not text.approved:
        return spans(phrase("{call}: {rule}, waits for approval", **values))
    return spans(phrase("{call}: {rule}", **values))


def _in_words(repeat: Repeat, text: Call, today: int) -> Phrase:
    values = {"days": repeat_name(repeat), "hours": hours(text)}
    if repeat.last_day is None:
        return phrase("{days}, {hours}", **values)
    return phrase("{days}, {hours}, until {last_day}", last_day=day_name(repeat.last_day, today), **values)


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
            "End the rule of {call} ({rule})? The calls that it planned are cancelled.",
            call=bold(called(text)),
            rule=_in_words(repeat, text, today),
        ),
    )
    return Reply((question,), ((confirm,),))


@area.action("call.rule-ended", permission=Permission.LEADER)
def end_repeat(ctx: Context, rule: int) -> Reply:
    repeat, text = call_schedule.find_repeat(ctx.tx, ctx.union, rule)
    calls.managed(ctx.tx, ctx.union, ctx.member, text.id)
    call_schedule.end_repeat(ctx.tx, ctx.union, ctx.member, repeat, text, CallState.CANCELLED)
    return say(
        phrase("The rule of {call} has ended. See what is ahead with `/call list`.", call=bold(called(text))),
        edit=True,
    )


@area.command("call hour", "Set the hour at which new calls open", permission=Permission.FOUNDER)
def hour(
    ctx: Context,
    time: Annotated[
        str, Arg("A time of the union's day, like 9:30 or 6pm", max_length=12, suggest=suggest_hours)
    ],
) -> Reply:
    """Sets the union's hour. Calls that are prepared already keep theirs. /call edit changes it."""
    minutes = parse_clock(time)
    call_schedule.set_hour(ctx.tx, ctx.union, ctx.member, minutes)
    return say(
        phrase(
            "New calls open at {hour} ({time_zone}), unless you choose another hour.",
            hour=bold(clock(minutes)),
            time_zone=ctx.union.time_zone,
        )
    )
