"""Share pages: what a link shows in a browser without JavaScript, and to the server of a timeline."""

from __future__ import annotations

import html
import re
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, expect

from bot.adapters.web import sharing
from bot.adapters.web.adapter import WebAdapter
from bot.core.ports import Shared, SharingError
from bot.core.wording import say
from bot.settings import WebSettings
from tests.bot.adapters.web.browsing import PHONE, press, visit
from tests.bot.adapters.web.scripted import Scripted, picture
from tests.bot.adapters.web.test_main_job import core
from tests.bot.adapters.web.test_sliders import LiveFaces

pytestmark = pytest.mark.asyncio(loop_scope="module")
TOKEN = "A-token_of_22_letters1"


class Given:
    """One shared picture; `full` when it cannot be had now, `away` when only its pixels cannot."""

    def __init__(self) -> None:
        self.full = self.away = False

    async def look(self, token: str) -> Shared | None:
        if self.full:
            raise SharingError
        return Shared("shared-title-face", "shared-alt-face", {"type": "ENFP"}) if token == TOKEN else None

    async def picture(self, token: str, locale: str) -> bytes | None:
        if self.full or self.away:
            raise SharingError
        return picture("coral").data if token == TOKEN else None


class Giving(Scripted):
    def __init__(self) -> None:
        super().__init__()
        self.sharing: Any = Given()


async def test_a_picture_is_shared_from_the_page_and_taken_back(browser: Browser) -> None:
    service = core(LiveFaces())
    async with visit(browser, service, tolerated=r"^Failed to load resource") as page:
        await page.locator(".tile", has_text="ENFP").click()
        await press(page, say("en", "choice-female"))
        await page.get_by_role("button", name=say("en", "web-share")).click()
        address = await page.get_by_role("textbox", name=say("en", "web-link")).input_value()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/s/[\w-]{22}", address)
        other = await browser.new_context(java_script_enabled=False, locale="ko-KR", viewport=PHONE)
        guest = await other.new_page()
        answer = await guest.goto(address)
        assert answer and answer.status == 200
        await expect(guest.get_by_role("heading", level=1)).to_have_text(
            say("ko", "shared-title-face", type="ENFP")
        )
        face = guest.get_by_alt_text(say("ko", "alt-type-female", type="ENFP"))
        assert await face.evaluate("(image) => image.naturalWidth") == 512
        await expect(guest.get_by_text(say("ko", "web-shared-note"))).to_be_visible()
        assert await other.cookies() == []
        await page.get_by_role("button", name=say("en", "button-unshare")).click()
        await expect(page.get_by_text("is ended")).to_be_visible()
        answer = await guest.goto(address)
        assert answer and answer.status == 404
        await expect(guest.get_by_role("heading", level=1)).to_have_text(say("ko", "web-shared-gone"))
        await other.close()
    await service.close()


async def test_forget_ends_a_link_and_its_picture_at_once(browser: Browser) -> None:
    service = core(LiveFaces())
    async with visit(browser, service, tolerated=r"^Failed to load resource") as page:
        await page.locator(".tile", has_text="ENFP").click()
        await press(page, say("en", "choice-female"))
        await page.get_by_role("button", name=say("en", "web-share")).click()
        address = await page.get_by_role("textbox", name=say("en", "web-link")).input_value()
        async with aiohttp.ClientSession() as guest:

            async def looked() -> list[int]:
                found = []
                for path in (address, f"{address}/picture.jpg"):
                    async with guest.get(path) as answer:
                        found.append(answer.status)
                return found

            assert await looked() == [200, 200], "and the picture is kept for others who look"
            await page.get_by_role("combobox").fill("/forget")
            await page.keyboard.press("Enter")
            await press(page, say("en", "button-forget-sure"))
            await expect(page.locator(".message")).to_have_count(1)
            assert await looked() == [404, 404]
    await service.close()


