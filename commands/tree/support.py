"""The support behind a leader, the rankings of leaders, and one's own branch."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from bot.areas.invites import services as invites
from bot.areas.members.services import display
from bot.areas.tree.domain.endorsements import Ranked
from bot.areas.tree.domain.trust import points
from bot.areas.tree.services import endorsements, support
from bot.areas.tree.services.support import Limb, Numbers
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.model import (
    Block,
    Button,
    Image,
    Moment,
    Reply,
    Span,
    Spans,
    Visibility,
    bold,
    fields,
    items,
    p,
    say,
    spans,
)
from bot.domain.names import counted
from bot.domain.people import Account, Member, Person, Union
from bot.domain.phrases import phrase
from bot.domain.transaction import Tx
from bot.errors import NotAllowed
from bot.pictures.model import Branch
from bot.pictures.sunburst import named
from bot.pictures.support import alt_text, support_picture
from commands.members.display import face, people
from commands.tree.endorsements import joined

area = Area()

PAGE = 10
NAMED = 8

By = Literal["people", "wallets", "trust", "activation"]
_COLUMNS = {"people": "headcount", "wallets": "linked", "trust": "trust", "activation": "activation"}
_TITLES = {
    "people": phrase("by how many follow them"),
    "wallets": phrase("by how many with a wallet follow them"),
    "trust": phrase("by the trust that reaches their base"),
    "activation": phrase("by how much of their base answers calls"),
}


@dataclass(frozen=True, slots=True)
class _Seen:
    """The data of /support, read in one transaction."""

    account: Account | None
    numbers: Numbers
    leader: Account | None
    recruits: tuple[int, int]
    tree: Limb
    curve: list[tuple[int, int]]
    faces: dict[int, Account]


@area.command(
    "support",
    "What stands behind somebody: how many, how committed, how active",
    reads=True,
    rate=Rate(6, 60),
)
async def show(ctx: Context, person: Annotated[Person, "Whose (yours, if left out)"] | None = None) -> Reply:
    """Shows somebody's support base: everybody who reaches them by following endorsements upward.

    Three numbers are kept apart, as having many followers is not the same as leading them: how many there are
    (and how many of them linked a wallet), what they locked, and how many of them answer the union's calls.
    A wallet that changed hands lately is counted here at once, and for votes and money only after its wait.
    The picture has a ring for each step of distance; the angle is how many there are.
    """
    member = joined(ctx, person) if person else ctx.member
    seen = await ctx.read(_look, ctx.union, member, ctx.place.platform)
    blocks: list[Block] = [p(bold(phrase("Support of ")), face(seen.account)), _numbers(seen)]
    if seen.numbers.headcount:
        leader = _branch(seen.tree, seen.faces)
        blocks += _named(seen, len(named(leader)))
        png = await asyncio.to_thread(support_picture, leader, seen.curve)
        blocks.append(Image(png, alt_text(leader, seen.curve), "support.png"))
    return Reply(tuple(blocks))


def _named(seen: _Seen, most: int) -> list[Block]:
    """The names of the numbered branches in the picture."""
    biggest = sorted(seen.tree.children, key=lambda limb: -limb.people)[:most]
    rows = (spans(face(seen.faces.get(limb.member_id)), f" · {limb.people:,}") for limb in biggest)
    return (
        [p(phrase("The biggest branches, with their heads:")), items(*rows, ordered=True)] if biggest else []
    )


def _look(tx: Tx, union: Union, member: Member, platform: str) -> _Seen:
    numbers = support.numbers(tx, union, member)
    tree = support.tree(tx, member)
    choice = endorsements.of(tx, member)
    ids = [member.id, *_members(tree)]
    if choice is not None and choice.leader_id is not None:
        ids.append(choice.leader_id)
    known = display.of(tx, ids, platform)
    return _Seen(
        known.get(member.id),
        numbers,
        known.get(choice.leader_id) if choice and choice.leader_id is not None else None,
        invites.recruited(tx, member.id),
        tree,
        support.curve(tx, union, member),
        known,
    )


def _numbers(seen: _Seen) -> Block:
    n = seen.numbers
    ever, still = seen.recruits
    return fields(
        (
            phrase("Headcount"),
            phrase(
                "{headcount}, {linked:,} with a wallet; {endorse} directly",
                headcount=people(n.headcount),
                linked=n.linked,
                endorse=_endorse(n.direct),
            ),
        ),
        (phrase("Stake"), phrase("{stake:,} locked (counted once tokens can be locked)", stake=n.stake)),
        (phrase("Activation"), _activation(n.activation)),
        (phrase("Trust"), _trust(n.trust)),
        (
            phrase("Growth"),
            phrase("{week} in 7 days, {month} in 30 days", week=f"{n.week:+,}", month=f"{n.month:+,}"),
        ),
        (phrase("Endorses"), spans(face(seen.leader)) if seen.leader else phrase("nobody")),
        (
            phrase("Recruits"),
            phrase("{ever:,} in all, {still:,} still here", ever=ever, still=still)
            if ever
            else phrase("none yet"),
        ),
    )


def _branch(limb: Limb, known: dict[int, Account]) -> Branch:
    children = tuple(_branch(child, known) for child in limb.children)
    return Branch(display.name(known, limb.member_id), limb.people, children)


def _members(limb: Limb) -> list[int]:
    return [limb.member_id, *(one for child in limb.children for one in _members(child))]


# -- rankings ----------------------------------------------------------------------------------------------


@area.command("leaders", "Whom the most members follow", reads=True)
def leaders(ctx: Context, by: Annotated[By, "What to rank by"] = "people") -> Reply:
    """Ranks members by their support base: how many follow them, how many of those linked a wallet, how much
    trust reaches them from the founder, or what share of their base (of 5 people or more) answered a call in the
    last 7 days. Trust is worked out within minutes (in large unions daily), activation when a call closes.
    """
    return _page(ctx, by, 0, None)


@area.action("support.page")
def page(ctx: Context, by: By, place: int, number: float, member: int) -> Reply:
    reply = _page(ctx, by, place, Ranked(member, number) if place else None)
    return Reply(reply.blocks, reply.buttons, visibility=Visibility.PUBLIC, edit=True)


def _page(ctx: Context, by: By, place: int, after: Ranked | None) -> Reply:
    found = support.ranked(ctx.tx, ctx.union, _COLUMNS[by], PAGE + 1, after)
    rows, more = found[:PAGE], found[PAGE:]
    if not rows:
        if by == "trust":
            return say(
                phrase("No trust is known yet: it flows from the founder to wallets linked for over a week.")
            )
        if by == "activation":
            return say(
                phrase(
                    "No activation is known yet: it is counted when a call closes, for bases of 5 or more."
                )
            )
        if by == "wallets" and not place:
            return say(phrase("Nobody with a wallet endorses anybody yet. `/link` links one."))
        return say(
            phrase(
                "Nobody is endorsed {more}. `/endorse` begins it.",
                more=phrase("there") if place else phrase("yet"),
            )
        )
    known = display.of(ctx.tx, [row.member_id for row in rows], ctx.place.platform)
    lines: list[str | Span] = []
    for at, row in enumerate(rows, start=place + 1):
        begins = "\n" if lines else ""
        lines += [f"{begins}{at}. ", face(known.get(row.member_id)), f" · {_number(by, row.number)}"]
    buttons = []
    if place:
        buttons.append(_turn("First page", by, 0, Ranked(0, 0)))
    if more:
        buttons.append(_turn("Next", by, place + PAGE, rows[-1]))
    return say(
        p(bold(phrase("Leaders")), f" {_TITLES[by]}"),
        p(*lines),
        buttons=(tuple(buttons),) if buttons else (),
    )


def _turn(label: str, by: By, place: int, last: Ranked) -> Button:
    where = {"by": by, "place": place, "number": last.number, "member": last.member_id}
    return Button(label, "support.page", where)


def _number(by: By, number: float) -> str:
    if by == "activation":
        return f"{number:.0%}"
    return _trust(number) if by == "trust" else f"{int(number):,}"


# -- one's own branch --------------------------------------------------------------------------------------


@area.command(
    "branch",
    "Your own branch: who joined, who left, who is silent",
    visibility=Visibility.PRIVATE,
    reads=True,
)
def branch(ctx: Context) -> Reply:
    """Shows those who are followed whom they gained and lost in the last 30 days, and who of those who endorse
    them did nothing here for two weeks. Only you see it.
    """
    seen = support.branch(ctx.tx, ctx.union, ctx.member, NAMED)
    if not (seen.numbers.direct or seen.joined or seen.left):
        raise NotAllowed(
            phrase("Nobody endorses you yet, so you have no branch. `/invite` brings people who may.")
        )
    ids = [one.member_id for one in (*seen.joined[:NAMED], *seen.left[:NAMED])]
    known = display.of(ctx.tx, [*ids, *(one for one, _ in seen.longest_silent)], ctx.place.platform)
    zone = ctx.union.time_zone

    def listed(rows: Sequence[tuple[int, datetime]], total: int) -> list[Spans]:
        shown = [spans(face(known.get(one)), " · ", Moment(at, zone, "date")) for one, at in rows]
        return (
            [*shown, spans(phrase("and {total:,} more", total=total - len(rows)))]
            if total > len(rows)
            else shown
        )

    blocks: list[Block] = [
        p(
            phrase(
                "{your_branch}{headcount}, {endorse} you",
                your_branch=bold(phrase("Your branch: ")),
                headcount=people(seen.numbers.headcount),
                endorse=_endorse(seen.numbers.direct),
            )
        ),
        fields(
            (
                phrase("Growth"),
                phrase(
                    "{week} in 7 days, {month} in 30 days",
                    week=f"{seen.numbers.week:+,}",
                    month=f"{seen.numbers.month:+,}",
                ),
            )
        ),
    ]
    for title, rows, total in (
        (
            "Began to endorse you (30 days)",
            [(one.member_id, one.at) for one in seen.joined[:NAMED]],
            len(seen.joined),
        ),
        ("Ended it (30 days)", [(one.member_id, one.at) for one in seen.left[:NAMED]], len(seen.left)),
        ("Silent for two weeks, last seen", seen.longest_silent, seen.silent),
    ):
        blocks += (
            [p(bold(title)), items(*listed(rows, total))]
            if rows
            else [p(phrase("{title}: nobody", title=bold(title)))]
        )
    return Reply(tuple(blocks))


def _endorse(number: int) -> str:
    return counted(number, "endorses", "endorse")


def _activation(share: float | None) -> str:
    return (
        phrase("– (counted when a call closes)")
        if share is None
        else phrase("{share} answered a call in the last 7 days", share=f"{share:.0%}")
    )


def _trust(trust: float | None) -> str:
    return (
        phrase("– (not worked out yet)")
        if trust is None
        else phrase("{points:,} of a million", points=points(trust))
    )
