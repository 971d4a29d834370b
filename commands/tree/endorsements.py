"""Endorsing a leader, ending it, and showing the way up to the root."""

from __future__ import annotations

from typing import Annotated

from bot.areas.members.services import display, members
from bot.areas.tree.services import endorsements, support
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.model import (
    AnyButton,
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
from bot.domain.phrases import phrase
from bot.domain.times import in_words
from bot.errors import BadInput, NotFound
from commands.members.display import face, identified, people

area = Area()

SHOWN_WHOLE = 12
"""The longest way to the root that is shown whole; a longer one is shown without its middle."""


@area.command("endorse", "Follow a leader: you count for them, and for those they follow", menu="Endorse")
def endorse(ctx: Context, leader: Annotated[Person, "Who you endorse"]) -> Reply:
    """Makes somebody the one whose direction you follow, until you say otherwise: you endorse one person at a time.

    You and everybody who endorses you count in their support base, and in that of those whom they endorse. It
    gives nobody power over your accounts or wallets. On Discord you find it in a person's menu too (Apps), on
    Telegram you can reply to a message with it.
    """
    return _endorse(ctx, joined(ctx, leader))


@area.action("support.endorse")
def pressed(ctx: Context, leader: str, instead_of: int | None = None) -> Reply:
    chosen = support.member_named(ctx.tx, ctx.union, leader)
    if chosen is None:
        raise NotFound(phrase("They have left since. `/leaders` shows whom others endorse."))
    reply = _endorse(ctx, chosen, instead_of)
    return Reply(reply.blocks, reply.buttons, visibility=Visibility.PRIVATE, edit=True)


@area.command("unendorse", "End your endorsement", visibility=Visibility.PRIVATE)
def unendorse(ctx: Context) -> Reply:
    """Ends your endorsement at once: you and everybody who endorses you no longer count for them.

    Those who endorse you stay with you.
    """
    _require_settled_to_change(ctx)
    left = endorsements.unendorse(ctx.tx, ctx.union, ctx.member)
    wait = endorsements.wait(ctx.tx, ctx.union, ctx.member)
    when = phrase("; you can choose again in {wait}.", wait=in_words(wait)) if wait else "."
    return say(
        phrase(
            "You endorse {left} no longer. `/endorse` begins anew{when}", left=_named(ctx, left), when=when
        )
    )


@area.command("release", "End the endorsement of somebody who follows you", visibility=Visibility.PRIVATE)
def release(ctx: Context, person: Annotated[Person, "Who follows you and shall not any more"]) -> Reply:
    """Ends somebody's endorsement of you: they and everybody who endorses them no longer count for you, nor for those
    whom you follow. They are told, and can choose another leader after the usual wait between choices; you
    again after 7 days.

    It helps if a long chain below you keeps you from endorsing somebody, or if you do not want to lead them.
    """
    members.require_settled(ctx.tx, ctx.account)
    member = joined(ctx, person)
    if ctx.member.id not in support.lineage(ctx.tx, member)[1:2]:
        raise BadInput(
            phrase("{person} does not endorse you. `/branch` shows who does.", person=one_line(person.name))
        )
    base = support.headcount(ctx.tx, member.id)
    below = phrase(" With them go {base} who endorse them.", base=people(base)) if base else ""
    name = _account(ctx, member.id)
    confirm = Button(
        phrase("Release"),
        "support.release",
        {"member": member.ref},
        Style.DANGER,
        single_use=True,
        lasts_s=600,
    )
    return say(
        phrase(
            "Release {name} ({platform})? They endorse you no longer.{below}",
            name=ctx.mention(name),
            platform=platform_name(name.platform),
            below=below,
        ),
        phrase(
            "They are told, and can choose another leader after the usual wait between two choices. "
            "They can endorse you again after 7 days."
        ),
        buttons=((confirm,),),
    )


@area.action("support.release")
def released(ctx: Context, member: str) -> Reply:
    members.require_settled(ctx.tx, ctx.account)
    let_go = support.member_named(ctx.tx, ctx.union, member)
    if let_go is None:
        raise NotFound(phrase("They have left since, and endorse nobody any more."))
    above_id = endorsements.release(ctx.tx, ctx.union, ctx.member, let_go)
    account = display.reachable(ctx.tx, let_go.id)
    if account is not None:
        ctx.post(account, _let_go(ctx, let_go, above_id, account.platform))
    return say(
        phrase("You do not lead {let_go} any more. They are told.", let_go=_named(ctx, let_go.id)), edit=True
    )


def _let_go(ctx: Context, member: Member, above_id: int | None, platform: str) -> Reply:
    """The message for a member whom their leader released, with the leader's own leader as an offer."""
    wait = endorsements.wait(ctx.tx, ctx.union, member)
    when = phrase(" You can choose in {wait}.", wait=in_words(wait)) if wait else ""
    words = p(
        phrase(
            "{member} in {union} does not want to lead you any more, so your endorsement of them "
            "ended. Those who endorse you stay with you.{when}",
            member=ctx.mention(_account(ctx, ctx.member.id)),
            union=bold(one_line(ctx.union.name)),
            when=when,
        )
    )
    above = members.by_id(ctx.tx, above_id) if above_id else None
    face = display.of(ctx.tx, [above.id], platform).get(above.id) if above else None
    if above is None or face is None:
        return say(words, phrase("`/leaders` shows whom others endorse, `/endorse` begins anew."))
    offered = p(phrase("They endorse {face}. Do you want to follow them directly?", face=ctx.mention(face)))
    return say(words, offered, buttons=((endorse_button(above, face.name),),))


@area.command("lineage", "Whom somebody endorses, and whom those endorse, up to the root", reads=True)
def lineage(ctx: Context, person: Annotated[Person, "Whose (yours, if left out)"] | None = None) -> Reply:
    """Shows the chain of endorsements from somebody (or you) up to the one who endorses nobody."""
    member = joined(ctx, person) if person else ctx.member
    chain = support.lineage(ctx.tx, member)
    whole = len(chain) <= SHOWN_WHOLE
    shown = chain if whole else [*chain[: SHOWN_WHOLE - 4], *chain[-3:]]
    known = display.of(ctx.tx, shown, ctx.place.platform)
    rows: list[str | Span | Spans] = [spans(face(known.get(one))) for one in shown]
    if not whole:
        rows.insert(
            SHOWN_WHOLE - 4, Text(phrase("… {chain} more …", chain=len(chain) - len(shown)), italic=True)
        )
    if len(chain) == 1:
        return say(
            phrase(
                "{member} endorses nobody at present: a root of the tree.", member=face(known.get(member.id))
            )
        )
    return say(
        phrase("From {member} up to the root, each endorses the next:", member=face(known.get(member.id))),
        items(*rows),
    )


def joined(ctx: Context, person: Person) -> Member:
    """Returns the person as a member. Raises NotFound if they are none."""
    if person.member is None:
        raise NotFound(
            phrase(
                "{person} has not joined {union}, or has left it. They can `/join`, and `/invite` gives "
                "you a code for them.",
                person=one_line(person.name),
                union=one_line(ctx.union.name),
            )
        )
    return person.member


def endorse_button(leader: Member, name: str) -> Button:
    """Returns a button that endorses that member with one press."""
    label = phrase("Endorse {name}", name=one_line(name, 40))
    return Button(label, "support.endorse", {"leader": leader.ref}, Style.PRIMARY, lasts_s=30 * 86_400)


def offered(ctx: Context, leader: Member, name: str) -> tuple[tuple[AnyButton, ...], ...]:
    """Returns the button that endorses a member who is shown; none for the member and those who endorse them."""
    mine = ctx.standing.member
    choice = endorsements.of(ctx.tx, mine) if mine is not None else None
    if mine is None or mine.id == leader.id or (choice is not None and choice.leader_id == leader.id):
        return ()
    return ((endorse_button(leader, name),),)


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
    others = phrase("Their support base: {headcount}. ", headcount=people(base.headcount))
    hours = endorsements.switch_hours(ctx.tx, ctx.union)
    wait = phrase(" Another choice is possible after {hours} hours.", hours=hours) if hours else ""
    return say(
        phrase(
            "{account} endorses {new} now.{wait}",
            account=ctx.mention(ctx.account),
            new=ctx.mention(new),
            wait=wait,
        ),
        phrase("{others}`/support` shows more.", others=others),
    )


def _ask(ctx: Context, present_id: int, leader: Member, new: Account) -> Reply:
    hours = endorsements.switch_hours(ctx.tx, ctx.union)
    wait = phrase(" You can change it again after {hours} hours.", hours=hours) if hours else ""
    which = {"leader": leader.ref, "instead_of": present_id}
    label = phrase("Endorse {new} instead", new=one_line(new.name, 40))
    return say(
        phrase(
            "You endorse {present_id}. Endorse {new} instead?{wait}",
            present_id=identified(_shown(ctx, present_id)),
            new=identified(new),
            wait=wait,
        ),
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
