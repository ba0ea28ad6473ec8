"""The main job through the page, with the real core behind it and recording fakes at the core's ports."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, expect

from bot.adapters.web import application
from bot.core.house import House
from bot.core.service import Service
from bot.core.wording import say
from tests.bot.adapters.web.browsing import PHONE, photo_file, press, visit
from tests.bot.adapters.web.scripted import picture
from tests.bot.core import fakes
from tests.bot.core.world.memory import Memory

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def faces(monkeypatch: pytest.MonkeyPatch) -> fakes.FakeFaces:
    """Faces that browsers can draw, and every step of their work on the page."""
    monkeypatch.setattr(application, "PACE_SECONDS", 0.0)
    monkeypatch.setattr(fakes, "JPEG", picture("teal", side=512).data)
    return fakes.FakeFaces()


def core(faces: fakes.FakeFaces, store: Memory | None = None) -> Service:
    clock, drawing = fakes.FakeClock(), fakes.FakeDrawing()
    return Service(faces, store or Memory(), drawing, clock, House(24 * 3600))


@pytest.mark.parametrize(("tag", "locale"), [("en-GB", "en"), ("ko-KR", "ko"), ("ja-JP", "ja")])
async def test_from_the_type_to_the_best_match(
    browser: Browser, faces: fakes.FakeFaces, tag: str, locale: str, tmp_path: Path
) -> None:
    faces.gate = asyncio.Event()
    service = core(faces)
    async with visit(browser, service, locale=tag, viewport=PHONE) as page:
        await page.locator(".tile", has_text="ENFP").click()
        await press(page, say(locale, "choice-female"))
        await expect(page.locator(".card img")).to_have_count(1)
        faces.assert_type("ENFP", "female")
        # The face that was asked for is seen, and the question below it is one press away, on a phone too.
        await expect(page.locator(".card img")).to_be_in_viewport(ratio=1)
        await page.locator("#more").click()
        await expect(page.get_by_role("button", name=say(locale, "button-agree"))).to_be_in_viewport(ratio=1)
        await expect(page.locator("#more")).to_be_hidden()
        titles = page.locator(".card").last.locator(".title")
        await expect(titles).to_have_text([say(locale, "title-ENFP")])
        await page.locator("#file").set_input_files(photo_file())
        await page.locator("#send").click()
        await expect(page.locator(".message.you img")).to_have_count(1)
        await expect(page.locator(".message.bot")).to_have_count(4)
        await press(page, say(locale, "button-agree"))
        await expect(page.get_by_alt_text(say(locale, "alt-preview"))).to_be_visible()
        await expect(page.get_by_role("button", name=say(locale, "button-cancel"))).to_be_in_viewport()
        faces.gate.set()
        await expect(page.get_by_role("progressbar")).to_have_count(0)
        faces.assert_blend(photo_file()["buffer"], "ENFP", 0.5)
        async with page.expect_download() as coming:
            await page.locator("a.save").last.click()
        await (await coming.value).save_as(tmp_path / "blend.jpg")
        assert (tmp_path / "blend.jpg").read_bytes() == fakes.JPEG
        await press(page, say(locale, "button-match"))
        await press(page, say(locale, "choice-male"))
        await expect(page.locator(".card img")).to_have_count(3)
        faces.assert_type("ISTJ", "male")
        # The headline is the type that was met, not the line above it.
        titles = page.locator(".card").last.locator(".title")
        await expect(titles).to_have_text([say(locale, "title-ISTJ")])
    await service.close()


@pytest.mark.parametrize(("tag", "locale"), [("en-GB", "en"), ("ko-KR", "ko")])
async def test_in_my_photo(
    browser: Browser, faces: fakes.FakeFaces, tag: str, locale: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = io.BytesIO()
    Image.new("RGB", (1200, 400), "orange").save(wide, "JPEG")
    monkeypatch.setattr(fakes, "COMPOSED", wide.getvalue())
    service = core(faces)
    async with visit(browser, service, locale=tag, viewport=PHONE) as page:
        await page.locator(".tile", has_text="ENFP").click()
        await press(page, say(locale, "choice-female"))
        await expect(page.locator(".card img")).to_have_count(1)
        await page.locator("#file").set_input_files(photo_file())
        await page.locator("#send").click()
        await press(page, say(locale, "button-agree"))
        await expect(page.locator(".card img")).to_have_count(2)
        faces.gate = asyncio.Event()
        await press(page, say(locale, "button-in-photo"))
        await expect(page.get_by_text(say(locale, "progress-compose"))).to_be_visible()
        faces.gate.set()
        composed = page.get_by_alt_text(say(locale, "alt-composed", type="ENFP"))
        await expect(composed).to_be_visible()
        await expect(page.get_by_role("progressbar")).to_have_count(0)
        box = await composed.bounding_box()
        assert box and abs(box["width"] / box["height"] - 3) < 0.05, "the whole photo, in its own shape"
        assert faces.composed == [(photo_file()["buffer"], None)]
        await press(page, say(locale, "button-blend-back"))
        await expect(page.locator(".card img")).to_have_count(4)
    await service.close()


async def test_the_first_look_is_shown_while_one_waits(browser: Browser, faces: fakes.FakeFaces) -> None:
    faces.looks_while_queued = True
    faces.queue_gate = asyncio.Event()
    service = core(faces)
    async with visit(browser, service) as page:
        await page.locator(".tile", has_text="ENFP").click()
        await press(page, say("en", "choice-female"))
        await expect(page.locator(".card img")).to_have_count(1)
        await page.locator("#file").set_input_files(photo_file())
        await page.locator("#send").click()
        await press(page, say("en", "button-agree"))
        await expect(page.get_by_text(say("en", "progress-queued", position=2, seconds=20))).to_be_visible()
        await expect(page.get_by_alt_text(say("en", "alt-preview"))).to_be_visible()
        faces.queue_gate.set()
        await expect(page.get_by_role("progressbar")).to_have_count(0)
    await service.close()


async def test_cancelling_stops_the_work(browser: Browser, faces: fakes.FakeFaces) -> None:
    faces.gate = asyncio.Event()
    service = core(faces)
    async with visit(browser, service) as page:
        await page.get_by_role("combobox").fill("/mbti enfp either")
        await page.keyboard.press("Enter")
        await expect(page.locator(".card img")).to_have_count(1)
        await page.locator("#file").set_input_files(photo_file())
        await page.locator("#send").click()
        await expect(page.locator(".message.you img")).to_have_count(1)
        await expect(page.locator(".message.bot")).to_have_count(3)
        await press(page, say("en", "button-agree"))
        await page.get_by_role("button", name=say("en", "button-cancel")).click()
        await expect(page.get_by_text(say("en", "stopped"))).to_be_visible()
        await expect(page.get_by_text(say("en", "error-cancelled"))).to_be_visible()
        await expect(page.get_by_role("progressbar")).to_have_count(0)
    assert faces.cancelled == 1
    await service.close()
