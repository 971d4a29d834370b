"""Text as Telegram understands it: HTML parse mode, entities found in plain text, UTF-16 lengths.

Source: https://core.telegram.org/bots/api#formatting-options.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.emulators.telegram.errors import violation

Entity = dict[str, Any]

_SIMPLE = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "code": "code", "pre": "pre",
}  # fmt: skip
_KNOWN = {*_SIMPLE, "a", "span", "tg-emoji", "tg-time", "blockquote"}
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)((?:\s+[\w-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>\"']+))?)*)\s*>")
_ATTRIBUTE = re.compile(r"([\w-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+)))?")
_CHARACTER = re.compile(r"&(?:lt|gt|amp|quot|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_FOUND = (
    ("url", re.compile(r"https?://[^\s<>\"]+")),
    ("mention", re.compile(r"(?<![\w@/.])@[A-Za-z]\w{3,31}(?!\w)")),
    ("bot_command", re.compile(r"(?<![\w/<>@])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/])")),
    ("hashtag", re.compile(r"(?<![\w&])#\w*[^\W\d]\w*")),
)


def utf16(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, entity: Entity) -> str:
    """The part of `text` that `entity` covers."""
    units = text.encode("utf-16-le")
    start = 2 * entity["offset"]
    return units[start : start + 2 * entity["length"]].decode("utf-16-le")


@dataclass
class _Open:
    tag: str
    start: int
    attributes: dict[str, str]


@dataclass
class _Parser:
    source: str
    find_user: Callable[[int], Entity | None]
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    stack: list[_Open] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def fail(self, what: str, at: int) -> Exception:
        offset = len(self.source[:at].encode())
        return violation(f"can't parse entities: {what} at byte offset {offset}")

    def write(self, text: str) -> None:
        plain = _CHARACTER.sub(lambda match: html.unescape(match[0]), text)
        self.pieces.append(plain)
        self.length += utf16(plain)

    def run(self) -> tuple[str, list[Entity]]:
        at = 0
        while (tag_at := self.source.find("<", at)) >= 0:
            self.write(self.source[at:tag_at])
            match = _TAG.match(self.source, tag_at)
            if match is None:
                raise self.fail("Unsupported or malformed tag", tag_at)
            closing, name, attributes = match[1], match[2].lower(), match[3]
            if closing:
                self.close(name, tag_at)
            else:
                self.open(name, attributes, tag_at)
            at = match.end()
        self.write(self.source[at:])
        if self.stack:
            tag = self.stack[-1].tag
            raise violation(f"can't parse entities: Can't find end tag corresponding to start tag \"{tag}\"")
        self.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return "".join(self.pieces), self.entities

    def open(self, name: str, raw: str, at: int) -> None:
        attributes = {
            match[1].lower(): html.unescape(match[2] or match[3] or match[4] or "")
            for match in _ATTRIBUTE.finditer(raw)
        }
        if name not in _KNOWN or (name == "span" and attributes.get("class") != "tg-spoiler"):
            raise self.fail(f'Unsupported start tag "{name}"', at)
        self.stack.append(_Open(name, self.length, attributes))

    def close(self, name: str, at: int) -> None:
        if not self.stack:
            raise self.fail("Unexpected end tag", at)
        opened = self.stack.pop()
        if opened.tag != name:
            raise self.fail(f'Unmatched end tag, expected "</{opened.tag}>", found "</{name}>"', at)
        length = self.length - opened.start
        entity = self.entity(opened, at)
        if length and entity:
            self.entities.append({**entity, "offset": opened.start, "length": length})

    def entity(self, opened: _Open, at: int) -> Entity | None:
        attributes = opened.attributes
        match opened.tag:
            case "a":
                return self.link(attributes.get("href", ""))
            case "span":
                return {"type": "spoiler"}
            case "blockquote":
                return {"type": "expandable_blockquote" if "expandable" in attributes else "blockquote"}
            case "tg-emoji":
                return {"type": "custom_emoji", "custom_emoji_id": attributes.get("emoji-id", "")}
            case "tg-time":
                if not re.fullmatch(r"\d+", attributes.get("unix", "")):
                    raise self.fail('Attribute "unix" of tag "tg-time" is invalid', at)
                entity = {"type": "date_time", "unix_time": int(attributes["unix"])}
                return entity | ({"date_time_format": f} if (f := attributes.get("format")) else {})
            case "code":
                return self.code(opened)
        return {"type": _SIMPLE[opened.tag]}

    def code(self, opened: _Open) -> Entity | None:
        language = opened.attributes.get("class", "").removeprefix("language-")
        outer = self.stack[-1] if self.stack else None
        if outer and outer.tag == "pre" and outer.start == opened.start and language:
            self.entities.append(
                {
                    "type": "pre",
                    "language": language,
                    "offset": opened.start,
                    "length": self.length - opened.start,
                }
            )
            outer.start = self.length  # the pre has become the entity just written
            return None
        return {"type": "code"}

    def link(self, href: str) -> Entity | None:
        parts = urlsplit(href)
        if parts.scheme == "tg" and parts.netloc == "user":
            user = self.find_user(int(parse_qs(parts.query).get("id", ["0"])[0]))
            return user and {"type": "text_mention", "user": user}
        return {"type": "text_link", "url": href} if href else None


def parse_html(source: str, find_user: Callable[[int], Entity | None]) -> tuple[str, list[Entity]]:
    """Plain text and entities of `source`; unbalanced or unknown tags raise a `Violation`."""
    return _Parser(source, find_user).run()


def trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Leading and trailing white space goes, as on the server; entities follow."""
    left = utf16(text) - utf16(text.lstrip())
    text = text.strip()
    end = utf16(text)
    moved = []
    for entity in entities:
        start = max(entity["offset"] - left, 0)
        stop = min(entity["offset"] + entity["length"] - left, end)
        if stop > start:
            moved.append({**entity, "offset": start, "length": stop - start})
    return text, moved


