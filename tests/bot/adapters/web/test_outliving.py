"""Answers outlive the page that asked: reloads, closed pages, other tabs, at every stage; none comes after forget."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser, Page, expect

from bot.core.replies import Text
from bot.core.wording import say
from tests.bot.adapters.web.browsing import (
    HALFWAY,
    large_file,
    press,
    send_photo,
    slow_line,
    spoken,
    to_sliders,
    visit,
    write,
)
from tests.bot.adapters.web.scripted import Scripted
from tests.bot.adapters.web.test_instead import statement
from tests.bot.adapters.web.test_main_job import core
from tests.bot.adapters.web.test_sliders import LiveFaces

pytestmark = pytest.mark.asyncio(loop_scope="module")
DONE = "That is you."


async def halfway(page: Page) -> None:
    await expect(page.get_by_role("progressbar")).to_have_attribute("value", "0.5")
    await expect(page.locator(".preview img")).to_have_count(1)


async def once(page: Page, text: str) -> None:
    await expect(page.get_by_text(text)).to_have_count(1)
    await expect(page.get_by_role("progressbar")).to_have_count(0)
    await expect(page.locator(".dots, .trouble")).to_have_count(0)


async def test_a_reload_in_mid_job_shows_how_far_it_is_and_then_the_answer_once(browser: Browser) -> None:
    service = Scripted()
    service.gate.clear()
    async with visit(browser, service) as page:
        await write(page, "hello")
        await expect(page.get_by_text("You said hello")).to_be_visible()
        await send_photo(page)
        await halfway(page)
        for _ in range(3):
            await page.reload()
            await halfway(page)
        await expect(page.get_by_role("button", name="Cancel")).to_be_visible()
        assert service.closed == service.events[:1], "it goes on"
        service.gate.set()
        await once(page, DONE)
        said = await spoken(page)
        assert "hello" in said[0]
        await page.reload()
        await once(page, DONE)
        assert await spoken(page) == said
    assert len(service.events) == 2


async def test_the_cancel_button_of_a_page_that_came_back_cancels(browser: Browser) -> None:
    service = Scripted()
    service.gate.clear()
    async with visit(browser, service) as page:
        await send_photo(page)
        await halfway(page)
        await page.reload()
        await halfway(page)
        await page.get_by_role("button", name="Cancel").click()
        await expect(page.get_by_text("Cancelled.")).to_be_visible()
        await expect(page.get_by_role("progressbar")).to_have_count(0)


async def test_an_answer_waits_for_whoever_has_gone_away(browser: Browser) -> None:
    """The tab is closed, so that it remembers nothing; the next one shows what nobody has seen, and what it was for."""
    service = Scripted()
    service.gate.clear()
    async with visit(browser, service) as page:
        url = page.url
        await send_photo(page)
        await halfway(page)
        again = await page.context.new_page()
        await page.close()
        service.gate.set()
        async with asyncio.timeout(10):
            await service.gone.wait()
        await again.goto(url)
        await once(again, DONE)
        await expect(again.locator(".message.you")).to_have_text("You: Your photo")
        await again.reload()
        await once(again, DONE)
        third = await again.context.new_page()
        await third.goto(url)
        await expect(third.get_by_text("You said something")).to_be_visible()
        await expect(third.get_by_text(DONE)).to_have_count(0)
    assert len(service.events) == 2, "the second asks where the person stands"


async def test_two_tabs_show_one_conversation(browser: Browser) -> None:
    service = Scripted()
    service.gate.clear()
    async with visit(browser, service) as page:
        other = await page.context.new_page()
        await other.goto(page.url)
        await expect(other.locator(".tile")).to_have_count(16)
        await send_photo(page)
        for tab in (page, other):
            await halfway(tab)
        await write(other, "hello")
        for tab in (page, other):
            await expect(tab.get_by_text("You said hello")).to_have_count(1)
            await expect(tab.get_by_text("You: hello")).to_have_count(1)
        await page.reload()
        service.gate.set()
        for tab in (page, other):
            await once(tab, DONE)
            await expect(tab.locator(".message.you")).to_have_count(2)
        await other.close()
        await page.reload()
        await once(page, DONE)


async def test_a_hidden_tab_hears_it_when_it_is_looked_at(browser: Browser) -> None:
    """Also where the network was lost meanwhile; nobody is shown a lost connection for it."""
    hide = """(hidden) => { Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange")); }"""
    service = Scripted()
    service.gate.clear()
    async with visit(browser, service) as page:
        await send_photo(page)
        await halfway(page)
        await page.evaluate(hide, True)
        service.gate.set()
        async with asyncio.timeout(10):
            await service.gone.wait()
        await expect(page.locator(".trouble")).to_have_count(0)
        await expect(page.get_by_text(DONE)).to_have_count(0)
        await page.evaluate(hide, False)
        await once(page, DONE)


async def test_a_reload_before_the_photo_has_arrived_says_where_one_stands(browser: Browser) -> None:
    service = Scripted()
    async with visit(browser, service) as page:
        await slow_line(page)
        await send_photo(page, large_file())
        await page.wait_for_function(HALFWAY)
        await page.reload()
        await expect(page.get_by_text("You said something")).to_be_visible()
        await expect(page.locator(".message")).to_have_count(2)
    (event,) = service.events
    assert getattr(event, "name", "") == "back"


async def test_back_and_forth_in_the_history_loses_nothing(browser: Browser) -> None:
    service = Scripted()
    service.gate.clear()
    async with visit(browser, service, tolerated="404") as page:
        await send_photo(page)
        await halfway(page)
        url = page.url
        await page.goto(f"{url}s/never-a-link")
        service.gate.set()
        async with asyncio.timeout(10):
            await service.gone.wait()
        await page.go_back()
        await once(page, DONE)
        await page.go_forward()
        await page.go_back()
        await once(page, DONE)


async def test_nothing_comes_after_forget_in_another_tab(browser: Browser) -> None:
    faces = LiveFaces()
    service = core(faces)
    async with visit(browser, service) as page:
        await to_sliders(page)
        faces.gate = asyncio.Event()
        await send_photo(page)
        await press(page, say("en", "button-agree"))
        await expect(page.get_by_role("progressbar")).to_be_visible()
        other = await page.context.new_page()
        await other.goto(page.url)
        await expect(other.get_by_role("progressbar")).to_be_visible()
        await write(other, "/forget")
        await press(other, say("en", "button-forget-sure"))
        for tab in (page, other):
            await expect(tab.locator(".message")).to_have_count(1)
        faces.gate.set()
        # Whatever could still come would come before this.
        await write(page, "/help")
        for tab in (page, other):
            await expect(tab.locator(".message")).to_have_count(3)
            await expect(tab.get_by_role("progressbar")).to_have_count(0)
        assert faces.cancelled == 1
        fresh = await page.context.new_page()
        await fresh.goto(page.url)
        await expect(fresh.locator(".tile")).to_have_count(16)
    await service.close()


async def test_what_is_turned_in_one_tab_is_turned_in_the_other(browser: Browser) -> None:
    service = core(LiveFaces())
    async with visit(browser, service) as page:
        other = await page.context.new_page()
        await other.goto(page.url)
        await expect(other.locator(".tile")).to_have_count(16)
        await write(page, "/quiz")
        for tab in (page, other):
            await expect(tab.locator(".message")).to_have_count(2)
        for number, tab in enumerate((page, other, page), 2):
            await tab.locator(".menu button").first.click()
            for each in (page, other):
                await expect(each.get_by_text(statement(number))).to_be_visible()
                await expect(each.locator(".message")).to_have_count(2)
    await service.close()


async def test_what_nobody_asked_for_reaches_an_open_page_at_once_and_a_closed_one_on_its_return(
    browser: Browser,
) -> None:
    service = Scripted()
    async with visit(browser, service) as page:
        url = page.url
        await write(page, "hello")
        await expect(page.get_by_text("You said hello")).to_be_visible()
        person = service.events[0].origin.person.id
        service.pushes["web"](person, Text("They agreed"))
        await once(page, "They agreed")
        again = await page.context.new_page()
        await page.close()
        service.pushes["web"](person, Text("They ended it"))
        await again.goto(url)
        await once(again, "They ended it")
        await expect(again.get_by_text("They agreed")).to_have_count(0)
    assert len(service.events) == 1
