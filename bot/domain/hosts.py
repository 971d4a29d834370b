"""Finds the hosts that a text leads to, as the most credulous client would read it.

Clients turn words into links by rules of their own: with or without a scheme, in any script, with dots that only
look like dots. Everything that could become a link counts. One host too many costs a second look; one too few can
be a scam.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote, urlsplit

from bot.errors import BadInput

MOST_LINK = 300

_DOTS = re.compile("[\u3002\uff0e\uff61\u2024\ufe52]")
_STOPS = r"\s<>\"'`(){}|^,;"
_ENDS = _STOPS + r"\[\]"
_AUTHORITY = rf"[^/?#\\{_STOPS}]*(?:\\[^/?#{_STOPS}]*)*"
_SCHEME = re.compile(rf"[a-z][a-z0-9+.-]*:[/\\]+({_AUTHORITY})[^{_ENDS}]*", re.IGNORECASE)
_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)+(?:xn--[a-z0-9-]+|[^\W\d_]{{2,}})(?![\w-])", re.IGNORECASE)
_NUMBERS = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")
_PATH = re.compile(rf"(?::\d+)?[/?#][^{_ENDS}]*")
_AROUND = ".,;:!?()[]\"'"
_UNFIT = re.compile(r"[\s<>\"'`\\{}|^]")


def hosts_in(*texts: str | None) -> frozenset[str]:
    """Returns the hosts, in their ASCII form, that these texts lead to or that a client could make of them."""
    found: set[str] = set()
    for text in texts:
        found |= _hosts(_DOTS.sub(".", unicodedata.normalize("NFKC", text or "")))
    return frozenset(found)


def links_in(*texts: str | None) -> dict[str, frozenset[str]]:
    """Returns the words of these texts that lead somewhere, with their hosts. No link goes over a blank."""
    words = {
        word.strip(_AROUND) for text in texts for word in unicodedata.normalize("NFKC", text or "").split()
    }
    return {word: hosts for word in words if (hosts := hosts_in(word))}


def host(words: str) -> str:
    """Returns the one host of a typed host name or web address. Raises BadInput if it is not exactly one."""
    hosts = hosts_in(words)
    if len(hosts) != 1 or len(words) > MOST_LINK:
        raise BadInput(f"“{words[:80]}” is not one host. Write it like example.org.")
    return next(iter(hosts))


def parse_link(words: str) -> str:
    """Returns a typed web address with its scheme, and with its host in ASCII.

    Raises:
        BadInput: it is no web address, is too long, or hides where it leads.
    """
    typed = unicodedata.normalize("NFC", words.strip())
    address = typed if re.match(r"[a-z][a-z0-9+.-]*:", typed, re.IGNORECASE) else f"https://{typed}"
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError as wrong:
        raise BadInput(
            f"link: “{words[:80]}” is not a web address. Write one like https://example.org."
        ) from wrong
    if parts.username is not None or "@" in parts.netloc:
        raise BadInput("link: an address with a name before an @ hides where it leads. Leave that part out.")
    name = _ascii(parts.hostname or "")
    plain = address.isprintable() and not _UNFIT.search(address)
    if (
        parts.scheme not in ("http", "https")
        or not plain
        or not (_NAME.fullmatch(name) or _NUMBERS.fullmatch(name))
    ):
        raise BadInput(f"link: “{words[:80]}” is not a web address. Write one like https://example.org.")
    link = f"{parts.scheme}://{name}{port}{address[address.index(parts.netloc) + len(parts.netloc) :]}"
    if len(link) > MOST_LINK:
        raise BadInput(f"link: that is {len(link)} characters; at most {MOST_LINK} fit. Shorten it.")
    return link


def _hosts(text: str) -> set[str]:
    found: set[str] = set()

    def taken(match: re.Match[str]) -> str:
        found.update(_of_authority(match.group(1)))
        return " "

    rest = text
    while (shorter := _SCHEME.sub(taken, rest)) != rest:
        rest = shorter
    at = 0
    while match := min(
        filter(None, (_NAME.search(rest, at), _NUMBERS.search(rest, at))), key=_start, default=None
    ):
        found.add(_ascii(match.group()))
        path = _PATH.match(rest, match.end())
        at = path.end() if path else match.end()
    return {one.removeprefix("www.") for one in found if one}


def _start(match: re.Match[str]) -> int:
    return match.start()


def _of_authority(authority: str) -> set[str]:
    """Returns the hosts of the part before the path. Programs disagree about which part of it is the host."""
    plain = unquote(authority)
    last = plain.rsplit("@", 1)[-1].split("\\", 1)[0].strip(".")
    proper = (
        last.strip("[]")
        if last.count(":") > 1 and "]:" not in last
        else re.sub(r":\d*$", "", last).strip("[]")
    )
    named = {match.group() for match in _NAME.finditer(plain)} if "@" in plain or "\\" in plain else set()
    return {_ascii(name) for name in ({proper} | named) if name}


def _ascii(name: str) -> str:
    """Returns the host in the form for lookups: lower case, without a last dot, other scripts in punycode."""
    lowered = name.strip(".").lower()
    try:
        found = lowered.encode("idna").decode()
    except UnicodeError:
        found = lowered
    return found
