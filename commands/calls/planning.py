"""Giving a call its day, or a place in the queue, and saying so."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.areas.calls.domain.calls import Call
from bot.areas.calls.domain.texts import clock
from bot.areas.calls.services import calls
from bot.areas.calls.services import room as call_room
from bot.areas.calls.services import schedule as call_schedule
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.model import Block, Button, Reply, Style, bold, p, say
from bot.domain.people import Permission
from bot.domain.phrases import Phrase, phrase
from bot.domain.times import moment
from commands.calls.approvals import ask_for_approval
from commands.calls.words import called, day_name

area = Area()


def plan_or_ask(ctx: Context, call: Call, day: int) -> Reply:
    """Plans a call for a day. Asks first if the day has a call, or if it would go out now as its hour has passed."""
    if call_room.occupying(ctx.tx, ctx.union, call, day) is not None:
        return plan(ctx, call, day)
    if not call_schedule.begun(ctx.tx, ctx.union, call, day):
        return plan(ctx, call, day)
    question = p(
        phrase(
            "It is {now}, and {call} opens at {opens}, so it would go out right away. Post it now, or choose "
            "another day?",
            now=local_clock(ctx),
            call=bold(called(call)),
            opens=clock(call.opens),
        )
    )
    which = {"call": call.id}
    now = Button(phrase("Post it now"), "call.post", which, Style.PRIMARY, single_use=True, lasts_s=600)
    return Reply((question,), ((now, Button(phrase("Choose a day"), "call.day", which)),))


def local_clock(ctx: Context) -> str:
    """Returns what clocks in the union's time zone show now: “12:00”."""
    return f"{ctx.now.astimezone(ZoneInfo(ctx.union.time_zone)):%H:%M}"


def plan(ctx: Context, call: Call, day: int) -> Reply:
    """Plans a call for a day, and says so. Asks first if another call has the day."""
    taken = call_room.occupying(ctx.tx, ctx.union, call, day)
    if taken is not None:
        return _ask_for_room(ctx, call, day, taken)
    done = call_schedule.plan(ctx.tx, ctx.union, ctx.member, call, day)
    return say(p(_planned(ctx, done)), *_of_branch(done), *ask_for_approval(ctx, done), edit=True)


def _planned(ctx: Context, call: Call) -> Phrase:
    """Says when a planned call goes out."""
    name = bold(called(call))
    if call.day is None or (call.opens_at is not None and call.opens_at <= ctx.now):
        if call.approved:
            return phrase("{call} goes out now.", call=name)
        return phrase("{call} goes out once it is approved.", call=name)
    when = day_name(call.day, call_schedule.today(ctx.tx, ctx.union))
    return phrase("{call} goes out {day} at {opens}.", call=name, day=when, opens=clock(call.opens))


def _of_branch(call: Call) -> list[Block]:
    """Tells the author of a branch's call where members see it; nothing for a call to the whole union."""
    if call.leader_id is None:
        return []
    return [
        p(
            phrase(
                "Your branch finds it with `/call today` and gets it in reminders. It is not posted anywhere."
            )
        )
    ]


# -- a day that has a call already ---------------------------------------------------------------------------


def _ask_for_room(ctx: Context, call: Call, day: int, taken: Call) -> Reply:
    """Asks whether the call that has the day is to move to the next free one."""
    call_schedule.require_movable(call)
    call_schedule.window_left(ctx.tx, ctx.union, call, day)
    today = call_schedule.today(ctx.tx, ctx.union)
    free = call_room.free_day(ctx.tx, ctx.union, call.leader_id, max(day, today))
    question = p(
        phrase(
            "{taken} is planned for {day} already. Move it to {free_day}, or choose another day for {call}?",
            taken=bold(called(taken)),
            day=day_name(day, today),
            free_day=day_name(free, today),
            call=bold(called(call)),
        )
    )
    blocks = [question]
    if moment(day, call.opens, ctx.union.time_zone) <= ctx.now:
        blocks.append(
            p(phrase("{call} would go out right away, as its hour has passed.", call=bold(called(call))))
        )
    which = {"call": call.id, "day": day}
    move = Button(
        phrase("Move no. {call}", call=taken.id),
        "call.make-room",
        which,
        Style.PRIMARY,
        single_use=True,
        lasts_s=600,
    )
    return Reply(tuple(blocks), ((move, Button(phrase("Choose a day"), "call.day", {"call": call.id})),))


@area.action("call.make-room", permission=Permission.LEADER)
def make_room(ctx: Context, call: int, day: int) -> Reply:
    found = calls.managed(ctx.tx, ctx.union, ctx.member, call)
    done, moved = call_room.make(ctx.tx, ctx.union, ctx.member, found, day)
    said = [p(_planned(ctx, one)) for one in (done, moved) if one is not None]
    return say(*said, *_of_branch(done), *ask_for_approval(ctx, done), edit=True)


# -- the queue -----------------------------------------------------------------------------------------------


def queue(ctx: Context, call: Call) -> Reply:
    """Puts a call into the queue, and says which day it got, if it got one."""
    done = call_schedule.queue(ctx.tx, ctx.union, ctx.member, call)
    sentence = phrase(
        "{call} is in the queue and goes out on the next day that is free.", call=bold(called(done))
    )
    if done.day is not None:
        sentence = phrase(
            "{call} goes out {day} at {opens}: that day was free.",
            call=bold(called(done)),
            day=day_name(done.day, call_schedule.today(ctx.tx, ctx.union)),
            opens=clock(done.opens),
        )
    return say(p(sentence), *_of_branch(done), *ask_for_approval(ctx, done), edit=True)
