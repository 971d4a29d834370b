"""What Discord refuses although its published specification allows it: one function and one text per rule.

Sources: https://docs.discord.com/developers (message, application-commands, components reference), and
answers of the real API. A rule is a generator over a request; everything it yields is a violation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from .model import COMPONENTS_V2, Json, walk
from .rule import Found, Rule, rule

CONTENT, EMBED_TOTAL, LEGACY_ROWS, V2_TOTAL, NONCE = 2000, 6000, 5, 40, 25
CHAT_COMMANDS, MENU_COMMANDS, COMMAND_TOTAL, CHOICE_VALUE, MODAL_ROWS = 100, 15, 8000, 100, 5
BUTTON, LINK_STYLE, PREMIUM_STYLE, TEXT_INPUT, SELECTS = 2, 5, 6, 4, (3, 5, 6, 7, 8)
V2_ONLY = {9, 10, 11, 12, 13, 14, 17}
NAME = re.compile(r"[-_'\w\u0900-\u097f\u0e00-\u0e7f]{1,32}")


MESSAGE: list[Rule] = []
MODAL: list[Rule] = []
COMMANDS: list[Rule] = []
CHOICES: list[Rule] = []


def _repeated(values: Iterable[Any]) -> list[Any]:
    values = list(values)
    return sorted({value for value in values if values.count(value) > 1}, key=str)


# Messages: `m` is the body; `files` the names of uploaded files.


@rule(MESSAGE, "content has at most 2000 characters")
def _content(m: Json, files: list[str]) -> Found:
    if len(m.get("content") or "") > CONTENT:
        yield f"{len(m['content'])} characters"


@rule(MESSAGE, "all embeds together have at most 6000 characters")
def _embed_total(m: Json, files: list[str]) -> Found:
    total = 0
    for embed in m.get("embeds") or []:
        texts = [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text")]
        texts.append((embed.get("author") or {}).get("name"))
        texts += [item[key] for item in embed.get("fields") or [] for key in ("name", "value")]
        total += sum(len(text or "") for text in texts)
    if total > EMBED_TOTAL:
        yield f"{total} characters"


@rule(MESSAGE, "an embed shows something")
def _embed_empty(m: Json, files: list[str]) -> Found:
    shown = ("title", "description", "fields", "image", "thumbnail", "author", "footer", "video")
    for embed in m.get("embeds") or []:
        if not any(embed.get(key) for key in shown):
            yield "an empty embed"
        for item in embed.get("fields") or []:
            if not item["name"].strip() or not item["value"].strip():
                yield "an embed field with a blank name or value"


@rule(MESSAGE, "at most 5 rows of components without flag 32768, at most 40 components with it")
def _rows(m: Json, files: list[str]) -> Found:
    parts = m.get("components") or []
    if not (m.get("flags") or 0) & COMPONENTS_V2 and len(parts) > LEGACY_ROWS:
        yield f"{len(parts)} rows"
    if len(list(walk(parts))) > V2_TOTAL:
        yield f"{len(list(walk(parts)))} components"


@rule(MESSAGE, "a custom_id occurs once in a message")
def _custom_ids(m: Json, files: list[str]) -> Found:
    parts = walk(m.get("components") or [])
    for value in _repeated(part["custom_id"] for part in parts if part.get("custom_id")):
        yield f"custom_id {value!r} twice"


@rule(MESSAGE, "a button has a custom_id, or is a link with a url; and it has a label or an emoji")
def _buttons(m: Json, files: list[str]) -> Found:
    for part in walk(m.get("components") or []):
        if part["type"] != BUTTON or part.get("style") == PREMIUM_STYLE:
            continue
        link = part.get("style") == LINK_STYLE
        if link and (not part.get("url") or part.get("custom_id")):
            yield "a link button needs a url and no custom_id"
        if not link and (not part.get("custom_id") or part.get("url")):
            yield "a button needs a custom_id and no url"
        if not part.get("label") and not part.get("emoji"):
            yield "a button without label and emoji"


@rule(MESSAGE, "a row holds buttons or one select menu")
def _row_mix(m: Json, files: list[str]) -> Found:
    for row in walk(m.get("components") or []):
        kinds = [part["type"] for part in row.get("components") or []] if row["type"] == 1 else []
        if any(kind in SELECTS for kind in kinds) and len(kinds) > 1:
            yield "a select menu shares its row"


@rule(MESSAGE, "a select menu has 1 to 25 different options and min_values ≤ max_values")
def _selects(m: Json, files: list[str]) -> Found:
    for part in walk(m.get("components") or []):
        if part["type"] not in SELECTS:
            continue
        options = part.get("options") or []
        if part["type"] == 3 and not options:
            yield "a select menu without options"
        if _repeated(option["value"] for option in options):
            yield "two options with the same value"
        low, high = part.get("min_values"), part.get("max_values")
        if (1 if low is None else low) > (1 if high is None else high):
            yield "min_values over max_values"


@rule(MESSAGE, "Components V2 need flag 32768 and go without content and embeds")
def _v2(m: Json, files: list[str]) -> Found:
    flagged = (m.get("flags") or 0) & COMPONENTS_V2
    if not flagged and any(part["type"] in V2_ONLY for part in walk(m.get("components") or [])):
        yield "a V2 component without the flag"
    if flagged and (m.get("content") or m.get("embeds") or m.get("poll")):
        yield "the flag together with content, embeds or a poll"


@rule(MESSAGE, "allowed_mentions names users or roles, or parses them: not both")
def _mentions(m: Json, files: list[str]) -> Found:
    allowed = m.get("allowed_mentions") or {}
    for kind in ("users", "roles"):
        if kind in (allowed.get("parse") or []) and allowed.get(kind):
            yield f"{kind} in parse and listed"


@rule(MESSAGE, "a nonce has at most 25 characters, and enforce_nonce needs one")
def _nonce(m: Json, files: list[str]) -> Found:
    if len(str(m.get("nonce") or "")) > NONCE:
        yield f"{len(str(m['nonce']))} characters"
    if m.get("enforce_nonce") and m.get("nonce") in (None, ""):
        yield "enforce_nonce without nonce"


@rule(MESSAGE, "at most 10 files, and every attachment:// names one of this message")
def _files(m: Json, files: list[str]) -> Found:
    if len(files) > 10:
        yield f"{len(files)} files"
    kept = m.get("attachments") or []
    if any(isinstance(each, dict) and int(each["id"]) > 1 << 22 for each in kept):
        return  # an edit that keeps earlier files: their names are not in the request
    for used in re.findall(r"'attachment://([^']*)'", repr([m.get("embeds"), m.get("components")])):
        if used not in files:
            yield f"attachment://{used} was not uploaded"


# Modals


@rule(MODAL, "a modal has at most 5 rows or labels")
def _modal_rows(m: Json) -> Found:
    if len(m.get("components") or []) > MODAL_ROWS:
        yield f"{len(m['components'])} rows"


@rule(MODAL, "a custom_id occurs once in a modal")
def _modal_ids(m: Json) -> Found:
    parts = walk(m.get("components") or [])
    for value in _repeated(part["custom_id"] for part in parts if part.get("custom_id")):
        yield f"custom_id {value!r} twice"


@rule(MODAL, "a text input in a row has a label, in a label none; its lengths fit")
def _modal_inputs(m: Json) -> Found:
    for row in m.get("components") or []:
        for part in walk([row]):
            if part["type"] != TEXT_INPUT:
                continue
            if bool(part.get("label")) != (row["type"] == 1):
                yield "the label of a text input is missing or doubled"
            low, high = part.get("min_length") or 0, part.get("max_length") or 4000
            if low > high:
                yield "min_length over max_length"
            if len(part.get("value") or "") > high:
                yield "the given value is longer than max_length"


# Commands: `all_of` is every command of one scope after the change.


def _options(options: list[Json] | None) -> Iterator[list[Json]]:
    """Every list of options below a command, with its subcommands' lists."""
    if options:
        yield options
        for option in options:
            yield from _options(option.get("options"))


