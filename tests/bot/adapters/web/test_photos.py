"""Photos as phones and people send them: huge, sideways, of a kind that is not read, or no photos at all."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, expect

from bot.core.events import MAX_PHOTO_BYTES
from bot.core.house import House
from bot.core.service import Service
from bot.core.wording import say
from bot.drawing.pen import Pen
from tests.bot.adapters.web.browsing import press, visit
from tests.bot.adapters.web.test_page import hand_over
from tests.bot.adapters.web.test_sliders import LiveFaces
from tests.bot.core import fakes
from tests.bot.core.world.memory import Memory

pytestmark = pytest.mark.asyncio(loop_scope="module")
ORIENTATION = 0x0112
BROKEN = "(all) => all.filter((image) => image.complete && !image.naturalWidth).map(({ alt }) => alt)"


def sideways() -> bytes:
    """A photo 300 wide and 200 high, as the camera lay: on its side, red at the top of the person."""
    photo = Image.new("RGB", (300, 200), "blue")
    photo.paste((255, 0, 0), (0, 0, 150, 200))
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    out = io.BytesIO()
    photo.save(out, "JPEG", exif=exif, quality=95)
    return out.getvalue()


def core(faces: LiveFaces) -> Service:
    return Service(faces, Memory(), Pen(), fakes.FakeClock(), House(24 * 3600))


async def agreed(page: Page) -> None:
    await page.get_by_role("combobox").fill("/mbti ENFP female")
    await page.keyboard.press("Enter")
    await press(page, say("en", "button-agree"))
    await expect(page.locator(".message.bot")).to_have_count(3)


async def test_a_sideways_photo_is_stood_up_and_a_dropped_one_is_sent(browser: Browser) -> None:
    faces = LiveFaces()
    service = core(faces)
    async with visit(browser, service) as page:
        await agreed(page)
        await hand_over(page, "drop", sideways())
        await page.keyboard.press("Enter")
        shown = page.locator(".sent")
        await expect(shown).to_be_visible()
        assert await shown.evaluate("({ naturalWidth, naturalHeight }) => naturalWidth < naturalHeight")
        await expect(page.locator(".card img")).to_have_count(2)
        (photo,) = [one for one, _, _ in faces.projected]
        with Image.open(io.BytesIO(photo)) as upright:
            assert upright.size == (200, 300)
            assert ORIENTATION not in upright.getexif()
            top = upright.convert("RGB").getpixel((100, 30))
        assert isinstance(top, tuple)
        assert top[0] > 200
    await service.close()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("scan.jpg", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF"),
        ("IMG_0001.jpg", b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(2000)),
        ("cut.jpg", sideways()[:400]),
    ],
)
async def test_what_is_no_photo_is_told_kindly_and_another_can_be_sent(
    browser: Browser, name: str, body: bytes
) -> None:
    faces = LiveFaces()
    service = core(faces)
    async with visit(browser, service) as page:
        await agreed(page)
        file = page.locator("#file")
        await file.set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": body})
        await page.get_by_role("button", name="Send").click()
        await expect(page.locator(".message.bot").last).to_contain_text(say("en", "error-bad-image"))
        if name != "cut.jpg":  # of which there is something to be seen
            await expect(page.locator(".message.you").last).to_contain_text(
                f"{say('en', 'web-photo-sent')}: {name}"
            )
        assert await page.locator(".you img").evaluate_all(BROKEN) == []
        faces.assert_nothing_projected()
        await file.set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": sideways()})
        await page.get_by_role("button", name="Send").click()
        await expect(page.locator(".card img")).to_have_count(2)
    await service.close()


async def test_a_photo_of_twenty_megabytes_arrives(browser: Browser, tmp_path: Path) -> None:
    faces = LiveFaces()
    service = core(faces)
    large = tmp_path / "large.jpg"
    large.write_bytes(sideways().ljust(MAX_PHOTO_BYTES, b"\0"))
    async with visit(browser, service) as page:
        await agreed(page)
        await page.locator("#file").set_input_files(large)
        await page.get_by_role("button", name="Send").click()
        await expect(page.locator(".card img")).to_have_count(2, timeout=30_000)
        (photo,) = [one for one, _, _ in faces.projected]
        assert len(photo) < 100_000, "no more of it is kept than is needed"
    await service.close()
