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
    Code,
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
from bot.domain.phrases import phrase
from bot.domain.times import parse_duration, parse_when
from bot.errors import BadInput, NotAllowed
from commands.members.display import face

area = Area()

PER_PAGE = 3
_FOR_EVER = ("forever", "ever", "always", phrase("for ever"))
_UNTIL_HELP = phrase("Write how long, like 30d or 12 weeks, a day, like 2027-01-31, or forever.")


def _suggest_until(ctx: Context, typed: str) -> list[tuple[str, str]]:
    known = (
        (phrase("7 days"), "7d"),
        (phrase("30 days"), "30d"),
        (phrase("1 year"), "365d"),
        (phrase("For ever"), "forever"),
    )
    return [(label, value) for label, value in known if typed.strip().lower() in label.lower()]


@area.command(
    "expel",
    "Expel somebody from the union, for a time or for ever",
    permission=Permission.UNION_MODERATOR,
    visibility=Visibility.PRIVATE,
    rate=Rate(30, 3600),
)
def expel(
    ctx: Context,
    person: Annotated[Person, "Who is to be expelled"],
    until: Annotated[
        str,
        Arg(
            "How long (30d), until which day (2027-01-31), or forever", max_length=40, suggest=_suggest_until
        ),
    ],
    reason: Annotated[str, Arg("Why; the person and the moderators read it", max_length=MOST_REASON)],
) -> Reply:
    """Ends somebody's membership and keeps them out of the union, in all its servers and groups and in private chats.
    They are told why and until when, and to whom they can object. /readmit undoes it.

    Everything of theirs here is erased, as when somebody leaves. Their name and the reason are kept for the union's
    moderators until the expulsion ends. Somebody who left, or never joined, can be expelled too: mention them, or
    reply to a message of theirs. Accounts and wallets that they gave up within the last 30 days are kept out as well.
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
    return Reply((p(*_whom(ctx, person)), *_consequences(ctx, person, end, reason)), ((confirm,),))


@area.action("expulsion.confirm", permission=Permission.UNION_MODERATOR)
def confirmed(ctx: Context, on: str, who: str, name: str, until: str | None, reason: str) -> Reply:
    members.require_settled(ctx.tx, ctx.account)
    person = ctx.records.find_person(ctx.tx, ctx.union, on, who, name)
    _require_may(ctx, person)
    end = datetime.fromisoformat(until) if until else None
    if end is not None and end <= ctx.now:
        raise BadInput(phrase("That moment has passed. Type `/expel` again."))
    made, accounts = membership.expel(ctx.tx, ctx.union, ctx.member, person, end, reason)
    words = expulsions.news(ctx.tx, ctx.union, end)
    for account in accounts:
        ctx.post(
            account,
            say(
                p(words),
                fields((phrase("Why"), one_line(reason, MOST_REASON)), (phrase("Until"), _until(ctx, end))),
                phrase("What the union knew of you is erased, but for a mark that keeps this account out."),
            ),
        )
    return say(
        phrase(
            "{person} is expelled (no. {made}). `/readmit` undoes it.",
            person=bold(one_line(person.name)),
            made=str(made.id),
        ),
        edit=True,
    )


@area.command(
    "readmit",
    "Who is expelled, and letting them back",
    permission=Permission.UNION_MODERATOR,
    visibility=Visibility.PRIVATE,
)
def readmit(ctx: Context) -> Reply:
    """Lists who is expelled, by whom, why and until when, with buttons that end it. A person who is let back has to
    join anew, and begins anew. Wallets that they held are kept out too; a button lets others link them.
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
            "{ended} may join again. Tell them: I do not know their account any more.",
            ended=bold(one_line(ended.name)),
        ),
        edit=True,
    )


@area.action("expulsion.free-wallets", permission=Permission.UNION_MODERATOR)
def freed(ctx: Context, expulsion: int) -> Reply:
    members.require_settled(ctx.tx, ctx.account)
    found = expulsions.free_wallets(ctx.tx, ctx.union, ctx.member, expulsion)
    return say(
        phrase(
            "The wallets that {found} held can be linked again by whoever proves them.",
            found=bold(one_line(found.name)),
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
                "{person} moderates this union too: only the founder can expel a moderator.",
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
            "until: “{typed}” is no time to come. {until_help}", typed=one_line(typed), until_help=_UNTIL_HELP
        )
    )


def _whom(ctx: Context, person: Person) -> list[str | Span]:
    """Names a person so that nobody else can be meant: platform, name, and a mention or id."""
    if person.account is not None and person.platform == ctx.place.platform:
        who: list[str | Span] = [ctx.mention(person.account)]
    else:
        who = [bold(one_line(person.name))]
    number: list[str | Span] = [phrase(" (id "), Code(person.native_id), ")"] if person.native_id else []
    return [
        phrase("Expel "),
        *who,
        phrase(" on {platform}", platform=platform_name(person.platform)),
        *number,
        phrase(" from "),
        bold(one_line(ctx.union.name)),
        "?",
    ]


def _consequences(ctx: Context, person: Person, end: datetime | None, reason: str) -> list[Block]:
    rows: list[str | Span | Spans] = []
    if person.member is not None:
        mine = membership.profile(ctx.tx, person.member)
        count = len(mine.accounts)
        others = phrase(" All {count} accounts of theirs are meant.", count=count) if count > 1 else ""
        rows += [
            phrase(
                "Their membership ends, and what the union knows of them is erased.{others}", others=others
            ),
            phrase("Those who endorse them are told, and keep those who endorse them."),
            phrase(
                "They are told in private, with your reason, and how to object: by writing to the founder."
            ),
        ]
    else:
        rows.append("They are no member. They cannot join, and read this when they try.")
        if person.native_id and former.has_left(ctx.tx, ctx.union, person.platform, person.native_id):
            days = former.LASTS.days
            rows.append(
                f"They left lately: all accounts and wallets that they had within the last {days} days are meant."
            )
    rows.append("They cannot join again with these accounts, nor can their wallets be linked, until it ends.")
    return [
        fields((phrase("Until"), _until(ctx, end)), (phrase("Why"), one_line(reason, MOST_REASON))),
        items(*rows),
    ]


def _until(ctx: Context, end: datetime | None) -> str | Spans:
    return spans(Moment(end, ctx.union.time_zone)) if end else phrase("for ever")


def _page(ctx: Context, page: int, *, edit: bool = False) -> Reply:
    shown, count = expulsions.page(ctx.tx, ctx.union, page, PER_PAGE)
    if not shown and page > 0:
        return _page(ctx, page - 1, edit=edit)
    if not shown:
        return say(phrase("Nobody is expelled from this union."), edit=edit)
    known = display.of(ctx.tx, [one.by_id for one in shown if one.by_id], ctx.place.platform)
    blocks: list[Block] = [p(phrase("Expelled: {count}.", count=bold(str(count))))]
    rows: list[tuple[AnyButton, ...]] = []
    for one in shown:
        by = face(known.get(one.by_id or 0))
        blocks += [
            p(
                bold(
                    phrase(
                        "No. {one}: {one_2} ({platform})",
                        one=one.id,
                        one_2=one_line(one.name),
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
    back = Button(phrase("Readmit no. {one}", one=one.id), "expulsion.readmit", which, single_use=True)
    if not one.wallets:
        return (back,)
    return back, Button(
        phrase("Free wallets of no. {one}", one=one.id), "expulsion.free-wallets", which, single_use=True
    )