def _named(command: Json) -> Iterator[Json]:
    yield command
    for options in _options(command.get("options")):
        yield from options


@rule(COMMANDS, "at most 100 chat, 15 user and 15 message commands")
def _count(all_of: list[Json]) -> Found:
    for kind, most in ((1, CHAT_COMMANDS), (2, MENU_COMMANDS), (3, MENU_COMMANDS)):
        count = sum((command.get("type") or 1) == kind for command in all_of)
        if count > most:
            yield f"{count} commands of type {kind}"


@rule(COMMANDS, "a command's name is unique among its type")
def _command_names(all_of: list[Json]) -> Found:
    for kind, name in _repeated((command.get("type") or 1, command["name"]) for command in all_of):
        yield f"{name!r} (type {kind}) twice"


@rule(COMMANDS, "chat commands and options: lower-case names of letters, digits, - and _, 1 to 32 characters")
def _names(all_of: list[Json]) -> Found:
    for command in all_of:
        if (command.get("type") or 1) != 1:
            continue
        for each in _named(command):
            for name in [each["name"], *(each.get("name_localizations") or {}).values()]:
                if not NAME.fullmatch(name) or name != name.lower():
                    yield f"name {name!r}"


@rule(COMMANDS, "chat commands and options have a description; context menus have none, and no options")
def _descriptions(all_of: list[Json]) -> Found:
    for command in all_of:
        if (command.get("type") or 1) == 1:
            for each in _named(command):
                if not (each.get("description") or "").strip():
                    yield f"{each['name']!r} has no description"
        elif command.get("description") or command.get("options"):
            yield f"context menu {command['name']!r} has a description or options"