def find_entities(text: str, given: list[Entity] | None = None) -> list[Entity]:
    """`given` plus what Telegram recognises by itself in plain text (commands, mentions, links, hashtags)."""
    found = list(given or [])
    taken = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in found
        if entity["type"] in ("code", "pre", "text_link", "text_mention", "url")
    ]
    for kind, pattern in _FOUND:
        for match in pattern.finditer(text):
            start = utf16(text[: match.start()])
            stop = start + utf16(match[0])
            if all(stop <= left or start >= right for left, right in taken):
                taken.append((start, stop))
                found.append({"type": kind, "offset": start, "length": stop - start})
    for begin, end in _domains(text):
        start, stop = utf16(text[:begin]), utf16(text[:end])
        if all(stop <= left or start >= right for left, right in taken):
            found.append({"type": "url", "offset": start, "length": stop - start})
    return sorted(found, key=lambda entity: (entity["offset"], -entity["length"]))


def _domains(text: str) -> Iterator[tuple[int, int]]:
    """Where Telegram finds domains without a scheme, for any top-level domain that could exist."""
    at = 0
    while at < len(text):
        begin = at
        while at < len(text) and (text[at] == "." or _of_domain(text[at])):
            at += 1
        name = text[begin:at].rstrip(".")
        labels = name.split(".")
        top = labels[-1]
        numbers = len(labels) == 4 and all(label.isdecimal() and int(label) < 256 for label in labels)
        spelled = len(top) > 1 and all(unicodedata.category(sign)[0] in "LM" for sign in top)
        good = len(labels) > 1 and all(labels) and (numbers or spelled or top.startswith("xn--"))
        if good and (begin == 0 or text[begin - 1] not in "/#@"):
            yield begin, begin + len(name)
        at = max(at, begin + 1)


def _of_domain(sign: str) -> bool:
    code = ord(sign)
    if code < 0xC0:
        return sign.isascii() and (sign.isalnum() or sign in "_-~")
    if 0x2000 <= code <= 0x206F:
        return code in (0x200C, 0x200D) or 0x2010 <= code <= 0x2015
    return unicodedata.category(sign)[0] != "Z"
