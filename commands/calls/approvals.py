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
from bot.domain.phrases import Phrase, phrase, plural, sentences
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotAllowed
from commands.calls.posts import text
from commands.calls.words import STATES, called, day_name, listed
from commands.waiting.queues import Notes, Queue, Reader, Waiting, moderators_to_tell

area = Area()

PER_PAGE = 2
UNPLANNED_S = 14 * 86_400
"""The buttons about a call without a day work for so long."""


# -- the list of hosts ---------------------------------------------------------------------------------------


@area.command(
    "call hosts",
    "Hosts that calls may link to without approval",
    permission=Permission.LEADER,
    visibility=Visibility.PRIVATE,
)
def hosts(
    ctx: Context,
    action: Annotated[
        Literal["list", "add", "remove"], Arg("What to do; shows the list if left out")
    ] = "list",
    host: Annotated[
        str | None, Arg("Like example.org; subdomains have to be added one by one", max_length=300)
    ] = None,
) -> Reply:
    """A call that leads to any other host waits until someone else approves it, and so does every call with a
    picture. Only the founder changes the list. Calls that wait only because of a host that is added now are let
    through at once.
    """
    if action == "list":
        known = call_approvals.hosts(ctx.tx, ctx.union)
        return (
            say(phrase("Trusted hosts:"), items(*map(Code, known)))
            if known
            else say(
                phrase("No host is trusted yet. The founder adds one with `/call hosts add example.org`.")
            )
        )
    ctx.require(Permission.FOUNDER)
    if host is None:
        raise BadInput(phrase("Say which host, for example `/call hosts add example.org`."))
    if action == "remove":
        return say(
            phrase(
                "{host} is no longer trusted.",
                host=Code(call_approvals.forbid(ctx.tx, ctx.union, ctx.member, host)),
            )
        )
    name, freed = call_approvals.allow(ctx.tx, ctx.union, ctx.member, host)
    said = [phrase("{host} is trusted from now on.", host=Code(name))]
    if freed:
        said.append(phrase("These calls no longer wait: {calls}.", calls=listed(map(called, freed))))
    return say(sentences(said))


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
        return [
            p(
                sentences(
                    [
                        why_it_waits(ctx, call),
                        phrase("I asked someone else to approve it. It is not posted before that."),
                    ]
                )
            )
        ]
    said = [
        why_it_waits(ctx, call),
        phrase(
            "Another leader or a moderator of the union has to approve it with `/call approvals` first. I found "
            "nobody to ask: the founder can appoint someone with `/moderators add`."
        ),
    ]
    if call_approvals.new_hosts(ctx.tx, ctx.union, call):
        said.append(phrase("The founder can also trust a host for good with `/call hosts`."))
    return [p(sentences(said))]


def _to_ask(tx: Tx, union: Union, call: Call) -> list[Account]:
    """Returns the accounts to ask at once. If there is no leader to ask, they are those of a few moderators."""
    found = call_approvals.judges(tx, union, call)
    if found:
        return found
    named = [one for one in moderators_to_tell(tx, union) if one != call.author_id]
    accounts = (display.reachable(tx, one) for one in named[: call_approvals.MOST_ASKED])
    return [account for account in accounts if account is not None]


def why_it_waits(ctx: Context | Duty, call: Call) -> Phrase:
    """Says why a call needs approval: “It leads to evil.com and shows a picture.”"""
    hosts = call_approvals.new_hosts(ctx.tx, ctx.union, call)
    if hosts and call.file_id is not None:
        return phrase("It leads to {hosts} and shows a picture.", hosts=Code(shown_hosts(hosts)))
    if hosts:
        return phrase("It leads to {hosts}.", hosts=Code(shown_hosts(hosts)))
    return phrase("It shows a picture.") if call.file_id is not None else phrase("It waits for approval.")


def _fingerprint(call: Call) -> str:
    """Returns a value that changes when the texts of the call change."""
    return hashlib.sha256(repr(texts_of(call)).encode()).hexdigest()[:16]


def _request(ctx: Context, call: Call) -> Reply:
    ends = Moment(ctx.now + timedelta(seconds=_lasts_s(ctx, call)), ctx.union.time_zone)
    later = p(phrase("The buttons work until {ends}. After that, find it with `/call approvals`.", ends=ends))
    return Reply((*_description(ctx, call, ctx.place.platform), later), (_buttons(ctx, call, anyone=True),))


