"""A port for the time, so that no rule reads the machine's clock itself."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """A source of the present moment."""

    def now(self) -> datetime:
        """Returns the present moment, timezone-aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Returns the present moment, timezone-aware, in UTC."""
        return datetime.now(UTC)
