"""The records of conversations, as the dispatch of `bot.chat` needs them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.areas.conversations.storage import dialogues, inbound, standing, tokens
from bot.areas.conversations.storage import naming as naming_storage
from bot.areas.delivery import services as delivery
from bot.areas.expulsions.services import departures, expulsions
from bot.areas.files import services as files
from bot.areas.members.services import finding, members
from bot.areas.moderators import services as moderators
from bot.areas.spaces import services as spaces
from bot.areas.traces import services as traces
from bot.areas.tree.services import leadership, support
from bot.areas.unions import services as unions
from bot.domain.messages import NewMessage
from bot.domain.people import (
    Account,
    BanQuestion,
    Member,
    Person,
    SeveralPeople,
    Space,
    Standing,
    Union,
    new_ref,
)
from bot.domain.phrases import phrase, sentences
from bot.domain.tokens import NewToken, Token
from bot.domain.transaction import Tx
from bot.errors import BadInput
from bot.storage import erasures
from bot.storage.erasures import Erasure


@dataclass(frozen=True, slots=True)
class Kept:
    """A row that names somebody who was erased: the key of an act, a token, or the key of a dialogue."""

    what: Literal["answer", "token", "dialogue"]
    key: tuple[str, ...]


MOST_ANSWERS = 2 * 1024**2
"""Bytes of kept answers of one account, without their pictures: those of some thousand acts."""

MOST_TOKENS = 5_000
"""Buttons, forms and held replies of one account: those of a thousand answers."""
TRIM_ONE_IN = 500
"""The number of new tokens for which those of an account are counted once: there is no index of accounts."""

LONGEST_DIALOGUE = timedelta(days=1)

HELD_KEPT = timedelta(hours=1)
"""How long a reply is held for its person. One that is held longer than that from an erasure on was made after it."""

_WITH_PLATFORM = re.compile(
    r"(?P<before>[a-z]+):@?(?P<of>[^\s:][^:]*)|@?(?P<name>.+?)\s*\((?P<after>[a-z]+)\)", re.IGNORECASE
)
_CHOSEN = re.compile(r"#(\d{1,18})", re.ASCII)

FIRST_LEADERS = 50
"""The leaders with the most supporters, who are found by name in a union of any size."""

_HOW_TO_NAME = phrase(
    "Mention them, reply to one of their messages, or ask them to `/join`. For someone on another platform, write "
    "the platform too: `discord:vera`. For someone who left, write the platform's number for them: `@123456789`."
)
_ID = re.compile(r"[0-9]{5,20}")
"""A platform's number for a person. Names of those who left are forgotten; their number is still theirs."""

# -- acts that came in ---------------------------------------------------------------------------------------


def claim(tx: Tx, key: str, actor: str) -> tuple[bool, bytes | None]:
    """Claims an act. Returns (True, None) if it is to be done now, (False, its answer) if it was done before.

    The answer is empty if it is no longer kept.
    """
    return inbound.claim(tx, key, actor)


def answer(tx: Tx, key: str, reply: bytes) -> None:
    """Keeps the answer to a claimed act."""
    inbound.answer(tx, key, reply)


def trim_answers(tx: Tx, actor: str) -> None:
    """Drops the oldest kept answers of an account that has more than `MOST_ANSWERS` bytes of them."""
    inbound.trim(tx, actor, MOST_ANSWERS)


def keep_picture(tx: Tx, owner: str, data: bytes) -> int:
    """Keeps a picture of an answer for a while; returns its number."""
    return files.keep_shown(tx, owner, data)


def picture(tx: Tx, file: int | None, kept: int | None) -> bytes | None:
    """Returns a picture that a member gave (`file`), or that was kept; None if it is gone."""
    return files.shown(tx, file, kept)


def receive(tx: Tx, key: str, actor: str, payload: bytes) -> None:
    """Records an act before the platform is told that it arrived."""
    inbound.receive(tx, key, actor, payload)


def unfinished(tx: Tx) -> list[tuple[str, bytes]]:
    """Returns (key, payload) of the acts whose answer was not delivered."""
    return inbound.unfinished(tx)


def owed(tx: Tx, key: str) -> tuple[datetime, int] | None:
    """Returns when an act came in whose answer was not delivered, and how many copies of the answer there may be."""
    return inbound.owed(tx, key)


