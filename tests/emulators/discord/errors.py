"""Discord's error answers (https://docs.discord.com/developers/topics/opcodes-and-status-codes)."""

from __future__ import annotations

from typing import Any

KNOWN: dict[int, tuple[int, str]] = {
    0: (401, "401: Unauthorized"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10014: (404, "Unknown Emoji"),
    10015: (404, "Unknown Webhook"),
    10026: (404, "Unknown Ban"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    20028: (429, "The write action you are performing on the channel has hit the write rate limit"),
    40003: (400, "You are opening direct messages too fast"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50013: (403, "Missing Permissions"),
    50027: (401, "Invalid Webhook Token"),
    50035: (400, "Invalid Form Body"),
    50278: (403, "Cannot send messages to this user due to having no mutual guilds"),
}


class ApiError(Exception):
    """An answer other than success: HTTP status and Discord's JSON body."""

    def __init__(
        self, code: int, *, details: dict[str, Any] | None = None, status: int | None = None
    ) -> None:
        default_status, message = KNOWN[code]
        self.code = code
        self.status = status or default_status
        self.body: dict[str, Any] = {"message": message, "code": code}
        if details:
            self.body["errors"] = details
        super().__init__(f"{self.status} {code} {message}")


def form_error(reason: str) -> ApiError:
    """400 Invalid Form Body, with `reason` where clients look for it."""
    return ApiError(50035, details={"_errors": [{"code": "BASE_TYPE_INVALID", "message": reason}]})
