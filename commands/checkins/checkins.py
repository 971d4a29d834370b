"""Answering calls: the button under their posts, today's calls, and taking an answer back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated

from bot import membership
from bot.areas.calls.domain.calls import Call, CallState, Proof, forgiven_until
from bot.areas.calls.services import calls
from bot.areas.checkins.domain.checkins import CheckinState, proof_link
from bot.areas.checkins.services import checkins, streaks
from bot.areas.checkins.services.checkins import Answer, AnswerOutcome, Mine
from bot.areas.checkins.services.streaks import Counted
from bot.areas.contests import services as contests
from bot.areas.files import services as files
from bot.areas.members.services import display
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.incoming import File
from bot.chat.model import (
    AnyButton,
    Block,
    Button,
    Form,
    Moment,
    Question,
    Reply,
    Style,
    Visibility,
    bold,
    p,
    say,
)
from bot.chat.params import Arg
from bot.chat.text import too_often
from bot.domain.names import one_line
from bot.domain.people import Member, Permission, Union
from bot.domain.photos import Photo
from bot.domain.phrases import Phrase, phrase, plural, sentences
from bot.domain.times import WEEKDAYS, union_day
from bot.domain.transaction import Tx
from bot.errors import NotFound, TryAgain
from commands.calls.words import PROOFS, link_of, linked
from commands.contests.views import hub
from commands.files import drawn
from commands.invites import JOINING

area = Area()

_SHOWN = 4
"""Calls in one message. Each has its text and a row of buttons."""


@area.action("call.done", permission=Permission.ANYONE)
def pressed(ctx: Context, call: int, today: bool = False) -> Reply:
    """Answers a call by its button: under a post, in a private message, or (`today`) in the list of today's calls."""
    if ctx.standing.member is None:
        return _offer_to_join(ctx, call)
    space = ctx.standing.space
    given = checkins.answer(ctx.tx, ctx.union, ctx.member, call, space_id=space.id if space else None)
    if given.outcome is AnswerOutcome.PROOF_NEEDED:
        return _asked(ctx, given.call)
    words = _words(ctx, given)
    if today:
        return _today(ctx, words, edit=True)
    if given.outcome is not AnswerOutcome.AGAIN:
        return Reply(notice=words)
    kept = given.state in (CheckinState.DONE, CheckinState.WAITING) and _still_open(ctx, given.call)
    if kept and ctx.place.space is None:
        return say(words, buttons=((_take_back(call),),))
    return Reply(notice=sentences([words, phrase("Type `/call today` to take it back.")]) if kept else words)


def _offer_to_join(ctx: Context, call_id: int) -> Reply:
    """Returns a button that joins and answers. Raises NotAllowed if joining would not make the answer count."""
    call = calls.answerable(ctx.tx, ctx.union, call_id)
    if call.leader_id is not None or not _still_open(ctx, call):
        _ = ctx.member
    join = Button(phrase("Join and count me"), "call.join", {"call": call_id}, Style.PRIMARY)
    words = phrase(
        "You have not joined {union} yet. Are you a member with another account? Join with this one too, then "
        "type `/me same-person`, or `/link` with the same wallet: that makes you one person.",
        union=bold(one_line(ctx.union.name)),
    )
    return say(words, buttons=((join,),), visibility=Visibility.PRIVATE)


@area.action("call.join", permission=Permission.ANYONE)
def joined(ctx: Context, call: int) -> Reply:
    """Joins and answers the call in one transaction: if the answer is refused, nobody has joined."""
    if ctx.standing.member is None:
        actor = ctx.actor
        ctx.require_welcome()
        wait = ctx.count_use("join", JOINING)
        if wait:
            raise TryAgain(too_often("join", wait))
        membership.join(ctx.tx, ctx.union, actor.platform, actor.native_id, actor.name, actor.username)
        ctx.enter(ctx.union.id)
    return pressed(ctx, call)


@area.action("call.undo")
def undone(ctx: Context, call: int, today: bool = False) -> Reply:
    if checkins.take_back(ctx.tx, ctx.union, ctx.member, call).contest:
        contests.drop_entry(ctx.tx, ctx.member, call)
    words = phrase("Taken back. Your answer no longer counts.")
    return _today(ctx, words, edit=True) if today else say(words, edit=True)


@area.command("call today", "Today's call, and your answer to it", visibility=Visibility.PRIVATE, reads=True)
def today(ctx: Context) -> Reply:
    """Shows today's call to action, and the calls of the branches you are in, each with its button.

    Yesterday's call is here too until noon, because an answer to it still counts. You can take an answer back until
    its call closes. Only you see this.
    """
    return _today(ctx)


