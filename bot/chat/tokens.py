"""Giving buttons and forms the short stored tokens that platforms see."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from bot.chat.incoming import Actor
from bot.chat.model import AnyButton, Button, Form, Reply, encode

if TYPE_CHECKING:
    from bot.chat.context import Context

BUTTON, FORM, HELD = "button", "form", "held"


def actor_key(actor: Actor) -> str:
    """How an account is written in stored rows."""
    return f"{actor.platform}:{actor.native_id}"


def keep_tokens(ctx: Context, reply: Reply, presser: str | None = None) -> Reply:
    """The reply with every button and its form stored and tokened.

    `presser` is who may press what is not for `anyone`: by default the actor, then for the space spoken in.
    """
    if not reply.buttons and reply.form is None:
        return reply
    space = ctx.place.space if presser is None else None
    presser = presser or actor_key(ctx.actor)
    rows = tuple(tuple(_keep_button(ctx, button, presser, space) for button in row) for row in reply.buttons)
    form = _keep_form(ctx, reply.form, presser, space) if reply.form else None
    return msgspec.structs.replace(reply, buttons=rows, form=form)


def _keep_button(ctx: Context, button: AnyButton, presser: str, space: str | None) -> AnyButton:
    if not isinstance(button, Button) or button.token:
        return button
    token = ctx.records.keep_token(
        ctx.tx,
        union_id=_union_id(ctx),
        kind=BUTTON,
        action=button.action,
        arguments=json.dumps(button.arguments),
        presser=None if button.anyone else presser,
        space=space,
        single_use=button.single_use,
        lasts_s=button.lasts_s,
    )
    return msgspec.structs.replace(button, token=token)


def _keep_form(ctx: Context, form: Form, presser: str, space: str | None) -> Form:
    if form.token:
        return form
    token = ctx.records.keep_token(
        ctx.tx,
        union_id=_union_id(ctx),
        kind=FORM,
        action=form.action,
        arguments=msgspec.json.encode(form).decode(),
        presser=presser,
        space=space,
        single_use=False,
        lasts_s=form.lasts_s,
    )
    return msgspec.structs.replace(form, token=token)


def keep_held(records: Any, tx: Any, actor: Actor, reply: Reply) -> str:
    """Store a whole private reply for one person, for an hour; returns its token."""
    token: str = records.keep_token(
        tx,
        union_id=None,
        kind=HELD,
        action="",
        arguments=encode(reply).decode(),
        presser=actor_key(actor),
        space=None,
        single_use=False,
        lasts_s=3600,
    )
    return token


def _union_id(ctx: Context) -> int | None:
    return ctx.standing.union.id if ctx.standing.union else None
