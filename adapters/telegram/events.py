"""Update → Incoming. Pure: all that it needs is passed in.

The bot does not ask Telegram for edited messages: the message was answered before, and an edit must not change the
effect that it had. Nor does it ask for channel posts, because no person is their author. Messages that were
forwarded, written by an inline bot, or edited before they arrived are not known to be what their sender means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from telegram import CallbackQuery, Chat, ChatMember, ChatMemberUpdated, Message, MessageEntity, Update, User

from adapters.telegram import words
from adapters.telegram.outgoing import ephemeral_id
from bot.chat.incoming import (
    NOBODY,
    Act,
    Actor,
    BotAdded,
    BotRemoved,
    CommandCall,
    File,
    Incoming,
    PersonLeft,
    Place,
    Press,
    Reachable,
    Say,
    SpaceMoved,
    SpaceRenamed,
    Start,
    Who,
)

PLATFORM: Final = "telegram"
ALLOWED_UPDATES: Final = ("message", "callback_query", "my_chat_member", "chat_member")
_COMMAND: Final = re.compile(r"/(\w{1,64})(?:@(\w{1,32}))?")
_ANSWERS: Final = ("cancel", "skip")
_GONE: Final = (ChatMember.LEFT, ChatMember.BANNED)


@dataclass(frozen=True, slots=True)
class Me:
    """The bot's own account."""

    id: int
    username: str
    name: str


@dataclass(frozen=True, slots=True)
class Route:
    """The messages that an act came with, for its answer. They are lost at a restart; then the place is enough.

    `quote` is the message to reply to. `pressed` is the bot's message with the pressed button, and `pressed_media`
    whether that is a picture. Ephemeral messages have their own ids.
    """

    quote: int | None = None
    pressed: int | None = None
    pressed_media: bool = False
    ephemeral_quote: int | None = None
    ephemeral_pressed: int | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """One act, and the route of its answer. `again`: it is left from the last run."""

    incoming: Incoming
    route: Route
    again: bool = False


@dataclass(frozen=True, slots=True)
class Unheard:
    """A message for the bot that it cannot take, because it is not known to be its sender's own. `why` tells them."""

    place: Place
    route: Route
    why: str = words.ANONYMOUS
    locale: str = ""


def read(update: Update, me: Me) -> list[Heard | Unheard]:
    """Returns the acts of an update; none if it does not concern the bot."""
    number = f"{me.id}-u{update.update_id}"  # after a change of token, another bot counts its own updates
    if update.message is not None:
        return _message(number, update.message, me)
    if update.callback_query is not None:
        return _press(update.callback_query)
    if update.my_chat_member is not None:
        return _bot_came_or_went(number, update.my_chat_member)
    if update.chat_member is not None:
        return _person_left(number, update.chat_member)
    return []


def place(chat: Chat, message: Message | None = None) -> Place:
    """Returns the place of a chat. A thread is a topic of a forum; a thread of replies in other groups is none."""
    thread = message.message_thread_id if message is not None and message.is_topic_message else None
    space = None if chat.type == Chat.PRIVATE else str(chat.id)
    return Place(PLATFORM, str(chat.id), space, str(thread) if thread is not None else None, chat.title or "")


def actor(user: User) -> Actor:
    """Returns the user as an actor; Telegram is asked only when it matters whether they moderate."""
    return Actor(PLATFORM, str(user.id), user.full_name, user.username)


def _heard(native_id: str, user: User, where: Place, act: Act, route: Route | None = None) -> Heard:
    return Heard(Incoming(native_id, actor(user), where, act, user.language_code or "en"), route or Route())


# -- messages ----------------------------------------------------------------------------------------------


