"""Sending: permissions, replies, topics, ephemeral messages, flood control."""

from __future__ import annotations

from typing import Any

from tests.emulators.telegram.chats import Chat
from tests.emulators.telegram.content import text_of
from tests.emulators.telegram.errors import bad_request
from tests.emulators.telegram.methods_base import Files, Methods
from tests.emulators.telegram.model import Act, Json, Message, Topic
from tests.emulators.telegram.people import Person
from tests.emulators.telegram.rules import ephemeral_parameters


class SendMethods(Methods):
    """send*, copyMessage, forwardMessage."""

    def sendMessage(self, p: Json, files: Files) -> Json:
        return self._deliver("sendMessage", p, text_of(p, self._user_json))

    def sendPhoto(self, p: Json, files: Files) -> Json:
        contents = self._upload(p.get("photo"), "photo", files)
        content = {"photo": self._emulator.keep_photo(contents), **text_of(p, self._user_json, "caption")}
        return self._deliver("sendPhoto", p, content, contents)

    def sendDocument(self, p: Json, files: Files) -> Json:
        contents = self._upload(p.get("document"), "document", files)
        name = getattr(contents, "filename", "file")
        content = {
            "document": self._emulator.keep_document(name, contents),
            **text_of(p, self._user_json, "caption"),
        }
        return self._deliver("sendDocument", p, content, contents)

    def copyMessage(self, p: Json, files: Files) -> Json:
        source = self._message(self._chat(p["from_chat_id"]), p["message_id"], "message to copy not found")
        kept = ("text", "entities", "photo", "document", "caption", "caption_entities")
        content = {key: value for key, value in source.data.items() if key in kept}
        return {"message_id": self._deliver("copyMessage", p, content, source.contents)["message_id"]}

    def sendChatAction(self, p: Json, files: Files) -> bool:
        chat = self._writable(p["chat_id"])
        self._emulator.acted(Act("action", chat, name=p["action"]))
        return True

    def _upload(self, given: Any, field: str, files: Files) -> bytes:
        """The bytes of an uploaded file, or of one sent before and named by its id."""
        if isinstance(given, str) and given.startswith("attach://"):
            field = given.removeprefix("attach://")
        contents = files.get(field) or self._emulator.files.get(str(given))
        if not contents:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return contents

    def _deliver(self, method: str, p: Json, content: Json, contents: bytes | None = None) -> Json:
        emulator = self._emulator
        chat = self._writable(p["chat_id"])
        receiver = self._receiver(method, p, chat) if emulator.ephemeral else None
        thread = self._thread(chat, p.get("message_thread_id"))
        reply_to = self._reply_to(chat, p.get("reply_parameters"))
        if emulator.floods:
            emulator.floods.admit(chat.id, chat.is_group, bool(p.get("allow_paid_broadcast")))
        markup = p.get("reply_markup", {})
        if "inline_keyboard" in markup:
            content |= {"reply_markup": markup}
        message = emulator.message(
            chat, emulator.bot, content, thread=thread, reply_to=reply_to, contents=contents
        )
        message.prompt = None if "inline_keyboard" in markup else markup
        if receiver:
            chat.hide(message, receiver)
        emulator.acted(Act("sent", chat, message, name=method))
        return message.data

    def _thread(self, chat: Chat, thread_id: int | None) -> Topic | None:
        if thread_id is None:
            return None
        if thread_id not in chat.topics:
            raise bad_request("message thread not found")
        return chat.topics[thread_id]

    def _reply_to(self, chat: Chat, reply: Json | None) -> Message | None:
        if reply is None or "message_id" not in reply:
            return None
        message = chat.messages.get(reply["message_id"])
        if message is None or message.deleted:
            if reply.get("allow_sending_without_reply"):
                return None
            raise bad_request("message to be replied not found")
        return message

    def _receiver(self, method: str, p: Json, chat: Chat) -> Person | None:
        """Whom an ephemeral message is for: in groups, by administrators or in answer to a press."""
        if not ephemeral_parameters(method, p):
            return None
        given = p.get("ephemeral_message_parameters") or p
        query = given.get("callback_query_id")
        press = self._emulator.presses.get(query)
        answers = p.get("reply_parameters", {}).get("ephemeral_message_id") is not None
        person = press.by if press else self._person(given.get("receiver_user_id"))
        if not chat.is_group or not (chat.bot.admin or press or answers):
            raise bad_request("BOT_NOT_ADMIN")
        if not chat.member(person).present:
            raise bad_request("USER_NOT_PARTICIPANT")
        return person
