"""Saying that two accounts are one person: by a code, by a common wallet, and the slow way."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from bot import membership
from bot.areas.joinings.services import codes, joinings, waiting
from bot.areas.joinings.services.codes import WrongCode
from bot.areas.joinings.services.joinings import Joined, Proposal
from bot.areas.joinings.services.waiting import Expired, Over, Warned
from bot.areas.members.services import members
from bot.chat.chores import Duty, Office
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.model import Code, Moment, Reply, Visibility, bold, p, say
from bot.chat.params import Arg
from bot.domain.names import one_line
from bot.domain.people import Union
from bot.domain.phrases import phrase, plural
from commands import flags
from commands.joinings import notices
from commands.waiting.queues import Queue, Reader, Waiting

area = Area()


@area.command(
    "me same-person",
    "Become one person with another account of yours",
    visibility=Visibility.PRIVATE,
    rate=Rate(10, 600),
    settled=True,
)
def same_person(
    ctx: Context,
    code: Annotated[str | None, Arg("The code that your other account was given", max_length=60)] = None,
) -> Reply:
    """Makes two of your accounts one person, on one platform or on two. You need no wallet.

    Type it in one account to get a code, then with that code in the other one. Both are asked, by name, whether they
    are you: nothing happens until both have said yes. Both must be members of this union. For a day after that, none
    of your accounts can do lasting harm, and the older one can remove the newer one at once.
    """
    if code is None:
        return _code(ctx)
    found = codes.use(ctx.tx, ctx.union, ctx.account, code)
    if isinstance(found, WrongCode):
        return _wrong(ctx, found)
    for one in found.asked:
        ctx.post(one, notices.question(ctx, found, one))
    return notices.question(ctx, found, ctx.account)


def _code(ctx: Context) -> Reply:
    code, until = codes.make(ctx.tx, ctx.union, ctx.account)
    return say(
        phrase(
            "In your other account, type this where {union} is or in a private chat with me:",
            union=bold(one_line(ctx.union.name)),
        ),
        p(Code(f"/me same-person {code}")),
        phrase(
            "It works once, until {until}. Then I ask both accounts. Give it to no one: it is only for another "
            "account of your own.",
            until=Moment(until, ctx.union.time_zone, "time"),
        ),
    )


def _wrong(ctx: Context, wrong: WrongCode) -> Reply:
    if wrong.until is not None:
        until = Moment(wrong.until, ctx.union.time_zone, "time")
        return say(
            phrase("Those were too many wrong codes. Try again after {until}, with a new code.", until=until)
        )
    return say(
        plural(
            wrong.tries_left,
            "No account in this union has this code, or it is older than ten minutes. You have {n:,} try left. "
            "Type `/me same-person` in your other account to get a new code.",
            "No account in this union has this code, or it is older than ten minutes. You have {n:,} tries left. "
            "Type `/me same-person` in your other account to get a new code.",
        ),
    )


# -- a common wallet -----------------------------------------------------------------------------------------


@area.action("joining.ask", settled=True)
def ask(ctx: Context, ticket: int) -> Reply:
    proposal, new = joinings.by_wallet(ctx.tx, ctx.union, ctx.account, ticket)
    if new:
        for one in proposal.asked:
            ctx.post(one, notices.question(ctx, proposal, one))
    return notices.question(ctx, proposal, ctx.account)


@area.action("joining.slow", settled=True)
def begin_slow(ctx: Context, ticket: int) -> Reply:
    proposal, new = waiting.begin(ctx.tx, ctx.union, ctx.account, ticket)
    if new:
        _warn(ctx, proposal, but=ctx.account.id)
    return notices.slow_warning(ctx, proposal, ctx.account)


# -- answering -----------------------------------------------------------------------------------------------


@area.action("joining.show")
def show(ctx: Context, joining: int) -> Reply:
    proposal = joinings.open_for(ctx.tx, ctx.account, joining)
    if proposal.slow:
        return notices.slow_warning(ctx, proposal, ctx.account)
    return notices.question(ctx, proposal, ctx.account)


@area.action("joining.yes")
def agreed(ctx: Context, joining: int) -> Reply:
    # The service refuses an account that waits. It first says whether the question is open: after a joining, a
    # second press is no attempt of a thief.
    done = joinings.agree(ctx.tx, ctx.union, ctx.account, joining, membership.merge)
    if isinstance(done, Proposal):
        return notices.half(ctx, done, ctx.account)
    reader = ctx.account
    ctx.enter(ctx.union.id)  # the account may be another member's now
    _tell_joined(ctx, done, but=reader.id)
    return notices.joined(ctx, done, reader, edit=True)


@area.action("joining.no")
def refused(ctx: Context, joining: int) -> Reply:
    done = joinings.refuse(ctx.tx, ctx.union, ctx.account, joining)
    proposal = done.proposal
    for one in (*members.accounts_of(ctx.tx, proposal.asking.member_id), *proposal.asked):
        if one.member_id == ctx.member.id:
            continue
        if done.blamed is not None:
            ctx.post(one, notices.refused(ctx, proposal, one))
        else:
            ctx.post(one, notices.withdrawn(ctx, proposal, one))
    for one in members.other_accounts(ctx.tx, ctx.member.id, ctx.account):
        ctx.post(one, _ended_by_you(ctx, proposal, withdrawn=done.blamed is None))
    flags.tell(ctx, done.raised)
    if done.blamed is None:
        return say(phrase("You took the question back. Nothing was changed."), edit=True)
    other = bold(notices.names(proposal.others(ctx.account)))
    return say(
        phrase(
            "Noted: {other} is not you. Nothing was changed, and they cannot ask again for a week.",
            other=other,
        ),
        phrase("If they signed with a wallet of yours, move what it holds to a new wallet."),
        edit=True,
    )


def _ended_by_you(ctx: Context, proposal: Proposal, *, withdrawn: bool) -> Reply:
    other = bold(notices.names(proposal.others(ctx.account)))
    union = bold(one_line(ctx.union.name))
    if withdrawn:
        return say(
            phrase(
                "Another account of yours took back the question whether {other} is you in {union}. Nothing was "
                "changed.",
                other=other,
                union=union,
            )
        )
    return say(
        phrase(
            "Another account of yours said that {other} is not you in {union}. Nothing was changed.",
            other=other,
            union=union,
        )
    )


# -- without a press -----------------------------------------------------------------------------------------


@area.chore
async def unanswered(office: Office) -> None:
    """Ends questions that nobody answered, and warns and joins by the slow way."""

    async def go_on(due: tuple[Union, int]) -> None:
        union, joining = due
        await office.write(union, _step, joining)

    await office.each(await office.read(waiting.due), go_on)


def _step(duty: Duty, joining: int) -> None:
    done = waiting.step(duty.tx, duty.union, joining, membership.merge)
    if isinstance(done, Warned):
        _warn(duty, done.proposal)
    elif isinstance(done, Expired):
        for one in (*members.accounts_of(duty.tx, done.proposal.asking.member_id), *done.proposal.asked):
            duty.post(one, notices.expired(duty, done.proposal, one), bulk=False)
    elif isinstance(done, Over):
        for one in done.accounts:
            duty.post(one, notices.over(duty), bulk=False)
    elif isinstance(done, Joined):
        _tell_joined(duty, done)


def _warn(by: Context | Duty, proposal: Proposal, but: int | None = None) -> None:
    """Tells all accounts of both sides that the slow way runs."""
    for one in (*members.accounts_of(by.tx, proposal.asking.member_id), *proposal.asked):
        if one.id != but:
            by.post(one, notices.slow_warning(by, proposal, one), bulk=False)


def _tell_joined(by: Context | Duty, done: Joined, but: int | None = None) -> None:
    for one in (*done.asking, *done.asked):
        if one.id != but:
            by.post(one, notices.joined(by, done, one), bulk=False)


# -- waiting for an answer -----------------------------------------------------------------------------------


def _waiting(by: Context | Duty, reader: Reader) -> list[Waiting]:
    """Returns the questions that wait for the reader's account, and the slow ways that it can stop."""
    account = reader.account
    if account is None:
        return []
    found = []
    for one in joinings.of_account(by.tx, account):
        asking = account.member_id == one.joining.asking_id
        answered = one.joining.asking_agreed if asking else one.joining.asked_agreed
        if not answered:
            notice = notices.slow_warning if one.slow else notices.question
            found.append(Waiting(one.joining.id, one.joining.created_at, partial(notice, by, one, account)))
    return found


QUEUE = Queue("joining", _waiting)
