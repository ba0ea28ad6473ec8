"""Reloads, second tabs, lost connections, restarts, and photos that are called back: nothing is lost or done twice."""

from __future__ import annotations

import asyncio
import io

import numpy as np
import pytest
from PIL import Image
from playwright.async_api import Browser, FilePayload, Page, expect

from bot.core.events import PhotoSent
from bot.core.wording import say
from db.records import PersonRef
from tests.bot.adapters.web.browsing import (
    HALFWAY,
    large_file,
    photo_file,
    press,
    send_photo,
    slow_line,
    spoken,
    throttle,
    to_sliders,
    visit,
    with_a_face,
    write,
)
from tests.bot.adapters.web.house import at, restart
from tests.bot.adapters.web.scripted import Scripted
from tests.bot.adapters.web.test_main_job import core
from tests.bot.adapters.web.test_sliders import LiveFaces
from tests.bot.core.world.memory import Memory

pytestmark = pytest.mark.asyncio(loop_scope="module")
ORIENTATION, MAKER = 0x0112, 0x010F
"""Tags of a photo's metadata."""
LOST = say("en", "web-lost")


async def test_a_reload_brings_the_conversation_back_with_its_pictures_and_sliders(browser: Browser) -> None:
    faces = LiveFaces()
    service = core(faces)
    async with visit(browser, service) as page:
        await to_sliders(page)
        smile = page.get_by_role("slider", name=say("en", "direction-smile"))
        await smile.focus()
        await page.keyboard.press("End")
        await expect(page.locator(".live .caption")).to_contain_text("+2.0")
        said = await spoken(page)
        rendered = len(faces.rendered)
        await page.reload()
        await expect(page.locator(".message")).to_have_count(len(said))
        assert await spoken(page) == said
        await expect(page.get_by_role("heading", level=1)).to_be_hidden()
        widths = "(all) => all.map((image) => image.naturalWidth)"
        assert await page.locator(".card img").evaluate_all(widths) == [512, 512]
        assert len(faces.rendered) == rendered, "nothing is made again"
        await expect(smile).to_have_value("20")
        await smile.focus()
        await page.keyboard.press("ArrowLeft")
        await expect(page.locator(".live .caption")).to_contain_text("+1.9")
        await page.get_by_role("button", name=say("en", "button-undo")).click()
        await expect(page.locator(".card img")).to_have_count(3)
    await service.close()


async def test_another_tab_shows_the_face_and_forget_empties_both(browser: Browser) -> None:
    service = core(LiveFaces())
    async with visit(browser, service) as page:
        await to_sliders(page)
        other = await page.context.new_page()
        await other.goto(page.url)
        await expect(other.locator(".bot .bubble")).to_contain_text(say("en", "back-type", type="ENFP"))
        await expect(other.locator(".card img")).to_have_count(1)
        await expect(other.get_by_role("heading", level=1)).to_be_visible()
        await press(other, say("en", "button-edit"))
        await expect(other.get_by_role("slider")).to_have_count(2)
        await write(page, "/forget")
        await press(page, say("en", "button-forget-sure"))
        await expect(page.locator(".message")).to_have_count(1)
        await expect(page.locator(".card")).to_have_count(0)
        await expect(other.locator(".message")).to_have_count(1)
        for tab in (page, other):
            await tab.reload()
            await expect(tab.locator(".tile")).to_have_count(16)
            await expect(tab.locator(".message")).to_have_count(0)
            assert await tab.evaluate("Object.keys(sessionStorage).filter((key) => /^said/.test(key))") == []
    await service.close()


async def test_what_was_sent_while_the_server_was_away_is_answered_once_it_is_back(browser: Browser) -> None:
    service = Scripted()
    async with at(browser, service) as (house, page):
        await house.stop()
        await send_photo(page)
        await expect(page.get_by_text(say("en", "web-lost-photo"))).to_be_visible()
        await expect(page.get_by_role("button", name="Try again")).to_be_in_viewport(ratio=1)
        await house.start()
        await expect(page.get_by_text("That is you.")).to_be_visible()
        await expect(page.locator(".trouble")).to_have_count(0)
        await expect(page.locator(".message.you")).to_have_count(1)
    (event,) = service.events
    assert isinstance(event, PhotoSent)
    assert event.photo.data == photo_file()["buffer"]


