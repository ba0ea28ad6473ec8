"""The page in a real browser: headless Chromium, driven by Playwright over the real server."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from bot.core.events import Command, PhotoSent, Press, TextSent
from bot.core.wording import pick, say
from tests.bot.adapters.web.browsing import PHONE, photo_file, visit
from tests.bot.adapters.web.scripted import Scripted, picture

pytestmark = pytest.mark.asyncio(loop_scope="module")
HAND_OVER = """([kind, encoded]) => {
  const bytes = Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], "me.jpg", { type: "image/jpeg" }));
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true })
    : new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true });
  document.body.dispatchEvent(event);
}"""


async def hand_over(page: Page, kind: str, file: bytes) -> None:
    """Paste or drop a file, as the browser tells a page of it."""
    await page.evaluate(HAND_OVER, [kind, b64encode(file).decode()])


async def test_the_way_in_is_seen_from_its_top(browser: Browser) -> None:
    async with visit(browser, Scripted(), viewport=PHONE) as page:
        # The stream is opened last: then the page has done all that it does by itself.
        async with page.expect_response("**/feed*"):
            await page.reload()
        await expect(page.get_by_role("heading", level=1)).to_be_in_viewport(ratio=1)


async def test_a_type_a_selfie_and_the_blend(browser: Browser) -> None:
    service = Scripted()
    service.gate.clear()
    async with visit(browser, service) as page:
        await page.get_by_role("button", name="ENFP").click()
        await expect(page.get_by_text("This is ENFP.")).to_be_visible()
        await expect(page.locator("#hero")).to_be_hidden()
        await page.get_by_role("button", name="I agree").click()
        await expect(page.get_by_text("You said yes")).to_be_visible()
        await page.locator("#file").set_input_files(photo_file())
        await page.get_by_role("button", name="Send").click()
        bar = page.get_by_role("progressbar")
        await expect(bar).to_have_attribute("value", "0.5")
        await expect(page.get_by_alt_text("A teal square")).to_be_visible()
        before = await page.locator(".preview").bounding_box()
        service.gate.set()
        await expect(page.get_by_text("That is you.")).to_be_visible()
        await expect(bar).to_have_count(0)
        after = await page.get_by_role("button", name="Open large: A navy square").bounding_box()
        assert before is not None
        assert after is not None
        assert (before["width"], before["height"]) == (after["width"], after["height"])
        await page.get_by_role("button", name="More me").click()
        await expect(page.get_by_text("You said more-me")).to_be_visible()
    command, press, photo, more = service.events
    assert isinstance(command, Command)
    assert (command.name, command.options) == ("mbti", {"text": "ENFP"})
    assert isinstance(press, Press)
    assert isinstance(photo, PhotoSent)
    assert photo.photo.data == photo_file()["buffer"]
    assert isinstance(more, Press)
    assert len({event.origin.update for event in service.events}) == 4
    assert len({event.origin.person for event in service.events}) == 1


@pytest.mark.parametrize("kind", ["drop", "paste"])
async def test_a_photo_is_dropped_or_pasted(browser: Browser, kind: str) -> None:
    service = Scripted()
    async with visit(browser, service) as page:
        if kind == "drop":
            await hand_over(page, "dragover", b"x")
            await expect(page.get_by_text("Drop your photo here")).to_be_visible()
        await hand_over(page, kind, photo_file()["buffer"])
        await expect(page.get_by_text("Drop your photo here")).to_be_hidden()
        await expect(page.locator("#attached")).to_be_visible()
        await page.get_by_role("button", name="Remove the photo").click()
        await expect(page.locator("#attached")).to_be_hidden()
        await hand_over(page, kind, photo_file()["buffer"])
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("That is you.")).to_be_visible()
    (event,) = service.events
    assert isinstance(event, PhotoSent)
    assert event.photo.data == photo_file()["buffer"]


async def test_a_file_that_is_no_picture_is_not_sent(browser: Browser) -> None:
    service = Scripted()
    async with visit(browser, service) as page:
        await page.locator("#file").set_input_files(
            {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%"}
        )
        await expect(page.get_by_role("alert")).to_contain_text("Only photos")
        await expect(page.locator("#attached")).to_be_hidden()
        # A kind of picture that the server does not read is not offered, and not taken when dropped.
        await page.locator("#file").set_input_files(
            {"name": "a.heic", "mimeType": "image/heic", "buffer": b"x"}
        )
        await expect(page.get_by_role("alert")).to_contain_text("Only photos")
        await expect(page.locator("#attached")).to_be_hidden()
    assert service.events == []


@pytest.mark.parametrize("locale", ["en-GB", "ko-KR", "ja-JP"])
async def test_the_placeholder_fits_a_phone(browser: Browser, locale: str) -> None:
    async with visit(browser, Scripted(), viewport=PHONE, locale=locale) as page:
        hidden = await page.evaluate("""() => {
          const say = document.getElementById("say");
          const style = getComputedStyle(say);
          const pen = document.createElement("canvas").getContext("2d");
          pen.font = style.font;
          const room = say.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
          return pen.measureText(say.placeholder).width - room;
        }""")
        assert hidden <= 0


async def test_a_huge_photo_is_told_of_and_not_sent(browser: Browser, tmp_path: Path) -> None:
    service = Scripted()
    huge = tmp_path / "huge.jpg"
    with huge.open("wb") as file:
        file.truncate(21 * 2**20)
    async with visit(browser, service) as page:
        await page.locator("#file").set_input_files(huge)
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_text("That file is too large.")).to_be_visible()
    (event,) = service.events
    assert isinstance(event, PhotoSent)
    assert event.photo.problem == "too_large"


async def test_progress_is_cancelled_by_its_button(browser: Browser) -> None:
    service = Scripted()
    service.gate.clear()
    async with visit(browser, service) as page:
        await page.locator("#file").set_input_files(photo_file())
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Cancel").click()
        await expect(page.get_by_text("Cancelled.", exact=True)).to_be_visible()


async def test_the_keyboard_alone_walks_the_whole_way(browser: Browser) -> None:
    service = Scripted()
    async with visit(browser, service) as page:
        focused = page.locator(":focus")
        await page.keyboard.press("Tab")
        await expect(focused).to_have_text("Skip to the message box")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("combobox")).to_be_focused()
        await page.keyboard.type("/mb")
        await expect(page.get_by_role("option")).to_have_count(1)
        await page.keyboard.press("ArrowDown")
        await expect(page.get_by_role("combobox")).to_have_attribute("aria-activedescendant", "offer-0")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("option")).to_have_count(16)
        await page.keyboard.type("enf")
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("combobox")).to_have_value("/mbti ENFP ")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("listbox")).to_be_hidden()
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("May I use a selfie?")).to_be_visible()
        for name in ("Show commands", "Add a photo", "No", "I agree"):
            await page.keyboard.press("Shift+Tab")
            await expect(page.get_by_role("button", name=name, exact=True)).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("You said yes")).to_be_visible()
        await expect(page.get_by_role("button", name="I agree")).to_be_focused()
        style = await focused.evaluate("(node) => getComputedStyle(node).outlineStyle")
        assert style == "solid"


async def test_everything_that_is_pressed_has_a_name(browser: Browser) -> None:
    async with visit(browser, Scripted()) as page:
        await page.get_by_role("button", name="INTJ").click()
        await expect(page.get_by_text("May I use a selfie?")).to_be_visible()
        nameless = await page.evaluate("""() => [...document.querySelectorAll("button, a, #say, img")]
          .filter((node) => !(node.getAttribute("aria-label") || node.textContent.trim()))
          .filter((node) => !node.hasAttribute("alt"))
          .map((node) => node.outerHTML)""")
        assert nameless == []
        log = page.get_by_role("log")
        await expect(log).to_have_attribute("aria-live", "polite")
        await expect(log).to_contain_text("Typeface: May I use a selfie?")


OVERFLOW = """() => [document.documentElement, document.getElementById("scroller")]
  .map((node) => node.scrollWidth - node.clientWidth)"""


async def test_a_phone_never_scrolls_sideways(browser: Browser) -> None:
    async with visit(browser, Scripted(), viewport=PHONE, has_touch=True, is_mobile=True) as page:
        assert await page.evaluate(OVERFLOW) == [0, 0]
        small = await page.evaluate("""() => [...document.querySelectorAll("button, nav a")]
          .map((node) => node.getBoundingClientRect())
          .filter((box) => box.width && Math.min(box.width, box.height) < 24).length""")
        assert small == 0
        await page.get_by_role("button", name="ENFP").tap()
        await expect(page.get_by_text("May I use a selfie?")).to_be_visible()
        await page.get_by_role("combobox").fill("x" * 400)
        await page.keyboard.press("Enter")
        await expect(page.get_by_text(f"You said {'x' * 400}")).to_be_visible()
        await page.locator("#file").set_input_files(photo_file("a" * 120 + ".jpg"))
        assert await page.evaluate(OVERFLOW) == [0, 0]
        await page.get_by_role("button", name="Send").tap()
        await expect(page.get_by_text("That is you.")).to_be_visible()
        assert await page.evaluate(OVERFLOW) == [0, 0]


CONTRAST = """() => {
  const parse = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
    return { rgb: [r, g, b], a };
  };
  const linear = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ({ rgb: [r, g, b] }) =>
    0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  const behind = (node) => {
    const colour = parse(getComputedStyle(node).backgroundColor);
    return colour.a === 1 ? colour : behind(node.parentElement);
  };
  const poor = [];
  let seen = 0;
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
    if (!own || !node.checkVisibility() || node.closest("script, .unseen, .skip")) continue;
    const [a, b] = [light(parse(getComputedStyle(node).color)), light(behind(node))].sort((x, y) => y - x);
    seen += 1;
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push([node.className, node.textContent, ratio]);
  }
  return { poor, seen };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_all_text_has_contrast(browser: Browser, scheme: str) -> None:
    async with visit(browser, Scripted(), color_scheme=scheme) as page:
        found = await page.evaluate(CONTRAST)
        assert found["poor"] == []
        assert found["seen"] > 30
        await page.get_by_role("button", name="ENFP").click()
        await expect(page.get_by_text("May I use a selfie?")).to_be_visible()
        await page.locator("#file").set_input_files(photo_file())
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_text("That is you.")).to_be_visible()
        await page.get_by_role("combobox").fill("/")
        found = await page.evaluate(CONTRAST)
        assert found["poor"] == []
        assert found["seen"] > 15


