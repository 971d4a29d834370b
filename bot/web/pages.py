"""Renders the templates beside this file to HTML. All values are escaped."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from aiohttp import web

from bot.domain.names import one_line
from bot.domain.phrases import phrase
from bot.domain.times import date_in_words
from bot.web.words import html

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
NAME_LENGTH = 80  # characters, as many as the signed text shows

_WALLET_LINKS = {
    "MetaMask": "https://metamask.app.link/dapp/{bare}",
    "Trust Wallet": "https://link.trustwallet.com/open_url?coin_id=60&url={quoted}",
    "Coinbase Wallet / Base": "https://go.cb-w.com/dapp?cb_url={quoted}",
    "Rainbow": "https://rnbwapp.com/dapp?url={quoted}",
}
WALLETS = tuple(_WALLET_LINKS)

_FAILED = phrase("That did not work")
_TITLES = {
    403: phrase("Not allowed"),
    404: phrase("Not found"),
    405: phrase("Not found"),
    421: phrase("Wrong address"),
    500: phrase("Something went wrong"),
    503: phrase("Try again in a moment"),
}


def render(template: str, language: str, status: int = 200, **values: object) -> web.Response:
    """Renders a template with its values to a page in a language.

    In a template, `phrase` makes a phrase and says it, and `said` says one that was given.
    """
    text = (
        _environment()
        .get_template(template)
        .render(
            values,
            language=language,
            phrase=lambda words, /, **places: html(phrase(words, **places), language),
            said=lambda words: html(words, language),
        )
    )
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


def notice(status: int, words: str, language: str) -> web.Response:
    """Renders a page with one sentence."""
    return render("notice.html", language, status, title=_TITLES.get(status, _FAILED), text=words)


def opens_in_wallets(url: str) -> bool:
    """Whether the browsers of wallets open pages of this address: they refuse plain http."""
    return url.startswith("https://")


def wallet_link(wallet: str, url: str) -> str:
    """Returns the address that opens a page in the browser of one of `WALLETS` on a phone.

    The wallet's maker sees the page's address, so it is a one-time alias and never a ticket.
    """
    return _WALLET_LINKS[wallet].format(bare=url.removeprefix("https://"), quoted=quote(url, safe=""))


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["name"] = lambda text: one_line(text, NAME_LENGTH)
    made.filters["clock"] = _clock
    made.filters["day"] = date_in_words
    return made


def _clock(moment: datetime) -> str:
    return moment.strftime("%H:%M UTC")
