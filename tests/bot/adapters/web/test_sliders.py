"""Sliders with live renders, selects, films and files: the real core behind the page, or scripted replies."""

from __future__ import annotations

import io
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.async_api import Browser, expect

from bot.adapters.web.outgoing import encode
from bot.core.events import Event, Press
from bot.core.replies import Button, Picture, Progress, Reply, Select, Shown, Slider, Text
from bot.core.wording import say
from inference.films import files
from inference.wire import DirectionInfo, EditFace, Face, ImageFormat
from tests.bot.adapters.web.browsing import DESK, PHONE, photo_file, to_sliders, visit
from tests.bot.adapters.web.scripted import Scripted, picture
from tests.bot.adapters.web.test_main_job import core
from tests.bot.adapters.web.test_page import CONTRAST
from tests.bot.core import fakes

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHIFTS = """() => {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries()) {
      window.shifts.push([value, sources.map(({ node }) => node?.outerHTML?.slice(0, 120) ?? String(node))]);
    }
  }).observe({ type: "layout-shift" });
}"""
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


class LiveFaces(fakes.FakeFaces):
    """Draws another picture each time."""

    async def render(self, face: Face, *, pack: str | None = None, size: int, format: ImageFormat) -> bytes:
        await super().render(face, pack=pack, size=size, format=format)
        out = io.BytesIO()
        Image.new("RGB", (size, size), (len(self.rendered) * 9 % 256, 90, 120)).save(out, "JPEG")
        return out.getvalue()

    @property
    def smile(self) -> float:
        face = self.rendered[-1]
        assert isinstance(face, EditFace)
        assert face.direction == "smile"
        return face.amount


@pytest.mark.parametrize("viewport", [PHONE, DESK])
async def test_a_moved_slider_renders_in_place_and_moves_nothing_else(
    browser: Browser, viewport: dict[str, int]
) -> None:
    faces = LiveFaces()
    service = core(faces)
    async with visit(browser, service, viewport=viewport) as page:
        await to_sliders(page)
        smile = page.get_by_role("slider", name=say("en", "direction-smile"))
        await expect(smile).to_have_attribute("aria-valuetext", "0.0")
        # The sliders do what the select and the buttons with plus and minus do elsewhere.
        await expect(page.get_by_role("button", name="+", exact=True)).to_have_count(0)
        await expect(page.locator("select")).to_have_count(0)
        messages = await page.locator(".message").count()
        image = page.locator(".live img")
        before = await image.get_attribute("src")
        await smile.focus()
        await page.evaluate(TWO_FRAMES)
        await page.evaluate(SHIFTS)
        for _ in range(3):
            await page.keyboard.press("ArrowRight")
        await expect(smile).to_have_attribute("aria-valuetext", "+0.3")
        await expect(page.locator(".slider output").first).to_have_text("+0.3")
        await expect(page.locator(".live .caption")).to_contain_text("+0.3")
        assert await image.get_attribute("src") != before
        await expect(page.get_by_role("button", name=say("en", "button-undo"))).to_be_visible()
        await expect(smile).to_be_focused()
        await page.keyboard.press("End")
        await expect(page.locator(".live .caption")).to_contain_text("+2.0")
        await page.evaluate(TWO_FRAMES)
        assert await page.evaluate("window.shifts") == []
        assert await page.locator(".message").count() == messages
        assert faces.smile == 2
        await page.get_by_role("button", name=say("en", "button-undo")).click()
        await expect(page.locator(".card img")).to_have_count(3)
        assert faces.smile == pytest.approx(0.3)
    await service.close()