def _description(ctx: Context | Duty, call: Call, platform: str) -> tuple[Block, ...]:
    author = display.of(ctx.tx, [call.author_id], platform)
    said = [
        phrase(
            "{author} wrote this call for {union}.",
            author=display.name(author, call.author_id),
            union=bold(one_line(ctx.union.name)),
        )
    ]
    if call.day is not None:
        when = day_name(call.day, call_schedule.today(ctx.tx, ctx.union))
        said.append(phrase("It is planned for {day} at {opens}.", day=when, opens=clock(call.opens)))
    else:
        said.append(phrase("It is {state}.", state=STATES[call.state]))
    said += [why_it_waits(ctx, call), phrase("Check where it leads and whether it may be posted.")]
    if call.file_id is not None:
        said.append(phrase("A code in the picture can lead somewhere too."))
    return (
        p(sentences(said)),
        *text(ctx, call, 0).blocks,
    )


def _buttons(ctx: Context | Duty, call: Call, *, anyone: bool) -> tuple[AnyButton, ...]:
    which = {"call": call.id, "words": _fingerprint(call)}
    lasts_s = _lasts_s(ctx, call)
    approve = Button(
        phrase("Approve no. {call}", call=call.id),
        "approval.give",
        which,
        Style.PRIMARY,
        anyone=anyone,
        lasts_s=lasts_s,
    )
    return (
        approve,
        Button(
            phrase("Refuse no. {call}", call=call.id),
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
    "Calls that wait for your approval, because of a link or a picture",
    permission=Permission.ANYONE,
    visibility=Visibility.PRIVATE,
)
def waiting(ctx: Context) -> Reply:
    """For leaders and moderators of the union: calls that lead to a host that the union does not trust, or show a
    picture. Check where they lead before you approve them. Nobody can approve their own call.
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
    more = (
        [p(plural(len(found) - len(page), "{n} more call waits.", "{n:,} more calls wait."))]
        if len(found) > len(page)
        else []
    )
    return Reply(
        (*blocks, *more), tuple(_buttons(ctx, call, anyone=False) for call in page if not _own(ctx, call))
    )


def _own(ctx: Context, call: Call) -> list[Block]:
    """Tells the author of a call that somebody else decides about it; nothing for others."""
    member = ctx.standing.member
    if member is None or member.id != call.author_id:
        return []
    return [p(phrase("You wrote this yourself, so another leader or a moderator of the union decides."))]


@area.action("approval.give", permission=Permission.ANYONE)
def approve(ctx: Context, call: int, words: str) -> Reply:
    _require_judge(ctx)
    _require_seen(ctx, call, words)
    done = call_approvals.approve(ctx.tx, ctx.union, ctx.standing.member, call)
    _tell_author(ctx, phrase("Your call {call} is approved.", call=bold(called(done))), done)
    return say(phrase("{call} is approved.", call=bold(called(done))), edit=True)


@area.action("approval.refuse", permission=Permission.ANYONE)
def refuse(ctx: Context, call: int, words: str) -> Reply:
    _require_judge(ctx)
    _require_seen(ctx, call, words)
    done = call_approvals.refuse(ctx.tx, ctx.union, ctx.standing.member, call)
    words = phrase(
        "Your call {call} was not approved and is a draft again. Change its links or picture, then plan it "
        "once more.",
        call=bold(called(done)),
    )
    _tell_author(ctx, words, done)
    return say(phrase("{call} is refused and is a draft again.", call=bold(called(done))), edit=True)


def _tell_author(ctx: Context, decision: str, call: Call) -> None:
    account = display.reachable(ctx.tx, call.author_id)
    if account is not None:
        ctx.post(account, say(decision))


def _require_seen(ctx: Context, call_id: int, words: str) -> None:
    """Raises NotAllowed if the call was changed after these words of it were shown."""
    found = call_approvals.waiting(ctx.tx, ctx.union, call_id)
    if _fingerprint(found) != words:
        raise NotAllowed(phrase("This call has changed since. Look at it again with `/call approvals`."))


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
    otherwise = phrase("Until someone approves it, it is not posted.")
    if call.closes_at is not None:
        otherwise = phrase(
            "If nobody approves it before {closes}, it is not posted, and its author is told.",
            closes=Moment(call.closes_at, by.union.time_zone),
        )
    return Reply((*_description(by, call, platform), p(otherwise)), (_buttons(by, call, anyone=False),))


def _to_tell(tx: Tx, union: Union) -> list[tuple[int, int]]:
    named, found = moderators_to_tell(tx, union), []
    for call in call_approvals.pending(tx, union):
        asked = [account.member_id for account in call_approvals.judges(tx, union, call)]
        found += [(one, call.id) for one in dict.fromkeys([*asked, *named]) if one != call.author_id]
    return found


QUEUE = Queue("call", _waiting, Notes(call_approvals.unions_waiting, _to_tell))