async def at_work(page: Page, faces: LiveFaces) -> asyncio.Event:
    """A selfie is worked on until the gate is opened."""
    await to_sliders(page)
    faces.gate = gate = asyncio.Event()
    await send_photo(page)
    await press(page, say("en", "button-agree"))
    await expect(page.get_by_role("progressbar")).to_be_visible()
    return gate


async def test_an_answer_that_was_cut_off_is_not_worked_on_twice(browser: Browser) -> None:
    """The same event comes again, is known, and then where the person stands is shown instead."""
    faces = LiveFaces()
    service = core(faces)
    async with at(browser, service) as (house, page):
        gate = await at_work(page, faces)
        await house.stop()
        await expect(page.get_by_text(LOST)).to_be_visible()
        gate.set()
        await house.start()
        await expect(page.get_by_text(say("en", "interrupted-photo"))).to_be_visible()
        await expect(page.get_by_text(LOST)).to_have_count(0)
        assert faces.cancelled == 1
        await page.get_by_role("button", name=say("en", "button-retry")).click()
        await expect(page.get_by_role("button", name=say("en", "button-more-me"))).to_be_visible()
    await service.close()


class Stuck(Memory):
    """From `stick` on nothing is written down any more of where conversations stand."""

    def __init__(self) -> None:
        super().__init__()
        self.stick = False
        self.reached = asyncio.Event()

    async def save(self, person: PersonRef, chat: str, state: str) -> None:
        if self.stick:
            self.reached.set()
            await asyncio.Event().wait()
        await super().save(person, chat, state)


async def test_a_photo_that_a_restart_has_lost_comes_back_to_the_composer(browser: Browser) -> None:
    """Killed before it had written down that it works on the photo; the older face is not shown for it."""
    faces, store = LiveFaces(), Stuck()
    killed = core(faces, store)
    async with at(browser, killed) as (house, page):
        await with_a_face(page)
        store.stick = True
        pictures = await page.locator(".card img").count()
        await send_photo(page)
        await asyncio.wait_for(store.reached.wait(), 20)
        await expect(page.locator(".dots")).to_be_visible()
        store.stick = False
        service = await restart(house, faces, store)
        await expect(page.get_by_text(say("en", "web-photo-back"))).to_have_count(1)
        await expect(page.locator("#attached")).to_contain_text("mine.jpg")
        await expect(page.locator(".unanswered")).to_have_count(1)
        await expect(page.locator(".trouble, .dots")).to_have_count(0)
        await expect(page.get_by_text(say("en", "back"))).to_have_count(0)
        await expect(page.locator(".card img")).to_have_count(pictures)
        await page.get_by_role("button", name="Send").click()
        await expect(page.locator(".card img")).to_have_count(pictures + 1)
        await expect(page.locator("#attached")).to_be_hidden()
    await service.close()
    await killed.close()


async def test_trying_again_after_a_restart_brings_the_photo_back(browser: Browser) -> None:
    faces, store = LiveFaces(), Memory()
    stopped = core(faces, store)
    async with at(browser, stopped) as (house, page):
        await at_work(page, faces)
        await stopped.close()
        await expect(page.get_by_text(say("en", "error-stopping"))).to_be_visible()
        faces.gate = None
        service = await restart(house, faces, store)
        await press(page, say("en", "button-retry"))
        await expect(page.get_by_text(say("en", "web-photo-back"))).to_be_visible()
        await expect(page.get_by_text(say("en", "error-photo-gone"))).to_have_count(0)
        await expect(page.locator("#attached")).to_contain_text("mine.jpg")
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_role("button", name=say("en", "button-more-me"))).to_be_visible()
    await service.close()


async def test_a_photo_is_called_back_while_it_is_sent(browser: Browser) -> None:
    service = Scripted()
    async with visit(browser, service) as page:
        await page.route("**/chat", lambda _: asyncio.sleep(0))
        await send_photo(page)
        await expect(page.get_by_text(say("en", "web-sending"))).to_be_visible()
        await page.get_by_role("button", name=say("en", "web-call-back")).click()
        await expect(page.locator("#attached")).to_contain_text("mine.jpg")
        await expect(page.locator(".message")).to_have_count(0)
        assert service.events == []
        await page.unroute("**/chat")
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_text("That is you.")).to_be_visible()
    assert len(service.events) == 1


