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
from bot.domain.phrases import phrase

area = Area()

PER_WRITE = 100
NAMED = 5

Leaders = Annotated[Literal["founder", "top", "supported"], Arg("Who leads besides the founder")]
HowMany = Annotated[
    int,
    Arg(
        "top: how many lead, up to 100; supported: by how many supporters", minimum=1, maximum=MOST_SUPPORTERS
    ),
]
LinkedOnly = Annotated[bool, Arg("Whether only supporters with a linked wallet count towards ranks")]
GraceDays = Annotated[int, Arg("How many days who falls below goes on leading", minimum=0, maximum=90)]
SwitchHours = Annotated[
    int, Arg("How many hours members wait between two endorsements", minimum=0, maximum=720)
]


@area.command("union rules", "See or set what a leader is in this union", permission=Permission.FOUNDER)
def rules(
    ctx: Context,
    leaders: Leaders | None = None,
    how_many: HowMany | None = None,
    linked_only: LinkedOnly | None = None,
    grace_days: GraceDays | None = None,
    switch_hours: SwitchHours | None = None,
) -> Reply:
    """Changes what you name and leaves the rest; shows the rules if you name nothing.

    leaders:founder – only the founder leads. leaders:top – the members with the most supporters, how_many of them.
    leaders:supported – everybody with how_many supporters or more. Who falls below is told, goes on leading for
    grace_days, and then no longer; leaders:founder ends all other ranks at once.
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
        (phrase("Below it"), _grace(after)),
        (phrase("Endorsing another"), _switching(after)),
    )
    if changes == RuleChanges():
        return say(phrase("The rules of {union}:", union=bold(one_line(ctx.union.name))), shown)
    return say(phrase("Changed.") if after != before else phrase("These are the rules already."), shown)


def about(ctx: Context) -> tuple[tuple[str, str], ...]:
    """Returns the rule and the leaders, for the page about the union."""
    return ((phrase("Leaders"), who_leads(leadership.rules_of(ctx.tx, ctx.union))), *_now(ctx))


def who_leads(rules: Rules) -> str:
    """Returns a union's rule of leadership in a sentence."""
    if rules.leaders is Lead.FOUNDER:
        return phrase("Only the founder leads.")
    if rules.leaders is Lead.SUPPORTED:
        return phrase(
            "The founder leads, and everybody with {n_} or more {supporters}.",
            n_=rules.n,
            supporters=_supporters(rules, rules.n),
        )
    if rules.n == 1:
        return phrase(
            "The founder leads, and the member with the most {supporters}.", supporters=_supporters(rules, 2)
        )
    return phrase(
        "The founder leads, and the {n_} members with the most {supporters}.",
        n_=rules.n,
        supporters=_supporters(rules, 2),
    )


def _now(ctx: Context) -> tuple[tuple[str, str], ...]:
    """How many members lead by the rule now, and the first of them."""
    now = leadership.leading(ctx.tx, ctx.union, NAMED)
    if now.rules.leaders is Lead.FOUNDER:
        return ()
    known = display.of(ctx.tx, [member_id for member_id, _ in now.first], ctx.place.platform)
    names = [f"{display.name(known, member_id)} ({number})" for member_id, number in now.first]
    if now.count > len(names):
        names.append(f"{now.count - len(names)} more")
    nobody = phrase("nobody has enough {supporters} yet", supporters=_supporters(now.rules, 2))
    words = f"{now.count}: {', '.join(names)}" if names else nobody
    if now.in_grace:
        words += phrase("; besides, {in_grace} who fell below, until their time is up", in_grace=now.in_grace)
    return ((phrase("Leading by support"), words),)


def _supporters(rules: Rules, number: int) -> str:
    noun = "supporters" if number != 1 else "supporter"
    return phrase("{noun} who linked a wallet", noun=noun) if rules.linked_only else noun


def _grace(rules: Rules) -> str:
    if rules.leaders is Lead.FOUNDER:
        return phrase("Nobody leads by support.")
    if rules.grace_days == 0:
        return phrase("Who has too little support stops leading at once.")
    return phrase(
        "Who has too little support is told, and stops leading after {count}.",
        count=_count(rules.grace_days, "day"),
    )


def _switching(rules: Rules) -> str:
    if rules.switch_hours == 0:
        return phrase("Possible at any time.")
    return phrase("Possible {count} after the last endorsement.", count=_count(rules.switch_hours, "hour"))


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


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
            p(phrase("You lead in {name} now: {has}.", name=name, has=_has(change))),
            p(
                phrase(
                    "Its rule: {who_leads} {grace}",
                    who_leads=who_leads(change.rules),
                    grace=_grace(change.rules),
                )
            ),
            p(phrase("What only leaders may do is open to you: `/help` shows it.")),
        ]
    if change.turn is RankTurn.SLIPPED and change.falls_at is not None:
        until = Moment(change.falls_at, union.time_zone)
        return [
            p(
                phrase(
                    "You have too little support to lead in {name}: {has}. {takes}",
                    name=name,
                    has=_has(change),
                    takes=_takes(change),
                )
            ),
            p(
                phrase(
                    "You go on leading until {until}. If you have enough by then, nothing changes.",
                    until=until,
                )
            ),
        ]
    if change.turn is RankTurn.BACK:
        return [
            p(
                phrase(
                    "You have enough support again: {has}. You go on leading in {name}.",
                    has=_has(change),
                    name=name,
                )
            )
        ]
    if change.rules.leaders is Lead.FOUNDER:
        why = phrase("The union's rule changed: only the founder leads now.")
    else:
        why = phrase("You have too little support: {has}. {takes}", has=_has(change), takes=_takes(change))
    return [
        p(phrase("You no longer lead in {name}. {why}", name=name, why=why)),
        p(phrase("Your supporters stay yours.")),
    ]


def _has(change: RankChange) -> str:
    return phrase(
        "you have {number} {supporters}",
        number=change.number,
        supporters=_supporters(change.rules, change.number),
    )


def _takes(change: RankChange) -> str:
    rules = change.rules
    if rules.leaders is Lead.SUPPORTED:
        return phrase("It takes {needed}.", needed=change.needed)
    if rules.n == 1:
        return phrase("The one with the most leads, and has {needed} now.", needed=change.needed)
    return phrase(
        "The {n_} with the most lead, and the last of them has {needed} now.",
        n_=rules.n,
        needed=change.needed,
    )