@area.command("call done", "Answer today's call", visibility=Visibility.PRIVATE)
async def done(
    ctx: Context,
    link: Annotated[str | None, Arg("A link that shows what you did", max_length=300)] = None,
    photo: Annotated[File | None, "A picture that shows what you did"] = None,
    call: Annotated[int | None, Arg("The number of the call, if it is not today's", minimum=1)] = None,
) -> Reply | Callable[[Context], Reply]:
    """Answers today's call, like its button does. Some calls ask for a proof: a link that begins with https://, or a
    picture. Of a picture only what it shows is kept: hidden details, like the place, are removed.
    """
    shown = proof_link(link) if link else None
    wanted = photo is not None and await ctx.read(_wanted, ctx.union, ctx.member, call)
    picture = await drawn(ctx, photo if wanted else None)
    return lambda now: _done(now, call, shown, picture)


def _wanted(tx: Tx, union: Union, member: Member, call: int | None) -> bool:
    """Whether an answer to this call, or to today's, is taken now. Raises NotFound, NotAllowed."""
    if call is None:
        call = _todays(tx, union, member)
    return call is not None and checkins.may_answer(tx, union, member, call)


def _todays(tx: Tx, union: Union, member: Member) -> int | None:
    """Returns the first of today's calls that the member can answer."""
    return next((mine.call.id for mine in checkins.today(tx, union, member) if mine.answerable), None)


def _done(ctx: Context, call: int | None, link: str | None, picture: Photo | None) -> Reply:
    if call is None:
        call = _todays(ctx.tx, ctx.union, ctx.member)
        if call is None:
            return _today(ctx)
    file_id = files.keep(ctx.tx, ctx.union, ctx.member, picture) if picture else None
    given = checkins.answer(
        ctx.tx,
        ctx.union,
        ctx.member,
        call,
        proof=link,
        file_id=file_id,
        space_id=ctx.standing.space.id if ctx.standing.space else None,
    )
    if given.outcome is AnswerOutcome.PROOF_NEEDED:
        return _asked(ctx, given.call)
    if given.outcome is AnswerOutcome.AGAIN:
        files.drop(ctx.tx, file_id)
    kept = given.state in (None, CheckinState.DONE, CheckinState.WAITING) and _still_open(ctx, given.call)
    buttons = ((_take_back(given.call.id),),) if kept else ()
    return say(p(bold(one_line(given.call.title))), _words(ctx, given), buttons=buttons)


# -- words ---------------------------------------------------------------------------------------------------


def _words(ctx: Context, given: Answer) -> str:
    """Returns the result of an answer in one line."""
    if given.outcome is AnswerOutcome.WAITING:
        return phrase(
            "Noted. It counts once {judge} confirms it.", judge=_judge(ctx, given.call, given.judge_id)
        )
    if given.outcome is AnswerOutcome.AGAIN:
        if given.state is CheckinState.WAITING:
            return _waits(ctx, given.call, given.judge_id)
        return phrase("You already answered.")
    done = phrase("Done, late.") if given.late else phrase("Done.")
    return sentences([done, in_a_row(given.counted)]) if given.counted else done


def _waits(ctx: Context, call: Call, judge_id: int | None) -> str:
    return phrase(
        "You already answered. It counts once {judge} confirms it.", judge=_judge(ctx, call, judge_id)
    )


def in_a_row(counted: Counted) -> Phrase:
    """Returns “Day 12 in a row.” with the freezes that the answer earned or used, and open days before it."""
    words = [phrase("Day {current:,} in a row.", current=counted.streak.current)]
    if counted.used:
        words.append(
            plural(
                counted.used,
                "A freeze bridged the day you missed.",
                "{n} freezes bridged the days you missed.",
            )
        )
    if counted.earned:
        words.append(phrase("You earned a freeze."))
    if counted.open_days:
        words.append(phrase("An earlier day is still open: `/call today`."))
    return sentences(words)


def _judge(ctx: Context, call: Call, judge_id: int | None) -> str:
    if judge_id is None or call.proof is Proof.WITNESS:
        return phrase("another member")
    return display.name(display.of(ctx.tx, [judge_id], ctx.place.platform), judge_id)


def _asked(ctx: Context, call: Call) -> Reply:
    """Returns the form for a call's proof, or the hub of a contest.

    The form runs a command, because only a command can fetch a picture.
    """
    if call.contest:
        return hub(ctx, call)
    if call.proof is Proof.PHOTO:
        question = Question("photo", phrase("A picture that shows what you did"), "photo")
    else:
        question = Question("link", phrase("A link that shows what you did"), hint="https://", max_length=300)
    return Reply(form=Form(phrase("Show what you did"), (question,), "/call done", {"call": call.id}))