@pytest.mark.parametrize("tag", ["ko-KR", "ja-JP"])
async def test_the_browsers_language_is_spoken_and_another_is_a_link_away(browser: Browser, tag: str) -> None:
    service, locale = Scripted(), pick(tag)
    async with visit(browser, service, locale=tag, viewport=PHONE) as page:
        await expect(page.get_by_role("heading", level=1)).to_contain_text(say(locale, "web-headline"))
        assert await page.evaluate(OVERFLOW) == [0, 0]
        await expect(page.get_by_role("link", name="English")).to_be_hidden()
        await page.locator("summary").click()
        await expect(page.get_by_role("link", name=say(locale, f"choice-{locale}"))).to_have_attribute(
            "aria-current", "page"
        )
        await expect(page.get_by_role("link", name="English")).to_be_in_viewport(ratio=1)
        assert await page.evaluate(OVERFLOW) == [0, 0]
        # The list goes away when something else is turned to.
        await page.locator("h1").click()
        await expect(page.get_by_role("link", name="English")).to_be_hidden()
        await page.locator("summary").click()
        await page.get_by_role("link", name="English").focus()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("link", name="English")).to_be_hidden()
        await expect(page.locator("summary")).to_be_focused()
        await page.locator("summary").click()
        await page.get_by_role("link", name="English").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Every type")
        await page.go_back()
        await page.get_by_role("button", name=say(locale, "web-start")).click()
        await expect(page.locator(".message.bot")).to_have_count(1)
    assert service.events[0].origin.locale == locale


