"""Requests that nobody sends with good intentions, by name.

HOST, ORIGIN and TICKET stand for those of a running page.
"""

import gzip

TOKEN = b"A" * 43
GUESS = b"/link/" + TOKEN
DEEP = b"[" * 5000 + b"]" * 5000
END = b"\r\n\r\n"


def get(path: bytes = b"/", *headers: bytes, host: bytes = b"HOST", version: bytes = b"1.1") -> bytes:
    """A request without a body."""
    lines = [b"GET " + path + b" HTTP/" + version, b"Host: " + host, b"Connection: close", *headers]
    return b"\r\n".join(lines) + END


def post(path: bytes, body: bytes, *headers: bytes, length: bytes | None = None) -> bytes:
    """A POST as the page sends it, with any bytes as its body."""
    announced = b"Content-Length: " + (str(len(body)).encode() if length is None else length)
    if any(header.lower().startswith(b"transfer-encoding") for header in headers) and length is None:
        announced = b"X-Nothing: 1"
    lines = [
        b"POST " + path + b" HTTP/1.1",
        b"Host: HOST",
        b"Origin: ORIGIN",
        b"Content-Type: application/json",
        b"Connection: close",
        announced,
        *headers,
    ]
    return b"\r\n".join(lines) + END + body


CHUNKED = b"Transfer-Encoding: chunked"
TEXT = b"TICKET/message"
SIGNED = b"TICKET/signature"
HOOK = b"/telegram/webhook"

