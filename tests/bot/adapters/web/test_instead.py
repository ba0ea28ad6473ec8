"""Answers that take the place of the message whose button was pressed: the quiz goes on where it stands."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, expect

from bot.core.wording import say
from tests.bot.adapters.web.browsing import DESK, PHONE, visit, write
from tests.bot.adapters.web.test_main_job import core
from tests.bot.adapters.web.test_sliders import LiveFaces

pytestmark = pytest.mark.asyncio(loop_scope="module")


def statement(number: int) -> str:
    return say("en", f"quiz-{number}")


async def answer(page: Page, step: str) -> None:
    await page.get_by_role("button", name=step, exact=True).click()


async def top(page: Page, name: str) -> float:
    box = await page.get_by_role("button", name=name, exact=True).bounding_box()
    assert box
    return box["y"]


@pytest.mark.parametrize("viewport", [PHONE, DESK])
async def test_a_statement_takes_the_place_of_the_one_before(browser: Browser, viewport: Any) -> None:
    service = core(LiveFaces())
    async with visit(browser, service, viewport=viewport) as page:
        await write(page, "/quiz")
        await expect(page.locator(".bot .bubble")).to_contain_text(statement(1))
        await page.evaluate("""() => {
          window.read = [];
          const told = (list) => list.forEach(({ addedNodes }) => window.read.push(...addedNodes));
          new MutationObserver(told).observe(document.querySelector("[role=log]"), { childList: true });
        }""")
        await page.get_by_role("button", name="3", exact=True).focus()
        await page.keyboard.press("Enter")
        await expect(page.locator(".bot .bubble")).to_contain_text(statement(2))
        await expect(page.locator(".message")).to_have_count(2)
        # The keyboard goes on with the new statement, which a screen reader has read.
        await expect(page.get_by_role("button", name="1", exact=True)).to_be_focused()
        assert await page.evaluate("window.read.map((node) => node.className)") == ["message bot turned"]
        places = []
        for number in range(3, 7):
            await answer(page, "4")
            await expect(page.locator(".bot .bubble")).to_contain_text(statement(number))
            places.append(await top(page, "4"))
        assert max(places) - min(places) <= 1, "the buttons stay under the finger"
        await page.reload()
        await expect(page.locator(".message")).to_have_count(2)
        await expect(page.locator(".bot .bubble")).to_contain_text(statement(6))
        await answer(page, "2")
        await expect(page.locator(".bot .bubble")).to_contain_text(statement(7))
        await expect(page.locator(".message")).to_have_count(2)
    await service.close()


async def test_a_slow_answer_is_waited_for_and_leaves_nothing_behind(browser: Browser) -> None:
    service, held = core(LiveFaces()), asyncio.Event()
    sent = 0

    async def hold(route: Route) -> None:
        nonlocal sent
        sent += 1
        await held.wait()
        await route.continue_()

    async with visit(browser, service) as page:
        await write(page, "/quiz")
        await expect(page.get_by_text(statement(1))).to_be_visible()
        await page.route("**/chat", hold)
        await answer(page, "3")
        await expect(page.locator(".message.you").last).to_contain_text("3")
        await expect(page.locator(".dots")).to_be_visible()
        held.set()
        await expect(page.get_by_text(statement(2))).to_be_visible()
        await expect(page.locator(".message")).to_have_count(2)
        # From statement to statement nothing comes in between, and one press is sent.
        held.clear()
        await answer(page, "1")
        await answer(page, "5")
        await page.wait_for_timeout(500)
        await expect(page.locator(".message")).to_have_count(2)
        held.set()
        await expect(page.get_by_text(statement(3))).to_be_visible()
        assert sent == 2
        await page.unroute("**/chat")
        await page.route("**/chat", lambda route: route.abort())
        await answer(page, "2")
        await expect(page.get_by_text(say("en", "web-lost"))).to_be_visible()
        await page.unroute("**/chat")
        await page.get_by_role("button", name=say("en", "web-retry")).click()
        await expect(page.get_by_text(statement(4))).to_be_visible()
        await expect(page.locator(".message")).to_have_count(2)
    await service.close()


async def test_pages_of_language_and_quiz_lead_on_below_when_they_end(browser: Browser) -> None:
    """The result takes the last statement's place, and what comes after it comes below."""
    service = core(LiveFaces())
    async with visit(browser, service) as page:
        await write(page, "/quiz")
        for number in range(1, 21):
            await expect(page.locator(".bot .bubble").last).to_contain_text(statement(number))
            await answer(page, "5" if number % 2 else "2")
        await expect(page.locator(".card img")).to_have_count(1)
        await expect(page.locator(".message.you")).to_have_count(1)
        await expect(page.locator(".turned")).to_have_count(1)
    await service.close()
