"""A house that is stopped and started again while its page is open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page, expect

from bot.adapters.web.adapter import WebAdapter
from bot.core.service import Service
from bot.settings import WebSettings
from tests.bot.adapters.web.browsing import DESK
from tests.bot.adapters.web.test_main_job import core
from tests.bot.core.fakes import FakeFaces
from tests.bot.core.world.memory import Memory


class House:
    """A server that can be stopped, and started again on its port."""

    def __init__(self, service: Any) -> None:
        self.service = service
        self.port = 0

    async def start(self) -> None:
        self.adapter = WebAdapter(self.service, WebSettings(port=self.port))
        await self.adapter.start()
        self.port = int(self.adapter.url.rpartition(":")[2])

    async def stop(self) -> None:
        await self.adapter.stop()


@asynccontextmanager
async def at(browser: Browser, service: Any) -> AsyncIterator[tuple[House, Page]]:
    house = House(service)
    await house.start()
    context = await browser.new_context(viewport=DESK, locale="en-GB", reduced_motion="reduce")
    page = await context.new_page()
    await page.goto(house.adapter.url)
    await expect(page.locator(".tile")).to_have_count(16)
    yield house, page
    await context.close()
    await house.stop()


async def restart(house: House, faces: FakeFaces, store: Memory) -> Service:
    """Another process on what is stored: nothing of what was in memory."""
    await house.stop()
    house.service = core(faces, store)
    await house.start()
    return house.service