REFUSED: dict[str, bytes] = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) + END,
    "HTTP/2 without asking": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a version that is none": get(version=b"9.9"),
    "a line without end": b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: HOST" + END,
    "a header without end": get(b"/", b"X: " + b"a" * 70_000),
    "very many headers": get(b"/", *(b"X-%d: 1" % number for number in range(2000))),
    "a header with a zero byte": get(b"/", b"X: a\0b"),
    "a header without a name": get(b"/", b": nothing"),
    "a folded header": get(b"/", b"X: a\r\n folded: b"),
    "a space before the colon": get(b"/", b"X : a"),
    "no host": b"GET /healthz HTTP/1.1\r\nConnection: close" + END,
    "two hosts": get(b"/", b"Host: evil.example"),
    "a host that is no UTF-8": get(b"/", host=b"\xff\xfe"),
    "a host with half a bracket": get(b"/healthz", host=b"[::1"),
    "a host with a strange port": get(b"/", host=b"127.0.0.1:x\xb2"),
    "an address of another site": get(b"http://evil.example/", host=b"evil.example"),
    "a method that is none": b"BREW / HTTP/1.1\r\nHost: HOST\r\nConnection: close" + END,
    "CONNECT": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: HOST\r\nConnection: close" + END,
    "OPTIONS of everything": b"OPTIONS * HTTP/1.1\r\nHost: HOST\r\nConnection: close" + END,
    "TRACE": b"TRACE / HTTP/1.1\r\nHost: HOST\r\nConnection: close" + END,
    "a path of percent signs": get(b"/%"),
    "a path that is no UTF-8": get(b"/link/%ff%fe"),
    "raw bytes in the path": get(b"/link/\xff\xfe"),
    "a path with a surrogate": get(b"/link/%ED%A0%80"),
    "a path with a zero byte": get(b"/static/%00"),
    "a path that climbs": get(b"/static/%2e%2e/%2e%2e/etc/passwd"),
    "a token that is too long": get(b"/link/" + b"A" * 4000),
    "a token of other letters": get(b"/link/" + b"%C3%A9" * 43),
    "a guessed token": get(GUESS),
    "a guessed token's text": post(GUESS + b"/message", b'{"address": "0x00"}'),
    "a guessed token's signature": post(GUESS + b"/signature", b'{"signature": "0x00", "nonce": "x"}'),
    "an upgrade to HTTP/2": get(GUESS, b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQ"),
    "an upgrade to a websocket": get(
        b"/ws", b"Upgrade: websocket", b"Sec-WebSocket-Key: \xff", b"Sec-WebSocket-Version: x"
    ),
    "an unknown expectation": get(b"/", b"Expect: \xff"),
    "an expectation with a body that is refused": post(GUESS + b"/message", b"{}", b"Expect: 100-continue"),
    "an origin that is no UTF-8": post(TEXT, b"{}").replace(b"ORIGIN", b"\xff"),
    "two origins": post(TEXT, b"{}", b"Origin: https://evil.example"),
    "a content type of nonsense": post(TEXT, b"{}").replace(b"application/json", b"\xff;=;\xfe"),
    "no JSON": post(TEXT, b"{"),
    "JSON that is no UTF-8": post(TEXT, b'{"address": "\xff"}'),
    "JSON in UTF-16": post(TEXT, '{"address": "0x"}'.encode("utf-16")),
    "JSON nested 5,000 deep": post(TEXT, DEEP),
    "JSON nested 5,000 deep in a value": post(TEXT, b'{"address": ' + DEEP + b"}"),
    "JSON nested 5,000 deep in a stranger": post(SIGNED, b'{"x": ' + DEEP + b"}"),
    "a number of 65 bits": post(TEXT, b'{"address": 36893488147419103232}'),
    "a number of 5,000 digits": post(SIGNED, b'{"signature": "0x", "nonce": ' + b"9" * 5000 + b"}"),
    "a lone surrogate": post(TEXT, b'{"address": "\\ud800"}'),
    "a lone surrogate in bytes": post(TEXT, b'{"address": "\xed\xa0\x80"}'),
    "a signature of letters": post(SIGNED, '{"signature": "0xé", "nonce": "\\u0000"}'.encode()),
    "a body that is too long": post(SIGNED, b"x" * 200_000),
    "a length that is a lie": post(SIGNED, b"{}", length=b"99999999999"),
    "a length of 65 bits": post(SIGNED, b"{}", length=b"36893488147419103232"),
    "a negative length": post(SIGNED, b"{}", length=b"-1"),
    "two lengths": post(SIGNED, b"{}", b"Content-Length: 3"),
    "length and chunks": post(SIGNED, b"0\r\n\r\n", CHUNKED, length=b"2"),
    "chunks in disguise": post(SIGNED, b"0\r\n\r\n", b"Transfer-Encoding: \x0bchunked"),
    "chunks twice": post(SIGNED, b"0\r\n\r\n", CHUNKED, b"Transfer-Encoding: identity"),
    "a chunk of nonsense": post(SIGNED, b"zz\r\n\xff\r\n", CHUNKED),
    "a chunk of 65 bits": post(SIGNED, b"20000000000000000\r\n{}\r\n", CHUNKED),
    "a chunk that is too short": post(SIGNED, b"2\r\n{}garbage\r\n0\r\n\r\n", CHUNKED),
    "a body that ends early": post(SIGNED, b'{"sig', length=b"500"),
    "a body that is no gzip": post(SIGNED, b"{}" * 50, b"Content-Encoding: gzip"),
    "a small body that becomes a big one": post(
        SIGNED, gzip.compress(b"[" * 20_000_000), b"Content-Encoding: gzip"
    ),
    "an encoding of nonsense": post(SIGNED, b"\x00\xff", b"Content-Encoding: \xff"),
    "a webhook without its secret": post(HOOK, b"{}"),
    "a webhook with a secret that is no UTF-8": post(HOOK, b"{}", b"X-Telegram-Bot-Api-Secret-Token: \xff"),
    "a webhook nested 5,000 deep": post(HOOK, DEEP),
    "a body for a page": b"GET /nowhere HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5\r\n\r\nab",
    "a request hidden in another": (
        b"GET /nowhere HTTP/1.1\r\nHost: HOST\r\nContent-Length: 0\r\nContent-Length: 44" + END
        + b"GET /metrics HTTP/1.1\r\nHost: HOST\r\nX: "
    ),
}  # fmt: skip
"""Each gets an answer from 400 to 499, or is cut off; none is done."""


def made(request: bytes, address: str, ticket: str) -> bytes:
    """The request for the page at this address; `ticket` is the path of a link."""
    return (
        request.replace(b"HOST", address.removeprefix("http://").encode())
        .replace(b"ORIGIN", address.encode())
        .replace(b"TICKET", ticket.encode())
    )
