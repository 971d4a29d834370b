"""Limits that stand only in the prose of the Bot API's pages, checked for every request.

Texts are checked after parsing, in `content.py`. Source: https://core.telegram.org/bots/api, /bots/features.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]
TEXT, CAPTION, CALLBACK_ANSWER, COPY_TEXT, PLACEHOLDER = 4096, 1024, 200, 256, 64
CALLBACK_DATA_BYTES = 64
COMMANDS, DESCRIPTION, WEBHOOK_SECRET, LINK_NAME = 100, 256, 256, 32
BUTTONS, ROW = 100, 8
POLL_SECONDS, POLL_UPDATES = 50, 100
START_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
WEBHOOK_PORTS = (80, 88, 443, 8443)
ACTIONS = {
    "callback_data", "callback_game", "copy_text", "login_url", "pay", "switch_inline_query",
    "switch_inline_query_chosen_chat", "switch_inline_query_current_chat", "url", "web_app",
}  # fmt: skip
CHAT_ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip
UPDATES = {
    "message", "edited_message", "channel_post", "edited_channel_post", "business_connection",
    "business_message", "edited_business_message", "deleted_business_messages", "guest_message",
    "message_reaction", "message_reaction_count", "inline_query", "chosen_inline_result", "callback_query",
    "shipping_query", "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "my_chat_member",
    "chat_member", "chat_join_request", "chat_boost", "removed_chat_boost", "managed_bot",
}  # fmt: skip


def broken(method: str, p: Json, loopback_webhook: bool = False) -> list[str]:
    """Every rule of this page that the request breaks, in Telegram's words where they are known."""
    found = list(_parse_mode(p))
    if isinstance(markup := p.get("reply_markup"), dict):
        found += _markup(markup, p.get("chat_id"))
    if check := _BY_METHOD.get(method):
        found += check(p)
    if method == "setWebhook" and p.get("url"):
        found += _webhook_url(str(p["url"]), loopback_webhook)
    return found


def _parse_mode(p: Json) -> Iterator[str]:
    mode = p.get("parse_mode")
    if mode is not None and str(mode).lower() not in ("html", "markdown", "markdownv2"):
        yield "unsupported parse_mode"
    if mode is not None and (p.get("entities") or p.get("caption_entities")):
        yield "parse_mode and entities exclude each other"


def _markup(markup: Json, chat_id: Any) -> Iterator[str]:
    kinds = {"inline_keyboard", "keyboard", "remove_keyboard", "force_reply"} & markup.keys()
    if len(kinds) != 1:
        yield "object expected as reply markup"
        return
    if "inline_keyboard" in markup:
        yield from _inline(markup["inline_keyboard"], chat_id)
    placeholder = markup.get("input_field_placeholder")
    if placeholder is not None and not 1 <= len(str(placeholder)) <= PLACEHOLDER:
        yield "input_field_placeholder must have 1-64 characters"


def _inline(rows: Any, chat_id: Any) -> Iterator[str]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        yield "inline keyboard must be a list of rows"
        return
    if any(not row for row in rows):
        yield "inline keyboard has an empty row"
    if any(len(row) > ROW for row in rows) or sum(map(len, rows)) > BUTTONS:
        yield "inline keyboard has too many buttons"
    for button in (button for row in rows for button in row):
        yield from _button(button, chat_id)


def _button(button: Any, chat_id: Any) -> Iterator[str]:
    if not isinstance(button, dict) or not str(button.get("text", "")).strip():
        yield "inline keyboard button must have a text"
        return
    actions = ACTIONS & button.keys()
    if len(actions) != 1:
        yield f"exactly one action per button, {sorted(actions)} in {button['text']!r}"
    data = button.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= CALLBACK_DATA_BYTES:
        yield "BUTTON_DATA_INVALID"
    copied = button.get("copy_text")
    if copied is not None and not (
        isinstance(copied, dict) and 1 <= len(copied.get("text", "")) <= COPY_TEXT
    ):
        yield "copy_text must have 1-256 characters"
    if "url" in button and (problem := link_problem(str(button["url"]))):
        yield f"inline keyboard button URL '{button['url']}' is invalid: {problem}"
    if "web_app" in button:
        if isinstance(chat_id, int) and chat_id < 0:
            yield "BUTTON_TYPE_INVALID"
        if not str(button["web_app"].get("url", "")).startswith("https://"):
            yield "web_app URL must be HTTPS"


