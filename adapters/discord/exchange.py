"""One interaction from its arrival to its last message."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from adapters.discord import forms, limits, render
from adapters.discord.events import Asked
from adapters.discord.render import Json, ReplyPart
from adapters.discord.responses import (
    MODAL,
    SUGGESTIONS,
    Acknowledged,
    Callback,
    Delete,
    Edit,
    FollowUp,
    Step,
    deferral,
    plan,
)
from adapters.discord.rest import Refused, Rest, Unavailable
from bot.chat import text
from bot.chat.bounded import BoundedDict
from bot.chat.incoming import CommandCall
from bot.chat.languages import by_locale
from bot.chat.model import Form, Reply, Visibility, say
from bot.chat.port import Core
from bot.domain.names import one_line
from bot.errors import MusterError

log = logging.getLogger(__name__)

ALREADY_ACKNOWLEDGED = 40060
UNKNOWN_MESSAGE = 10008
RECORD_S = 0.5
MARGIN_S = 0.2
PROGRESS_EVERY_S = 1.0
MOST_COPIES = 2
"""Sends of a further message, which has no key for repeats, when Discord's answers are lost."""

Forms = BoundedDict[str, Form]
"""Forms that open at a button, by token."""


class _DeferredBefore(Exception):
    """The deferral had arrived, although Discord's answer to it was lost."""


