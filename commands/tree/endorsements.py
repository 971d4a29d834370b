"""Endorsing a leader, ending it, and showing the way up to the root."""

from __future__ import annotations

from typing import Annotated

from bot.areas.members.services import display, members
from bot.areas.tree.services import endorsements, support
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.model import (
    Button,
    Reply,
    Span,
    Spans,
    Style,
    Text,
    Visibility,
    bold,
    items,
    p,
    say,
    spans,
)
from bot.chat.text import platform_name
from bot.domain.names import one_line
from bot.domain.people import Account, Member, Person
from bot.domain.phrases import phrase, plural, sentences
from bot.domain.times import in_words
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotFound
from commands.members.display import face, identified

area = Area()

SHOWN_WHOLE = 12
"""The longest way to the root that is shown whole; a longer one is shown without its middle."""


@area.command("endorse", "Follow a leader: you count for them, and for everyone they follow", menu="Endorse")
def endorse(ctx: Context, leader: Annotated[Person, "The leader you want to follow"]) -> Reply:
    """Follows a leader until you choose otherwise. You endorse one person at a time.

    You and everyone who endorses you count in that leader's support base, and in the base of everyone above. It gives
    nobody power over your accounts or wallets. On Discord it is also in a person's menu (Apps); on Telegram you can
    reply to a message with it.
    """
    return _endorse(ctx, joined(ctx, leader))


@area.action("support.endorse")
def pressed(ctx: Context, leader: str, instead_of: int | None = None) -> Reply:
    chosen = support.member_named(ctx.tx, ctx.union, leader)
    if chosen is None:
        raise NotFound(phrase("They have left the union. `/leaders` shows whom others endorse."))
    reply = _endorse(ctx, chosen, instead_of)
    return Reply(reply.blocks, reply.buttons, visibility=Visibility.PRIVATE, edit=True)


@area.command("unendorse", "End your endorsement", visibility=Visibility.PRIVATE)
def unendorse(ctx: Context) -> Reply:
    """Ends your endorsement at once: you and everyone who endorses you no longer count for that leader.

    Everyone who endorses you stays with you.
    """
    _require_settled_to_change(ctx)
    left = endorsements.unendorse(ctx.tx, ctx.union, ctx.member)
    wait = endorsements.wait(ctx.tx, ctx.union, ctx.member)
    done = phrase("You no longer endorse {leader}.", leader=_named(ctx, left))
    if wait:
        again = phrase("You can choose another leader in {wait}, with `/endorse`.", wait=in_words(wait))
    else:
        again = phrase("Choose another leader with `/endorse`.")
    return say(sentences([done, again]))


@area.command("release", "Stop leading someone who endorses you", visibility=Visibility.PRIVATE)
def release(ctx: Context, person: Annotated[Person, "The person you no longer want to lead"]) -> Reply:
    """Ends someone's endorsement of you: they and everyone who endorses them no longer count for you, nor for the
    leaders above you. They are told, and can choose another leader after the usual wait. They can endorse you again
    after 7 days.

    It helps if a long chain below you keeps you from endorsing someone, or if you do not want to lead them.
    """
    members.require_settled(ctx.tx, ctx.account)
    member = joined(ctx, person)
    if ctx.member.id not in support.lineage(ctx.tx, member)[1:2]:
        raise BadInput(
            phrase("{person} does not endorse you. `/branch` shows who does.", person=one_line(person.name))
        )
    base = support.headcount(ctx.tx, member.id)
    asked: list[str] = [
        phrase(
            "Release {member} ({platform})? They will no longer endorse you.",
            member=ctx.mention(_account(ctx, member.id)),
            platform=platform_name(_account(ctx, member.id).platform),
        )
    ]
    if base:
        asked.append(
            plural(
                base,
                "{n:,} person who endorses them goes with them.",
                "{n:,} people who endorse them go with them.",
            )
        )
    confirm = Button(
        phrase("Release"),
        "support.release",
        {"member": member.ref},
        Style.DANGER,
        single_use=True,
        lasts_s=600,
    )
    return say(
        sentences(asked),
        phrase(
            "They will be told, and can choose another leader after the usual wait. They can endorse you again after "
            "7 days."
        ),
        buttons=((confirm,),),
    )


@area.action("support.release")
def released(ctx: Context, member: str) -> Reply:
    members.require_settled(ctx.tx, ctx.account)
    let_go = support.member_named(ctx.tx, ctx.union, member)
    if let_go is None:
        raise NotFound(phrase("They have left the union, so they no longer endorse you."))
    above_id = endorsements.release(ctx.tx, ctx.union, ctx.member, let_go)
    account = display.reachable(ctx.tx, let_go.id)
    if account is not None:
        ctx.post(account, _let_go(ctx, let_go, above_id, account.platform))
    return say(
        phrase("You no longer lead {member}. I have told them.", member=_named(ctx, let_go.id)), edit=True
    )


def _let_go(ctx: Context, member: Member, above_id: int | None, platform: str) -> Reply:
    """The message for a member whom their leader released, with the leader's own leader as an offer."""
    wait = endorsements.wait(ctx.tx, ctx.union, member)
    said: list[str] = [
        phrase(
            "{leader} no longer wants to lead you in {union}, so your endorsement has ended. Everyone who endorses "
            "you stays with you.",
            leader=ctx.mention(_account(ctx, ctx.member.id)),
            union=bold(one_line(ctx.union.name)),
        )
    ]
    if wait:
        said.append(phrase("You can choose another leader in {wait}.", wait=in_words(wait)))
    words = p(sentences(said))
    above = members.by_id(ctx.tx, above_id) if above_id else None
    face = display.of(ctx.tx, [above.id], platform).get(above.id) if above else None
    if above is None or face is None:
        return say(words, phrase("`/leaders` shows whom others endorse, and `/endorse` follows someone."))
    offered = p(
        phrase("They endorse {leader}. Do you want to follow {leader} directly?", leader=ctx.mention(face))
    )
    return say(words, offered, buttons=((endorse_button(above, face.name),),))


