"""The port that the web server listens on: the one asked for, or the next free one."""

from __future__ import annotations

import errno
import socket

TRIED = 50


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    bound = socket.socket(family, kind, protocol)
    try:
        # A server that has just stopped leaves connections behind that must not keep us from its port.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(128)
    except OSError:
        bound.close()
        raise
    return bound


def bind(host: str, port: int) -> socket.socket:
    """Listen on `port`; when it is taken on one of the next 50, and when those are too, on any free one.

    Raises:
        OSError: it is not for being taken that the port cannot be had.
    """
    following = range(port, min(port + TRIED, 65535) + 1) if port else ()
    for candidate in following:
        try:
            return _bound(host, candidate)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    return _bound(host, 0)


def address(host: str, bound: socket.socket) -> str:
    """The address a person on this machine types; a server on every interface answers on loopback too."""
    port = bound.getsockname()[1]
    if host in {"", "0.0.0.0"}:  # noqa: S104 - compared, not bound
        return f"http://127.0.0.1:{port}"
    if host == "::":
        return f"http://[::1]:{port}"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
