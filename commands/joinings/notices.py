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
    Code,
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
from commands.members.accounts import identified, named, removal

LASTS_S = int(LASTS.total_seconds())
SLOW_S = int((SLOW_LASTS * 3).total_seconds())  # it takes longer if the bot was away
MOST_NAMED = 5
_WAIT = f"{int(JOINING_WAIT.total_seconds()) // 3600} hours"
_MEANS = (
    "Then you count as one person, with everything that either has, and this cannot be taken apart again. Say yes "
    "only if both accounts are yours. If somebody asked you to press it, they are after what you have here. "
    f"For {_WAIT} after it, none of your accounts can lead, hand over, moderate, link or leave."
)


def question(by: Context | Duty, proposal: Proposal, reader: Account) -> Reply:
    """Asks an account whether the other side is the same person."""
    which = {"joining": proposal.joining.id}
    yes = Button("Yes, that is me", "joining.yes", which, Style.PRIMARY, single_use=False, lasts_s=LASTS_S)
    no = Button("Not me", "joining.no", which, Style.DANGER, lasts_s=LASTS_S)
    return say(
        p("Is this you, too, in ", bold(one_line(by.union.name)), "?"),
        _accounts(by, proposal.others(reader)),
        p(_MEANS),
        p("Nothing happens before both accounts pressed “Yes, that is me”. The question ends ",
          Moment(proposal.joining.expires_at, by.union.time_zone), "."),
        buttons=((yes, no),),
    )  # fmt: skip


def half(by: Context | Duty, proposal: Proposal, reader: Account) -> Reply:
    """Says that one side agreed, and the other did not answer yet."""
    stop = Button("Take it back", "joining.no", {"joining": proposal.joining.id}, lasts_s=LASTS_S)
    return say(
        p("You said that this is you, in ", bold(one_line(by.union.name)), ":"),
        _accounts(by, proposal.others(reader)),
        p("Now press “Yes, that is me” there, in your private chat with me. It was asked."),
        buttons=((stop,),),
        edit=True,
    )


def slow_warning(by: Context | Duty, proposal: Proposal, reader: Account) -> Reply:
    """Tells an account of either side that the slow way runs, and how to stop it."""
    stop = Button("Stop it", "joining.no", {"joining": proposal.joining.id}, Style.DANGER, lasts_s=SLOW_S)
    mine = reader.member_id == proposal.joining.asking_id
    ends = Moment(proposal.joining.expires_at, by.union.time_zone)
    days = ", ".join(str(after.days) for after in WARNED_AFTER[:-1]) + f" and {WARNED_AFTER[-1].days}"
    blocks: list[Block] = [
        p("An account signed with a wallet of yours in ", bold(one_line(by.union.name)), ", says that it is you, and "
          "that it lost this account:") if not mine else
        p("You will be one person in ", bold(one_line(by.union.name)), " with:"),
        _accounts(by, proposal.others(reader)),
        p("This happens ", ends, f", unless one of these accounts stops it. All of them are told on days {days}."),
    ]  # fmt: skip
    if not mine:
        blocks.append(
            p(
                "If it is not you: stop it. Whoever it is can sign with that wallet, so move what it holds to a new "
                "one."
            )
        )
    return Reply(tuple(blocks), ((stop,),))


def joined(by: Context | Duty, done: Joined, reader: Account, *, edit: bool = False) -> Reply:
    """Tells an account that two members are one now, with buttons that remove the other side's accounts."""
    mine = {account.id for account in done.asking}
    others = done.asked if reader.id in mine else done.asking
    waits = max((one.waits_until for one in (*done.asking, *done.asked) if one.waits_until), default=by.now)
    return say(
        p(bold("You are one person now"), " in ", bold(one_line(by.union.name)), " with:"),
        _accounts(by, others),
        p(f"For {_WAIT}, until ", Moment(waits, by.union.time_zone), ", none of your accounts can change who you "
          "are, move money, lead, hand over or leave, and your wallets do not count."),
        *_leaderless(done),
        p("If this was not you: remove that account now. ", Code("/me"), " shows your accounts."),
        buttons=tuple(_removals(others)),
        edit=edit,
    )  # fmt: skip


def refused(by: Context | Duty, proposal: Proposal, reader: Account) -> Reply:
    """Tells the side that was refused."""
    return say(
        p(
            "Somebody says that you are not them, in ",
            bold(one_line(by.union.name)),
            ". Nothing was changed:",
        ),
        _accounts(by, proposal.others(reader)),
        p("You cannot ask again for a week. If they are you, ask from your other account."),
    )


def withdrawn(by: Context | Duty, proposal: Proposal, reader: Account) -> Reply:
    """Tells the side that was asked that the question was taken back."""
    return say(
        p("A question whether somebody is you, in ", bold(one_line(by.union.name)),
          ", was taken back. Nothing was changed:"),
        _accounts(by, proposal.others(reader)),
    )  # fmt: skip


def expired(by: Context | Duty, proposal: Proposal, reader: Account) -> Reply:
    """Tells either side that the question ended without an answer."""
    why = (
        "ended, because that wallet is not held as it was"
        if proposal.slow
        else "ended, because not both accounts said yes in time"
    )
    return say(
        p("The question whether you are one person in ", bold(one_line(by.union.name)), f" with this account {why}. "
          "Nothing was changed:"),
        _accounts(by, proposal.others(reader)),
        p(Code("/me same-person"), " asks again."),
    )  # fmt: skip


def over(by: Context | Duty) -> Reply:
    """Tells an account whose proposal ended because the other side is gone. It names nobody."""
    return say(
        p("A question whether you and another account are one person in ", bold(one_line(by.union.name)),
          " ended: one of the accounts left, was removed, became part of somebody else, or was refused by others."),
        p(Code("/me same-person"), " asks again."),
    )  # fmt: skip


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
        p("You endorse nobody now: your accounts chose differently, and others follow you. Choose whom you follow "
          "with ", Code("/endorse"), ", when your accounts do not wait any more.")
    ]  # fmt: skip


def names(accounts: Sequence[Account]) -> str:
    """Returns accounts in words, on one line."""
    return ", ".join(named(account) for account in accounts[:MOST_NAMED])
