import io
import struct
import time
import tracemalloc
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms, PngImagePlugin
from skimage import data

from inference import images
from inference.errors import BadImage, TooLarge

SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x00\x00\x00"
"""An empty one, of a JPEG."""


def _photo() -> Image.Image:
    return Image.fromarray(data.astronaut())


def _file(image: Image.Image, format: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def _apart(a: Image.Image, b: Image.Image) -> float:
    return float(np.abs(np.asarray(a, dtype=float) - np.asarray(b, dtype=float)).mean())


def _png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG file by hand: its header, then `chunks`."""
    header = (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    out = b"\x89PNG\r\n\x1a\n"
    for name, body in (header, *chunks, (b"IEND", b"")):
        out += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return out


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "BMP"])
def test_photos_are_read(format: str) -> None:
    image = images.read(_file(_photo(), format))
    assert (image.mode, image.size) == ("RGB", (512, 512))
    assert _apart(image, _photo()) < 6
    assert image.info == {images.FULL_SIZE: (512, 512)}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied_and_nothing_of_exif_is_kept(orientation: int) -> None:
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    upright = _photo().crop((0, 0, 512, 300))
    stored = upright.transpose(back[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (52.0, 31.0, 12.0)
    read = images.read(_file(stored, "JPEG", quality=95, exif=exif))
    assert read.size == (512, 300)
    assert read.info == {images.FULL_SIZE: (512, 300)}
    assert not dict(read.getexif())
    assert _apart(read, upright) < 6


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_broken_exif_does_not_lose_the_photo() -> None:
    jpeg = _file(_photo(), "JPEG", exif=b"Exif\x00\x00MM\x00*\x00\x00\xff\xff garbage")
    assert images.read(jpeg).size == (512, 512)


def test_large_photos_are_shrunk_and_say_from_what() -> None:
    large = _photo().resize((4000, 3000))
    for kind in ("JPEG", "PNG"):
        read = images.read(_file(large, kind, **({} if kind == "JPEG" else {"compress_level": 1})))
        assert 1280 <= max(read.size) < 2560
        assert read.info[images.FULL_SIZE] == (4000, 3000)
        assert _apart(read, large.resize(read.size)) < 6


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "LA", "RGBA", "I;16"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    grey = _photo().convert("L")
    deep = np.asarray(grey).astype(np.uint16) * 257
    image = Image.fromarray(deep) if mode == "I;16" else _photo().convert(mode)
    read = images.read(_file(image, "JPEG" if mode == "CMYK" else "PNG"))
    wanted = grey if mode in {"L", "LA", "I;16"} else _photo()
    if mode != "1":
        assert _apart(read, wanted.convert("RGB")) < 16


def test_16_bit_colour_is_read() -> None:
    rows = b"".join(b"\x00" + struct.pack(">6H", 65535, 0, 32768, 0, 65535, 0) for _ in range(2))
    header = struct.pack(">IIBBBBB", 2, 2, 16, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n"
    for name, body in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
        png += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    assert np.asarray(images.read(png))[0].tolist() == [[255, 0, 128], [0, 255, 0]]


def test_see_through_parts_lie_on_white() -> None:
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    palette = clear.convert("P")
    palette.info["transparency"] = 0
    for image in (clear, clear.convert("LA")):
        assert np.asarray(images.read(_file(image, "PNG"))).min() == 255
    assert images.read(_file(palette, "PNG", transparency=bytes([0] * 256))).getpixel((3, 3)) == (
        255,
        255,
        255,
    )


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_read(format: str) -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue", "lime")]
    animated = _file(frames[0], format, save_all=True, append_images=frames[1:])
    red, _, blue = np.asarray(images.read(animated)).reshape(-1, 3).mean(axis=0)
    assert red > 240 and blue < 15


def test_a_wide_colour_profile_is_applied() -> None:
    plain = _file(_photo(), "PNG")
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert _apart(images.read(_file(_photo(), "PNG", icc_profile=srgb)), images.read(plain)) < 1.5
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for unfit in (
        lab,
        b"no profile at all" * 20,
    ):  # cannot be applied to RGB: the pixels are taken as they are
        assert _apart(images.read(_file(_photo(), "PNG", icc_profile=unfit)), images.read(plain)) == 0


def test_a_see_through_picture_has_its_profile_too() -> None:
    """By a profile whose red is green, so that nobody takes it for none."""
    opaque = Image.new("RGB", (20, 20), (255, 0, 0))
    profile = _turned()
    wanted = images.read(_file(opaque, "PNG", icc_profile=profile))
    assert wanted.getpixel((3, 3)) != (255, 0, 0)
    read = images.read(_file(opaque.convert("RGBA"), "PNG", icc_profile=profile))
    assert _apart(read, wanted) == 0


def _turned() -> bytes:
    """sRGB's profile with the colorants of red and green exchanged."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"____").replace(b"gXYZ", b"rXYZ").replace(b"____", b"gXYZ")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_truncated_file_is_refused(format: str, share: float) -> None:
    whole = _file(_photo(), format)
    with pytest.raises(BadImage):
        images.read(whole[: int(len(whole) * share)])


@pytest.mark.parametrize(
    "junk",
    [b"", b"\x00" * 100, b"GIF89a", b"<svg/>", b"\xff\xd8\xff", b"%PDF-1.7", b"RIFF\x00\x00\x00\x00WEBP"],
)
def test_what_is_no_picture_is_refused(junk: bytes) -> None:
    with pytest.raises(BadImage):
        images.read(junk)


def test_unlisted_formats_are_refused() -> None:
    for kind in ("TIFF", "ICO", "PPM", "TGA"):
        with pytest.raises(BadImage):
            images.read(_file(_photo().resize((64, 64)), kind))


def test_a_wrong_name_does_not_matter_because_none_is_given() -> None:
    assert images.read(_file(_photo(), "PNG")).size == (512, 512)


def test_too_many_bytes_are_refused_unread() -> None:
    with pytest.raises(TooLarge, match="bytes"):
        images.read(b"\x00" * 101, max_bytes=100)


@pytest.mark.parametrize("side", [7300, 10_000, 20_000])
def test_a_huge_picture_is_refused_by_its_header(side: int) -> None:
    bomb = _png(side, side, (b"IDAT", zlib.compress(b"\x00" * 10_000_000)))
    tracemalloc.start()
    begin = time.process_time()
    with pytest.raises(TooLarge, match="pixels"):
        images.read(bomb)
    taken, (_, peak) = time.process_time() - begin, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < 1
    assert peak < 20e6


def test_fifty_megapixels_of_a_phone_are_read() -> None:
    image = images.read(_file(Image.new("RGB", (8160, 6144), "teal"), "JPEG"))
    assert image.info == {images.FULL_SIZE: (8160, 6144)}
    with pytest.raises(TooLarge) as caught:
        images.read(_png(8700, 6000))
    assert caught.value.extra == {"max_pixels": images.MAX_PIXELS}


def test_a_text_bomb_is_refused() -> None:
    text = zlib.compress(b"\x00" * 50_000_000)
    for chunk in ((b"zTXt", b"k\x00\x00" + text), (b"iTXt", b"k\x00\x01\x00\x00\x00" + text)):
        with pytest.raises(BadImage):
            images.read(_png(8, 8, chunk, (b"IDAT", zlib.compress(b"\x00" * 200))))


def test_text_of_a_picture_is_not_carried_on() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "somebody")
    assert "Author" not in images.read(_file(_photo(), "PNG", pnginfo=text)).info


