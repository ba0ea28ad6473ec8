import io
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from skimage import data

from inference import images
from inference.images import Format

FORMATS: list[Format] = ["webp", "png", "jpeg"]


@pytest.mark.parametrize("format", FORMATS)
def test_pictures_carry_the_synthetic_mark_and_nothing_else(format: Format) -> None:
    written = images.encode(data.astronaut()[:64, :64], size=128, format=format)
    image = Image.open(io.BytesIO(written))
    assert image.size == (128, 128)
    assert Image.MIME[str(image.format)] == images.MEDIA_TYPES[format]
    assert images.synthetic(written)
    assert not dict(image.getexif())
    assert "icc_profile" not in image.info


@pytest.mark.parametrize("format", FORMATS)
def test_the_mark_is_well_formed_xmp(format: Format) -> None:
    image = Image.open(io.BytesIO(images.encode(data.cat()[:32, :32], size=32, format=format)))
    xmp = image.info.get("xmp") or image.info["XML:com.adobe.xmp"]
    tree = ElementTree.fromstring(xmp if isinstance(xmp, str) else xmp.decode())
    name = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
    values = [node.attrib[name] for node in tree.iter() if name in node.attrib]
    assert values == ["http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"]


@pytest.mark.parametrize("format", FORMATS)
def test_pixels_survive(format: Format) -> None:
    pixels = data.astronaut()[::2, ::2].copy()
    read = images.read(images.encode(pixels, size=256, format=format))
    apart = np.abs(np.asarray(read, dtype=float) - pixels).mean()
    assert apart == 0 if format == "png" else apart < 6


def test_other_pictures_have_no_mark() -> None:
    out = io.BytesIO()
    Image.fromarray(data.cat()).save(out, "PNG")
    assert not images.synthetic(out.getvalue())
    assert not images.synthetic(b"no picture")


def test_the_longer_side_becomes_the_size() -> None:
    written = images.encode(np.zeros((32, 64, 3), np.uint8), size=128, format="png")
    assert Image.open(io.BytesIO(written)).size == (128, 64)
