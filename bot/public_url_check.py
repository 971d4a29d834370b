"""Checks whether the public pages can be reached in the way in which members reach them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
import time
from urllib.parse import urlsplit

import aiohttp

from bot.chat.findings import Finding
from bot.config import Settings

SUBJECT = "public address"
PATIENCE_S = 10.0
LEAST_DAYS = 7
DAY_S = 86400
NOT_THERE = (502, 503, 504)
HOST_REMEDY = "Have the proxy pass the Host header on (docs/operating.md)."


async def public_address(settings: Settings) -> list[Finding]:
    """Checks MUSTER_PUBLIC_URL: its certificate, whether Muster answers there, and that the metrics are hidden."""
    if not settings.has_tokens:
        return []
    url = settings.public_url
    if url is None:
        remedy = "Set it to the https address of your reverse proxy (docs/operating.md)."
        return [Finding(SUBJECT, "MUSTER_PUBLIC_URL is not set, so members cannot open wallet links", remedy)]
    found = []
    trusted = ssl.create_default_context()
    if url.startswith("https://"):
        certificate = await _certificate(url, trusted)
        if certificate.problem is not None:
            return [certificate]
        found.append(certificate)
    timeout = aiohttp.ClientTimeout(total=PATIENCE_S)
    connector = aiohttp.TCPConnector(ssl=trusted)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as session:
        found.append(await _page(session, url, f"{settings.host}:{settings.port}"))
        if not settings.is_local:
            found.append(await _metrics(session, url))
    return found


async def _certificate(url: str, trusted: ssl.SSLContext) -> Finding:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    subject = f"certificate of {host}"
    try:
        async with asyncio.timeout(PATIENCE_S):
            _, writer = await asyncio.open_connection(host, port, ssl=trusted)
    except ssl.SSLCertVerificationError as error:
        remedy = "Give the proxy a certificate that browsers trust, for this name."
        return Finding(subject, f"it is not valid: {error.verify_message}", remedy)
    except (OSError, TimeoutError) as error:  # ssl.SSLError is an OSError
        return _unreachable(f"{host}:{port}", error)
    ends = ssl.cert_time_to_seconds(writer.get_extra_info("peercert")["notAfter"])
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    days = int((ends - time.time()) / DAY_S)
    if days < LEAST_DAYS:
        return Finding(subject, f"it ends in {days} days", "See why it is not renewed by itself.")
    return Finding(f"{subject}: valid for {days} more days")


async def _page(session: aiohttp.ClientSession, url: str, upstream: str) -> Finding:
    try:
        async with session.get(url + "/", allow_redirects=False) as answer:
            status, text = answer.status, await answer.text(errors="replace")
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        return _unreachable(url, error)
    if status == 200 and "Muster" in text:
        return Finding(f"{SUBJECT}: {url} shows Muster")
    if status == 421:
        return Finding(SUBJECT, f"Muster is asked for another host name than {url} has", HOST_REMEDY)
    if status in NOT_THERE:
        remedy = f"Start Muster, or point the proxy at {upstream}."
        return Finding(SUBJECT, f"a proxy answers at {url}, but Muster behind it does not ({status})", remedy)
    problem = f"something else than Muster answers at {url} (status {status})"
    return Finding(SUBJECT, problem, f"Point that name at the proxy, and the proxy at {upstream}.")


async def _metrics(session: aiohttp.ClientSession, url: str) -> Finding:
    try:
        async with session.get(url + "/metrics", allow_redirects=False) as answer:
            seen = answer.status == 200
    except (aiohttp.ClientError, OSError, TimeoutError):
        seen = False
    if seen:
        remedy = "Have the proxy refuse /metrics, and set X-Forwarded-For (docs/operating.md)."
        return Finding("metrics", f"everybody can read {url}/metrics", remedy)
    return Finding("metrics: not shown to the world")


def _unreachable(where: str, error: BaseException) -> Finding:
    if isinstance(error, aiohttp.ClientConnectorError):
        error = error.os_error
    why = type(error).__name__
    if isinstance(error, OSError) and error.errno:
        # Failed lookups of names have negative numbers, and texts of their own.
        why = os.strerror(error.errno) if error.errno > 0 else str(error.strerror)
    remedy = "Check its DNS entry, firewall and reverse proxy, and that Muster runs."
    return Finding(SUBJECT, f"{where} cannot be reached ({why})", remedy)