@rule(COMMANDS, "option names are unique, required options come first, subcommands stand alone, depth ≤ 2")
def _option_lists(all_of: list[Json]) -> Found:
    for options in (options for command in all_of for options in _options(command.get("options"))):
        for name in _repeated(option["name"] for option in options):
            yield f"option {name!r} twice"
        required = [bool(option.get("required")) for option in options]
        if required != sorted(required, reverse=True):
            yield "a required option after an optional one"
        if len({option["type"] in (1, 2) for option in options}) > 1:
            yield "subcommands beside options"
        for group in (option for option in options if option["type"] == 2):
            if not group.get("options") or any(each["type"] != 1 for each in group["options"]):
                yield f"group {group['name']!r} holds other things than subcommands"


@rule(
    COMMANDS, "choices: unique names, values of ≤ 100 characters, not together with autocomplete; min ≤ max"
)
def _option_values(all_of: list[Json]) -> Found:
    for option in (each for command in all_of for each in _named(command)):
        choices = option.get("choices") or []
        if choices and option.get("autocomplete"):
            yield f"{option['name']!r} has choices and autocomplete"
        if _repeated(choice["name"] for choice in choices):
            yield f"{option['name']!r} has two choices of the same name"
        if any(len(str(choice["value"])) > CHOICE_VALUE for choice in choices):
            yield f"{option['name']!r} has a choice value over 100 characters"
        for low, high in (("min_value", "max_value"), ("min_length", "max_length")):
            if None not in (option.get(low), option.get(high)) and option[low] > option[high]:
                yield f"{option['name']!r} has {low} over {high}"


@rule(COMMANDS, "a command has at most 8000 characters in names, descriptions and choice values")
def _command_total(all_of: list[Json]) -> Found:
    for command in all_of:
        total = 0
        for each in _named(command):
            for key in ("name", "description"):
                texts = [each.get(key) or "", *(each.get(f"{key}_localizations") or {}).values()]
                total += max(len(text) for text in texts)
            total += sum(len(str(choice["value"])) for choice in each.get("choices") or [])
        if total > COMMAND_TOTAL:
            yield f"{command['name']!r} has {total} characters"


@rule(CHOICES, "suggested choices: values of ≤ 100 characters and of the option's type")
def _suggestions(choices: list[Json], option_type: int) -> Found:
    wanted = {3: str, 4: int, 10: (int, float)}[option_type]
    for choice in choices:
        if not isinstance(choice["value"], wanted) or len(str(choice["value"])) > CHOICE_VALUE:
            yield f"choice {choice['name']!r}"
