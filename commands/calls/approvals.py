"""The second look: the hosts that a union trusts, and the approval of calls that lead elsewhere or show a picture."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import partial
from typing import Annotated, Literal

from bot.areas.calls.domain.calls import Call
from bot.areas.calls.domain.texts import clock, texts_of
from bot.areas.calls.services import approvals as call_approvals
from bot.areas.calls.services import schedule as call_schedule
from bot.areas.flags import services as flags
from bot.areas.members.services import display
from bot.areas.waiting import services as notes
from bot.chat.chores import Duty
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.model import (
    AnyButton,
    Block,
    Button,
    Code,
    Moment,
    Reply,
    Span,
    Style,
    Visibility,
    bold,
    items,
    p,
    say,
)
from bot.chat.params import Arg
from bot.chat.targets import Target
from bot.domain.hosts import shown_hosts
from bot.domain.names import one_line
from bot.domain.people import Account, Permission, Union
from bot.domain.phrases import phrase
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotAllowed
from commands.calls.posts import text
from commands.calls.words import STATES, called, day_name
from commands.waiting.queues import Notes, Queue, Reader, Waiting, moderators_to_tell

area = Area()

PER_PAGE = 2
UNPLANNED_S = 14 * 86_400
"""The buttons about a call without a day work for so long."""


# -- the list of hosts ---------------------------------------------------------------------------------------


@area.command(
    "call hosts",
    "Hosts that links in calls may lead to without approval",
    permission=Permission.LEADER,
    visibility=Visibility.PRIVATE,
)
def hosts(
    ctx: Context,
    action: Annotated[Literal["list", "add", "remove"], Arg("What to do; lists them if left out")] = "list",
    host: Annotated[
        str | None, Arg("Like example.org; its subdomains are hosts of their own", max_length=300)
    ] = None,
) -> Reply:
    """A call whose words lead to any other host waits until somebody else has approved it, and so does every call
    with a picture. Only the founder changes the list; calls that waited for nothing else are let through at once.
    """
    if action == "list":
        known = call_approvals.hosts(ctx.tx, ctx.union)
        return (
            say(phrase("Trusted hosts:"), items(*map(Code, known)))
            if known
            else say(phrase("No host is trusted yet."))
        )
    ctx.require(Permission.FOUNDER)
    if host is None:
        raise BadInput(phrase("host: say which, like example.org."))
    if action == "remove":
        return say(
            phrase(
                "{forbid} is not trusted any more.",
                forbid=Code(call_approvals.forbid(ctx.tx, ctx.union, ctx.member, host)),
            )
        )
    name, freed = call_approvals.allow(ctx.tx, ctx.union, ctx.member, host)
    more = phrase(" Let through: {map}.", map=", ".join(map(called, freed))) if freed else ""
    return say(phrase("{name} is trusted from now on.{more}", name=Code(name), more=more))


# -- asking --------------------------------------------------------------------------------------------------


def ask_for_approval(ctx: Context, call: Call) -> list[Block]:
    """Asks others to approve a call, if it needs approval. Returns the blocks that tell its author about it."""
    if call.approved:
        return []
    words = f"{_fingerprint(call)}:{call.day or ''}"  # nobody is asked twice about the same words and day
    asked, chat = 0, flags.alerts(ctx.tx, ctx.union)
    if chat is not None:
        target = Target(chat.platform, chat=chat.chat, thread=chat.thread)
        ctx.post(target, _request(ctx, call), f"approve:{call.id}:{words}:chat")
        asked += 1
    for account in _to_ask(ctx.tx, ctx.union, call):
        ctx.post(account, _request(ctx, call), f"approve:{call.id}:{words}:{account.id}")
        notes.tell(ctx.tx, ctx.union, account.member_id, QUEUE.kind, call.id)
        asked += 1
    if asked:
        why = phrase(": somebody else was asked to approve it, and until then it is not posted.")
        return [p(phrase("It {waits_for}{why}", waits_for=waits_for(ctx, call), why=why))]
    trust: list[str | Span] = (
        [phrase(" The founder can also trust a host for good: "), Code("/call hosts"), "."]
        if call_approvals.new_hosts(ctx.tx, ctx.union, call)
        else []
    )
    return [
        p(
            phrase(
                "It {waits_for}, so it is not posted until another leader, or a moderator of the union, "
                "approves it: they type `/call approvals`. Nobody could be asked at present: the founder "
                "can name somebody with `/moderators add`.{trust}",
                waits_for=waits_for(ctx, call),
                trust=trust,
            )
        )
    ]


def _to_ask(tx: Tx, union: Union, call: Call) -> list[Account]:
    """Returns the accounts to ask at once. If there is no leader to ask, they are those of a few moderators."""
    found = call_approvals.judges(tx, union, call)
    if found:
        return found
    named = [one for one in moderators_to_tell(tx, union) if one != call.author_id]
    accounts = (display.reachable(tx, one) for one in named[: call_approvals.MOST_ASKED])
    return [account for account in accounts if account is not None]


def waits_for(ctx: Context | Duty, call: Call) -> list[str | Span]:
    """Returns what a call needs approval for, after a subject: “leads to evil.com and shows a picture”."""
    hosts = call_approvals.new_hosts(ctx.tx, ctx.union, call)
    parts: list[str | Span] = [phrase("leads to "), Code(shown_hosts(hosts))] if hosts else []
    if call.file_id is not None:
        parts.append(" and shows a picture" if hosts else "shows a picture")
    return parts or ["waits for approval"]


def _fingerprint(call: Call) -> str:
    """Returns a value that changes when the texts of the call change."""
    return hashlib.sha256(repr(texts_of(call)).encode()).hexdigest()[:16]


def _request(ctx: Context, call: Call) -> Reply:
    ends = Moment(ctx.now + timedelta(seconds=_lasts_s(ctx, call)), ctx.union.time_zone)
    later = p(
        phrase(
            "The buttons work until {ends}. If it still waits then, `/call approvals` shows it.", ends=ends
        )
    )
    return Reply((*_description(ctx, call, ctx.place.platform), later), (_buttons(ctx, call, anyone=True),))


def _description(ctx: Context | Duty, call: Call, platform: str) -> tuple[Block, ...]:
    author = display.of(ctx.tx, [call.author_id], platform)
    when = STATES[call.state]
    if call.day is not None:
        when = phrase(
            "planned for {day_name} at {opens}",
            day_name=day_name(call.day, call_schedule.today(ctx.tx, ctx.union)),
            opens=clock(call.opens),
        )
    return (
        p(
            phrase(
                "A call in {union} by {name}, {when}, {waits_for}. Look where that leads, and whether it "
                "may be posted. {value}",
                union=bold(one_line(ctx.union.name)),
                name=display.name(author, call.author_id),
                when=when,
                waits_for=waits_for(ctx, call),
                value=["A code in the picture can lead somewhere too."] if call.file_id is not None else [],
            ),
        ),
        *text(ctx, call, 0).blocks,
    )


def _buttons(ctx: Context | Duty, call: Call, *, anyone: bool) -> tuple[AnyButton, ...]:
    which, number = {"call": call.id, "words": _fingerprint(call)}, phrase(" no. {call}", call=call.id)
    lasts_s = _lasts_s(ctx, call)
    approve = Button(
        phrase("Approve{number}", number=number),
        "approval.give",
        which,
        Style.PRIMARY,
        anyone=anyone,
        lasts_s=lasts_s,
    )
    return (
        approve,
        Button(
            phrase("Refuse{number}", number=number),
            "approval.refuse",
            which,
            Style.DANGER,
            anyone=anyone,
            lasts_s=lasts_s,
        ),
    )


def _lasts_s(ctx: Context | Duty, call: Call) -> int:
    """How long the buttons work: until the call is over, or for some days if it has no day yet."""
    if call.closes_at is None:
        return UNPLANNED_S
    return max(int((call.closes_at - ctx.now).total_seconds()), 60)


# -- deciding ------------------------------------------------------------------------------------------------


@area.command(
    "call approvals",
    "Calls whose links or pictures wait for a second look",
    permission=Permission.ANYONE,
    visibility=Visibility.PRIVATE,
)
def waiting(ctx: Context) -> Reply:
    """For leaders and moderators of the union: what is to be posted and leads to a host that the union does not
    trust, or shows a picture. Look where it leads before you approve it. Who wrote a call cannot approve it.
    """
    _require_judge(ctx)
    found = call_approvals.pending(ctx.tx, ctx.union)
    if not found:
        return say(phrase("No call waits for approval."))
    page = found[
        : 1 if any(call.file_id for call in found[:PER_PAGE]) else PER_PAGE
    ]  # a message has one picture
    blocks = [
        block for call in page for block in (*_description(ctx, call, ctx.place.platform), *_own(ctx, call))
    ]
    more = [p(phrase("{found} more wait.", found=len(found) - len(page)))] if len(found) > len(page) else []
    return Reply(
        (*blocks, *more), tuple(_buttons(ctx, call, anyone=False) for call in page if not _own(ctx, call))
    )


def _own(ctx: Context, call: Call) -> list[Block]:
    """Tells the author of a call that somebody else decides about it; nothing for others."""
    member = ctx.standing.member
    if member is None or member.id != call.author_id:
        return []
    return [
        p(phrase("You wrote this yourself, so another leader or a moderator of the union decides about it."))
    ]


@area.action("approval.give", permission=Permission.ANYONE)
def approve(ctx: Context, call: int, words: str) -> Reply:
    _require_judge(ctx)
    _require_seen(ctx, call, words)
    done = call_approvals.approve(ctx.tx, ctx.union, ctx.standing.member, call)
    _tell_author(ctx, done, "is approved.")
    return say(phrase("{done} is approved.", done=bold(called(done))), edit=True)


@area.action("approval.refuse", permission=Permission.ANYONE)
def refuse(ctx: Context, call: int, words: str) -> Reply:
    _require_judge(ctx)
    _require_seen(ctx, call, words)
    done = call_approvals.refuse(ctx.tx, ctx.union, ctx.standing.member, call)
    _tell_author(
        ctx,
        done,
        "was not approved. It is a draft again: change where it leads or what it shows, and plan it once more.",
    )
    return say(phrase("{done} is refused, and a draft again.", done=bold(called(done))), edit=True)


def _tell_author(ctx: Context, call: Call, decision: str) -> None:
    account = display.reachable(ctx.tx, call.author_id)
    if account is not None:
        ctx.post(
            account, say(phrase("Your call {call} {decision}", call=bold(called(call)), decision=decision))
        )


def _require_seen(ctx: Context, call_id: int, words: str) -> None:
    """Raises NotAllowed if the call was changed after these words of it were shown."""
    found = call_approvals.waiting(ctx.tx, ctx.union, call_id)
    if _fingerprint(found) != words:
        raise NotAllowed(phrase("This call was changed since. `/call approvals` shows what it says now."))


def _require_judge(ctx: Context) -> None:
    ctx.require(Permission.LEADER if ctx.may(Permission.LEADER) else Permission.UNION_MODERATOR)
    ctx.require_welcome()  # `Context.admit` does not ask it of what anyone may use


# -- waiting for a second look -------------------------------------------------------------------------------


def _waiting(by: Context | Duty, reader: Reader) -> list[Waiting]:
    """Returns the calls that the reader may approve."""
    if not reader.judge:
        return []
    own = reader.member.id if reader.member is not None else None
    return [
        Waiting(call.id, call.created_at, partial(_to_approve, by, call, reader.platform))
        for call in call_approvals.pending(by.tx, by.union)
        if call.author_id != own
    ]


def _to_approve(by: Context | Duty, call: Call, platform: str) -> Reply:
    otherwise = phrase("If nobody approves it, it is not posted, and goes on waiting.")
    if call.closes_at is not None:
        otherwise = phrase(
            "If nobody approves it before {closes_at}, it is not posted, and its author is told.",
            closes_at=Moment(call.closes_at, by.union.time_zone),
        )
    return Reply((*_description(by, call, platform), p(otherwise)), (_buttons(by, call, anyone=False),))


def _to_tell(tx: Tx, union: Union) -> list[tuple[int, int]]:
    named, found = moderators_to_tell(tx, union), []
    for call in call_approvals.pending(tx, union):
        asked = [account.member_id for account in call_approvals.judges(tx, union, call)]
        found += [(one, call.id) for one in dict.fromkeys([*asked, *named]) if one != call.author_id]
    return found


QUEUE = Queue("call", _waiting, Notes(call_approvals.unions_waiting, _to_tell))
