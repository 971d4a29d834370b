"""Which union-day a call is for: planned, queued for the next free day, or coming again by a rule."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from bot.areas.calls.domain.calls import Call, CallState
from bot.areas.calls.domain.schedule import Repetition, Rule, days
from bot.areas.calls.domain.texts import clock, texts_of
from bot.areas.calls.storage import calls, lists, repeats
from bot.areas.ledger.services import record
from bot.areas.members.services import members
from bot.areas.tree.services import leadership
from bot.domain.people import Member, Union
from bot.domain.times import moment, union_day
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotAllowed, NotFound

MOST_QUEUED = 100
MOST_RULES = 20
MOST_LAID = 3
"""Days ahead that can be laid out: tomorrow, as another time zone counts it."""

_MOVABLE = (CallState.DRAFT, CallState.QUEUED, CallState.PLANNED)


def today(tx: Tx, union: Union) -> int:
    """Which union-day it is."""
    return union_day(union.time_zone, tx.now)


def window(tx: Tx, union: Union, day: int, opens: int, closes: int) -> tuple[datetime, datetime]:
    """When a call of that day opens, which is at once if its hour has passed, and closes. Raises BadInput."""
    opens_at = max(moment(day, opens, union.time_zone), tx.now)
    closes_at = moment(day, closes, union.time_zone)
    if closes_at <= opens_at:
        raise BadInput(
            f"On {date.fromordinal(day)} it would be over at {clock(closes)}, before it opens. Choose another day, "
            "or change closes with /call edit."
        )
    return opens_at, closes_at


def plan(tx: Tx, union: Union, actor: Member, call: Call, day: int) -> Call:
    """Give the call a union-day, one of its own.

    Raises:
        NotAllowed: the day has a call, or this one is no longer to be planned.
        BadInput: the hours of that day are over.
    """
    _require_movable(call)
    _require_free(tx, union, call, day)
    opens_at, closes_at = window(tx, union, day, call.opens, call.closes)
    before = call.day
    _put(tx, call, day, opens_at, closes_at, actor)
    if before is not None and before != day:
        fill(tx, union, call.leader_id)
    return _again(tx, call)


def queue(tx: Tx, union: Union, actor: Member, call: Call) -> Call:
    """Let the call wait for the next free day, which it gets at once if that is today or tomorrow.

    Raises NotAllowed if it is no longer to be planned, or too many wait.
    """
    _require_movable(call)
    if lists.count_branch(tx, union.id, call.leader_id, CallState.QUEUED) >= MOST_QUEUED:
        raise NotAllowed(f"{MOST_QUEUED} calls wait in the queue already. Give this one a day instead.")
    calls.unplan(tx, call.id, CallState.QUEUED)
    record(tx, union.id, "call.queued", actor, call=call.id)
    fill(tx, union, call.leader_id)
    return _again(tx, call)


def repeat(tx: Tx, union: Union, actor: Member, call: Call, repetition: Repetition, last: int | None) -> Rule:
    """Make the call the text of a rule; its first day is today, or tomorrow if its hour has passed.

    Raises NotAllowed if it is no longer to be planned, or there are too many rules; BadInput if the rule never falls
    on a day.
    """
    _require_movable(call)
    now = today(tx, union)
    first = now if moment(now, call.opens, union.time_zone) > tx.now else now + 1
    if len(rules(tx, union, call.leader_id)) >= MOST_RULES:
        raise NotAllowed(f"There are {MOST_RULES} rules already. End one of them first: /call list.")
    if last is not None and not days(Rule(0, union.id, call.id, repetition, first, last, None), first, last):
        raise BadInput(f"The rule falls on no day until {date.fromordinal(last)}. Choose a later one.")
    calls.unplan(tx, call.id, CallState.TEMPLATE)
    rule = repeats.add(tx, union.id, call.id, repetition, first, last)
    record(tx, union.id, "call.rule-made", actor, call=call.id, rule=rule.id)
    apply(tx, union, rule)
    return rule


def rules(tx: Tx, union: Union, leader_id: int | None) -> list[tuple[Rule, Call]]:
    """The rules of the union (or of that branch) that go on, with their texts, the oldest first."""
    return [(rule, text) for rule, text in _all_rules(tx, union) if text.leader_id == leader_id]


def rule(tx: Tx, union: Union, rule_id: int) -> tuple[Rule, Call]:
    """A rule that goes on, and its text. Raises NotFound."""
    found = next((pair for pair in _all_rules(tx, union) if pair[0].id == rule_id), None)
    if found is None:
        raise NotFound("That rule has ended already. /call list shows those that go on.")
    return found


def end_rule(tx: Tx, union: Union, actor: Member | None, rule: Rule, text: Call, after: CallState) -> None:
    """No more calls by this rule; those that it planned and are not open yet are cancelled. Its text becomes
    cancelled, or a draft."""
    repeats.end(tx, rule.id)
    calls.unplan(tx, rule.call_id, after)
    for made in lists.of_rule(tx, union.id, rule.id):
        calls.unplan(tx, made.id, CallState.CANCELLED)
    record(tx, union.id, "call.rule-ended", actor, rule=rule.id)
    fill(tx, union, text.leader_id)


def apply(tx: Tx, union: Union, rule: Rule) -> None:
    """Make the rule's calls of today and tomorrow where the days are free; for a rule that is new, or approved."""
    text, now = calls.by_id(tx, rule.call_id), today(tx, union)
    for day in (now, now + 1):
        if text is not None:
            _make(tx, union, rule, text, day)


