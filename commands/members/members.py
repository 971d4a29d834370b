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
from bot.domain.phrases import phrase, sentences
from bot.errors import NotAllowed, NotFound
from commands.invites import JOINING, by_code, welcome
from commands.members.accounts import linked_by, removal, short
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
    code: Annotated[
        str | None, Arg("The code of the member who invited you, if you have one", max_length=40)
    ] = None,
) -> Reply:
    """Makes you a member. Members can link wallets and answer the union's calls. `/leave` ends it at any time.

    If a member invited you, give their code, here or in a private chat with me; there it also says which union you
    mean. Capitals, spaces and dashes make no difference.
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


@area.command("me show", "See what this union knows about you", visibility=Visibility.PRIVATE, reads=True)
def me(ctx: Context) -> Reply:
    """Shows your accounts, your wallets, whom you endorse and since when you are a member. Only you see it.

    Its buttons remove an account or unlink a wallet that is no longer yours. An older account of yours can remove a
    newer one at once; a newer one can remove an older one after it has been yours for a day. Removing an account also
    unlinks the wallets that it linked.
    """
    mine = membership.profile(ctx.tx, ctx.member)
    leader = endorsements.leader(ctx.tx, ctx.member, ctx.place.platform)
    zone = ctx.union.time_zone
    asked = joinings.of_account(ctx.tx, ctx.account)
    accounts = sorted(mine.accounts, key=lambda one: one.age_key)
    return say(
        phrase(
            "{name} in {union}",
            name=bold(one_line(ctx.account.name)),
            union=bold(one_line(ctx.union.name)),
        ),
        fields(
            (phrase("Member since"), spans(Moment(mine.member.joined_at, zone, "date"))),
            (phrase("You endorse"), spans(ctx.mention(leader)) if leader else phrase("nobody")),
        ),
        phrase("Accounts"),
        items(*(_account(account, ctx, zone) for account in accounts)),
        p(phrase("Wallets")) if mine.wallets else p(phrase("You have no wallet yet: `/link` links one.")),
        *(
            (items(*(_wallet(wallet, ctx, mine.accounts) for wallet in mine.wallets)),)
            if mine.wallets
            else ()
        ),
        *((p(phrase("A question about your accounts waits for your answer.")),) if asked else ()),
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
            phrase("Unlink {address}", address=short(wallet.address)),
            "/unlink",
            {"address": wallet.address},
        )
        for wallet in wallets[::-1][:MOST_REMOVALS]
    ]
    return tuple(tuple(shown[at : at + 2]) for at in range(0, len(shown), 2))


@area.command("whois", "See what others may know about a member", visibility=Visibility.PRIVATE, reads=True)
def whois(ctx: Context, person: Annotated[Person, "The member you want to know about"]) -> Reply:
    """Shows since when someone is a member, whether they lead, whom they endorse, on which platforms they are, and
    whether they linked a wallet.

    It does not show addresses, or who they are on other platforms: that is theirs to tell.
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
    if ctx.union.founder_id == person.member.id:
        role = phrase("founder")
    elif ctx.records.is_leader(ctx.tx, ctx.union, person.member):
        role = phrase("leader")
    else:
        role = phrase("member")
    leader = endorsements.leader(ctx.tx, person.member, ctx.place.platform)
    return say(
        p(ctx.mention(person.account)),
        fields(
            (phrase("Member since"), spans(Moment(theirs.member.joined_at, ctx.union.time_zone, "date"))),
            (phrase("Role"), role),
            (phrase("Endorses"), spans(ctx.mention(leader)) if leader else phrase("nobody")),
            (
                phrase("Platforms"),
                ", ".join(sorted({platform_name(account.platform) for account in theirs.accounts})),
            ),
            (phrase("Wallet"), phrase("linked") if theirs.wallets else phrase("none linked")),
        ),
        buttons=tuple((one,) for one in offered(ctx.tx, ctx.member, person.member, person.account.name)),
    )


@area.command(
    "leave",
    "Leave the union and erase what it knows about you",
    visibility=Visibility.PRIVATE,
    for_banned=True,
    settled=True,
)
def leave(ctx: Context) -> Reply:
    """Ends your membership and erases your accounts, names and wallets here.

    The union's ledger keeps a random number in your place, so that it can still be verified. Messages in your chats,
    also those that others wrote about you, stay where they are.
    """
    if ctx.union.founder_id == ctx.member.id and members.count(ctx.tx, ctx.union) > 1:
        raise NotAllowed(
            phrase(
                "Hand the union over first: `/union hand-over @person`. You founded it, and others are still in it."
            )
        )
    asked = [
        phrase(
            "Leave {union}? All your accounts and wallets here are erased at once. What is kept of answers to others "
            "that name you is erased within half an hour. This cannot be undone.",
            union=bold(one_line(ctx.union.name)),
        )
    ]
    if support.has_followers(ctx.tx, ctx.member):
        asked.append(phrase("Everyone who endorses you is told, and keeps their own supporters."))
    question = p(sentences(asked))
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
            "You have left {union}, and what it knew about you is erased. Answers to others that name you are "
            "forgotten within half an hour.",
            union=bold(name),
        ),
        edit=True,
    )


def _account(account: Account, ctx: Context, zone: str) -> Spans:
    here = account.platform == ctx.place.platform and account.native_id == ctx.actor.native_id
    name, platform = bold(one_line(account.name)), platform_name(account.platform)
    since = Moment(account.since, zone, "date")
    if here:
        words = phrase(
            "{name} · {platform} · since {since} (this one)", name=name, platform=platform, since=since
        )
    else:
        words = phrase("{name} · {platform} · since {since}", name=name, platform=platform, since=since)
    until = _still(account.waits_until, ctx, zone)
    return spans(words, *((" · ", phrase("waits until {until}", until=until)) if until else ()))


def _wallet(wallet: Wallet, ctx: Context, accounts: Sequence[Account]) -> Spans:
    zone = ctx.union.time_zone
    address, since = Code(wallet.address), Moment(wallet.linked_at, zone, "date")
    if wallet.kind == "contract":
        words = phrase("{address} · contract wallet · since {since}", address=address, since=since)
    else:
        words = phrase("{address} · since {since}", address=address, since=since)
    until = _still(wallet.waits_until, ctx, zone)
    waits = (" · ", phrase("counts for votes and money from {until}", until=until)) if until else ()
    return spans(words, *linked_by(wallet, accounts), *waits)


def _still(until: datetime | None, ctx: Context, zone: str) -> Moment | None:
    """Returns the moment until which something waits, if it still does."""
    return Moment(until, zone) if until is not None and until > ctx.now else None
