"""The union-day of a call: planned by hand, taken from the queue, or given by a repeat."""

from __future__ import annotations

from datetime import date

from bot.areas.calls.domain.calls import Call, CallState, Window, window
from bot.areas.calls.domain.schedule import Repeat, RepeatPattern, repeat_days
from bot.areas.calls.domain.texts import clock, texts_of
from bot.areas.calls.storage import calls, lists, repeats
from bot.areas.calls.storage.calls import NewCall
from bot.areas.ledger.services import record
from bot.areas.members.services import members
from bot.areas.tree.services import leadership
from bot.areas.unions import services as unions
from bot.domain.people import Member, Union
from bot.domain.phrases import phrase
from bot.domain.times import moment, union_day
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotAllowed, NotFound

MOST_QUEUED = 100
MOST_REPEATS = 20
MOST_LAID = 3
"""Days ahead that can be laid out: tomorrow, which in another time zone can be this far ahead."""

_MOVABLE = (CallState.DRAFT, CallState.QUEUED, CallState.PLANNED)


def today(tx: Tx, union: Union) -> int:
    """Returns the present union-day."""
    return union_day(union.time_zone, tx.now)


def plan(tx: Tx, union: Union, actor: Member, call: Call, day: int) -> Call:
    """Plans the call for a union-day that has no other call.

    Raises:
        NotAllowed: the day has a call, or this call can no longer be planned.
        BadInput: the call's hours of that day are over.
    """
    moved = move(tx, union, actor, call, day)
    if call.day is not None and call.day != day:
        fill(tx, union, call.leader_id)
    return moved


def move(tx: Tx, union: Union, actor: Member, call: Call, day: int) -> Call:
    """Does the same as `plan`, and leaves the day that the call had before free."""
    require_movable(call)
    _require_free(tx, union, call, day)
    _plan(tx, call, day, window_left(tx, union, call, day), actor)
    return _reread(tx, call)


def begun(tx: Tx, union: Union, call: Call, day: int) -> bool:
    """Whether the call could be planned for this union-day, and its hour of that day has passed.

    Raises NotAllowed and BadInput as `plan` does.
    """
    require_movable(call)
    _require_free(tx, union, call, day)
    window_left(tx, union, call, day)
    return moment(day, call.opens, union.time_zone) <= tx.now


def queue(tx: Tx, union: Union, actor: Member, call: Call) -> Call:
    """Puts the call into the queue. Plans it at once, if its turn comes today or tomorrow.

    Raises NotAllowed if the call can no longer be planned, or the queue is full.
    """
    require_movable(call)
    if lists.count_branch(tx, union.id, call.leader_id, CallState.QUEUED) >= MOST_QUEUED:
        raise NotAllowed(
            phrase(
                "Choose a day for this call instead: {most} calls wait in the queue already.",
                most=MOST_QUEUED,
            )
        )
    calls.unplan(tx, call.id, CallState.QUEUED)
    record(tx, union.id, "call.queued", actor, call=call.id)
    fill(tx, union, call.leader_id)
    return _reread(tx, call)


# -- repeats -------------------------------------------------------------------------------------------------


def start_repeat(
    tx: Tx, union: Union, actor: Member, call: Call, pattern: RepeatPattern, last: int | None
) -> Repeat:
    """Makes the call the text of a repeat until the union-day `last` (None: for ever).

    The first day of the repeat is today, or tomorrow if the call's hour has passed. Raises NotAllowed if the call can
    no longer be planned, or there are too many repeats; BadInput if the repeat has no day until `last`.
    """
    require_movable(call)
    now = today(tx, union)
    first = now if moment(now, call.opens, union.time_zone) > tx.now else now + 1
    if len(repeats_of(tx, union, call.leader_id)) >= MOST_REPEATS:
        raise NotAllowed(
            phrase(
                "End a rule first with `/call list`: there are {most} already.",
                most=MOST_REPEATS,
            )
        )
    if last is not None and not _has_days(union, call, pattern, first, last):
        raise BadInput(
            phrase(
                "Choose a later last day: the rule comes on no day until {last_day}.",
                last_day=date.fromordinal(last),
            )
        )
    calls.unplan(tx, call.id, CallState.TEMPLATE)
    repeat = repeats.add(tx, union.id, call.id, pattern, first, last)
    record(tx, union.id, "call.rule-made", actor, call=call.id, rule=repeat.id)
    make_calls(tx, union, repeat)
    return repeat


