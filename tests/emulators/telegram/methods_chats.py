"""Chats and their members: looking them up, banning, join requests, invite links."""

from __future__ import annotations

import secrets
from typing import Any

from tests.emulators.telegram.errors import bad_request
from tests.emulators.telegram.methods_base import Files, Methods
from tests.emulators.telegram.model import InviteLink, Json


class ChatMethods(Methods):
    """getChat*, ban/unban, leaveChat, join requests, invite links."""

    def getChat(self, p: Json, files: Files) -> Json:
        return self._present(self._chat(p["chat_id"])).full()

    def getChatMember(self, p: Json, files: Files) -> Json:
        chat = self._present(self._chat(p["chat_id"]))
        bot = self._emulator.bot
        return chat.member(bot if p["user_id"] == bot.id else self._person(p["user_id"])).json(chat.type)

    def getChatAdministrators(self, p: Json, files: Files) -> list[Json]:
        chat = self._present(self._chat(p["chat_id"]))
        if chat.type == "private":
            raise bad_request("there are no administrators in the private chat")
        admins = [member for member in chat.members.values() if member.admin]
        # Other bots are left out, this one is not.
        return [member.json(chat.type) for member in admins]

    def getChatMemberCount(self, p: Json, files: Files) -> int:
        return sum(member.present for member in self._present(self._chat(p["chat_id"])).members.values())

    def leaveChat(self, p: Json, files: Files) -> bool:
        chat = self._present(self._chat(p["chat_id"]))
        chat.bot.status = "left"
        return True

    def banChatMember(self, p: Json, files: Files) -> bool:
        group = self._group(p["chat_id"], "can_restrict_members")
        person = self._person(p["user_id"])
        if group.member(person).admin:
            raise bad_request("user is an administrator of the chat")
        group.sets(person, "kicked", self._bot)
        return True

    def unbanChatMember(self, p: Json, files: Files) -> bool:
        group = self._group(p["chat_id"], "can_restrict_members")
        person = self._person(p["user_id"])
        if group.member(person).present and p.get("only_if_banned"):
            return True
        group.sets(person, "left", self._bot)
        return True

    def createChatInviteLink(self, p: Json, files: Files) -> Json:
        group = self._group(p["chat_id"], "can_invite_users")
        made = InviteLink(
            f"https://t.me/+{secrets.token_urlsafe(12)}", bool(p.get("creates_join_request")), p.get("name")
        )
        group.links[made.url] = made
        return made.json(self._bot.json())

    def revokeChatInviteLink(self, p: Json, files: Files) -> Json:
        group = self._group(p["chat_id"], "can_invite_users")
        if p["invite_link"] not in group.links:
            raise bad_request("INVITE_HASH_EXPIRED")
        group.links[p["invite_link"]].revoked = True
        return group.links[p["invite_link"]].json(self._bot.json())

    def approveChatJoinRequest(self, p: Json, files: Files) -> bool:
        return self._decide(p, "member")

    def declineChatJoinRequest(self, p: Json, files: Files) -> bool:
        return self._decide(p, "left")

    def _decide(self, p: Json, status: str) -> bool:
        group = self._group(p["chat_id"], "can_invite_users")
        if p["user_id"] not in group.join_requests:
            raise bad_request("HIDE_REQUESTER_MISSING")
        del group.join_requests[p["user_id"]]
        if status == "member":
            group.sets(self._person(p["user_id"]), status, self._bot, via_join_request=True)
        return True

    @property
    def _bot(self) -> Any:
        return self._emulator.bot