def test_a_jpeg_of_endless_scans_is_refused() -> None:
    whole = _file(_photo(), "JPEG", progressive=True)
    assert images.read(whole[:-2] + SCAN * 20 + whole[-2:])
    for endless in (SCAN * 101, b"\xff\xff\x01\xff\xd0\xff\x00" + SCAN * 101):
        with pytest.raises(BadImage):
            images.read(whole[:-2] + endless + whole[-2:])


@pytest.mark.parametrize(
    "part", [b"\xff\xe1\x00\x02", b"\xff\xe1\x00\x00", b"\xff\x00", b"\xff", b"\xff\xd0"]
)
def test_a_jpeg_of_endless_segments_is_judged_fast(part: bytes) -> None:
    begin = time.process_time()
    with pytest.raises(BadImage):
        images._refuse_endless(b"\xff\xd8" + part * (2**23 // len(part)) + SCAN * 101)
    assert time.process_time() - begin < 1


def test_a_photo_with_a_film_behind_it_is_read() -> None:
    """Phones append an MP4 to a "motion photo"; a preview in its EXIF is a JPEG of its own."""
    photo = _file(_photo(), "JPEG", exif=b"Exif\x00\x00" + b"\xff\xda\xff\xd9" * 200)
    film = np.random.default_rng(0).bytes(8 * 2**20)
    assert film.count(b"\xff\xda") > 100
    assert images.read(photo + film).size == (512, 512)
    assert images.read(photo + SCAN * 10_000).size == (512, 512), "nothing is read beyond the end"
