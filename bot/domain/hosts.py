"""Finds the hosts that a text leads to, as the most credulous client would read it.

Clients turn words into links by rules of their own. Browsers map names by UTS 46 (non-transitional, as WHATWG's URL
standard says). Telegram takes every character from U+00C0 on that is no separator for a part of a name. Where the two
readings differ, the hosts of both count. One host too many costs a second look; one too few can be a scam.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

import idna

from bot.domain.names import one_line
from bot.domain.phrases import phrase
from bot.errors import BadInput

MOST_LINK = 300
_LONGEST_SHOWN = 60
_MOST_SHOWN = 5

NAME_SYMBOLS: Final = (
    r"0-9A-Za-z_~\-\u00c0-\u167f\u1681-\u1fff\u200c\u200d\u2010-\u2015\u2070-\u2fff\u3001-\U0010ffff"
)
"""The characters of which Telegram makes the names of hosts, for use between the brackets of a pattern.

See `match_urls` in https://github.com/tdlib/td/blob/master/td/telegram/MessageEntity.cpp.
"""

_DOTS = re.compile("[\u3002\uff0e\uff61\u2024\ufe52]")
# Characters that UTS 46 leaves out of names: invisible ones, and those that choose a form of the character before.
_IGNORED = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
_STOPS = r"\s<>\"'`(){}|^,;"
_ENDS = _STOPS + r"\[\]"
_AUTHORITY = rf"[^/?#\\{_STOPS}]*(?:\\[^/?#{_STOPS}]*)*"
# Bounded: otherwise a long word would be read again from each of its letters.
_SCHEME = re.compile(rf"[a-z][a-z0-9+.-]{{,30}}:[/\\]+({_AUTHORITY})([^{_ENDS}]*)", re.IGNORECASE)
_RUN = re.compile(rf"[.\w{NAME_SYMBOLS}]+")
_GAPS = re.compile(r"\.{2,}")
_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_TOP = r"(?:xn--[a-z0-9-]+|[^\W\d_]{2,}+)(?![\w-])"
_WHOLE_LABEL = re.compile(_LABEL)
_IN_LABEL = re.compile(r"[\w-]*")
_TOP_LABEL = re.compile(_TOP, re.IGNORECASE)
_NAME = re.compile(rf"(?:{_LABEL}\.)+{_TOP}", re.IGNORECASE)
_NUMBERS = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")
_PATH = re.compile(rf"(?::\d+)?[/?#][^{_ENDS}]*")
_AROUND = ".,;:!?()[]\"'"
_UNFIT = re.compile(r"[\s<>\"'`\\{}|^]")
_JOINERS = "\u200c\u200d"


# -- finding -------------------------------------------------------------------------------------------------


def hosts_in(*texts: str | None) -> frozenset[str]:
    """Returns the hosts, in their ASCII form, that these texts lead to or that a client could make of them."""
    return frozenset(host for text in texts if text for form in _forms(text) for host in _hosts(form))


def links_in(*texts: str | None) -> dict[str, frozenset[str]]:
    """Returns the words of these texts that lead somewhere, with their hosts. No link goes over a blank."""
    words = {
        word.strip(_AROUND) for text in texts for word in unicodedata.normalize("NFC", text or "").split()
    }
    return {word: hosts for word in words if (hosts := hosts_in(word))}


def _forms(text: str) -> set[str]:
    """Returns the text as a client takes it, as browsers fold its characters, and that without invisible ones."""
    folded = _DOTS.sub(".", unicodedata.normalize("NFKC", text))
    return {unicodedata.normalize("NFC", text), folded, _IGNORED.sub("", folded)}


def _hosts(text: str) -> set[str]:
    found: set[str] = set()

    def taken(match: re.Match[str]) -> str:
        names = _of_authority(match.group(1))
        found.update(names)
        # Telegram does not begin a link there unless it is a name, but perhaps in what would be its path.
        return " " if any("." in name or _ip_address(name) for name in names) else f" {match.group(2)}"

    rest = text
    while (shorter := _SCHEME.sub(taken, rest)) != rest:
        rest = shorter
    at = 0
    while run := _RUN.search(rest, at):
        names = _names(run.group())
        path = _PATH.match(rest, run.end()) if names or _DOTS.search(run.group()) else None
        at = path.end() if path else run.end()
        found |= names
    return {one.removeprefix("www.") for name in found if (one := ascii_host(name))}


def _of_authority(authority: str) -> set[str]:
    """Returns the names in the part before the path. Programs disagree about which part of it is the host."""
    plain = unquote(authority)
    last = plain.rsplit("@", 1)[-1].split("\\", 1)[0].strip(".")
    proper = (
        last.strip("[]")
        if last.count(":") > 1 and "]:" not in last
        else re.sub(r":\d*$", "", last).strip("[]")
    )
    return {name for run in _RUN.finditer(plain) for name in _names(run.group())} | {proper}


def _names(run: str) -> set[str]:
    """Returns the names of hosts in characters that stand together: as Telegram reads them, and letters alone."""
    if "." not in run:
        return set()
    whole = {part.strip(".") for part in _GAPS.split(run)}
    found = {name for name in whole if _is_name(name)}
    return found | _spelled(run) | {match.group() for match in _NUMBERS.finditer(run)}


def _spelled(run: str) -> set[str]:
    """Returns the names of letters, digits and hyphens, each as long as possible, in one pass over the labels."""
    found: set[str] = set()
    labels: list[str] = []
    name: tuple[int, str] | None = None  # how many of the labels come before which top-level domain
    for part in run.split("."):
        if labels and (top := _TOP_LABEL.match(part)):
            name = len(labels), top.group()
        if labels and _WHOLE_LABEL.fullmatch(part):
            labels.append(part)
            continue
        if name:
            found.add(".".join([*labels[: name[0]], name[1]]))
        labels, name = _last_label(part), None
    if name:
        found.add(".".join([*labels[: name[0]], name[1]]))
    return found


def _last_label(part: str) -> list[str]:
    """Returns the label that ends where these words end, if there is one."""
    backwards = _IN_LABEL.match(part[::-1])
    end = backwards.group()[::-1].lstrip("_-") if backwards else ""
    return [end] if end and end[-1] not in "_-" else []


def _is_name(words: str) -> bool:
    """Whether these are two labels or more, of which the last could be a top-level domain."""
    labels = words.split(".")
    top = labels[-1]
    if len(labels) < 2 or len(top) < 2:
        return False
    spelled = all(unicodedata.category(sign)[0] in "LM" or sign in _JOINERS for sign in top)
    return spelled or top.lower().startswith("xn--")


# -- one host ------------------------------------------------------------------------------------------------


def host(words: str) -> str:
    """Returns the one host of a typed host name or web address. Raises BadInput if it is not exactly one."""
    try:
        return (urlsplit(parse_link(words)).hostname or "").removeprefix("www.")
    except BadInput as wrong:
        typed = one_line(words, _LONGEST_SHOWN)
        raise BadInput(
            phrase("“{typed}” is not one host. Write it like `example.org`.", typed=typed)
        ) from wrong


def parse_link(words: str) -> str:
    """Returns a typed web address with its scheme, and with its host in ASCII.

    Raises:
        BadInput: it is no web address, is too long, or hides where it leads.
    """
    typed = unicodedata.normalize("NFC", words.strip())
    address = typed if re.match(r"[a-z][a-z0-9+.-]*:", typed, re.IGNORECASE) else f"https://{typed}"
    unclear = phrase(
        "“{typed}” is not a web address. Write one like `https://example.org`.",
        typed=one_line(words, _LONGEST_SHOWN),
    )
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port is not None else ""
        idna.uts46_remap(parts.hostname or "", std3_rules=False)
    except (ValueError, idna.IDNAError) as wrong:
        raise BadInput(unclear) from wrong
    if parts.username is not None or "@" in parts.netloc:
        raise BadInput(phrase("Leave out the part before the @ in the link: it hides where the link leads."))
    name = ascii_host(parts.hostname or "")
    plain = address.isprintable() and not _UNFIT.search(address)
    if (
        parts.scheme not in ("http", "https")
        or not plain
        or not (_NAME.fullmatch(name) or _NUMBERS.fullmatch(name))
    ):
        raise BadInput(unclear)
    link = f"{parts.scheme}://{name}{port}{address[address.index(parts.netloc) + len(parts.netloc) :]}"
    if len(link) > MOST_LINK:
        raise BadInput(
            phrase(
                "Shorten the link: it has {now:,} characters, and at most {most:,} fit.",
                now=len(link),
                most=MOST_LINK,
            )
        )
    return link


def ascii_host(name: str) -> str:
    """Returns the host in the form for lookups, as browsers make it.

    It is lower case, without a last dot, with other scripts in punycode, and with every way of writing an IP address
    turned into the usual one. A name that browsers refuse gets such a form too, because it is a name to somebody.
    """
    try:
        mapped = idna.uts46_remap(name, std3_rules=False)
    except idna.IDNAError:
        mapped = unicodedata.normalize("NFKC", name).lower()
    labels = _DOTS.sub(".", mapped).strip(".").split(".")
    found = ".".join(
        label if label.isascii() else "xn--" + label.encode("punycode").decode() for label in labels
    )
    return _ip_address(found) or found


def _ip_address(name: str) -> str | None:
    """Returns an IP address in its usual form; None for other names.

    Browsers take addresses in parts of any number (`127.1`), and octal and hexadecimal numbers.
    https://url.spec.whatwg.org/#concept-ipv4-parser
    """
    if ":" in name:
        try:
            return ipaddress.IPv6Address(name).compressed
        except ValueError:
            return None
    parts = [_number(part) for part in name.split(".")]
    numbers = [part for part in parts if part is not None]
    if len(numbers) != len(parts) or len(parts) > 4:
        return None
    *first, last = numbers
    if any(one > 255 for one in first) or last >= 256 ** (5 - len(parts)):
        return None
    whole = last + sum(one << 8 * (3 - place) for place, one in enumerate(first))
    return str(ipaddress.IPv4Address(whole))


def _number(digits: str) -> int | None:
    if not re.fullmatch(r"0[xX][0-9a-fA-F]{0,16}|[0-9]{1,20}", digits):
        return None
    try:
        if digits[:2].lower() == "0x":
            return int(digits[2:] or "0", 16)
        return int(digits, 8 if len(digits) > 1 and digits[0] == "0" else 10)
    except ValueError:
        return None


# -- showing -------------------------------------------------------------------------------------------------


def shown_host(name: str, most: int = _LONGEST_SHOWN) -> str:
    """Returns a host to be shown. Its end says whose it is, so a long one is cut at its beginning."""
    return name if len(name) <= most else "…" + name[1 - most :]


def shown_hosts(names: Collection[str]) -> str:
    """Returns hosts to be shown: some of them, and the number of the others."""
    first = [shown_host(name) for name in list(names)[:_MOST_SHOWN]]
    more = [f"and {len(names) - _MOST_SHOWN} more"] if len(names) > _MOST_SHOWN else []
    return ", ".join([*first, *more])


def shown_link(url: str, most: int = _LONGEST_SHOWN) -> str:
    """Returns a web address to be shown, without its scheme. The end of its host is never cut off."""
    address = url.partition("://")[2] or url
    end = min(filter(lambda at: at >= 0, _ends_of_host(address)), default=len(address))
    name, path = shown_host(address[:end], most), address[end:]
    room = most - len(name)
    if len(path) > room:
        path = path[: room - 1] + "…" if room > 1 else ""
    return one_line(name + path, len(name + path) + 1)


def _ends_of_host(address: str) -> Iterator[int]:
    return (address.find(sign) for sign in "/?#")
