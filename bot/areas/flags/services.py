"""Flags: raising them for crowds that look made up, and showing them to moderators with the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from bot.areas.flags import domain, storage
from bot.areas.flags.domain import Alerts, Evidence, NewFlag
from bot.areas.flags.storage import Flag
from bot.areas.ledger.services import record
from bot.areas.members.services import display, members
from bot.areas.spaces import services as spaces
from bot.areas.traces import services as traces
from bot.areas.traces.domain import Trace, TraceKind
from bot.areas.tree.services import leadership, support
from bot.areas.unions import services as unions
from bot.domain.people import Account, Member, Union
from bot.domain.phrases import phrase
from bot.domain.times import union_day
from bot.domain.transaction import Tx
from bot.errors import NotFound

MOST_READ = 20_000
"""The most members that one look reads, the newest first: some tenths of a second. A larger crowd is seen in part."""

MOST_AT_ONCE = 50
"""The most flags that one look raises; the next look raises the others."""

SETTLING = domain.FRESH / 2
"""In the first hours of a union, everybody is new and few have linked a wallet. Groups are checked after this time,
while their members still count as newcomers."""


MOST_OPEN = 200
"""Among so many open flags, the newest ones, a member who leaves is looked for."""

NAMED_FOR = timedelta(days=30)
"""For this long, flags name somebody again who left and came back."""


@dataclass(frozen=True, slots=True)
class ShownFlag:
    """A flag with its evidence, for moderators."""

    id: int
    kind: domain.FlagKind
    member_id: int | None
    evidence: Evidence
    at: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """A union to look at.

    `seq`: the number of its newest ledger entry. `heavy`: its newcomers have to be read. `again`: it needs another
    look, even if nothing else happens.
    """

    union: Union
    seq: int
    heavy: bool
    again: bool


def due(tx: Tx) -> list[Look]:
    """Returns the unions in which something happened since the last look."""
    found = []
    for union_id, seq, heavy in storage.changed_unions(tx):
        union = unions.by_id(tx, union_id)
        if union is not None:
            found.append(Look(union, seq, heavy, heavy and _settling(tx, union)))
    return found


def look(tx: Tx, union: Union) -> list[NewFlag]:
    """Returns the flags to raise: new ones, and open ones whose crowd has grown. For `Store.scan`."""
    newest = storage.newest(tx, union.id, MOST_READ)
    week = tx.now - domain.USUAL_SPAN
    since = max(week, newest[-1][1] if len(newest) == MOST_READ else union.created_at)
    joins = sorted(joined for _, joined, left in newest if left is None and joined >= since)
    fresh = tx.now - domain.FRESH
    ids = [member_id for member_id, joined, left in newest if left is None and joined >= fresh]
    if not ids:
        return []
    people = storage.newcomers(tx, union.id, min(ids), fresh)
    found = domain.bursts(people, joins, since, union.time_zone)
    if not _settling(tx, union):
        found += domain.rings(
            people, union.founder_id, lambda one: support.headcount(tx, one), union.time_zone
        )
    unseen = [one for one in found if _grown(tx, union.id, one)]
    return sorted(unseen, key=lambda one: -one.evidence.people)[:MOST_AT_ONCE]


def raise_flags(tx: Tx, look: Look, found: Sequence[NewFlag]) -> list[ShownFlag]:
    """Raises the flags that a look found; returns those that are new. Open ones get the newer evidence."""
    union, raised = look.union, []
    for one in found:
        evidence = msgspec.json.encode(one.evidence).decode()
        known = storage.by_key(tx, union.id, one.key)
        if known is not None and known.closed_at is None:
            storage.set_evidence(tx, known.id, evidence)
        flag = storage.add(tx, union.id, one.kind, one.leader_id, evidence, one.key)
        if flag is not None:
            record(tx, union.id, "flag.raised", None, flag=one.kind.value)
            raised.append(_shown(flag))
    if len(found) < MOST_AT_ONCE and not look.again:
        storage.set_checked(tx, union.id, look.seq)
    return raised


def raise_refused(tx: Tx, union: Union, member: Member, blamed: Member, times: int) -> ShownFlag | None:
    """Raises a flag that `member` was asked again whether somebody (`blamed`) is them, and said no.

    There is one for each member and union-day. Returns it if it is new; an open one gets the newer evidence.
    """
    key = f"{domain.FlagKind.JOINING} {member.id} {union_day(union.time_zone, tx.now)}"
    known = storage.by_key(tx, union.id, key)
    before = _shown(known).evidence if known is not None else None
    evidence = domain.refused_joining(blamed.id, before, tx.now, times)
    encoded = msgspec.json.encode(evidence).decode()
    if known is not None:
        storage.set_evidence(tx, known.id, encoded)
        return None
    flag = storage.add(tx, union.id, domain.FlagKind.JOINING, member.id, encoded, key)
    if flag is None:
        return None
    record(tx, union.id, "flag.raised", None, flag=domain.FlagKind.JOINING.value)
    return _shown(flag)


def open_flags(tx: Tx, union: Union, page: int, per_page: int) -> tuple[list[ShownFlag], int]:
    """Returns a page (from 0) of the open flags, the newest first, and how many are open in all."""
    rows = storage.page(tx, union.id, page * per_page, per_page)
    return [_shown(flag) for flag in rows], storage.count(tx, union.id)


def waiting(tx: Tx, union: Union) -> list[ShownFlag]:
    """Returns the open flags, the oldest first; of very many, the newest."""
    return _all_open(tx, union)[::-1]


def unions_waiting(tx: Tx) -> list[int]:
    """Returns the unions with an open flag."""
    return storage.unions_with_open(tx)


def close(tx: Tx, union: Union, actor: Member | None, flag_id: int) -> None:
    """Closes a flag that a moderator looked at. Raises NotFound if it is not open."""
    flag = storage.close(tx, union.id, flag_id, actor.id if actor else None)
    if flag is None:
        raise NotFound(phrase("This flag is already closed. `/flags list` shows the open ones."))
    record(tx, union.id, "flag.closed", actor, flag=flag.kind)


def people(tx: Tx, shown: Sequence[ShownFlag], platform: str) -> dict[int, Account]:
    """Returns the account that shows each member in the evidence. Members who left have none.

    A member who was merged is shown as the survivor.
    """
    named = {member_id for flag in shown for member_id in _named(flag)}
    now = {member_id: _became(tx, member_id) for member_id in named}
    known = display.of(tx, sorted(set(now.values())), platform)
    return {member_id: known[became] for member_id, became in now.items() if became in known}


def alerts(tx: Tx, union: Union) -> Alerts | None:
    """Returns the chat in which moderators are told of flags, if one is set and its space is still the union's."""
    text = leadership.alerts(tx, union)
    if text is None:
        return None
    kept = msgspec.json.decode(text, type=Alerts)
    native = next((space.native_id for space in spaces.of_union(tx, union) if space.id == kept.space), None)
    return replace(kept, chat=kept.chat or native) if native is not None else None


