"""HTTP for python-telegram-bot by aiohttp: an eighth of the CPU time of the library's default transport.

Errors name no URL, because a Bot API URL contains the bot's token.
"""

import functools
import io
import json
import logging
import math
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import aiohttp
import msgspec
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, RetryAfter, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.chat.files import gathered

log = logging.getLogger(__name__)

_SAVED_HEADERS: Final = ("Accept-Encoding", "Accept")
_KEEP_ALIVE_SECONDS: Final = 30.0
_DOWNLOAD_SECONDS: Final = 30.0
_CHUNK: Final = 64 * 1024
_TIME: Final = re.compile(
    rb"can't parse entities: unsupported start tag.{0,3}tg-time", re.IGNORECASE | re.DOTALL
)
_TIME_TAGS: Final = re.compile(r'</?tg-time(?: [a-z]+=\\?"[\w:-]*\\?")*>')  # as `markup` writes them
_TIME_TAGS_IN_JSON: Final = re.compile(_TIME_TAGS.pattern.encode())
_FLOOD_S: Final = 5  # where a 429 does not say how long
_LONGEST_FLOOD_S: Final = 24 * 3600
_JSON: Final = {"Content-Type": "application/json"}
_url = functools.lru_cache(maxsize=512)(functools.partial(URL, encoded=True))
_timeout = functools.lru_cache(maxsize=64)(aiohttp.ClientTimeout)


class NotSent(NetworkError):
    """The request certainly never reached Telegram: sending it again cannot make a duplicate."""


class Lost(NetworkError):
    """The connection broke before the answer came: it is unknown whether the request had its effect."""


class Faulty(NetworkError):
    """The server, or a proxy before it, answered that it cannot serve: the request was not carried out."""


class NotConnected(TimedOut, NotSent):
    """There was no connection to Telegram in time; nothing was sent."""


class FloodWait(RetryAfter):
    """A 429: wait for `seconds`. (`RetryAfter` itself warns of a deprecation each time it is made or read.)"""

    @property
    def retry_after(self) -> timedelta:
        """The time to wait."""
        return self._retry_after

    @property
    def seconds(self) -> float:
        """The time to wait, in seconds."""
        return self._retry_after.total_seconds()


