"""How people come into a union, leave it, and turn out to be one: composed over what `keepers` declares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot import keepers, precedence, union_settings
from bot.areas.calls.services import membership as calls
from bot.areas.expulsions.domain import Expelled, Expulsion
from bot.areas.expulsions.services import expulsions
from bot.areas.invites import services as invites
from bot.areas.invites.domain import Invite
from bot.areas.ledger import services as ledger
from bot.areas.members.services import members
from bot.areas.spaces import services as spaces
from bot.areas.spaces.domain import SpaceRequest
from bot.areas.traces import services as traces
from bot.areas.traces.domain import TraceKind
from bot.areas.tree.services import endorsements
from bot.areas.unions import services as unions
from bot.areas.wallets.services import claims, completion
from bot.areas.wallets.services import wallets as holdings
from bot.domain.languages import ENGLISH
from bot.domain.people import Account, Member, Person, Union, Wallet, new_ref
from bot.domain.phrases import phrase
from bot.domain.transaction import Tx
from bot.domain.zones import zone
from bot.errors import BadInput, NotAllowed


@dataclass(frozen=True, slots=True)
class Founder:
    """The account that founds, before it is a member."""

    platform: str
    native_id: str
    name: str
    username: str | None


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A union that has another founder now, and the places whose requests ended with the former one."""

    union: Union
    ended: list[SpaceRequest]


@dataclass(frozen=True, slots=True)
class Profile:
    """A member with what belongs to them."""

    member: Member
    accounts: list[Account]
    wallets: list[Wallet]


def found(
    tx: Tx,
    name: str,
    purpose: str,
    time_zone: str,
    founder: Founder,
    native_space: str,
    title: str,
    chat: str | None = None,
    thread: str | None = None,
    language: str = ENGLISH,
) -> tuple[Union, Member, Account]:
    """A new union with its first space, and its founder as its first member. Calls are posted in the chat given.

    Raises:
        BadInput: unknown time zone.
        NotAllowed: the space is in a union already.
    """
    key = zone(time_zone, tx.now).key
    spaces.require_free(tx, founder.platform, native_space)
    union = unions.add(tx, new_ref(), name, purpose, key, language)
    ledger.begin(tx, union, **union_settings.by_tables(tx, union))
    member, account = _come_in(
        tx, union, founder.platform, founder.native_id, founder.name, founder.username, None
    )
    unions.set_founder(tx, union, member)
    spaces.add(tx, union, member, founder.platform, native_space, title, chat, thread)
    unions.choose_in_private(tx, founder.platform, founder.native_id, union.id)
    return unions.by_id(tx, union.id) or union, member, account


def join(
    tx: Tx,
    union: Union,
    platform: str,
    native_id: str,
    name: str,
    username: str | None,
    invite: Invite | None = None,
) -> tuple[Member, Account]:
    """Make this account a new member, come by a member's code if `invite` is given.

    Somebody who was a member before gets back what outlasted that. A recruit of then is nobody's new recruit.

    Raises:
        BadInput: it is a member already.
        NotAllowed: the union has ended, the code lets nobody in any more, or the account is expelled.
    """
    now = unions.by_id(tx, union.id)
    if now is None or now.founder_id is None:  # the founder leaves last
        raise NotAllowed(
            phrase(
                "{union} has ended, because its last member left. To start a new union, type `/union create` in your "
                "server or group.",
                union=union.name,
            )
        )
    return _come_in(tx, union, platform, native_id, name, username, invite)


def _come_in(
    tx: Tx,
    union: Union,
    platform: str,
    native_id: str,
    name: str,
    username: str | None,
    invite: Invite | None,
) -> tuple[Member, Account]:
    """Makes an account a new member of a union that has not ended, or is being founded. See `join`."""
    if members.account_in(tx, union.id, platform, native_id) is not None:
        raise BadInput(
            phrase(
                "You are already a member of {union}. `/me` shows what it knows about you.", union=union.name
            )
        )
    kept = traces.of_account(tx, union, platform, native_id)
    if TraceKind.EXPELLED in kept:
        expulsions.require_not_expelled(tx, union, platform, native_id)
    member, account = members.add(tx, union, platform, native_id, name, username)
    recruiter = invites.use(tx, invite, member, new=TraceKind.CAME not in kept) if invite else None
    by = {"recruiter": recruiter.ref} if recruiter else {}
    ledger.record(tx, union.id, "member.joined", member, platform=platform, **by)
    if kept:
        for area in keepers.OUTLASTING:
            area.recall(tx, union, member, account, kept)
        account = members.account(tx, account.id) or account
    return member, account


def profile(tx: Tx, member: Member) -> Profile:
    """The member's accounts and wallets."""
    return Profile(member, members.accounts_of(tx, member.id), holdings.of_member(tx, member))


def leave(tx: Tx, union: Union, member: Member) -> None:
    """End the membership and erase the person: accounts, wallets, tickets, buttons, undelivered answers.

    The ledger keeps the random ref, which points at nobody any more. A union that nobody is left in ends: its
    places are free for another.

    Raises:
        NotAllowed: the founder cannot leave a union that others are still in.
    """
    others = members.has_others(tx, union, member)
    if union.founder_id == member.id and others:
        raise NotAllowed(
            phrase(
                "Hand the union over first: `/union hand-over @person`. You are its founder, and others are still "
                "in it."
            )
        )
    _end(tx, union, member)
    if not others:
        spaces.disconnect_all(tx, union)
        ledger.record(tx, union.id, "union.ended", None)


