"""Connecting a place: its moderator uses a code there, and the founder says yes in private."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated

from bot.areas.delivery import services as delivery
from bot.areas.members.services import display, members
from bot.areas.spaces import services as spaces
from bot.areas.spaces.domain import SpaceRequest, Spot
from bot.chat.chores import Duty
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.model import (
    AnyButton,
    Block,
    Button,
    Code,
    Mention,
    Moment,
    Reply,
    Style,
    Visibility,
    bold,
    fields,
    p,
    say,
    spans,
)
from bot.chat.outgoing import Poster, post
from bot.chat.params import Arg
from bot.chat.targets import Target
from bot.chat.text import platform_name
from bot.domain.names import one_line
from bot.domain.people import Account, Permission, Union
from bot.domain.phrases import phrase, plural
from commands.spaces.join_button import join_button
from commands.waiting.queues import Queue, Reader, Waiting

area = Area()

SHOWN = 4


# -- the founder's code --------------------------------------------------------------------------------------


@area.command(
    "union invite-space",
    "Get a one-time code for connecting another server or group",
    permission=Permission.FOUNDER,
    visibility=Visibility.PRIVATE,
    rate=Rate(10, 3600),
)
def invite_space(ctx: Context) -> Reply:
    """Gives you a code. Add the bot to the other server or group, and ask a moderator there to type
    /union connect with the code. You are then asked whether to connect that place.

    The code works once, for 24 hours. A new code replaces the earlier one.
    """
    code, expires = spaces.invite(ctx.tx, ctx.union, ctx.member)
    return say(
        phrase("Ask a moderator of the other server or group to type this there:"),
        p(Code(f"/union connect {code}")),
        phrase(
            "I will then ask you here whether to connect that place. The code works once, until {expires}. Earlier "
            "codes no longer work.",
            expires=Moment(expires, ctx.union.time_zone),
        ),
    )


# -- asking --------------------------------------------------------------------------------------------------


@area.command(
    "union connect",
    "Ask to connect this place to a union, with its one-time code",
    permission=Permission.MODERATOR,
    needs_union=False,
    space_only=True,
    rate=Rate(10, 600),
)
async def connect(
    ctx: Context, code: Annotated[str, Arg("The code from /union invite-space", max_length=40)]
) -> Callable[[Context], Reply]:
    """Asks the founder who made the code to connect this server or group to their union. The code is then used up.
    Once the founder agrees, everyone here can /join.
    """
    people = await ctx.runtime.people_in(ctx.place.platform, ctx.place.space or "")
    return lambda now: _asked(now, code, people)


def _asked(ctx: Context, code: str, people: int | None) -> Reply:
    place = ctx.place
    spot = Spot(place.platform, place.space or "", place.title, place.chat, place.thread)
    union, request = spaces.ask_to_connect(ctx.tx, code, spot)
    ctx.enter(union.id)  # the question's buttons belong to this union
    founder = display.reachable(ctx.tx, union.founder_id) if union.founder_id is not None else None
    if founder is not None:
        actor = ctx.actor
        by = Mention(actor.platform, actor.native_id, actor.name)
        told = fields(
            (phrase("Asked by"), spans(by)),
            (
                phrase("People there"),
                f"{people:,}" if people is not None else phrase("unknown"),
            ),
        )
        asked = Reply((*_question(union, request), told), (_buttons(request),))
        ctx.post(founder, asked, _asked_key(request, founder))
    return say(
        phrase(
            "I asked the founder of {union} privately whether to connect this place.",
            union=bold(one_line(union.name)),
        ),
        phrase(
            "I will post the answer here. Until {expires}, the founder can also find the request with "
            "`/union requests`. The code is now used up.",
            expires=Moment(request.expires_at, union.time_zone),
        ),
    )


def _asked_key(request: SpaceRequest, founder: Account) -> str:
    return f"space request:{request.id}:{founder.id}"


def _answered(ctx: Context, request: SpaceRequest, answer: Block, *, elsewhere: bool) -> Reply:
    """Returns the answer. One given `elsewhere` also takes the place of the question in the private chat."""
    for account in members.accounts_of(ctx.tx, ctx.member.id) if elsewhere else ():
        message = delivery.sent_id(ctx.tx, _asked_key(request, account))
        if message is not None:
            ctx.post(Target(account.platform, person=account.native_id, message=message), say(answer))
    return say(answer, edit=True)


def _question(union: Union, request: SpaceRequest) -> tuple[Block, ...]:
    return (
        p(
            phrase(
                "A place wants to become part of {union}. Connect it only if you know it: its moderators decide "
                "there, and everyone in it can join.",
                union=bold(one_line(union.name)),
            )
        ),
        fields(
            (phrase("Place"), one_line(request.title) or request.native_id),
            (phrase("Platform"), platform_name(request.platform)),
            (phrase("ID there"), request.native_id),
        ),
    )


def _buttons(request: SpaceRequest, *, elsewhere: bool = False) -> tuple[AnyButton, ...]:
    """The two answers. `elsewhere`: not under the question that the founder got in private."""
    which = {"request": request.id, "elsewhere": elsewhere}
    title = one_line(request.title, 30) or phrase("this place")
    return (
        Button(phrase("Connect {title}", title=title), "union.connect", which, Style.PRIMARY, lasts_s=86_400),
        Button(
            phrase("Do not connect {title}", title=title),
            "union.connect-no",
            which,
            Style.DANGER,
            lasts_s=86_400,
        ),
    )


# -- answering -----------------------------------------------------------------------------------------------


@area.command(
    "union requests",
    "See places that want to be connected, and answer them",
    permission=Permission.FOUNDER,
    visibility=Visibility.PRIVATE,
)
def waiting(ctx: Context) -> Reply:
    """Shows the places where a moderator used your code and that are waiting for your answer."""
    found = spaces.requests(ctx.tx, ctx.union)
    if not found:
        return say(phrase("No places are waiting to be connected."))
    blocks = [block for request in found[:SHOWN] for block in _question(ctx.union, request)]
    if len(found) > SHOWN:
        hidden = len(found) - SHOWN
        blocks.append(p(plural(hidden, "{n:,} more place is waiting.", "{n:,} more places are waiting.")))
    return Reply(tuple(blocks), tuple(_buttons(request, elsewhere=True) for request in found[:SHOWN]))


@area.action("union.connect", permission=Permission.FOUNDER)
def connected(ctx: Context, request: int, elsewhere: bool = False) -> Reply:
    done, space = spaces.connect(ctx.tx, ctx.union, ctx.member, request)
    ctx.post(
        _chat(done),
        say(
            phrase("This place now belongs to {union}.", union=bold(one_line(ctx.union.name))),
            fields((phrase("Purpose"), ctx.union.purpose)),
            phrase("Everyone here can `/join`."),
            buttons=((join_button(ctx.union),),),
        ),
    )
    answer = p(
        phrase(
            "{place} now belongs to {union}. Everyone there can `/join`.",
            place=bold(one_line(space.title)),
            union=bold(one_line(ctx.union.name)),
        ),
    )
    return _answered(ctx, done, answer, elsewhere=elsewhere)


@area.action("union.connect-no", permission=Permission.FOUNDER)
def refused(ctx: Context, request: int, elsewhere: bool = False) -> Reply:
    done = spaces.refuse(ctx.tx, ctx.union, ctx.member, request)
    ctx.post(
        _chat(done),
        say(
            phrase(
                "The founder of {union} decided not to connect this place.",
                union=bold(one_line(ctx.union.name)),
            )
        ),
    )
    answer = p(phrase("{place} was not connected. Its code is used up.", place=bold(one_line(done.title))))
    return _answered(ctx, done, answer, elsewhere=elsewhere)


def tell_ended(by: Poster, union: Union, ended: list[SpaceRequest]) -> None:
    """Tells places that their request ended, because the union has another founder."""
    for request in ended:
        post(
            by,
            union,
            _chat(request),
            say(
                phrase(
                    "{union} has a new founder, so the request to connect this place has ended. Ask the new "
                    "founder for a code.",
                    union=bold(one_line(union.name)),
                )
            ),
            None,
            False,
        )


def _chat(request: SpaceRequest) -> Target:
    return Target(request.platform, chat=request.chat or request.native_id, thread=request.thread)


# -- waiting for the founder ---------------------------------------------------------------------------------


def _waiting(by: Context | Duty, reader: Reader) -> list[Waiting]:
    """Returns the places that wait for the founder's answer."""
    if not reader.founder:
        return []
    return [
        Waiting(one.id, one.asked_at or one.expires_at - spaces.CODE_LASTS, partial(_asking, by.union, one))
        for one in spaces.requests(by.tx, by.union)
    ]


def _asking(union: Union, request: SpaceRequest) -> Reply:
    otherwise = phrase(
        "If you do not answer by {expires}, the place will not be connected.",
        expires=Moment(request.expires_at, union.time_zone),
    )
    return Reply((*_question(union, request), p(otherwise)), (_buttons(request),))


QUEUE = Queue("request", _waiting)
