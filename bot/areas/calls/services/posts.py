"""Where calls are posted, and which posts have to say something else by now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.areas.calls.domain.calls import Call, CallState
from bot.areas.calls.storage import calls, posts
from bot.areas.calls.storage.posts import ENDED
from bot.areas.spaces import services as spaces
from bot.areas.unions import services as unions
from bot.domain.people import Space, Union
from bot.domain.transaction import Tx

EVERY = timedelta(seconds=15)
"""A post is edited at most once in that time."""
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class PostEdit:
    """A post to change. `target` (JSON) is where it stands; `message` the platform's id of it, None while the post
    itself still waits to be sent; `key` of the outbox row that is replaced."""

    target: str
    message: str | None
    key: str


def places(tx: Tx, union: Union) -> tuple[list[Space], list[Space]]:
    """The union's spaces that calls are posted in, and those of which nobody said in which chat."""
    found = spaces.of_union(tx, union)
    return [one for one in found if one.chat is not None], [one for one in found if one.chat is None]


def posted(tx: Tx, call: Call, space: Space) -> str:
    """Note that the call is posted in a space; the key of its message in the outbox."""
    posts.add(tx, call.id, space.id)
    return posts.key_of(call.id, space.id)


def due(tx: Tx) -> list[tuple[Union, int]]:
    """Calls (by id) with posts that have to change."""
    found = posts.to_edit(tx, EVERY, AT_ONCE)
    return unions.with_their_unions(tx, ((union_id, call_id) for call_id, union_id in found))


def edits(tx: Tx, union: Union, call_id: int) -> tuple[Call, list[PostEdit]] | None:
    """What is to change of a call's posts; it counts as changed from here on. None if there is no such call.

    A post that is on its way just now is looked at again later, one that did not arrive never.
    """
    call = calls.by_id(tx, call_id)
    if call is None:
        return None
    now_shown = call.answered if call.state is CallState.OPEN else ENDED
    ours, found = {space.id for space in spaces.of_union(tx, union)}, []
    for post in posts.live(tx, call_id):
        if post.shown == now_shown or (post.edited_at is not None and post.edited_at > tx.now - EVERY):
            continue
        edit, later = _edit(tx, call, post.space_id) if post.space_id in ours else (None, False)
        if edit is not None:
            found.append(edit)
        posts.set_shown(
            tx, call.id, post.space_id, post.shown if later else now_shown if edit is not None else ENDED
        )
    return call, found


def _edit(tx: Tx, call: Call, space_id: int) -> tuple[PostEdit | None, bool]:
    """What is to be sent, and whether it has to be looked at again."""
    key = posts.key_of(call.id, space_id)
    sending = posts.sending(tx, call.id, space_id)
    if sending is None:
        return None, False
    if sending.going:
        return None, True
    if sending.waits:
        return PostEdit(sending.target, None, key), False
    if sending.sent_id is None:
        return None, False
    return PostEdit(sending.target, sending.sent_id, f"{key}:edit"), False
