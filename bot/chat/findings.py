"""What a check of the installation found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor. `problem` None means all is well; else `remedy` says what to do."""

    subject: str
    problem: str | None = None
    remedy: str = ""
