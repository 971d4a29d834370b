"""The doctor's checks of Telegram: the token, privacy mode, the way of updates, and the rights in each group."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from telegram import (
    Bot,
    Chat,
    ChatFullInfo,
    ChatMember,
    ChatMemberAdministrator,
    ChatMemberOwner,
    ChatMemberRestricted,
    User,
)
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.chat.findings import Finding
from bot.domain.clock import Clock
from bot.domain.names import one_line
from bot.errors import TryAgain

log = logging.getLogger(__name__)

log = logging.getLogger(__name__)

LATELY: Final = timedelta(hours=1)
NEEDED: Final = {Chat.CHANNEL: frozenset({"can_post_messages"})}
"""The administrator's rights that Muster uses. In groups it uses none, so it need not be an administrator there."""
HARMLESS: Final = frozenset({"can_manage_chat", "can_be_edited"})
"""`can_manage_chat` is part of every other right. `can_be_edited` is no power of the bot: it says whether its own
rights can be changed."""


def moderates(administrator: ChatMember) -> bool:
    """Whether an administrator moderates the chat: its owner does, and those who may ban people.

    Many groups make people administrators only to give them a title, which is no power over others.
    """
    if isinstance(administrator, ChatMemberAdministrator):
        return administrator.can_restrict_members
    return isinstance(administrator, ChatMemberOwner)


async def people_in(bot: Bot, space: str) -> int | None:
    """Returns the number of people in a group or channel; None if Telegram does not say it."""
    try:
        return await bot.get_chat_member_count(int(space))
    except TelegramError as error:
        log.info("people are not counted", extra={"action": "telegram.count", "why": str(error)})
        return None


async def findings(bot: Bot, clock: Clock, webhook_url: str | None, spaces: Sequence[str]) -> list[Finding]:
    """Returns all lines. Raises TelegramError when Telegram does not answer."""
    try:
        me = await bot.get_me()
    except InvalidToken:
        return [
            Finding(
                "telegram token",
                "Telegram does not know it",
                "Copy it anew from @BotFather (/mybots, API Token) to MUSTER_TELEGRAM_TOKEN.",
            )
        ]
    found = [Finding(f"telegram token: @{me.username}"), _privacy(me)]
    found += await _updates(bot, clock, webhook_url)
    for space in spaces:
        found += await _space(bot, me.id, space)
    return found


def _privacy(me: User) -> Finding:
    if me.can_read_all_group_messages:
        return Finding(
            "telegram privacy mode",
            "it is off, so the bot is sent every message of its groups, which it does not need",
            "Turn it on: @BotFather, /setprivacy, Enable; then remove the bot from its groups and add it again.",
        )
    return Finding("telegram privacy mode: on, the bot sees commands and replies to it")


async def _updates(bot: Bot, clock: Clock, webhook_url: str | None) -> list[Finding]:
    info = await bot.get_webhook_info()
    if webhook_url is None:
        if not info.url:
            return [Finding("telegram updates: by long polling")]
        return [
            Finding(
                "telegram updates",
                "another program has set a webhook for this bot, and only one of the two can get updates",
                "Stop the other program, or make a bot of its own for it; the next start takes the webhook away.",
            )
        ]
    if info.url != webhook_url:
        return [
            Finding(
                "telegram webhook",
                "it is not set to this installation" if info.url else "it is not set",
                "Start Muster, which sets it; if it does not stay, another program uses the same token.",
            )
        ]
    failed = info.last_error_date
    if failed is not None and _age(clock, failed) < LATELY:
        why = one_line(info.last_error_message or "no reason was given", 200)
        return [
            Finding(
                "telegram webhook",
                f"Telegram could not deliver lately: {why}",
                "Check that MUSTER_PUBLIC_URL reaches Muster from outside, with a valid certificate.",
            )
        ]
    return [Finding(f"telegram webhook: set, {info.pending_update_count} updates waiting")]


def _age(clock: Clock, moment: datetime) -> timedelta:
    return clock.now() - moment


async def _space(bot: Bot, bot_id: int, space: str) -> list[Finding]:
    """Checks that the bot is in the space, may write, and has no more rights than it uses."""
    try:
        chat = await bot.get_chat(int(space))
        member = await bot.get_chat_member(int(space), bot_id)
    except (BadRequest, Forbidden) as error:
        return [_absent(f"telegram group {space}", error)]
    subject = (
        f"telegram {'channel' if chat.type == Chat.CHANNEL else 'group'} {one_line(chat.title or space, 60)}"
    )
    if member.status in (ChatMember.LEFT, ChatMember.BANNED):
        return [_absent(subject, None)]
    if isinstance(member, ChatMemberAdministrator):
        return _rights(subject, chat, member)
    allowed = chat.permissions is None or chat.permissions.can_send_messages
    if isinstance(member, ChatMemberRestricted):
        allowed = bool(member.is_member and member.can_send_messages)
    if not allowed:
        return [
            Finding(
                subject,
                "the bot may not write there",
                "Allow it in the group's permissions, or for the bot alone.",
            )
        ]
    return [Finding(f"{subject}: a plain member, which is enough")]


def _rights(subject: str, chat: ChatFullInfo, member: ChatMemberAdministrator) -> list[Finding]:
    given = {name for name, value in member.to_dict().items() if name.startswith("can_") and value is True}
    needed = NEEDED.get(chat.type, frozenset())
    if missing := needed - given:
        return [
            Finding(
                subject,
                f"the bot lacks the right to {_named(missing)}",
                "Give it in its administrator rights.",
            )
        ]
    if extra := given - needed - HARMLESS:
        return [
            Finding(
                subject,
                f"the bot may {_named(extra)}, and does not need to",
                "Take these rights from it in the list of administrators; what it cannot do, nobody can make it do.",
            )
        ]
    return [Finding(f"{subject}: administrator without further rights")]


def _named(rights: set[str] | frozenset[str]) -> str:
    return ", ".join(sorted(right.removeprefix("can_").replace("_", " ") for right in rights))


def _absent(subject: str, error: TelegramError | None) -> Finding:
    why = f" ({error})" if error else ""
    return Finding(
        subject,
        f"the bot is not there any more{why}",
        "Add it again, or take the place out with /union disconnect.",
    )


async def banned(bot: Bot, space: str, user: str) -> bool:
    """Whether a user is banned in a group. Telegram tells it for sure only to administrators. Raises TryAgain."""
    try:
        member = await bot.get_chat_member(int(space), int(user))
    except (BadRequest, Forbidden) as error:
        log.info("ban unknown", extra={"action": "telegram.banned", "why": str(error)})
        return False
    except TelegramError as error:
        raise TryAgain("Telegram did not answer. Nothing was changed. Try again in a moment.") from error
    return bool(member.status == ChatMember.BANNED)
