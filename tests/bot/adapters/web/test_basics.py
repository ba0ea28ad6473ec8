"""What the page promises to everyone: who returns, who has no JavaScript, how little is loaded, and bad input."""

from __future__ import annotations

import asyncio
import re
from importlib.resources import files
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
import pytest
from playwright.async_api import Browser, Route, ViewportSize, expect

from bot.adapters.web import pages
from bot.adapters.web.adapter import WebAdapter
from bot.core.events import Person
from bot.core.presses import Action, encode
from bot.core.wording import say
from bot.settings import WebSettings
from tests.bot.adapters.web.browsing import DESK, PHONE, press, visit
from tests.bot.adapters.web.conftest import Visitor
from tests.bot.adapters.web.scripted import Scripted
from tests.bot.adapters.web.test_main_job import core
from tests.bot.adapters.web.test_page import OVERFLOW
from tests.bot.adapters.web.test_sliders import SHIFTS, TWO_FRAMES, LiveFaces

pytestmark = pytest.mark.asyncio(loop_scope="module")
BUDGET = 60_000
"""Bytes of our own scripts and style."""


async def test_who_comes_back_sees_where_they_stand(browser: Browser) -> None:
    service = core(LiveFaces())
    async with visit(browser, service) as first:
        await expect(first.locator(".message")).to_have_count(0)
        await first.locator(".tile", has_text="ENFP").click()
        await expect(first.get_by_role("button", name=say("en", "choice-female"))).to_be_visible()
        page = await first.context.new_page()
        await first.close()
        await page.goto(first.url)
        await expect(page.locator(".bot .bubble")).to_contain_text(say("en", "back"))
        await expect(page.locator(".bot .bubble")).to_contain_text(say("en", "back-type", type="ENFP"))
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await press(page, say("en", "choice-female"))
        await expect(page.locator(".card img")).to_have_count(1)
        await expect(page.get_by_role("heading", level=1)).to_be_hidden()
    await service.close()


@pytest.mark.parametrize("tag", ["en-GB", "ko-KR", "ja-JP"])
async def test_without_javascript_everything_can_be_read(browser: Browser, tag: str) -> None:
    adapter = WebAdapter(Scripted(), WebSettings(port=0))
    await adapter.start()
    context = await browser.new_context(java_script_enabled=False, locale=tag, viewport=PHONE)
    page = await context.new_page()
    await page.goto(adapter.url)
    locale = tag[:2]
    await expect(page.get_by_role("heading", level=1)).to_have_text(say(locale, "web-headline"))
    await expect(page.get_by_text(say(locale, "web-noscript"))).to_be_visible()
    await expect(page.get_by_text(say(locale, "title-INFJ"))).to_be_attached()
    await expect(page.get_by_text("MBTI", exact=False).first).to_be_visible()
    await expect(page.get_by_text("/forget").first).to_be_visible()
    await context.close()
    await adapter.stop()


def size() -> int:
    return sum(len(asset.body) for asset in pages.assets().values())


async def test_comments_in_scripts_have_lines_of_their_own() -> None:
    """Lines are joined as they are served: behind code, a comment would take what follows along."""
    scripts = list(files("bot.adapters.web").joinpath("page").iterdir())
    lines = [line for one in scripts if one.name.endswith(".js") for line in one.read_text().splitlines()]
    assert len(lines) > 500
    assert [line for line in lines if re.search(r"\S // ", line)] == []


async def test_our_scripts_and_style_are_small() -> None:
    assert 20_000 < size() <= BUDGET


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
async def test_nothing_moves_while_the_page_loads(browser: Browser, screen: ViewportSize) -> None:
    """Scripts come late on a slow line: what was painted before them stays where it is."""
    async with visit(browser, Scripted(), viewport=screen) as page:

        async def late(route: Route) -> None:
            await page.evaluate(TWO_FRAMES)
            await route.continue_()

        await page.add_init_script(f"({SHIFTS})()")
        await page.route(re.compile(r"/page/(?!scripted)\w+\.js"), late)
        await page.reload()
        await expect(page.locator(".tile svg path").first).to_be_attached()
        await page.evaluate(TWO_FRAMES)
        assert await page.evaluate("window.shifts") == []


async def trickle(document: bytes, writer: asyncio.StreamWriter) -> None:
    """Sends the document as a slow line does: in pieces, each of which can be painted before the next."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n")
    for start in range(0, len(document), 500):
        writer.write(document[start : start + 500])
        await asyncio.sleep(0.05)
    writer.close()


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
async def test_nothing_moves_while_the_page_comes_in_pieces(browser: Browser, screen: ViewportSize) -> None:
    async with visit(browser, Scripted(), viewport=screen) as page:
        document = await (await page.context.request.get(page.url)).body()
        server = await asyncio.start_server(lambda _, writer: trickle(document, writer), "127.0.0.1", 0)
        async with server:
            slow = await page.context.new_page()

            async def rest(route: Route) -> None:
                path = urlsplit(route.request.url).path
                await route.fulfill(response=await route.fetch(url=urljoin(page.url, path)))

            await slow.route("**/page/*", rest)
            await slow.add_init_script(f"({SHIFTS})()")
            await slow.goto("http://{}:{}/".format(*server.sockets[0].getsockname()))
            await slow.evaluate(TWO_FRAMES)
            assert await slow.locator(".bar").evaluate("(bar) => getComputedStyle(bar).display") == "flex"
            assert await slow.evaluate("window.shifts") == []


async def test_strange_words_stay_words_and_keep_their_place(browser: Browser) -> None:
    strange = "\u202emoc.live\u202c \u200b\u200d\u2066x\u2069 **bold** [a](javascript:1) <b>&amp;</b> مرحبا"
    async with visit(browser, Scripted(), viewport=PHONE) as page:
        await page.get_by_role("combobox").fill(strange)
        await page.keyboard.press("Enter")
        await expect(page.locator(".bot .bubble")).to_contain_text("**bold** [a](javascript:1) <b>&amp;</b>")
        assert await page.locator("#log b, #log a").count() == 0
        assert await page.evaluate(OVERFLOW) == [0, 0]
        # What one message says backwards stays inside it.
        isolated = await page.locator(".bubble").evaluate_all(
            "(all) => all.map((node) => getComputedStyle(node).unicodeBidi)"
        )
        assert set(isolated) <= {"isolate", "plaintext"}


FORGED: tuple[Any, ...] = (
    *("", "x", "1.2.3", "1." + "f" * 8 + ".move.smile.999", "💥", "a" * 256, "1..", "1.00000000.link.<b>"),
)


async def test_forged_presses_have_one_clear_answer(browser: Browser) -> None:
    service = core(LiveFaces())
    adapter = WebAdapter(service, WebSettings(port=0))
    await adapter.start()
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(adapter.url, cookie_jar=jar) as session:
        visitor = Visitor(session)
        for payload in (*FORGED, encode(Person("web", "somebody"), Action.FORGET_SURE)):
            (reply,) = await visitor.ask(kind="press", payload=payload)
            assert reply["code"] in {"bad_button", "not_yours"}
            assert reply["menu"], "there is a way on"
        event = visitor.event(kind="line", text="x" * 5000)
        async with session.post("/chat", json=event) as answer:
            assert answer.status == 400
        (reply,) = await visitor.ask(kind="line", text="/start")
        assert reply["menu"]
    await adapter.stop()
    await service.close()
