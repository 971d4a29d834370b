"""What each area does when people leave a union, turn out to be one person, or come back; and in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.areas.calls.services import membership as calls
from bot.areas.checkins.services import membership as checkins
from bot.areas.contests import services as contests
from bot.areas.conversations import services as conversations
from bot.areas.delivery import services as delivery
from bot.areas.expulsions.services import membership as departures
from bot.areas.files import services as files
from bot.areas.flags import services as flags
from bot.areas.intents import services as intents
from bot.areas.invites import services as invites
from bot.areas.joinings.services import membership as joinings
from bot.areas.members.services import members, returning
from bot.areas.moderators import services as moderators
from bot.areas.reminders import services as reminders
from bot.areas.traces.domain import Trace, TraceKind
from bot.areas.tree.services import membership as tree
from bot.areas.unions import services as unions
from bot.areas.waiting import services as waiting
from bot.areas.wallets.services import membership as wallets
from bot.domain.people import Account, Member, Union
from bot.domain.transaction import Tx


class KeepsPeople(Protocol):
    """What every area offers that keeps something of people: a module with these two functions."""

    def forget(self, tx: Tx, union: Union, member: Member) -> None:
        """Erase what the area keeps of a member who leaves."""

    def merge(self, tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
        """Make everything of `absorbed` the survivor's: the two are one person."""


class OutlastsLeaving(Protocol):
    """What an area offers whose limits or waits outlast a membership: a module with these two functions."""

    def remember(self, tx: Tx, union: Union, member: Member) -> None:
        """Keep traces of what must not be reset, before the member is forgotten."""

    def recall(
        self, tx: Tx, union: Union, member: Member, account: Account, kept: Mapping[TraceKind, Trace]
    ) -> None:
        """Put back what was kept of an account that is a new member now."""


class KeepsAccounts(Protocol):
    """What an area offers that keeps something of single accounts: a module with this function."""

    def forget_account(self, tx: Tx, union: Union, account: Account) -> None:
        """Erase what the area keeps of one account of a person who has others, and stays a member."""


ORDER: Sequence[KeepsPeople] = (
    joinings,
    tree,
    invites,
    flags,
    checkins,
    calls,
    contests,
    files,
    reminders,
    intents,
    moderators,
    waiting,
    conversations,
    delivery,
    departures,
    wallets,
    members,
    unions,
)
"""In which order areas forget a member, and merge two."""

OF_ACCOUNTS: Sequence[KeepsAccounts] = (
    joinings,
    reminders,
    conversations,
    delivery,
    departures,
    wallets,
    members,
)
"""In which order areas forget one account of a member who stays."""


OUTLASTING: Sequence[OutlastsLeaving] = (returning, tree, invites, flags, departures)
"""Areas of which something outlasts a membership."""


@dataclass(frozen=True, slots=True)
class Before:
    """One area has to come before another in `ORDER`."""

    first: KeepsPeople
    then: KeepsPeople
    why: str


CONSTRAINTS = (
    Before(tree, wallets, "the bases above count whether the member holds a wallet"),
    Before(calls, files, "the pictures of drafts go with the drafts"),
    Before(conversations, members, "what was kept for an account is found by the account"),
    Before(delivery, members, "what was sent to an account is found by the account"),
    Before(departures, members, "what was kept for an account is found by the account"),
    Before(wallets, members, "tickets point at accounts"),
    Before(joinings, members, "proposals and codes point at accounts"),
)
