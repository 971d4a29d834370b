"""The languages that Muster speaks."""

from __future__ import annotations

import functools

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "de": "Deutsch"}
"""The languages by code (ISO 639-1), each with its own name."""
CODES = {name: code for code, name in LANGUAGES.items()}


@functools.lru_cache(maxsize=1024)
def spoken(tag: str | None) -> str | None:
    """Returns the language of a platform's tag, like "de" for "de-AT"; None if Muster does not speak it."""
    code = (tag or "").replace("_", "-").split("-")[0].lower()
    return code if code in LANGUAGES else None
