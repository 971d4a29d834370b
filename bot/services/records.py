"""What dispatch needs of storage, in the shape of `bot.chat.records.Records`."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.people import Account, Person, Space, Standing, Union
from bot.errors import BadInput
from bot.services import leadership
from bot.services.people import new_ref
from bot.storage import accounts, dialogues, inbound, members, outbox, presence, spaces, tokens, unions
from bot.storage.transaction import Tx

claim = inbound.claim
answer = inbound.answer
receive = inbound.receive
unfinished = inbound.unfinished
delivered = inbound.delivered
use_token = tokens.use
dialogue = dialogues.get
end_dialogue = dialogues.end
post = outbox.add
replace_post = outbox.replace
active = accounts.set_seen
is_leader = leadership.is_leader


def identify(tx: Tx, platform: str, native_id: str, space: str | None) -> Standing:
    """Who that account is in the union of the space, or (space None) of its private chat."""
    if space is not None:
        return presence.here(tx, platform, native_id, space)
    mine = accounts.everywhere(tx, platform, native_id)
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
    account = accounts.in_union(tx, union_id, platform, native_id)
    own = here if here is not None and here.union_id == union_id else None
    return _standing(tx, unions.by_id(tx, union_id), own, account)


def _standing(tx: Tx, union: Union | None, space: Space | None, account: Account | None) -> Standing:
    member = members.by_id(tx, account.member_id) if account else None
    return Standing(union, space, account, member)


def seen(tx: Tx, platform: str, native_id: str, name: str, username: str | None) -> None:
    """The account goes by these names now, in every union."""
    accounts.rename(tx, platform, native_id, name, username)


def find_person(tx: Tx, union: Union | None, platform: str, native_id: str | None, name: str) -> Person:
    """Who was named: by account, or by a username known in this union (of this platform first).

    Raises:
        BadInput: nobody, or more than one, is known by that name.
    """
    if native_id is not None:
        account = accounts.in_union(tx, union.id, platform, native_id) if union else None
        return _person(tx, account) if account else Person(name or native_id, platform, native_id)
    found = accounts.by_username(tx, union.id, name) if union and name.strip("@ ") else []
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
    for space in spaces.of_union(tx, union.id):
        same = space.platform == platform and native_id and space.native_id == native_id
        if same or wanted in (str(space.id), space.title.lower()):
            return space
    raise BadInput(f"{union.name} has no place called “{name or native_id}”. /union spaces lists them.")


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