def repeats_of(tx: Tx, union: Union, leader_id: int | None) -> list[tuple[Repeat, Call]]:
    """Returns the repeats of the union (or of that branch) that go on, with their texts, the oldest first."""
    return [(repeat, text) for repeat, text in _all_repeats(tx, union) if text.leader_id == leader_id]


def find_repeat(tx: Tx, union: Union, repeat_id: int) -> tuple[Repeat, Call]:
    """Returns a repeat that goes on, and its text. Raises NotFound."""
    found = next((pair for pair in _all_repeats(tx, union) if pair[0].id == repeat_id), None)
    if found is None:
        raise NotFound(phrase("That rule has ended already. See the current ones with `/call list`."))
    return found


def end_repeat(
    tx: Tx, union: Union, actor: Member | None, repeat: Repeat, text: Call, after: CallState
) -> None:
    """Ends a repeat and cancels the calls that it planned. Gives its text the state `after`: cancelled, or draft."""
    repeats.end(tx, repeat.id)
    calls.unplan(tx, repeat.call_id, after)
    for made in lists.of_repeat(tx, union.id, repeat.id):
        calls.unplan(tx, made.id, CallState.CANCELLED)
    record(tx, union.id, "call.rule-ended", actor, rule=repeat.id)
    fill(tx, union, text.leader_id)


def make_calls(tx: Tx, union: Union, repeat: Repeat) -> None:
    """Makes the calls of today and tomorrow of a repeat that is new or approved, where the days are free."""
    text, now = calls.by_id(tx, repeat.call_id), today(tx, union)
    for day in (now, now + 1):
        if text is not None:
            _make_call(tx, union, repeat, text, day)


def _has_days(union: Union, call: Call, pattern: RepeatPattern, first: int, last: int) -> bool:
    return bool(repeat_days(Repeat(0, union.id, call.id, pattern, first, last, None), first, last))


def _all_repeats(tx: Tx, union: Union) -> list[tuple[Repeat, Call]]:
    texts = lists.repeat_texts(tx, union.id)
    return [(repeat, texts[repeat.call_id]) for repeat in repeats.of_union(tx, union.id)]


def _make_call(tx: Tx, union: Union, repeat: Repeat, text: Call, day: int) -> None:
    taken = calls.of_day(tx, union.id, day, text.leader_id) is not None
    if taken or not text.approved or not repeat_days(repeat, day, day):
        return
    hours = window(day, text.opens, text.closes, union.time_zone)
    if hours.is_over(tx.now) or not _leads(tx, union, text.leader_id):
        return
    new = NewCall(
        union.id,
        text.leader_id,
        text.author_id,
        texts_of(text),
        CallState.PLANNED,
        approved=True,
        repeat_id=repeat.id,
        day=day,
        window=hours,
    )
    made = calls.add(tx, new)
    record(tx, union.id, "call.planned", None, call=made.id, day=day)


# -- today and tomorrow ------------------------------------------------------------------------------------


def due(tx: Tx) -> list[Union]:
    """Returns the unions that have repeats or a queue, and whose tomorrow is not laid out yet."""
    days = {union.id: (union, day) for union, day in unions.with_their_unions(tx, repeats.laid_days(tx))}

    def behind(union: Union) -> bool:
        now = today(tx, union)
        laid = _laid(days[union.id][1], now)
        return laid is None or laid <= now

    return [union for union, _ in unions.each((union for union, _ in days.values()), behind)]


def lay_out(tx: Tx, union: Union) -> None:
    """Makes the calls of repeats for today and tomorrow, once for each day; plans queued calls for free days."""
    now, every = today(tx, union), _all_repeats(tx, union)
    laid = _laid(repeats.laid_day(tx, union.id), now)
    for day in (now, now + 1):
        if laid is None or day > laid:
            for repeat, text in every:
                _make_call(tx, union, repeat, text, day)
    missed = laid is not None and laid < now
    repeats.set_laid(tx, union.id, max(now + 1, laid or 0))
    by_branch: dict[int | None, list[tuple[Repeat, Call]]] = {}
    for repeat, text in every:
        by_branch.setdefault(text.leader_id, []).append((repeat, text))
    for leader_id in lists.queuing(tx, union.id):
        if _leads(tx, union, leader_id):
            _fill(tx, union, leader_id, by_branch.get(leader_id, []), missed)


def fill(tx: Tx, union: Union, leader_id: int | None) -> None:
    """Plans queued calls for today and tomorrow, if these days have no other call and are not days of a repeat."""
    _fill(tx, union, leader_id, repeats_of(tx, union, leader_id), missed=False)


