"""Gives buttons, forms and held replies the short stored tokens that platforms see."""

from __future__ import annotations

import json

import msgspec

from bot.chat.incoming import Actor, Place
from bot.chat.kept import stored
from bot.chat.model import AnyButton, Button, Form, Reply
from bot.chat.records import Records
from bot.domain.tokens import NewToken, Token
from bot.domain.transaction import Tx

BUTTON, FORM, HELD = "button", "form", "held"
HELD_S = 3600


def actor_key(actor: Actor) -> str:
    """Returns the form in which stored rows name an account: "platform:native_id"."""
    return f"{actor.platform}:{actor.native_id}"


def keep_tokens(
    records: Records,
    tx: Tx,
    reply: Reply,
    union_id: int | None,
    presser: str | None,
    place: Place | None = None,
) -> Reply:
    """Stores the form and the buttons of a reply, and returns the reply with their tokens.

    `presser` is the account that may press buttons that are not for `anyone` (None: everybody may). `place` is the
    place that buttons and form speak for, wherever they are shown; None, or a private chat: no place.
    """
    if not reply.buttons and reply.form is None:
        return reply
    where = place if place is not None and place.space is not None else None

    def kept(one: Button | Form, kind: str, arguments: str, anyone: bool, single_use: bool) -> str:
        new = NewToken(
            union_id=union_id,
            kind=kind,
            action=one.action,
            arguments=arguments,
            presser=None if anyone else presser,
            space=where.space if where else None,
            single_use=single_use,
            lasts_s=one.lasts_s,
            chat=where.chat if where else None,
            thread=where.thread if where else None,
            title=where.title if where else None,
        )
        return records.keep_token(tx, new)

    def button(one: AnyButton) -> AnyButton:
        if not isinstance(one, Button) or one.token:
            return one
        token = kept(one, BUTTON, json.dumps(one.arguments), one.anyone, one.single_use)
        return msgspec.structs.replace(one, token=token)

    def form(one: Form) -> Form:
        if one.token:
            return one
        token = kept(one, FORM, msgspec.json.encode(one).decode(), False, False)
        return msgspec.structs.replace(one, token=token)

    rows = tuple(tuple(button(one) for one in row) for row in reply.buttons)
    return msgspec.structs.replace(reply, buttons=rows, form=form(reply.form) if reply.form else None)


def place_of(row: Token, platform: str) -> Place | None:
    """Returns the place that a button or form speaks for, which is on the platform of whoever may use it."""
    if row.space is None:
        return None
    return Place(platform, row.chat or row.space, row.space, row.thread, row.title or "")


def keep_held(records: Records, tx: Tx, actor: Actor, reply: Reply) -> str:
    """Stores a whole private reply for one person, for an hour; returns its token."""
    new = NewToken(
        union_id=None,
        kind=HELD,
        action="",
        arguments=stored(records, tx, actor_key(actor), reply).decode(),
        presser=actor_key(actor),
        space=None,
        single_use=False,
        lasts_s=HELD_S,
    )
    return records.keep_token(tx, new)