async def test_what_is_told_of_a_link_names_nobody(browser: Browser) -> None:
    adapter = WebAdapter(Giving(), WebSettings(port=0))
    await adapter.start()
    async with aiohttp.ClientSession(adapter.url) as session, session.get(f"/s/{TOKEN}") as answer:
        tags = re.findall(r'<meta property="([^"]+)" content="([^"]*)">', await answer.text())
    title, alt = say("en", "shared-title-face", type="ENFP"), say("en", "shared-alt-face", type="ENFP")
    address = f"{adapter.url}/s/{TOKEN}"
    assert {name: html.unescape(value) for name, value in tags} == {
        "og:type": "website",
        "og:site_name": "Typeface",
        "og:title": title,
        "og:description": say("en", "web-shared-note"),
        "og:url": address,
        "og:image": f"{address}/picture.jpg",
        "og:image:type": "image/jpeg",
        "og:image:alt": alt,
        "twitter:card": "summary_large_image",
    }
    await adapter.stop()


async def test_a_timeline_finds_the_picture_and_search_engines_keep_out(browser: Browser) -> None:
    adapter = WebAdapter(Giving(), WebSettings(port=0))
    await adapter.start()
    async with aiohttp.ClientSession(adapter.url) as session:
        async with session.get(f"/s/{TOKEN}") as answer:
            text = await answer.text()
            assert answer.headers["X-Robots-Tag"] == "noindex"
            assert answer.headers["Cache-Control"] == "no-store"
            assert "Set-Cookie" not in answer.headers
        image = re.search(r'property="og:image" content="([^"]+)"', text)
        assert image and image[1].startswith(adapter.url)
        assert 'name="robots" content="noindex"' in text
        assert "<script" not in text
        async with session.get(image[1]) as answer:
            assert await answer.read() == picture("coral").data
        async with session.get(f"/s/{TOKEN}", headers={"Host": 'x"><script>'}) as answer:
            assert "<script" not in await answer.text()
    await adapter.stop()


@pytest.mark.parametrize(
    ("path", "status"),
    [(f"/s/{'x' * 22}", 404), (f"/s/{'x' * 22}/picture.jpg", 404), ("/s/../etc", 404), ("/s/<b>", 404)],
)
async def test_what_is_no_link_is_told_kindly(browser: Browser, path: str, status: int) -> None:
    adapter = WebAdapter(Giving(), WebSettings(port=0))
    await adapter.start()
    async with aiohttp.ClientSession(adapter.url) as session, session.get(path) as answer:
        assert answer.status == status
        assert "<b>" not in await answer.text()
    await adapter.stop()


async def test_too_many_looks_are_asked_to_wait(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    service = Giving()
    adapter = WebAdapter(service, WebSettings(port=0))
    await adapter.start()
    async with aiohttp.ClientSession(adapter.url) as session:
        service.sharing.full = True
        for path in (f"/s/{TOKEN}", f"/s/{TOKEN}/picture.jpg"):
            async with session.get(path) as answer:
                assert answer.status == 503
                assert answer.headers["Retry-After"]
        service.sharing.full, service.sharing.away = False, True
        async with session.get(f"/s/{TOKEN}") as answer:
            said = await answer.text()
            assert answer.status == 503, "no page around a picture that is not there"
            assert f'<a class="pill" href="/s/{TOKEN}">{say("en", "web-retry")}</a>' in said
        service.sharing.away = False
        monkeypatch.setattr(sharing, "is_stranger", lambda _: True)
        monkeypatch.setattr(sharing, "LOOKS", 0)
        async with session.get(f"/s/{TOKEN}") as answer:
            assert answer.status == 429
            assert say("en", "web-shared-busy") in await answer.text()
    await adapter.stop()


async def test_looks_are_counted_by_address_and_minute() -> None:
    now = [0.0]
    looks = sharing.Looks(lambda: now[0])
    assert [looks.room("8.8.8.8") for _ in range(sharing.LOOKS + 1)] == [True] * sharing.LOOKS + [False]
    assert looks.room("8.8.4.4")
    assert all(looks.room("127.0.0.1") for _ in range(sharing.LOOKS + 1)), (
        "the proxy before us is many people"
    )
    now[0] = 61.0
    assert looks.room("8.8.8.8")
