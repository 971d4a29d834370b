"""Structured logs: one line each, JSON or for people, with secrets struck out whoever logs them."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from typing import Literal

_STRUCK = "•••"
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class _Console(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        extras = " ".join(f"{key}={value}" for key, value in vars(record).items() if key not in _OWN)
        return f"{super().format(record)} {extras}".rstrip()


def set_up(form: Literal["console", "json"], level: str, secrets: Iterable[str] = ()) -> None:
    """Log to standard error; every occurrence of a secret is replaced, in messages and tracebacks alike."""
    handler = logging.StreamHandler(sys.stderr)
    formatter: logging.Formatter = _Console("%(asctime)s %(levelname)s %(name)s: %(message)s")
    if form == "json":
        from pythonjsonlogger.json import JsonFormatter

        formatter = JsonFormatter(
            "%(asctime)s %(levelname)s %(name)s %(message)s",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        )
    handler.setFormatter(_Struck(formatter, [secret for secret in secrets if secret]))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # These log the addresses they ask, and Telegram's hold the token.
    for noisy in ("httpx", "httpcore", "telegram", "aiohttp.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class _Struck(logging.Formatter):
    def __init__(self, inner: logging.Formatter, secrets: list[str]) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        line = self._inner.format(record)
        for secret in self._secrets:
            line = line.replace(secret, _STRUCK)
        return line