# -- today and tomorrow ------------------------------------------------------------------------------------


def due(tx: Tx) -> list[Union]:
    """The unions whose today and tomorrow have not been laid out yet."""
    found = ((at, union_day(at.union.time_zone, tx.now)) for at in repeats.at_work(tx))
    return [at.union for at, now in found if (_laid(at.laid_day, now) or 0) <= now]


def lay_out(tx: Tx, union: Union) -> None:
    """Give today and tomorrow, if they are new, the calls of rules, and what is still free those of the queue."""
    now, every = today(tx, union), _all_rules(tx, union)
    laid = _laid(repeats.laid_day(tx, union.id), now)
    for day in (now, now + 1):
        if laid is None or day > laid:
            for rule, text in every:
                _make(tx, union, rule, text, day)
    missed = laid is not None and laid < now
    repeats.set_laid(tx, union.id, max(now + 1, laid or 0))
    by_branch: dict[int | None, list[tuple[Rule, Call]]] = {}
    for rule, text in every:
        by_branch.setdefault(text.leader_id, []).append((rule, text))
    for leader_id in lists.queuing(tx, union.id):
        if not _leads(tx, union, leader_id):
            continue
        _fill(tx, union, leader_id, by_branch.get(leader_id, []), missed)


def fill(tx: Tx, union: Union, leader_id: int | None) -> None:
    """Give today and tomorrow calls of the queue, if there are neither others nor a rule's on them."""
    _fill(tx, union, leader_id, rules(tx, union, leader_id), missed=False)


def _fill(tx: Tx, union: Union, leader_id: int | None, known: list[tuple[Rule, Call]], missed: bool) -> None:
    """Today gets one only while its hour is ahead, or if nothing could be laid out before (`missed`)."""
    now = today(tx, union)
    for day in (now, now + 1):
        if calls.of_day(tx, union.id, day, leader_id) is not None:
            continue
        if any(days(rule, day, day) for rule, text in known if text.approved):
            continue
        call = lists.next_queued(tx, union.id, leader_id)
        if call is None:
            return
        opens_at, closes_at = (moment(day, at, union.time_zone) for at in (call.opens, call.closes))
        if (opens_at > tx.now or missed) and closes_at > max(opens_at, tx.now):
            _put(tx, call, day, opens_at, closes_at, None)