class Exchange:
    """Answers one interaction. A request is sent twice only if its connection broke before Discord's answer."""

    def __init__(self, asked: Asked, core: Core, rest: Rest, waiting: Forms) -> None:
        self._asked = asked
        self._core = core
        self._rest = rest
        self._waiting = waiting
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._acknowledged = Acknowledged.NOT
        self._perhaps = Acknowledged.NOT  # the state if a deferral arrived although Discord's answer was lost
        self._deferring: asyncio.Task[None] | None = None
        self._recorded: asyncio.Task[bool] | None = None
        self._progress_at = 0.0

    async def run(self) -> None:
        """Dispatches the act and sends its answer. Raises Refused, Unavailable if the answer did not arrive."""
        timer = self._loop.call_later(limits.DEFER_AFTER_S, self._defer)
        try:
            reply = await self._core.dispatch(self._asked.incoming, self._progress)
        finally:
            timer.cancel()
        if self._deferring is not None:
            await self._deferring
        try:
            await self._send(reply)
        except Refused:
            await self._done_with()
            raise
        await self._done_with()  # not after Unavailable: a recorded act is then answered after the next start

    async def _done_with(self) -> None:
        if self._recorded is not None and await self._recorded:
            await self._core.delivered(self._asked.incoming.key)

    async def suggest(self) -> None:
        """Answers an autocomplete."""
        found = await self._core.suggest(self._asked.incoming, *self._asked.focused)
        choices = [
            {"name": one_line(label, limits.MAX_CHOICE), "value": value}
            for label, value in found
            if label.strip() and 1 <= len(value) <= limits.MAX_CHOICE
        ]
        await self._take(Callback(SUGGESTIONS, data={"choices": choices[: limits.MAX_SUGGESTIONS]}))

    async def open(self, token: str) -> None:
        """Opens the form that belongs to the pressed button."""
        form = self._waiting.get(token)
        if form is not None:
            await self._take(Callback(MODAL, data=forms.modal(form)))
        else:
            await self._send(self._private(text.FORM_GONE))

    # -- taking longer -----------------------------------------------------------------------------------

    def _defer(self) -> None:
        if self._deferring is None:
            self._deferring = asyncio.create_task(self._announce())

    async def _announce(self) -> None:
        """Records the act, so that a restart answers it, then tells Discord that it takes longer.

        Waits for the record only shortly, because Discord allows only three seconds.
        """
        self._recorded = asyncio.create_task(self._record())
        await asyncio.wait([self._recorded], timeout=RECORD_S)
        callback, acknowledged = deferral(self._asked, self._is_private())
        try:
            await self._take(callback)
        except (Refused, Unavailable) as problem:
            if isinstance(problem, Unavailable):
                self._perhaps = acknowledged
            log.warning("not deferred: %s", problem, extra={"action": "discord.defer"})
        else:
            self._acknowledged = acknowledged

    async def _record(self) -> bool:
        try:
            await self._core.accept([self._asked.incoming])
        except MusterError as problem:
            log.warning("not recorded: %s", problem, extra={"action": "discord.record"})
            return False
        return True

    def _is_private(self) -> bool:
        act = self._asked.incoming.act
        command = self._core.registry.commands.get(act.name) if isinstance(act, CommandCall) else None
        return command is None or command.visibility is Visibility.PRIVATE

    async def _progress(self, words: str) -> None:
        """Shows the progress of long work in the message "thinking…"; a press has no such message."""
        if self._asked.on_message or self._loop.time() < self._progress_at:
            return
        self._progress_at = self._loop.time() + PROGRESS_EVERY_S
        self._defer()
        if self._deferring is not None:
            await self._deferring
        if self._acknowledged is Acknowledged.NOT:
            return
        try:
            await self._take(Edit(render.words(words)))
        except (Refused, Unavailable) as problem:
            log.info("no progress shown: %s", problem, extra={"action": "discord.progress"})

    # -- sending -----------------------------------------------------------------------------------------

    def _private(self, words: str) -> Reply:
        return by_locale(say(words, visibility=Visibility.PRIVATE), self._asked.incoming.locale)

    async def _send(self, reply: Reply | None) -> None:
        try:
            parts = self._parts(reply)
        except limits.CannotShow:
            log.exception("a reply cannot be shown", extra={"action": "discord.render"})
            reply = self._private(text.CANNOT_SHOW)
            parts = self._parts(reply)
        if reply is not None and reply.form is not None:
            self._waiting[reply.form.token] = reply.form
        try:
            for step in plan(self._asked, reply, parts, self._acknowledged):
                await self._take(step)
        except _DeferredBefore:  # nothing was shown yet
            for step in plan(self._asked, reply, parts, self._acknowledged):
                await self._take(step)

    def _parts(self, reply: Reply | None) -> Sequence[ReplyPart]:
        if reply is None:
            return ()
        rendered = render.render(reply)
        if rendered.changed:
            log.warning(
                "a reply was changed to fit",
                extra={"action": "discord.fit", "changed": list(rendered.changed)},
            )
        return rendered.parts

    async def _take(self, step: Step) -> None:
        """Carries out one step. Raises Refused, Unavailable."""
        asked = self._asked
        hook = f"/webhooks/{asked.application}/{asked.token}"
        match step:
            case Callback():
                await self._callback(step)
            case Edit(part=part):
                await self._rest.answer("PATCH", f"{hook}/messages/@original", _edited(part), part.file)
            case FollowUp(part=part):
                await self._rest.answer("POST", hook, part.payload, part.file, most_lost=MOST_COPIES)
            case Delete():
                try:
                    await self._rest.answer("DELETE", f"{hook}/messages/@original", None)
                except Refused as refused:
                    if refused.code != UNKNOWN_MESSAGE:  # already gone is as good
                        raise

    async def _callback(self, step: Callback) -> None:
        data = step.part.payload if step.part is not None else step.data
        body: Json = {"type": step.type} | ({"data": data} if data is not None else {})
        left = self._began + limits.ACKNOWLEDGE_S - MARGIN_S - self._loop.time()
        path = f"/interactions/{self._asked.id}/{self._asked.token}/callback"
        file = step.part.file if step.part is not None else None
        try:
            await self._rest.answer("POST", path, body, file, patience_s=max(left, MARGIN_S))
        except Refused as refused:
            if refused.code != ALREADY_ACKNOWLEDGED:
                raise
            if self._perhaps is not Acknowledged.NOT:
                self._acknowledged, self._perhaps = self._perhaps, Acknowledged.NOT
                raise _DeferredBefore from refused
            # An earlier try worked, and only Discord's answer to it was lost.
            log.info("acknowledged before", extra={"action": "discord.acknowledge"})


def _edited(part: ReplyPart) -> Json:
    """Returns the payload without flags: an edit cannot make a message private or public."""
    return {key: value for key, value in part.payload.items() if key != "flags"}
