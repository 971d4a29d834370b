"""How the Bot API refuses a request."""

from typing import Any


class ApiError(Exception):
    """An answer with `ok: false`; the HTTP status equals `code`."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters


class Violation(ApiError):
    """A request that breaks the published rules: answered as Telegram would, and fails the test."""

    def __init__(self, description: str, code: int = 400) -> None:
        super().__init__(code, description)


def bad_request(what: str, **parameters: Any) -> ApiError:
    """400 with Telegram's prefix."""
    return ApiError(400, f"Bad Request: {what}", **parameters)


def forbidden(what: str) -> ApiError:
    """403 with Telegram's prefix."""
    return ApiError(403, f"Forbidden: {what}")


def violation(what: str) -> Violation:
    """A 400 that also fails the test."""
    return Violation(f"Bad Request: {what}")