class AiohttpRequest(BaseRequest):
    """A `BaseRequest` on one aiohttp session with keep-alive; environment proxies are ignored.

    Times are in seconds, None for no limit. `connections` is the size of the pool; a request waits for a free
    connection up to `pool_timeout`. `trouble` is called with a word for each error. Raises `NotSent` or
    `NotConnected` when nothing was sent, `Faulty` when nothing was done, `FloodWait` on 429, and `TimedOut` or `Lost`
    when the outcome is unknown.

    An older Bot API server refuses the markup of times. After such a refusal this markup is left out until a restart.
    """

    __slots__ = ("_connections", "_media_write", "_plain_times", "_session", "_times", "_trouble")

    def __init__(
        self,
        *,
        connections: int = 64,
        connect_timeout: float | None = 5.0,
        read_timeout: float | None = 10.0,
        write_timeout: float | None = 5.0,
        media_write_timeout: float | None = 30.0,
        pool_timeout: float | None = 5.0,
        trouble: Callable[[str], None] = lambda what: None,
    ) -> None:
        self._trouble = trouble
        self._connections = connections
        self._times = (connect_timeout, read_timeout, write_timeout, pool_timeout)
        self._media_write = media_write_timeout
        self._session: aiohttp.ClientSession | None = None
        self._plain_times = False

    @property
    def read_timeout(self) -> float | None:
        """Seconds to wait for an answer, before a long poll's own time is added."""
        return self._times[1]

    async def initialize(self) -> None:
        """Opens the session; does nothing when it is open."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=_KEEP_ALIVE_SECONDS)
            self._session = aiohttp.ClientSession(
                connector=connector,
                trust_env=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                skip_auto_headers=_SAVED_HEADERS,
            )

    async def shutdown(self) -> None:
        """Closes all connections; `initialize` may open them again."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def download(self, url: str) -> bytes:
        """Returns the file at an address of the Bot API server; redirects are not followed.

        Raises BadInput if it is too large, FileNotFoundError if there is none, and NetworkError.
        """
        if self._session is None:
            raise RuntimeError("AiohttpRequest is not initialized")
        limits = _timeout(
            total=_DOWNLOAD_SECONDS, connect=None, sock_connect=self._times[0], sock_read=self._times[1]
        )
        try:
            async with self._session.get(_url(url), timeout=limits, allow_redirects=False) as answer:
                if answer.status == 200:
                    return await gathered(answer.content.iter_chunked(_CHUNK))
        except TimeoutError:
            self._trouble("timeout")
            raise TimedOut("no answer in time") from None
        except (aiohttp.ClientError, OSError) as error:
            self._trouble("connection")
            raise NetworkError(f"connection failed: {type(error).__name__}") from None
        self._trouble(str(answer.status) if answer.status < 500 else "5xx")
        if answer.status == 404:
            raise FileNotFoundError
        raise NetworkError(f"{answer.status} from the server")

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, object]:
        """Returns the decoded answer. Raises Lost, without the answer's text, when it is not JSON."""
        decoded: dict[str, object]
        try:
            decoded = msgspec.json.decode(payload)
        except RecursionError:
            raise Lost("Invalid server response") from None
        except (msgspec.DecodeError, UnicodeError):
            try:  # msgspec refuses half a surrogate pair; one of them must not cost a whole answer
                decoded = json.loads(payload)
            except (ValueError, RecursionError):
                raise Lost("Invalid server response") from None
        return decoded

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Sends one request; returns HTTP status and body."""
        media = bool(request_data and request_data.contains_files)
        write = self._media_write if media else self._times[2]
        limits = _limits(
            _chosen(connect_timeout, self._times[0]),
            _chosen(read_timeout, self._times[1]),
            _chosen(write_timeout, write),
            _chosen(pool_timeout, self._times[3]),
        )
        answer = await self._answer(url, method, request_data, limits, media)
        if answer[0] == 400 and _TIME.search(answer[1]) and not self._plain_times:
            log.info("this server knows no times", extra={"action": "telegram.old-server"})
            self._plain_times = True
            answer = await self._answer(url, method, request_data, limits, media)
        return answer

    async def _answer(
        self, url: str, method: str, data: RequestData | None, limits: aiohttp.ClientTimeout, media: bool
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise RuntimeError("AiohttpRequest is not initialized")
        plain = self._plain_times
        body = None if data is None else _form(data, plain) if media else _json(data, plain)
        headers = _JSON if isinstance(body, bytes) else None
        # "from None": the cause would carry the URL, and with it the token, into logs.
        try:
            async with self._session.request(
                method, _url(url), data=body, headers=headers, timeout=limits, allow_redirects=False
            ) as answer:
                status, payload = answer.status, await answer.read()
        except aiohttp.ConnectionTimeoutError:
            self._trouble("timeout")
            raise NotConnected("no connection in time") from None
        except TimeoutError:
            self._trouble("timeout")
            raise TimedOut("no answer in time") from None
        except aiohttp.ClientConnectorError as error:
            self._trouble("connection")
            raise NotSent(
                f"cannot connect: {error.os_error.strerror or type(error.os_error).__name__}"
            ) from None
        except aiohttp.ClientError as error:
            self._trouble("connection")
            raise Lost(f"connection failed: {type(error).__name__}") from None
        if status >= 400:
            self._trouble(str(status) if status < 500 else "5xx")
            _raise_meaning(status, payload)
        elif status >= 300:
            raise Faulty(f"{status} from the server")
        elif method == "POST" and not _is_answer(payload):  # a file is fetched by GET
            self._trouble("unreadable")
            raise Lost("an answer without a result")
        return status, payload


class _Answer(msgspec.Struct):
    ok: bool
    result: msgspec.Raw


def _chosen(given: ODVInput[float], default: float | None) -> float | None:
    return given if given is None or isinstance(given, int | float) else default


def _limits(
    connect: float | None, read: float | None, write: float | None, pool: float | None
) -> aiohttp.ClientTimeout:
    # aiohttp has no time limit for writing: the whole request may take the sum.
    waiting = None if connect is None or pool is None else connect + pool
    total = None if waiting is None or read is None or write is None else waiting + write + read
    return _timeout(total=total, connect=waiting, sock_connect=connect, sock_read=read)


def _json(data: RequestData, plain_times: bool) -> bytes:
    try:
        body = msgspec.json.encode(data.parameters)
    except TypeError:  # a subclass of str, such as markupsafe's; the standard library accepts it
        body = data.json_payload
    return _TIME_TAGS_IN_JSON.sub(b"", body) if plain_times else body


def _form(data: RequestData, plain_times: bool) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, _TIME_TAGS.sub("", value) if plain_times else value)
    for name, (filename, contents, kind) in data.multipart_data.items():
        # Bytes would be written in one piece, and would hold up everything else for that time.
        body = io.BytesIO(contents) if isinstance(contents, bytes) else contents
        form.add_field(name, body, filename=filename, content_type=kind)
    return form


def _is_answer(payload: bytes) -> bool:
    """Whether this is a result of the Bot API; python-telegram-bot takes it without looking."""
    try:
        return msgspec.json.decode(payload, type=_Answer).ok
    except msgspec.DecodeError:
        try:  # msgspec refuses half a surrogate pair too
            said = AiohttpRequest.parse_json_payload(payload)
        except Lost:
            return False
        return isinstance(said, dict) and said.get("ok") is True and "result" in said


def _raise_meaning(status: int, payload: bytes) -> None:
    """Raises the meaning of an error that is not a refusal by the Bot API itself."""
    try:
        said: object = AiohttpRequest.parse_json_payload(payload)
    except Lost:  # the page of a proxy
        said = None
    if status == 429:
        raise FloodWait(_flood_seconds(said))
    if status == 504:
        raise Lost("a proxy had no answer in time (504)")
    if status >= 500 or not (isinstance(said, dict) and said.get("ok") is False):
        raise Faulty(f"{status} from the server")


def _flood_seconds(said: object) -> int:
    """Returns the seconds to wait after a 429, however the server says it."""
    parameters = said.get("parameters") if isinstance(said, dict) else None
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    try:
        return min(max(math.ceil(float(seconds)), 1), _LONGEST_FLOOD_S)  # type: ignore[arg-type]  # caught below
    except (TypeError, ValueError, OverflowError):
        return _FLOOD_S
