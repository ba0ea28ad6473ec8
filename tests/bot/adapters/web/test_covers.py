"""Pictures that are covered until their button is pressed: in the chat, on the page of a link, and for timelines."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from io import BytesIO

import aiohttp
import pytest
from PIL import Image
from playwright.async_api import Browser, Page, expect

from bot.adapters.web.adapter import WebAdapter
from bot.core.replies import Reply, Shown, Text
from bot.core.wording import say
from bot.settings import WebSettings
from tests.bot.adapters.web.browsing import PHONE, photo_file, to_sliders, visit
from tests.bot.adapters.web.scripted import Scripted, picture
from tests.bot.adapters.web.test_main_job import core
from tests.bot.adapters.web.test_sharing import TOKEN, Giving
from tests.bot.adapters.web.test_sliders import FILM, Fixed, LiveFaces

pytestmark = pytest.mark.asyncio(loop_scope="module")
UNCOVER = say("en", "web-uncover")


async def coloured(page: Page, colour: tuple[int, int, int]) -> bool:
    """Whether the middle of the first picture is seen in this colour."""
    box = await page.locator(".held").first.bounding_box()
    assert box
    shot = await page.screenshot(clip={"x": box["x"] + 4, "y": box["y"] + 20, "width": 8, "height": 8})
    with Image.open(BytesIO(shot)) as image:
        seen = image.convert("RGB").getpixel((4, 4))
    assert isinstance(seen, tuple)
    return all(abs(a - b) < 12 for a, b in zip(seen, colour, strict=True))


@pytest.mark.parametrize("flagged", [True, False])
async def test_a_covered_picture_is_neither_seen_nor_reached_before_its_button(
    browser: Browser, flagged: bool
) -> None:
    """The picture says so itself, as a community wants it, or the web's own setting does."""
    shown = Shown(replace(picture("coral"), spoiler=flagged), "Well.")
    async with visit(browser, Fixed(shown), spoiler=not flagged) as page:
        await page.get_by_role("button", name="ENFP").click()
        await expect(page.get_by_text(say("en", "web-covered"))).to_be_visible()
        await expect(page.get_by_role("img", name="A coral square")).to_have_count(0)
        assert not await coloured(page, (255, 127, 80))
        await page.get_by_role("combobox").focus()
        await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("Shift+Tab")
        await expect(page.get_by_role("link", name="Save")).to_be_focused()
        await page.keyboard.press("Shift+Tab")
        await expect(page.get_by_role("button", name=UNCOVER)).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="Open large: A coral square")).to_be_focused()
        await expect(page.get_by_role("button", name=UNCOVER)).to_have_count(0)
        assert await coloured(page, (255, 127, 80))


async def test_what_is_uncovered_stays_so_while_its_sliders_are_moved(browser: Browser) -> None:
    service = core(LiveFaces())
    async with visit(browser, service, spoiler=True, viewport=PHONE) as page:
        await to_sliders(page)
        live = page.locator(".live")
        for uncovered in (False, True):
            if uncovered:
                await live.get_by_role("button", name=UNCOVER).click()
            await page.get_by_role("slider").first.focus()
            await page.keyboard.press("ArrowRight")
            await expect(live.locator(".caption")).to_contain_text("+0.2" if uncovered else "+0.1")
            await expect(live.get_by_role("button", name=UNCOVER)).to_have_count(0 if uncovered else 1)
    await service.close()


async def test_previews_and_films_are_covered_and_files_are_not(browser: Browser) -> None:
    service = Scripted()
    service.gate.clear()
    async with visit(browser, service, spoiler=True) as page:
        await page.locator("#file").set_input_files(photo_file())
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_role("progressbar")).to_have_attribute("value", "0.5")
        await expect(page.get_by_alt_text("A teal square")).to_have_count(0)
        service.gate.set()
        await expect(page.get_by_role("button", name=UNCOVER)).to_be_visible()
    replies: tuple[Reply, ...] = (Shown(FILM, "A film."), Shown(picture("navy"), whole=True), Text("So."))
    async with visit(browser, Fixed(*replies), spoiler=True) as page:
        await page.get_by_role("button", name="ENFP").click()
        await expect(page.locator("a.file")).to_be_visible()
        await expect(page.get_by_role("button", name=UNCOVER)).to_have_count(1)
        await expect(page.locator("video")).to_be_hidden()
        await page.get_by_role("button", name=UNCOVER).click()
        await expect(page.locator("video")).to_be_visible()


async def test_the_page_of_a_link_uncovers_without_scripts_and_timelines_see_nothing(
    browser: Browser,
) -> None:
    adapter = WebAdapter(Giving(), WebSettings(port=0, spoiler=True))
    await adapter.start()
    context = await browser.new_context(java_script_enabled=False, locale="ko-KR", viewport=PHONE)
    page = await context.new_page()
    await page.goto(f"{adapter.url}/s/{TOKEN}")
    face = page.get_by_alt_text(say("ko", "shared-alt-face", type="ENFP"))
    await expect(face).to_be_hidden()
    await page.get_by_text(say("ko", "web-uncover")).focus()
    await page.keyboard.press("Enter")
    await expect(face).to_be_visible()
    await context.close()
    async with aiohttp.ClientSession(adapter.url) as session, session.get(f"/s/{TOKEN}") as answer:
        text = await answer.text()
    assert 'property="og:title"' in text
    assert "og:image" not in text
    await asyncio.wait_for(adapter.stop(), 10)
