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
from bot.domain.phrases import phrase
from commands.members.accounts import identified, named, removal

LASTS_S = int(LASTS.total_seconds())
SLOW_S = int((SLOW_LASTS * 3).total_seconds())  # it takes longer if the bot was away
MOST_NAMED = 5
_WAIT = phrase("{int} hours", int=int(JOINING_WAIT.total_seconds()) // 3600)
_MEANS = phrase(
    "Then you count as one person, with everything that either has, and this cannot be taken "
    "apart again. Say yes only if both accounts are yours. If somebody asked you to press "
    "it, they are after what you have here. For {wait} after it, none of your accounts can "
    "lead, hand over, moderate, link or leave.",
    wait=_WAIT,
)


def question(by: Context | Duty, proposal: Proposal, reader: Account) -> Reply:
    """Asks an account whether the other side is the same person."""
    which = {"joining": proposal.joining.id}
    yes = Button(
        phrase("Yes, that is me"), "joining.yes", which, Style.PRIMARY, single_use=False, lasts_s=LASTS_S
    )
    no = Button(phrase("Not me"), "joining.no", which, Style.DANGER, lasts_s=LASTS_S)
    return say(
        phrase("Is this you, too, in {union}?", union=bold(one_line(by.union.name))),
        _accounts(by, proposal.others(reader)),
        p(_MEANS),
        phrase(
            "Nothing happens before both accounts pressed “Yes, that is me”. The question ends {expires_at}.",
            expires_at=Moment(proposal.joining.expires_at, by.union.time_zone),
        ),
        buttons=((yes, no),),
    )


def half(by: Context | Duty, proposal: Proposal, reader: Account) -> Reply:
    """Says that one side agreed, and the other did not answer yet."""
    stop = Button(phrase("Take it back"), "joining.no", {"joining": proposal.joining.id}, lasts_s=LASTS_S)
    return say(
        phrase("You said that this is you, in {union}:", union=bold(one_line(by.union.name))),
        _accounts(by, proposal.others(reader)),
        phrase("Now press “Yes, that is me” there, in your private chat with me. It was asked."),
        buttons=((stop,),),
        edit=True,
    )


def slow_warning(by: Context | Duty, proposal: Proposal, reader: Account) -> Reply:
    """Tells an account of either side that the slow way runs, and how to stop it."""
    stop = Button(
        phrase("Stop it"), "joining.no", {"joining": proposal.joining.id}, Style.DANGER, lasts_s=SLOW_S
    )
    mine = reader.member_id == proposal.joining.asking_id
    ends = Moment(proposal.joining.expires_at, by.union.time_zone)
    days = phrase(
        "{days} and {days_2}",
        days=", ".join(str(after.days) for after in WARNED_AFTER[:-1]),
        days_2=WARNED_AFTER[-1].days,
    )
    blocks: list[Block] = [
        p(
            phrase(
                "An account signed with a wallet of yours in {union}, says that it is you, and that it "
                "lost this account:",
                union=bold(one_line(by.union.name)),
            )
        )
        if not mine
        else p(phrase("You will be one person in {union} with:", union=bold(one_line(by.union.name)))),
        _accounts(by, proposal.others(reader)),
        p(
            phrase(
                "This happens {ends}, unless one of these accounts stops it. All of them are told on "
                "days {days}.",
                ends=ends,
                days=days,
            )
        ),
    ]
    if not mine:
        blocks.append(
            p(
                phrase(
                    "If it is not you: stop it. Whoever it is can sign with that wallet, so move what it "
                    "holds to a new one."
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
            "{you_are} in {union} with:",
            you_are=bold(phrase("You are one person now")),
            union=bold(one_line(by.union.name)),
        ),
        _accounts(by, others),
        phrase(
            "For {wait}, until {waits}, none of your accounts can change who you are, move money, "
            "lead, hand over or leave, and your wallets do not count.",
            wait=_WAIT,
            waits=Moment(waits, by.union.time_zone),
        ),
        *_leaderless(done),
        phrase("If this was not you: remove that account now. `/me` shows your accounts."),
        buttons=tuple(_removals(others)),
        edit=edit,
    )


def refused(by: Context | Duty, proposal: Proposal, reader: Account) -> Reply:
    """Tells the side that was refused."""
    return say(
        phrase(
            "Somebody says that you are not them, in {union}. Nothing was changed:",
            union=bold(one_line(by.union.name)),
        ),
        _accounts(by, proposal.others(reader)),
        phrase("You cannot ask again for a week. If they are you, ask from your other account."),
    )


def withdrawn(by: Context | Duty, proposal: Proposal, reader: Account) -> Reply:
    """Tells the side that was asked that the question was taken back."""
    return say(
        phrase(
            "A question whether somebody is you, in {union}, was taken back. Nothing was changed:",
            union=bold(one_line(by.union.name)),
        ),
        _accounts(by, proposal.others(reader)),
    )


def expired(by: Context | Duty, proposal: Proposal, reader: Account) -> Reply:
    """Tells either side that the question ended without an answer."""
    why = (
        phrase("ended, because that wallet is not held as it was")
        if proposal.slow
        else phrase("ended, because not both accounts said yes in time")
    )
    return say(
        phrase(
            "The question whether you are one person in {union} with this account {why}. Nothing was "
            "changed:",
            union=bold(one_line(by.union.name)),
            why=why,
        ),
        _accounts(by, proposal.others(reader)),
        phrase("`/me same-person` asks again."),
    )


def over(by: Context | Duty) -> Reply:
    """Tells an account whose proposal ended because the other side is gone. It names nobody."""
    return say(
        phrase(
            "A question whether you and another account are one person in {union} ended: one of the "
            "accounts left, was removed, became part of somebody else, or was refused by others.",
            union=bold(one_line(by.union.name)),
        ),
        phrase("`/me same-person` asks again."),
    )


def _accounts(by: Context | Duty, accounts: Sequence[Account]) -> Block:
    rows = [identified(account, by.union.time_zone) for account in accounts[:MOST_NAMED]]
    left = len(accounts) - MOST_NAMED
    return items(*rows, *([f"{left} more of the same person"] if left > 0 else []))


def _removals(accounts: Sequence[Account]) -> list[tuple[AnyButton, ...]]:
    return [(removal(account),) for account in accounts[:MOST_NAMED]]


def _leaderless(done: Joined) -> list[Block]:
    if not done.leaderless:
        return []
    return [
        p(
            phrase(
                "You endorse nobody now: your accounts chose differently, and others follow you. Choose "
                "whom you follow with `/endorse`, when your accounts do not wait any more."
            )
        )
    ]


def names(accounts: Sequence[Account]) -> str:
    """Returns accounts in words, on one line."""
    return ", ".join(named(account) for account in accounts[:MOST_NAMED])
