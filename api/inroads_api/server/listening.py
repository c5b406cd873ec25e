"""The addresses that the server listens on, and their TLS."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import ssl
from pathlib import Path
from typing import Any, NamedTuple

from inroads.errors import InroadsError, file_words


class ListenAddress(NamedTuple):
    """An address to listen on."""

    family: socket.AddressFamily
    address: tuple[str, int]

    @property
    def local(self) -> bool:
        """Return whether only this machine can connect to the address."""
        return ipaddress.ip_address(self.address[0]).is_loopback

    def bound(self) -> socket.socket:
        """A socket that listens on the address. Raises InroadsError CANNOT_LISTEN."""
        try:
            sock = socket.create_server(self.address, family=self.family)
        except OSError as error:
            host, port = self.address
            why = (
                "in use" if error.errno == errno.EADDRINUSE else f"not to be had: {error.strerror}"
            )
            raise InroadsError(
                f"port {port} of {host} is {why}; choose another by --port", "CANNOT_LISTEN"
            ) from None
        # asyncio sets this option only on sockets of its own.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock


def place(host: str, port: int, *, guarded: bool) -> ListenAddress:
    """Resolve a host name to an address to listen on.

    Raises InroadsError BAD_HOST, and UNGUARDED if other machines could connect without
    authentication.
    """
    try:
        found = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError):
        raise InroadsError(
            f"--host {host!r} is not an address or name of this machine", "BAD_HOST"
        ) from None
    family, _, _, _, address = found[0]
    there = ListenAddress(family, (str(address[0]), int(address[1])))
    if not (guarded or there.local):
        raise InroadsError(
            f"--host {host} lets other machines read everything: create a token with"
            " `inroads token create --auth FILE`, and serve with --auth FILE",
            "UNGUARDED",
        )
    return there


def url(sock: socket.socket, *, tls: bool) -> str:
    """The URL of a listening socket."""
    host, port = sock.getsockname()[:2]
    return f"http{'s' if tls else ''}://{f'[{host}]' if ':' in host else host}:{port}"


def tls_options(cert: Path | None, key: Path | None, client_ca: Path | None) -> dict[str, Any]:
    """The options of uvicorn for TLS. With `client_ca` clients need a certificate of that CA.

    Raises InroadsError BAD_TLS for files that are unusable or do not match.
    """
    if cert is None:
        if key or client_ca:
            raise InroadsError("--tls-key and --tls-client-ca need --tls-cert", "BAD_TLS")
        return {}
    try:
        for file in filter(None, (cert, key, client_ca)):
            Path(file).open("rb").close()  # ssl does not say which file is missing
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key, password="")  # else OpenSSL prompts for one
        if client_ca:
            context.load_verify_locations(client_ca)
    # An SSLError is an OSError, and does not quote the files.
    except (OSError, ValueError) as error:
        told = file_words(error) if isinstance(error, OSError) else error
        raise InroadsError(f"the TLS files cannot be used: {told}", "BAD_TLS") from None
    options: dict[str, Any] = {
        "ssl_certfile": os.fspath(cert),
        "ssl_keyfile": os.fspath(key) if key else None,
    }
    if client_ca:
        options |= {"ssl_ca_certs": os.fspath(client_ca), "ssl_cert_reqs": ssl.CERT_REQUIRED}
    return options
