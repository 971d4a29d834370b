"""What the emulated server remembers: messages, members, topics, and their JSON forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.emulators.telegram.markup import Entity, cut

if TYPE_CHECKING:
    from tests.emulators.telegram.chats import Chat
    from tests.emulators.telegram.people import Person

Json = dict[str, Any]
JOIN_REQUEST_WINDOW = timedelta(minutes=5)
QUERY_AGE = timedelta(seconds=60)
RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
    "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
    "can_delete_stories",
)  # fmt: skip
EXTRA_RIGHTS = ("can_post_messages", "can_edit_messages", "can_pin_messages", "can_manage_topics")
PERMISSIONS = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
    "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
    "can_add_web_page_previews", "can_react_to_messages", "can_edit_tag", "can_change_info",
    "can_invite_users", "can_pin_messages", "can_manage_topics",
)  # fmt: skip


@dataclass(eq=False)
class Message:
    """One message as people see it; `data` is its JSON, `history` what it was before each edit."""

    chat: Chat
    data: Json
    sender: Any
    sent_at: datetime
    history: list[Json] = field(default_factory=list)
    deleted: bool = False
    receiver: Person | None = None
    ephemeral_id: int = 0
    contents: bytes | None = None
    prompt: Json | None = None
    """A ForceReply or reply keyboard that came with it; never part of the message's JSON."""

    @property
    def id(self) -> int:
        return int(self.data["message_id"])

    @property
    def text(self) -> str:
        """The text, or the caption of a photo or document."""
        return str(self.data.get("text", self.data.get("caption", "")))

    @property
    def entities(self) -> list[Entity]:
        return list(self.data.get("entities", self.data.get("caption_entities", [])))

    def marked(self, kind: str) -> list[str]:
        """The pieces of text under entities of one type: `message.marked("bold")`."""
        return [cut(self.text, entity) for entity in self.entities if entity["type"] == kind]

    @property
    def markup(self) -> Json:
        """The reply markup as sent: inline keyboard, force reply, ..."""
        return dict(self.prompt or self.data.get("reply_markup", {}))

    @property
    def keyboard(self) -> list[list[str]]:
        """Labels of the inline keyboard, by row."""
        return [[button["text"] for button in row] for row in self.markup.get("inline_keyboard", [])]

    @property
    def buttons(self) -> list[Json]:
        return [button for row in self.markup.get("inline_keyboard", []) for button in row]

    def button(self, label: str) -> Json:
        """The button with this label (or whose label contains it, when that is unambiguous)."""
        exact = [button for button in self.buttons if button["text"] == label]
        fits = exact or [button for button in self.buttons if label in button["text"]]
        assert len(fits) == 1, f"{len(fits)} buttons fit {label!r} in {self.keyboard} of {self.text!r}"
        return fits[0]

    @property
    def photo(self) -> bytes | None:
        """The picture's bytes, when they were uploaded."""
        return self.contents if "photo" in self.data else None

    @property
    def document(self) -> bytes | None:
        return self.contents if "document" in self.data else None

    @property
    def reply_to(self) -> int | None:
        return self.data.get("reply_to_message", {}).get("message_id")

    @property
    def thread(self) -> int | None:
        return self.data.get("message_thread_id")

    @property
    def is_private(self) -> bool:
        """Whether one person alone can see it."""
        return self.receiver is not None or self.chat.type == "private"

    def replace(self, **changes: Any) -> None:
        """Edit: None removes a field."""
        self.history.append(dict(self.data))
        self.data = {key: value for key, value in {**self.data, **changes}.items() if value is not None}

    def as_reply(self) -> Json:
        """The message inside another one's `reply_to_message`, which is never nested twice."""
        return {key: value for key, value in self.data.items() if key != "reply_to_message"}

    def __repr__(self) -> str:
        return f"<{self.chat}#{self.id} {self.sender}: {self.text!r} {self.keyboard or ''}>"


@dataclass(eq=False)
class Member:
    """Somebody's standing in a chat; `status` as in the Bot API."""

    user: Any
    status: str = "member"
    rights: set[str] = field(default_factory=set)
    title: str | None = None
    may_write: bool = True

    @property
    def present(self) -> bool:
        return self.status in ("creator", "administrator", "member", "restricted")

    @property
    def admin(self) -> bool:
        return self.status in ("creator", "administrator")

    def can(self, right: str) -> bool:
        return self.status == "creator" or (self.status == "administrator" and right in self.rights)

    def json(self, chat_type: str) -> Json:
        data: Json = {"status": self.status, "user": self.user.json()}
        titled = {"custom_title": self.title} if self.title else {}
        if self.status == "creator":
            return data | {"is_anonymous": False} | titled
        if self.status == "administrator":
            extra = EXTRA_RIGHTS[:2] if chat_type == "channel" else EXTRA_RIGHTS[2:]
            rights = {right: right in self.rights for right in (*RIGHTS, *extra)}
            return data | {"can_be_edited": False, "is_anonymous": False} | rights | titled
        if self.status == "restricted":
            return data | {"is_member": True, "until_date": 0} | dict.fromkeys(PERMISSIONS, self.may_write)
        return data | ({"until_date": 0} if self.status == "kicked" else {})


@dataclass(eq=False)
class Topic:
    """A topic of a forum; the General topic is the group itself."""

    group: Any
    name: str
    service: Message

    @property
    def id(self) -> int:
        return self.service.id


@dataclass(eq=False)
class InviteLink:
    """A link made by `createChatInviteLink`."""

    url: str
    creates_join_request: bool
    name: str | None = None
    revoked: bool = False

    def json(self, creator: Json) -> Json:
        named = {"name": self.name} if self.name else {}
        return {
            "invite_link": self.url, "creator": creator, "creates_join_request": self.creates_join_request,
            "is_primary": False, "is_revoked": self.revoked, **named,
        }  # fmt: skip


@dataclass(eq=False)
class Press:
    """A pressed button: a callback query and what the bot answered to it."""

    id: str
    by: Any
    message: Message
    at: datetime
    answered: bool = False
    toast: str = ""
    alert: bool = False
    url: str | None = None


@dataclass(eq=False)
class Act:
    """One thing the bot did that somebody could see."""

    kind: str  # sent, edited, deleted, answered, action
    chat: Chat
    message: Message | None = None
    press: Press | None = None
    name: str = ""
