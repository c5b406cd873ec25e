"""The addresses that the server listens on, and their TLS."""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
from pathlib import Path
from typing import Any, NamedTuple

from inroads.errors import InroadsError


class ListenAddress(NamedTuple):
    """An address to listen at."""

    family: socket.AddressFamily
    address: tuple[str, int]

    @property
    def local(self) -> bool:
        """Return whether only this machine can connect to it."""
        return ipaddress.ip_address(self.address[0]).is_loopback

    def bound(self) -> socket.socket:
        """A socket that listens there."""
        sock = socket.create_server(self.address, family=self.family)
        # Asyncio leaves it to whoever made the socket.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock


def place(host: str, port: int, *, guarded: bool) -> ListenAddress:
    """The address that a host's name has now.

    Raises InroadsError BAD_HOST, and UNGUARDED where others than those on this machine could ask, and nothing asks
    who they are.
    """
    try:
        found = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError):
        raise InroadsError(
            f"--host {host!r} is no address or name of this machine", "BAD_HOST"
        ) from None
    family, _, _, _, address = found[0]
    there = ListenAddress(family, (str(address[0]), int(address[1])))
    if not (guarded or there.local):
        raise InroadsError(
            f"--host {host} lets other machines ask everything: make a token with `inroads token create --auth FILE`,"
            " and serve with --auth FILE",
            "UNGUARDED",
        )
    return there


def url(sock: socket.socket, *, tls: bool) -> str:
    """The address by which a socket is asked."""
    host, port = sock.getsockname()[:2]
    return f"http{'s' if tls else ''}://{f'[{host}]' if ':' in host else host}:{port}"


def tls_options(cert: Path | None, key: Path | None, client_ca: Path | None) -> dict[str, Any]:
    """The options of uvicorn for these files; with `client_ca` who connects must have a certificate of it.

    Raises InroadsError BAD_TLS where the files do not go together.
    """
    if cert is None:
        if key or client_ca:
            raise InroadsError("--tls-key and --tls-client-ca go with --tls-cert", "BAD_TLS")
        return {}
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key, password="")  # else OpenSSL asks on the terminal
        if client_ca:
            context.load_verify_locations(client_ca)
    # An SSLError is an OSError, and quotes nothing of the files.
    except (OSError, ValueError) as error:
        raise InroadsError(f"the files of --tls-…: {error}", "BAD_TLS") from None
    options: dict[str, Any] = {
        "ssl_certfile": os.fspath(cert),
        "ssl_keyfile": os.fspath(key) if key else None,
    }
    if client_ca:
        options |= {"ssl_ca_certs": os.fspath(client_ca), "ssl_cert_reqs": ssl.CERT_REQUIRED}
    return options
