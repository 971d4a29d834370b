"""Posts of calls: the post with its button, and the chores that open and close calls and edit their posts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from bot.areas.calls.domain.calls import Call, CallState
from bot.areas.calls.services import calls
from bot.areas.calls.services import posts as call_posts
from bot.areas.calls.services import schedule as call_schedule
from bot.areas.files import services as files
from bot.areas.flags import services as flags
from bot.areas.members.services import display
from bot.chat.chores import Duty, Office
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.kept import stored
from bot.chat.languages import in_language
from bot.chat.model import Block, Button, Code, Heading, Image, Moment, Reply, Span, Style, bold, p, say
from bot.chat.outgoing import of_union
from bot.chat.targets import Target
from bot.chat.text import platform_name
from bot.chat.tokens import BUTTON
from bot.domain.days import WHOLE_DAY
from bot.domain.messages import NewMessage
from bot.domain.names import one_line
from bot.domain.people import Account, Space, Union
from bot.domain.phrases import phrase, plural
from bot.domain.tokens import NewToken
from commands.calls.words import PROOFS, called, link_of, linked

area = Area()

OPEN_EVERY_S = 5
EDIT_EVERY_S = 5

_OVER = (CallState.CLOSED, CallState.CANCELLED)


# -- the post ------------------------------------------------------------------------------------------------


def card(by: Context | Duty, call: Call, count: int) -> Reply:
    """Returns the post of a call, with its button as long as a press counts. It fits into one message everywhere."""
    reply = text(by, call, count)
    if not call.has_begun:
        return reply
    open_ = call.state is CallState.OPEN
    if not open_ and not call_posts.takes_late(by.now, by.union, call):
        return reply
    label = phrase("Done")
    if call.contest:
        label = phrase("Take part") if open_ else phrase("Count my day")
    elif not open_:
        label = phrase("Done, late")
    done = Button(
        label,
        "call.done",
        {"call": call.id},
        Style.PRIMARY if open_ else Style.PLAIN,
        anyone=True,
        lasts_s=None,
        token=call.token or "",
    )
    return msgspec.structs.replace(reply, buttons=((done,),))


def text(by: Context | Duty, call: Call, count: int) -> Reply:
    """Returns the post without its button."""
    blocks: list[Block] = [Heading(call.title), p(*linked(call.what, call.approved))]
    if call.why:
        blocks.append(p(bold(phrase("Why: ")), *linked(call.why, call.approved)))
    if call.link:
        blocks.append(p(bold(phrase("Link: ")), link_of(call.link) if call.approved else Code(call.link)))
    if PROOFS[call.proof] and call.state not in _OVER:
        blocks.append(p(PROOFS[call.proof]))
    blocks.append(_status(by, call, count))
    picture = files.picture(by.tx, by.union, call.file_id)
    if picture is not None:
        blocks.append(Image(picture.data, phrase("A picture"), picture.name, call.file_id))
    return Reply(tuple(blocks))


def _status(by: Context | Duty, call: Call, count: int) -> Block:
    """Returns the line that tells whether the call is open, and how many have answered."""
    zone = by.union.time_zone
    if call.state is CallState.CANCELLED:
        return p(phrase("This call was cancelled. Everyone who had answered keeps the day for their streak."))
    if call.state is CallState.CLOSED:
        return _closed(by, call, count)
    if call.state is CallState.OPEN and call.closes_at is not None:
        said: list[str | Span] = [bold(_so_far(count)), " "]
        if call.late:
            said += [phrase("It opened late."), " "]
        return p(*said, _open_until(call, call.closes_at, zone))
    if call.opens_at is not None and call.closes_at is not None:
        return p(
            phrase(
                "Opens {opens}, closes {closes}.",
                opens=Moment(call.opens_at, zone),
                closes=Moment(call.closes_at, zone),
            )
        )
    return p(phrase("It has no day yet."))


def _so_far(count: int) -> str:
    if not count:
        return phrase("Be the first to answer.")
    return plural(count, "{n:,} person answered so far.", "{n:,} people answered so far.")


def _open_until(call: Call, closes_at: datetime, zone: str) -> str:
    """Says when a call closes. Midnight is called so, because a clock's “12:00 AM” leaves open which day it ends."""
    if call.closes == WHOLE_DAY:
        return phrase(
            "Open until midnight tonight ({time_zone}), {moment}.",
            time_zone=zone,
            moment=Moment(closes_at, zone, "relative"),
        )
    return phrase("Open until {closes}.", closes=Moment(closes_at, zone))


def _closed(by: Context | Duty, call: Call, count: int) -> Block:
    answered = plural(count, "{n:,} person answered.", "{n:,} people answered.")
    said: list[str | Span] = [phrase("Closed."), " ", bold(answered if count else phrase("Nobody answered."))]
    until = call.answers_until(by.union.time_zone)
    if until is None or not call_posts.takes_late(by.now, by.union, call):
        return p(*said)
    moment = Moment(until, by.union.time_zone)
    if call.contest:
        said[0] = phrase("Closed early.")
        return p(
            *said, " ", phrase("Press the button until {until}, and your day still counts.", until=moment)
        )
    return p(*said, " ", phrase("Late answers count until {until}.", until=moment))


# -- opening and closing -------------------------------------------------------------------------------------