def _message(number: str, message: Message, me: Me) -> list[Heard | Unheard]:
    user, where = message.from_user, place(message.chat, message)
    if user is None:
        return []
    if (act := _service(message, me)) is not None:
        who = message.left_chat_member or user
        return [_heard(number, who, where, act)]
    text = message.text or message.caption or ""
    if not text and not message.effective_attachment:
        return []
    entities = message.entities or message.caption_entities
    said = _said(text, entities, message, me)
    if said is None:
        return []
    ephemeral = ephemeral_id(message)
    route = Route(quote=message.message_id) if ephemeral is None else Route(ephemeral_quote=ephemeral)
    if message.sender_chat is not None:
        why = _hidden_behind(message, message.sender_chat) if isinstance(said, CommandCall) else None
        return [Unheard(where, route, why)] if why is not None else []
    if user.is_bot:
        return []
    if not _is_own(message) or message.edit_date is not None:
        asked = message.chat.type == Chat.PRIVATE or _answers_bot(message, me)
        return [Unheard(where, route, words.NOT_TYPED, user.language_code or "")] if asked else []
    heard: list[Heard | Unheard] = [_heard(number, user, where, said, route)]
    if isinstance(said, Start):
        heard.insert(0, _heard(f"{number}-reachable", user, where, Reachable(True)))
    return heard


def _hidden_behind(message: Message, sender: Chat) -> str | None:
    """Returns the hint to a person who writes as the group, or as a channel of their own; None for another's post."""
    if sender.id == message.chat.id:
        return words.ANONYMOUS
    own = sender.type == Chat.CHANNEL and not message.is_automatic_forward and message.forward_origin is None
    return words.AS_CHANNEL if own else None


def _service(message: Message, me: Me) -> Act | None:
    """Returns the act of a service message. The coming and going of the bot itself is in `my_chat_member`."""
    if message.migrate_to_chat_id is not None:
        return SpaceMoved(str(message.migrate_to_chat_id))
    if message.new_chat_title is not None:
        return SpaceRenamed()
    if message.left_chat_member is not None and message.left_chat_member.id != me.id:
        return PersonLeft()
    return None


def _said(
    text: str, entities: tuple[MessageEntity, ...], message: Message, me: Me
) -> CommandCall | Start | Say | None:
    """Returns the command or the words of a message to this bot; None if the message is not for it."""
    first = min(entities, key=lambda entity: entity.offset, default=None)
    private = message.chat.type == Chat.PRIVATE
    if first is None or first.type != MessageEntity.BOT_COMMAND or first.offset != 0:
        return Say(text, file_of(message)) if private or _answers_bot(message, me) else None
    found = _COMMAND.fullmatch(_units(text, 0, first.length))
    if found is None or (found[2] and found[2].lower() != me.username.lower()):
        return None
    name = found[1].lower()
    line, mentions = _words(text, first.length, entities)
    if name in _ANSWERS and not line:
        return Say(f"/{name}")
    if name == "start" and private:
        return Start(line)
    file, foreign = _sent_or_quoted(message, me)
    return CommandCall(name, {}, line, mentions, _replied_to(message), file, foreign)


def _answers_bot(message: Message, me: Me) -> bool:
    replied = _real_reply(message)
    return replied is not None and replied.from_user is not None and replied.from_user.id == me.id


def _real_reply(message: Message) -> Message | None:
    """Returns the message that this one replies to.

    In a topic, a message that replies to nothing has the message that opened the topic there; that does not count.
    """
    replied = message.reply_to_message
    if replied is None or replied.forum_topic_created is not None:
        return None
    opening = message.is_topic_message and replied.message_id == message.message_thread_id
    return None if opening else replied


def _replied_to(message: Message) -> Who | None:
    """Returns the author of the message that this one replies to; NOBODY for a bot, a group or a channel.

    Also NOBODY for a forwarded message: it shows the name of its author, and was sent by another.
    """
    replied = _real_reply(message)
    if replied is None:
        return None
    author = replied.from_user
    if (
        author is None
        or author.is_bot
        or replied.sender_chat is not None
        or replied.forward_origin is not None
    ):
        return NOBODY
    return Who(str(author.id), author.full_name)


