"""A picture of two, in two browsers: it is seen while both want it, and by neither when one takes their word back."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from playwright.async_api import Browser, Page, expect

from bot.core.wording import say
from tests.bot.adapters.web.browsing import DESK, press, visit, with_a_face, write
from tests.bot.adapters.web.test_main_job import core
from tests.bot.adapters.web.test_sliders import LiveFaces

pytestmark = pytest.mark.asyncio(loop_scope="module")
OF_TWO = ".card img[alt*='two people']"
EMPTY = """() => ["caption", "menu"].map((name) => document.querySelector(`[data-pair] .${name}`)).filter((box) => {
  const end = Math.max(...[...box.querySelectorAll("p, button")].map((node) => node.getBoundingClientRect().bottom));
  return box.getBoundingClientRect().bottom - end > 24;
}).map((box) => box.className)"""
"""What of the message ends well below the last thing in it."""


async def both(ann: Page, bob: Page) -> None:
    for page in (ann, bob):
        await with_a_face(page)
    await write(ann, "/us")
    await press(ann, say("en", "button-us-agree"))
    waits = ann.locator(".message").last
    await expect(waits).to_contain_text("You have agreed.")
    await expect(waits.get_by_role("button")).to_have_text(say("en", "button-us-back"))
    code = (await waits.inner_text()).split("/us ")[1].split()[0]
    await write(bob, f"/us {code}")
    await press(bob, say("en", "button-us-agree"))
    await expect(bob.locator(OF_TWO)).to_have_count(1)
    await press(ann, say("en", "button-us-see"))
    await expect(ann.locator(OF_TWO)).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360])
async def test_on_a_phone_it_leaves_no_empty_room_and_nothing_moves_with_its_slider(
    browser: Browser, width: int, scheme: Literal["light", "dark"]
) -> None:
    service = core(LiveFaces())
    phone: Any = {"viewport": {"width": width, "height": 740}, "color_scheme": scheme}
    async with visit(browser, service, **phone) as ann:
        elsewhere = await browser.new_context(locale="en-GB", reduced_motion="reduce")
        bob = await elsewhere.new_page()
        await bob.goto(ann.url)
        await both(ann, bob)
        assert await ann.evaluate(EMPTY) == []
        message = ann.locator("[data-pair]")
        before = await message.bounding_box()
        slider = message.get_by_role("slider")
        for key, share in (("Home", "90% of the one who asked"), ("End", "10% of the one who asked")):
            await slider.press(key)
            await expect(message.locator(".caption")).to_contain_text(share)
            assert await message.bounding_box() == before
        await elsewhere.close()
    await service.close()


@pytest.mark.parametrize("by_forget", [False, True])
async def test_neither_sees_it_any_more_when_one_takes_their_word_back(
    browser: Browser, by_forget: bool
) -> None:
    service = core(LiveFaces())
    async with visit(browser, service) as ann:
        elsewhere = await browser.new_context(viewport=DESK, locale="en-GB", reduced_motion="reduce")
        bob = await elsewhere.new_page()
        await bob.goto(ann.url)
        await both(ann, bob)
        other = await elsewhere.new_page()
        await other.goto(bob.url)
        await write(other, "/help")
        if by_forget:
            await write(ann, "/forget")
            await press(ann, say("en", "button-forget-sure"))
        else:
            await press(ann, say("en", "button-us-end"))
        for tab in (bob, other):
            await expect(tab.get_by_text(say("en", "us-ended"))).to_be_visible()
        for tab in (ann, bob, other):
            await expect(tab.locator(OF_TWO)).to_have_count(0)
            await tab.reload()
            await expect(tab.locator(".tile")).to_have_count(16)
            await expect(tab.locator(OF_TWO)).to_have_count(0)
        await expect(bob.locator(".card img")).not_to_have_count(0)
        await elsewhere.close()
    await service.close()
