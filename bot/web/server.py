"""The web server: the wallet page, a front page, health, metrics, and Telegram's webhook."""

from __future__ import annotations

import socket
import ssl
from functools import cache

from aiohttp import web

from bot.chat.rate_limits import RateLimits
from bot.web import alias, link, ops, pages
from bot.web.connection import Patience
from bot.web.deps import DEPS, Deps, Health
from bot.web.guard import WEBHOOK_PATH, add_headers, errors, guard
from bot.web.listener import Site, most_connections
from bot.web.words import language_of

__all__ = ["Deps", "Health", "build_app", "most_connections", "serve"]

FINISH_S = 3.0  # the time for requests to end when the server stops

_STATIC = {
    "muster.css": "text/css",
    "link.js": "text/javascript",
    "alias.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}


def build_app(deps: Deps) -> web.Application:
    """Builds the application of one listener. Each listener has its own `deps`."""
    app = web.Application(middlewares=[errors, guard])
    app[DEPS] = deps
    app[link.TRIES] = RateLimits()
    app.on_response_prepare.append(add_headers)
    app.add_routes(deps.extra)
    app.add_routes(
        [
            web.get("/", _home),
            web.get("/static/{name}", _static),
            web.get("/link/{token}", link.show),
            web.post("/link/{token}/message", link.text),
            web.post("/link/{token}/signature", link.signature),
            web.post("/link/{token}/aliases", alias.make),
            web.get("/go/{alias}", alias.show),
            web.post("/go/{alias}", alias.spend),
            web.get("/healthz", ops.healthz),
            web.get("/metrics", ops.metrics),
            web.post(WEBHOOK_PATH, ops.webhook),
        ]
    )
    return app


async def serve(
    app: web.Application,
    listener: socket.socket,
    tls: ssl.SSLContext | None = None,
    *,
    most: int | None = None,
    patience: Patience = Patience(),  # noqa: B008  # it is immutable
) -> web.AppRunner:
    """Serves on a bound socket until `runner.cleanup()`. It writes no access log, because paths have tokens.

    `most` connections are open at once; as many as fit if it is not given.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=FINISH_S)
    await runner.setup()
    await Site(runner, listener, patience, most or most_connections(), tls).start()
    return runner


async def _home(request: web.Request) -> web.Response:
    return pages.render("home.html", language_of(request))


async def _static(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if name not in _STATIC:
        raise web.HTTPNotFound
    return web.Response(body=_file(name), content_type=_STATIC[name], charset="utf-8")


@cache
def _file(name: str) -> bytes:
    return (pages.HERE / "static" / name).read_bytes()