def sending(tx: Tx, key: str, copies: int) -> None:
    """Notes how many copies of an act's answer there may be."""
    inbound.set_copies(tx, key, copies)


def delivered(tx: Tx, key: str) -> None:
    """Notes that the act's answer reached the person."""
    inbound.delivered(tx, key)


# -- who, where ----------------------------------------------------------------------------------------------


def is_leader(tx: Tx, union: Union, member: Member) -> bool:
    """Whether the member leads, by the union's rule of leadership."""
    return leadership.is_leader(tx, union, member)


def is_union_moderator(tx: Tx, member: Member) -> bool:
    """Whether the founder named this member a moderator of the union."""
    return moderators.is_named(tx, member)


def refusal(tx: Tx, union: Union, platform: str, native_id: str) -> str | None:
    """Returns the words for a person who is expelled from the union; None if they are not."""
    return expulsions.refusal(tx, union, platform, native_id)


def ban_questions(
    tx: Tx, union: Union, platform: str, native_id: str, account: Account | None
) -> tuple[BanQuestion, ...]:
    """Returns the questions about bans of this platform's user; () if they cannot be banned in all spaces.

    Without an account, somebody is about to join from a private chat.
    """
    if account is not None:
        return departures.to_ask(tx, union, account)
    places = departures.places(tx, union, platform)
    return (BanQuestion(platform, native_id, places),) if places else ()


def use_wait_s(
    tx: Tx, member: Member | None, account: tuple[str, str], command: str, times: int, per_s: int
) -> int:
    """Returns the seconds until this person may use a command again, as far as uses were counted durably."""
    return traces.use_wait_s(tx, _accounts(tx, member, account), command, times, per_s)


def count_use(
    tx: Tx, member: Member | None, account: tuple[str, str], command: str, times: int, per_s: int
) -> None:
    """Counts a use of a command durably, for all accounts of the person. `account`: (platform, native id)."""
    traces.count_use(tx, _accounts(tx, member, account), command, times, per_s)


def _accounts(tx: Tx, member: Member | None, account: tuple[str, str]) -> list[tuple[str, str]]:
    mine = members.accounts_of(tx, member.id) if member is not None else []
    return sorted({account, *((one.platform, one.native_id) for one in mine)})


def active(tx: Tx, account_id: int) -> None:
    """Notes that the account is active now."""
    members.set_seen(tx, account_id)


def require_settled(tx: Tx, account: Account) -> None:
    """Raises NotAllowed while the account waits, because it became one person with others a short while ago."""
    members.require_settled(tx, account)


def identify(tx: Tx, platform: str, native_id: str, space: str | None) -> Standing:
    """Finds the account, member and union of a platform's user in a space, or (None) in their private chat."""
    if space is not None:
        return standing.here(tx, platform, native_id, space)
    mine = members.accounts_everywhere(tx, platform, native_id)
    if len(mine) > 1:
        chosen = unions.chosen_in_private(tx, platform, native_id)
        kept = [account for account in mine if account.union_id == chosen]
        if not kept:
            return Standing(choices=tuple(unions.by_ids(tx, (account.union_id for account in mine))))
        mine = kept
    return _standing(tx, unions.by_id(tx, mine[0].union_id), None, mine[0]) if mine else Standing()


def within(tx: Tx, union_id: int, platform: str, native_id: str, space: str | None) -> Standing:
    """Finds the account and member of a platform's user in this union. The space counts only if it is the union's."""
    here = spaces.here(tx, platform, space) if space is not None else None
    account = members.account_in(tx, union_id, platform, native_id)
    own = here if here is not None and here.union_id == union_id else None
    return _standing(tx, unions.by_id(tx, union_id), own, account)


def _standing(tx: Tx, union: Union | None, space: Space | None, account: Account | None) -> Standing:
    member = members.by_id(tx, account.member_id) if account else None
    return Standing(union, space, account, member)


def seen(tx: Tx, platform: str, native_id: str, name: str, username: str | None) -> None:
    """Sets the names of a platform's user in all unions. The username belongs to nobody else there from now on."""
    members.rename(tx, platform, native_id, name, username)


def speaks(tx: Tx, platform: str, native_id: str, language: str) -> None:
    """Notes the language that a platform told of its user, in all unions."""
    members.speaks(tx, platform, native_id, language)


def is_named(tx: Tx, platform: str, native_id: str, username: str) -> bool:
    """Whether another of the platform's users is known by this username."""
    return members.is_named(tx, platform, native_id, username)


