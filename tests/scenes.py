"""Scenes that many tests begin with: a union, its people, and what they do.

The first half are functions of a transaction. The second half takes a stage, where people type; there `on` is a
platform of the stage: "words", where lines are typed, or "values", where options are.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import bindparam, update

from bot import membership
from bot.areas.calls.domain.calls import CallState
from bot.areas.calls.storage import calls as calls_storage
from bot.areas.ledger import storage as ledger_storage
from bot.areas.members.storage import accounts as accounts_storage
from bot.areas.members.storage import members as members_storage
from bot.areas.members.tables import accounts as accounts_table
from bot.areas.tree.domain.leadership import RuleChanges
from bot.areas.tree.services import leadership
from bot.areas.tree.tables import support as support_table
from bot.areas.wallets.services import wallets
from bot.chat.incoming import Place, Who
from bot.domain.people import Account, Member, Union
from bot.domain.transaction import Tx
from bot.membership import LINKING
from bot.storage.statements import Statement, insert
from tests.stage import Heard, Persona, Stage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FREE_FARMERS = {"name": "Free Farmers", "purpose": "Grow food together", "time_zone": "Europe/Berlin"}
"""A union for `founded(stage, **FREE_FARMERS)`."""

_NUMBERS = {"headcount": bindparam("headcount"), "linked": bindparam("linked")}
_SETTLE = Statement(update(accounts_table).values(waits_until=None))
_SUPPORT = Statement(
    insert(support_table)
    .values(member_id=bindparam("member"), union_id=bindparam("union"), direct=0, day=0, **_NUMBERS)
    .on_conflict_do_update(index_elements=["member_id"], set_=_NUMBERS)
)


# -- in a transaction ----------------------------------------------------------------------------------------


def found(tx: Tx, time_zone: str = "UTC", switch_hours: int = 0) -> tuple[Union, Member]:
    """A union and its founder; members may endorse another leader at once, unless said otherwise."""
    founder = membership.Founder("words", "founder", "Founder", "founder")
    union, member, _ = membership.found(tx, "Crowd", "Test", time_zone, founder, "space", "Space")
    leadership.change_rules(tx, union, member, RuleChanges(switch_hours=switch_hours))
    return union, member


def join(tx: Tx, union: Union, name: str) -> Member:
    """A new member with an account of that name."""
    return membership.join(tx, union, "words", name.lower(), name, name.lower())[0]


def address() -> str:
    """A wallet's address that nobody had before."""
    return "0x" + secrets.token_hex(20)


def link(tx: Tx, member: Member) -> None:
    """Gives a member a wallet."""
    wallets.give(tx, member, address(), "eoa", LINKING.holding_changed)


def set_support(tx: Tx, member: Member, linked: int, headcount: int | None = None) -> None:
    """Writes a member's support as if so many people (of them `linked` with a wallet) followed."""
    many = linked if headcount is None else headcount
    tx.run(_SUPPORT, member=member.id, union=member.union_id, headcount=many, linked=linked)


def member_of(tx: Tx, persona: Persona, union_id: int = 1) -> tuple[Member, Account]:
    """The member and the account that a person is in a union."""
    account = accounts_storage.in_union(tx, union_id, persona.actor.platform, persona.actor.native_id)
    assert account is not None
    member = members_storage.by_id(tx, account.member_id)
    assert member is not None
    return member, account


def settle(tx: Tx) -> None:
    """As if the waits of all accounts were over."""
    tx.run(_SETTLE)


# -- founding, joining, following --------------------------------------------------------------------------------


async def founded(
    stage: Stage,
    on: str = "words",
    *,
    founder: str = "Ada",
    place: str = "Farm",
    name: str = "Farm",
    purpose: str = "Grow",
    time_zone: str = "UTC",
) -> tuple[Persona, Place]:
    """A moderator founds a union in a group."""
    ada, farm = stage.person(founder, on, moderator=True), stage.group(place, on)
    heard = await ada.runs("union create", farm, name=name, purpose=purpose, time_zone=time_zone)
    assert "is founded" in heard.text, heard.text
    return ada, farm


