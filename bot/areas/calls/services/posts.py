"""The posts of calls: the spaces for them, and edits of posts that are out of date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.areas.calls.domain.calls import Call, CallState
from bot.areas.calls.storage import calls, posts
from bot.areas.calls.storage.posts import ENDED, Sending
from bot.areas.spaces import services as spaces
from bot.areas.unions import services as unions
from bot.domain.people import Space, Union
from bot.domain.times import union_day
from bot.domain.transaction import Tx

EVERY = timedelta(seconds=15)
"""A post is edited at most once in this time."""
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class PostEdit:
    """A change of a post.

    `target` (JSON) is the post's chat. `message` is the platform's id of the post; None while the post still waits to
    be sent. `key` is the key of the row in the outbox: of the waiting post itself, or of its edit.
    """

    target: str
    message: str | None
    key: str


def places(tx: Tx, union: Union) -> tuple[list[Space], list[Space]]:
    """Returns the union's spaces with a chat for calls, and those for which nobody has chosen one."""
    found = spaces.of_union(tx, union)
    return [one for one in found if one.chat is not None], [one for one in found if one.chat is None]


def posted(tx: Tx, call: Call, space: Space) -> str:
    """Notes that the call is posted in a space. Returns the key of the message in the outbox."""
    posts.add(tx, call.id, space.id)
    return posts.key_of(call.id, space.id)


def due(tx: Tx) -> list[tuple[Union, int]]:
    """Returns the calls (by id) of all unions with posts to be edited now, but for unions of an unknown time zone."""
    found = unions.with_their_unions(tx, posts.to_edit(tx, EVERY, AT_ONCE))
    known = {union.id: union for union, _ in found}.values()
    good = {union.id for union, _ in unions.each(known, lambda union: union_day(union.time_zone, tx.now))}
    return [(union, call_id) for union, call_id in found if union.id in good]


def takes_late(now: datetime, union: Union, call: Call) -> bool:
    """Whether the call is closed, and answers to it still count."""
    until = call.answers_until(union.time_zone)
    return call.state is CallState.CLOSED and until is not None and now < until


def to_settle(tx: Tx) -> list[tuple[Union, int]]:
    """Returns the closed calls (by id) of all unions whose posts still offer an answer that counts no longer."""

    by_union: dict[int, tuple[Union, list[int]]] = {}
    for union, call_id in unions.with_their_unions(tx, posts.closed(tx)):
        by_union.setdefault(union.id, (union, []))[1].append(call_id)

    def over(union: Union) -> list[int]:
        found = [(call_id, calls.by_id(tx, call_id)) for call_id in by_union[union.id][1]]
        return [
            call_id for call_id, call in found if call is not None and not takes_late(tx.now, union, call)
        ]

    due_ = unions.each((union for union, _ in by_union.values()), over)
    return [(union, call_id) for union, ids in due_ for call_id in ids]


def settle(tx: Tx, call_id: int) -> None:
    """Marks the posts of a call for their last edit."""
    posts.make_stale(tx, call_id)


def take_edits(tx: Tx, union: Union, call_id: int) -> tuple[Call, list[PostEdit]] | None:
    """Returns the edits to send of a call's posts, and notes that they are sent; None if there is no such call.

    Leaves a post that is being sent just now for later. Never edits a post that did not arrive.
    """
    call = calls.by_id(tx, call_id)
    if call is None:
        return None
    now_shown = call.answered if call.state is CallState.OPEN or takes_late(tx.now, union, call) else ENDED
    ours = {space.id for space in spaces.of_union(tx, union)}
    edits = []
    for post in posts.live(tx, call.id):
        if post.shown == now_shown or (post.edited_at is not None and post.edited_at > tx.now - EVERY):
            continue
        sending = posts.sending(tx, call.id, post.space_id) if post.space_id in ours else None
        if sending is not None and sending.going:
            posts.set_shown(tx, call.id, post.space_id, post.shown)  # notes the time of this look
            continue
        edit = _edit(posts.key_of(call.id, post.space_id), sending)
        posts.set_shown(tx, call.id, post.space_id, now_shown if edit is not None else ENDED)
        if edit is not None:
            edits.append(edit)
    return call, edits


def _edit(key: str, sending: Sending | None) -> PostEdit | None:
    """Returns the edit of a post with that key in the outbox; None if the post did not arrive."""
    if sending is None:
        return None
    if sending.waits:
        return PostEdit(sending.target, None, key)
    if sending.sent_id is None:
        return None
    return PostEdit(sending.target, sending.sent_id, f"{key}:edit")
