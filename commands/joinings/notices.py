"""What accounts are told of a joining. Every warning has the button that undoes what it warns of."""

from __future__ import annotations

from collections.abc import Sequence

from bot.areas.joinings.domain import LASTS, SLOW_LASTS, WARNED_AFTER
from bot.areas.joinings.services.joinings import Joined, Proposal
from bot.areas.members.services.members import JOINING_WAIT
from bot.chat.chores import Duty
from bot.chat.context import Context
from bot.chat.model import (
    AnyButton,
    Block,
    Button,
    Moment,
    Reply,
    Style,
    bold,
    items,
    p,
    say,
)
from bot.domain.names import one_line
from bot.domain.people import Account
from bot.domain.phrases import phrase, plural
from commands.members.accounts import identified, named, removal

LASTS_S = int(LASTS.total_seconds())
SLOW_S = int((SLOW_LASTS * 3).total_seconds())  # it takes longer if the bot was away
MOST_NAMED = 5
_YES = phrase("Yes, that is me")
_STOP = phrase("Stop it")
_WAIT = plural(int(JOINING_WAIT.total_seconds()) // 3600, "{n} hour", "{n} hours")
_MEANS = phrase(
    "After that you count as one person, with everything that either has, and this cannot be undone. Say yes only "
    "if both accounts are yours. If someone asked you to press it, they are after what you have here. For {wait} "
    "afterwards, none of your accounts can lead, hand over, moderate, link or leave.",
    wait=_WAIT,
)


def question(by: Context | Duty, proposal: Proposal, reader: Account) -> Reply:
    """Asks an account whether the other side is the same person."""
    which = {"joining": proposal.joining.id}
    yes = Button(_YES, "joining.yes", which, Style.PRIMARY, single_use=False, lasts_s=LASTS_S)
    no = Button(phrase("Not me"), "joining.no", which, Style.DANGER, lasts_s=LASTS_S)
    return say(
        phrase("Is this also you, in {union}?", union=bold(one_line(by.union.name))),
        _accounts(by, proposal.others(reader)),
        p(_MEANS),
        phrase(
            "Nothing happens until both accounts have pressed {yes}. You can answer until {expires_at}.",
            yes=bold(_YES),
            expires_at=Moment(proposal.joining.expires_at, by.union.time_zone),
        ),
        buttons=((yes, no),),
    )


def half(by: Context | Duty, proposal: Proposal, reader: Account) -> Reply:
    """Says that one side agreed, and the other did not answer yet."""
    stop = Button(phrase("Take it back"), "joining.no", {"joining": proposal.joining.id}, lasts_s=LASTS_S)
    return say(
        phrase("You said that this is also you, in {union}:", union=bold(one_line(by.union.name))),
        _accounts(by, proposal.others(reader)),
        phrase(
            "Now press {yes} there, in that account's private chat with me. I have asked it already.",
            yes=bold(_YES),
        ),
        buttons=((stop,),),
        edit=True,
    )


def slow_warning(by: Context | Duty, proposal: Proposal, reader: Account) -> Reply:
    """Tells an account of either side that the slow way runs, and how to stop it."""
    stop = Button(_STOP, "joining.no", {"joining": proposal.joining.id}, Style.DANGER, lasts_s=SLOW_S)
    mine = reader.member_id == proposal.joining.asking_id
    ends = Moment(proposal.joining.expires_at, by.union.time_zone)
    _, second, last = WARNED_AFTER
    blocks: list[Block] = [
        p(
            phrase(
                "An account in {union} signed with a wallet of yours. It says that it is you, and that you lost "
                "the account that you have here:",
                union=bold(one_line(by.union.name)),
            )
        )
        if not mine
        else p(phrase("You will be one person in {union} with:", union=bold(one_line(by.union.name)))),
        _accounts(by, proposal.others(reader)),
        p(
            phrase(
                "This happens on {ends}, unless one of these accounts stops it. All of them are told at the "
                "start, after {second} days and after {last} days.",
                ends=ends,
                second=second.days,
                last=last.days,
            )
        ),
    ]
    if not mine:
        blocks.append(
            p(
                phrase(
                    "If that is not you, press {stop}. They can sign with that wallet, so move what it holds "
                    "to a new wallet.",
                    stop=bold(_STOP),
                )
            )
        )
    return Reply(tuple(blocks), ((stop,),))


def joined(by: Context | Duty, done: Joined, reader: Account, *, edit: bool = False) -> Reply:
    """Tells an account that two members are one now, with buttons that remove the other side's accounts."""
    mine = {account.id for account in done.asking}
    others = done.asked if reader.id in mine else done.asking
    waits = max((one.waits_until for one in (*done.asking, *done.asked) if one.waits_until), default=by.now)
    return say(
        phrase(
            "You are now one person in {union} with:",
            union=bold(one_line(by.union.name)),
        ),
        _accounts(by, others),
        phrase(
            "For {wait}, until {until}, none of your accounts can change who you are, move money, "
            "lead, hand over or leave, and your wallets do not count.",
            wait=_WAIT,
            until=Moment(waits, by.union.time_zone),
        ),
        *_leaderless(done),
        phrase("If this was not you, remove that account now. `/me` shows your accounts."),
        buttons=tuple(_removals(others)),
        edit=edit,
    )


def refused(by: Context | Duty, proposal: Proposal, reader: Account) -> Reply:
    """Tells the side that was refused."""
    return say(
        phrase(
            "Someone in {union} said that you are not the same person. Nothing was changed:",
            union=bold(one_line(by.union.name)),
        ),
        _accounts(by, proposal.others(reader)),
        phrase("You cannot ask again for a week. If that is you after all, ask from your other account."),
    )


def withdrawn(by: Context | Duty, proposal: Proposal, reader: Account) -> Reply:
    """Tells the side that was asked that the question was taken back."""
    return say(
        phrase(
            "The question whether this is also you in {union} was taken back. Nothing was changed:",
            union=bold(one_line(by.union.name)),
        ),
        _accounts(by, proposal.others(reader)),
    )


def expired(by: Context | Duty, proposal: Proposal, reader: Account) -> Reply:
    """Tells either side that the question ended without an answer."""
    union = bold(one_line(by.union.name))
    return say(
        phrase(
            "You did not become one person in {union} with this account, because the wallet is no longer held as "
            "it was. Nothing was changed:",
            union=union,
        )
        if proposal.slow
        else phrase(
            "You did not become one person in {union} with this account, because not both accounts said yes in "
            "time. Nothing was changed:",
            union=union,
        ),
        _accounts(by, proposal.others(reader)),
        phrase("Type `/me same-person` to ask again."),
    )


def over(by: Context | Duty) -> Reply:
    """Tells an account whose proposal ended because the other side is gone. It names nobody."""
    return say(
        phrase(
            "The question whether you and another account are one person in {union} is over. One of the accounts "
            "left, was removed, became part of another member, or was refused by others.",
            union=bold(one_line(by.union.name)),
        ),
        phrase("Type `/me same-person` to ask again."),
    )


def _accounts(by: Context | Duty, accounts: Sequence[Account]) -> Block:
    rows = [identified(account, by.union.time_zone) for account in accounts[:MOST_NAMED]]
    left = len(accounts) - MOST_NAMED
    return items(*rows, *([_more(left)] if left > 0 else []))


def _more(left: int) -> str:
    return plural(left, "{n:,} more account of the same person", "{n:,} more accounts of the same person")


def _removals(accounts: Sequence[Account]) -> list[tuple[AnyButton, ...]]:
    return [(removal(account),) for account in accounts[:MOST_NAMED]]


def _leaderless(done: Joined) -> list[Block]:
    if not done.leaderless:
        return []
    return [
        p(
            phrase(
                "You endorse no one now, because your accounts endorsed different people and others follow you. "
                "Once your accounts no longer wait, choose a leader with `/endorse`."
            )
        )
    ]


def names(accounts: Sequence[Account]) -> str:
    """Returns accounts in words, on one line."""
    return ", ".join(named(account) for account in accounts[:MOST_NAMED])
