"""Bodies that never come, and stops in the middle of an answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

import aiohttp
import pytest

from bot.adapters.web import reading
from bot.adapters.web.adapter import WebAdapter
from bot.adapters.web.reading import CrowdedError, Readers, SlowError
from bot.core.house import House
from bot.core.service import Service
from bot.settings import WebSettings
from tests.bot.adapters.web.conftest import Visitor
from tests.bot.adapters.web.scripted import Scripted
from tests.bot.core import fakes
from tests.bot.core.world.memory import Memory

FORM = "multipart/form-data; boundary=b"
PHOTO_BEGUN = b'--b\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n\r\nx'


@asynccontextmanager
async def half_open(url: str, kind: str, begun: bytes) -> AsyncIterator[asyncio.StreamReader]:
    """A request whose body begins, and never ends."""
    to = urlsplit(url)
    answer, request = await asyncio.open_connection(to.hostname, to.port)
    head = f"POST /chat HTTP/1.1\r\nHost: {to.netloc}\r\nContent-Type: {kind}\r\nContent-Length: 9999\r\n\r\n"
    request.write(head.encode() + begun)
    await request.drain()
    try:
        yield answer
    finally:
        request.close()


@pytest.mark.parametrize(("kind", "begun"), [("application/json", b"{"), (FORM, PHOTO_BEGUN)])
async def test_half_open_requests_keep_nobody_out(
    adapter: WebAdapter, visitor: Visitor, service: Scripted, kind: str, begun: bytes
) -> None:
    async with AsyncExitStack() as many:
        for _ in range(100):
            await many.enter_async_context(half_open(adapter.url, kind, begun))
        assert await visitor.ask(kind="line", text="hi")
        assert (await visitor.ask(b"a photo", kind="photo"))[-1]["kind"] == "picture"
    assert len(service.events) == 2


@pytest.mark.parametrize(("kind", "begun"), [("application/json", b"{"), (FORM, PHOTO_BEGUN)])
async def test_a_body_that_does_not_come_is_given_up(
    adapter: WebAdapter, service: Scripted, monkeypatch: pytest.MonkeyPatch, kind: str, begun: bytes
) -> None:
    monkeypatch.setattr(reading, "GRACE_SECONDS", 0.2)
    async with half_open(adapter.url, kind, begun) as answer, asyncio.timeout(5):
        assert b" 408 " in await answer.readline()
    assert service.events == []


async def test_what_comes_fast_enough_has_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "GRACE_SECONDS", 0.1)
    async with Readers().read("127.0.0.1") as body:
        for _ in range(3):
            body.came(reading.BYTES_PER_SECOND // 10, kept=True)
            await asyncio.sleep(0.08)
    monkeypatch.setattr(reading, "MOST_SECONDS", 0.1)
    with pytest.raises(SlowError):
        async with Readers().read("127.0.0.1") as body:
            body.came(reading.BYTES_PER_SECOND, kept=True)
            await asyncio.sleep(1)


async def test_a_stranger_has_few_places_and_ones_own_network_many() -> None:
    readers = Readers(each=2)
    async with AsyncExitStack() as many:
        for address in ("8.8.8.8", "8.8.8.8", *["127.0.0.1"] * 9, *["10.0.0.1"] * 9):
            await many.enter_async_context(readers.read(address))
        with pytest.raises(CrowdedError):
            await many.enter_async_context(readers.read("8.8.8.8"))
        await many.enter_async_context(readers.read("2001:4860:4860::8888"))
    async with readers.read("8.8.8.8"):
        pass


async def test_photos_being_read_are_bounded_by_their_bytes() -> None:
    readers = Readers(most_bytes=100)
    async with readers.read("127.0.0.1") as first:
        first.came(80, kept=True)
        with pytest.raises(CrowdedError):
            async with readers.read("127.0.0.1") as second:
                second.came(80, kept=False)
                second.came(30, kept=True)
    async with readers.read("127.0.0.1") as third:
        third.came(100, kept=True)


async def test_who_is_being_answered_when_the_house_closes_gets_a_word_and_the_end() -> None:
    faces = fakes.FakeFaces()
    faces.gate = asyncio.Event()
    core = Service(faces, Memory(), fakes.FakeDrawing(), fakes.FakeClock(), House(3600))
    adapter = WebAdapter(core, WebSettings(port=0))
    await adapter.start()
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(adapter.url, cookie_jar=jar) as session, asyncio.timeout(10):
        visitor = Visitor(session)
        await visitor.ask(kind="line", text="/mbti ENFP female")
        asked = await visitor.ask(b"a photo", kind="photo")
        agree = asked[-1]["menu"][0][0]["payload"]
        replies = visitor.hear(visitor.event(kind="press", payload=agree))
        await anext(replies)
        await faces.started.wait()
        # As `typeface up` does when it is told to stop.
        await core.close()
        await adapter.stop()
        told = [reply async for reply in replies]
    assert told[-1]["code"] == "stopping"
    assert faces.cancelled == 1
