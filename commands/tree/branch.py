"""A leader's own branch: who joined, who left, who is quiet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.areas.members.services import display
from bot.areas.tree.services import support
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.model import Block, Moment, Reply, Visibility, bold, fields, items, p, say, spans
from bot.domain.phrases import Phrase, phrase
from bot.errors import NotAllowed
from commands.members.display import face, people
from commands.tree.support import NAMED, growth

area = Area()


@area.command(
    "branch",
    "See who joined or left your branch, and who has gone quiet",
    visibility=Visibility.PRIVATE,
    reads=True,
)
def branch(ctx: Context) -> Reply:
    """Shows who began and who stopped endorsing you in the last 30 days, and which of the people who endorse you did
    nothing here for two weeks. Only you see it.
    """
    seen = support.branch(ctx.tx, ctx.union, ctx.member, NAMED)
    if not (seen.numbers.direct or seen.joined or seen.left):
        raise NotAllowed(
            phrase(
                "Nobody endorses you yet, so you have no branch. `/invite` gives you a link that brings people."
            )
        )
    ids = [one.member_id for one in (*seen.joined[:NAMED], *seen.left[:NAMED])]
    known = display.of(ctx.tx, [*ids, *(one for one, _ in seen.longest_silent)], ctx.place.platform)
    zone = ctx.union.time_zone

    def section(title: Phrase, none: Phrase, rows: Sequence[tuple[int, datetime]], total: int) -> list[Block]:
        if not rows:
            return [p(none)]
        shown = [spans(face(known.get(one)), " · ", Moment(at, zone, "date")) for one, at in rows]
        if total > len(rows):
            shown.append(spans(phrase("and {more:,} more", more=total - len(rows))))
        return [p(bold(title)), items(*shown)]

    numbers = seen.numbers
    rows = [(phrase("Headcount"), people(numbers.headcount)), (phrase("Endorse you"), people(numbers.direct))]
    came = [(one.member_id, one.at) for one in seen.joined[:NAMED]]
    went = [(one.member_id, one.at) for one in seen.left[:NAMED]]
    return say(
        p(bold(phrase("Your branch"))),
        fields(*rows, *growth(numbers)),
        *section(
            phrase("New in the last 30 days"),
            phrase("Nobody new in the last 30 days."),
            came,
            len(seen.joined),
        ),
        *section(
            phrase("Stopped endorsing you in the last 30 days"),
            phrase("Nobody stopped endorsing you in the last 30 days."),
            went,
            len(seen.left),
        ),
        *section(
            phrase("Quiet for two weeks or more, last seen"),
            phrase("Nobody has been quiet for two weeks."),
            seen.longest_silent,
            seen.silent,
        ),
    )
