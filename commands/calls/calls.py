"""Preparing calls to action: writing, changing, seeing and cancelling them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec

from bot.areas.calls.domain.calls import Call, CallState
from bot.areas.calls.domain.schedule import parse_day
from bot.areas.calls.domain.texts import Texts, clock, texts_of
from bot.areas.calls.services import calls
from bot.areas.calls.services import room as call_room
from bot.areas.calls.services import schedule as call_schedule
from bot.areas.calls.services import writing as call_writing
from bot.areas.files import services as files
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.model import Block, Button, Form, Question, Reply, Style, Visibility, bold, p, say
from bot.domain.people import Permission
from bot.domain.photos import Photo
from bot.domain.phrases import Phrase, phrase, plural, sentences
from bot.errors import BadInput, NotAllowed
from commands.calls.approvals import ask_for_approval, why_it_waits
from commands.calls.forms import (
    AskedProof,
    Audience,
    Closes,
    Contest,
    Opens,
    Options,
    WhichCall,
    edit_form,
    new_form,
    or_empty,
)
from commands.calls.planning import local_clock, plan, plan_or_ask, queue
from commands.calls.posts import text
from commands.calls.words import STATES, called, hours
from commands.files import PostPicture, drawn

area = Area()
area.group("call", "The union's daily call to action", default="call today")


@area.command(
    "call new",
    "Prepare a call to action",
    permission=Permission.LEADER,
    visibility=Visibility.PRIVATE,
    rate=Rate(20, 3600),
)
async def new(
    ctx: Context,
    proof: AskedProof | None = None,
    contest: Contest | None = None,
    opens: Opens | None = None,
    closes: Closes | None = None,
    audience: Audience | None = None,
    image: PostPicture | None = None,
) -> Callable[[Context], Reply]:
    """Asks what the call is about and shows how it will look. Then post it today, queue it, or choose a day.

    The founder calls the whole union: the call is posted in all its places. Other leaders call their own branch: its
    members see the call with /call today and in their reminders, and it is not posted. A call with a picture, or with
    a link to a host that the union does not trust, has to be approved by someone else first. You can have 20 drafts.
    """
    if image is not None:
        await ctx.read(call_writing.check_room, ctx.union, ctx.member)
    picture = await drawn(ctx, image)
    return lambda now: _new(now, Options.typed(proof, contest, opens, closes), audience, picture)


def _new(ctx: Context, options: Options, audience: str | None, picture: Photo | None) -> Reply:
    start = options.applied_to(Texts("", "", opens=call_schedule.hour(ctx.tx, ctx.union)))
    if start.closes <= start.opens:
        raise BadInput(
            phrase("It would close before it opens. Choose a later time for `closes`, up to midnight.")
        )
    branch = not ctx.is_founder if audience is None else audience == "branch"
    if not branch and not ctx.is_founder:
        raise NotAllowed(
            phrase(
                "Only the founder can call the whole union. Add `audience:branch` to call your own branch."
            )
        )
    return Reply(form=new_form(_with_picture(ctx, options, picture), branch=branch))


def _with_picture(ctx: Context, options: Options, picture: Photo | None) -> Options:
    """Keeps the picture, if there is one, as an option of a call."""
    if picture is None:
        return options
    return msgspec.structs.replace(options, file_id=files.keep(ctx.tx, ctx.union, ctx.member, picture))


@area.action("call.write", permission=Permission.LEADER)
def write(
    ctx: Context, options: object, branch: bool, title: str, what: str, why: str = "", link: str = ""
) -> Reply:
    if not branch and not ctx.is_founder:
        raise NotAllowed(phrase("Only the founder can call the whole union."))
    start = Texts(title, what, why, link or None, opens=call_schedule.hour(ctx.tx, ctx.union))
    texts = Options.of_form(options).applied_to(start)
    leader_id = ctx.member.id if branch else None
    return prepared(ctx, call_writing.draft(ctx.tx, ctx.union, ctx.member, texts, leader_id))


def prepared(ctx: Context, call: Call) -> Reply:
    """Shows how a draft will look, with buttons for the next steps."""
    blocks: list[Block] = [
        p(_kind_of(call)),
        *text(ctx, call, call.answered).blocks,
        *_unapproved(ctx, call),
    ]
    which = {"call": call.id}
    when = (
        Button(phrase("Post today"), "call.post", which, Style.PRIMARY),
        Button(phrase("Queue it"), "call.queue", which),
        Button(phrase("Choose a day"), "call.day", which),
    )
    more = (
        Button(phrase("Edit"), "call.change", which),
        Button(phrase("Discard"), "call.cancel", which, Style.DANGER),
    )
    return Reply(tuple(blocks), (when, more))


def _kind_of(call: Call) -> Phrase:
    """Says what a prepared call is, for whom, and when it is open."""
    values = {"call": call.id, "state": STATES[call.state], "hours": hours(call)}
    if call.contest and call.leader_id is not None:
        return phrase("No. {call} is a contest for your branch ({state}), open {hours}.", **values)
    if call.contest:
        return phrase("No. {call} is a contest for the whole union ({state}), open {hours}.", **values)
    if call.leader_id is not None:
        return phrase("No. {call} is a call for your branch ({state}), open {hours}.", **values)
    return phrase("No. {call} is a call for the whole union ({state}), open {hours}.", **values)


def _unapproved(ctx: Context, call: Call) -> list[Block]:
    if call.approved:
        return []
    waits = phrase("Someone else has to approve it before it is posted.")
    return [p(sentences([why_it_waits(ctx, call), waits]))]


# -- what the buttons do -------------------------------------------------------------------------------------


@area.action("call.post", permission=Permission.LEADER)
def post_today(ctx: Context, call: int) -> Reply:
    return plan(
        ctx, calls.managed(ctx.tx, ctx.union, ctx.member, call), call_schedule.today(ctx.tx, ctx.union)
    )


@area.action("call.queue", permission=Permission.LEADER)
def queue_it(ctx: Context, call: int) -> Reply:
    return queue(ctx, calls.managed(ctx.tx, ctx.union, ctx.member, call))


@area.action("call.day", permission=Permission.LEADER)
def choose_day(ctx: Context, call: int) -> Reply:
    found = calls.managed(ctx.tx, ctx.union, ctx.member, call)
    question = Question(
        "day", phrase("Which day?"), hint=phrase("For example tomorrow, friday or 2026-12-01"), max_length=20
    )
    return Reply(form=Form(found.title[:40], (question,), "call.plan", {"call": call}))


@area.action("call.plan", permission=Permission.LEADER)
def planned(ctx: Context, call: int, day: str) -> Reply:
    found = calls.managed(ctx.tx, ctx.union, ctx.member, call)
    return plan_or_ask(ctx, found, parse_day(day, call_schedule.today(ctx.tx, ctx.union)))


# -- changing ------------------------------------------------------------------------------------------------


@area.command("call edit", "Change a call", permission=Permission.LEADER, visibility=Visibility.PRIVATE)
async def edit(
    ctx: Context,
    call: WhichCall,
    proof: AskedProof | None = None,
    contest: Contest | None = None,
    opens: Opens | None = None,
    closes: Closes | None = None,
    image: PostPicture | None = None,
) -> Callable[[Context], Reply]:
    """Shows what the call says and lets you change it. While a call is open, only its words can change: its posts are
    edited, and answers stay. To change the calls of a rule, change the text of the rule.
    """
    if image is not None:
        await ctx.read(call_writing.check_changeable, ctx.union, ctx.member, call)
    picture = await drawn(ctx, image)
    return lambda now: _edit(now, call, Options.typed(proof, contest, opens, closes), picture)


def _edit(ctx: Context, call: str, options: Options, picture: Photo | None) -> Reply:
    found = calls.find(ctx.tx, ctx.union, ctx.member, call)
    return Reply(form=edit_form(found, _with_picture(ctx, options, picture)))


@area.action("call.change", permission=Permission.LEADER)
def change(ctx: Context, call: int) -> Reply:
    return Reply(form=edit_form(calls.managed(ctx.tx, ctx.union, ctx.member, call), Options()))


@area.action("call.rewrite", permission=Permission.LEADER)
def rewrite(
    ctx: Context,
    call: int,
    options: object,
    title: str,
    what: str,
    why: str = "",
    link: str = "",
    at_once: bool = False,
) -> Reply:
    """`at_once`: the leader has said yes to a call that goes out right away, because its new hour has passed."""
    found = calls.managed(ctx.tx, ctx.union, ctx.member, call)
    kept = replace(texts_of(found), title=title, what=what, why=or_empty(why), link=or_empty(link) or None)
    texts = Options.of_form(options).applied_to(kept)
    if not at_once and (hurried := call_room.hurried(ctx.tx, ctx.union, found, texts)) is not None:
        kept_words = {"title": title, "what": what, "why": why, "link": link}
        return _ask_at_once(ctx, found, hurried, texts, {"options": options, **kept_words})
    changed = call_writing.edit(ctx.tx, ctx.union, ctx.member, found, texts)
    if changed.state is CallState.DRAFT:
        return prepared(ctx, changed)
    asked = ask_for_approval(ctx, changed)
    return say(phrase("Changed."), *text(ctx, changed, changed.answered).blocks, *asked)


def _ask_at_once(
    ctx: Context, call: Call, hurried: Call, texts: Texts, arguments: dict[str, object]
) -> Reply:
    """Asks whether a call may go out right away, because its new hour has passed."""
    question = phrase(
        "It is {now}. If {call} opens at {opens} today, it goes out right away. Nothing is changed yet.",
        now=local_clock(ctx),
        call=bold(called(hurried)),
        opens=clock(texts.opens),
    )
    which = {"call": call.id}
    yes = Button(
        phrase("Post it now"),
        "call.rewrite",
        {**which, **arguments, "at_once": True},
        Style.PRIMARY,
        single_use=True,
        lasts_s=600,
    )
    return Reply((p(question),), ((yes, Button(phrase("Edit again"), "call.change", which)),))


# -- cancelling, looking -------------------------------------------------------------------------------------


@area.command(
    "call cancel", "Cancel or discard a call", permission=Permission.LEADER, visibility=Visibility.PRIVATE
)
def cancel(ctx: Context, call: WhichCall) -> Reply:
    """Takes a call back: a draft is erased, a planned call frees its day, a rule ends. The posts of an open call say
    that it was cancelled. Everyone who had answered keeps the day for their streak, and nobody misses one.
    """
    return _question(calls.find(ctx.tx, ctx.union, ctx.member, call))


@area.action("call.cancel", permission=Permission.LEADER)
def cancel_it(ctx: Context, call: int) -> Reply:
    return _question(calls.managed(ctx.tx, ctx.union, ctx.member, call))


def _question(call: Call) -> Reply:
    name = bold(called(call))
    if call.state is CallState.DRAFT:
        question = phrase("Discard {call}?", call=name)
    elif call.state is CallState.OPEN and not call.answered:
        question = phrase("Cancel {call}? It is open, and nobody has answered yet.", call=name)
    elif call.state is CallState.OPEN:
        question = plural(
            call.answered,
            "Cancel {call}? It is open: {n:,} person answered and keeps the day for their streak.",
            "Cancel {call}? It is open: {n:,} people answered and keep the day for their streak.",
            call=name,
        )
    elif call.state is CallState.TEMPLATE:
        question = phrase("Cancel {call}? It is the text of a rule, which ends with it.", call=name)
    else:
        question = phrase("Cancel {call}, which is {state}?", call=name, state=STATES[call.state])
    label = phrase("Discard it") if call.state is CallState.DRAFT else phrase("Cancel it")
    confirm = Button(label, "call.cancelled", {"call": call.id}, Style.DANGER, single_use=True, lasts_s=600)
    return Reply(
        (p(question),),
        ((confirm,),),
        visibility=Visibility.PRIVATE,
    )


@area.action("call.cancelled", permission=Permission.LEADER)
def cancelled(ctx: Context, call: int) -> Reply:
    found = calls.managed(ctx.tx, ctx.union, ctx.member, call)
    call_writing.cancel(ctx.tx, ctx.union, ctx.member, found)
    name = bold(called(found))
    if found.state is CallState.DRAFT:
        return say(phrase("{call} is discarded.", call=name), edit=True)
    if found.day is not None:
        return say(phrase("{call} is cancelled, and its day is free again.", call=name), edit=True)
    return say(phrase("{call} is cancelled.", call=name), edit=True)


@area.command(
    "call preview",
    "See a call as it will be posted",
    permission=Permission.LEADER,
    visibility=Visibility.PRIVATE,
    reads=True,
)
def preview(ctx: Context, call: WhichCall) -> Reply:
    """Shows exactly what will be posted, without its button."""
    found = calls.find(ctx.tx, ctx.union, ctx.member, call)
    shown = text(
        ctx, replace(found, state=CallState.OPEN) if found.opens_at is not None else found, found.answered
    )
    differs = [
        p(
            phrase(
                "Everyone can press the button {button} below it. Times are shown in each reader's own time zone; "
                "where an app cannot do that, they are shown in {time_zone}.",
                button=bold(phrase("Take part") if found.contest else phrase("Done")),
                time_zone=ctx.union.time_zone,
            )
        )
    ]
    if found.leader_id is not None:
        differs = [p(phrase("This call is not posted: members of your branch see it with `/call today`."))]
    return say(*shown.blocks, *differs, *_unapproved(ctx, found))
