"""One queue of all that waits for a person, and the private notes about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Literal

from bot.areas.expulsions.services import departures
from bot.areas.members.services import daily_notice, display, members
from bot.areas.moderators import services as moderators
from bot.areas.tree.services import leadership
from bot.areas.unions import services as unions
from bot.areas.waiting import services as waiting
from bot.chat.chores import Duty, Office
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.model import AnyButton, Block, Button, Moment, Reply, Visibility, bold, p, say
from bot.domain.names import one_line
from bot.domain.people import Permission, Union
from bot.domain.phrases import phrase, plural
from bot.domain.transaction import Tx
from bot.errors import NotAllowed
from commands import flags
from commands.calls import approvals
from commands.checkins import reviews
from commands.joinings import joinings
from commands.spaces import requests
from commands.waiting.queues import Queue, Reader
from commands.wallets import claims

area = Area()

QUEUES: tuple[Queue, ...] = (
    claims.QUEUE,
    joinings.QUEUE,
    requests.QUEUE,
    approvals.QUEUE,
    reviews.QUEUE,
    flags.QUEUE,
)
TELL_EVERY_S = 300
AT_ONCE = 50
ASKED_AT_ONCE = 1000
LASTS_S = 14 * 86_400

Things = Sequence[tuple[str, int]]
"""Things that wait: the kind of the queue, and the thing's number in it."""
Due = dict[int, list[tuple[str, int]]]
"""By member: the things of which they are to be told."""


@area.command(
    "waiting",
    "See what is waiting for you, and what happens if you do nothing",
    permission=Permission.ANYONE,
    visibility=Visibility.PRIVATE,
)
def listed(
    ctx: Context,
    notes: Annotated[Literal["on", "off"], "Whether I write to you when something is waiting for you"]
    | None = None,
) -> Reply:
    """Shows what is waiting for your decision, oldest first, each with its buttons and what happens if nobody acts:
    calls to approve, answers to confirm, places that want to be connected, claims on your wallets, questions whether
    an account is yours, and what looks made up. Only you see this.

    When something new is waiting for you, you get one private note about it, at most one a day. notes:off ends that.
    """
    if notes is not None:
        return _switched(ctx, on=notes == "on")
    ctx.require_welcome()  # `Context.admit` does not ask it of what anyone may use
    reader = _reader(ctx)
    if reader.member is None and not reader.moderator:
        _ = ctx.member  # tells a person who has not joined to do that first
    return _page(ctx, reader, 0) or _nothing(ctx, reader)


@area.action("waiting.page", permission=Permission.ANYONE)
def turned(ctx: Context, page: int) -> Reply:
    ctx.require_welcome()
    reader = _reader(ctx)
    return _page(ctx, reader, page, edit=True) or _nothing(ctx, reader, edit=True)


@area.action("waiting.notes")
def switched(ctx: Context, on: bool) -> Reply:
    return _switched(ctx, on=on)


def _switched(ctx: Context, *, on: bool) -> Reply:
    waiting.set_notes(ctx.tx, ctx.union, ctx.member, on)
    if on:
        said = phrase("Notes are on: I write to you in private when something is waiting for you.")
        return say(said, visibility=Visibility.PRIVATE)
    return say(
        phrase("Notes are off. `/waiting` still shows what is waiting for you."),
        buttons=((_switch(on=True),),),
        visibility=Visibility.PRIVATE,
    )


def _switch(*, on: bool) -> Button:
    label = phrase("Turn on notes") if on else phrase("Turn off notes")
    return Button(label, "waiting.notes", {"on": on}, lasts_s=LASTS_S)


def _nothing(ctx: Context, reader: Reader, *, edit: bool = False) -> Reply:
    done = phrase(
        "Nothing is waiting for you in {union}. Enjoy your day!", union=bold(one_line(ctx.union.name))
    )
    if reader.member is None or waiting.wants_notes(ctx.tx, reader.member):
        return say(done, edit=edit)
    return say(done, phrase("Notes are off."), buttons=((_switch(on=True),),), edit=edit)


# -- a page --------------------------------------------------------------------------------------------------


