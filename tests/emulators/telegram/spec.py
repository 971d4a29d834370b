"""Requests, answers and updates held against the published machine-readable specification, when present."""

import functools
import json
import os
import re
from pathlib import Path
from typing import Any

_CONSTANT = re.compile(r"(?:must be|always) [\"“]?([a-z_]+)[\"”]?\s*$")
_PRIMITIVES: dict[str, tuple[type, ...]] = {"Integer": (int,), "Float": (int, float), "String": (str,)}
# What servers from Bot API 10.2 on know and the stored specification (10.1) does not.
_EPHEMERAL_PARAMETERS = {"receiver_user_id": "Integer", "callback_query_id": "String"}
_EPHEMERAL_FIELDS = {
    "Message": {"ephemeral_message_id": "Integer", "receiver_user": "User"},
    "BotCommand": {"is_ephemeral": "Boolean"},
    "ReplyParameters": {"ephemeral_message_id": "Integer"},
}
_OPTIONAL_WHEN_EPHEMERAL = {("ReplyParameters", "message_id")}
EPHEMERAL_TYPE = {
    "receiver_user_id": "Integer",
    "callback_query_id": "String",
    "replace_callback_query_message": "Boolean",
}


def _folder() -> Path:
    configured = os.environ.get("MUSTER_SPECS")
    return Path(configured) if configured else Path(__file__).parents[4] / "shared" / "specs"


@functools.cache
def load(ephemeral: bool = False) -> "Spec | None":
    """The specification of `../shared/specs` (or `MUSTER_SPECS`), or None when it is absent."""
    path = _folder() / "telegram-bot-api.json"
    return Spec(json.loads(path.read_text()), ephemeral) if path.is_file() else None


class Spec:
    """Which names, types and required fields each method and type has."""

    def __init__(self, raw: dict[str, Any], ephemeral: bool) -> None:
        self._types: dict[str, Any] = raw["types"]
        self._returns = {name: method.get("returns", []) for name, method in raw["methods"].items()}
        self._fields: dict[str, dict[str, tuple[list[str], bool, str | None]]] = {
            name: {field["name"]: _field(field) for field in entry.get("fields", [])}
            for name, entry in {**raw["types"], **raw["methods"]}.items()
        }
        # Bots ask for it to learn whether the server knows it; one that does not overlooks it.
        self._fields["BotCommand"]["is_ephemeral"] = (["Boolean"], False, None)
        if ephemeral:
            self._know_ephemeral()

    def _know_ephemeral(self) -> None:
        self._types["EphemeralMessageParameters"] = {"name": "EphemeralMessageParameters"}
        self._fields["EphemeralMessageParameters"] = {
            name: ([kind], name == "receiver_user_id", None) for name, kind in EPHEMERAL_TYPE.items()
        }
        for method in ("sendMessage", "sendPhoto", "sendDocument"):
            for name, kind in _EPHEMERAL_PARAMETERS.items():
                self._fields[method][name] = ([kind], False, None)
            self._fields[method]["ephemeral_message_parameters"] = (
                ["EphemeralMessageParameters"],
                False,
                None,
            )
        for type_name, fields in _EPHEMERAL_FIELDS.items():
            for name, kind in fields.items():
                self._fields[type_name][name] = ([kind], False, None)
        for type_name, name in _OPTIONAL_WHEN_EPHEMERAL:
            types, _, constant = self._fields[type_name][name]
            self._fields[type_name][name] = (types, False, constant)
        for method in ("editEphemeralMessageText", "deleteEphemeralMessage"):
            self._returns[method] = ["Boolean"]
            self._fields[method] = {
                "chat_id": (["Integer", "String"], True, None),
                "receiver_user_id": (["Integer"], True, None),
                "ephemeral_message_id": (["Integer"], True, None),
            }
        self._fields["editEphemeralMessageText"] |= {
            name: self._fields["editMessageText"][name]
            for name in ("text", "parse_mode", "entities", "link_preview_options", "reply_markup")
        }

    def knows(self, method: str) -> bool:
        """Whether the specification has this method."""
        return method in self._returns

    def request_errors(self, method: str, parameters: dict[str, Any], files: dict[str, Any]) -> list[str]:
        """What is unknown, missing or ill-typed in a request."""
        return self._object(method, {**parameters, **dict.fromkeys(files, "attach://")}, method, files)

    def answer_errors(self, method: str, result: Any) -> list[str]:
        """What is wrong with what the emulator is about to answer."""
        return self._value(self._returns[method], result, f"{method} answer")

    def update_errors(self, update: dict[str, Any]) -> list[str]:
        """What is wrong with an update that the emulator is about to deliver."""
        return self._object("Update", update, "Update")

    def _object(self, name: str, value: dict[str, Any], path: str, files: Any = ()) -> list[str]:
        fields = self._fields[name]
        # A file part may have any name: it is referred to as attach://name.
        errors = [f"{path}: unknown {key!r}" for key in value if key not in fields and key not in files]
        for key, (types, required, constant) in fields.items():
            if key not in value:
                if required:
                    errors.append(f"{path}: {key!r} is missing")
            elif constant and "String" in types and value[key] != constant:
                errors.append(f"{path}.{key}: must be {constant!r}, is {value[key]!r}")
            else:
                errors += self._value(types, value[key], f"{path}.{key}")
        return errors

    def _value(self, types: list[str], value: Any, path: str) -> list[str]:
        attempts = [self._one(name, value, path) for name in types]
        return min(attempts, key=len) if attempts and all(attempts) else []

    def _one(self, name: str, value: Any, path: str) -> list[str]:
        if name.startswith("Array of "):
            if not isinstance(value, list):
                return [f"{path}: not a list"]
            inner = [name.removeprefix("Array of ")]
            return [e for at, item in enumerate(value) for e in self._value(inner, item, f"{path}[{at}]")]
        if name == "Boolean":
            return [] if isinstance(value, bool) else [f"{path}: not a Boolean"]
        if name == "InputFile":
            return [] if isinstance(value, str) else [f"{path}: not a file"]
        if kinds := _PRIMITIVES.get(name):
            fits = isinstance(value, kinds) and not isinstance(value, bool)
            return [] if fits else [f"{path}: not {name}"]
        if not isinstance(value, dict):
            return [f"{path}: not an object of type {name}"]
        if subtypes := self._types[name].get("subtypes"):
            return self._value(subtypes, value, path)
        return self._object(name, value, path)


def _field(field: dict[str, Any]) -> tuple[list[str], bool, str | None]:
    constant = _CONSTANT.search(field["description"]) if field["types"] == ["String"] else None
    return field["types"], field["required"], constant[1] if constant else None
