"""Requests checked against Discord's published OpenAPI specification, when it is there."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

FILE = "discord-openapi.json"
URI = "urn:discord"
MAY_HAVE_NSFW = "ApplicationCommand"
MAY_HAVE_FLAGS = "RichEmbed"
MAY_HAVE_TTS = ("MessageEditRequestPartial", "IncomingWebhookUpdate")


def specification_path() -> Path | None:
    """MUSTER_SPECS, else ../shared/specs beside the repository; None when absent."""
    root = Path(os.environ.get("MUSTER_SPECS") or Path(__file__).parents[4] / "shared" / "specs")
    path = root / FILE
    return path if path.is_file() else None


def _close(name: str, schema: Any) -> None:
    """No keys beyond those listed, in `schema` and below."""
    if isinstance(schema, list):
        for each in schema:
            _close(name, each)
    if not isinstance(schema, dict):
        return
    properties = schema.get("properties")
    if isinstance(properties, dict) and "additionalProperties" not in schema:
        if name.startswith(MAY_HAVE_NSFW):
            properties.setdefault("nsfw", {"type": "boolean"})
        if name.startswith(MAY_HAVE_FLAGS):
            properties.setdefault("flags", {"type": ["integer", "null"]})
        if name.startswith(MAY_HAVE_TTS):
            properties.setdefault("tts", {"type": ["boolean", "null"]})
        schema["additionalProperties"] = False
    for key, value in schema.items():
        if key not in ("enum", "required", "description"):
            _close(name, value)


def _by_type(schemas: dict[str, Any], options: list[Any]) -> dict[int, Any] | None:
    """Union members by the value of their `type`, when that tells all of them apart."""
    table: dict[int, Any] = {}
    for option in options:
        if option.get("type") == "null":
            continue
        target = schemas.get(option.get("$ref", "").rpartition("/")[2])
        values = ((target or {}).get("properties", {}).get("type") or {}).get("enum")
        if not values or any(value in table for value in values):
            return None
        table |= dict.fromkeys(values, option)
    return table or None


def _mark_unions(schemas: dict[str, Any], schema: Any) -> None:
    if isinstance(schema, list):
        for each in schema:
            _mark_unions(schemas, each)
    elif isinstance(schema, dict):
        for keyword in ("oneOf", "anyOf"):
            if isinstance(schema.get(keyword), list) and (table := _by_type(schemas, schema[keyword])):
                schema["x-by-type"] = table
        for value in list(schema.values()):
            _mark_unions(schemas, value)


def _union(keyword: str) -> Any:
    """oneOf/anyOf that looks at `type` first: faster, and the error names the right part."""
    plain = Draft202012Validator.VALIDATORS[keyword]

    def check(validator: Any, options: list[Any], instance: Any, schema: Any) -> Iterator[ValidationError]:
        table = schema.get("x-by-type")
        real = [option for option in options if option.get("type") != "null"]
        if len(real) == 1 and len(options) == 2:
            if instance is not None:
                yield from validator.descend(instance, real[0])
        elif table is None or not isinstance(instance, dict) or not isinstance(instance.get("type"), int):
            yield from plain(validator, options, instance, schema)
        elif (chosen := table.get(instance["type"])) is None:
            yield ValidationError(f"type {instance['type']} is none of {sorted(table)}")
        else:
            yield from validator.descend(instance, chosen)

    return check


SNOWFLAKE = "^(0|[1-9][0-9]*)$"


class Specification:
    """The specification, tightened: see `_close`, and snowflakes may be numbers (discord.py sends both)."""

    def __init__(self, path: Path) -> None:
        document = json.loads(path.read_text())
        schemas = document["components"]["schemas"]
        for name, schema in schemas.items():
            if "Response" not in name:
                _close(name, schema)
        # discord.py's own number for an upload is refused: the specification wants a string, and Muster sends one.
        for schema in schemas.values():
            properties = schema.get("properties", {})
            if "id" in properties and "filename" in properties:
                properties["id"] = {"type": "string", "pattern": SNOWFLAKE}
        schemas["SnowflakeType"] = {"type": ["string", "integer"], "pattern": SNOWFLAKE}
        _mark_unions(schemas, document["paths"])
        _mark_unions(schemas, schemas)
        self._document = document
        resource = Resource.from_contents(document, default_specification=DRAFT202012)
        self._registry = Registry().with_resource(URI, resource)
        self._class = extend(Draft202012Validator, {"oneOf": _union("oneOf"), "anyOf": _union("anyOf")})
        self._validators: dict[tuple[str, ...], Any] = {}

    def operation(self, method: str, template: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self._document["paths"].get(template, {}).get(method.lower())
        return found

    def request_errors(self, method: str, template: str, query: set[str], body: Any) -> list[str]:
        """What the specification has against this request, in words; empty if nothing."""
        operation = self.operation(method, template)
        if operation is None:
            return [f"{method} {template} is not in the specification"]
        known = {each["name"] for each in operation.get("parameters", []) if each["in"] == "query"}
        errors = [f"query parameter {name!r} is not in the specification" for name in sorted(query - known)]
        content = operation.get("requestBody", {}).get("content", {})
        if body is None:
            required = operation.get("requestBody", {}).get("required") and "application/json" in content
            return [*errors, "a body is required"] if required else errors
        if "application/json" not in content:
            return [*errors, "a body is not expected here"] if body else errors
        return errors + self._errors(("paths", template, method.lower(), "requestBody"), body)

    def answer_errors(self, method: str, template: str, status: int, body: Any) -> list[str]:
        """The same for what the emulator answers: the emulator's own tests use it."""
        responses = (self.operation(method, template) or {}).get("responses", {})
        if str(status) not in responses:
            return [f"{method} {template} does not answer {status}"]
        if "content" not in responses[str(status)]:
            return [f"{method} {template} answers {status} without a body"] if body is not None else []
        return self._errors(("paths", template, method.lower(), "responses", str(status)), body)

    def _errors(self, place: tuple[str, ...], body: Any) -> list[str]:
        validator = self._validators.get(place)
        if validator is None:
            steps = [*place, "content", "application/json", "schema"]
            pointer = "/".join(step.replace("~", "~0").replace("/", "~1") for step in steps)
            validator = self._class({"$ref": f"{URI}#/{pointer}"}, registry=self._registry)
            self._validators[place] = validator
        return [self._words(error) for error in validator.iter_errors(body)]

    @staticmethod
    def _words(error: ValidationError) -> str:
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
        deepest = min(error.context or [error], key=lambda each: -len(each.absolute_path))
        return f"body{where}: {deepest.message[:300]}"


@cache
def specification() -> Specification | None:
    """The specification, loaded once per test run; None when it is not there."""
    path = specification_path()
    return Specification(path) if path else None
