"""Accepts connections on a bound socket, never more than fit below the process's limit of open files."""

from __future__ import annotations

import asyncio
import heapq
import logging
import resource
import socket
import ssl
from collections import deque

from aiohttp import web

from bot.web.connection import Connection, Patience
from bot.web.seldom import Seldom

log = logging.getLogger(__name__)

RESERVED = 256  # descriptors for the database, the platforms' connections, files and the log
MOST_CONNECTIONS = 1000  # more than a reverse proxy or a hall of people needs; each costs some 30 KiB
FEWEST_CONNECTIONS = 16
_BACKLOG = 2048  # a client whose connection finds no room there tries again only after a second
_AT_ONCE = 32  # connections ended before other work goes on
_BEGUN_AT_ONCE = 8  # connections begun, each with a request at once, before other work goes on
_ACCEPTED_AT_ONCE = 256  # 5 µs each; to begin one, with its request, takes 0.2 ms
_LOOK_AGAIN_S = 0.02
_TRY_AGAIN_S = 0.2


def most_connections(listeners: int = 1) -> int:
    """Returns the number of connections that each of so many listeners may have open at once.

    That is an equal part of the soft limit of open files (`ulimit -n`) less `RESERVED`, or less half if it is low.
    """
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS // listeners
    free = max(files - RESERVED, files // 2)
    return max(FEWEST_CONNECTIONS, min(MOST_CONNECTIONS, free) // listeners)


class Site(web.BaseSite):
    """A listener whose connections are `Connection`s, at most `most` of them.

    A further one is accepted, and those are closed for which the server has waited longest. So a monitor is answered
    also while somebody holds very many connections open. Requests that are being worked on and websockets are not
    closed. asyncio's own server would log every failed accept, without an end.

    When very many come at once, the newest and the oldest have their turn alternately. So who comes last does not
    wait for all others, and nobody waits for ever.
    """

    __slots__ = (
        "_closed",
        "_connecting",
        "_errors",
        "_listener",
        "_look",
        "_loop",
        "_most",
        "_open",
        "_patience",
        "_waiting",
    )

    def __init__(
        self,
        runner: web.BaseRunner,
        listener: socket.socket,
        patience: Patience,
        most: int,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(runner, ssl_context=tls)
        self._listener = listener
        self._patience = patience
        self._most = most
        self._loop = asyncio.get_running_loop()
        self._open: set[Connection] = set()
        self._waiting: deque[socket.socket] = deque()  # accepted, the oldest first; they count as open
        self._connecting: set[asyncio.Task[None]] = set()
        self._look: asyncio.TimerHandle | None = None
        self._errors = Seldom(log, "connections could not be accepted", "web.accept")
        self._closed = Seldom(log, "connections were closed to make room for others", "web.crowded")

    @property
    def name(self) -> str:
        host, port = self._listener.getsockname()[:2]
        return f"{'https' if self._ssl_context else 'http'}://{host}:{port}"

    async def start(self) -> None:
        """Begins to accept connections."""
        await super().start()
        self._listener.setblocking(False)
        self._listener.listen(_BACKLOG)
        self._loop.add_reader(self._listener, self._accept)
        self._look_around()

    async def stop(self) -> None:
        """Accepts no more connections. The open ones stay until the runner closes them."""
        self._loop.remove_reader(self._listener)
        if self._look is not None:
            self._look.cancel()
        self._listener.close()
        while self._waiting:
            self._waiting.pop().close()
        await asyncio.gather(*self._connecting, return_exceptions=True)
        await super().stop()

    def _accept(self) -> None:
        # A part of the room is for those that were begun, so that each has time to speak before it makes room.
        free = min(_ACCEPTED_AT_ONCE, max(1, self._most * 3 // 4) - len(self._waiting))
        idle, made_room = not self._waiting, False
        for _ in range(free):
            crowded = len(self._open) + len(self._waiting) >= self._most
            if crowded and made_room:
                break  # what was closed still has its descriptors until the next round
            try:
                sock, _address = self._listener.accept()
            except (BlockingIOError, InterruptedError):
                break
            except ConnectionError:
                continue  # the client was gone before it was accepted
            except OSError as error:
                self._pause(error)
                break
            sock.setblocking(False)
            if crowded:
                made_room = self._make_room()
                if not made_room:
                    sock.close()
                    break  # to look at all again and again takes long
            self._waiting.append(sock)
        if idle and self._waiting:
            self._begin()

    def _begin(self) -> None:
        """Begins some of the connections that wait, from both ends by turns."""
        for turn in range(min(_BEGUN_AT_ONCE, len(self._waiting))):
            self._welcome(self._waiting.popleft() if turn % 2 else self._waiting.pop())
        if self._waiting:
            self._loop.call_soon(self._begin)

    def _pause(self, error: OSError) -> None:
        """Frees descriptors, and tries again soon: the system says again and again that a connection waits."""
        self._errors.count(why=error.strerror or "")
        self._make_room()
        self._loop.remove_reader(self._listener)
        self._loop.call_later(_TRY_AGAIN_S, self._resume)

    def _resume(self) -> None:
        if self._listener.fileno() >= 0:
            self._loop.add_reader(self._listener, self._accept)

    def _welcome(self, sock: socket.socket) -> None:
        server = self._runner.server
        assert server is not None
        connection = Connection(server, self._open, self._patience)
        self._open.add(connection)
        task = self._loop.create_task(self._connect(sock, connection))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    async def _connect(self, sock: socket.socket, connection: Connection) -> None:
        handshake = self._patience.headers_s if self._ssl_context else None
        try:
            await self._loop.connect_accepted_socket(
                lambda: connection, sock, ssl=self._ssl_context, ssl_handshake_timeout=handshake
            )
        except OSError:  # also a handshake that failed or took too long
            self._open.discard(connection)

    def _make_room(self) -> bool:
        """Closes some of the connections for which the server has waited longest, and returns whether it did.

        It closes several at once, because it has to look at all of them.
        """
        waiting = [(since, id(one), one) for one in self._open if (since := one.waits_since) is not None]
        slowest = heapq.nsmallest(max(1, self._most // 16), waiting)
        for _, _, connection in slowest:
            self._open.discard(connection)
            connection.abort()
        self._closed.count(len(slowest))
        return bool(slowest)

    def _look_around(self) -> None:
        ended = 0
        for connection in tuple(self._open):
            ended += connection.look(self._patience)
            if ended == _AT_ONCE:
                break
        self._errors.tell()
        self._closed.tell()
        # Thousands can be over at the same moment, and others are answered between two looks.
        soon = _LOOK_AGAIN_S if ended == _AT_ONCE else self._patience.look_every_s
        self._look = self._loop.call_later(soon, self._look_around)
