"""Flags: telling moderators of crowds that look made up, with the evidence. Nothing else is done about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from bot.areas.flags import domain, storage
from bot.areas.flags.domain import Alerts, Evidence, Suspicion
from bot.areas.flags.storage import Flag
from bot.areas.ledger.services import record
from bot.areas.members.services import display, members
from bot.areas.spaces import services as spaces
from bot.areas.tree.services import leadership, support
from bot.areas.unions import services as unions
from bot.domain.people import Account, Member, Union
from bot.domain.transaction import Tx
from bot.errors import NotFound
from bot.storage import meta

MOST_READ = 20_000
"""Newest members that are looked at: some tenths of a second. Larger crowds are seen by their newest part."""

MOST_AT_ONCE = 50
"""Flags raised in one look; the rest is raised by the next."""

SETTLING = domain.FRESH / 2
"""In a union's first hours everybody is new, and few had time to link a wallet. They are looked at after that, while
they are fresh still."""

_LOOKED = "abuse {}"


@dataclass(frozen=True, slots=True)
class ShownFlag:
    """A flag as moderators see it."""

    id: int
    kind: domain.FlagKind
    member_id: int | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Look:
    """A union in which something happened; `seq`: how far its ledger was; `heavy`: its crowds are to be read;
    `again`: also if nothing else happens."""

    union: Union
    seq: int
    heavy: bool
    again: bool


def news(tx: Tx) -> list[Look]:
    """The unions in which something happened since they were looked at."""
    found = []
    for union_id, seq, heavy in storage.moved_on(tx):
        union = unions.by_id(tx, union_id)
        if union is not None:
            found.append(Look(union, seq, heavy, heavy and _settling(tx, union)))
    return found


def look(tx: Tx, union: Union) -> list[Suspicion]:
    """What there is to flag and was not yet, or has grown since. Reads thousands of rows: for a scan."""
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
    unseen = [finding for finding in found if _grown(tx, union.id, finding)]
    return sorted(unseen, key=lambda finding: -finding.evidence.people)[:MOST_AT_ONCE]


def raise_flags(tx: Tx, look: Look, findings: Sequence[Suspicion]) -> list[ShownFlag]:
    """Keep what a look found; returns the new flags. What was flagged before gets the newer evidence."""
    union, raised = look.union, []
    for finding in findings:
        evidence = msgspec.json.encode(finding.evidence).decode()
        known = storage.by_key(tx, union.id, finding.key)
        if known is not None and known.closed_at is None:
            storage.set_evidence(tx, known.id, evidence)
        flag = storage.add(tx, union.id, finding.kind, finding.leader_id, evidence, finding.key)
        if flag is not None:
            record(tx, union.id, "flag.raised", None, flag=finding.kind.value)
            raised.append(_shown(flag))
    if len(findings) < MOST_AT_ONCE and not look.again:
        meta.put(tx, _LOOKED.format(union.id), str(look.seq))
    return raised


def opened(tx: Tx, union: Union, page: int, per_page: int) -> tuple[list[ShownFlag], int]:
    """A page (from 0) of the open flags, the newest first, and how many there are in all."""
    rows = storage.page(tx, union.id, page * per_page, per_page)
    return [_shown(flag) for flag in rows], storage.count(tx, union.id)


def close(tx: Tx, union: Union, actor: Member | None, flag_id: int) -> None:
    """A moderator looked at it. Raises NotFound if it is not open."""
    flag = storage.close(tx, union.id, flag_id, actor.id if actor else None)
    if flag is None:
        raise NotFound("This flag was closed already. /flags list shows those that are open.")
    record(tx, union.id, "flag.closed", actor, flag=flag.kind)


def people(tx: Tx, shown: Sequence[ShownFlag], platform: str) -> dict[int, Account]:
    """By what account each member in the evidence is shown; none for who left. Who merged is who they became."""
    named = {member_id for flag in shown for member_id in _named(flag)}
    now = {member_id: _became(tx, member_id) for member_id in named}
    known = display.of(tx, sorted(set(now.values())), platform)
    return {member_id: known[became] for member_id, became in now.items() if became in known}


def alerts(tx: Tx, union: Union) -> Alerts | None:
    """The chat that moderators are told in, if one is set and its space is still the union's."""
    text = leadership.alerts(tx, union)
    if text is None:
        return None
    kept = msgspec.json.decode(text, type=Alerts)
    native = next((space.native_id for space in spaces.of_union(tx, union) if space.id == kept.space), None)
    return replace(kept, chat=kept.chat or native) if native is not None else None


def set_alerts(tx: Tx, union: Union, actor: Member | None, chat: Alerts | None) -> None:
    """Tell moderators in this chat from now on, or in none."""
    text = msgspec.json.encode(chat).decode() if chat is not None else None
    leadership.set_alerts(tx, union, text)
    record(tx, union.id, "union.alerts", actor, on=chat is not None)


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Close the flags about the support of a member who leaves: there is nothing to look at any more."""
    for flag in storage.close_about(tx, member.id):
        record(tx, flag.union_id, "flag.closed", None, flag=flag.kind)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Changes nothing: flags name members, and one who was absorbed is shown as whom they became."""


def _settling(tx: Tx, union: Union) -> bool:
    return tx.now - union.created_at < SETTLING


def _grown(tx: Tx, union_id: int, finding: Suspicion) -> bool:
    known = storage.by_key(tx, union_id, finding.key)
    if known is None:
        return True
    return known.closed_at is None and _shown(known).evidence.people < finding.evidence.people


def _shown(flag: Flag) -> ShownFlag:
    evidence = msgspec.json.decode(flag.evidence, type=Evidence)
    return ShownFlag(flag.id, domain.FlagKind(flag.kind), flag.member_id, evidence)


def _named(flag: ShownFlag) -> list[int]:
    counted = [*flag.evidence.invited_by, *flag.evidence.endorsing]
    return [*(member_id for member_id, _ in counted), *([flag.member_id] if flag.member_id else [])]


def _became(tx: Tx, member_id: int) -> int:
    member = members.by_id(tx, member_id)
    while member is not None and member.merged_into is not None:
        member = members.by_id(tx, member.merged_into)
    return member.id if member is not None else member_id