async def test_a_picture_is_opened_large_and_saved(browser: Browser, tmp_path: Path) -> None:
    async with visit(browser, Scripted()) as page:
        await page.get_by_role("button", name="ENFP").click()
        async with page.expect_download() as coming:
            await page.get_by_role("link", name="Save").click()
        download = await coming.value
        assert download.suggested_filename == "typeface-enfp.jpg"
        await download.save_as(tmp_path / "saved.jpg")
        assert (tmp_path / "saved.jpg").read_bytes() == picture("coral").data
        await page.get_by_role("button", name="Open large").click()
        large = page.get_by_role("dialog")
        await expect(large.get_by_alt_text("A coral square")).to_be_visible()
        await expect(large.get_by_role("link", name="Save")).to_have_attribute(
            "download", "typeface-enfp.jpg"
        )
        await page.keyboard.press("Escape")
        await expect(large).to_be_hidden()
        await expect(page.get_by_role("button", name="Open large")).to_be_focused()


async def test_markup_that_someone_types_stays_text(browser: Browser) -> None:
    attack = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    service = Scripted()
    async with visit(browser, service, tolerated="requires 'TrustedHTML'") as page:
        title = await page.title()
        await page.get_by_role("combobox").fill(attack)
        await page.keyboard.press("Enter")
        await expect(page.locator(".bot .bubble")).to_have_text(f"You said {attack}")
        await expect(page.locator(".you .bubble")).to_have_text(attack)
        assert await page.locator("#log img, #log script").count() == 0
        assert await page.title() == title
        with pytest.raises(Exception, match="TrustedHTML"):
            await page.evaluate("document.body.insertAdjacentHTML('beforeend', '<b>x</b>')")
    (event,) = service.events
    assert isinstance(event, TextSent)
    assert event.text == attack


