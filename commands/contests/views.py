"""The views of contests: the hub with the next steps, one entry after another, and the ranking."""

from __future__ import annotations

from bot.areas.calls.domain.calls import Call
from bot.areas.contests import services as contests
from bot.areas.contests.domain import ContestEntry, PlacedEntry
from bot.areas.contests.services import Result, ShownEntry
from bot.areas.files import services as files
from bot.areas.members.services import display
from bot.chat.chores import Duty
from bot.chat.context import Context
from bot.chat.model import (
    AnyButton,
    Block,
    Button,
    Code,
    Heading,
    Image,
    Moment,
    Reply,
    Span,
    Style,
    Text,
    Visibility,
    bold,
    p,
)
from bot.domain.hosts import hosts_in
from bot.domain.names import one_line
from bot.domain.people import Account
from bot.domain.phrases import phrase, plural

_QUOTED = 160
"""Characters of an entry in the ranking."""
_ERASED = Text(phrase("(no longer kept)"), italic=True)


def hub(ctx: Context, call: Call, first: str = "", *, edit: bool = False) -> Reply:
    """Returns the member's next steps in a contest; its ranking, if it is closed."""
    if not contests.is_open(ctx.tx, call):
        return ranking(ctx, contests.result(ctx.tx, call), ctx.place.platform, edit=edit)
    entry = contests.entry_of(ctx.tx, call, ctx.member)
    assert call.closes_at is not None  # it is open
    closes = Moment(call.closes_at, ctx.union.time_zone)
    blocks: list[Block] = [p(first)] if first else []
    blocks.append(
        p(
            phrase(
                "{contest} is a contest: everyone has one entry and one vote.",
                contest=bold(one_line(call.title)),
            )
        )
    )
    which = {"call": call.id}
    look = Button(phrase("See entries"), "contest.look", which)
    if entry is None:
        blocks.append(
            p(
                phrase(
                    "Send in your entry, and vote for the best of the others, until {closes}.", closes=closes
                )
            )
        )
        return Reply(
            tuple(blocks),
            ((Button(phrase("Send in mine"), "contest.form", which, Style.PRIMARY), look),),
            edit=edit,
        )
    blocks += [p(phrase("Your entry:")), *_entry(ctx, entry)]
    blocks.append(
        p(
            phrase(
                "You can change it until {closes}, but then it loses the votes it already has.", closes=closes
            )
        )
    )
    own = (
        Button(phrase("Change"), "contest.form", which),
        Button(phrase("Withdraw"), "contest.withdraw", which, Style.DANGER),
    )
    return Reply(tuple(blocks), (own, (look,)), edit=edit)


def page(ctx: Context, shown: ShownEntry, moderates: bool) -> Reply:
    """Returns one entry with its vote button, without its author: votes are for the entry."""
    call, entry = shown.call, shown.entry
    about = p(
        phrase(
            "{contest} · entry {number:,} of {count:,}",
            contest=bold(one_line(call.title)),
            number=shown.number,
            count=shown.count,
        )
    )
    said = (
        [phrase("This is your entry.")]
        if shown.mine
        else [phrase("You voted for this entry.")]
        if shown.chosen
        else []
    )
    at = {"call": call.id, "entry": entry.id, "number": shown.number, "moderates": moderates}
    row: list[AnyButton] = []
    if shown.mine:
        row.append(Button(phrase("Change"), "contest.form", {"call": call.id}))
    elif shown.chosen:
        row.append(Button(phrase("Take my vote back"), "contest.vote", at))
    else:
        row.append(Button(phrase("Vote for this"), "contest.vote", at, Style.PRIMARY))
    if shown.count > 1:
        row.append(Button(phrase("Next"), "contest.next", at))
    rows = [tuple(row)]
    if moderates:
        rows.append((Button(phrase("Remove it"), "contest.remove", {"entry": entry.id}, Style.DANGER),))
    return Reply((about, *_entry(ctx, entry), *map(p, said)), tuple(rows), edit=True)


def ranking(by: Context | Duty, result: Result, platform: str, *, edit: bool = False) -> Reply:
    """Returns the ranking of a closed contest, with the names of the first authors and the picture of the winner."""
    call = result.call
    known = display.of(by.tx, [one.entry.member_id for one in result.first], platform)
    entries = plural(result.entries, "{n:,} entry", "{n:,} entries")
    blocks: list[Block] = [
        Heading(phrase("Ranking: {contest}", contest=call.title)),
        p(phrase("{entries}, {votes}.", entries=entries, votes=_votes(result.votes))),
    ]
    if not result.first:
        blocks = [Heading(call.title), p(phrase("The contest is closed. Nobody sent in an entry."))]
    blocks += [_line(by, one, known.get(one.entry.member_id)) for one in result.first]
    best = result.first[0].entry if result.first and result.first[0].entry.votes else None
    if best is not None:
        blocks += _picture(by, best, phrase("The picture that came first"))
    visibility = Visibility.PRIVATE if isinstance(by, Context) else Visibility.PUBLIC
    return Reply(tuple(blocks), visibility=visibility, edit=edit)


def _line(by: Context | Duty, one: PlacedEntry, account: Account | None) -> Block:
    who: Span = by.mention(account) if account else Text(display.GONE)
    quoted = one_line(one.entry.words, _QUOTED)
    # Nobody has approved the links of an entry, so they are code that leads nowhere.
    words: Span = (Code(quoted) if hosts_in(quoted) else Text(quoted)) if quoted else _ERASED
    return p(bold(f"{one.place}. "), who, " · ", _votes(one.entry.votes), " · ", words)


def _votes(number: int) -> str:
    return plural(number, "{n:,} vote", "{n:,} votes")


def _entry(ctx: Context, entry: ContestEntry) -> list[Block]:
    return [p(entry.words or _ERASED), *_picture(ctx, entry, phrase("The picture of this entry"))]


def _picture(by: Context | Duty, entry: ContestEntry, alt: str) -> list[Block]:
    photo = files.picture(by.tx, by.union, entry.file_id)
    return [Image(photo.data, alt, photo.name, entry.file_id)] if photo is not None else []
