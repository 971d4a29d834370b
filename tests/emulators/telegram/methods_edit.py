"""Changing what was sent: edits, deletions, answers to pressed buttons, ephemeral messages."""

from __future__ import annotations

from datetime import timedelta

from tests.emulators.telegram.content import text_of
from tests.emulators.telegram.errors import bad_request
from tests.emulators.telegram.methods_base import Files
from tests.emulators.telegram.methods_send import SendMethods
from tests.emulators.telegram.model import QUERY_AGE, Act, Json, Message

DELETABLE = timedelta(hours=48)
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)


class EditMethods(SendMethods):
    """edit*, delete*, answerCallbackQuery."""

    def editMessageText(self, p: Json, files: Files) -> Json:
        message = self._editable(p)
        if "text" not in message.data:
            raise bad_request("there is no text in the message to edit")
        return self._edit(message, p, {"entities": None, **text_of(p, self._user_json)})

    def editMessageCaption(self, p: Json, files: Files) -> Json:
        message = self._editable(p)
        empty = {"caption": None, "caption_entities": None}
        return self._edit(message, p, {**empty, **text_of(p, self._user_json, "caption")})

    def editMessageReplyMarkup(self, p: Json, files: Files) -> Json:
        return self._edit(self._editable(p), p, {})

    def editMessageMedia(self, p: Json, files: Files) -> Json:
        message, media = self._editable(p), p["media"]
        if media["type"] != "photo":
            raise bad_request("only photos are emulated here")
        contents = self._upload(media["media"], "media", files)
        photo = {"photo": self._emulator.keep_photo(contents), "text": None, "entities": None}
        caption = {"caption": None, "caption_entities": None, **text_of(media, self._user_json, "caption")}
        edited = self._edit(message, p, {**photo, **caption})
        message.contents = contents
        return edited

    def _editable(self, p: Json) -> Message:
        chat = self._present(self._chat(p["chat_id"]))
        message = self._message(chat, p["message_id"], "message to edit not found")
        if message.sender is not self._emulator.bot:
            raise bad_request("message can't be edited")
        return message

    def _edit(self, message: Message, p: Json, content: Json) -> Json:
        markup = p.get("reply_markup")
        if markup is not None and "inline_keyboard" not in markup:
            raise bad_request("inline keyboard expected")
        # Leaving the keyboard out removes it, and so does an empty one.
        new = {**content, "reply_markup": markup if markup and markup["inline_keyboard"] else None}
        if all(message.data.get(key) == value for key, value in new.items()):
            raise bad_request(_NOT_MODIFIED)
        message.replace(**new, edit_date=self._emulator.timestamp())
        self._emulator.acted(Act("edited", message.chat, message))
        return message.data

    def deleteMessage(self, p: Json, files: Files) -> bool:
        self._delete(p["chat_id"], p["message_id"])
        return True

    def deleteMessages(self, p: Json, files: Files) -> bool:
        for message_id in p["message_ids"]:
            self._delete(p["chat_id"], message_id)
        return True

    def _delete(self, chat_id: int, message_id: int) -> None:
        chat = self._present(self._chat(chat_id))
        message = self._message(chat, message_id, "message to delete not found")
        old = self._emulator.clock.now() - message.sent_at > DELETABLE
        own = message.sender is self._emulator.bot or chat.type == "private"
        if not chat.bot.can("can_delete_messages") and (old or not own):
            raise bad_request("message can't be deleted")
        message.deleted = True
        self._emulator.acted(Act("deleted", chat, message))

    def answerCallbackQuery(self, p: Json, files: Files) -> bool:
        press = self._emulator.presses.get(str(p["callback_query_id"]))
        if press is None or press.answered or self._emulator.clock.now() - press.at > QUERY_AGE:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        press.answered = True
        press.toast, press.alert, press.url = p.get("text", ""), p.get("show_alert", False), p.get("url")
        self._emulator.acted(Act("answered", press.message.chat, press=press))
        return True

    def editEphemeralMessageText(self, p: Json, files: Files) -> bool:
        message = self._ephemeral(p)
        markup = p.get("reply_markup")
        message.replace(**{"entities": None, **text_of(p, self._user_json), "reply_markup": markup})
        self._emulator.acted(Act("edited", message.chat, message))
        return True

    def deleteEphemeralMessage(self, p: Json, files: Files) -> bool:
        message = self._ephemeral(p)
        message.deleted = True
        self._emulator.acted(Act("deleted", message.chat, message))
        return True

    def _ephemeral(self, p: Json) -> Message:
        chat = self._present(self._chat(p["chat_id"]))
        message = chat.ephemerals.get((p["receiver_user_id"], p["ephemeral_message_id"]))
        if not self._emulator.ephemeral or message is None or message.deleted:
            raise bad_request("message to edit not found")
        return message
