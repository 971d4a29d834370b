"""The result of a check of the installation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor. `problem` is None if all is well; otherwise `remedy` says what to do."""

    subject: str
    problem: str | None = None
    remedy: str = ""
