"""The parts of URLs in settings."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit


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
