"""The rule of leadership in a union: showing and changing it, and telling members whose rank changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from bot.areas.members.services import daily_notice, display
from bot.areas.tree.domain.leadership import MOST_SUPPORTERS, Lead, RankTurn, RuleChanges, Rules
from bot.areas.tree.services import leadership
from bot.areas.tree.services.leadership import RankChange
from bot.chat.chores import Duty, Office
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.model import Block, Moment, Reply, bold, fields, p, say
from bot.chat.params import Arg
from bot.domain.names import one_line
from bot.domain.people import Permission, Union
from bot.domain.phrases import Phrase, phrase, plural, sentences

area = Area()

PER_WRITE = 100
NAMED = 5

Leaders = Annotated[Literal["founder", "top", "supported"], Arg("Who leads besides the founder")]
HowMany = Annotated[
    int,
    Arg(
        "top: how many members lead, up to 100; supported: how many supporters it takes",
        minimum=1,
        maximum=MOST_SUPPORTERS,
    ),
]
LinkedOnly = Annotated[bool, Arg("Whether only supporters with a linked wallet count")]
GraceDays = Annotated[
    int, Arg("How many days leaders with too little support stay leaders", minimum=0, maximum=90)
]
SwitchHours = Annotated[
    int, Arg("How many hours members wait between two endorsements", minimum=0, maximum=720)
]


@area.command("union rules", "See or change who leads in this union", permission=Permission.FOUNDER)
def rules(
    ctx: Context,
    leaders: Leaders | None = None,
    how_many: HowMany | None = None,
    linked_only: LinkedOnly | None = None,
    grace_days: GraceDays | None = None,
    switch_hours: SwitchHours | None = None,
) -> Reply:
    """Changes what you name and leaves the rest as it is. Without options it shows the rules.

    `leaders:founder`: only the founder leads. `leaders:top`: the members with the most supporters, `how_many` of
    them. `leaders:supported`: everyone with `how_many` supporters or more. A leader who falls below is told, and
    stays a leader for `grace_days`. `leaders:founder` ends all other ranks at once.
    """
    changes = RuleChanges(
        Lead(leaders) if leaders is not None else None, how_many, linked_only, grace_days, switch_hours
    )
    before = after = leadership.rules_of(ctx.tx, ctx.union)
    if changes != RuleChanges():
        after = leadership.change_rules(ctx.tx, ctx.union, ctx.member, changes)
    shown = fields(
        (phrase("Who leads"), who_leads(after)),
        *_now(ctx),
        (phrase("Too little support"), _grace(after)),
        (phrase("Changing leaders"), _switching(after)),
    )
    if changes == RuleChanges():
        return say(phrase("The rules of {union}:", union=bold(one_line(ctx.union.name))), shown)
    return say(
        phrase("Changed.") if after != before else phrase("Nothing to change: these are the rules."), shown
    )


def about(ctx: Context) -> tuple[tuple[str, str], ...]:
    """Returns the rule and the leaders, for the page about the union."""
    return ((phrase("Leaders"), who_leads(leadership.rules_of(ctx.tx, ctx.union))), *_now(ctx))


def who_leads(rules: Rules) -> Phrase:
    """Returns a union's rule of leadership in a sentence."""
    if rules.leaders is Lead.FOUNDER:
        return phrase("Only the founder leads.")
    if rules.leaders is Lead.SUPPORTED and rules.linked_only:
        return plural(
            rules.n,
            "The founder leads, and everyone with {n} supporter or more who linked a wallet.",
            "The founder leads, and everyone with {n:,} or more supporters who linked a wallet.",
        )
    if rules.leaders is Lead.SUPPORTED:
        return plural(
            rules.n,
            "The founder leads, and everyone with {n} supporter or more.",
            "The founder leads, and everyone with {n:,} or more supporters.",
        )
    if rules.linked_only:
        return plural(
            rules.n,
            "The founder leads, and the member with the most supporters who linked a wallet.",
            "The founder leads, and the {n} members with the most supporters who linked a wallet.",
        )
    return plural(
        rules.n,
        "The founder leads, and the member with the most supporters.",
        "The founder leads, and the {n} members with the most supporters.",
    )