@area.chore
async def lay_out_days(office: Office) -> None:
    """Lays out today and tomorrow of each union, once a union-day."""
    await _each(office, [(union, ()) for union in await office.read(call_schedule.due)], _lay_out)


@area.chore(every_s=OPEN_EVERY_S)
async def open_calls(office: Office) -> None:
    """Opens and posts the calls whose hour has come."""
    due = [(union, (call.id,)) for union, call in await office.read(calls.to_open)]
    await _each(office, due, _open)


@area.chore(every_s=OPEN_EVERY_S)
async def close_calls(office: Office) -> None:
    """Closes the calls whose hours are over. `edit_posts` edits their posts."""
    due = [(union, (call.id,)) for union, call in await office.read(calls.to_close)]
    await _each(office, due, _close)


@area.chore(every_s=EDIT_EVERY_S)
async def edit_posts(office: Office) -> None:
    """Edits the posts that are out of date."""
    due = [(union, (call_id,)) for union, call_id in await office.read(call_posts.due)]
    await _each(office, due, _edit)


@area.chore
async def settle_posts(office: Office) -> None:
    """Takes the button off posts of closed calls once late answers count no longer. `edit_posts` edits them."""
    await _each(
        office, [(union, (call,)) for union, call in await office.read(call_posts.to_settle)], _settle
    )


async def _each(
    office: Office, due: Sequence[tuple[Union, tuple[int, ...]]], fn: Callable[..., None]
) -> None:
    """Runs `fn` for each (union, further arguments), each in a write of its own."""

    async def write(one: tuple[Union, tuple[int, ...]]) -> None:
        await office.write(one[0], fn, *one[1])

    await office.each(due, write)


def _lay_out(duty: Duty) -> None:
    call_schedule.lay_out(duty.tx, duty.union)


def _close(duty: Duty, call_id: int) -> None:
    calls.close(duty.tx, duty.union, call_id)


def _settle(duty: Duty, call_id: int) -> None:
    call_posts.settle(duty.tx, call_id)


def _open(duty: Duty, call_id: int) -> None:
    def token() -> str:
        arguments = msgspec.json.encode({"call": call_id}).decode()
        return duty.records.keep_token(
            duty.tx,
            NewToken(
                union_id=duty.union.id,
                kind=BUTTON,
                action="call.done",
                arguments=arguments,
                presser=None,
                space=None,
                single_use=False,
                lasts_s=None,
            ),
        )

    opened = calls.open_(duty.tx, duty.union, call_id, token)
    if opened is None:
        return
    if opened.missed:
        _tell_missed(duty, opened.call)
    elif opened.call.leader_id is None:
        _post(duty, opened.call)


def _post(duty: Duty, call: Call) -> None:
    reply = card(duty, call, call.answered)
    somewhere, nowhere = call_posts.places(duty.tx, duty.union)
    for space in somewhere:
        target = Target(space.platform, chat=space.chat, thread=space.thread)
        duty.post(target, reply, call_posts.posted(duty.tx, call, space))
    for space in nowhere:
        _tell_nowhere(duty, space)


def _tell_missed(duty: Duty, call: Call) -> None:
    account = display.reachable(duty.tx, call.author_id)
    if account is None:
        return
    words = phrase(
        "Your call {call} was not posted: it was over before I could post it. Prepare another with `/call new`.",
        call=bold(called(call)),
    )
    if not call.approved:
        words = phrase(
            "Your call {call} was not posted: nobody approved its link or picture in time. Prepare another with "
            "`/call new`.",
            call=bold(called(call)),
        )
    duty.post(
        account,
        say(words),
        f"missed:{call.id}",
    )


def _tell_nowhere(duty: Duty, space: Space) -> None:
    """Tells the moderators or the founder, once, that calls have no channel in this space."""
    chat, founder = flags.alerts(duty.tx, duty.union), duty.union.founder_id
    account = display.reachable(duty.tx, founder) if founder is not None else None
    target: Target | Account | None = account
    if chat is not None:
        target = Target(chat.platform, chat=chat.chat, thread=chat.thread)
    if target is None:
        return
    where = phrase(
        "{place} ({platform})", place=one_line(space.title, 60), platform=platform_name(space.platform)
    )
    words = p(
        phrase(
            "Today's call was not posted in {place}, because no channel is chosen there. A moderator types "
            "`/call here` in the channel where calls should appear.",
            place=bold(where),
        )
    )
    duty.post(target, say(words), f"nowhere:{space.id}")


def _edit(duty: Duty, call_id: int) -> None:
    found = call_posts.take_edits(duty.tx, duty.union, call_id)
    if found is None:
        return
    call, edits = found
    reply = in_language(card(duty, call, call.answered), duty.union.language)
    for edit in edits:
        target = msgspec.json.decode(edit.target, type=Target)
        if edit.message is not None:
            duty.post(msgspec.structs.replace(target, message=edit.message), reply, edit.key)
        else:  # the post still waits to be sent, so its words are replaced
            duty.records.replace_post(
                duty.tx,
                NewMessage(
                    target.platform,
                    duty.union.id,
                    edit.target,
                    stored(duty.records, duty.tx, of_union(duty.union.id), reply),
                    chat=target.chat,
                    dedupe_key=edit.key,
                    bulk=True,
                ),
            )
