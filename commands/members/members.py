"""Joining, leaving, and showing members to themselves and to others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from bot import membership
from bot.areas.joinings.services import joinings
from bot.areas.joinings.services.joinings import Proposal
from bot.areas.members.services import members
from bot.areas.tree.services import endorsements, support
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.model import (
    AnyButton,
    Button,
    Code,
    Moment,
    Reply,
    Spans,
    Style,
    Visibility,
    bold,
    fields,
    items,
    p,
    say,
    spans,
)
from bot.chat.params import Arg
from bot.chat.text import platform_name
from bot.domain.names import one_line
from bot.domain.people import Account, Permission, Person, Wallet
from bot.domain.phrases import phrase
from bot.errors import NotAllowed, NotFound
from commands.invites import JOINING, by_code, welcome
from commands.members.accounts import linked_by, removal
from commands.tree.endorsements import offered

area = Area()

MOST_REMOVALS = 6
MOST_QUESTIONS = 2


@area.command(
    "join",
    "Become a member of the union that lives here",
    permission=Permission.ANYONE,
    rate=JOINING,
    needs_union=False,
)
def join(
    ctx: Context,
    code: Annotated[str | None, Arg("The code of who invited you, if you have one", max_length=40)] = None,
) -> Reply:
    """Makes you a member. Members can link wallets and answer the union's calls; /leave ends it at any time.

    Who was invited by a member gives their code, here or in a private chat with me; there it also says which union
    is meant. Capitals, spaces and dashes make no difference.
    """
    if code is not None:
        return by_code(ctx, code)
    actor = ctx.actor
    _ = ctx.union
    ctx.require_welcome()  # the button under a post of a place can be sent from a private chat, too
    membership.join(ctx.tx, ctx.union, actor.platform, actor.native_id, actor.name, actor.username)
    ctx.enter(ctx.union.id)
    return say(*welcome(ctx), visibility=Visibility.PRIVATE)


area.group("me", "Your accounts and wallets in this union", default="me show")


@area.command("me show", "What this union knows of you", visibility=Visibility.PRIVATE, reads=True)
def me(ctx: Context) -> Reply:
    """Shows your accounts, your wallets, whom you endorse and since when you are a member. Only you see it.

    Buttons remove an account, or unlink a wallet, that is not yours any more. An account that is part of you for
    longer can remove a newer one at once; a newer one can remove an older one when it has been part of you for a day.
    The wallets that an account linked are unlinked when it is removed.
    """
    mine = membership.profile(ctx.tx, ctx.member)
    leader = endorsements.leader(ctx.tx, ctx.member, ctx.place.platform)
    zone = ctx.union.time_zone
    asked = joinings.of_account(ctx.tx, ctx.account)
    accounts = sorted(mine.accounts, key=lambda one: one.age_key)
    return say(
        phrase(
            "{account} in {union}",
            account=bold(one_line(ctx.account.name)),
            union=bold(one_line(ctx.union.name)),
        ),
        fields(
            (phrase("Member since"), spans(Moment(mine.member.joined_at, zone, "date"))),
            (phrase("You endorse"), spans(ctx.mention(leader)) if leader else phrase("nobody")),
        ),
        phrase("Accounts"),
        items(*(_account(account, ctx, zone) for account in accounts)),
        p(phrase("Wallets")) if mine.wallets else p(phrase("No wallet yet: `/link` links one.")),
        *(
            (items(*(_wallet(wallet, ctx, mine.accounts) for wallet in mine.wallets)),)
            if mine.wallets
            else ()
        ),
        *((p(phrase("A question about who you are waits for an answer.")),) if asked else ()),
        buttons=(*_questions(asked), *_removals(ctx, accounts, mine.wallets)),
    )


def _questions(asked: Sequence[Proposal]) -> tuple[tuple[AnyButton, ...], ...]:
    """Buttons that show open questions again, whose messages may not have arrived."""
    return tuple(
        (Button(phrase("Show the question"), "joining.show", {"joining": one.joining.id}, Style.PRIMARY),)
        for one in asked[:MOST_QUESTIONS]
    )


def _removals(
    ctx: Context, accounts: Sequence[Account], wallets: Sequence[Wallet]
) -> tuple[tuple[AnyButton, ...], ...]:
    """The buttons under `/me`, the newest first: those are the ones that may not belong there."""
    others = [account for account in reversed(accounts) if account.id != ctx.account.id]
    shown = [removal(account) for account in others[:MOST_REMOVALS]]
    shown += [
        Button(
            phrase("Unlink {address}…{address_2}", address=wallet.address[:6], address_2=wallet.address[-4:]),
            "/unlink",
            {"address": wallet.address},
        )
        for wallet in wallets[::-1][:MOST_REMOVALS]
    ]
    return tuple(tuple(shown[at : at + 2]) for at in range(0, len(shown), 2))


@area.command("whois", "What others may see of a member", visibility=Visibility.PRIVATE, reads=True)
def whois(ctx: Context, person: Annotated[Person, "Who you ask about"]) -> Reply:
    """Shows since when somebody is a member, whether they lead, whom they endorse, on which platforms they are, and
    whether they linked a wallet.

    Addresses, and who they are on other platforms, are theirs to tell: they are not shown.
    """
    if person.member is None or person.account is None:
        raise NotFound(
            phrase(
                "{person} has not joined {union}.",
                person=one_line(person.name),
                union=one_line(ctx.union.name),
            )
        )
    theirs = membership.profile(ctx.tx, person.member)
    roles = ["founder"] if ctx.union.founder_id == person.member.id else []
    if not roles and ctx.records.is_leader(ctx.tx, ctx.union, person.member):
        roles.append("leader")
    leader = endorsements.leader(ctx.tx, person.member, ctx.place.platform)
    return say(
        p(ctx.mention(person.account)),
        fields(
            (phrase("Member since"), spans(Moment(theirs.member.joined_at, ctx.union.time_zone, "date"))),
            (phrase("Role"), ", ".join(roles) or "member"),
            (phrase("Endorses"), spans(ctx.mention(leader)) if leader else phrase("nobody")),
            (
                phrase("On"),
                ", ".join(sorted({platform_name(account.platform) for account in theirs.accounts})),
            ),
            (phrase("Wallet"), phrase("linked") if theirs.wallets else phrase("none linked")),
        ),
        buttons=offered(ctx, person.member, person.account.name),
    )


@area.command(
    "leave",
    "Leave the union and erase what it knows of you",
    visibility=Visibility.PRIVATE,
    for_banned=True,
    settled=True,
)
def leave(ctx: Context) -> Reply:
    """Ends your membership and erases your accounts, names and wallets here.

    The union's ledger keeps a random number in your place, so that it can still be verified. What others wrote about
    you in chats stays there, and so do the messages that you can see.
    """
    if ctx.union.founder_id == ctx.member.id and members.count(ctx.tx, ctx.union) > 1:
        raise NotAllowed(
            phrase(
                "You founded this union and others are still in it. Hand it on first: `/union hand-over` "
                "@person."
            )
        )
    question = p(
        phrase(
            "Leave {union}? All your accounts and wallets here are erased at once. What is kept of "
            "answers to others that name you is erased within half an hour. This cannot be "
            "undone.{more}",
            union=bold(one_line(ctx.union.name)),
            more=phrase(" Those who endorse you are told; who endorses them stays theirs.")
            if support.has_followers(ctx.tx, ctx.member)
            else "",
        ),
    )
    confirm = Button(
        phrase("Leave and erase"), "member.leave", style=Style.DANGER, single_use=True, lasts_s=600
    )
    return Reply((question,), ((confirm,),))


@area.action("member.leave", for_banned=True, settled=True)
def left(ctx: Context) -> Reply:
    name = one_line(ctx.union.name)
    membership.leave(ctx.tx, ctx.union, ctx.member)
    return say(
        phrase(
            "You have left {name}, and what it knew of you is erased. Answers to others that name "
            "you are forgotten within half an hour.",
            name=bold(name),
        ),
        edit=True,
    )


def _account(account: Account, ctx: Context, zone: str) -> Spans:
    here = account.platform == ctx.place.platform and account.native_id == ctx.actor.native_id
    since = (phrase(" · since "), Moment(account.since, zone, "date"))
    more = phrase(" (this one)") if here else ""
    return spans(
        bold(one_line(account.name)),
        f" · {platform_name(account.platform)}",
        *since,
        more,
        *_waiting(account.waits_until, ctx, zone, "waits until "),
    )


def _wallet(wallet: Wallet, ctx: Context, accounts: Sequence[Account]) -> Spans:
    zone = ctx.union.time_zone
    kind = phrase(" · contract wallet") if wallet.kind == "contract" else ""
    return spans(
        phrase(
            "{address}{kind} · since {linked_at}{linked_by}{waiting}",
            address=Code(wallet.address),
            kind=kind,
            linked_at=Moment(wallet.linked_at, zone, "date"),
            linked_by=linked_by(wallet, accounts),
            waiting=_waiting(wallet.waits_until, ctx, zone, "counts for votes and money from "),
        ),
    )


def _waiting(until: datetime | None, ctx: Context, zone: str, words: str) -> Spans:
    return spans(f" · {words}", Moment(until, zone)) if until is not None and until > ctx.now else ()