def _fill(
    tx: Tx, union: Union, leader_id: int | None, known: list[tuple[Repeat, Call]], missed: bool
) -> None:
    """Does the work of `fill`; `known` are the repeats of the branch.

    Today gets a call only while the call's hour is ahead, or if Muster `missed` laying out today in time.
    """
    now = today(tx, union)
    for day in (now, now + 1):
        if calls.of_day(tx, union.id, day, leader_id) is not None:
            continue
        if any(repeat_days(repeat, day, day) for repeat, text in known if text.approved):
            continue
        call = lists.next_queued(tx, union.id, leader_id)
        if call is None:
            return
        hours = window(day, call.opens, call.closes, union.time_zone)
        if (hours.opens_at > tx.now or missed) and not hours.is_over(tx.now):
            _plan(tx, call, day, hours, None)


def _laid(day: int | None, now: int) -> int | None:
    """Returns the last day that was laid out; None for a day so far ahead that a clock must have been wrong."""
    return None if day is None or day > now + MOST_LAID else day


# -- hours ---------------------------------------------------------------------------------------------------


def rezone(tx: Tx, union: Union) -> None:
    """Moves the hours of all planned calls to the union's new time zone."""
    for call in lists.planned(tx, union.id):
        if call.day is not None:
            calls.plan(tx, call.id, call.day, window(call.day, call.opens, call.closes, union.time_zone))


def replan(tx: Tx, union: Union, call: Call) -> None:
    """Plans a call for its new hours on the same day. Raises BadInput if they are over."""
    if call.day is not None:
        calls.plan(tx, call.id, call.day, window_left(tx, union, call, call.day))


def hour(tx: Tx, union: Union) -> int:
    """Returns the union's hour, at which its calls open by default, in minutes of the local day."""
    return repeats.opens(tx, union.id)


def set_hour(tx: Tx, union: Union, actor: Member, minutes: int) -> None:
    """Sets the union's hour. Calls that are prepared keep theirs."""
    repeats.set_opens(tx, union.id, minutes)
    record(tx, union.id, "call.hour", actor, minutes=minutes)


def _leads(tx: Tx, union: Union, leader_id: int | None) -> bool:
    """Whether calls to that branch may go out now. A leader's calls rest while the leader does not lead."""
    leader = members.by_id(tx, leader_id) if leader_id is not None else None
    return leader_id is None or (leader is not None and leadership.is_leader(tx, union, leader))


def window_left(tx: Tx, union: Union, call: Call, day: int) -> Window:
    """Returns the hours of the call on that day, from now on if they have begun. Raises BadInput if they are over."""
    hours = window(day, call.opens, call.closes, union.time_zone)
    if hours.is_over(tx.now):
        raise BadInput(
            phrase(
                "Choose another day, or change `closes` with `/call edit`: on {day} it would be over at {closes}, "
                "before it opens.",
                day=date.fromordinal(day),
                closes=clock(call.closes),
            )
        )
    return Window(max(hours.opens_at, tx.now), hours.closes_at)


def _plan(tx: Tx, call: Call, day: int, hours: Window, actor: Member | None) -> None:
    calls.plan(tx, call.id, day, hours)
    record(tx, call.union_id, "call.planned", actor, call=call.id, day=day)


def _reread(tx: Tx, call: Call) -> Call:
    return calls.by_id(tx, call.id) or call


def require_movable(call: Call) -> None:
    """Raises NotAllowed if the call can no longer be given another day."""
    if call.state is CallState.TEMPLATE:
        raise NotAllowed(phrase("This is the text of a rule. End the rule first with `/call list`."))
    if call.state is CallState.OPEN:
        raise NotAllowed(phrase("This call is open already. End it with `/call cancel`."))
    if call.state not in _MOVABLE:
        raise NotAllowed(phrase("This call is over. Prepare another with `/call new`."))


def _require_free(tx: Tx, union: Union, call: Call, day: int) -> None:
    taken = calls.of_day(tx, union.id, day, call.leader_id)
    if taken is None or taken.id == call.id:
        return
    if taken.state is CallState.CLOSED:
        raise NotAllowed(
            phrase(
                "Choose another day: that one had “{title}” (no. {call}), which is over.",
                title=taken.title,
                call=taken.id,
            )
        )
    if taken.state is CallState.OPEN:
        raise NotAllowed(
            phrase(
                "Choose another day, or end “{title}” (no. {call}) first with `/call cancel`: it is open.",
                title=taken.title,
                call=taken.id,
            )
        )
    raise NotAllowed(
        phrase(
            "Choose another day: that one has “{title}” (no. {call}) already.",
            title=taken.title,
            call=taken.id,
        )
    )
