"""Preparing calls to action: writing, changing, seeing and cancelling them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec

from bot.areas.calls.domain.calls import Call, CallState
from bot.areas.calls.domain.schedule import parse_day
from bot.areas.calls.domain.texts import Texts, texts_of
from bot.areas.calls.services import calls
from bot.areas.calls.services import schedule as call_schedule
from bot.areas.calls.services import writing as call_writing
from bot.areas.files import services as files
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.model import Block, Button, Form, Question, Reply, Style, Visibility, bold, p, say
from bot.domain.people import Permission
from bot.domain.photos import Photo
from bot.domain.phrases import phrase
from bot.errors import BadInput, NotAllowed
from commands.calls.approvals import ask_for_approval, waits_for
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
from commands.calls.planning import plan, plan_or_ask, queue
from commands.calls.posts import text
from commands.calls.words import STATES, called, hours
from commands.files import PostPicture, drawn
from commands.members.display import people

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
    """Asks what the call is about and shows how it will look. Post it today, queue it, or choose its day.

    The founder calls the whole union: the post appears in all its places. A leader calls their own branch, who see it
    with /call today and in their reminders; it is not posted. A picture, or what leads to a host that the union does
    not trust, has to be approved by somebody else first. You may have 20 drafts.
    """
    if image is not None:
        await ctx.read(call_writing.check_room, ctx.union, ctx.member)
    picture = await drawn(ctx, image)
    return lambda now: _new(now, Options.typed(proof, contest, opens, closes), audience, picture)


def _new(ctx: Context, options: Options, audience: str | None, picture: Photo | None) -> Reply:
    start = options.applied_to(Texts("", "", opens=call_schedule.hour(ctx.tx, ctx.union)))
    if start.closes <= start.opens:
        raise BadInput(phrase("closes: it would close before it opens. Choose a later time, up to 24:00."))
    branch = not ctx.is_founder if audience is None else audience == "branch"
    if not branch and not ctx.is_founder:
        raise NotAllowed(
            phrase("Only the founder calls the whole union. Choose audience:branch for your own branch.")
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
        raise NotAllowed(phrase("Only the founder calls the whole union."))
    start = Texts(title, what, why, link or None, opens=call_schedule.hour(ctx.tx, ctx.union))
    texts = Options.of_form(options).applied_to(start)
    leader_id = ctx.member.id if branch else None
    return prepared(ctx, call_writing.draft(ctx.tx, ctx.union, ctx.member, texts, leader_id))


def prepared(ctx: Context, call: Call) -> Reply:
    """Shows how a draft will look, with buttons for the next steps."""
    whom = phrase("for your branch") if call.leader_id is not None else phrase("for the whole union")
    kind = phrase(" of a contest") if call.contest else ""
    blocks: list[Block] = [
        p(
            phrase(
                "{value} is {states}{kind}, {whom}, {hours}.",
                value=bold(phrase("No. {call}", call=call.id)),
                states=STATES[call.state],
                kind=kind,
                whom=whom,
                hours=hours(call),
            )
        ),
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


def _unapproved(ctx: Context, call: Call) -> list[Block]:
    if call.approved:
        return []
    return [
        p(
            phrase(
                "It {waits_for}, so somebody else has to approve it before it is posted.",
                waits_for=waits_for(ctx, call),
            )
        )
    ]


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
        "day", phrase("Which day?"), hint=phrase("tomorrow, friday or 2026-12-01"), max_length=20
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
    """Shows what the call says and lets you change it. Of a call that is open only the words can change; its posts
    are edited and answers stay. Calls that a rule has planned change with the text of the rule.
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
    ctx: Context, call: int, options: object, title: str, what: str, why: str = "", link: str = ""
) -> Reply:
    found = calls.managed(ctx.tx, ctx.union, ctx.member, call)
    kept = replace(texts_of(found), title=title, what=what, why=or_empty(why), link=or_empty(link) or None)
    texts = Options.of_form(options).applied_to(kept)
    changed = call_writing.edit(ctx.tx, ctx.union, ctx.member, found, texts)
    if changed.state is CallState.DRAFT:
        return prepared(ctx, changed)
    asked = ask_for_approval(ctx, changed)
    return say(phrase("Changed."), *text(ctx, changed, changed.answered).blocks, *asked)


# -- cancelling, looking -------------------------------------------------------------------------------------


@area.command(
    "call cancel", "Cancel or discard a call", permission=Permission.LEADER, visibility=Visibility.PRIVATE
)
def cancel(ctx: Context, call: WhichCall) -> Reply:
    """Takes a call back: a draft is gone, its day is free again, a rule ends. The posts of an open call say that it
    was cancelled; who had answered keeps the day for their streak, and nobody misses one.
    """
    return _question(calls.find(ctx.tx, ctx.union, ctx.member, call))


@area.action("call.cancel", permission=Permission.LEADER)
def cancel_it(ctx: Context, call: int) -> Reply:
    return _question(calls.managed(ctx.tx, ctx.union, ctx.member, call))


def _question(call: Call) -> Reply:
    costs = {
        CallState.OPEN: f"? It is open: {people(call.answered)} answered, and keep the day for their streak.",
        CallState.TEMPLATE: "? It is the text of a rule, which ends with it.",
    }.get(call.state, f", {STATES[call.state]}?")
    label = phrase("Discard it") if call.state is CallState.DRAFT else phrase("Cancel it")
    confirm = Button(label, "call.cancelled", {"call": call.id}, Style.DANGER, single_use=True, lasts_s=600)
    return Reply(
        (p(phrase("Take back {call}{costs}", call=bold(called(call)), costs=costs)),),
        ((confirm,),),
        visibility=Visibility.PRIVATE,
    )


@area.action("call.cancelled", permission=Permission.LEADER)
def cancelled(ctx: Context, call: int) -> Reply:
    found = calls.managed(ctx.tx, ctx.union, ctx.member, call)
    call_writing.cancel(ctx.tx, ctx.union, ctx.member, found)
    free = phrase(" Its day is free again.") if found.day is not None else ""
    return say(phrase("{found} is taken back.{free}", found=bold(called(found)), free=free), edit=True)


@area.command(
    "call preview",
    "See a call as it will be posted",
    permission=Permission.LEADER,
    visibility=Visibility.PRIVATE,
    reads=True,
)
def preview(ctx: Context, call: WhichCall) -> Reply:
    """Shows exactly what will be posted, without its button, and where platforms differ."""
    found = calls.find(ctx.tx, ctx.union, ctx.member, call)
    shown = text(
        ctx, replace(found, state=CallState.OPEN) if found.opens_at is not None else found, found.answered
    )
    zone = ctx.union.time_zone
    differs = [
        p(
            phrase(
                "Below it is the button {more} for everybody. On Discord each reader sees times in their "
                "own zone; on Telegram they are told in {zone}.",
                more=bold(phrase("Take part") if found.contest else phrase("Done")),
                zone=zone,
            )
        )
    ]
    if found.leader_id is not None:
        differs = [
            p(phrase("A branch's call is not posted: members of the branch see it with `/call today`."))
        ]
    return say(*shown.blocks, *differs, *_unapproved(ctx, found))
