"""How tests visit the page: a fresh server, a fresh profile, and no complaint in the console."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, FilePayload, Page, expect

from bot.adapters.web.adapter import WebAdapter
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


def photo_file(name: str = "me.jpg") -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": picture("gold", side=200).data}
