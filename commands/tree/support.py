"""The support behind a leader, and the rankings of leaders."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from bot.areas.invites import services as invites
from bot.areas.members.services import display, members
from bot.areas.tree.domain.endorsements import Ranked
from bot.areas.tree.services import endorsements, support
from bot.areas.tree.services.support import Limb, Numbers
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.model import (
    Block,
    Button,
    Image,
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
from bot.domain.people import Account, Member, Person, Union
from bot.domain.phrases import Phrase, phrase
from bot.domain.transaction import Tx
from bot.pictures.model import Branch
from bot.pictures.sunburst import named
from bot.pictures.support import alt_text, support_picture
from commands.members.display import face, people
from commands.tree.endorsements import joined, offered

area = Area()

PAGE = 10
NAMED = 8

OFFERED = 4

By = Literal["people", "wallets", "trust", "activation"]
_COLUMNS = {"people": "headcount", "wallets": "linked", "trust": "trust", "activation": "activation"}
_TITLES = {
    "people": phrase("Leaders by support base"),
    "wallets": phrase("Leaders by supporters with a wallet"),
    "trust": phrase("Leaders by trust"),
    "activation": phrase("Leaders by activation"),
}
_NOBODY = {
    "people": phrase("Nobody endorses anyone yet. Be the first: `/endorse`."),
    "wallets": phrase("Nobody with a wallet endorses anyone yet. `/link` links your wallet."),
    "trust": phrase(
        "No trust is known yet. It flows from the founder to people who linked a wallet more than a week ago."
    ),
    "activation": phrase(
        "Nothing is known yet. Activation is worked out when a call closes, for support bases of 5 or more."
    ),
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
    offers: tuple[Button, ...]


@area.command(
    "support",
    "See who stands behind someone: how many people, how active, who brought them",
    reads=True,
    rate=Rate(6, 60),
)
async def show(
    ctx: Context, person: Annotated[Person, "Whose support to show; yours if you leave it out"] | None = None
) -> Reply:
    """Shows someone's support base: everyone who reaches them by following endorsements upward.

    Different numbers stay apart, because having many followers is not the same as leading them: how many there are,
    how many of them linked a wallet, how many answer the union's calls, and how much of the founder's trust reaches
    them. A wallet that changed hands lately counts here at once, but for votes and money only after its wait.
    The picture has a ring for each step of distance; the wider a branch, the more people are in it.
    """
    member = joined(ctx, person) if person else ctx.member
    seen = await ctx.read(_look, ctx.union, member, ctx.member, ctx.place.platform)
    blocks: list[Block] = [p(bold(phrase("Support of {leader}", leader=face(seen.account))))]
    if not seen.numbers.headcount:
        blocks.append(p(_nobody(seen, own=member.id == ctx.member.id)))
    rows = _numbers(seen)
    if rows:
        blocks.append(fields(*rows))
    if seen.numbers.headcount:
        leader = _branch(seen.tree, seen.faces)
        blocks += _named(seen, len(named(leader)))
        png = await asyncio.to_thread(support_picture, leader, seen.curve)
        blocks.append(Image(png, alt_text(leader, seen.curve), "support.png"))
    return Reply(tuple(blocks), (seen.offers,) if seen.offers else ())


def _nobody(seen: _Seen, *, own: bool) -> Phrase:
    if own:
        return phrase("Nobody endorses you yet. `/invite` gives you a link that brings people.")
    return phrase("Nobody endorses {leader} yet.", leader=face(seen.account))


def _named(seen: _Seen, most: int) -> list[Block]:
    """The names of the numbered branches in the picture."""
    biggest = sorted(seen.tree.children, key=lambda limb: -limb.people)[:most]
    rows = (spans(face(seen.faces.get(limb.member_id)), f" · {limb.people:,}") for limb in biggest)
    return [p(phrase("The largest branches:")), items(*rows, ordered=True)] if biggest else []


def _look(tx: Tx, union: Union, member: Member, viewer: Member, platform: str) -> _Seen:
    numbers = support.numbers(tx, union, member)
    tree = support.tree(tx, member)
    choice = endorsements.of(tx, member)
    ids = [member.id, *_members(tree)]
    if choice is not None and choice.leader_id is not None:
        ids.append(choice.leader_id)
    known = display.of(tx, ids, platform)
    account = known.get(member.id)
    return _Seen(
        account,
        numbers,
        known.get(choice.leader_id) if choice and choice.leader_id is not None else None,
        invites.recruited(tx, member.id),
        tree,
        support.curve(tx, union, member),
        known,
        tuple(offered(tx, viewer, member, account.name)) if account is not None else (),
    )


def _numbers(seen: _Seen) -> list[tuple[str, str | Spans]]:
    """The numbers that say something: none is 0 or unknown."""
    n = seen.numbers
    ever, still = seen.recruits
    rows: list[tuple[str, str | Spans]] = []
    if n.headcount:
        rows.append((phrase("Headcount"), people(n.headcount)))
        rows.append((phrase("Endorse directly"), people(n.direct)))
    if n.linked:
        rows.append((phrase("With a wallet"), people(n.linked)))
    if n.activation:
        rows.append((phrase("Activation"), _activation(n.activation)))
    if n.trust:
        rows.append((phrase("Trust"), _trust(n.trust)))
    rows += growth(n)
    if seen.leader is not None:
        rows.append((phrase("Endorses"), spans(face(seen.leader))))
    if ever:
        rows.append(
            (phrase("Recruits"), phrase("{ever:,} in all, {still:,} still here", ever=ever, still=still))
        )
    return rows


def growth(numbers: Numbers) -> list[tuple[str, str | Spans]]:
    """Returns how a headcount grew, as a row of fields; nothing if it did not change."""
    week, month = f"{numbers.week:+,}", f"{numbers.month:+,}"
    if numbers.week and numbers.month:
        words = phrase("{week} in 7 days, {month} in 30 days", week=week, month=month)
    elif numbers.week:
        words = phrase("{week} in 7 days", week=week)
    elif numbers.month:
        words = phrase("{month} in 30 days", month=month)
    else:
        return []
    return [(phrase("Growth"), words)]


def _branch(limb: Limb, known: dict[int, Account]) -> Branch:
    children = tuple(_branch(child, known) for child in limb.children)
    return Branch(display.name(known, limb.member_id), limb.people, children)


def _members(limb: Limb) -> list[int]:
    return [limb.member_id, *(one for child in limb.children for one in _members(child))]


# -- rankings ----------------------------------------------------------------------------------------------


@area.command("leaders", "See whom most people follow", reads=True)
def leaders(ctx: Context, by: Annotated[By, "What to rank by"] = "people") -> Reply:
    """Ranks members by their support base: how many people follow them, how many of those linked a wallet, how much
    of the founder's trust reaches them, or what share of their base (of 5 people or more) answered a call in the last
    7 days. Trust is worked out within minutes (in large unions daily), activation when a call closes.
    """
    return _page(ctx, by, 0, None)


@area.action("support.page")
def page(ctx: Context, by: By, place: int, number: float, member: int) -> Reply:
    reply = _page(ctx, by, place, Ranked(member, number) if place else None)
    return Reply(reply.blocks, reply.buttons, visibility=Visibility.PUBLIC, edit=True)


def _page(ctx: Context, by: By, place: int, after: Ranked | None) -> Reply:
    ranked = support.ranked(ctx.tx, ctx.union, _COLUMNS[by], PAGE + 1, after)
    found = [row for row in ranked if row.number > 0]
    rows, more = found[:PAGE], found[PAGE:]
    if not rows:
        return say(phrase("There is nobody else on this list.") if place else _NOBODY[by])
    known = display.of(ctx.tx, [row.member_id for row in rows], ctx.place.platform)
    lines: list[str | Span] = []
    for at, row in enumerate(rows, start=place + 1):
        begins = "\n" if lines else ""
        lines += [f"{begins}{at}. ", face(known.get(row.member_id)), " · ", _number(by, row.number)]
    turns = []
    if place:
        turns.append(_turn(phrase("First page"), by, 0, Ranked(0, 0)))
    if more:
        turns.append(_turn(phrase("Next"), by, place + PAGE, rows[-1]))
    buttons = [*_offers(ctx, rows, known), *([tuple(turns)] if turns else [])]
    return say(p(bold(_TITLES[by])), p(*lines), buttons=tuple(buttons))


def _offers(ctx: Context, rows: Sequence[Ranked], known: dict[int, Account]) -> list[tuple[Button, ...]]:
    """Buttons that endorse the first of these leaders, two in a row."""
    found: list[Button] = []
    for row in rows:
        leader, account = members.by_id(ctx.tx, row.member_id), known.get(row.member_id)
        if leader is not None and account is not None:
            found += offered(ctx.tx, ctx.standing.member, leader, account.name)
        if len(found) == OFFERED:
            break
    return [tuple(found[at : at + 2]) for at in range(0, len(found), 2)]


def _turn(label: str, by: By, place: int, last: Ranked) -> Button:
    where = {"by": by, "place": place, "number": last.number, "member": last.member_id}
    return Button(label, "support.page", where)


def _number(by: By, number: float) -> str:
    return _share(number) if by in ("trust", "activation") else f"{int(number):,}"


def _activation(share: float) -> Phrase:
    return phrase("{share} answered a call in the last 7 days", share=_share(share))


def _trust(share: float) -> Phrase:
    return phrase("{share} of the founder's trust", share=_share(share))


def _share(share: float) -> str:
    """Returns a share in percent, with a decimal place if it is small."""
    if share < 0.001:
        return phrase("less than 0.1%")
    return f"{share:.0%}" if share >= 0.1 else f"{share:.1%}"