async def test_a_photo_on_a_slow_line_tells_how_far_it_is_and_is_not_asked_for_again(
    browser: Browser,
) -> None:
    service = Scripted()
    async with at(browser, service) as (house, page):
        network = await slow_line(page)
        await send_photo(page, large_file())
        await page.wait_for_function(HALFWAY)
        await expect(page.locator(".sending")).to_contain_text("%")
        await page.get_by_role("button", name=say("en", "web-call-back")).click()
        await expect(page.locator("#attached")).to_contain_text("large.jpg")
        await expect(page.locator(".message")).to_have_count(0)
        await page.get_by_role("button", name="Send").click()
        await page.wait_for_function(HALFWAY)
        await house.stop()
        await expect(page.get_by_text(say("en", "web-lost-photo"))).to_be_visible()
        await expect(page.get_by_role("button", name=say("en", "web-call-back"))).to_be_visible()
        await throttle(network, -1)
        await house.start()
        await page.get_by_role("button", name="Try again").click()
        await expect(page.get_by_text("That is you.")).to_be_visible()
        await expect(page.locator(".trouble")).to_have_count(0)
        await expect(page.locator(".message.you")).to_have_count(1)
    (event,) = service.events
    assert isinstance(event, PhotoSent)
    assert event.photo.data == large_file()["buffer"]


async def test_a_large_photo_is_sent_as_small_as_it_is_used_and_without_its_metadata(
    browser: Browser,
) -> None:
    """Upright, as a phone's camera has written it on its side."""
    pixels = np.random.default_rng(1).integers(0, 255, (1500, 3000, 3), np.uint8)
    pixels[:, :1500] = (250, 10, 10)
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "A camera"
    made = io.BytesIO()
    Image.fromarray(pixels).save(made, "JPEG", exif=exif, quality=90)
    service = Scripted()
    async with visit(browser, service) as page:
        large: FilePayload = {"name": "large.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()}
        await page.locator("#file").set_input_files(large)
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_text("That is you.")).to_be_visible()
    (event,) = service.events
    assert isinstance(event, PhotoSent)
    assert len(event.photo.data) < len(made.getvalue()) * 0.6
    with Image.open(io.BytesIO(event.photo.data)) as sent:
        assert (sent.format, sent.size) == ("JPEG", (1024, 2048))
        assert not sent.getexif()
        red, green, _ = sent.convert("RGB").getpixel((512, 300))
    assert red > 230
    assert green < 40


async def test_a_photo_that_gets_stuck_twice_is_not_sent_again_unasked(browser: Browser) -> None:
    """Each try costs the person's data; the server has given up reading so slow a body."""
    service = Scripted()
    async with at(browser, service) as (house, page):
        network = await slow_line(page)
        await send_photo(page, large_file())
        for said in ("lost-photo", "slow"):
            await page.wait_for_function(HALFWAY)
            await house.stop()
            await expect(page.get_by_text(say("en", f"web-{said}"))).to_be_visible()
            await house.start()
        await throttle(network, -1)
        await page.get_by_role("button", name=say("en", "web-retry")).click()
        await expect(page.get_by_text("That is you.")).to_be_visible()
        await expect(page.locator(".message.you")).to_have_count(1)
    assert len(service.events) == 1


async def test_a_photo_is_called_back_while_the_connection_is_lost(browser: Browser) -> None:
    service = Scripted()
    async with visit(browser, service) as page:
        await page.route("**/chat", lambda route: route.abort())
        await send_photo(page)
        await expect(page.get_by_text(say("en", "web-lost-photo"))).to_be_visible()
        await page.get_by_role("button", name=say("en", "web-call-back")).click()
        await expect(page.locator("#attached")).to_contain_text("mine.jpg")
        await expect(page.locator(".message")).to_have_count(0)
    assert service.events == []


