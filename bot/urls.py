"""The parts of URLs in settings."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]+\]")
_PORTS = {"http": 80, "https": 443}


def is_local(url: str) -> bool:
    """Whether a URL is of this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def url_parts(value: str, *, bare: bool = True) -> SplitResult | None:
    """Returns the parts of an http(s) URL; None if it is none. A `bare` URL has no user, query or fragment."""
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return None
    if (
        not good
        or re.search(r"\s", value)
        or (bare and ("@" in parts.netloc or parts.query or parts.fragment))
    ):
        return None
    return parts


def origin(url: str) -> str | None:
    """Returns the origin of an http(s) URL as browsers write it; None if its host is none that they open.

    It is in lower case, without a default port, and with names of other scripts in ASCII: `https://bücher.example` is
    `https://xn--bcher-kva.example`.
    """
    from bot.domain.hosts import ascii_host

    parts = urlsplit(url)
    name = ascii_host(parts.hostname or "")
    name = f"[{name}]" if ":" in name else name
    port = f":{parts.port}" if parts.port not in (None, _PORTS[parts.scheme]) else ""
    return f"{parts.scheme}://{name}{port}" if _HOST.fullmatch(name) else None
