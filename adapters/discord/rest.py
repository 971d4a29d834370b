"""Discord's REST interface: one session, paced, with the retries that discord.py leaves to its users.

discord.py gives up after a 503 and after a broken connection; here both are tried again. Discord can then get a
request twice, and the caller makes that harmless: messages have a nonce, an interaction is acknowledged only once.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
import socket
import ssl
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from adapters.discord.pacing import Pacer
from adapters.discord.render import Json, OutgoingFile
from bot.chat.files import gathered
from bot.chat.pacing import Turn

log = logging.getLogger(__name__)

BASE = "https://discord.com/api/v10"
PATIENCE_S = 20.0
FIRST_WAIT_S = 0.15
LONGEST_WAIT_S = 4.0
LONGEST_SAID_S = 86_400.0  # a proxy can say anything after a 429
CHUNK = 64 * 1024
_AGENT = "DiscordBot (https://github.com/muster, 1) Muster"

Connectors = Callable[[], aiohttp.TCPConnector]
"""Makes a connector; every session owns one."""


class _Urgency(Enum):
    """Whether a call waits for a turn, and how urgently. Calls by an interaction's own token need none: Discord's
    limits do not count them."""

    NONE = "none"
    URGENT = "urgent"
    BULK = "bulk"


class Refused(Exception):
    """Discord refused the call (4xx) and would refuse it again. `code` is Discord's own, 0 if it gave none."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.code = code


class Unavailable(Exception):
    """Discord did not answer, failed (5xx) or is busy (429). A later try may work, after `after_s` if given.

    `lost`: no readable answer came, so the call may have had its effect.
    """

    def __init__(self, reason: str, after_s: float | None = None, *, lost: bool = False) -> None:
        super().__init__(reason)
        self.after_s = after_s
        self.lost = lost


