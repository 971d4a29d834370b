"""The records of conversations, as the dispatch of `bot.chat` needs them."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.areas.conversations.storage import dialogues, inbound, standing, tokens
from bot.areas.delivery import services as delivery
from bot.areas.members.services import members
from bot.areas.spaces import services as spaces
from bot.areas.tree.services import leadership
from bot.areas.unions import services as unions
from bot.domain.messages import NewMessage
from bot.domain.people import Account, Member, Person, Space, Standing, Union, new_ref
from bot.domain.tokens import NewToken, Token
from bot.domain.transaction import Tx
from bot.errors import BadInput

# -- acts that came in ---------------------------------------------------------------------------------------


def claim(tx: Tx, key: str, actor: str) -> tuple[bool, bytes | None]:
    """Claims an act. Returns (True, None) if it is to be done now, (False, its answer) if it was done before."""
    return inbound.claim(tx, key, actor)


def answer(tx: Tx, key: str, reply: bytes) -> None:
    """Keeps the answer to a claimed act."""
    inbound.answer(tx, key, reply)


def receive(tx: Tx, key: str, actor: str, payload: bytes) -> None:
    """Records an act before the platform is told that it arrived."""
    inbound.receive(tx, key, actor, payload)


def unfinished(tx: Tx) -> list[tuple[str, bytes]]:
    """Returns (key, payload) of the acts whose answer was not delivered."""
    return inbound.unfinished(tx)


def delivered(tx: Tx, key: str) -> None:
    """Notes that the act's answer reached the person."""
    inbound.delivered(tx, key)


# -- who, where ----------------------------------------------------------------------------------------------


def is_leader(tx: Tx, union: Union, member: Member) -> bool:
    """Whether the member leads, by the union's rule of leadership."""
    return leadership.is_leader(tx, union, member)


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
    """Sets the names of a platform's user in all unions."""
    members.rename(tx, platform, native_id, name, username)


def find_person(tx: Tx, union: Union | None, platform: str, native_id: str | None, name: str) -> Person:
    """Finds a person by their native id, or by a username in this union. This platform's usernames come first.

    Raises:
        BadInput: the username belongs to nobody, or to more than one member.
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
    """Finds a space of the union by its native id, its number or its title. Raises BadInput if there is none."""
    wanted = name.strip().lower()
    for space in spaces.of_union(tx, union):
        same = space.platform == platform and native_id and space.native_id == native_id
        if same or wanted in (str(space.id), space.title.lower()):
            return space
    raise BadInput(f"{union.name} has no place called “{name or native_id}”. /union spaces lists them.")


# -- buttons, forms, open questions --------------------------------------------------------------------------


def keep_token(tx: Tx, new: NewToken) -> str:
    """Stores the meaning of a button, form or held reply; returns its new token (22 characters)."""
    token = new_ref()
    tokens.add(tx, token, new, tx.now + timedelta(seconds=new.lasts_s) if new.lasts_s is not None else None)
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


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erases the buttons, dialogues and kept answers of a member who leaves."""
    for account in members.accounts_of(tx, member.id):
        forget_account(tx, union, account)


def forget_account(tx: Tx, union: Union, account: Account) -> None:
    """Erases the buttons, dialogues and kept answers of one account."""
    key = f"{account.platform}:{account.native_id}"
    tokens.erase(tx, union.id, key)
    dialogues.erase(tx, account.platform, account.native_id)
    inbound.erase(tx, key)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Changes nothing: conversations belong to accounts, which stay."""
