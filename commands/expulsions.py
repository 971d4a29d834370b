"""Expelling people from the union, and letting them back."""

from __future__ import annotations

import contextlib
from datetime import datetime
from typing import Annotated

from bot import membership
from bot.areas.expulsions.domain import MOST_REASON, Expulsion
from bot.areas.expulsions.services import expulsions, former
from bot.areas.members.services import display, members
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.model import (
    AnyButton,
    Block,
    Button,
    Moment,
    Reply,
    Span,
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
from bot.domain.people import Permission, Person
from bot.domain.phrases import Phrase, phrase, plural, sentences
from bot.domain.times import parse_duration, parse_when
from bot.errors import BadInput, NotAllowed
from commands.members.display import face

area = Area()

PER_PAGE = 3
_FOR_EVER = ("forever", "ever", "always", "for ever")


def _suggest_until(ctx: Context, typed: str) -> list[tuple[str, str]]:
    known = (
        (phrase("7 days"), "7d"),
        (phrase("30 days"), "30d"),
        (phrase("1 year"), "365d"),
        (phrase("Forever"), "forever"),
    )
    return [(label, value) for label, value in known if typed.strip().lower() in label.lower()]


@area.command(
    "expel",
    "Expel someone from the union, for a time or forever",
    permission=Permission.UNION_MODERATOR,
    visibility=Visibility.PRIVATE,
    rate=Rate(30, 3600),
)
def expel(
    ctx: Context,
    person: Annotated[Person, "The person to expel"],
    until: Annotated[
        str,
        Arg(
            "How long (30d), until which day (2027-01-31), or forever", max_length=40, suggest=_suggest_until
        ),
    ],
    reason: Annotated[str, Arg("Why; the person and the moderators can read it", max_length=MOST_REASON)],
) -> Reply:
    """Ends someone's membership and keeps them out of the union, in all its servers and groups and in private chats.
    They are told why, until when, and whom they can write to if they object. /readmit undoes it.

    Everything of theirs here is erased, as when someone leaves. Their name and the reason are kept for the union's
    moderators until the expulsion ends. Someone who left, or never joined, can be expelled too: mention them, or
    reply to one of their messages. Accounts and wallets they gave up within the last 30 days are kept out as well.
    """
    _require_may(ctx, person)
    end = _moment(ctx, until)
    which = {
        "on": person.platform,
        "who": person.native_id,
        "name": person.name,
        "until": end.isoformat() if end else None,
        "reason": reason,
    }
    confirm = Button(phrase("Expel"), "expulsion.confirm", which, Style.DANGER, single_use=True, lasts_s=600)
    return Reply((p(_whom(ctx, person)), *_consequences(ctx, person, end, reason)), ((confirm,),))


@area.action("expulsion.confirm", permission=Permission.UNION_MODERATOR)
def confirmed(ctx: Context, on: str, who: str, name: str, until: str | None, reason: str) -> Reply:
    members.require_settled(ctx.tx, ctx.account)
    person = ctx.records.find_person(ctx.tx, ctx.union, on, who, name)
    _require_may(ctx, person)
    end = datetime.fromisoformat(until) if until else None
    if end is not None and end <= ctx.now:
        raise BadInput(phrase("That time has already passed. Type `/expel` again."))
    made, accounts = membership.expel(ctx.tx, ctx.union, ctx.member, person, end, reason)
    words = expulsions.news(ctx.tx, ctx.union, end)
    for account in accounts:
        ctx.post(
            account,
            say(
                p(words),
                fields((phrase("Why"), one_line(reason, MOST_REASON)), (phrase("Until"), _until(ctx, end))),
                phrase(
                    "What the union knew about you is erased, except for a mark that keeps this account out."
                ),
            ),
        )
    return say(
        phrase(
            "{person} is expelled (no. {number}). `/readmit` undoes it.",
            person=bold(one_line(person.name)),
            number=made.id,
        ),
        edit=True,
    )


@area.command(
    "readmit",
    "See who is expelled, and let them back in",
    permission=Permission.UNION_MODERATOR,
    visibility=Visibility.PRIVATE,
)
def readmit(ctx: Context) -> Reply:
    """Lists who is expelled, by whom, why and until when, with buttons that end it. Someone who is let back in has to
    join again and starts from zero. Wallets that they held are kept out too; a button lets others link them.
    """
    return _page(ctx, 0)


@area.action("expulsion.page", permission=Permission.UNION_MODERATOR)
def turned(ctx: Context, page: int) -> Reply:
    return _page(ctx, page, edit=True)


@area.action("expulsion.readmit", permission=Permission.UNION_MODERATOR)
def readmitted(ctx: Context, expulsion: int) -> Reply:
    members.require_settled(ctx.tx, ctx.account)
    ended = expulsions.readmit(ctx.tx, ctx.union, ctx.member, expulsion)
    return say(
        phrase(
            "{person} can join again. Please tell them yourself: I no longer know their account.",
            person=bold(one_line(ended.name)),
        ),
        edit=True,
    )


@area.action("expulsion.free-wallets", permission=Permission.UNION_MODERATOR)
def freed(ctx: Context, expulsion: int) -> Reply:
    members.require_settled(ctx.tx, ctx.account)
    found = expulsions.free_wallets(ctx.tx, ctx.union, ctx.member, expulsion)
    return say(
        phrase(
            "The wallets that {person} held can be linked again, by anyone who proves that they hold them.",
            person=bold(one_line(found.name)),
        ),
        edit=True,
    )


def _require_may(ctx: Context, person: Person) -> None:
    """Raises NotAllowed for somebody whom the actor cannot expel."""
    member = person.member
    membership.require_expellable(ctx.union, ctx.member, member)
    if member is None or ctx.is_founder:
        return
    if ctx.records.is_union_moderator(ctx.tx, member):
        raise NotAllowed(
            phrase(
                "{person} also moderates this union. Only the founder can expel a moderator.",
                person=one_line(person.name),
            )
        )


def _moment(ctx: Context, typed: str) -> datetime | None:
    """Returns the moment that was typed; None for ever. Raises BadInput."""
    words = typed.strip().lower().removeprefix("until ").removeprefix("for ").strip()
    if words in _FOR_EVER:
        return None
    zone = ctx.union.time_zone
    with contextlib.suppress(BadInput):
        return ctx.now + parse_duration(words)
    with contextlib.suppress(BadInput):
        return parse_when(f"{words} 00:00", ctx.now, zone)
    with contextlib.suppress(BadInput):
        return parse_when(words, ctx.now, zone)
    raise BadInput(
        phrase(
            "Type how long, like `30d` or `12 weeks`, a day to come, like `2027-01-31`, or `forever`. I cannot use "
            "“{typed}”.",
            typed=one_line(typed),
        )
    )


def _whom(ctx: Context, person: Person) -> Phrase:
    """Names a person so that nobody else can be meant: platform, name, and a mention or id."""
    if person.account is not None and person.platform == ctx.place.platform:
        who: Span = ctx.mention(person.account)
    else:
        who = bold(one_line(person.name))
    platform, union = platform_name(person.platform), bold(one_line(ctx.union.name))
    if not person.native_id:
        return phrase(
            "Expel {person} on {platform} from {union}?", person=who, platform=platform, union=union
        )
    return phrase(
        "Expel {person} on {platform} (ID `{id}`) from {union}?",
        person=who,
        platform=platform,
        id=person.native_id,
        union=union,
    )


def _consequences(ctx: Context, person: Person, end: datetime | None, reason: str) -> list[Block]:
    rows: list[str | Span | Spans] = []
    if person.member is not None:
        mine = membership.profile(ctx.tx, person.member)
        count = len(mine.accounts)
        ending = phrase("Their membership ends, and what the union knows about them is erased.")
        others = [phrase("This covers all {count:,} of their accounts.", count=count)] if count > 1 else []
        rows += [
            sentences([ending, *others]),
            phrase("Everyone who endorses them is told, and keeps their own supporters."),
            phrase(
                "They are told in private, with your reason, and how to object: by writing to the founder."
            ),
        ]
    else:
        rows.append(phrase("They are not a member. They cannot join, and are told this when they try."))
        if person.native_id and former.has_left(ctx.tx, ctx.union, person.platform, person.native_id):
            days = former.LASTS.days
            rows.append(
                phrase(
                    "They left recently. This covers all accounts and wallets that they had within the last "
                    "{days} days.",
                    days=days,
                )
            )
    rows.append(
        phrase(
            "Until it ends, they cannot join again with these accounts, and their wallets cannot be linked."
        )
    )
    return [
        fields((phrase("Until"), _until(ctx, end)), (phrase("Why"), one_line(reason, MOST_REASON))),
        items(*rows),
    ]


def _until(ctx: Context, end: datetime | None) -> str | Spans:
    return spans(Moment(end, ctx.union.time_zone)) if end else phrase("forever")


def _page(ctx: Context, page: int, *, edit: bool = False) -> Reply:
    shown, count = expulsions.page(ctx.tx, ctx.union, page, PER_PAGE)
    if not shown and page > 0:
        return _page(ctx, page - 1, edit=edit)
    if not shown:
        return say(phrase("Nobody is expelled from this union."), edit=edit)
    known = display.of(ctx.tx, [one.by_id for one in shown if one.by_id], ctx.place.platform)
    blocks: list[Block] = [p(plural(count, "{n:,} person is expelled.", "{n:,} people are expelled."))]
    rows: list[tuple[AnyButton, ...]] = []
    for one in shown:
        by = face(known.get(one.by_id or 0))
        blocks += [
            p(
                bold(
                    phrase(
                        "No. {number}: {name} ({platform})",
                        number=one.id,
                        name=one_line(one.name),
                        platform=platform_name(one.platform),
                    )
                )
            ),
            fields(
                (phrase("By"), spans(by)),
                (phrase("Since"), Moment(one.at, ctx.union.time_zone)),
                (phrase("Until"), _until(ctx, one.until)),
                (phrase("Why"), one_line(one.reason, MOST_REASON)),
            ),
        ]
        rows.append(_buttons(one))
    turns = []
    if page > 0:
        turns.append(Button(phrase("Newer"), "expulsion.page", {"page": page - 1}))
    if (page + 1) * PER_PAGE < count:
        turns.append(Button(phrase("Older"), "expulsion.page", {"page": page + 1}))
    return Reply(tuple(blocks), (*rows, *([tuple(turns)] if turns else [])), edit=edit)


def _buttons(one: Expulsion) -> tuple[AnyButton, ...]:
    which = {"expulsion": one.id}
    back = Button(phrase("Readmit no. {number}", number=one.id), "expulsion.readmit", which, single_use=True)
    if not one.wallets:
        return (back,)
    return back, Button(
        phrase("Free wallets of no. {number}", number=one.id),
        "expulsion.free-wallets",
        which,
        single_use=True,
    )
