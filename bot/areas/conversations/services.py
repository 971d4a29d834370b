"""What dispatch needs of storage, in the shape of `bot.chat.records.Records`."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.areas.conversations.storage import dialogues, inbound, standing, tokens
from bot.areas.delivery import services as delivery
from bot.areas.members.services import members
from bot.areas.spaces import services as spaces
from bot.areas.tree.services import leadership
from bot.areas.unions import services as unions
from bot.domain.people import Account, Member, Person, Space, Standing, Union, new_ref
from bot.domain.transaction import Tx
from bot.errors import BadInput

# -- acts that came in ---------------------------------------------------------------------------------------


def claim(tx: Tx, key: str, actor: str) -> tuple[bool, bytes | None]:
    """(True, None): this act is ours to do. (False, answer): it was done before."""
    return inbound.claim(tx, key, actor)


def answer(tx: Tx, key: str, reply: bytes) -> None:
    """Keep the answer to a claimed act."""
    inbound.answer(tx, key, reply)


def receive(tx: Tx, key: str, actor: str, payload: bytes) -> None:
    """Record an act that is about to be acknowledged."""
    inbound.receive(tx, key, actor, payload)


def unfinished(tx: Tx) -> list[tuple[str, bytes]]:
    """Accepted acts without a delivered answer."""
    return inbound.unfinished(tx)


def delivered(tx: Tx, key: str) -> None:
    """The act's answer reached the person."""
    inbound.delivered(tx, key)


# -- who, where ----------------------------------------------------------------------------------------------


def is_leader(tx: Tx, union: Union, member: Member) -> bool:
    """Whether the member leads, by the union's rule."""
    return leadership.is_leader(tx, union, member)


def active(tx: Tx, account_id: int) -> None:
    """The account did something just now."""
    members.set_seen(tx, account_id)


def identify(tx: Tx, platform: str, native_id: str, space: str | None) -> Standing:
    """Who that account is in the union of the space, or (space None) of its private chat."""
    if space is not None:
        return standing.here(tx, platform, native_id, space)
    mine = members.accounts_everywhere(tx, platform, native_id)
    if len(mine) > 1:
        chosen = unions.chosen_in_private(tx, platform, native_id)
        kept = [account for account in mine if account.union_id == chosen]
        if not kept:
            known = (unions.by_id(tx, account.union_id) for account in mine)
            return Standing(choices=tuple(union for union in known if union is not None))
        mine = kept
    return _standing(tx, unions.by_id(tx, mine[0].union_id), None, mine[0]) if mine else Standing()


def within(tx: Tx, union_id: int, platform: str, native_id: str, space: str | None) -> Standing:
    """Who that account is in this union; `space` counts only if it belongs to it."""
    here = spaces.here(tx, platform, space) if space is not None else None
    account = members.account_in(tx, union_id, platform, native_id)
    own = here if here is not None and here.union_id == union_id else None
    return _standing(tx, unions.by_id(tx, union_id), own, account)


def _standing(tx: Tx, union: Union | None, space: Space | None, account: Account | None) -> Standing:
    member = members.by_id(tx, account.member_id) if account else None
    return Standing(union, space, account, member)


def seen(tx: Tx, platform: str, native_id: str, name: str, username: str | None) -> None:
    """The account goes by these names now, in every union."""
    members.rename(tx, platform, native_id, name, username)


def find_person(tx: Tx, union: Union | None, platform: str, native_id: str | None, name: str) -> Person:
    """Who was named: by account, or by a username known in this union (of this platform first).

    Raises:
        BadInput: nobody, or more than one, is known by that name.
    """
    if native_id is not None:
        account = members.account_in(tx, union.id, platform, native_id) if union else None
        return _person(tx, account) if account else Person(name or native_id, platform, native_id)
    found = members.accounts_named(tx, union, name) if union and name.strip("@ ") else []
    here = [account for account in found if account.platform == platform] or found
    if len({account.member_id for account in here}) > 1:
        raise BadInput(
            f"More than one member is called “{name}”. Mention the person, or reply to a message of theirs."
        )
    if not here:
        who = f"“{name}”" if name else "that person"
        raise BadInput(
            f"I do not know {who} here. Mention them, reply to a message of theirs, or ask them to /join."
        )
    return _person(tx, here[0])


