"""Chats as a test uses them: `group.adds_bot(by=alice)`, `group.migrates()`, `group.topic("Votes")`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.emulators.telegram.model import (
    EXTRA_RIGHTS,
    PERMISSIONS,
    RIGHTS,
    InviteLink,
    Json,
    Member,
    Message,
    Topic,
)

if TYPE_CHECKING:
    from tests.emulators.telegram.emulator import TelegramEmulator
    from tests.emulators.telegram.people import Person

ALL_RIGHTS = frozenset((*RIGHTS, *EXTRA_RIGHTS))
FULL = {
    "accent_color_id": 0,
    "max_reaction_count": 11,
    "accepted_gift_types": dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"),
        False,
    ),
}


class Chat:
    """A private chat, group, supergroup or channel."""

    def __init__(self, emulator: TelegramEmulator, id: int, type: str, title: str | None = None) -> None:
        self.emulator = emulator
        self.id, self.type, self.title = id, type, title
        self.username: str | None = None
        self.owner: Person | None = None  # of a private chat
        self.forum = False
        self.members: dict[int, Member] = {}
        self.messages: dict[int, Message] = {}
        self.ephemerals: dict[tuple[int, int], Message] = {}
        self.topics: dict[int, Topic] = {}
        self.migrated_to: Group | None = None
        self.links: dict[str, InviteLink] = {}
        self.join_requests: dict[int, Any] = {}

    @property
    def is_group(self) -> bool:
        return self.type in ("group", "supergroup")

    def json(self) -> Json:
        if self.owner:
            return {"id": self.id, "type": "private", **self.owner.names()}
        forum = {"is_forum": True} if self.forum else {}
        named = {"username": self.username} if self.username else {}
        return {"id": self.id, "type": self.type, "title": self.title, **forum, **named}

    def full(self) -> Json:
        """The answer of getChat."""
        allowed = {"permissions": dict.fromkeys(PERMISSIONS, True)} if self.is_group else {}
        return {**self.json(), **FULL, **allowed}

    def member(self, user: Any) -> Member:
        """The standing of a person or the bot; `left` when never here."""
        return self.members.get(user.id) or Member(user, "left")

    def hide(self, message: Message, one: Person) -> None:
        """Take a message out of the history: only the bot and `one` have it, under an id of its own."""
        del self.messages[message.id]
        message.receiver, message.ephemeral_id = one, message.id
        message.data |= {"message_id": 0, "ephemeral_message_id": message.id}
        message.data |= {"receiver_user": one.json()} if message.sender is self.emulator.bot else {}
        self.ephemerals[one.id, message.ephemeral_id] = message

    @property
    def bot(self) -> Member:
        """The bot's standing here."""
        return self.member(self.emulator.bot)

    @property
    def from_bot(self) -> list[Message]:
        """What the bot has posted here and not deleted, ephemeral messages included, oldest first."""
        mine = [
            m for m in (*self.messages.values(), *self.ephemerals.values()) if m.sender is self.emulator.bot
        ]
        return sorted((m for m in mine if not m.deleted), key=lambda m: (m.sent_at, m.id))

    def public(self) -> list[Message]:
        """What everybody here can read."""
        return [message for message in self.messages.values() if not message.deleted]

    def __str__(self) -> str:
        return self.title or f"private chat with {self.owner}"


