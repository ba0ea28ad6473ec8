"""Attachments from Discord's CDN, never more bytes of one than a photo may have."""

from __future__ import annotations

import asyncio

import aiohttp
import discord

from bot.core.events import MAX_PHOTO_BYTES, Photo

SECONDS = 60
AT_ONCE = 4
"""Downloads that run together, so that many large photos do not fill the memory."""


class Downloads:
    """Reads attachments. What cannot be read is a `Photo` that says why."""

    def __init__(self, limit: int = MAX_PHOTO_BYTES) -> None:
        self._limit = limit
        self._session: aiohttp.ClientSession | None = None
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def photo(self, attachment: discord.Attachment) -> Photo:
        """The bytes; `too_large` over the limit, `photo_gone` when the address is no longer answered."""
        if attachment.size > self._limit:
            return Photo(problem="too_large")
        try:
            async with self._turns, asyncio.timeout(SECONDS):
                return await self._read(attachment.url)
        except (aiohttp.ClientError, OSError, TimeoutError):
            return Photo(problem="photo_gone")

    async def _read(self, url: str) -> Photo:
        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        async with self._session.get(url, allow_redirects=False) as response:
            if response.status != 200:
                return Photo(problem="photo_gone")
            data = bytearray()
            # What the payload claims about the size is not trusted: reading stops at the limit.
            async for chunk in response.content.iter_chunked(2**16):
                data += chunk
                if len(data) > self._limit:
                    return Photo(problem="too_large")
            return Photo(bytes(data))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