class _Everywhere(AbstractResolver):
    """Leads every host name to one host and port; TLS still checks the original name."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(self._host, self._port, family)
        return [{**one, "hostname": host} for one in found]

    async def close(self) -> None:
        await self._resolver.close()


def connectors(api: str | None, ca: Path | None) -> Connectors:
    """Returns a maker of connectors to Discord.

    With `api`, they lead to that host and port for all of Discord's hosts, and trust it by the certificate in `ca`.
    There is an emulator, or a gateway of the operator.
    """
    context = ssl.create_default_context(cafile=ca) if ca is not None else None
    parts = urlsplit(api) if api is not None else None

    def make() -> aiohttp.TCPConnector:
        secured: Any = {"ssl": context} if context is not None else {}
        if parts is not None and parts.hostname:
            secured["resolver"] = _Everywhere(parts.hostname, parts.port or 443)
        return aiohttp.TCPConnector(limit=0, keepalive_timeout=60, **secured)

    return make


class Rest:
    """Calls Discord's REST interface with the bot's token; opens its session when first used."""

    def __init__(
        self,
        token: str,
        make_connector: Connectors,
        answered: Callable[[], None],
        trouble: Callable[[str], None],
    ) -> None:
        self._token = token
        self._trouble = trouble
        self._make_connector = make_connector
        self._answered = answered
        self._session: aiohttp.ClientSession | None = None
        self._pacer: Pacer | None = None

    async def close(self) -> None:
        """Closes the connections; a later call opens new ones."""
        if self._pacer is not None:
            await self._pacer.close()
            self._pacer = None
        if self._session is not None:
            await self._session.close()
            self._session = None

    @property
    def pacer(self) -> Pacer:
        """Grants the turns of calls with the bot's token."""
        if self._pacer is None:
            self._pacer = Pacer()
        return self._pacer

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Json | None = None,
        file: OutgoingFile | None = None,
        bulk: bool = False,
    ) -> Any:
        """Makes a paced call with the bot's token; `bulk` calls come after others.

        Returns the answer's JSON. Raises Refused, Unavailable.
        """
        urgency = _Urgency.BULK if bulk else _Urgency.URGENT
        return await self._persist(method, path, body, file, query, urgency, PATIENCE_S)

    async def post(
        self, channel: str, payload: Json, file: OutgoingFile | None, *, bulk: bool = False
    ) -> str:
        """Posts into a channel; returns the message's id. Raises Refused, Unavailable."""
        answer = await self.call("POST", f"/channels/{channel}/messages", payload, file=file, bulk=bulk)
        try:
            return str(answer["id"])
        except (KeyError, TypeError):
            raise Unavailable("an answer that is no message", lost=True) from None

    async def answer(
        self,
        method: str,
        path: str,
        body: Any,
        file: OutgoingFile | None = None,
        *,
        patience_s: float = PATIENCE_S,
        most_lost: int | None = None,
    ) -> Any:
        """Makes a call by an interaction's own token; no limit counts it. Raises Refused, Unavailable.

        It is not repeated once `most_lost` answers were lost: Discord cannot recognise every repeat.
        """
        return await self._persist(method, path, body, file, None, _Urgency.NONE, patience_s, most_lost)

    async def download(self, url: str) -> bytes:
        """Returns the file at an address. The caller has checked that it is Discord's; redirects are not followed.

        Raises BadInput if the file is too large; Refused, Unavailable.
        """
        session = self._open()
        try:
            async with (
                asyncio.timeout(PATIENCE_S),
                session.get(URL(url, encoded=True), allow_redirects=False) as response,
            ):
                if response.status == 200:
                    return await gathered(response.content.iter_chunked(CHUNK))
        except TimeoutError:
            self._trouble("timeout")
            raise Unavailable("there was no answer in time") from None
        except (aiohttp.ClientError, OSError) as error:
            self._trouble("connection")
            raise Unavailable(f"the connection failed ({type(error).__name__})") from None
        self._trouble(str(response.status) if response.status < 500 else "5xx")
        if response.status >= 500 or response.status == 429:
            raise Unavailable(f"{response.status} from Discord")
        raise Refused(response.status, 0, "no such file")

    async def _persist(
        self,
        method: str,
        path: str,
        body: Any,
        file: OutgoingFile | None,
        query: Json | None,
        urgency: _Urgency,
        patience_s: float,
        most_lost: int | None = None,
    ) -> Any:
        """Makes a call, and repeats it until it works, is refused, or `patience_s` is over."""
        loop = asyncio.get_running_loop()
        until = loop.time() + patience_s
        wait, lost = FIRST_WAIT_S, 0
        while True:
            try:
                async with asyncio.timeout(min(until - loop.time(), patience_s / 2)):
                    return await self._once(method, path, body, file, query, urgency)
            except TimeoutError:
                self._trouble("timeout")
                problem = Unavailable("there was no answer in time", lost=True)
            except (aiohttp.ClientError, OSError) as error:
                self._trouble("connection")
                unsent = isinstance(error, aiohttp.ClientConnectorError)
                problem = Unavailable(f"the connection failed ({type(error).__name__})", lost=not unsent)
            except Unavailable as error:
                problem = error
            lost += problem.lost
            if lost == most_lost:
                raise problem
            pause = max(wait * random.uniform(0.5, 1), problem.after_s or 0)  # noqa: S311  # spreads retries
            if loop.time() + pause >= until:
                raise problem
            log.info("trying again: %s", problem, extra={"action": "discord.retry", "method": method})
            await asyncio.sleep(pause)
            wait = min(wait * 2, LONGEST_WAIT_S)

    async def _once(
        self,
        method: str,
        path: str,
        body: Any,
        file: OutgoingFile | None,
        query: Json | None,
        urgency: _Urgency,
    ) -> Any:
        if urgency is _Urgency.NONE:
            return await self._request(method, path, body, file, query, None)
        async with self.pacer.at(f"{method} {path}", urgent=urgency is _Urgency.URGENT) as turn:
            return await self._request(method, path, body, file, query, turn)

    async def _request(
        self,
        method: str,
        path: str,
        body: Any,
        file: OutgoingFile | None,
        query: Json | None,
        turn: Turn | None,
    ) -> Any:
        headers = {"Authorization": f"Bot {self._token}"} if turn is not None else {}
        data = _data(body, file, headers)
        async with self._open().request(
            method, BASE + path, params=query, data=data, headers=headers
        ) as response:
            content = await response.read()
            self._answered()
            if turn is not None:
                self.pacer.learn(f"{method} {path}", turn, response.headers)
            if response.status < 300:
                return self._read(content)
            self._trouble(str(response.status) if response.status < 500 else "5xx")
            said = _said(content)
            if response.status == 429:
                after = seconds_to_wait(said.get("retry_after") or response.headers.get("Retry-After"))
                if turn is not None:
                    self.pacer.refused(turn, after, everything=bool(said.get("global")))
                raise Unavailable("429 too many requests", after)
            if response.status >= 500:
                raise Unavailable(f"{response.status} from Discord", lost=response.status == 504)
            if "message" not in said:
                raise Unavailable(f"{response.status} from a proxy")
            raise Refused(response.status, int(said.get("code") or 0), str(said.get("message") or "")[:200])

    def _read(self, content: bytes) -> Any:
        try:
            return msgspec.json.decode(content) if content else None
        except (msgspec.DecodeError, UnicodeError):
            self._trouble("unreadable")
            raise Unavailable("an answer that cannot be read", lost=True) from None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=self._make_connector(),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": _AGENT},
            )
        return self._session


def _data(body: Any, file: OutgoingFile | None, headers: dict[str, str]) -> Any:
    if body is None:
        return None
    encoded = msgspec.json.encode(body)
    if file is None:
        headers["Content-Type"] = "application/json"
        return encoded
    form = aiohttp.FormData(quote_fields=False)  # Discord does not understand `files%5B0%5D`
    form.add_field("payload_json", encoded.decode(), content_type="application/json")
    form.add_field("files[0]", file.data, filename=file.name, content_type=file.mime)
    return form


def seconds_to_wait(said: object) -> float:
    """Returns the seconds to wait after a 429, however they are said; a day at most."""
    try:
        seconds = float(said)  # type: ignore[arg-type]  # caught below
    except (TypeError, ValueError):
        return 1.0
    return min(max(seconds, 0.0), LONGEST_SAID_S) if not math.isnan(seconds) else 1.0


def _said(content: bytes) -> Json:
    """Returns the JSON of Discord's error; empty if the answer is not Discord's own but a proxy's page."""
    try:
        return msgspec.json.decode(content, type=Json)
    except msgspec.DecodeError:
        return {}
