"""The HTTP side: from aiohttp's request to a `Call`, through limits, faults and validation, and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import BodyPartReader, web

from . import rest_account, rest_commands, rest_guilds, rest_interactions, rest_messages
from .api import ROUTER, Call, Route, Upload
from .connection import Connection
from .errors import ApiError, form_error
from .faults import Fault
from .limits import Verdict
from .validate import specification

if TYPE_CHECKING:
    from .emulator import DiscordEmulator

REST = (rest_account, rest_commands, rest_guilds, rest_interactions, rest_messages)
"""The modules whose import fills the router."""
BASE = "/api/v10"
CDN_HOSTS = ("cdn.discordapp.com", "media.discordapp.net")
SMALL_DELAY = 0.01


class Http:
    """One handler for every host: REST, gateway, CDN."""

    def __init__(self, emulator: DiscordEmulator) -> None:
        self._emulator = emulator

    async def handle(self, request: web.Request) -> web.StreamResponse:
        host = request.host.partition(":")[0]
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._gateway(request, host)
        if host in CDN_HOSTS:
            return self._cdn(request)
        if not request.path.startswith(BASE + "/"):
            self._emulator.violate("every route is known", f"{host}{request.path}", request.method)
            return _json(404, {"message": "404: Not Found", "code": 0}, {})
        return await self._rest(request, request.path.removeprefix(BASE))

    async def _gateway(self, request: web.Request, host: str) -> web.StreamResponse:
        fault = self._emulator.faults.take("GATEWAY", "connect")
        if fault is not None:
            return _cut(request) if fault.kind == "down" else web.Response(status=503)
        if not host.endswith("discord.gg"):
            self._emulator.violate("the gateway is at *.discord.gg", host, "gateway")
        return await Connection(self._emulator.gateway, request).serve()

    def _cdn(self, request: web.Request) -> web.Response:
        emulator = self._emulator
        if "Authorization" in request.headers:
            emulator.violate("the token is for the API alone", request.host, "GET of a file")
        fault = emulator.faults.take("CDN", request.path)
        if fault is not None and fault.kind.startswith("drop"):
            return _cut(request)
        if fault is not None and (refusal := _injected(fault)) is not None:
            return refusal
        attachment = emulator.world.attachments.get(request.path)
        if attachment is None or attachment.query != request.query_string:
            return web.Response(status=404, text="This content is no longer available.")
        if attachment.moved_to is not None:
            return web.Response(status=302, headers={"Location": attachment.moved_to})
        return web.Response(body=attachment.data, content_type=attachment.content_type)

    async def _rest(self, request: web.Request, path: str) -> web.StreamResponse:
        emulator = self._emulator
        found = ROUTER.find(request.method, path)
        if found is None:
            emulator.violate("every route is known", path, request.method)
            return _json(404, {"message": "404: Not Found", "code": 0}, {})
        route, params = found
        await emulator.distance.travel()
        fault = emulator.faults.take(request.method, path)
        if fault is not None and fault.kind == "drop-before":
            emulator.touch()
            return _cut(request)
        if fault is not None and (refusal := _injected(fault)) is not None:
            return refusal
        verdict = emulator.limits.check(route.method, route.template, params.get(route.major or "", ""))
        if verdict.retry_after:
            await emulator.distance.travel()
            return _too_many(verdict)
        status, body = await self._call(request, route, params, fault)
        emulator.count(request.method, route.template, status)
        await emulator.distance.travel()
        if fault is not None and fault.kind == "drop-after":
            return _cut(request)
        return _json(status, body, verdict.headers)

    async def _call(
        self, request: web.Request, route: Route, params: dict[str, str], fault: Fault | None
    ) -> tuple[int, Any]:
        emulator = self._emulator
        try:
            if route.needs_token and request.headers.get("Authorization") != f"Bot {emulator.token}":
                raise ApiError(0)
            body, uploads = await _read(request)
            call = Call(emulator, route.method, route.template, params, dict(request.query), body, uploads)
            self._validate(call)
            if fault is not None and fault.code is not None:
                raise ApiError(fault.code)
            status, answer = route.handler(call)
        except ApiError as error:
            return error.status, error.body
        except Exception as error:  # a body that the specification was not there to refuse, or a defect here
            emulator.violate(
                "the emulator understands the request", repr(error), f"{route.method} {route.template}"
            )
            return 500, {"message": "500: Internal Server Error", "code": 0}
        if fault is not None and call.interaction is not None:
            call.interaction.forgiven = True
        if emulator.check_answers and (spec := specification()) is not None:
            emulator.answer_errors += spec.answer_errors(route.method, route.template, status, answer)
        return status, answer

    def _validate(self, call: Call) -> None:
        spec = specification()
        errors = spec.request_errors(call.method, call.template, set(call.query), call.body) if spec else []
        for error in errors:
            self._emulator.violate("the published specification", error, f"{call.method} {call.template}")
        if errors:
            raise form_error("; ".join(errors))


async def _read(request: web.Request) -> tuple[Any, list[Upload]]:
    if request.content_type == "multipart/form-data":
        return await _read_multipart(request)
    raw = await request.read()
    if not raw:
        return None, []
    if request.content_type != "application/json":
        raise form_error(f"content type {request.content_type}")
    return _parse(raw), []


def _parse(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        raise form_error("The request body contains invalid JSON.") from None


async def _read_multipart(request: web.Request) -> tuple[Any, list[Upload]]:
    body: Any = {}
    uploads = []
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        name, data = part.name or "", bytes(await part.read())
        if name == "payload_json":
            body = _parse(data)
        elif name.startswith("files[") and name[6:-1].isdigit():
            kind = part.headers.get("Content-Type", "application/octet-stream")
            uploads.append(Upload(int(name[6:-1]), part.filename or "", kind, data))
        else:
            raise form_error(f"multipart field {name!r}")
    return body, uploads


def _json(status: int, body: Any, headers: dict[str, str]) -> web.Response:
    if status == 204:
        return web.Response(status=204, headers=headers)
    # A charset would make discord.py take the body for text.
    headers = {**headers, "Content-Type": "application/json", "Via": "1.1 google"}
    return web.Response(status=status, body=json.dumps(body).encode(), headers=headers)


def _cut(request: web.Request) -> web.Response:
    """Cut the TCP connection: the client sees it closed without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _too_many(verdict: Verdict) -> web.Response:
    wait = round(verdict.retry_after, 3)
    body = {"message": "You are being rate limited.", "retry_after": wait, "global": verdict.is_global}
    return _json(429, body, {**verdict.headers, "Retry-After": str(max(1, round(wait)))})


def _injected(fault: Fault) -> web.Response | None:
    """The answer of a fault that stands before Discord's API; None if the call goes on."""
    if fault.kind == "429-cloudflare":
        return web.Response(status=429, text="<html>error code: 1015</html>", content_type="text/html")
    if fault.kind.startswith("429"):
        scope = fault.kind.partition("-")[2] or "user"
        headers = {"X-RateLimit-Scope": scope}
        if scope == "global":
            headers["X-RateLimit-Global"] = "true"
        wait = float(fault.options.get("retry_after", SMALL_DELAY))
        return _too_many(Verdict(headers, wait, scope == "global"))
    if fault.kind in ("500", "502", "503", "504"):
        text = f"<html><title>{fault.kind}</title></html>"
        return web.Response(status=int(fault.kind), text=text, content_type="text/html")
    return None
