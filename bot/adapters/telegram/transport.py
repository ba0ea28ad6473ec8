"""How the library's requests reach Telegram: over aiohttp, in place of its own httpx.

That one offers a free connection to all requests that wait for one, and all but the first try again: with two hundred
people some waited for nine seconds, the answers to buttons among them.
"""

from __future__ import annotations

import io

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

CONNECTIONS = 64
CONNECT_SECONDS = 10.0
LONGEST_SECONDS = 120.0
"""Of a whole request; sending a film over a slow line takes its time."""


class Transport(BaseRequest):
    """Fulfils the library's port. `seconds` is for how long Telegram may be silent."""

    def __init__(self, seconds: float = 20.0) -> None:
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return self._seconds

    async def initialize(self) -> None:
        """Open it, if it is not open."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=True,  # a proxy
            )

    async def shutdown(self) -> None:
        """Close it; it may be opened again."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(  # noqa: PLR0913, PLR0917 (the port's)
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status and the body. Of the timeouts that a call may give, only that of reading is heeded.

        Raises:
            NetworkError: Telegram is not reached; `TimedOut` when it takes too long. Neither says what was asked for:
                there is a token in it.
        """
        if self._session is None:
            raise RuntimeError("not initialized")
        silence = read_timeout if isinstance(read_timeout, int | float) else self._seconds
        timeout = aiohttp.ClientTimeout(
            LONGEST_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=float(silence)
        )
        try:
            async with self._session.request(
                method,
                url,
                data=_form(request_data),
                headers={"User-Agent": self.USER_AGENT},
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                return response.status, await response.read()
        except TimeoutError:
            raise TimedOut from None
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(type(error).__name__) from None


def _form(asked: RequestData | None) -> aiohttp.FormData | None:
    """Urlencoded, or in parts where there are files."""
    if asked is None:
        return None
    form = aiohttp.FormData(asked.json_parameters, quote_fields=False)
    for name, (filename, data, media_type) in asked.multipart_data.items():
        # From bytes that are large, aiohttp makes a warning that holds them.
        file = io.BytesIO(data) if isinstance(data, bytes) else data
        form.add_field(name, file, filename=filename, content_type=media_type)
    return form
