"""One-time aliases of wallet pages, for addresses that third parties see: links into wallet apps, and QR codes."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec
from aiohttp import web

from bot.areas.wallets.domain.links import token_hash
from bot.areas.wallets.services import aliases
from bot.chat.declarations import Rate
from bot.domain.phrases import phrase
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotFound, TryAgain
from bot.web import pages
from bot.web.deps import DEPS
from bot.web.guard import body_of
from bot.web.link import TRIES
from bot.web.words import LANGUAGE, language_of

RATE = Rate(30, 60)
BODY_LIMIT = 1024
_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")


class _Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a request that says nothing beyond its address."""


async def make(request: web.Request) -> web.Response:
    """Makes an alias for each wallet app: `{}` → `{"links": [{"wallet", "url"}]}`. The page asks only when needed."""
    deps = request.app[DEPS]
    token = await _limited(request, "token", aliases.require_page)
    await _read_nothing(request)
    if not pages.opens_in_wallets(deps.origin):
        return web.json_response({"links": []})
    made = await deps.store.write(aliases.make, token, len(pages.WALLETS))
    links = [
        {"wallet": wallet, "url": pages.wallet_link(wallet, f"{deps.origin}/go/{alias}")}
        for wallet, alias in zip(pages.WALLETS, made, strict=True)
    ]
    return web.json_response({"links": links})


async def show(request: web.Request) -> web.Response:
    """Shows the page that uses the alias. A look alone does not use it, as programs that preview links look too."""
    await _limited(request, "alias", aliases.require)
    return pages.render("alias.html", language_of(request))


async def spend(request: web.Request) -> web.Response:
    """Uses up the alias: `{}` → `{"path"}` of a page of its own for the same ticket."""
    alias = await _limited(request, "alias", aliases.require)
    await _read_nothing(request)
    return web.json_response({"path": f"/link/{await request.app[DEPS].store.write(aliases.spend, alias)}"})


async def _limited(request: web.Request, name: str, require: Callable[[Tx, str], str | None]) -> str:
    """Returns the secret in the address. Raises NotFound for a guess, TryAgain if it is used too fast.

    A guess is only read: it never reaches the writer, and nothing is remembered of it.
    """
    deps = request.app[DEPS]
    secret = request.match_info[name]
    if not _SHAPE.fullmatch(secret):
        raise NotFound(aliases.SPENT)
    language = await deps.store.read(require, secret)
    if language is not None:
        request[LANGUAGE] = language
    wait = request.app[TRIES].wait_s(token_hash(secret).hex(), f"alias {name}", RATE, deps.clock.now())
    if wait:
        raise TryAgain(phrase("Too many tries at once. Wait {wait} seconds, then try again.", wait=wait))
    return secret


async def _read_nothing(request: web.Request) -> None:
    try:
        msgspec.json.decode(await body_of(request, BODY_LIMIT), type=_Nothing)
    except msgspec.MsgspecError:
        raise BadInput(phrase("This page sent something unexpected. Reload it and try again.")) from None
