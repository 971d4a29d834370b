"""HTTP: decoding of requests, faults, validation and the shape of answers."""

from __future__ import annotations

import contextlib
import inspect
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.emulators.telegram import rules
from tests.emulators.telegram.api import Api
from tests.emulators.telegram.errors import ApiError, Violation, bad_request
from tests.emulators.telegram.faults import Fault
from tests.emulators.telegram.webhook import Webhook

if TYPE_CHECKING:
    from tests.emulators.telegram.emulator import TelegramEmulator

Json = dict[str, Any]
FOLDER = "photos/"  # a file's path is not its id
_TEXTS = {
    "text", "caption", "parse_mode", "callback_query_id", "url", "secret_token", "name", "title",
    "description", "language_code", "action", "photo", "document", "file_id", "invite_link", "ip_address",
}  # fmt: skip


@dataclass(eq=False)
class Request:
    """One request and what became of it."""

    method: str
    parameters: Json
    files: dict[str, bytes]
    outcome: str = ""
    """"200", "400 Bad Request: ...", "dropped"; empty while in progress."""


class Server:
    """Serves `/bot<token>/<method>` and `/file/bot<token>/<path>` on a port of the system's choice."""

    def __init__(self, emulator: TelegramEmulator) -> None:
        self._emulator = emulator
        self._api = Api(emulator)
        self._runner: web.AppRunner | None = None
        self.webhook = Webhook(emulator)
        self.origin = ""

    async def start(self) -> None:
        application = web.Application(client_max_size=64 * 1024 * 1024)
        application.router.add_route("*", "/bot{token}/{method}", self._handle)
        application.router.add_get("/file/bot{token}/{path:.+}", self._file)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        await self.webhook.stop()
        if self._runner:
            await self._runner.cleanup()

    async def _file(self, request: web.Request) -> web.Response:
        emulator, path = self._emulator, request.match_info["path"]
        fault = emulator.faults.take("file", {})
        try:
            if fault:
                await _before(fault, request)
        except _Dropped:
            return web.Response()
        except ApiError as error:
            return _answer(error)
        contents = emulator.files.get(path.removeprefix(FOLDER)) if path.startswith(FOLDER) else None
        if contents is None or request.match_info["token"] != emulator.token:
            return _answer(ApiError(404, "Not Found"))
        return web.Response(body=contents)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        emulator = self._emulator
        parameters, files = await _decode(request)
        call = Request(request.match_info["method"], parameters, files)
        emulator.requests.append(call)
        if call.method != "getUpdates":
            await emulator.distance.travel()
        fault = emulator.faults.take(call.method, parameters)
        if fault and fault.kind == "garble before":
            call.outcome = f"{fault.status} of a proxy"
            emulator.signal.fire()
            return web.Response(status=fault.status, body=fault.body.encode(), content_type="text/html")
        try:
            if request.match_info["token"] != emulator.token:
                raise ApiError(401, "Unauthorized")
            if fault:
                await _before(fault, request)
            answer: Any = await self._run(call)
        except _Dropped:
            call.outcome = "dropped before it counted"
            emulator.signal.fire()
            return web.Response()
        except ApiError as error:
            if isinstance(error, Violation):
                emulator.violations.append(f"{call.method}: {error.description}")
            answer = error
        call.outcome = str(answer) if isinstance(answer, ApiError) else "200"
        emulator.signal.fire()
        if fault and await _after(fault, request):
            call.outcome = "dropped after it counted"
        if call.method != "getUpdates":
            await emulator.distance.travel()
        if fault and fault.kind == "garble after":
            return web.Response(
                status=fault.status, body=fault.body.encode(), content_type="application/json"
            )
        return _answer(answer)

    async def _run(self, call: Request) -> Any:
        emulator = self._emulator
        handler = getattr(self._api, call.method, None)
        if handler is None or call.method.startswith("_"):
            raise Violation(f"Not Implemented: {call.method} is not emulated", 501)
        # A server older than Bot API 10.2 overlooks these two, and what was meant for one is shown to all.
        overlooked = {} if emulator.ephemeral else rules.ephemeral_parameters(call.method, call.parameters)
        known = {name: value for name, value in call.parameters.items() if name not in overlooked}
        if overlooked and emulator.claims == "refuses":
            raise bad_request("unknown parameter")
        if overlooked and emulator.claims is None:
            emulator.violations.append(
                f"{call.method}: this server has no ephemeral messages: shown to everybody"
            )
        if emulator.spec and (errors := emulator.spec.request_errors(call.method, known, call.files)):
            raise Violation(f"Bad Request: {'; '.join(errors)}")
        if broken := rules.broken(call.method, known, loopback_webhook=True):
            raise Violation(f"Bad Request: {'; '.join(broken)}")
        result = handler(known, call.files)
        if inspect.isawaitable(result):
            result = await result
        if emulator.spec and (errors := emulator.spec.answer_errors(call.method, result)):
            emulator.violations.append(f"the emulator's own fault: {errors}")
        return result


class _Dropped(Exception):
    """The connection was cut."""


def _cut(request: web.Request) -> None:
    if request.transport:
        request.transport.abort()


async def _before(fault: Fault, request: web.Request) -> None:
    if fault.kind == "fail":
        assert fault.error
        raise fault.error
    if fault.kind == "drop before":
        _cut(request)
        raise _Dropped
    if fault.kind == "hold before":
        await fault.wait()


async def _after(fault: Fault, request: web.Request) -> bool:
    if fault.kind == "hold after":
        await fault.wait()
    if fault.kind == "drop after":
        _cut(request)
    return fault.kind == "drop after"


def _answer(result: Any) -> web.Response:
    """HTTP status equals `error_code`."""
    if not isinstance(result, ApiError):
        body = {"ok": True, "result": result}
        return web.Response(body=json.dumps(body).encode(), content_type="application/json")
    body = {"ok": False, "error_code": result.code, "description": result.description}
    body |= {"parameters": result.parameters} if result.parameters else {}
    return web.Response(status=result.code, body=json.dumps(body).encode(), content_type="application/json")


async def _decode(request: web.Request) -> tuple[Json, dict[str, bytes]]:
    """Parameters from the query, a form, a multipart body or JSON; files by part name."""
    raw: Json = dict(request.query)
    files: dict[str, bytes] = {}
    if request.content_type == "application/json":
        with contextlib.suppress(ValueError):
            raw |= await request.json()
    elif request.content_type.startswith(("multipart/", "application/x-www-form")):
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                files[name] = value.file.read()
                raw.setdefault(f"\0{name}", value.filename)
            else:
                raw[name] = value
    names = {name[1:]: value for name, value in raw.items() if name.startswith("\0")}
    parameters = {name: _value(name, value) for name, value in raw.items() if not name.startswith("\0")}
    return parameters, {name: NamedFile(contents, names[name]) for name, contents in files.items()}


class NamedFile(bytes):
    """An uploaded file's bytes with its name."""

    filename: str

    def __new__(cls, contents: bytes, filename: str) -> NamedFile:
        made = super().__new__(cls, contents)
        made.filename = filename
        return made


def _value(name: str, value: Any) -> Any:
    if not isinstance(value, str) or name in _TEXTS or value.startswith("@"):
        return value
    with contextlib.suppress(ValueError):
        return json.loads(value)
    return {"True": True, "False": False}.get(value, value)
