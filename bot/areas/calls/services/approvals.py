"""The second look: the hosts that a union trusts, and the approval of calls that lead elsewhere or show a picture.

A picture can carry a code that leads somewhere, so nobody trusts it unseen either.
"""

from __future__ import annotations

from bot.areas.calls.domain.calls import Call, CallState
from bot.areas.calls.domain.texts import Texts, texts_of
from bot.areas.calls.services import schedule
from bot.areas.calls.storage import calls, lists, repeats
from bot.areas.calls.storage import hosts as call_hosts
from bot.areas.ledger.services import record
from bot.areas.members.services import display
from bot.areas.tree.services import leadership
from bot.domain.hosts import host
from bot.domain.people import Account, Member, Union
from bot.domain.phrases import phrase
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotAllowed, NotFound

MOST_HOSTS = 100
MOST_PENDING = 50
MOST_ASKED = 3

_WAITING = (CallState.TEMPLATE, CallState.QUEUED, CallState.PLANNED)


def trusted(tx: Tx, union: Union, texts: Texts) -> bool:
    """Whether the texts show no picture, and lead only to hosts on the union's list."""
    return texts.file_id is None and texts.hosts <= set(call_hosts.of_union(tx, union.id))


def new_hosts(tx: Tx, union: Union, call: Call) -> list[str]:
    """Returns the hosts that the call leads to and that are not on the union's list."""
    return sorted(texts_of(call).hosts - set(call_hosts.of_union(tx, union.id)))


def still_approved(tx: Tx, union: Union, call: Call, texts: Texts) -> bool:
    """Whether the call needs no (further) approval with these new texts."""
    return not shows_more(tx, union, call, texts) if call.approved else trusted(tx, union, texts)


def shows_more(tx: Tx, union: Union, call: Call, texts: Texts) -> bool:
    """Whether these texts have a picture that the call has not, or a link to a host that is not on the union's list.

    Another page of a host is another link: nobody has approved it yet.
    """
    if texts.file_id not in (None, call.file_id):
        return True
    known, before = set(call_hosts.of_union(tx, union.id)), texts_of(call).links
    return any(link not in before and not hosts <= known for link, hosts in texts.links.items())


# -- the list ------------------------------------------------------------------------------------------------


def hosts(tx: Tx, union: Union) -> list[str]:
    """Returns the union's list: the hosts that need no approval."""
    return call_hosts.of_union(tx, union.id)


def allow(tx: Tx, union: Union, actor: Member, words: str) -> tuple[str, list[Call]]:
    """Puts a host on the list. Returns it, and the calls that are approved now because nothing else in them waits.

    Raises BadInput if the words are no host, the host is on the list already, or the list is full.
    """
    name, known = host(words), call_hosts.of_union(tx, union.id)
    if len(known) >= MOST_HOSTS:
        raise BadInput(phrase("Remove a host first: the list has {most} already.", most=MOST_HOSTS))
    if not call_hosts.add(tx, union.id, name):
        raise BadInput(phrase("{name} is on the list already.", name=name))
    record(tx, union.id, "call.host-allowed", actor, host=name)
    freed = [one for one in lists.unapproved(tx, union.id, MOST_PENDING) if trusted(tx, union, texts_of(one))]
    for call in freed:
        _let_through(tx, union, actor, call)
    return name, freed


def forbid(tx: Tx, union: Union, actor: Member, words: str) -> str:
    """Takes a host off the list; approved calls stay approved. Raises BadInput if the host is not on the list."""
    name = host(words)
    if not call_hosts.remove(tx, union.id, name):
        raise BadInput(phrase("{name} is not on the list. `/call hosts` shows it.", name=name))
    record(tx, union.id, "call.host-removed", actor, host=name)
    return name


# -- approving -----------------------------------------------------------------------------------------------


def pending(tx: Tx, union: Union) -> list[Call]:
    """Returns the calls that wait for approval, the most urgent first.

    Leaves out calls of a repeat whose text waits itself: they are approved with it.
    """
    waiting = lists.unapproved(tx, union.id, MOST_PENDING)
    ids = {call.id for call in waiting}
    return [call for call in waiting if _text_id(tx, call) not in ids]


def unions_waiting(tx: Tx) -> list[int]:
    """Returns the unions with a call that waits for approval."""
    return lists.unions_with_unapproved(tx)


def judges(tx: Tx, union: Union, call: Call) -> list[Account]:
    """Returns the accounts to ask in private: the founder's, or a few leaders' if the founder wrote the call."""
    ids = [union.founder_id]
    if union.founder_id == call.author_id:
        ids = [one for one, _ in leadership.leading(tx, union, MOST_ASKED + 1).first if one != call.author_id]
    found = (display.reachable(tx, one) for one in ids[:MOST_ASKED] if one is not None)
    return [account for account in found if account is not None]


def approve(tx: Tx, union: Union, actor: Member | None, call_id: int) -> Call:
    """Approves a call. `actor` is None for a moderator who is no member.

    Raises NotFound if the call does not wait for approval, NotAllowed if the actor wrote it.
    """
    call = waiting(tx, union, call_id)
    _require_other(actor, call)
    _let_through(tx, union, actor, call)
    return calls.by_id(tx, call.id) or call


def refuse(tx: Tx, union: Union, actor: Member | None, call_id: int) -> Call:
    """Makes a call a draft again. Raises the errors of `approve`."""
    call = waiting(tx, union, call_id)
    _require_other(actor, call)
    repeat = repeats.of_call(tx, call.id) if call.state is CallState.TEMPLATE else None
    if repeat is not None:
        schedule.end_repeat(tx, union, actor, repeat, call, CallState.DRAFT)
    else:
        calls.unplan(tx, call.id, CallState.DRAFT)
        schedule.fill(tx, union, call.leader_id)
    record(tx, union.id, "call.refused", actor, call=call.id)
    return call


def _let_through(tx: Tx, union: Union, actor: Member | None, call: Call) -> None:
    lists.set_approved(tx, call.id, True)
    record(tx, union.id, "call.approved", actor, call=call.id)
    repeat = repeats.of_call(tx, call.id) if call.state is CallState.TEMPLATE else None
    if repeat is not None and repeat.ended_at is None:
        for made in lists.of_repeat(tx, union.id, repeat.id):
            if not shows_more(tx, union, call, texts_of(made)):
                lists.set_approved(tx, made.id, True)
        schedule.make_calls(tx, union, repeat)
    schedule.fill(tx, union, call.leader_id)


def _text_id(tx: Tx, call: Call) -> int | None:
    """Returns the id of the repeat's text that the call was made from."""
    repeat = repeats.by_id(tx, call.repeat_id) if call.repeat_id is not None else None
    return repeat.call_id if repeat is not None else None


def waiting(tx: Tx, union: Union, call_id: int) -> Call:
    """Returns a call that waits for approval. Raises NotFound."""
    call = calls.by_id(tx, call_id)
    if call is None or call.union_id != union.id or call.approved or call.state not in _WAITING:
        raise NotFound(
            phrase("This call does not wait for approval any more. `/call approvals` shows those that do.")
        )
    return call


def _require_other(actor: Member | None, call: Call) -> None:
    if actor is not None and actor.id == call.author_id:
        raise NotAllowed(
            phrase(
                "You wrote this yourself: another leader or a moderator has to look at its link or "
                "picture. The founder can also trust a host for good: `/call hosts`."
            )
        )
