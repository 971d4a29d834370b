"""Giving a call its day, or a place in the queue, and saying so."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.areas.calls.domain.calls import Call
from bot.areas.calls.domain.texts import clock
from bot.areas.calls.services import schedule as call_schedule
from bot.chat.context import Context
from bot.chat.model import Button, Reply, Style, bold, p, say
from bot.domain.phrases import phrase
from commands.calls.approvals import ask_for_approval
from commands.calls.words import called, day_name


def plan_or_ask(ctx: Context, call: Call, day: int) -> Reply:
    """Plans a call for a day. Asks first if it would go out at once because its hour has passed."""
    if not call_schedule.begun(ctx.tx, ctx.union, call, day):
        return plan(ctx, call, day)
    opens = ctx.now.astimezone(ZoneInfo(ctx.union.time_zone))
    question = p(
        phrase(
            "It is {opens}, and {call} opens at {opens_2}: it would go out now. Post it now, or give "
            "it another day?",
            opens=f"{opens:%H:%M}",
            call=bold(called(call)),
            opens_2=clock(call.opens),
        )
    )
    which = {"call": call.id}
    now = Button(phrase("Post it now"), "call.post", which, Style.PRIMARY, single_use=True, lasts_s=600)
    return Reply((question,), ((now, Button(phrase("Choose a day"), "call.day", which)),))


def plan(ctx: Context, call: Call, day: int) -> Reply:
    """Plans a call for a day, and says so."""
    done = call_schedule.plan(ctx.tx, ctx.union, ctx.member, call, day)
    when = day_name(day, call_schedule.today(ctx.tx, ctx.union))
    if done.opens_at is not None and done.opens_at <= ctx.now:
        sentence = p(
            phrase(
                "{done}{more}",
                done=bold(called(done)),
                more=phrase(" goes out now.") if done.approved else phrase(" goes out once it is approved."),
            )
        )
    else:
        sentence = p(
            phrase(
                "{done} goes out {when} at {opens}.",
                done=bold(called(done)),
                when=when,
                opens=clock(done.opens),
            )
        )
    return say(sentence, *ask_for_approval(ctx, done), edit=True)


def queue(ctx: Context, call: Call) -> Reply:
    """Puts a call into the queue, and says which day it got, if it got one."""
    done = call_schedule.queue(ctx.tx, ctx.union, ctx.member, call)
    if done.day is not None:
        when = day_name(done.day, call_schedule.today(ctx.tx, ctx.union))
        sentence = p(
            phrase(
                "{done} goes out {when} at {opens}: that day was free.",
                done=bold(called(done)),
                when=when,
                opens=clock(done.opens),
            )
        )
    else:
        sentence = p(
            phrase(
                "{done} is in the queue and goes out on the next day that is free.", done=bold(called(done))
            )
        )
    return say(sentence, *ask_for_approval(ctx, done), edit=True)
