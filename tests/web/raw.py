"""HTTP by hand: bytes over a bare socket, for requests that no client library sends."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Said:
    """The first answer of a connection: its status (0 if there was none), its headers, and the rest."""

    status: int
    headers: bytes
    rest: bytes

    @property
    def text(self) -> str:
        return self.rest.decode("utf-8", "replace")


def said(data: bytes) -> Said:
    """Split what a server sent."""
    head, _, rest = data.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n").partition(b"\r\n\r\n")
    line, _, headers = head.partition(b"\r\n")
    return Said(int(line.split(b" ")[1]) if line else 0, headers.lower(), rest)


Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def dialled(address: str) -> Line:
    """A connection to the server at this address."""
    parts = urlsplit(address)
    return await asyncio.open_connection(parts.hostname, parts.port)


async def hung_up(*lines: Line) -> None:
    """Close connections, however they are."""
    for _, writer in lines:
        writer.transport.abort()
    await asyncio.gather(*(writer.wait_closed() for _, writer in lines), return_exceptions=True)


async def heard(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the server closes or breaks off."""
    data = bytearray()
    try:
        while part := await reader.read(65536):
            data += part
    except ConnectionError:
        pass
    return bytes(data)


async def sent(address: str, data: bytes) -> Said:
    """Send bytes on a connection of their own and read until the server closes it."""
    line = await dialled(address)
    try:
        line[1].write(data)
        return said(await asyncio.wait_for(heard(line[0]), 20))
    finally:
        await hung_up(line)
