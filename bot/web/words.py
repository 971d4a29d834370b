"""Chooses the reader's language, and turns phrases into HTML in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiohttp import web

from bot.chat.languages import spans_in
from bot.chat.model import Code, Text
from bot.domain.languages import ENGLISH, spoken

if TYPE_CHECKING:
    from markupsafe import Markup

LANGUAGE: web.RequestKey[str] = web.RequestKey("language", str)
"""The language of the account that a request is about, if it is known."""
_WANTED = re.compile(r"\s*([A-Za-z]{2,3})(?:-[A-Za-z0-9-]*)?\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?)\s*)?")
_MOST_WANTED = 20  # more than browsers send


def language_of(request: web.Request) -> str:
    """Returns the language to answer in: the account's, else the browser's, else English."""
    return request.get(LANGUAGE) or accepted(request.headers.get("Accept-Language", "")) or ENGLISH


def accepted(header: str) -> str | None:
    """Returns the language that an Accept-Language header (RFC 9110) wants most, of those that Muster speaks."""
    best, most = None, 0.0
    for one in header.split(",", _MOST_WANTED)[:_MOST_WANTED]:
        found = _WANTED.fullmatch(one)
        language = spoken(found[1]) if found else None
        weight = float(found[2] or 1) if found else 0.0
        if language is not None and weight > most:
            best, most = language, weight
    return best


def html(words: str, language: str) -> Markup:
    """Returns words in a language as HTML. Code is marked, and all values are escaped that are not HTML already."""
    from markupsafe import Markup, escape

    return Markup("").join(
        Markup("<code>{}</code>").format(span.text)
        if isinstance(span, Code)
        else escape(span.text if isinstance(span, Text) else str(span))
        for span in spans_in((Text(words),), language)
    )
