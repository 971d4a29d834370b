"""A private certificate authority for the emulators: TLS as in production, without a way out of the machine."""

import ssl
from functools import cache
from pathlib import Path

import trustme


class Authority:
    """One certificate authority and one server certificate for `names`."""

    def __init__(self, *names: str) -> None:
        self._authority = trustme.CA()
        self._certificate = self._authority.issue_cert(*names)

    def server_context(self) -> ssl.SSLContext:
        """What the emulator serves with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._certificate.configure_cert(context)
        return context

    def client_context(self) -> ssl.SSLContext:
        """What trusts the emulator and nobody else."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._authority.configure_trust(context)
        return context

    def write(self, path: Path) -> Path:
        """Write the authority's certificate (PEM) for another process to trust; return `path`."""
        self._authority.cert_pem.write_to_path(path)
        return path


@cache
def authority(*names: str) -> Authority:
    """The authority for `names`, made once per test run: keys are slow to make."""
    return Authority(*names)