def _person(tx: Tx, account: Account) -> Person:
    member = members.by_id(tx, account.member_id)
    return Person(account.name, account.platform, account.native_id, account, member)


def find_space(tx: Tx, union: Union, platform: str, native_id: str, name: str) -> Space:
    """Which of the union's spaces was named, by the platform's id, its number or its title. Raises BadInput."""
    wanted = name.strip().lower()
    for space in spaces.of_union(tx, union):
        same = space.platform == platform and native_id and space.native_id == native_id
        if same or wanted in (str(space.id), space.title.lower()):
            return space
    raise BadInput(f"{union.name} has no place called “{name or native_id}”. /union spaces lists them.")


# -- buttons, forms, open questions --------------------------------------------------------------------------


def keep_token(
    tx: Tx,
    *,
    union_id: int | None,
    kind: str,
    action: str,
    arguments: str,
    presser: str | None,
    space: str | None,
    single_use: bool,
    lasts_s: int | None,
) -> str:
    """Store what a button, form or held reply means; returns its new token (22 characters)."""
    token = new_ref()
    expires = tx.now + timedelta(seconds=lasts_s) if lasts_s is not None else None
    row = tokens.Token(token, union_id, kind, action, arguments, presser, space, single_use, expires, None)
    tokens.add(tx, row)
    return token


def token(tx: Tx, token: str) -> tokens.Token | None:
    """What a token stands for, unless it expired."""
    found = tokens.get(tx, token)
    if found is None or (found.expires_at is not None and found.expires_at <= tx.now):
        return None
    return found


def keep_dialogue(tx: Tx, platform: str, chat: str, user: str, state: str, lasts_s: int) -> None:
    """Wait for that person's next words there."""
    dialogues.put(tx, platform, chat, user, state, tx.now + timedelta(seconds=lasts_s))


def use_token(tx: Tx, token: str) -> bool:
    """Whether this is the token's first use."""
    return tokens.use(tx, token)


def dialogue(tx: Tx, platform: str, chat: str, user: str) -> str | None:
    """The state of the dialogue with that person there."""
    return dialogues.get(tx, platform, chat, user)


def end_dialogue(tx: Tx, platform: str, chat: str, user: str) -> bool:
    """Wait for that person's words no more; whether there was a dialogue."""
    return dialogues.end(tx, platform, chat, user)


# -- messages ------------------------------------------------------------------------------------------------


def post(
    tx: Tx,
    platform: str,
    union_id: int | None,
    target: str,
    body: bytes,
    person: str | None = None,
    dedupe_key: str | None = None,
    *,
    chat: str | None = None,
    bulk: bool = False,
) -> None:
    """Queue a message in the outbox; a second one with a `dedupe_key` is dropped."""
    delivery.post(tx, platform, union_id, target, body, person, dedupe_key, chat=chat, bulk=bulk)


def replace_post(
    tx: Tx,
    platform: str,
    union_id: int | None,
    target: str,
    body: bytes,
    person: str | None,
    dedupe_key: str,
    *,
    chat: str | None = None,
    bulk: bool = False,
) -> None:
    """Queue a message in place of one with the same key that still waits."""
    delivery.replace_post(tx, platform, union_id, target, body, person, dedupe_key, chat=chat, bulk=bulk)


# -- forgetting ----------------------------------------------------------------------------------------------


def prune(tx: Tx, acts_before: datetime, expired_before: datetime) -> None:
    """Forget acts that were answered, and tokens and dialogues that expired, before those moments."""
    inbound.prune(tx, acts_before)
    tokens.prune(tx, expired_before)
    dialogues.prune(tx, expired_before)


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erase the buttons, open questions and kept answers of a member who leaves."""
    for account in members.accounts_of(tx, member.id):
        key = f"{account.platform}:{account.native_id}"
        tokens.erase(tx, union.id, key)
        dialogues.erase(tx, account.platform, account.native_id)
        inbound.erase(tx, key)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Changes nothing: what is kept of a conversation is kept for an account, which stays."""