def _page(
    by: Context | Duty, reader: Reader, page: int, *, new: Things = (), edit: bool = False
) -> Reply | None:
    """Shows one of the things that wait for the reader; None if nothing waits. A note begins with what is `new`."""
    every = [(queue.kind, one) for queue in QUEUES for one in queue.waiting(by, reader)]
    every.sort(key=lambda one: one[1].since)
    found = [one for _, one in every]
    if not found:
        return None
    fresh = [at for at, (kind, one) in enumerate(every) if (kind, one.item) in new]
    at = min(max(fresh[0] if fresh else page, 0), len(found) - 1)
    shown, union = found[at].show(), bold(one_line(by.union.name))
    blocks: list[Block] = [
        p(
            plural(
                len(found),
                "{n:,} thing is waiting for you in {union}.",
                "{n:,} things are waiting for you in {union}. This is number {at:,}, counted from the oldest.",
                union=union,
                at=at + 1,
            )
        ),
        p(phrase("Waiting since {since}.", since=Moment(found[at].since, by.union.time_zone))),
        *shown.blocks,
    ]
    turns: list[AnyButton] = []
    if at > 0:
        turns.append(Button(phrase("Back"), "waiting.page", {"page": at - 1}, lasts_s=LASTS_S))
    if at + 1 < len(found):
        turns.append(Button(phrase("Next"), "waiting.page", {"page": at + 1}, lasts_s=LASTS_S))
    if new:
        turns.append(_switch(on=False))
        blocks.append(
            p(
                phrase(
                    "I write about each thing only once. `/waiting` shows everything that is waiting for you."
                )
            )
        )
    rows = (*shown.buttons, *([tuple(turns)] if turns else []))
    return Reply(tuple(blocks), rows, edit=edit)


def count(ctx: Context) -> int:
    """Returns how many things wait for the actor."""
    reader = _reader(ctx)
    if reader.member is None and not reader.moderator:
        return 0
    return sum(len(queue.waiting(ctx, reader)) for queue in QUEUES)


def _reader(ctx: Context) -> Reader:
    return Reader(
        member=ctx.standing.member,
        account=ctx.standing.account,
        platform=ctx.place.platform,
        founder=_may(ctx, Permission.FOUNDER),
        judge=_may(ctx, Permission.LEADER) or _may(ctx, Permission.UNION_MODERATOR),
        moderator=_may(ctx, Permission.UNION_MODERATOR),
    )


def _may(ctx: Context, permission: Permission) -> bool:
    """Whether the actor has this right now: an account that waits has it later."""
    if not ctx.may(permission):
        return False
    try:
        ctx.require(permission)
    except NotAllowed:
        return False
    return True


# -- the private notes ---------------------------------------------------------------------------------------


@area.chore(every_s=TELL_EVERY_S)
async def tell_what_waits(office: Office) -> None:
    """Tells people privately, once, of what waits for them: one note in a day, about all of it."""

    async def tell(due: tuple[Union, Due]) -> None:
        union, found = due
        for some in _some(list(found), AT_ONCE):
            await office.write(union, _tell, {member_id: found[member_id] for member_id in some})

    await office.each(await office.scan(_due), tell)


def _due(tx: Tx) -> list[tuple[Union, Due]]:
    """Returns the unions in which somebody is to be told of something now."""
    with_notes = [queue.notes for queue in QUEUES if queue.notes is not None]
    ids = sorted({union_id for notes in with_notes for union_id in notes.unions(tx)})
    return unions.each(unions.by_ids(tx, ids), lambda union: _untold(tx, union))


def _untold(tx: Tx, union: Union) -> Due:
    if not daily_notice.awake(union, tx.now):
        return {}
    found: Due = defaultdict(list)
    for queue in QUEUES:
        pairs = queue.notes.due(tx, union) if queue.notes is not None else []
        for member_id, item in waiting.untold(tx, union, queue.kind, pairs):
            found[member_id].append((queue.kind, item))
    asked = _some(list(found), ASKED_AT_ONCE)
    return {one: found[one] for some in asked for one in daily_notice.untold(tx, union, some)}


def _some(every: Sequence[int], most: int) -> list[Sequence[int]]:
    return [every[at : at + most] for at in range(0, len(every), most)]


def _tell(duty: Duty, due: Due) -> None:
    for member_id, things in due.items():
        reader = _reader_in_private(duty, member_id)
        reply = _page(duty, reader, 0, new=things) if reader is not None else None
        if reader is None or reader.account is None or reply is None:
            continue
        if daily_notice.claim(duty.tx, duty.union, member_id):
            duty.post(reader.account, reply)
            for kind, item in things:
                waiting.tell(duty.tx, duty.union, member_id, kind, item)


def _reader_in_private(duty: Duty, member_id: int) -> Reader | None:
    """Returns a member as the reader of a note; None if no message reaches them, or their account waits."""
    tx, union = duty.tx, duty.union
    member, account = members.by_id(tx, member_id), display.reachable(tx, member_id)
    if member is None or account is None or account.unreachable_at is not None:
        return None
    if account.waits_until is not None and duty.now < account.waits_until:
        return None
    if departures.to_ask(tx, union, account):  # perhaps banned in all places: nobody can be asked here
        return None
    founder = union.founder_id == member.id
    moderator = founder or moderators.is_named(tx, member)
    judge = moderator or leadership.is_leader(tx, union, member)
    return Reader(member, account, account.platform, founder, judge, moderator)