def expel(
    tx: Tx, union: Union, actor: Member, who: Person, until: datetime | None, reason: str
) -> tuple[Expulsion, list[Account]]:
    """End somebody's membership, if they are a member, and keep them out until that moment, None for ever.

    Everything of theirs is erased as when they leave. Contract wallets are not kept out: several people may sign for
    one. Returns the accounts that they had, to tell them.

    Raises:
        BadInput: they are expelled already.
        NotAllowed: the founder, or oneself.
    """
    member = who.member
    require_expellable(union, actor, member)
    accounts = members.accounts_of(tx, member.id) if member else []
    ids = [(account.platform, account.native_id) for account in accounts]
    if not ids and who.native_id is not None:
        ids = [(who.platform, who.native_id)]
    if not ids:
        raise BadInput(
            phrase(
                "I cannot tell which account that is. Mention the person, or reply to one of their messages."
            )
        )
    own = [wallet for wallet in holdings.of_member(tx, member) if wallet.kind == "eoa"] if member else []
    expelled = Expelled(
        who.platform,
        who.name,
        tuple(ids),
        tuple(wallet.address for wallet in own),
        member.id if member else None,
        member.ref if member else None,
    )
    made = expulsions.expel(tx, union, actor, expelled, until, reason)
    if member is not None:
        _end(tx, union, member)
    return made, accounts


def require_expellable(union: Union, actor: Member, member: Member | None) -> None:
    """Raises NotAllowed for the founder, and for oneself."""
    if member is None:
        return
    if member.id == actor.id:
        raise NotAllowed(phrase("You cannot expel yourself. `/leave` ends your membership."))
    if member.id == union.founder_id:
        raise NotAllowed(phrase("The founder cannot be expelled from their own union."))


def _end(tx: Tx, union: Union, member: Member) -> None:
    """End a membership and erase the person, but for what outlasts it."""
    for outlasting in keepers.OUTLASTING:
        outlasting.remember(tx, union, member)
    for area in keepers.ORDER:
        area.forget(tx, union, member)
    ledger.record(tx, union.id, "member.left", member)


def hand_over(tx: Tx, union: Union, by: Member | None, heir: Member) -> HandedOver:
    """Make another member the founder; `by` is the founder, or None for the host of this bot.

    What the former founder began for the union and did not finish ends: the unused code for a place, places that
    wait to be connected, drafts of calls to everybody, and such calls that wait for approval. Their buttons and forms
    ask for the founder's right again when they are used.

    Raises:
        BadInput: the heir is the founder already, or no member.
        NotAllowed: the heir became one person with others a short while ago.
    """
    members.require_none_waits(tx, heir)
    former = members.by_id(tx, union.founder_id) if union.founder_id is not None else None
    handed = unions.hand_over(tx, union, by, heir)
    ended = spaces.end_pending(tx, handed)
    if former is not None:
        calls.handed_over(tx, handed, former)
    return HandedOver(handed, ended)


def merge(tx: Tx, union_id: int, absorbed: Member, survivor: Member, first: Member | None = None) -> Member:
    """Two members turned out to be one person: everything of `absorbed` is `survivor`'s from now on.

    `first` is the one whose accounts count as the older ones, if that does not follow from who the two are.
    """
    union = unions.by_id(tx, union_id)
    if union is None or absorbed.id == survivor.id:
        raise BadInput(phrase("There is nothing to merge: these are already the same member."))
    older, newer = precedence.of_sides(tx, union, absorbed, survivor, first)
    for area in keepers.ORDER:
        area.merge(tx, union, absorbed, survivor)
    members.place_after(tx, older, newer)
    choice = endorsements.of(tx, survivor)
    leader = members.by_id(tx, choice.leader_id) if choice is not None and choice.leader_id else None
    ledger.record(
        tx,
        union_id,
        "member.merged",
        survivor,
        absorbed=absorbed.ref,
        leader=leader.ref if leader else None,
    )
    merged = members.by_id(tx, survivor.id)
    if merged is None:
        raise BadInput(phrase("The surviving member does not exist."))
    return merged


def remove_account(tx: Tx, union: Union, by: Account, account: Account) -> list[Wallet]:
    """Takes an account out of a member who has others, and erases it as if it had left. Others of the member do it.

    The wallets that it linked are unlinked with it, and returned. It can join anew, as somebody else. What it waits
    for is remembered, so that joining anew does not end it.

    Raises:
        NotAllowed: `by` is newer, and may not remove the account yet.
        NotFound: the two are not of one member any more.
    """
    members.require_may_remove(tx, by, account)
    member = members.by_id(tx, account.member_id)
    if account.waits_until is not None and account.waits_until > tx.now:
        traces.keep(tx, union, account.platform, account.native_id, TraceKind.WAIT, account.waits_until)
    unlinked = claims.unlink_with(tx, account, LINKING.holding_changed)
    for area in keepers.OF_ACCOUNTS:
        area.forget_account(tx, union, account)
    ledger.record(tx, union.id, "account.removed", member, platform=account.platform)
    return unlinked


LINKING = completion.Reactions(holding_changed=endorsements.wallets_changed)
"""What linking a wallet does in other areas."""