async def test_a_slider_has_a_mark_where_nothing_is_changed_and_ways_back_to_it(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    directions = [DirectionInfo(name="smile", low=-1, high=3, how="fitted")]
    monkeypatch.setattr(fakes, "PACK", fakes.PACK.model_copy(update={"directions": directions}))
    faces = LiveFaces()
    service = core(faces)
    async with visit(browser, service) as page:
        await to_sliders(page, count=1)
        smile = page.get_by_role("slider")
        label = say("en", "direction-smile")
        back = page.get_by_role("button", name=f"{label}: {say('en', 'web-reset')}")
        mark = await smile.evaluate("(node) => getComputedStyle(node).getPropertyValue('--zero')")
        assert float(mark) == 0.25
        # At 0 there is nothing to take back, and no room changes when there is.
        await expect(back).to_be_hidden()
        await page.evaluate(SHIFTS)
        await smile.focus()
        await page.keyboard.press("End")
        await expect(page.locator(".live .caption")).to_contain_text("+3.0")
        await page.keyboard.press("Shift+Tab")
        await expect(back).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(smile).to_be_focused()
        await expect(smile).to_have_attribute("aria-valuetext", "0.0")
        await expect(page.locator(".live .caption")).not_to_contain_text("3.0")
        for key in ("Delete", "0"):
            await page.keyboard.press("Home")
            await expect(page.locator(".live .caption")).to_contain_text("−1.0")
            await page.keyboard.press(key)
            await expect(smile).to_have_value("0")
            await expect(page.locator(".live .caption")).not_to_contain_text("−1.0")
        await page.keyboard.press("End")
        await smile.dblclick()
        await expect(smile).to_have_value("0")
        await page.evaluate(TWO_FRAMES)
        assert await page.evaluate("window.shifts") == []
    await service.close()


async def test_many_sliders_stand_beside_the_face_and_what_is_said_of_it(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("smile", "age", "gender", "hair", "turn", "skin", "ei", "sefa-1")
    directions = [DirectionInfo(name=name, low=-2, high=2, how="fitted") for name in names]
    monkeypatch.setattr(fakes, "PACK", fakes.PACK.model_copy(update={"directions": directions}))
    service = core(LiveFaces())
    async with visit(browser, service) as page:
        await to_sliders(page, count=6)
        inside = ("", " .held", " .caption", " .sliders", " .tools")
        boxes = [await page.locator(f".live .card{one}").bounding_box() for one in inside]
        card, held, caption, sliders, tools = (box for box in boxes if box)
        bottom = card["y"] + card["height"]
        assert caption["x"] == tools["x"] == held["x"]
        assert held["y"] + held["height"] <= caption["y"] + 8
        assert caption["y"] + caption["height"] <= tools["y"] + 1
        assert sliders["x"] >= held["x"] + held["width"]
        assert bottom - tools["y"] - tools["height"] < 90
        assert bottom - sliders["y"] - sliders["height"] < 90
    await service.close()


async def test_letters_and_numbers_are_folded_until_they_are_wanted_or_moved(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("smile", "age", "turn", "ei", "sn", *(f"sefa-{n}" for n in range(1, 9)))
    directions = [DirectionInfo(name=name, low=-2, high=2, how="fitted") for name in names]
    monkeypatch.setattr(fakes, "PACK", fakes.PACK.model_copy(update={"directions": directions}))
    service = core(LiveFaces())
    async with visit(browser, service, viewport=PHONE) as page:
        await to_sliders(page, count=3)
        folds = page.locator(".fold summary")
        await expect(folds).to_have_text([say("en", "directions-letters"), say("en", "directions-more")])
        await folds.last.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("slider")).to_have_count(11)
        for _ in range(8):
            await page.keyboard.press("Tab")
        await expect(page.get_by_role("slider").last).to_be_focused()
        await page.keyboard.press("End")
        await expect(page.locator(".live .caption")).to_contain_text("+2.0")
        # The face that a slider moves is in view wherever the slider is.
        await expect(page.locator(".live img")).to_be_in_viewport(ratio=1)
        await expect(page.get_by_role("slider").last).to_be_in_viewport()
        await page.get_by_role("combobox").fill("/edit")
        await page.keyboard.press("Enter")
        await expect(page.locator(".live")).to_have_count(2)
        await expect(page.locator(".live").last.get_by_role("slider")).to_have_count(11)
    await service.close()


COVERED = """() => [...document.querySelectorAll(".card img")].flatMap((image) => {
  image.scrollIntoView({ block: "center" });
  const { left, right, top, bottom } = image.getBoundingClientRect();
  const corners = [[left + 6, top + 6], [right - 6, top + 6], [left + 6, bottom - 6], [right - 6, bottom - 6]];
  return corners.map(([x, y]) => document.elementFromPoint(x, y)).filter((seen) => seen !== image)
    .map((seen) => seen?.outerHTML.slice(0, 100) ?? "nothing");
})"""
"""What is seen in place of a picture's corners."""


@pytest.mark.parametrize("viewport", [PHONE, DESK])
async def test_nothing_covers_a_picture(browser: Browser, viewport: Any) -> None:
    """Codes stand in the corners of a sheet, and faces reach to theirs."""
    service = core(LiveFaces())
    async with visit(browser, service, viewport=viewport) as page:
        await to_sliders(page)
        for line in ("/gallery", "/all"):
            await page.get_by_role("combobox").fill(line)
            await page.keyboard.press("Enter")
        await expect(page.locator(".card img")).to_have_count(4)
        assert await page.evaluate(COVERED) == []
        await expect(page.get_by_role("link", name="Save")).to_have_count(4)
    await service.close()


async def test_the_last_of_fifty_fast_moves_wins(browser: Browser) -> None:
    faces = LiveFaces()
    service = core(faces)
    async with visit(browser, service) as page:
        await to_sliders(page)
        rendered = len(faces.rendered)
        await page.evaluate("""() => {
          const slider = document.querySelector("input[type=range]");
          for (let n = 1; n <= 50; n += 1) {
            slider.value = n % 2 ? n % 20 : -(n % 19);
            slider.dispatchEvent(new Event("input"));
          }
        }""")
        await expect(page.locator(".live .caption")).to_contain_text("−1.2")
        await expect(page.get_by_role("slider").first).to_have_value("-12")
        assert faces.smile == pytest.approx(-1.2)
        assert len(faces.rendered) - rendered <= 2
        assert await page.locator(".trouble").count() == 0
    await service.close()


NARROW = """() => [...document.querySelectorAll("a, button, input:not([type=file]), select, summary")]
  .filter((node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest(".skip"))
  .map((node) => [node.getBoundingClientRect(), node.outerHTML])
  .filter(([{ width, height }]) => Math.min(width, height) < 24)"""
NAMELESS = """() => [...document.querySelectorAll("button, a, input:not([type=file]), select, summary, video")]
  .filter((node) => node.checkVisibility({ visibilityProperty: true }))
  .filter((node) => !(node.ariaLabel || node.textContent.trim() || node.labels?.length))
  .map((node) => node.outerHTML)"""
UNSEEN = """async () => {
  const blind = [];
  const stops = "#log :is(a, button, input, select, summary), .bar :is(a, button, summary), .composer button";
  for (const node of document.querySelectorAll(stops)) {
    if (!node.checkVisibility({ visibilityProperty: true })) continue;
    node.focus({ focusVisible: true });
    const { outlineStyle, outlineWidth } = getComputedStyle(node);
    if (outlineStyle !== "solid" || parseFloat(outlineWidth) < 2) blind.push(node.outerHTML);
  }
  return blind;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_use_the_controls(browser: Browser, scheme: Any) -> None:
    """Contrast, names, sizes and a focus that is seen, with all that the page has at once."""
    service = core(LiveFaces())
    async with visit(browser, service, color_scheme=scheme, viewport=PHONE, spoiler=True) as page:
        await to_sliders(page)
        await page.get_by_role("button", name=say("en", "web-share")).last.click()
        await expect(page.get_by_role("textbox", name=say("en", "web-link"))).to_be_visible()
        await page.locator(".live").get_by_role("button", name=say("en", "web-uncover")).click()
        await page.locator("#file").set_input_files(photo_file())
        found = await page.evaluate(CONTRAST)
        assert found["poor"] == []
        assert found["seen"] > 20
        assert await page.evaluate(NARROW) == []
        assert await page.evaluate(NAMELESS) == []
        assert await page.evaluate(UNSEEN) == []
    await service.close()


async def test_a_slider_that_could_not_be_sent_goes_on_by_itself(browser: Browser) -> None:
    faces = LiveFaces()
    service = core(faces)
    async with visit(browser, service) as page:
        await to_sliders(page)
        await page.route("**/chat", lambda route: route.abort())
        await page.get_by_role("slider").first.focus()
        await page.keyboard.press("Home")
        await expect(page.get_by_text(say("en", "web-lost"))).to_be_visible()
        await page.unroute("**/chat")
        await expect(page.locator(".live .caption")).to_contain_text("−2.0")
        await expect(page.locator(".trouble")).to_have_count(0)
        assert faces.smile == -2
    await service.close()


class Fixed(Scripted):
    """Answers everything with the same replies."""

    def __init__(self, *replies: Reply) -> None:
        super().__init__()
        self.replies = replies

    async def _answer(self, event: Event) -> AsyncGenerator[Reply]:
        for reply in self.replies:
            yield reply


async def test_a_select_has_its_label_and_sends_only_when_chosen(browser: Browser) -> None:
    options = (Button("Smile", "smile"), Button("Age <b>", "age", "primary"))
    service = Fixed(Text("Well?", select=Select("What shall I change?", options)))
    async with visit(browser, service) as page:
        await page.get_by_role("button", name="ENFP").click()
        select = page.get_by_role("combobox", name="What shall I change?")
        await expect(select).to_have_value("age")
        await select.focus()
        await page.keyboard.press("ArrowUp")
        await expect(select).to_have_value("smile")
        assert len(service.events) == 1
        await page.get_by_role("button", name=say("en", "web-choose")).click()
        await expect(page.locator(".you")).to_have_text(["You: /mbti ENFP", "You: Smile"])
    event = service.events[-1]
    assert isinstance(event, Press)
    assert event.payload == "smile"


FILM = Picture(b"\0\0\0\x18ftypisom", "video/mp4", "typeface-ENFP.mp4", "A face turns", picture("teal").data)


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
async def test_a_film_loops_silently_behind_its_poster(browser: Browser, motion: Any) -> None:
    async with visit(browser, Fixed(Shown(FILM, "From one to the other.")), reduced_motion=motion) as page:
        await page.get_by_role("button", name="ENFP").click()
        video = page.locator("video")
        await expect(video).to_be_visible()
        told = await video.evaluate("""(node) => {
          const { controls, loop, muted, playsInline, autoplay, poster, width } = node;
          return { controls, loop, muted, playsInline, autoplay, poster: poster.slice(0, 5), width };
        }""")
        assert told == {
            "controls": True,
            "loop": True,
            "muted": True,
            "playsInline": True,
            "autoplay": False,
            "poster": "blob:",
            "width": 64,
        }
        await expect(video).to_have_attribute("aria-label", "A face turns")
        # The film plays as soon as it can, unless the person wants no motion.
        played = await video.evaluate("""(node) => {
          let played = false;
          node.play = () => { played = true; return Promise.resolve(); };
          node.dispatchEvent(new Event("canplay"));
          return played;
        }""")
        assert played == (motion == "no-preference")
        async with page.expect_download() as coming:
            await page.get_by_role("link", name="Save").click()
        assert (await coming.value).suggested_filename == "typeface-ENFP.mp4"


def reel() -> bytes:
    """A second of a real film, black turning white."""
    frames = [(np.full((64, 64, 3), level, np.uint8), 1) for level in range(0, 250, 10)]
    return files.encode(frames, size=64, format="mp4")


async def test_a_film_can_be_moved_to_any_of_its_moments(browser: Browser) -> None:
    film = replace(FILM, data=reel())
    async with visit(browser, Fixed(Shown(film, "From one to the other."))) as page:
        await page.get_by_role("button", name="ENFP").click()
        video = page.locator("video")
        await expect(video).to_have_js_property("readyState", 4)
        moments = await video.evaluate("""async (node) => {
          const moments = [];
          for (const moment of [0.75, 0.25]) {
            node.currentTime = moment;
            await new Promise((done) => node.addEventListener("seeked", done, { once: true }));
            moments.push(node.currentTime);
          }
          return [...moments, node.seekable.end(0) === node.duration];
        }""")
        assert moments == [0.75, 0.25, True]


@pytest.mark.parametrize(
    ("shown", "size"),
    [
        (
            Shown(Picture(b"z" * 1_234_567, "application/zip", "typeface-my-data.zip", "A zip"), "All."),
            "1.2 MB",
        ),
        (Shown(picture("navy", "typeface-C0DE00.png"), "Uncompressed.", whole=True), "0.7 kB"),
    ],
)
async def test_a_file_is_handed_over_with_its_name_and_size(
    browser: Browser, shown: Shown, size: str
) -> None:
    async with visit(browser, Fixed(shown)) as page:
        await page.get_by_role("button", name="ENFP").click()
        link = page.locator("a.file")
        await expect(link).to_contain_text(shown.picture.name)
        await expect(link).to_contain_text(size)
        await expect(page.locator(".card img")).to_have_count(0)
        async with page.expect_download() as coming:
            await link.click()
        assert (await (await coming.value).path()).stat().st_size == len(shown.picture.data)


async def test_progress_moves_nothing(browser: Browser) -> None:
    service = Scripted()
    service.gate.clear()
    async with visit(browser, service, viewport=PHONE) as page:
        await page.locator("#file").set_input_files(photo_file())
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_role("progressbar")).to_be_visible()
        await page.evaluate(SHIFTS)
        await expect(page.get_by_role("progressbar")).to_have_attribute("value", "0.5")
        await expect(page.get_by_alt_text("A teal square")).to_be_visible()
        service.gate.set()
        await expect(page.get_by_text("That is you.")).to_be_visible()
        await page.evaluate(TWO_FRAMES)
        assert await page.evaluate("window.shifts") == []


async def test_what_sliders_do_is_not_offered_twice() -> None:
    slider = Slider("Smile", "1.0a.move.smile.", -20, 20, 0, "tenths")
    moves, last = (Button("+", "1.0a.move.smile.5"),), (Button("Done", "1.0a.again"),)
    select = Select("What?", (Button("Smile", "1.0a.edit.smile"),))
    shown = Shown(picture("teal"), menu=(moves, last), select=select, sliders=(slider,), made="C0DE00")
    told = encode(shown)
    assert told["select"] is None
    assert [[one["label"] for one in row] for row in told["menu"]] == [["Done"]]
    assert (told["made"], told["whole"], told["sliders"][0]["unit"]) == ("C0DE00", False, "tenths")
    assert encode(Shown(FILM))["picture"]["poster"]
    assert encode(Progress("Wait", 0.5))["fraction"] == 0.5
