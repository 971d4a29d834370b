"""Telling moderators of crowds that look made up. They look at the evidence, and decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from bot.areas.flags import services as flags
from bot.areas.flags.domain import BURST_WINDOW, Alerts, FlagKind, NewFlag
from bot.areas.flags.services import Look, ShownFlag
from bot.areas.members.services import display
from bot.areas.waiting import services as waiting
from bot.chat.chores import Duty, Office
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.model import (
    AnyButton,
    Block,
    Button,
    Fields,
    Moment,
    Reply,
    Spans,
    Visibility,
    bold,
    fields,
    p,
    say,
    spans,
)
from bot.chat.targets import Target
from bot.chat.text import platform_name
from bot.domain.names import one_line
from bot.domain.people import Account, Permission, Union
from bot.domain.phrases import phrase, plural, sentences
from bot.domain.times import in_words
from bot.domain.transaction import Tx
from bot.errors import BadInput
from commands.waiting.queues import Notes, Queue, Reader, Waiting, moderators_to_tell

area = Area()
area.group("flags", "Supporters that look made up, for moderators to check")

PER_PAGE = 4
MOST_TOLD = 3


@area.command(
    "flags list",
    "See what looks made up and was not checked yet",
    permission=Permission.UNION_MODERATOR,
    visibility=Visibility.PRIVATE,
    reads=True,
)
def listed(ctx: Context) -> Reply:
    """Shows what was noticed, with the evidence: many people who joined at once, and groups of newcomers who
    endorse each other. It may well be innocent, so nothing is done about it. Close what you have checked.
    """
    return _page(ctx, 0)


@area.command(
    "flags here",
    "Tell moderators in this chat when something looks made up",
    permission=Permission.UNION_MODERATOR,
    space_only=True,
)
def here(ctx: Context) -> Reply:
    """From now on, this chat is told when a crowd looks made up, with the evidence, and no other chat is. The founder
    is told privately in any case. Choose a chat that only moderators can read, because members are named.
    """
    place, space = ctx.place, ctx.standing.space
    if space is None:
        raise BadInput(
            phrase("This place does not belong to the union. `/union spaces` lists the places that do.")
        )
    before = flags.alerts(ctx.tx, ctx.union)
    chat = place.chat if place.chat != place.space else None
    flags.set_alerts(
        ctx.tx, ctx.union, ctx.standing.member, Alerts(place.platform, space.id, chat, place.thread)
    )
    if before is not None and (before.chat, before.thread) != (place.chat, place.thread):
        ctx.post(
            _target(before), say(phrase("From now on, another chat is told when something looks made up."))
        )
    return say(
        phrase(
            "From now on, this chat is told when something looks made up. Members are named then, so only "
            "moderators should be able to read it. `/flags off` ends it."
        )
    )


@area.command(
    "flags off", "Stop telling a chat when something looks made up", permission=Permission.UNION_MODERATOR
)
def off(ctx: Context) -> Reply:
    """Ends what /flags here began. The founder is still told privately, and /flags list still shows everything."""
    if flags.alerts(ctx.tx, ctx.union) is None:
        raise BadInput(
            phrase("No chat is told right now. To change that, type `/flags here` in the moderators' chat.")
        )
    flags.set_alerts(ctx.tx, ctx.union, ctx.standing.member, None)
    return say(phrase("No chat is told any more. `/flags list` still shows what looks made up."))


@area.action("flags.page", permission=Permission.UNION_MODERATOR)
def turned(ctx: Context, page: int) -> Reply:
    return _page(ctx, page, edit=True)


@area.action("flags.close", permission=Permission.UNION_MODERATOR)
def closed(ctx: Context, flag: int, page: int) -> Reply:
    flags.close(ctx.tx, ctx.union, ctx.standing.member, flag)
    return _page(ctx, page, edit=True)


def _page(ctx: Context, page: int, *, edit: bool = False) -> Reply:
    shown, count = flags.open_flags(ctx.tx, ctx.union, page, PER_PAGE)
    if not shown and page > 0:
        return _page(ctx, page - 1, edit=edit)
    if not shown:
        return say(phrase("Nothing looks made up, except what was already closed."), edit=edit)
    known = flags.people(ctx.tx, shown, ctx.place.platform)
    blocks: list[Block] = [
        p(
            plural(
                count,
                "{n:,} flag is open. It may be innocent; nothing was done about it.",
                "{n:,} flags are open. They may be innocent; nothing was done about them.",
            )
        )
    ]
    for flag in shown:
        blocks += _described(flag, known, ctx.union)
    rows: list[tuple[AnyButton, ...]] = [
        (
            Button(
                phrase("Close no. {number}", number=flag.id), "flags.close", {"flag": flag.id, "page": page}
            ),
        )
        for flag in shown
    ]
    turns = []
    if page > 0:
        turns.append(Button(phrase("Newer"), "flags.page", {"page": page - 1}))
    if (page + 1) * PER_PAGE < count:
        turns.append(Button(phrase("Older"), "flags.page", {"page": page + 1}))
    return Reply(tuple(blocks), (*rows, *([tuple(turns)] if turns else [])), edit=edit)


# -- noticing ----------------------------------------------------------------------------------------------


@area.chore
async def crowds(office: Office) -> None:
    """Looks at the newcomers of unions in which somebody joined or endorsed; tells of groups that look made up."""

    async def look_at(look: Look) -> None:
        found = await office.scan(flags.look, look.union) if look.heavy else []
        if found or not look.again:
            await office.write(look.union, _raise, look, found)

    await office.each(await office.read(flags.due), look_at)


def _raise(duty: Duty, look: Look, found: Sequence[NewFlag]) -> None:
    tell(duty, flags.raise_flags(duty.tx, look, found))


def tell(by: Context | Duty, raised: Sequence[ShownFlag]) -> None:
    """Tells the founder and the chat of moderators of new flags."""
    if not raised:
        return
    founder = by.union.founder_id
    account = display.reachable(by.tx, founder) if founder is not None else None
    chat = flags.alerts(by.tx, by.union)
    if account is not None:
        by.post(account, _notice(by, raised, account.platform))
        for flag in raised:
            waiting.tell(by.tx, by.union, account.member_id, QUEUE.kind, flag.id)
    if chat is not None:
        by.post(_target(chat), _notice(by, raised, chat.platform))


def _notice(by: Context | Duty, raised: Sequence[ShownFlag], platform: str) -> Reply:
    known = flags.people(by.tx, raised[:MOST_TOLD], platform)
    blocks: list[Block] = [
        p(
            phrase(
                "Something in {union} looks made up. It may be innocent; nothing was done about it.",
                union=bold(one_line(by.union.name)),
            )
        )
    ]
    for flag in raised[:MOST_TOLD]:
        blocks += _described(flag, known, by.union)
    left = len(raised) - MOST_TOLD
    more = [plural(left, "There is {n:,} more.", "There are {n:,} more.")] if left > 0 else []
    listing = phrase("`/flags list` shows what is open, and closes what you have checked.")
    return say(*blocks, sentences([*more, listing]))


def _target(chat: Alerts) -> Target:
    return Target(chat.platform, chat=chat.chat, thread=chat.thread)


# -- evidence in words ---------------------------------------------------------------------------------------


def _described(flag: ShownFlag, known: dict[int, Account], union: Union) -> list[Block]:
    if flag.kind is FlagKind.BURST:
        title = phrase("No. {number}: many joined at once", number=flag.id)
    elif flag.kind is FlagKind.JOINING:
        return _refusals(flag, known, union)
    else:
        leader = display.name(known, flag.member_id or 0)
        title = phrase("No. {number}: newcomers who support {leader}", number=flag.id, leader=leader)
    return [p(bold(title)), _evidence(flag, known, union)]


def _refusals(flag: ShownFlag, known: dict[int, Account], union: Union) -> list[Block]:
    found, zone = flag.evidence, union.time_zone
    asked = display.name(known, flag.member_id or 0)
    return [
        p(
            bold(
                phrase(
                    "No. {number}: someone keeps asking to be one person with {member}, who says that they are not",
                    number=flag.id,
                    member=asked,
                )
            )
        ),
        fields(
            (phrase("Tried"), _counted(found.asked, known, sum(n for _, n in found.asked), 0)),
            (phrase("Refused within a week"), plural(found.people, "{n:,} time", "{n:,} times")),
            (
                phrase("When"),
                spans(
                    phrase(
                        "from {began} to {ended}",
                        began=Moment(found.began, zone),
                        ended=Moment(found.ended, zone),
                    )
                ),
            ),
        ),
    ]


def _evidence(flag: ShownFlag, known: dict[int, Account], union: Union) -> Fields:
    found, zone = flag.evidence, union.time_zone
    if flag.kind is FlagKind.BURST:
        who = plural(
            found.people,
            "{n:,} new member; usual in {time}: {usual}",
            "{n:,} new members; usual in {time}: {usual}",
            time=in_words(BURST_WINDOW),
            usual=f"{found.usual:g}",
        )
    else:
        leader = display.name(known, flag.member_id or 0)
        who = plural(
            found.people,
            "{n:,} new member, counting {leader} if new; support base: {headcount:,} in total",
            "{n:,} new members, counting {leader} if new; support base: {headcount:,} in total",
            leader=leader,
            headcount=found.headcount,
        )
    return fields(
        (phrase("People"), who),
        (
            phrase("Joined"),
            spans(
                phrase(
                    "from {began} to {ended}",
                    began=Moment(found.began, zone),
                    ended=Moment(found.ended, zone),
                )
            ),
        ),
        (phrase("Where"), _listed(found.platforms)),
        (
            phrase("Without a wallet"),
            phrase("{some:,} of {people:,}", some=found.without_wallet, people=found.people),
        ),
        (phrase("Invited by"), _counted(found.invited_by, known, found.invited, found.people)),
        (phrase("They endorse"), _counted(found.endorsing, known, found.endorse, found.people)),
    )


def _counted(named: Sequence[tuple[int, int]], known: dict[int, Account], counted: int, people: int) -> Spans:
    """Numbers in words, like “Bo (12), Cy (3), others (4), nobody (2)”."""
    words: list[str] = [f"{display.name(known, member_id)} ({number})" for member_id, number in named]
    others = counted - sum(number for _, number in named)
    if others:
        words.append(phrase("others ({number:,})", number=others))
    if people > counted:
        words.append(phrase("nobody ({number:,})", number=people - counted))
    return spans(*[part for one in words for part in (", ", one)][1:])


def _listed(counts: Mapping[str, int]) -> str:
    named = ", ".join(f"{platform_name(name)} ({number})" for name, number in counts.items())
    return named or phrase("nowhere any more")


# -- waiting for a look --------------------------------------------------------------------------------------


def _waiting(by: Context | Duty, reader: Reader) -> list[Waiting]:
    """Returns the open flags, for a moderator of the union."""
    if not reader.moderator:
        return []
    return [
        Waiting(flag.id, flag.at, partial(_to_look_at, by, flag, reader.platform))
        for flag in flags.waiting(by.tx, by.union)
    ]


def _to_look_at(by: Context | Duty, flag: ShownFlag, platform: str) -> Reply:
    known = flags.people(by.tx, [flag], platform)
    otherwise = phrase(
        "It may be innocent. If nobody does anything, nothing happens to these members, and it stays open until a "
        "moderator closes it."
    )
    close = Button(phrase("Close no. {number}", number=flag.id), "flags.close", {"flag": flag.id, "page": 0})
    return Reply((*_described(flag, known, by.union), p(otherwise)), ((close,),))


def _to_tell(tx: Tx, union: Union) -> list[tuple[int, int]]:
    named = moderators_to_tell(tx, union)
    found = flags.waiting(tx, union) if named else []
    return [(member_id, flag.id) for flag in found for member_id in named]


QUEUE = Queue("flag", _waiting, Notes(flags.unions_waiting, _to_tell))
