"""Structured logs, as JSON or for people. Secrets are struck out, no matter which code logs them."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable
from typing import Literal

_STRUCK = "•••"
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class _Console(logging.Formatter):
    def formatMessage(self, record: logging.LogRecord) -> str:
        extras = " ".join(f"{key}={value}" for key, value in vars(record).items() if key not in _OWN)
        return f"{super().formatMessage(record)} {extras}".rstrip()


def set_up(form: Literal["console", "json"], level: str, secrets: Iterable[str] = ()) -> None:
    """Logs to standard error. Every occurrence of a secret is replaced, in messages and in tracebacks.

    Python's own warnings are logged too.
    """
    handler = logging.StreamHandler(sys.stderr)
    formatter: logging.Formatter = _Console("%(asctime)s %(levelname)s %(name)s: %(message)s")
    if form == "json":
        from pythonjsonlogger.json import JsonFormatter

        formatter = JsonFormatter(
            "%(asctime)s %(levelname)s %(name)s %(message)s",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        )
    handler.setFormatter(_Struck(formatter, secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(True)
    # The details of these would have people's messages, and every value that is stored.
    for wordy in ("discord", "aiosqlite"):
        logging.getLogger(wordy).setLevel(max(root.level, logging.INFO))
    # These log the addresses of their requests, and Telegram's have the token. Alembic logs each of its plugins.
    for noisy in ("httpx", "httpcore", "telegram", "aiohttp.access", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def strike(text: str, secrets: Iterable[str]) -> str:
    """Returns the text without the secrets. Longer secrets must come before shorter ones that they contain."""
    for secret in secrets:
        text = text.replace(secret, _STRUCK)
    return text


class _Struck(logging.Formatter):
    def __init__(self, inner: logging.Formatter, secrets: Iterable[str]) -> None:
        super().__init__()
        self._inner = inner
        # JSON and `repr` write quotes, backslashes and non-ASCII letters in forms of their own.
        forms = {
            form for secret in secrets for form in (secret, json.dumps(secret)[1:-1], repr(secret)[1:-1])
        }
        self._secrets = sorted(forms - {""}, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        return strike(self._inner.format(record), self._secrets)