def file_of(message: Message) -> File | None:
    """Returns the file in a message: a photo in its largest size, or a document."""
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return File(largest.file_id, "photo.jpg", "image/jpeg", largest.file_size or 0)
    sent = message.document
    if sent is None:
        return None
    return File(sent.file_id, sent.file_name or "", sent.mime_type or "", sent.file_size or 0)


def _sent_or_quoted(message: Message, me: Me) -> tuple[File | None, bool]:
    """Returns the file of the message, or of the sender's own message that it replies to.

    The second value is whether the message replies to a file that somebody else sent or made. The bot's own pictures
    do not count: a command under a post is not about its picture.
    """
    own, replied = file_of(message), _real_reply(message)
    quoted = file_of(replied) if replied is not None else None
    if own is not None or replied is None or quoted is None:
        return own, False
    sender, author = message.from_user, replied.from_user
    if sender is not None and author is not None and author.id == sender.id and _is_own(replied):
        return quoted, False
    return None, author is None or author.id != me.id


def _is_own(message: Message) -> bool:
    """Whether its sender wrote this message, and neither another person nor an inline bot."""
    return message.forward_origin is None and message.via_bot is None and message.sender_chat is None


def _units(text: str, start: int, end: int | None = None) -> str:
    """Returns a part of the text by UTF-16 offsets."""
    cut = text.encode("utf-16-le")[2 * start : None if end is None else 2 * end]
    return cut.decode("utf-16-le", "ignore")


def _words(text: str, start: int, entities: tuple[MessageEntity, ...]) -> tuple[str, dict[str, Who]]:
    """Returns the line after the command, with a token for each person mentioned without a username."""
    pieces: list[str] = []
    mentions: dict[str, Who] = {}
    at = start
    for entity in sorted(entities, key=lambda entity: entity.offset):
        if entity.type != MessageEntity.TEXT_MENTION or entity.user is None or entity.offset < at:
            continue
        token = _unused(text, len(mentions))
        mentions[token] = Who(str(entity.user.id), entity.user.full_name)
        pieces += [_units(text, at, entity.offset), token]
        at = entity.offset + entity.length
    return "".join([*pieces, _units(text, at)]).strip(), mentions


def _unused(text: str, number: int) -> str:
    token = f"@_{number}"
    while token in text:
        token = token.replace("@", "@_", 1)
    return token


# -- buttons -----------------------------------------------------------------------------------------------


def _press(query: CallbackQuery) -> list[Heard | Unheard]:
    message = query.message
    if message is None or not query.data:
        return []
    ephemeral, media, full = None, False, message if isinstance(message, Message) else None
    if full is not None:
        ephemeral = ephemeral_id(full)
        media = bool(full.photo or full.document)
    route = Route(
        pressed=message.message_id if ephemeral is None else None,
        pressed_media=media,
        ephemeral_pressed=ephemeral,
    )
    return [_heard(query.id, query.from_user, place(message.chat, full), Press(query.data), route)]


# -- coming and going --------------------------------------------------------------------------------------


def _bot_came_or_went(number: str, changed: ChatMemberUpdated) -> list[Heard | Unheard]:
    before, after = _present(changed.old_chat_member), _present(changed.new_chat_member)
    act: Act
    if changed.chat.type == Chat.PRIVATE:
        act = Reachable(after)
    elif before == after:
        return []
    else:
        act = BotAdded(broadcast=changed.chat.type == Chat.CHANNEL) if after else BotRemoved()
    return [_heard(number, changed.from_user, place(changed.chat), act)]


def _person_left(number: str, changed: ChatMemberUpdated) -> list[Heard | Unheard]:
    person = changed.new_chat_member.user
    if not _present(changed.old_chat_member) or _present(changed.new_chat_member) or person.is_bot:
        return []
    return [_heard(number, person, place(changed.chat), PersonLeft())]


def _present(member: ChatMember) -> bool:
    if member.status in _GONE:
        return False
    return bool(getattr(member, "is_member", True))
