"""Photos in, pictures out: files of strangers read safely, our own written with the synthetic mark.

A file is hostile until read: only the listed formats are tried, the header's size is judged before a pixel is
decoded, and nothing but upright RGB pixels leaves this module (no EXIF, no place, no profile).
"""

from __future__ import annotations

import io
import re
import zlib
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from inference.errors import BadImage, TooLarge

Pixels = NDArray[np.uint8]
"""HWC uint8 in [0, 255], sRGB."""
Format = Literal["webp", "png", "jpeg"]

MEDIA_TYPES: Final[dict[Format, str]] = {"webp": "image/webp", "png": "image/png", "jpeg": "image/jpeg"}
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
FULL_SIZE: Final = "full_size"
"""Key in `Image.info` of what `read` returns: width and height of the upright photo before it was shrunk."""

MAX_PIXELS: Final = 52_000_000
"""The most pixels that are decoded; the '50 megapixels' of phones are up to 8160 x 6144."""

_ENOUGH = 1280  # px: the long side that faces are looked for in; larger photos are shrunk towards it
_MAX_SCANS = 100  # progressive JPEGs have about ten; thousands of empty scans decode for minutes
_MAX_SEGMENTS = 2000  # of a JPEG; profiles and the like are cut into pieces of 64 kB
_SEGMENT = re.compile(rb"\xff([\x02-\xcf\xd8-\xfe])")  # neither a stuffed byte, a restart nor a filling one
_SCAN, _END = b"\xda", b"\xd9"
_MAX_PROFILE = 2**20
_SYNTHETIC = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
XMP: Final = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    f' Iptc4xmpExt:DigitalSourceType="{_SYNTHETIC}"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
_MARK = f'Iptc4xmpExt:DigitalSourceType="{_SYNTHETIC}"'
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read(data: bytes, *, max_bytes: int = 20 * 2**20, enough: int = _ENOUGH) -> Image.Image:
    """Read a photo as upright RGB, its long side at most twice `enough` px, without the file's metadata.

    Of an animated picture the first frame is read; see-through parts lie on white. `info[FULL_SIZE]` keeps
    the upright size before shrinking.

    Raises:
        TooLarge: more than `max_bytes`, or more than `MAX_PIXELS` in the header; no pixel was decoded.
        BadImage: not a picture of `FORMATS`, or a broken one.
    """
    if len(data) > max_bytes:
        raise TooLarge(f"the file has more than {max_bytes} bytes")
    try:
        image = _open(data)
        width, height = image.size
        if width * height > MAX_PIXELS:
            raise _too_many_pixels()
        return _decode(image, enough)
    except TooLarge:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Exception as error:  # fed hostile bytes, a decoder raises nearly anything
        raise BadImage("the file is not a picture that can be read") from error


def _too_many_pixels() -> TooLarge:
    return TooLarge(f"the picture has more than {MAX_PIXELS} pixels", max_pixels=MAX_PIXELS)


def _open(data: bytes) -> Image.Image:
    if data.startswith(b"\xff\xd8"):
        _refuse_endless(data)
    image = Image.open(io.BytesIO(data), formats=FORMATS)
    if image.width < 1 or image.height < 1:
        raise BadImage("the picture is empty")
    return image


def _refuse_endless(data: bytes) -> None:
    """Refuse a JPEG of too many parts. They count up to the picture's end: phones append films, with any bytes."""
    at = 2
    segments = scans = 0
    while (marker := _SEGMENT.search(data, at)) and marker[1] != _END:
        segments, scans = segments + 1, scans + (marker[1] == _SCAN)
        if segments > _MAX_SEGMENTS or scans > _MAX_SCANS:
            raise BadImage("the JPEG has too many scans")
        at = marker.end() + max(2, int.from_bytes(data[marker.end() : marker.end() + 2]))


def _decode(image: Image.Image, enough: int) -> Image.Image:
    size = image.size
    orientation = _orientation(image)
    profile = image.info.get("icc_profile")
    scale = enough / max(size)
    if scale < 1:  # only JPEGs can decode at 1/2, 1/4 or 1/8; others ignore it
        image.draft(None, (round(size[0] * scale), round(size[1] * scale)))
    image.load()
    small = _shrink(_plain(image), enough)
    if small.mode == "RGBA":
        white = Image.new("RGBA", small.size, "white")
        small = Image.alpha_composite(white, small).convert("RGB")
    rgb = _srgb(small, profile)
    if orientation in _UPRIGHT:
        rgb = rgb.transpose(_UPRIGHT[orientation])
    rgb.info = {FULL_SIZE: size if orientation < 5 else size[::-1]}
    return rgb


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
        return int(value) if value in _UPRIGHT else 1
    except Exception:  # broken EXIF is common and no reason to refuse the pixels
        return 1


def _plain(image: Image.Image) -> Image.Image:
    """The modes that files come in as one of RGB, RGBA, CMYK, with 8 bits a channel."""
    if image.mode.startswith("I"):
        return _eight_bits(image).convert("RGB")
    if image.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in image.info:
        return image.convert("RGBA")
    return image if image.mode in {"RGB", "CMYK"} else image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    return Image.fromarray((np.asarray(image) >> 8).clip(0, 255).astype(np.uint8))


def _shrink(image: Image.Image, enough: int) -> Image.Image:
    factor = max(image.size) // enough
    return image.reduce(factor) if factor >= 2 else image


def _srgb(image: Image.Image, profile: Any) -> Image.Image:
    """To sRGB by the file's own colour profile; by plain conversion where it has none, or a broken one."""
    if isinstance(profile, bytes) and len(profile) <= _MAX_PROFILE and image.mode in {"RGB", "CMYK"}:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
        except (OSError, ValueError, TypeError, ImageCms.PyCMSError):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")


def encode(pixels: Pixels, *, size: int, format: Format) -> bytes:
    """Write a generated picture with `size` px as its longer side; its only metadata is the synthetic mark.

    Args:
        pixels: [H, W, 3] uint8 sRGB.
        size: pixels of the longer side; resized by Lanczos where it differs.
        format: one of `MEDIA_TYPES`.
    """
    image = Image.fromarray(pixels)
    scale = size / max(image.size)
    if scale != 1:
        sides = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image = image.resize(sides, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    if format == "png":
        text = PngImagePlugin.PngInfo()
        text.add_itxt("XML:com.adobe.xmp", XMP)
        image.save(out, "PNG", pnginfo=text, compress_type=zlib.Z_RLE)  # half the time, no larger
    elif format == "jpeg":
        image.save(out, "JPEG", quality=92, subsampling=0, xmp=XMP.encode())
    else:
        image.save(out, "WEBP", quality=90, method=2, xmp=XMP.encode())
    return out.getvalue()


def synthetic(data: bytes) -> bool:
    """Whether a picture file says that it was made by a trained model (IPTC DigitalSourceType)."""
    try:
        image = Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP"))
    except (OSError, ValueError, SyntaxError):
        return False
    xmp = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    raw = xmp if isinstance(xmp, bytes) else str(xmp).encode()
    return _MARK.encode() in raw
