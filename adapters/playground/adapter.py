"""The playground as a platform: acts come from browsers on this machine, replies go back to them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import datetime

from aiohttp import web

from adapters.playground import check, events, frames, limits, menu, people, render
from adapters.playground.attachments import Attachments
from adapters.playground.feed import About, Feed, Message
from adapters.playground.moving import Mover, Moving
from adapters.playground.offers import Offers, offers
from adapters.playground.server import PlaygroundSite, Wallets
from adapters.playground.sockets import Socket
from bot.chat.bounded import BoundedDict
from bot.chat.files import MOST_BYTES
from bot.chat.findings import Finding
from bot.chat.incoming import Actor, CommandCall, File, Incoming, Place
from bot.chat.model import Reply, Visibility
from bot.chat.port import Capabilities, Core, Undeliverable
from bot.chat.targets import Lane, Target
from bot.domain.clock import Clock
from bot.domain.hidden import visible

log = logging.getLogger(__name__)

WORKING_AFTER_S = 0.4


class PlaygroundAdapter:
    """Implements `chat.port.Adapter` on websockets; mount `routes()` on the loopback listener."""

    name = people.PLATFORM
    capabilities = Capabilities(modals=True)

    def __init__(self, clock: Clock, wallets: Wallets, mover: Mover | None = None) -> None:
        self._clock = clock
        self._feed = Feed(clock)
        self._offers = Offers(self._feed.sockets)
        self._moving = Moving(clock, self._feed, wallets, mover)
        self._attachments = Attachments()
        self._site = PlaygroundSite(clock, wallets, self._feed.sockets, self._receive, self._attachments.keep)
        self._core: Core | None = None
        self._running: set[asyncio.Task[None]] = set()
        # By act: the frames that its tab gets (form, notice, acknowledgement). None while the act runs.
        self._responses: BoundedDict[str, list[str] | None] = BoundedDict(limits.REMEMBERED)
        self._delivered: BoundedDict[str, str] = BoundedDict(limits.REMEMBERED)
        self._last_contact: datetime | None = None

    def routes(self) -> list[web.RouteDef]:
        """Returns the routes of the page, its files, the websocket, the demo wallets and the clock."""
        return self._site.routes() + self._moving.routes()

    async def start(self, core: Core) -> None:
        """Answers the acts that the last run left, tells the core about the rooms, and then takes acts."""
        host = people.PLAYERS[0]
        added = [
            events.bot_added(chat, host.account(chat.manner), self._clock.now())
            for room in people.ROOMS
            if (chat := people.chat(room.native_id))
        ]
        for act in [*await core.unfinished(self.name), *added]:
            chat = people.chat(act.place.chat)
            if chat is not None and act.native_id not in self._responses:
                self._responses[act.native_id] = None
                await self._answer(core, act, chat, "", None)
        self._core = core
        await self._moving.start(core)

    async def stop(self) -> None:
        """Takes no new acts, finishes those that were taken, and closes the sockets."""
        self._core = None
        await self._moving.stop()
        while self._running:
            await asyncio.wait(self._running)
        await asyncio.gather(*(socket.close() for socket in list(self._feed.sockets)))

    async def deliver(self, target: Target, reply: Reply, key: str, lane: Lane = Lane.URGENT) -> str:
        """Posts an outbox row once; see `chat.port.Adapter.deliver`."""
        if key in self._delivered:
            return self._delivered[key]
        chat = _chat_of(target)
        if chat is None:
            raise Undeliverable(f"the playground has no such chat: {target.person or target.chat}")
        if chat.is_room and reply.visibility is Visibility.PRIVATE:
            raise Undeliverable("a private message was addressed to a room; address it to the person")
        try:
            message = Message(chat.native_id, _payload(reply))
            if target.message is not None:
                message = replace(message, id=target.message, edited=True)
            shown = self._feed.post(message)
        except limits.CannotShow as problem:
            raise Undeliverable(str(problem)) from problem
        self._delivered[key] = shown.id
        if self._core is not None:
            self._spawn(self._offers.refresh(self._core))
        return shown.id

    async def fetch(self, file: File) -> bytes:
        """Returns a file that a browser sent, from memory; see `attachments.py`."""
        return self._attachments.fetch(file)

    async def is_moderator(self, place: Place, actor: Actor) -> bool:
        """Whether the player behind the account moderates the room."""
        account = people.account(actor.native_id)
        player = people.player(account.player) if account else None
        return player is not None and (place.space or place.chat) in player.moderates

    async def is_banned(self, space: str, actor: Actor) -> bool:
        """Returns False: nobody is banned in the playground's rooms."""
        return False

    async def people_in(self, space: str) -> int | None:
        """Returns the number of people in a room. All players are in both rooms."""
        room = people.chat(space)
        return self._moving.people_in(room.manner) if room is not None else None

    async def check(self, spaces: Sequence[str]) -> Sequence[Finding]:
        """Returns the doctor's lines; see `check.py`."""
        return check.findings(spaces)

    def private_link(self, payload: str) -> str | None:
        """Returns a link, relative to the playground's address, that sends `payload` as the current player."""
        return f"/?start={payload}"

    def last_contact(self) -> datetime | None:
        """Returns the time at which a browser last sent something."""
        return self._last_contact

    # -- frames from browsers --------------------------------------------------------------------------

    async def _receive(self, socket: Socket, frame: frames.FromBrowser) -> None:
        self._last_contact = self._clock.now()
        core = self._core
        if core is None:
            await socket.close()  # starting or stopping: the page connects again by itself
            return
        if isinstance(frame, frames.Hello):
            await self._welcome(core, socket, frame)
            return
        # A tab can send an act again after it reconnected as another player: the act names its own player.
        player = people.player(frame.player) if isinstance(frame, frames.Do) else socket.player
        chat = people.chat(frame.chat)
        if player is None or chat is None or chat not in people.chats_of(player):
            return
        account = player.account(chat.manner)
        match frame:
            case frames.Do():
                self._begin(core, socket, frame, account, chat)
            case frames.Dismiss():
                message = self._feed.find(chat.native_id, frame.message, player.key)
                if message is not None and message.only == player.key and not message.working:
                    self._feed.remove(message)
            case frames.Suggest():
                self._spawn(_suggest(core, socket, frame, account, chat))

    async def _welcome(self, core: Core, socket: Socket, hello: frames.Hello) -> None:
        player = people.player(hello.player) or people.PLAYERS[0]
        socket.offers = await offers(core, player)
        socket.player, socket.session, socket.locale = player, hello.session, hello.locale
        chats = [
            {"id": c.native_id, "manner": c.manner, "title": c.title, "private": not c.is_room}
            for c in people.chats_of(player)
        ]
        socket.send(
            frames.write(
                "welcome",
                player=player.key,
                players=people.PLAYERS,
                chats=chats,
                commands=menu.menu(core.registry, hello.locale),
                defaults=core.registry.defaults,
                offers=socket.offers,
                history=self._feed.seen_by(player),
                max_line=limits.MAX_LINE,
                max_file=MOST_BYTES,
            )
        )
        self._moving.greet(socket)

    def _begin(
        self, core: Core, socket: Socket, frame: frames.Do, account: people.PlayerAccount, chat: people.Chat
    ) -> None:
        """Starts an act, or repeats the frames that its tab got: a tab that reconnects sends its acts again."""
        if not frame.id.startswith(f"{socket.session}-"):
            socket.send(frames.write("refused", id=frame.id, why="not an act of this tab"))
            return
        if frame.id in self._responses:
            for response in self._responses[frame.id] or ():
                socket.send(response)
            return
        what = frame.what
        replied_to = None
        if isinstance(what, frames.Line) and what.reply_to:
            message = self._feed.find(chat.native_id, what.reply_to, account.player)
            if message is not None:
                replied_to = events.RepliedTo(
                    people.account(message.by) if message.by else None, message.file
                )
        act = events.incoming(frame, account, chat, core.registry, socket.locale, replied_to)
        self._responses[frame.id] = None
        if isinstance(what, frames.Line):
            self._echo(what, act, account, chat)
        if act is None:
            self._respond(frame.id, socket.session)
            return
        source = what.message if isinstance(what, frames.Pressed | frames.Filled) else None
        self._spawn(self._answer(core, act, chat, socket.session, source))

    def _echo(
        self, line: frames.Line, act: Incoming | None, account: people.PlayerAccount, chat: people.Chat
    ) -> None:
        """Shows the typed line to all in the chat; not a command in a Discord room, where only its answer is seen."""
        if not (chat.manner is people.Manner.DISCORD and act and isinstance(act.act, CommandCall)):
            body = render.words(line.text, line.file)
            by, reply_to = account.native_id, line.reply_to
            self._feed.post(Message(chat.native_id, body, by=by, reply_to=reply_to, file=line.file))

    async def _answer(
        self, core: Core, act: Incoming, chat: people.Chat, session: str, source: str | None
    ) -> None:
        account = people.account(act.actor.native_id)
        if account is None:
            return
        about = About(account.native_id, _kind(act), act.act.name if isinstance(act.act, CommandCall) else "")
        working = Message(chat.native_id, {"blocks": []}, only=account.player, about=about, working=True)

        async def progress(text: str) -> None:
            self._feed.post(replace(working, body=render.words(text)))

        dispatching = asyncio.ensure_future(core.dispatch(act, progress))
        try:
            done, _ = await asyncio.wait({dispatching}, timeout=WORKING_AFTER_S)
            if not done and self._feed.find(chat.native_id, working.id, account.player) is None:
                self._feed.post(working)
            reply = await dispatching
            self._feed.remove(working)
            personal = self._show(reply, account, chat, about, source) if reply else []
        except Exception:
            log.exception("an act was not answered", extra={"action": "playground.answer"})
            self._feed.remove(working)
            self._responses.pop(act.native_id, None)
            self._to_session(session, frames.write("failed", id=act.native_id))
            return
        self._respond(act.native_id, session, *personal)
        await core.delivered(act.key)
        await self._offers.refresh(core)
        await self._moving.acted()

    def _show(
        self, reply: Reply, account: people.PlayerAccount, chat: people.Chat, about: About, source: str | None
    ) -> list[str]:
        """Posts the message of a reply; returns the frames that only the acting tab gets."""
        personal = []
        if reply.notice:
            personal.append(frames.write("notice", text=visible(reply.notice)))
        body = _payload(reply)
        if reply.form is not None:
            personal.append(
                frames.write("form", chat=chat.native_id, form=render.form(reply.form), message=source)
            )
        if reply.blocks or reply.buttons:
            private = chat.is_room and reply.visibility is not Visibility.PUBLIC
            new = Message(chat.native_id, body, only=account.player if private else None, about=about)
            old = self._feed.find(chat.native_id, source, account.player) if source else None
            if reply.edit and old is not None and old.by is None and (old.only or not private):
                # An edit never shows a message to more people: those who saw it before still see it, and nobody else.
                new = replace(new, id=old.id, only=old.only, at=old.at, about=old.about, edited=True)
            self._feed.post(new)
        return personal

    def _respond(self, act_id: str, session: str, *personal: str) -> None:
        responses = [*personal, frames.write("ack", id=act_id)]
        self._responses[act_id] = responses
        for frame in responses:
            self._to_session(session, frame)

    def _to_session(self, session: str, frame: str) -> None:
        for socket in self._feed.of_session(session):
            socket.send(frame)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)


async def _suggest(
    core: Core, socket: Socket, frame: frames.Suggest, account: people.PlayerAccount, chat: people.Chat
) -> None:
    so_far = events.half_typed(frame, account, chat, socket.locale)
    options = await core.suggest(so_far, frame.param, frame.typed)
    shown = [(visible(label), value) for label, value in options]
    socket.send(frames.write("suggestions", n=frame.n, options=shown))


def _payload(reply: Reply) -> render.Json:
    fitted, changed = limits.fit(reply)
    if changed:
        log.warning("a reply was cut to fit", extra={"action": "playground.fit", "changed": list(changed)})
    return render.payload(fitted)


def _kind(act: Incoming) -> str:
    return str(act.act.__struct_config__.tag)


def _chat_of(target: Target) -> people.Chat | None:
    if target.person is not None:
        account = people.account(target.person)
        return people.private_chat(account) if account else None
    return people.chat(target.chat) if target.chat else None
