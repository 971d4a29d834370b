"""The wallet page of a ticket: the page itself, the text to sign, and the signature, which earns the code."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec
from aiohttp import web

from bot.areas.wallets.services import links
from bot.areas.wallets.services.links import Site
from bot.chat.declarations import Rate
from bot.chat.rate_limits import RateLimits
from bot.chat.untrusted import decoded
from bot.domain.phrases import phrase
from bot.errors import BadInput, NotFound, TryAgain
from bot.web import pages
from bot.web.deps import DEPS
from bot.web.guard import BODY_LIMIT, body_of
from bot.web.words import LANGUAGE, language_of

T = TypeVar("T")

# Each signature of a contract wallet asks the node. A person needs three requests for one try.
RATE = Rate(60, 60)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # as `secrets.token_urlsafe(32)` makes them
TRIES: web.AppKey[RateLimits] = web.AppKey("tries", RateLimits)


class _Address(msgspec.Struct, forbid_unknown_fields=True):
    address: str


class _Signature(msgspec.Struct, forbid_unknown_fields=True):
    signature: str
    nonce: str


async def show(request: web.Request) -> web.Response:
    """Shows the page of one ticket. It never shows a code, because only the browser that signed gets it."""
    deps = request.app[DEPS]
    page = await deps.store.read(links.page, await _token(request))
    left = page.expires_at - deps.clock.now()
    return pages.render(
        "link.html",
        language_of(request),
        page=page,
        platform=page.platform.title(),
        seconds_left=max(0, int(left.total_seconds())),
        wallets=pages.WALLETS if pages.opens_in_wallets(deps.origin) else (),
        demo=deps.demo,
    )


async def text(request: web.Request) -> web.Response:
    """Issues the text to sign, which replaces earlier texts: `{"address"}` → `{"text", "nonce", "address"}`."""
    deps = request.app[DEPS]
    token = await _token(request)
    asked = await _read(request, _Address)
    # Wallets write checksums of several kinds (EIP-55, EIP-1191), or none. The signature proves the address anyway.
    address = deps.parse_address(asked.address.lower())
    site = Site(deps.host, f"{deps.origin}/link", deps.chain_id)
    issued = await deps.store.write(links.issue_text, token, address, site)
    return web.json_response({"text": issued.text, "nonce": issued.nonce, "address": address})


async def signature(request: web.Request) -> web.Response:
    """Takes a signature, and returns the code: `{"signature", "nonce"}` → `{"code", "link"}`.

    The text is used up before the signature is checked.
    """
    deps = request.app[DEPS]
    token = await _token(request)
    sent = await _read(request, _Signature)
    attempt = await deps.store.write(links.take_text, token, sent.nonce)
    verified = await deps.verify(address=attempt.address, message=attempt.message, signature=sent.signature)
    signed = await deps.store.write(links.sign, token, attempt, verified.kind)
    back = deps.private_link(signed.platform, f"code-{signed.code}")
    return web.json_response({"code": signed.code, "link": back})


async def _token(request: web.Request) -> str:
    """Returns the ticket's token. Raises NotFound for a guess, TryAgain if it is used faster than a person would.

    A guess is only read: it never reaches the writer, and nothing is remembered of it.
    """
    deps = request.app[DEPS]
    token = request.match_info["token"]
    if not _TOKEN.fullmatch(token):
        raise NotFound(links.GONE)
    page = await deps.store.read(links.page, token)
    if page.language is not None:
        request[LANGUAGE] = page.language
    wait = request.app[TRIES].wait_s(token, "link", RATE, deps.clock.now())
    if wait:
        raise TryAgain(
            phrase(
                "Too many tries at once. Wait {wait} seconds, then try again; the link stays valid.",
                wait=wait,
            )
        )
    return token


async def _read(request: web.Request, shape: type[T]) -> T:
    body = await body_of(request, BODY_LIMIT)
    try:
        return decoded(body, shape)
    except BadInput:
        raise BadInput(phrase("This page sent something unexpected. Reload it and try again.")) from None
