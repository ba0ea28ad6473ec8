"""How tests visit the page: a fresh server, a fresh profile, no complaint in the console; and what they do there."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, CDPSession, FilePayload, Page, expect

from bot.adapters.web.adapter import WebAdapter
from bot.core.wording import say
from bot.settings import WebSettings
from tests.bot.adapters.web.scripted import picture

ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}


@asynccontextmanager
async def visit(
    browser: Browser,
    service: Any,
    tolerated: str = r"^Failed to load resource: net::ERR_",
    *,
    spoiler: bool = False,
    **options: Any,
) -> AsyncIterator[Page]:
    """The page of a fresh server in a fresh profile; what its console complains of fails the test."""
    adapter = WebAdapter(service, WebSettings(port=0, spoiler=spoiler))
    await adapter.start()
    defaults = {"viewport": DESK, "locale": "en-GB", "reduced_motion": "reduce"}
    context = await browser.new_context(**{**defaults, **options})
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    try:
        await page.goto(adapter.url)
        await expect(page.locator(".tile")).to_have_count(16)
        yield page
    finally:
        await context.close()
        await adapter.stop()
    assert [each for each in complaints if not re.search(tolerated, each)] == []


def photo_file(name: str = "mine.jpg") -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": picture("gold", side=200).data}


async def press(page: Page, label: str) -> None:
    await page.locator(".message").last.get_by_role("button", name=label, exact=True).click()


async def write(page: Page, line: str) -> None:
    await page.get_by_role("combobox").fill(line)
    await page.keyboard.press("Enter")


async def spoken(page: Page) -> list[list[str]]:
    """The lines of each message; a button that came with a moved slider stands last until it is drawn anew."""
    return [sorted(text.split("\n")) for text in await page.locator(".message").all_inner_texts()]


async def to_sliders(page: Page, locale: str = "en", count: int = 2) -> None:
    await page.locator(".tile", has_text="ENFP").click()
    await press(page, say(locale, "choice-female"))
    await expect(page.locator(".card img")).to_have_count(1)
    await page.get_by_role("combobox").fill("/edit")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("slider")).to_have_count(count)


async def send_photo(page: Page, photo: FilePayload | None = None) -> None:
    await page.locator("#file").set_input_files(photo or photo_file())
    await page.get_by_role("button", name="Send").click()


async def with_a_face(page: Page) -> None:
    await to_sliders(page)
    await send_photo(page)
    await press(page, say("en", "button-agree"))
    await expect(page.get_by_role("button", name=say("en", "button-more-me"))).to_be_visible()


def large_file() -> FilePayload:
    """A photo whose sending takes a while on a slow line."""
    file = photo_file("large.jpg")
    return {**file, "buffer": file["buffer"] + b"\0" * 2**20}


async def slow_line(page: Page) -> CDPSession:
    """The page sends slowly from here on, until this is told otherwise (`throttle`)."""
    network = await page.context.new_cdp_session(page)
    await network.send("Network.enable")
    await throttle(network, 100_000)
    return network


async def throttle(network: CDPSession, rate: int) -> None:
    """Let through so many bytes a second upwards; -1 is as fast as it can be."""
    conditions = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": rate}
    await network.send("Network.emulateNetworkConditions", conditions)


HALFWAY = "() => { const bar = document.querySelector('.sending progress'); return bar?.value > 0 && bar.value < 1; }"
