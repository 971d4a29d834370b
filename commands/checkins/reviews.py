"""Judging answers that wait for the word of a witness, or of the member's leader."""

from __future__ import annotations

from collections.abc import Sequence

from bot.areas.calls.domain.calls import Proof
from bot.areas.checkins.domain.checkins import JUDGED_WITHIN, WITNESS_AFTER
from bot.areas.checkins.services import checkins
from bot.areas.checkins.services import waiting as answers
from bot.areas.checkins.services.checkins import WaitingAnswer
from bot.areas.members.services import display
from bot.chat.chores import Duty
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.model import (
    AnyButton,
    Block,
    Button,
    Form,
    Moment,
    Question,
    Reply,
    Span,
    Style,
    Text,
    Visibility,
    bold,
    p,
    say,
)
from bot.domain.names import one_line
from bot.domain.people import Account
from bot.domain.phrases import phrase, sentences
from commands.checkins.checkins import in_a_row
from commands.members.display import face
from commands.waiting.queues import Notes, Queue, Reader, Waiting

area = Area()

AT_ONCE = 4
MOST_REASON = 300


@area.command("call review", "Confirm answers that wait for you", visibility=Visibility.PRIVATE, reads=True)
def review(ctx: Context) -> Reply:
    """Shows the answers that you can confirm: if a call asks for the leader's word, those of members who endorse you;
    if it asks for a witness, those of all members.

    Confirm only what you know to be true. An answer that nobody confirms within a week does not count. Only you see
    this.
    """
    return _queue(ctx)


@area.action("call.confirm", settled=True)
def confirmed(ctx: Context, call: int, member: str) -> Reply:
    judged, counted = checkins.judge(ctx.tx, ctx.union, ctx.member, call, member, confirmed=True)
    account = display.reachable(ctx.tx, judged.member.id)
    if account is not None:
        told = phrase(
            "{judge} confirmed your answer to {call}.", judge=_me(ctx, account), call=_title(judged)
        )
        ctx.post(account, say(sentences([told, in_a_row(counted)]) if counted else told))
    return _queue(ctx, phrase("Confirmed: {name}.", name=_name(ctx, judged)), edit=True)


@area.action("call.refuse", settled=True)
def refusing(ctx: Context, call: int, member: str) -> Reply:
    question = Question(
        "reason", phrase("Why not? They will see your reason."), "long", max_length=MOST_REASON
    )
    return Reply(
        form=Form(phrase("Refuse an answer"), (question,), "call.refused", {"call": call, "member": member})
    )


@area.action("call.refused", settled=True)
def refused(ctx: Context, call: int, member: str, reason: str) -> Reply:
    judged, _ = checkins.judge(ctx.tx, ctx.union, ctx.member, call, member, confirmed=False)
    account = display.reachable(ctx.tx, judged.member.id)
    if account is not None:
        ctx.post(
            account,
            say(
                phrase(
                    "{judge} did not accept your answer to {call}:",
                    judge=_me(ctx, account),
                    call=_title(judged),
                ),
                p(Text(reason, italic=True)),
                phrase("You can answer again while the call is open: `/call today`."),
            ),
        )
    return _queue(ctx, phrase("Refused: {name}. They are told why.", name=_name(ctx, judged)))


def _queue(ctx: Context, first: str = "", *, edit: bool = False) -> Reply:
    found = checkins.queue(ctx.tx, ctx.union, ctx.member, AT_ONCE)
    blocks: list[Block] = [p(first)] if first else []
    if found:
        shown = _shown(ctx, ctx.place.platform, found)
        return Reply((*blocks, *shown.blocks), shown.buttons, edit=edit)
    if checkins.may_witness(ctx.tx, ctx.member):
        none = phrase("No answers are waiting for you.")
    else:
        none = phrase(
            "No answers are waiting for you. You can confirm what others did once you have linked a wallet, "
            "or {days} days after you joined.",
            days=WITNESS_AFTER.days,
        )
    return Reply((*blocks, p(none)), edit=edit)


def _shown(by: Context | Duty, platform: str, found: Sequence[WaitingAnswer]) -> Reply:
    """Returns these answers, each with its buttons."""
    known = display.of(by.tx, [one.member.id for one in found], platform)
    lines = tuple(_line(by, one, known) for one in found)
    return Reply(lines, tuple(_buttons(one, display.name(known, one.member.id)) for one in found))


def _line(by: Context | Duty, one: WaitingAnswer, known: dict[int, Account]) -> Block:
    shown = (" · ", one.checkin.proof) if one.checkin.proof else ()
    when = Moment(one.checkin.at, by.union.time_zone, "relative")
    return p(face(known.get(one.member.id)), " · ", _title(one), *shown, " · ", when)


def _buttons(one: WaitingAnswer, name: str) -> tuple[AnyButton, ...]:
    which = {"call": one.call.id, "member": one.member.ref}
    lasts = JUDGED_WITHIN * 86_400
    short = one_line(name, 24)
    confirm = Button(
        phrase("Confirm {short}", short=short), "call.confirm", which, Style.PRIMARY, lasts_s=lasts
    )
    if one.call.proof is Proof.WITNESS:
        return (confirm,)
    return confirm, Button(
        phrase("Refuse {short}", short=short), "call.refuse", which, Style.DANGER, lasts_s=lasts
    )


def _title(one: WaitingAnswer) -> Text:
    return bold(one_line(one.call.title))


def _me(ctx: Context, reader: Account) -> Span:
    """Returns the judge's name on the platform of the reader."""
    known = display.of(ctx.tx, [ctx.member.id], reader.platform)
    return face(known.get(ctx.member.id, ctx.account))


def _name(ctx: Context, one: WaitingAnswer) -> str:
    return display.name(display.of(ctx.tx, [one.member.id], ctx.place.platform), one.member.id)


# -- waiting for a word --------------------------------------------------------------------------------------


def _waiting(by: Context | Duty, reader: Reader) -> list[Waiting]:
    """Returns the answers that wait for the reader's word as one thing, because they are judged in a row."""
    if reader.member is None:
        return []
    found = checkins.queue(by.tx, by.union, reader.member, AT_ONCE)
    if not found:
        return []

    def show() -> Reply:
        shown = _shown(by, reader.platform, found)
        first = min(answers.counts_until(by.union, one.checkin) for one in found)
        otherwise = phrase(
            "An answer counts once it is confirmed. If nobody does that within a week, it expires: the first of "
            "these {first}.",
            first=Moment(first, by.union.time_zone),
        )
        return Reply(
            (p(phrase("These answers wait for you to confirm them:")), *shown.blocks, p(otherwise)),
            shown.buttons,
        )

    newest = max(one.call.id for one in found)
    return [Waiting(newest, min(one.checkin.at for one in found), show)]


QUEUE = Queue("answer", _waiting, Notes(answers.unions_waiting, answers.judges))