def find_person(tx: Tx, union: Union | None, platform: str, native_id: str | None, name: str) -> Person:
    """Finds a person by their native id, by the value of a completion, or by a name in this union.

    A name is a username, else a display name. It is one of this platform, unless another platform is typed with it:
    “discord:vera”, “@Vera Okoro (Discord)”. A number that is nobody's name is the platform's number for a person, who
    may have left.

    Raises:
        SeveralPeople: the name may mean more than one member.
        BadInput: the name belongs to nobody.
    """
    if native_id is not None:
        account = members.account_in(tx, union.id, platform, native_id) if union else None
        return _person(tx, account) if account else Person(name or native_id, platform, native_id)
    here = _named(tx, union, platform, name) if union else []
    number, wanted = _typed_name(name, platform)
    if not here and _ID.fullmatch(number):
        return find_person(tx, union, wanted, number, number)
    if not here:
        raise BadInput(sentences([_unknown(name), _HOW_TO_NAME]))
    return _person(tx, here[0])


def _unknown(name: str) -> str:
    return (
        phrase("I do not know “{name}” here.", name=name)
        if name
        else phrase("I do not know that person here.")
    )


def _named(tx: Tx, union: Union, platform: str, typed: str) -> list[Account]:
    """Returns the account that a typed name means, in a list, or nothing. Raises SeveralPeople."""
    chosen = _CHOSEN.fullmatch(typed.strip())
    if chosen is not None:
        account = members.account(tx, int(chosen[1]))
        return [account] if account is not None and account.union_id == union.id else []
    name, wanted = _typed_name(typed, platform)
    if not name:
        return []
    here = [account for account in members.accounts_named(tx, union, name) if account.platform == wanted]
    sure = True
    if not here:
        here, sure = finding.shown_as(tx, union, wanted, name, _first(tx, union))
    if len({account.member_id for account in here}) > 1:
        raise SeveralPeople(
            phrase("More than one member is called “{name}”. Which one do you mean?", name=name), here
        )
    if here and not sure:
        raise SeveralPeople(phrase("Is this the “{name}” you mean?", name=name), here)
    return here


def _first(tx: Tx, union: Union) -> list[int]:
    return [one.member_id for one in support.ranked(tx, union, "headcount", FIRST_LEADERS)]


def completions(tx: Tx, union: Union, platform: str, typed: str) -> list[Account]:
    """Returns up to 25 accounts of the union's members whose names begin with what is typed."""
    return finding.completions(tx, union, platform, typed, _first(tx, union))


def _typed_name(words: str, platform: str) -> tuple[str, str]:
    """Returns the username that somebody typed, and its platform: this one, unless another is typed with it."""
    typed = _WITH_PLATFORM.fullmatch(words.strip())
    if typed is None:
        return words.strip("@ "), platform
    return typed["of"] or typed["name"], (typed["before"] or typed["after"]).lower()


def _person(tx: Tx, account: Account) -> Person:
    member = members.by_id(tx, account.member_id)
    return Person(account.name, account.platform, account.native_id, account, member)


def find_space(tx: Tx, union: Union, platform: str, native_id: str, name: str) -> Space:
    """Finds a space of the union by its native id, its number or its title. Raises BadInput if there is none."""
    wanted = name.strip().lower()
    for space in spaces.of_union(tx, union):
        same = space.platform == platform and native_id and space.native_id == native_id
        if same or wanted in (str(space.id), space.title.lower()):
            return space
    raise BadInput(
        phrase(
            "{union} has no place called “{name}”. `/union spaces` lists them.",
            union=union.name,
            name=name or native_id,
        )
    )


# -- buttons, forms, open questions --------------------------------------------------------------------------


def keep_token(tx: Tx, new: NewToken) -> str:
    """Stores the meaning of a button, form or held reply; returns its new token (22 characters).

    Now and then it drops the tokens of an account that has more than `MOST_TOKENS`, those that expire first.
    """
    token = new_ref()
    tokens.add(tx, token, new, tx.now + timedelta(seconds=new.lasts_s) if new.lasts_s is not None else None)
    if new.presser is not None and secrets.randbelow(TRIM_ONE_IN) == 0:
        tokens.trim(tx, new.presser, MOST_TOKENS, 2 * TRIM_ONE_IN)
    return token


