"""Inviting people with a code, and joining with one."""

from __future__ import annotations

from urllib.parse import urljoin

from bot import membership
from bot.areas.invites import services as invites
from bot.areas.invites.domain import Invite
from bot.areas.invites.services import Invitation
from bot.areas.members.services import members
from bot.areas.spaces import services as spaces
from bot.areas.tree.services import endorsements
from bot.areas.unions import services as unions
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.model import (
    AnyButton,
    Block,
    Button,
    Code,
    Items,
    Moment,
    Reply,
    Style,
    Visibility,
    bold,
    fields,
    items,
    p,
    say,
)
from bot.chat.text import platform_name
from bot.domain.choices import told_apart
from bot.domain.names import one_line
from bot.domain.phrases import Phrase, phrase, sentences
from commands.tree.endorsements import endorse_button

area = Area()

JOINING = Rate(5, 60)
"""How often a person may join, in whatever way: each time is an entry of the ledger."""

MOST_PLACES = 10
_ENDORSING = phrase("If you endorse them, your support counts for them and for everyone they follow.")


@area.command(
    "invite",
    "Get your code and link for inviting others",
    visibility=Visibility.PRIVATE,
    rate=Rate(10, 60),
    settled=True,
)
def invite(ctx: Context) -> Reply:
    """Shows your own code, how others can join with it, and how many did. Only you see it.

    People who join with your code are told your name and can endorse you with one press. The union's ledger records
    who invited whom, without names. A code lasts 30 days and lets in at most 100 people.

    It also works outside the union's servers and groups, where no moderator sees who comes, so give it to people you
    know. If it gets around, revoke it: from then on nobody can join with it. Everyone who joined before stays.
    """
    return _card(ctx, invites.own(ctx.tx, ctx.union, ctx.member))


@area.action("invite.renew", settled=True)
def renew(ctx: Context, code: str) -> Reply:
    return _card(ctx, invites.renew(ctx.tx, ctx.union, ctx.member, code), edit=True)


@area.action("invite.revoke")
def revoke(ctx: Context, code: str) -> Reply:
    done = invites.revoke(ctx.tx, ctx.member, code)
    said = (
        phrase("`{code}` is revoked. Nobody can join with it any more.", code=code)
        if done
        else phrase("`{code}` was already invalid.", code=code)
    )
    return say(said, phrase("`/invite` gives you a new code."), edit=True)


@area.deep_link("join", for_banned=True)
def opened(ctx: Context, code: str) -> Reply:
    return by_code(ctx, code)


def by_code(ctx: Context, typed: str) -> Reply:
    """Joins with a member's code. In a private chat, the code says which union is meant."""
    private = ctx.place.space is None
    found = invites.find(ctx.tx, typed, None if private else ctx.union, ctx.place.platform)
    ctx.enter(found.invite.union_id)
    if ctx.standing.member is not None:
        return _member_already(ctx, found)
    ctx.require_welcome()
    actor = ctx.actor
    if private:
        _stay_in_this_union(ctx)
    membership.join(
        ctx.tx, ctx.union, actor.platform, actor.native_id, actor.name, actor.username, found.invite
    )
    ctx.enter(found.invite.union_id)
    invited = phrase("{person} invited you.", person=ctx.mention(found.account))
    thanks = p(sentences([invited, _ENDORSING]))
    where = _gathering(ctx) if private else []
    asked, choice = _ask_for_this_chat(ctx) if private else ([], ())
    return say(
        *welcome(ctx),
        *where,
        thanks,
        *asked,
        buttons=((_endorse(found),), *choice),
        visibility=Visibility.PRIVATE,
    )


def _stay_in_this_union(ctx: Context) -> None:
    """Keeps the private chat of a person with one union about that union, although they join another."""
    platform, native_id = ctx.actor.platform, ctx.actor.native_id
    mine = members.unions_of(ctx.tx, platform, native_id)
    if len(mine) == 1 and unions.chosen_in_private(ctx.tx, platform, native_id) is None:
        members.choose_union(ctx.tx, platform, native_id, mine[0].ref)


def _ask_for_this_chat(ctx: Context) -> tuple[list[Block], tuple[tuple[AnyButton, ...], ...]]:
    """The question whether a private chat is to be about the new union, for a member who has others.

    Anybody can send a link. It must not make the chat speak for another union than the person thinks.
    """
    mine = members.unions_of(ctx.tx, ctx.actor.platform, ctx.actor.native_id)
    if len(mine) == 1:
        return [], ()
    labels = dict(zip((union.id for union in mine), told_apart(mine), strict=True))
    label = labels[ctx.union.id]
    button = Button(
        phrase("Make this chat about {union}", union=one_line(label, 50)),
        "union.choose",
        {"ref": ctx.union.ref},
    )
    chosen = unions.chosen_in_private(ctx.tx, ctx.actor.platform, ctx.actor.native_id)
    about = (
        phrase(
            "You are in several unions. This chat stays about {union}; `/union switch` changes it.",
            union=labels[chosen],
        )
        if chosen in labels
        else phrase(
            "You are in several unions. This chat is not about any of them yet; `/union switch` changes it."
        )
    )
    return [p(about)], ((button,),)


