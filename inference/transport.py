"""One request after another to the inference server: where it is now, how long to wait, when to ask again.

A fault of the network is `Unreachable`; what the server says of an error is raised as that error.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import aiohttp

from inference.errors import Unreachable, from_problem

_LINE_BYTES = 2**20
_PAUSE_SECONDS = 0.1
_NETWORK = (aiohttp.ClientError, TimeoutError, OSError)


@dataclass(frozen=True)
class Timeouts:
    """Seconds. The server sends a heartbeat every 5 s, so a stream silent for `silence` is dead.

    It lets an upload wait for 60 s, and then take 60 s.
    """

    connect: float = 3
    request: float = 30
    upload: float = 150
    silence: float = 15
    farewell: float = 3


@dataclass(frozen=True)
class Server:
    """Where a server listens, and the bearer token that it asks for, if it does."""

    url: str
    token: str | None = field(default=None, repr=False)


class Transport:
    """Connections to one server. They open with the first request; `close` ends them.

    Args:
        find: asked at each request where the server is now; None is nowhere.
        timeouts: how long to wait for what.
        attempts: how often a request that may be repeated is tried.
    """

    def __init__(self, find: Callable[[], Server | None], timeouts: Timeouts, attempts: int) -> None:
        self.timeouts, self.attempts = timeouts, attempts
        self._find = find
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """End all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def again(self, method: str, path: str, **request: Any) -> bytes:
        """The good answer's body, to what may be asked again. Raises TypefaceError."""
        return await self.repeated(lambda: self.once(method, path, **request))

    async def repeated(self, ask: Callable[[], Awaitable[bytes]]) -> bytes:
        """Ask, and again while the server is unreachable.

        By hand: a library's retries keep the error, whose frames keep the retries, and so the photo, alive.
        """
        for attempt in range(1, self.attempts):
            with contextlib.suppress(Unreachable):
                return await ask()
            await asyncio.sleep(_PAUSE_SECONDS * 2**attempt * secrets.SystemRandom().uniform(0.5, 1))
        return await ask()

    async def once(self, method: str, path: str, *, limit: float | None = None, **request: Any) -> bytes:
        """The good answer's body, within `limit` seconds. Raises TypefaceError."""
        limits = aiohttp.ClientTimeout(
            total=limit or self.timeouts.request, sock_connect=self.timeouts.connect
        )
        with translated():
            async with self._request(method, path, timeout=limits, **request) as answer:
                await _check(answer)
                return await answer.read()

    async def lines(self, path: str) -> AsyncGenerator[bytes, None]:
        """The lines of a stream until it ends; Unreachable when it breaks off."""
        limits = aiohttp.ClientTimeout(
            total=None, sock_connect=self.timeouts.connect, sock_read=self.timeouts.silence
        )
        with translated():
            async with self._request("GET", path, timeout=limits) as answer:
                await _check(answer)
                async for line in answer.content:
                    yield line

    def _request(
        self, method: str, path: str, headers: Mapping[str, str] = MappingProxyType({}), **request: Any
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """To where the server is now. Other machines' words lead nowhere: redirects are not followed."""
        server = self._find()
        if server is None:
            raise Unreachable("No inference server runs now.")
        if server.token:
            headers = {**headers, "Authorization": f"Bearer {server.token}"}
        url = server.url.rstrip("/") + path
        return self._http().request(method, url, headers=headers, allow_redirects=False, **request)

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(read_bufsize=_LINE_BYTES)
        return self._session


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """What goes wrong between the machines, as Unreachable; without addresses in its words."""
    try:
        yield
    except _NETWORK as error:
        raise Unreachable(f"The inference server does not answer ({type(error).__name__}).") from None
    except ValueError:  # ValidationError is one, and so is a line too long
        raise Unreachable("The inference server answers in another language.") from None


async def _check(answer: aiohttp.ClientResponse) -> None:
    """Raise the error that a problem document tells of; Unreachable for one that is none of ours."""
    if answer.ok:
        return
    try:
        problem = json.loads(await answer.read())
    except ValueError:
        problem = None
    if isinstance(problem, dict) and "code" in problem:
        raise from_problem(problem)
    raise Unreachable(f"The inference server answers {answer.status}.")