async def test_a_server_that_says_nothing_more_is_given_up(browser: Browser) -> None:
    """A phone that changes its network hears nothing of its old connection's end."""
    service = Scripted()
    service.gate.clear()
    async with visit(browser, service) as page:
        await page.clock.install()
        await send_photo(page)
        await expect(page.get_by_role("progressbar")).to_have_attribute("value", "0.5")
        await page.clock.fast_forward(31_000)
        await expect(page.get_by_text(LOST)).to_be_visible()
        service.gate.set()
        await page.clock.fast_forward(2000)
        await expect(page.get_by_text("That is you.")).to_be_visible()


WORDS = """() => [...document.querySelectorAll("body *, title")]
  .filter((node) => !node.closest("#log *, #types, script, .languages ul, .unscripted"))
  .flatMap((node) => [node.ariaLabel, node.title, node.placeholder, ...[...node.childNodes]
    .filter((child) => child.nodeType === 3).map((child) => child.textContent.trim())]).filter(Boolean)"""
"""All that the page itself says, aloud or to be seen."""


@pytest.mark.parametrize("way", ["typed", "by the bar"])
async def test_the_page_follows_the_language_that_is_chosen(browser: Browser, way: str) -> None:
    service = core(LiveFaces())
    async with visit(browser, service) as page:
        other = await page.context.new_page()
        await other.goto(page.url)
        await page.locator(".tile", has_text="ENFP").click()
        await press(page, say("en", "choice-female"))
        await expect(page.locator(".card img")).to_have_count(1)
        await page.evaluate("window.same = true")
        if way == "typed":
            await write(page, "/language ko")
        else:
            await page.locator("summary").click()
            await page.get_by_role("link", name=say("ko", "choice-ko")).click()
        # Other tabs follow too, and neither is loaded anew.
        for tab in (page, other):
            await expect(tab.locator("html")).to_have_attribute("lang", "ko")
            await expect(tab).to_have_title(say("ko", "web-title"))
            await expect(tab.get_by_role("combobox")).to_have_attribute(
                "placeholder", say("ko", "web-placeholder")
            )
        assert await page.evaluate("window.same")
        # A new page says the same, word by word.
        again = await page.context.new_page()
        await again.goto(page.url + "?lang=ja")
        await expect(again.locator(".tile")).to_have_count(16)
        ignored = {"ENFP", "INTJ"}
        fresh = {*await again.evaluate(WORDS)} - ignored
        assert {*await page.evaluate(WORDS)} - ignored == fresh
        assert say("ko", "web-add-photo") in fresh
        # What was said before is read out in the language in which it was said.
        langs = await page.locator(".message.bot").evaluate_all("(all) => all.map(({ lang }) => lang)")
        assert langs == ["en", "en", "en", "ko", "ko"]
        # So is what is asked anew, and what was open has its buttons.
        await expect(page.locator(".message.bot").last).to_contain_text("셀카를 보기 전에")
        await expect(page.get_by_role("button", name=say("ko", "button-agree"))).to_be_visible()
        await write(page, "/help")
        await expect(page.locator(".message.bot").last).to_have_attribute("lang", "ko")
        await expect(page.locator(".message.bot").last).to_contain_text("유형")
        assert await page.evaluate("window.same")
    await service.close()


async def test_the_focus_is_never_lost(browser: Browser) -> None:
    service = Scripted()
    service.gate.clear()
    async with visit(browser, service) as page:
        lost = "document.activeElement === document.body"
        await page.get_by_role("button", name="ENFP").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("May I use a selfie?")).to_be_visible()
        assert not await page.evaluate(lost), "the way in is gone"
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("button", name="Open large: A coral square")).to_be_focused()
        await page.locator("#file").set_input_files(photo_file())
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Cancel").focus()
        service.gate.set()
        await expect(page.get_by_text("That is you.")).to_be_visible()
        assert not await page.evaluate(lost), "the progress is gone"
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("button", name="Open large: A navy square")).to_be_focused()
        await page.route("**/chat", lambda route: route.abort())
        await write(page, "hello")
        await page.get_by_role("button", name="Try again").focus()
        await page.keyboard.press("Enter")
        assert not await page.evaluate(lost), "the trouble is gone"