def welcome(ctx: Context) -> list[Block]:
    """Returns the greeting of a new member."""
    return [
        p(
            phrase(
                "Welcome to {union}, {person}.",
                union=bold(one_line(ctx.union.name)),
                person=bold(one_line(ctx.actor.name)),
            )
        ),
        p(phrase("`/link` links a wallet, and `/help` shows what else you can do.")),
    ]


def _member_already(ctx: Context, found: Invitation) -> Reply:
    here = p(phrase("You are already a member of {union}.", union=bold(one_line(ctx.union.name))))
    if found.recruiter.id == ctx.member.id:
        own = p(phrase("This is your own code: give it to others. `/invite` shows how they can use it."))
        return say(here, own, visibility=Visibility.PRIVATE)
    choice = endorsements.of(ctx.tx, ctx.member)
    if choice is not None and choice.leader_id is not None:
        return say(here, visibility=Visibility.PRIVATE)
    sender = phrase("The code is from {person}, and you endorse nobody.", person=ctx.mention(found.account))
    offer = p(sentences([sender, _ENDORSING]))
    return say(here, offer, buttons=((_endorse(found),),), visibility=Visibility.PRIVATE)


def _endorse(found: Invitation) -> Button:
    return endorse_button(found.recruiter, found.account.name)


def _gathering(ctx: Context) -> list[Block]:
    """The union's places, for a member who joined in a private chat."""
    places = spaces.of_union(ctx.tx, ctx.union)
    if not places:
        return [p(phrase("The union has no server or group right now. You can reach it in this chat."))]
    rows = [f"{one_line(space.title, 40)} ({platform_name(space.platform)})" for space in places]
    more = (
        [phrase("{more:,} more: `/union spaces`", more=len(rows) - MOST_PLACES)]
        if len(rows) > MOST_PLACES
        else []
    )
    return [p(phrase("You can find it here:")), items(*rows[:MOST_PLACES], *more)]


# -- one's own code ----------------------------------------------------------------------------------------


def _card(ctx: Context, mine: Invite, *, edit: bool = False) -> Reply:
    ever, here = invites.recruited(ctx.tx, ctx.member.id)
    which = {"code": mine.code}
    renew_it = Button(phrase("New code"), "invite.renew", which)
    revoke_it = Button(phrase("Revoke"), "invite.revoke", which, Style.DANGER)
    return say(
        phrase("Your code for {union}: {code}", union=bold(one_line(ctx.union.name)), code=Code(mine.code)),
        _ways(ctx, mine.code),
        fields(
            (phrase("Valid until"), Moment(mine.expires_at, ctx.union.time_zone)),
            (phrase("Used"), phrase("{uses:,} of {most:,} times", uses=mine.uses, most=mine.most)),
            (
                phrase("Your recruits"),
                phrase("{ever:,} in total, {here:,} still here", ever=ever, here=here)
                if ever
                else phrase("nobody yet"),
            ),
        ),
        phrase(
            "Anyone with this code can join. If it gets around, revoke it, or make a new one to replace it."
        ),
        buttons=((renew_it, revoke_it),),
        edit=edit,
    )


def _ways(ctx: Context, code: str) -> Items:
    """How the code is used, on each platform of the union's places and of the member's accounts."""
    titles: dict[str, list[str]] = {ctx.place.platform: []}
    for space in spaces.of_union(ctx.tx, ctx.union):
        titles.setdefault(space.platform, []).append(one_line(space.title, 40))
    for account in membership.profile(ctx.tx, ctx.member).accounts:
        titles.setdefault(account.platform, [])
    return items(*(_way(ctx, platform, code, titles[platform]) for platform in sorted(titles)))


def _way(ctx: Context, platform: str, code: str, titles: list[str]) -> Phrase:
    name = bold(platform_name(platform))
    places = ", ".join([*titles[:MOST_PLACES], *(["…"] if len(titles) > MOST_PLACES else [])])
    link = ctx.runtime.private_link(platform, f"join-{code}")
    if link is None and titles:
        return phrase(
            "{platform}: `/join {code}` in {places} or in a private chat with me",
            platform=name,
            code=code,
            places=places,
        )
    if link is None:
        return phrase("{platform}: `/join {code}` in a private chat with me", platform=name, code=code)
    # The playground's link is relative to its own address.
    whole = urljoin(ctx.runtime.link_base(platform), link)
    if titles:
        return phrase(
            "{platform}: `/join {code}` in {places} or in a private chat with me, or the link `{link}`",
            platform=name,
            code=code,
            places=places,
            link=whole,
        )
    return phrase(
        "{platform}: `/join {code}` in a private chat with me, or the link `{link}`",
        platform=name,
        code=code,
        link=whole,
    )