def _now(ctx: Context) -> tuple[tuple[str, str], ...]:
    """How many members lead by the rule now, and the first of them."""
    now = leadership.leading(ctx.tx, ctx.union, NAMED)
    if now.rules.leaders is Lead.FOUNDER:
        return ()
    known = display.of(ctx.tx, [member_id for member_id, _ in now.first], ctx.place.platform)
    names = [f"{display.name(known, member_id)} ({number:,})" for member_id, number in now.first]
    listed, more = ", ".join(names), now.count - len(names)
    if more > 0:
        words = phrase("{count:,}: {names} and {more:,} more.", count=now.count, names=listed, more=more)
    elif names:
        words = phrase("{count:,}: {names}.", count=now.count, names=listed)
    elif now.rules.linked_only:
        words = phrase("Nobody has enough supporters who linked a wallet yet.")
    else:
        words = phrase("Nobody has enough supporters yet.")
    said = [words]
    if now.in_grace:
        said.append(
            plural(
                now.in_grace,
                "{n:,} more has too little support, and stays a leader until their time is up.",
                "{n:,} more have too little support, and stay leaders until their time is up.",
            )
        )
    return ((phrase("Leading by support"), sentences(said)),)


def _grace(rules: Rules) -> Phrase:
    if rules.leaders is Lead.FOUNDER:
        return phrase("Nobody leads by support.")
    if rules.grace_days == 0:
        return phrase("A leader with too little support stops leading at once.")
    return plural(
        rules.grace_days,
        "A leader with too little support is told, and stops leading after {n} day.",
        "A leader with too little support is told, and stops leading after {n} days.",
    )


def _switching(rules: Rules) -> Phrase:
    if rules.switch_hours == 0:
        return phrase("Members can choose another leader at any time.")
    return plural(
        rules.switch_hours,
        "Members can choose another leader {n} hour after the last endorsement.",
        "Members can choose another leader {n} hours after the last endorsement.",
    )


# -- keeping ranks ---------------------------------------------------------------------------------------


@area.chore
async def ranks(office: Office) -> None:
    """Changes ranks of members who begin or cease to meet the rule, and tells them."""

    async def settle(due: tuple[Union, Sequence[int]]) -> None:
        union, member_ids = due
        for at in range(0, len(member_ids), PER_WRITE):
            await office.write(union, _settle, member_ids[at : at + PER_WRITE])

    await office.each(await office.read(leadership.due), settle)


def _settle(duty: Duty, member_ids: Sequence[int]) -> None:
    may_hear = daily_notice.untold(duty.tx, duty.union, member_ids)
    for change in leadership.settle(duty.tx, duty.union.id, may_hear):
        if daily_notice.claim(duty.tx, duty.union, change.account.member_id):
            duty.post(change.account, say(*_notice(change, duty.union)))


def _notice(change: RankChange, union: Union) -> list[Block]:
    name = bold(one_line(union.name))
    if change.turn is RankTurn.RISEN:
        return [
            p(sentences([phrase("You are a leader in {union} now.", union=name), _has(change)])),
            p(sentences([phrase("The rule:"), who_leads(change.rules), _grace(change.rules)])),
            p(phrase("You can do more now: `/help` shows it.")),
        ]
    if change.turn is RankTurn.SLIPPED and change.falls_at is not None:
        until = Moment(change.falls_at, union.time_zone)
        return [
            p(
                sentences(
                    [
                        phrase("You have too little support to lead in {union}.", union=name),
                        _has(change),
                        _takes(change),
                    ]
                )
            ),
            p(
                phrase(
                    "You stay a leader until {until}. If you have enough by then, nothing changes.",
                    until=until,
                )
            ),
        ]
    if change.turn is RankTurn.BACK:
        return [
            p(
                sentences(
                    [
                        phrase("You have enough support again, and stay a leader in {union}.", union=name),
                        _has(change),
                    ]
                )
            )
        ]
    if change.rules.leaders is Lead.FOUNDER:
        why = [phrase("The union's rule changed: only the founder leads now.")]
    else:
        why = [phrase("You have too little support."), _has(change), _takes(change)]
    return [
        p(sentences([phrase("You are no longer a leader in {union}.", union=name), *why])),
        p(phrase("Everyone who endorses you stays with you.")),
    ]


def _has(change: RankChange) -> Phrase:
    if change.rules.linked_only:
        return plural(
            change.number,
            "You have {n:,} supporter who linked a wallet.",
            "You have {n:,} supporters who linked a wallet.",
        )
    return plural(change.number, "You have {n:,} supporter.", "You have {n:,} supporters.")


def _takes(change: RankChange) -> Phrase:
    rules = change.rules
    if rules.leaders is Lead.SUPPORTED:
        return phrase("It takes {needed:,}.", needed=change.needed)
    return plural(
        rules.n,
        "The member with the most leads, and has {needed:,} now.",
        "The {n} members with the most lead, and the last of them has {needed:,} now.",
        needed=change.needed,
    )
