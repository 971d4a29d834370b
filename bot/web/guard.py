"""Checks of every request (host, origin, size of the body), and the headers and errors of every answer."""

from __future__ import annotations

import ipaddress
import logging
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from bot.chat.languages import said
from bot.domain.phrases import phrase
from bot.errors import BadInput, MusterError, NotAllowed, NotFound, TryAgain
from bot.web import pages
from bot.web.connection import TOO_SLOW, TooSlow
from bot.web.deps import DEPS
from bot.web.words import language_of

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

BODY_LIMIT = 160 * 1024  # a signature can have 64 KiB, which is 128 KiB in hex
WEBHOOK_LIMIT = 1024 * 1024
WEBHOOK_PATH = "/telegram/webhook"
# Monitors ask for these, and they may use the machine's number instead of its name.
_MONITORED = ("/healthz", "/metrics")
_READING = ("GET", "HEAD")

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
        "microphone=(), midi=(), payment=(), usb=()"
    ),
}
_STATUS: tuple[tuple[type[MusterError], int], ...] = (
    (BadInput, 400),
    (NotAllowed, 403),
    (NotFound, 404),
    (TryAgain, 503),
)
_PLAIN = {
    404: phrase("This page does not exist. Check the address."),
    405: phrase("This address cannot be used in this way. Go back and try again."),
    413: phrase("This is too big. Send something smaller."),
}
_BROKEN = phrase("Your request did not arrive whole, so nothing was done. Reload the page and try again.")
_OTHER_SITE = phrase("Another site sent this, so nothing was done. Use the buttons of this page instead.")


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Adds the security headers to every answer."""
    response.headers.update(_HEADERS)
    if request.app[DEPS].origin.startswith("https://"):
        response.headers["Strict-Transport-Security"] = "max-age=31536000"  # a year
    response.headers.pop("Server", None)


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns every error into a page (GET) or JSON (POST) that a person can read."""
    try:
        return await handler(request)
    except web.HTTPException as problem:
        if problem.status < 400:
            raise
        answer = _answer(request, problem.status, _PLAIN.get(problem.status, problem.reason))
        if "Allow" in problem.headers:
            answer.headers["Allow"] = problem.headers["Allow"]
        return answer
    except MusterError as problem:
        status = next((code for kind, code in _STATUS if isinstance(problem, kind)), 503)
        return _answer(request, status, problem.words)
    except Exception as problem:
        # Then the client is gone, is too slow, or sent a body that cannot be read.
        if problem is request.content.exception():
            if request.transport is None:
                return web.Response(status=400)  # for nobody
            return (
                _answer(request, 408, TOO_SLOW)
                if isinstance(problem, TooSlow)
                else _answer(request, 400, _BROKEN)
            )
        number = secrets.token_hex(4)
        # The path is not logged, because it can have a token.
        log.exception("a web request failed", extra={"action": "web.incident", "incident": number})
        return _answer(
            request,
            500,
            phrase(
                "Something went wrong on our side, and nothing was changed. Try again. If it keeps happening, tell "
                "the host of this bot the number {number}.",
                number=number,
            ),
        )


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses headers of nonsense, other hosts (DNS rebinding), and what another site makes a browser send."""
    deps = request.app[DEPS]
    if not _readable(request):
        return _answer(
            request, 400, phrase("A header of this request is not UTF-8 text. Send it without that header.")
        )
    if request.host.lower() not in _hosts(deps.host, deps.origin) and not _monitoring(request):
        words = phrase("This address is not served here. Open {address} instead.", address=deps.origin)
        return _answer(request, 421, words)
    if request.method not in _READING and request.path != WEBHOOK_PATH:
        if _cross_site(request, deps.origin):
            return _answer(request, 403, _OTHER_SITE)
        if request.content_type != "application/json":
            return _answer(
                request, 415, phrase("Only `application/json` is taken here. Reload the page and try again.")
            )
    elif "Upgrade" in request.headers and request.headers.get("Origin") != deps.origin:
        return _answer(request, 403, _OTHER_SITE)
    return await handler(request)


async def body_of(request: web.Request, limit: int) -> bytes:
    """Reads the request's body. Stops after `limit` bytes and raises HTTPRequestEntityTooLarge."""
    announced = request.content_length or 0
    if announced > limit:
        raise web.HTTPRequestEntityTooLarge(max_size=limit, actual_size=announced)
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise web.HTTPRequestEntityTooLarge(max_size=limit, actual_size=len(body))
    return bytes(body)


def host_name(request: web.Request) -> str:
    """Returns the host that the request names, without a port; "" if that is no host."""
    try:
        return urlsplit(f"//{request.host}").hostname or ""
    except ValueError:
        return ""


def _hosts(host: str, origin: str) -> tuple[str, str]:
    # Some clients write the default port too.
    port = 443 if urlsplit(origin).scheme == "https" else 80
    return host, f"{host}:{port}"


def _monitoring(request: web.Request) -> bool:
    if request.path not in _MONITORED:
        return False
    name = host_name(request)
    if name == "localhost":
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _readable(request: web.Request) -> bool:
    try:
        for name, value in request.raw_headers:
            (name + value).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _cross_site(request: web.Request, origin: str) -> bool:
    if request.headers.getall("Origin", []) != [origin]:
        return True
    return request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin"


def _answer(request: web.Request, status: int, words: str) -> web.Response:
    language = language_of(request)
    if request.method not in _READING:
        return web.json_response({"error": said(words, language)}, status=status)
    return pages.notice(status, words, language)