async def place_code(founder: Persona, home: Place) -> str:
    """A new code with which another place asks to be connected."""
    shown = await founder.runs("union invite-space", home)
    return shown.text.split("/union connect ")[1].split()[0]


async def connected(
    stage: Stage, founder: Persona, home: Place, moderator: Persona, place: Place
) -> tuple[Heard, Heard]:
    """A moderator asks with the founder's code, and the founder says yes in private.

    Returns the question to the founder and the answer. The question does not stay among what they were told.
    """
    code = await place_code(founder, home)
    asked = await moderator.runs("union connect", place, code=code)
    assert "privately whether to connect" in asked.text, asked.text
    question = (await stage.told(founder))[-1]
    answer = await founder.presses(question, question.labels[0])
    assert "now belongs to" in answer.text, answer.text
    delivered = stage.platforms[founder.actor.platform].delivered
    delivered[:] = [one for one in delivered if one[1] is not question.reply]
    return question, answer


async def moderates_union(founder: Persona, place: Place) -> None:
    """The founder lets the moderators of a place moderate the whole union."""
    question = await founder.runs("moderators place", place)
    assert (
        "now moderate the whole union" in (await founder.presses(question, "Let them moderate", place)).text
    )


async def joined(stage: Stage, place: Place, *names: str) -> list[Persona]:
    """People who join the union of that place."""
    people = [stage.person(name, place.platform) for name in names]
    for person in people:
        await person.runs("join", place)
    return people


async def leaves(person: Persona, place: Place) -> Heard:
    """Type /leave and confirm it."""
    return await person.presses(await person.runs("leave", place), "Leave and erase", place)


async def endorse(person: Persona, leader: Persona, place: Place | None = None) -> Heard:
    """Type /endorse as the platform has it."""
    if person.actor.platform == "words":
        return await person.says(f"/endorse @{leader.actor.username}", place)
    return await person.runs("endorse", place, leader=Who(leader.actor.native_id, leader.actor.name))


async def support(stage: Stage, persona: Persona, linked: int, headcount: int | None = None) -> None:
    """So many people support somebody from now on; see `set_support`."""
    member, _ = await stage.store.read(member_of, persona)
    await stage.store.write(set_support, member, linked, headcount)


# -- calls -------------------------------------------------------------------------------------------------------


async def write_call(
    person: Persona, title: str, what: str = "Do it", why: str = "", link: str = "", **options: str
) -> Heard:
    """Type /call new in private and fill in its form."""
    heard = await person.runs("call new", None, **options)
    return await fill(person, heard, title=title, what=what, why=why, link=link)


async def fill(person: Persona, heard: Heard, **answers: str) -> Heard:
    """Fill in a form in private, as a form or question by question; an empty answer is skipped."""
    if heard.reply.form is not None:
        return await person.fills(heard, **answers)
    for words in answers.values():
        heard = await person.says(words or "/skip")
    return await person.presses(heard, "Send") if "Send" in heard.labels else heard


async def state_of(stage: Stage, call: int) -> CallState | None:
    """The state of a call by its number; None for one that was taken back."""
    kept = await stage.store.read(calls_storage.by_id, call)
    return kept.state if kept else None


# -- what happened -------------------------------------------------------------------------------------------------


async def later(stage: Stage, by: timedelta) -> None:
    """So much time passes, and what falls due then is done."""
    stage.clock.advance(by)
    await stage.chores()
    await stage.chores()


async def posts(stage: Stage, place: Place) -> list[Heard]:
    """What was posted or edited in a chat, oldest first."""
    await stage.told(stage.person("Nobody"))
    delivered = stage.platforms[place.platform].delivered
    return [
        Heard(reply) for target, reply, _ in delivered if target.person is None and target.chat == place.chat
    ]


async def entries(stage: Stage, kind: str, union_id: int = 1) -> list[str]:
    """The payloads (JSON) of a union's ledger entries of a kind."""
    every = await stage.store.read(ledger_storage.entries, union_id)
    return [entry.payload for entry in every if entry.kind == kind]