def link_problem(url: str) -> str | None:
    """Why a button's link is refused, deep-link payload included."""
    parts = urlsplit(url)
    if parts.scheme == "tg":
        return None
    if parts.scheme not in ("http", "https") or "." not in (parts.hostname or ""):
        return "Wrong HTTP URL"
    if parts.hostname in ("t.me", "telegram.me"):
        for name in ("start", "startgroup", "startapp"):
            for payload in parse_qs(parts.query, keep_blank_values=True).get(name, []):
                if (payload or name == "start") and not START_PAYLOAD.fullmatch(payload):
                    return f"deep link payload {name} must be 1-64 of A-Za-z0-9_-"
    return None


def _commands(p: Json) -> Iterator[str]:
    commands = p.get("commands")
    if not isinstance(commands, list):
        return
    if len(commands) > COMMANDS:
        yield "BOT_COMMANDS_TOO_MUCH"
    for command in commands:
        if not COMMAND.fullmatch(str(command.get("command", ""))):
            yield f"BOT_COMMAND_INVALID: {command.get('command')!r}"
        if not 1 <= len(str(command.get("description", ""))) <= DESCRIPTION:
            yield f"BOT_COMMAND_DESCRIPTION_INVALID: {command.get('command')!r}"
    yield from _language(p)


def _language(p: Json) -> Iterator[str]:
    code = p.get("language_code")
    if code and not re.fullmatch(r"[a-z]{2}", str(code)):
        yield "language code must be two letters of ISO 639-1"


def _callback_answer(p: Json) -> Iterator[str]:
    if len(str(p.get("text", ""))) > CALLBACK_ANSWER:
        yield "callback answer is longer than 200 characters"
    if p.get("url") and (problem := link_problem(str(p["url"]))):
        yield f"URL_INVALID: {problem}"


def _chat_action(p: Json) -> Iterator[str]:
    if p.get("action") not in CHAT_ACTIONS:
        yield "wrong parameter action in request"


def _allowed(p: Json) -> Iterator[str]:
    if unknown := set(p.get("allowed_updates") or []) - UPDATES:
        yield f"unknown kinds of updates {sorted(unknown)}"


def _get_updates(p: Json) -> Iterator[str]:
    yield from _allowed(p)
    if not 1 <= p.get("limit", POLL_UPDATES) <= POLL_UPDATES:
        yield "limit must be 1-100"
    if not 0 <= p.get("timeout", 0) <= POLL_SECONDS:
        yield "timeout must be 0-50 seconds"


def _set_webhook(p: Json) -> Iterator[str]:
    yield from _allowed(p)
    secret = p.get("secret_token")
    if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", str(secret)):
        yield "secret token contains unallowed characters or is too long"
    if not 1 <= p.get("max_connections", 40) <= 100:
        yield "max_connections must be 1-100"


def _webhook_url(url: str, loopback: bool) -> Iterator[str]:
    parts = urlsplit(url)
    if loopback and parts.hostname == "127.0.0.1":
        return
    if parts.scheme != "https":
        yield "bad webhook: An HTTPS URL must be provided for webhook"
    elif (parts.port or 443) not in WEBHOOK_PORTS:
        yield "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"


def _invite(p: Json) -> Iterator[str]:
    if len(str(p.get("name", ""))) > LINK_NAME:
        yield "invite link name is longer than 32 characters"
    limit = p.get("member_limit")
    if limit is not None and p.get("creates_join_request"):
        yield "member limit can't be specified for links requiring administrator approval"
    if limit is not None and not 1 <= limit <= 99999:
        yield "member_limit must be 1-99999"


_BY_METHOD: dict[str, Callable[[Json], Iterator[str]]] = {
    "setMyCommands": _commands, "getMyCommands": _language, "deleteMyCommands": _language,
    "answerCallbackQuery": _callback_answer, "sendChatAction": _chat_action, "getUpdates": _get_updates,
    "setWebhook": _set_webhook, "createChatInviteLink": _invite,
}  # fmt: skip


def ephemeral_parameters(method: str, p: Json) -> set[str]:
    """Parameters that make a message ephemeral (Bot API 10.2: two names, 10.3: one object)."""
    if not method.startswith("send"):
        return set()
    return {"receiver_user_id", "callback_query_id", "ephemeral_message_parameters"} & p.keys()