async def test_a_lost_connection_comes_back_and_loses_nothing(browser: Browser) -> None:
    service = Scripted()
    async with visit(browser, service) as page:
        await page.route("**/chat", lambda route: route.abort())
        await page.locator("#file").set_input_files(photo_file())
        await page.get_by_role("combobox").fill("and this text")
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_text("The connection was lost")).to_be_visible()
        await expect(page.get_by_role("combobox")).to_have_value("and this text")
        assert service.events == []
        await page.unroute("**/chat")
        # It goes on by itself; who is impatient has a button for it.
        await expect(page.get_by_text("That is you.")).to_be_visible()
        await expect(page.get_by_text("The connection was lost")).to_have_count(0)
        await expect(page.locator(".message.you")).to_have_count(1)
        await page.reload()
        await expect(page.get_by_role("combobox")).to_have_value("and this text")
    event = service.events[0]
    assert isinstance(event, PhotoSent)


async def test_an_answer_that_breaks_off_is_told_and_asked_for_again(browser: Browser) -> None:
    service = Scripted()
    service.broken = True
    async with visit(browser, service) as page:
        await page.get_by_role("combobox").fill("hello")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("The connection was lost")).to_be_visible()
        await expect(page.get_by_role("button", name="Try again")).to_be_visible()
        service.broken = False
        await expect(page.get_by_text("You said hello")).to_be_visible()
    assert len({event.origin.update for event in service.events}) == 1


async def test_what_is_refused_can_be_tried_again(browser: Browser) -> None:
    service = Scripted()
    async with visit(browser, service, tolerated="429") as page:
        await page.route("**/chat", lambda route: route.fulfill(status=429))
        await page.get_by_role("combobox").fill("hello")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text(say("en", "web-crowded"))).to_be_visible()
        await page.unroute("**/chat")
        await page.get_by_role("button", name="Try again").click()
        await expect(page.get_by_text("You said hello")).to_be_visible()
    assert len(service.events) == 1


async def test_the_brand_brings_the_way_in_back_and_keeps_the_conversation(browser: Browser) -> None:
    async with visit(browser, Scripted()) as page:
        await page.get_by_role("button", name="Start here").click()
        await expect(page.locator(".message")).to_have_count(2)
        await page.get_by_role("link", name="Typeface").click()
        await expect(page.get_by_role("button", name="ISTJ")).to_be_visible()
        await expect(page.locator(".message")).to_have_count(2)
