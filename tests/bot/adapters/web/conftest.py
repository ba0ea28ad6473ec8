from __future__ import annotations

import io
import json
import shutil
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from bot.adapters.web.adapter import WebAdapter
from bot.settings import WebSettings
from tests.bot.adapters.web.browsing import ARGUMENTS, NAMES
from tests.bot.adapters.web.scripted import Scripted


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    """An installed Chromium or Chrome, else the one that Playwright has installed for itself."""
    expect.set_options(timeout=20_000)  # a busy machine may stand still for longer than the usual 5 s
    found = next(filter(None, map(shutil.which, NAMES)), None)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
def service() -> Scripted:
    return Scripted()


@pytest.fixture
async def adapter(service: Scripted) -> AsyncIterator[WebAdapter]:
    adapter = WebAdapter(service, WebSettings(port=0))
    await adapter.start()
    yield adapter
    await adapter.stop()


class Visitor:
    """A client that keeps its cookie, as a browser does."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session
        self._count = 0

    def event(self, **event: Any) -> dict[str, Any]:
        self._count += 1
        return {"update": f"update-{self._count:04d}", "locale": "en", **event}

    def form(self, photo: bytes, event: dict[str, Any]) -> aiohttp.FormData:
        form = aiohttp.FormData()
        form.add_field("event", json.dumps(event))
        form.add_field("photo", io.BytesIO(photo), filename="me.jpg", content_type="image/jpeg")
        return form

    async def ask(self, photo: bytes | None = None, **event: Any) -> list[dict[str, Any]]:
        """The whole answer, without its end."""
        return [reply async for reply in self.hear(self.event(**event), photo)]

    async def send(self, event: dict[str, Any], photo: bytes | None = None) -> None:
        body: dict[str, Any] = {"json": event} if photo is None else {"data": self.form(photo, event)}
        async with self.session.post("/chat", **body) as response:
            assert response.status in {201, 202}, await response.text()

    async def hear(self, event: dict[str, Any], photo: bytes | None = None) -> AsyncIterator[dict[str, Any]]:
        """Send it, and what comes of it as it comes."""
        async with self.session.get("/"):  # which names us
            pass
        async with aclosing(self.feed()) as feed:
            async for told in feed:
                if told["kind"] == "here":
                    await self.send(event, photo)
                elif told["update"] == event["update"] and told["kind"] != "said":
                    if told["kind"] == "end":
                        return
                    yield told

    async def feed(self, after: int | str = "") -> AsyncGenerator[dict[str, Any]]:
        """All that is said to us, until the server hangs up."""
        async with self.session.get("/feed", params={"after": after}) as response:
            assert response.status == 200, response.status
            async for line in lines(response):
                yield json.loads(line)


async def lines(response: aiohttp.ClientResponse) -> AsyncGenerator[bytes]:
    """The data of server-sent events, however long."""
    rest = b""
    async for piece in response.content.iter_any():
        *whole, rest = (rest + piece).split(b"\n\n")
        for one in whole:
            assert one.startswith(b"data: ")
            yield one.removeprefix(b"data: ")


@pytest.fixture
async def visitor(adapter: WebAdapter) -> AsyncIterator[Visitor]:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(adapter.url, cookie_jar=jar) as session:
        yield Visitor(session)