class Group(Chat):
    """A group, supergroup or channel, with what its people do to it."""

    def founder(self) -> Any:
        """Who acts when a test names nobody: the creator."""
        return next((m.user for m in self.members.values() if m.status == "creator"), self.emulator.nobody())

    def has(self, *people: Person, status: str = "member") -> Group:
        """These people are here, as if they always were: the bot is told nothing."""
        for person in people:
            self.members[person.id] = Member(person, status)
        return self

    def adds_bot(self, by: Person | None = None, admin: bool | tuple[str, ...] = False) -> None:
        """Somebody adds the bot; `admin` True gives all rights, a tuple only those."""
        by = by or self.founder()
        self._set_bot("administrator" if admin else "member", by, _rights(admin))
        if self.type != "channel":
            self.service(by, new_chat_members=[self.emulator.bot.json()])

    def promotes_bot(self, *rights: str, by: Person | None = None) -> None:
        """The bot becomes an administrator, with all rights unless some are named."""
        self._set_bot("administrator", by or self.founder(), _rights(rights or True))

    def demotes_bot(self, by: Person | None = None) -> None:
        self._set_bot("member", by or self.founder(), set())

    def removes_bot(self, by: Person | None = None) -> None:
        """The bot is thrown out: 403 from now on."""
        self._set_bot("kicked", by or self.founder(), set())

    def mutes_bot(self) -> None:
        """The bot may stay and not write: 400 "not enough rights"."""
        self.bot.may_write = False

    def _set_bot(self, status: str, by: Person, rights: set[str]) -> None:
        self._change(self.bot, status, by, rights, "my_chat_member")

    def _change(
        self, member: Member, status: str, by: Any, rights: set[str], update: str, **extra: Any
    ) -> None:
        self.members[member.user.id] = member
        old = member.json(self.type)
        member.status, member.rights = status, rights
        changed = {
            "chat": self.json(), "from": by.json(), "date": self.emulator.timestamp(),
            "old_chat_member": old, "new_chat_member": member.json(self.type), **extra,
        }  # fmt: skip
        if update == "my_chat_member" or self.bot.admin:
            self.emulator.queue.put(update, changed)

    def sets(
        self, person: Any, status: str, by: Any = None, rights: set[str] | None = None, **extra: Any
    ) -> None:
        """Change a person's standing; administrators among bots hear of it as `chat_member`."""
        self._change(self.member(person), status, by or person, rights or set(), "chat_member", **extra)

    def promotes(self, person: Person, *rights: str, by: Person | None = None) -> None:
        """A person becomes an administrator (all rights unless some are named)."""
        self.sets(person, "administrator", by or self.founder(), _rights(rights or True))

    def demotes(self, person: Person, by: Person | None = None) -> None:
        self.sets(person, "member", by or self.founder())

    def kicks(self, person: Person, by: Person | None = None) -> None:
        """A person is banned."""
        by = by or self.founder()
        self.sets(person, "kicked", by)
        self.service(by, left_chat_member=person.json())

    def topic(self, name: str, by: Person | None = None) -> Topic:
        """A new topic of a forum."""
        assert self.forum, f"{self} is not a forum"
        message = self.emulator.message(self, by or self.founder(), {"forum_topic_created": _topic(name)})
        message.data |= {"message_thread_id": message.id, "is_topic_message": True}
        topic = self.topics[message.id] = Topic(self, name, message)
        self.emulator.tell(message)
        return topic

    def renames(self, title: str, by: Person | None = None) -> None:
        self.title = title
        self.service(by or self.founder(), new_chat_title=title)

    def migrates(self) -> Group:
        """The basic group becomes a supergroup: a new chat, service messages in both, 400 in the old one."""
        assert self.type == "group", f"{self} is a {self.type}"
        new = self.emulator.group(self.title or "", bot=None)
        new.members = self.members
        by = self.founder()
        self.service(by, migrate_to_chat_id=new.id)
        new.service(by, migrate_from_chat_id=self.id)
        self.migrated_to = new
        return new

    def service(self, by: Any, **content: Any) -> Message:
        """A service message, which every bot in the group receives."""
        message = self.emulator.message(self, by, content)
        self.emulator.tell(message)
        return message


def _rights(admin: bool | tuple[str, ...]) -> set[str]:
    return set(ALL_RIGHTS) if admin is True else set(admin or ())


def _topic(name: str) -> Json:
    return {"name": name, "icon_color": 0x6FB9F0}