def rezone(tx: Tx, union: Union) -> None:
    """The union's time zone changed: its planned calls open and close by the new one."""
    for call in lists.planned(tx, union.id):
        if call.day is not None:
            opens_at, closes_at = (moment(call.day, at, union.time_zone) for at in (call.opens, call.closes))
            calls.plan(tx, call.id, call.day, opens_at, closes_at)


def replan(tx: Tx, union: Union, call: Call) -> None:
    """A planned call got other hours. Raises BadInput if they are over on its day."""
    if call.day is not None:
        opens_at, closes_at = window(tx, union, call.day, call.opens, call.closes)
        calls.plan(tx, call.id, call.day, opens_at, closes_at)


def hour(tx: Tx, union: Union) -> int:
    """When calls of the union open unless they say otherwise, in minutes of the local day."""
    return repeats.opens(tx, union.id)


def set_hour(tx: Tx, union: Union, actor: Member, minutes: int) -> None:
    """From now on new calls open then; those that are prepared keep their hour."""
    repeats.set_opens(tx, union.id, minutes)
    record(tx, union.id, "call.hour", actor, minutes=minutes)


def _laid(day: int | None, now: int) -> int | None:
    """Up to which day was laid out; None if that is so far ahead that a clock must have been wrong then."""
    return None if day is None or day > now + MOST_LAID else day


def _all_rules(tx: Tx, union: Union) -> list[tuple[Rule, Call]]:
    texts = lists.of_rules(tx, union.id)
    return [(rule, texts[rule.call_id]) for rule in repeats.of_union(tx, union.id)]


def _make(tx: Tx, union: Union, rule: Rule, text: Call, day: int) -> None:
    taken = calls.of_day(tx, union.id, day, text.leader_id) is not None
    if taken or not text.approved or not days(rule, day, day) or not _leads(tx, union, text.leader_id):
        return
    opens_at, closes_at = (moment(day, at, union.time_zone) for at in (text.opens, text.closes))
    if closes_at <= max(opens_at, tx.now):
        return
    made = calls.add(
        tx,
        union_id=union.id,
        leader_id=text.leader_id,
        author_id=text.author_id,
        rule_id=rule.id,
        state=CallState.PLANNED,
        **asdict(texts_of(text)),
        day=day,
        opens_at=opens_at,
        closes_at=closes_at,
        approved=True,
        late=False,
    )
    record(tx, union.id, "call.planned", None, call=made.id, day=day)


def _leads(tx: Tx, union: Union, leader_id: int | None) -> bool:
    """Whether calls to that branch may go out: what a leader arranged rests while they do not lead."""
    leader = members.by_id(tx, leader_id) if leader_id is not None else None
    return leader_id is None or (leader is not None and leadership.is_leader(tx, union, leader))


def _put(tx: Tx, call: Call, day: int, opens_at: datetime, closes_at: datetime, actor: Member | None) -> None:
    calls.plan(tx, call.id, day, opens_at, closes_at)
    record(tx, call.union_id, "call.planned", actor, call=call.id, day=day)


def _again(tx: Tx, call: Call) -> Call:
    return calls.by_id(tx, call.id) or call


def _require_movable(call: Call) -> None:
    if call.state is CallState.TEMPLATE:
        raise NotAllowed("This is the text of a rule. End the rule first: /call list.")
    if call.state is CallState.OPEN:
        raise NotAllowed("This call is open already. /call cancel ends it.")
    if call.state not in _MOVABLE:
        raise NotAllowed("This call is over. /call new prepares another.")


def _require_free(tx: Tx, union: Union, call: Call, day: int) -> None:
    taken = calls.of_day(tx, union.id, day, call.leader_id)
    if taken is None or taken.id == call.id:
        return
    told = f"{date.fromordinal(day)} has a call already: no. {taken.id}, “{taken.title}”."
    if taken.state is CallState.CLOSED:
        raise NotAllowed(f"{told} It is over. Choose another day.")
    raise NotAllowed(
        f"{told} Choose another day, or move it with /call schedule, or free the day with /call cancel."
    )