@area.command(
    "lineage", "See whom someone endorses, whom that leader endorses, and so on to the top", reads=True
)
def lineage(
    ctx: Context,
    person: Annotated[Person, "Whose way to the top to show; yours if you leave it out"] | None = None,
) -> Reply:
    """Shows the chain of endorsements from someone (or you) up to the leader who endorses nobody."""
    member = joined(ctx, person) if person else ctx.member
    chain = support.lineage(ctx.tx, member)
    whole = len(chain) <= SHOWN_WHOLE
    shown = chain if whole else [*chain[: SHOWN_WHOLE - 4], *chain[-3:]]
    known = display.of(ctx.tx, shown, ctx.place.platform)
    rows: list[str | Span | Spans] = [spans(face(known.get(one))) for one in shown]
    if not whole:
        rows.insert(
            SHOWN_WHOLE - 4, Text(phrase("… {more} more …", more=len(chain) - len(shown)), italic=True)
        )
    if len(chain) == 1:
        return say(
            phrase(
                "{member} endorses nobody, and so stands at the top of a tree.",
                member=face(known.get(member.id)),
            )
        )
    return say(
        phrase("From {member} to the top; each endorses the next:", member=face(known.get(member.id))),
        items(*rows),
    )


def joined(ctx: Context, person: Person) -> Member:
    """Returns the person as a member. Raises NotFound if they are none."""
    if person.member is None:
        raise NotFound(
            phrase(
                "{person} is not a member of {union}. They can `/join`, and `/invite` gives you a link for them.",
                person=one_line(person.name),
                union=one_line(ctx.union.name),
            )
        )
    return person.member


def endorse_button(leader: Member, name: str) -> Button:
    """Returns a button that endorses that member with one press."""
    label = phrase("Endorse {name}", name=one_line(name, 40))
    return Button(label, "support.endorse", {"leader": leader.ref}, Style.PRIMARY, lasts_s=30 * 86_400)


def offered(tx: Tx, viewer: Member | None, leader: Member, name: str) -> list[Button]:
    """Returns the button that endorses a member who is shown; none for that member and those who endorse them."""
    choice = endorsements.of(tx, viewer) if viewer is not None else None
    if viewer is None or viewer.id == leader.id or (choice is not None and choice.leader_id == leader.id):
        return []
    return [endorse_button(leader, name)]


def _endorse(ctx: Context, leader: Member, instead_of: int | None = None) -> Reply:
    """Endorses that member. If it would replace a leader other than `instead_of`, ask first."""
    platform = ctx.place.platform
    present = endorsements.check(ctx.tx, ctx.union, ctx.member, leader, platform)
    new = _account(ctx, leader.id)
    if support.has_followers(ctx.tx, ctx.member):
        members.require_settled(ctx.tx, ctx.account)  # all followers would move too
    if present is not None and present.leader_id is not None:
        members.require_settled(ctx.tx, ctx.account)
        if present.leader_id != instead_of:
            return _ask(ctx, present.leader_id, leader, new)
    endorsements.endorse(ctx.tx, ctx.union, ctx.member, leader, platform)
    base = support.numbers(ctx.tx, ctx.union, leader)
    said: list[str] = [
        phrase("{member} endorses {leader} now.", member=ctx.mention(ctx.account), leader=ctx.mention(new)),
        *_wait_after(ctx),
    ]
    return say(
        sentences(said),
        plural(
            base.headcount,
            "{n:,} person stands behind them now. `/support` shows more.",
            "{n:,} people stand behind them now. `/support` shows more.",
        ),
    )


def _wait_after(ctx: Context) -> list[str]:
    """Says how long members wait between two choices; nothing if they need not."""
    hours = endorsements.switch_hours(ctx.tx, ctx.union)
    if not hours:
        return []
    return [
        plural(
            hours,
            "The next choice is possible after {n} hour.",
            "The next choice is possible after {n} hours.",
        )
    ]


def _ask(ctx: Context, present_id: int, leader: Member, new: Account) -> Reply:
    which = {"leader": leader.ref, "instead_of": present_id}
    label = phrase("Endorse {name} instead", name=one_line(new.name, 40))
    asked = phrase(
        "You endorse {present}. Endorse {leader} instead?",
        present=identified(_shown(ctx, present_id)),
        leader=identified(new),
    )
    return say(
        sentences([asked, *_wait_after(ctx)]),
        buttons=((Button(label, "support.endorse", which, Style.PRIMARY, lasts_s=600),),),
        visibility=Visibility.PRIVATE,
    )


def _require_settled_to_change(ctx: Context) -> None:
    present = endorsements.of(ctx.tx, ctx.member)
    if present is not None and present.leader_id is not None:
        members.require_settled(ctx.tx, ctx.account)


def _account(ctx: Context, member_id: int) -> Account:
    return display.of(ctx.tx, [member_id], ctx.place.platform)[member_id]


def _named(ctx: Context, member_id: int) -> Span:
    return face(_shown(ctx, member_id))


def _shown(ctx: Context, member_id: int) -> Account | None:
    return display.of(ctx.tx, [member_id], ctx.place.platform).get(member_id)