# -- today's calls -------------------------------------------------------------------------------------------


def _today(ctx: Context, first: str = "", *, edit: bool = False) -> Reply:
    found = checkins.today(ctx.tx, ctx.union, ctx.member)
    if not found:
        return say(
            phrase("There is no call today. Your streak goes on with the next one: `/streak`."), edit=edit
        )
    blocks: list[Block] = [p(first)] if first else []
    rows: list[tuple[AnyButton, ...]] = []
    for mine in found[:_SHOWN]:
        blocks += _shown(ctx, mine, row=not first)
        button = _button(mine)
        if button is not None:
            rows.append((button,))
    if len(found) > _SHOWN:
        more = len(found) - _SHOWN
        blocks.append(
            p(
                plural(
                    more,
                    "{n:,} more call is shown once these are answered.",
                    "{n:,} more calls are shown once these are answered.",
                )
            )
        )
    return Reply(tuple(blocks), tuple(rows), edit=edit)


def _shown(ctx: Context, mine: Mine, *, row: bool) -> list[Block]:
    call = mine.call
    labels: list[str] = []
    if call.leader_id is not None:
        labels.append(phrase("{leader}'s branch", leader=_leader(ctx, call.leader_id)))
    if call.day is not None and call.day < union_day(ctx.union.time_zone, ctx.now):
        labels.append(WEEKDAYS[date.fromordinal(call.day).weekday()])
    shown = [words for label in labels for words in (" · ", label)]
    blocks: list[Block] = [p(bold(one_line(call.title)), *shown)]
    if mine.checkin is None or mine.answerable:
        blocks.append(p(*linked(call.what, call.approved)))
        if call.why:
            blocks.append(p(bold(phrase("Why:")), " ", *linked(call.why, call.approved)))
        if call.link and call.approved:
            blocks.append(p(bold(phrase("Link:")), " ", link_of(call.link)))
        blocks += [p(PROOFS[call.proof])] if PROOFS[call.proof] else []
    return [*blocks, _state(ctx, mine, row=row)]


def _leader(ctx: Context, leader_id: int) -> str:
    return display.name(display.of(ctx.tx, [leader_id], ctx.place.platform), leader_id)


def _state(ctx: Context, mine: Mine, *, row: bool) -> Block:
    """Returns the state of the answer, or the time until which one counts. `row`: with the streak, if it is done."""
    call, checkin, zone = mine.call, mine.checkin, ctx.union.time_zone
    if checkin is not None and checkin.state is CheckinState.DONE:
        answered = phrase("You answered late.") if checkin.late else phrase("You answered.")
        if not row or call.leader_id is not None:
            return p(answered)
        streak = streaks.standing(ctx.tx, ctx.union, ctx.member.id).streak
        return p(sentences([answered, phrase("Day {current:,} in a row.", current=streak.current)]))
    if checkin is not None and checkin.state is CheckinState.WAITING:
        return p(_waits(ctx, call, checkin.judged_by))
    if call.state is CallState.PLANNED:
        if call.opens_at is None:
            return p(phrase("It opens later today."))
        return p(phrase("It opens {opens}.", opens=Moment(call.opens_at, zone)))
    again = [phrase("Your answer was not accepted. You can give it again.")] if checkin is not None else []
    ends = call.closes_at
    if call.contest and call.closed_early(ctx.now) and ends is not None:
        return p(
            phrase(
                "The contest closed early. One press still counts your day until {ends}.",
                ends=Moment(ends, zone),
            )
        )
    if call.contest and not mine.answerable:
        return p(phrase("The contest is closed. `/call entries` shows its ranking."))
    if ends is not None and ctx.now >= ends and call.day is not None:
        ends = forgiven_until(call.day, zone)
        late = phrase("It has closed, but late answers count until {ends}.", ends=Moment(ends, zone))
        return p(sentences([*again, late]))
    still_open = [phrase("It is open until {ends}.", ends=Moment(ends, zone))] if ends is not None else []
    return p(sentences([*again, *still_open]))


def _button(mine: Mine) -> Button | None:
    where = {"call": mine.call.id, "today": True}
    title = one_line(mine.call.title, 40)
    if mine.answerable:
        return Button(phrase("Done: {title}", title=title), "call.done", where, Style.PRIMARY)
    return Button(phrase("Take back: {title}", title=title), "call.undo", where) if mine.revocable else None


def _take_back(call_id: int) -> Button:
    return Button(phrase("Take back"), "call.undo", {"call": call_id})


def _still_open(ctx: Context, call: Call) -> bool:
    if call.closes_at is None:
        raise NotFound(phrase("This call was cancelled. `/call today` shows today's call."))
    return ctx.now < call.closes_at