def set_alerts(tx: Tx, union: Union, actor: Member | None, chat: Alerts | None) -> None:
    """Tells moderators in this chat of flags from now on; None: in no chat."""
    text = msgspec.json.encode(chat).decode() if chat is not None else None
    leadership.set_alerts(tx, union, text)
    record(tx, union.id, "union.alerts", actor, on=chat is not None)


def remember(tx: Tx, union: Union, member: Member) -> None:
    """Keeps which member it was, if a flag that is open names them."""
    if any(member.id in _named(flag) for flag in _all_open(tx, union)):
        for account in members.accounts_of(tx, member.id):
            traces.keep(
                tx,
                union,
                account.platform,
                account.native_id,
                TraceKind.FLAGGED,
                tx.now + NAMED_FOR,
                member.id,
            )


def recall(tx: Tx, union: Union, member: Member, account: Account, kept: Mapping[TraceKind, Trace]) -> None:
    """Names the new member in the flags that named them before they left; opens those about their support again."""
    before = kept.get(TraceKind.FLAGGED)
    if before is None:
        return
    for reopened in storage.reopen(tx, union.id, before.number, before.since, member.id):
        record(tx, union.id, "flag.raised", None, flag=reopened.kind)
    for flag in _all_open(tx, union):
        if before.number in _named(flag):
            renamed = replace(
                flag.evidence,
                invited_by=_renamed(flag.evidence.invited_by, before.number, member.id),
                endorsing=_renamed(flag.evidence.endorsing, before.number, member.id),
            )
            storage.set_evidence(tx, flag.id, msgspec.json.encode(renamed).decode())


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Closes the flags about the support of a member who leaves, which is gone."""
    for flag in storage.close_about(tx, member.id):
        record(tx, flag.union_id, "flag.closed", None, flag=flag.kind)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Changes nothing: flags name members, and an absorbed member is shown as the survivor."""


def _all_open(tx: Tx, union: Union) -> list[ShownFlag]:
    return [_shown(flag) for flag in storage.page(tx, union.id, 0, MOST_OPEN)]


def _renamed(counted: Sequence[tuple[int, int]], old: int, new: int) -> list[tuple[int, int]]:
    return [(new if member_id == old else member_id, number) for member_id, number in counted]


def _settling(tx: Tx, union: Union) -> bool:
    return tx.now - union.created_at < SETTLING


def _grown(tx: Tx, union_id: int, found: NewFlag) -> bool:
    """Whether a flag is new, or is open and its crowd has grown."""
    known = storage.by_key(tx, union_id, found.key)
    if known is None:
        return True
    return known.closed_at is None and _shown(known).evidence.people < found.evidence.people


def _shown(flag: Flag) -> ShownFlag:
    evidence = msgspec.json.decode(flag.evidence, type=Evidence)
    return ShownFlag(flag.id, domain.FlagKind(flag.kind), flag.member_id, evidence, flag.at)


def _named(flag: ShownFlag) -> list[int]:
    counted = [*flag.evidence.invited_by, *flag.evidence.endorsing, *flag.evidence.asked]
    return [*(member_id for member_id, _ in counted), *([flag.member_id] if flag.member_id else [])]


def _became(tx: Tx, member_id: int) -> int:
    """The member whom this one turned out to be, after all merges."""
    member = members.by_id(tx, member_id)
    while member is not None and member.merged_into is not None:
        member = members.by_id(tx, member.merged_into)
    return member.id if member is not None else member_id
