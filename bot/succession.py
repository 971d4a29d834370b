"""Handing a union on for a founder who is gone. The host of this bot does it, and everybody can see that."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot import membership
from bot.areas.conversations import services as conversations
from bot.areas.members.services import display, members
from bot.chat.model import bold, p, say
from bot.chat.outgoing import post
from bot.chat.records import Records
from bot.domain.names import one_line
from bot.domain.people import Account, Member, Union
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotFound
from commands.unions import tell_of_handing_over


class _Asleep:
    """Stands for the senders of a bot that does not run: they find the messages when it starts."""

    def posted(self, platform: str) -> None:
        """Wakes nobody."""


@dataclass(frozen=True, slots=True)
class _Letters:
    """Queues messages from a command of the operator (`bot.chat.outgoing.Poster`)."""

    tx: Tx
    records: Records = conversations
    runtime: _Asleep = field(default_factory=_Asleep)


def find(tx: Tx, union: Union, heir: str) -> Member:
    """Returns the member that `heir` names: "platform:id" of an account, or the member's ref.

    Raises:
        NotFound: nobody in the union is that.
        BadInput: that member is the founder already.
        NotAllowed: that member became one person with others a short while ago.
    """
    platform, colon, native_id = heir.partition(":")
    account = members.account_in(tx, union.id, platform, native_id) if colon else None
    found = members.by_id(tx, account.member_id) if account else members.by_ref(tx, union, heir)
    if found is None or found.left_at is not None:
        raise NotFound(
            f"{heir!r} is no member of {one_line(union.name)!r}. Give the account as platform:id, like "
            "telegram:12345, or the member's ref from an export."
        )
    if found.id == union.founder_id:
        raise BadInput(f"{heir!r} is the founder of {one_line(union.name)!r} already.")
    members.require_none_waits(tx, found)
    return found


def question(tx: Tx, union: Union, heir: Member) -> str:
    """Returns the question whether the union is to be handed to this member."""
    before = members.accounts_of(tx, union.founder_id) if union.founder_id is not None else []
    after = members.accounts_of(tx, heir.id)
    return (
        f"Hand {one_line(union.name)} (union-{union.ref}) from {_people(before)} to {_people(after)}, a member since "
        f"{heir.joined_at:%Y-%m-%d}?"
    )


def hand_over(tx: Tx, union: Union, heir: Member) -> str:
    """Makes the member the founder, and tells them and the former founder; returns a sentence about it."""
    former = display.reachable(tx, union.founder_id) if union.founder_id is not None else None
    account = display.reachable(tx, heir.id)
    handed = membership.hand_over(tx, union, None, heir)
    letters = _Letters(tx)
    if account is not None:
        tell_of_handing_over(letters, handed, account)
    if former is not None:
        told = say(
            p(
                "The host of this bot handed ", bold(one_line(union.name)), " on to ",
                one_line(account.name) if account else "another member", ". You are a member as before.",
            )
        )  # fmt: skip
        post(letters, union, former, told, None, False)
    return f"{one_line(union.name)} (union-{union.ref}) is handed on. Its ledger and /union about tell that you did."


def _people(accounts: list[Account]) -> str:
    """Returns a member's accounts in one line, like “Ada (telegram:12), Ada L. (discord:34)”."""
    found = (f"{one_line(one.name, 40)} ({one.platform}:{one_line(one.native_id)})" for one in accounts)
    return ", ".join(found) or "nobody"
