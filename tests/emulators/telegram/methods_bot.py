"""The bot itself: who it is, its updates, its webhook, its command menus, files."""

from __future__ import annotations

from typing import Any

from tests.emulators.telegram.errors import ApiError, bad_request
from tests.emulators.telegram.methods_base import Files, Methods
from tests.emulators.telegram.model import Json
from tests.emulators.telegram.webhook import Webhook

DOWNLOAD_BYTES = 20 * 1024 * 1024
_WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook first"


class BotMethods(Methods):
    """getMe, getUpdates, webhooks, commands, getFile."""

    def getMe(self, p: Json, files: Files) -> Json:
        return self._emulator.bot.me()

    async def getUpdates(self, p: Json, files: Files) -> list[Json]:
        queue = self._emulator.queue
        if self._webhook.url:
            raise ApiError(409, f"Conflict: {_WEBHOOK_ACTIVE}")
        if "allowed_updates" in p:
            queue.allowed = list(p["allowed_updates"])
        return await queue.poll(p.get("offset", 0), p.get("limit", 100), p.get("timeout", 0))

    @property
    def _webhook(self) -> Webhook:
        return self._emulator.server.webhook

    def setWebhook(self, p: Json, files: Files) -> bool:
        if p.get("drop_pending_updates"):
            self._emulator.queue.clear()
        if "allowed_updates" in p:
            self._emulator.queue.allowed = list(p["allowed_updates"])
        self._webhook.set(p["url"], p.get("secret_token"), p.get("max_connections", 40))
        return True

    def deleteWebhook(self, p: Json, files: Files) -> bool:
        if p.get("drop_pending_updates"):
            self._emulator.queue.clear()
        self._webhook.set("", None, 40)
        return True

    def getWebhookInfo(self, p: Json, files: Files) -> Json:
        return self._webhook.info()

    def setMyCommands(self, p: Json, files: Files) -> bool:
        # Before Bot API 10.2 a server overlooks what it does not know.
        echoes = self._emulator.ephemeral or self._emulator.claims
        known = ("command", "description", *(("is_ephemeral",) if echoes else ()))
        kept = [{key: value for key, value in command.items() if key in known} for command in p["commands"]]
        self._emulator.menus[self._scope(p)] = kept
        return True

    def getMyCommands(self, p: Json, files: Files) -> list[Json]:
        return self._emulator.menus.get(self._scope(p), [])

    def deleteMyCommands(self, p: Json, files: Files) -> bool:
        self._emulator.menus.pop(self._scope(p), None)
        return True

    def _scope(self, p: Json) -> tuple[Any, ...]:
        scope = p.get("scope") or {"type": "default"}
        if "chat_id" in scope:
            self._present(self._chat(scope["chat_id"]))
        return (scope["type"], scope.get("chat_id"), scope.get("user_id"), p.get("language_code") or "")

    def getFile(self, p: Json, files: Files) -> Json:
        contents = self._emulator.files.get(p["file_id"])
        if contents is None:
            raise bad_request("invalid file_id")
        unique = p["file_id"].rsplit("-", 1)[-1]
        if len(contents) > DOWNLOAD_BYTES:
            raise bad_request("file is too big")
        size = {"file_size": len(contents), "file_path": f"photos/{p['file_id']}"}
        return {"file_id": p["file_id"], "file_unique_id": unique, **size}