def token(tx: Tx, token: str) -> Token | None:
    """Returns the meaning of a token, unless it expired."""
    found = tokens.get(tx, token)
    if found is None or (found.expires_at is not None and found.expires_at <= tx.now):
        return None
    return found


def keep_dialogue(tx: Tx, platform: str, chat: str, user: str, state: str, lasts_s: int) -> None:
    """Waits for that person's next words in that chat."""
    dialogues.put(tx, platform, chat, user, state, tx.now + timedelta(seconds=lasts_s))


def use_token(tx: Tx, token: str) -> bool:
    """Claims the use of a single-use token; False if it was used before."""
    return tokens.use(tx, token)


def dialogue(tx: Tx, platform: str, chat: str, user: str) -> str | None:
    """Returns the state (JSON) of the dialogue with that person in that chat; None if there is none."""
    return dialogues.get(tx, platform, chat, user)


def end_dialogue(tx: Tx, platform: str, chat: str, user: str) -> bool:
    """Ends the dialogue with that person in that chat; returns False if there is none."""
    return dialogues.end(tx, platform, chat, user)


# -- messages ------------------------------------------------------------------------------------------------


def post(tx: Tx, message: NewMessage) -> None:
    """Queues a message in the outbox; a second one with the same `dedupe_key` is dropped."""
    delivery.post(tx, message)


def replace_post(tx: Tx, message: NewMessage) -> None:
    """Queues a message in the place of one with the same `dedupe_key` that still waits."""
    delivery.replace_post(tx, message)


# -- forgetting ----------------------------------------------------------------------------------------------


def prune(tx: Tx, acts_before: datetime, expired_before: datetime) -> None:
    """Erases acts, and tokens and dialogues that expired, from before those moments."""
    inbound.prune(tx, acts_before)
    tokens.prune(tx, expired_before)
    dialogues.prune(tx, expired_before)


def shorten(tx: Tx) -> None:
    """Ends tokens and dialogues in time that began while the clock was ahead."""
    tokens.shorten(tx)
    dialogues.shorten(tx, tx.now + LONGEST_DIALOGUE)


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erases the buttons, dialogues and kept answers of a member who leaves."""
    for account in members.accounts_of(tx, member.id):
        forget_account(tx, union, account)


def forget_account(tx: Tx, union: Union, account: Account) -> None:
    """Erases what is kept for an account that is erased, and notes that others may hold its name (see `naming`)."""
    key = f"{account.platform}:{account.native_id}"
    tokens.erase(tx, union.id, key)
    dialogues.erase(tx, account.platform, account.native_id)
    inbound.erase(tx, key)
    files.forget_shown(tx, key)
    erasures.note(
        tx,
        union.id,
        (account.name, account.username, account.native_id),
        (account.platform, account.native_id),
    )


def naming(tx: Tx, erasure: Erasure, last: bool) -> list[Kept]:
    """Returns what is kept of other people's conversations and may name what was erased; for `Store.scan`.

    Kept answers and whatever has expired go if they have the words in them at all: nobody misses them. Buttons, forms
    and questions that can still be answered go if they act on what was erased. Until the `last` search, forms of that
    time have expired, and an answer that is still on its way or held for its person stays.
    """
    forms, union_id = erasure.forms, erasure.union_id
    found = [Kept("answer", (key,)) for key in naming_storage.answers(tx, forms, not last)]
    held_until = erasure.at + HELD_KEPT if last else tx.now
    known = set(naming_storage.disposable_tokens(tx, union_id, forms, held_until))
    asked = set(naming_storage.expired_dialogues(tx, forms))
    for value in erasure.values:
        known.update(naming_storage.tokens_with(tx, union_id, value))
        asked.update(naming_storage.dialogues_with(tx, value))
    found += [Kept("token", (token,)) for token in sorted(known)]
    return found + [Kept("dialogue", key) for key in sorted(asked)]


def unname(tx: Tx, erasure: Erasure, found: Sequence[Kept], last: bool) -> None:
    """Erases what was found by `naming`."""
    tx.erased()
    for one in found:
        if one.what == "answer":
            naming_storage.forget_answer(tx, one.key[0], not last)
        elif one.what == "token":
            naming_storage.forget_token(tx, one.key[0])
        else:
            platform, chat, user = one.key
            dialogues.end(tx, platform, chat, user)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Changes nothing: conversations belong to accounts, which stay."""
