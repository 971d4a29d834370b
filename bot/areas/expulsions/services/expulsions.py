"""Expelling people from a union, and letting them back.

The accounts and wallets of a person who was expelled are known by keyed hashes only. Their name and the reason are
kept for moderators and are erased when the expulsion ends.
"""

from __future__ import annotations

from datetime import datetime

from bot.areas.expulsions.domain import Expelled, Expulsion
from bot.areas.expulsions.services import former
from bot.areas.expulsions.storage import expulsions
from bot.areas.ledger.services import record
from bot.areas.members.services import members
from bot.areas.traces import services as traces
from bot.areas.traces.domain import WALLET, TraceKind
from bot.areas.unions import services as unions
from bot.domain.names import one_line
from bot.domain.people import Member, Union
from bot.domain.phrases import Phrase, phrase, sentences
from bot.domain.times import in_words
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotAllowed, NotFound


def expel(
    tx: Tx, union: Union, actor: Member, who: Expelled, until: datetime | None, reason: str
) -> Expulsion:
    """Keeps the person's accounts out of the union until that moment, None for ever; and the wallets they held.

    So is what they gave up lately: see `former`.

    Raises:
        BadInput: they are expelled already.
    """
    if any(_running(tx, union, *account) for account in who.accounts):
        raise BadInput(
            phrase(
                "{person} is already expelled. `/readmit` shows until when, and ends it.",
                person=one_line(who.name),
            )
        )
    made = expulsions.add(tx, union.id, actor.id, who, until, reason)
    former.expel(tx, union, who.member_id, who.accounts, made.id, until)
    for platform, native_id in who.accounts:
        traces.keep(tx, union, platform, native_id, TraceKind.EXPELLED, until, made.id)
    for address in who.wallets:
        traces.keep(tx, union, WALLET, address.lower(), TraceKind.EXPELLED_WALLET, until, made.id)
    kept_out = traces.count_numbered(tx, union, TraceKind.EXPELLED_WALLET, made.id)
    expulsions.set_wallets(tx, made.id, kept_out)
    whom = {"member": who.ref} if who.ref else {}
    end = until.isoformat() if until else None
    record(tx, union.id, "member.expelled", actor, expulsion=made.id, until=end, **whom)
    return made


def readmit(tx: Tx, union: Union, actor: Member, expulsion_id: int) -> Expulsion:
    """Ends an expulsion; returns it. The person can join again. Raises NotFound if it does not run."""
    ended = _by_id(tx, union, expulsion_id)
    traces.end_numbered(tx, union, TraceKind.EXPELLED, ended.id)
    traces.end_numbered(tx, union, TraceKind.EXPELLED_WALLET, ended.id)
    expulsions.remove(tx, ended.id)
    record(tx, union.id, "member.readmitted", actor, expulsion=ended.id)
    return ended


def free_wallets(tx: Tx, union: Union, actor: Member, expulsion_id: int) -> Expulsion:
    """Lets whoever proves the wallets of a person who was expelled link them. Raises NotFound if it does not run."""
    found = _by_id(tx, union, expulsion_id)
    if traces.end_numbered(tx, union, TraceKind.EXPELLED_WALLET, found.id):
        expulsions.set_wallets(tx, found.id, 0)
        record(tx, union.id, "member.wallets-freed", actor, expulsion=found.id)
    return found


def page(tx: Tx, union: Union, number: int, per_page: int) -> tuple[list[Expulsion], int]:
    """Returns a page (from 0) of the expulsions that run, the newest first, and how many run in all."""
    return expulsions.page(tx, union.id, number * per_page, per_page), expulsions.count(tx, union.id)


def refusal(tx: Tx, union: Union, platform: str, native_id: str) -> str | None:
    """Returns the words for a person who is expelled: until when, and how to object; None if they are not."""
    found = _running(tx, union, platform, native_id)
    if found is None:
        return None
    name = one_line(union.name)
    told = (
        phrase("You are expelled from {union} for good.", union=name)
        if found.until is None
        else phrase(
            "You are expelled from {union} for another {left}.",
            union=name,
            left=in_words(found.until - tx.now),
        )
    )
    return sentences([told, _objection(tx, union)])


def require_not_expelled(tx: Tx, union: Union, platform: str, native_id: str) -> None:
    """Raises NotAllowed if this account is kept out of the union, with the end of it."""
    words = refusal(tx, union, platform, native_id)
    if words is not None:
        raise NotAllowed(words)


def require_free_wallet(tx: Tx, union_id: int, address: str) -> None:
    """Raises NotAllowed if somebody who is expelled held this wallet.

    Whoever holds its key now may be somebody else, so nothing happens to them, and moderators can free the wallet.
    """
    if not expulsions.any_runs(tx, union_id):
        return
    union = unions.by_id(tx, union_id)
    found = traces.find(tx, union, WALLET, address.lower(), TraceKind.EXPELLED_WALLET) if union else None
    if found is None or found.number < 0:
        return
    raise NotAllowed(
        phrase(
            "Please link another wallet. This one belonged to someone who is expelled from this union, so it cannot "
            "be linked now. If it is yours and you are someone else, ask a moderator of the union to free it: "
            "`/readmit`."
        )
    )


def news(tx: Tx, union: Union, until: datetime | None) -> str:
    """Returns the words for a person who was expelled just now, until that moment (None: for ever)."""
    name = one_line(union.name)
    told = (
        phrase("You were expelled from {union} for good.", union=name)
        if until is None
        else phrase("You were expelled from {union} for {time}.", union=name, time=in_words(until - tx.now))
    )
    return sentences([told, _objection(tx, union)])


def _objection(tx: Tx, union: Union) -> Phrase:
    """Tells an expelled person to whom they can write."""
    founder = members.founder(tx, union)
    if founder is None:
        return phrase("To object, write to a moderator.")
    return phrase(
        "To object, write to the founder, {founder} ({platform}).",
        founder=one_line(founder.name),
        platform=founder.platform.title(),
    )


def prune(tx: Tx, before: datetime) -> None:
    """Erases the names and reasons of expulsions that ended before that moment."""
    expulsions.prune(tx, before)


def _running(tx: Tx, union: Union, platform: str, native_id: str) -> Expulsion | None:
    """The expulsion of this account that runs."""
    trace = traces.find(tx, union, platform, native_id, TraceKind.EXPELLED)
    return expulsions.by_id(tx, union.id, trace.number) if trace else None


def _by_id(tx: Tx, union: Union, expulsion_id: int) -> Expulsion:
    found = expulsions.by_id(tx, union.id, expulsion_id)
    if found is None:
        raise NotFound(phrase("This expulsion has already ended. `/readmit` shows who is expelled."))
    return found
