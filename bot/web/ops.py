"""The addresses for operators and platforms: health, metrics, Telegram's webhook."""

from __future__ import annotations

import ipaddress
from functools import partial

from aiohttp import web

from bot.web.deps import DEPS
from bot.web.guard import WEBHOOK_LIMIT, body_of, host_name

_FORWARDING = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via", "CF-Connecting-IP")


async def healthz(request: web.Request) -> web.Response:
    """Answers 200 or 503: the database, the seconds since each platform last answered, and what to do."""
    health = await request.app[DEPS].health()
    ages = {
        name: None if age is None else round(age, 1) for name, age in sorted(health.contact_age_s.items())
    }
    problems = {"problems": dict(health.problems)} if health.problems else {}
    return web.json_response(
        {"ok": health.ok, "database": health.database, "contact_age_s": ages} | problems,
        status=200 if health.ok else 503,
    )


async def metrics(request: web.Request) -> web.Response:
    """Answers with the metrics in Prometheus's text format, only to this machine and not to a proxy's visitors."""
    if not _from_this_machine(request):
        raise web.HTTPNotFound
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

    body = generate_latest(request.app[DEPS].metrics)
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})


async def webhook(request: web.Request) -> web.Response:
    """Gives a Telegram update to the adapter, which checks its secret before it reads the body."""
    take = request.app[DEPS].webhook
    if take is None:
        raise web.HTTPNotFound
    return web.Response(status=await take(request.headers, partial(body_of, request, WEBHOOK_LIMIT)))


def _from_this_machine(request: web.Request) -> bool:
    # Not every proxy says that it is one. But the browser of a visitor asks for the public name.
    if any(header in request.headers for header in _FORWARDING) or not _loopback(host_name(request)):
        return False
    peer = request.transport.get_extra_info("peername") if request.transport else None
    return peer is not None and _loopback(peer[0])


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
