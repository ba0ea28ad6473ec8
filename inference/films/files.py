"""Frames as files: MP4 that every chat plays, animated WebP, and the first frame as a picture.

H.264 is written by x264 through PyAV. PyAV's wheels hold FFmpeg (LGPL) with libx264 and libx265 (GPL); of the encoders
in there no other makes files that play in every browser and chat. Whoever ships an image with those wheels ships GPL
libraries. Nothing is written to a disk: the index stands before the frames in room that is left for it.
"""

from __future__ import annotations

import io
import math
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import av
import numpy as np
from av.video.stream import VideoStream
from PIL import Image

from inference import images
from inference.errors import Cancelled, InternalError
from inference.films.timeline import RATE
from inference.images import Pixels
from inference.wire import FilmFormat

Run = tuple[Pixels, int]
"""A picture [R, R, 3], and for how many frames it is shown."""

MEDIA_TYPES: Final[dict[FilmFormat, str]] = {"mp4": "video/mp4", "webp": "image/webp", "jpeg": "image/jpeg"}
LIMIT = 8_000_000
"""The most bytes of a file: what the strictest chat takes without asking for money."""
_KEYFRAMES = RATE // 2  # frames from one that can be jumped to, to the next
_BEST, _WORST = 20, 51  # x264's constant rate factor
_QUALITIES = (85, 70, 50, 30, 10)  # of WebP
_ANIMATED, _WITH_XMP, _NO_BLENDING = 0x02, 0x04, 0x02
_XMP_BOX = uuid.UUID("be7acfcb-97a9-42e8-9c71-999491e3afac").bytes  # XMP specification, part 3, section 1.2.7
_COMMENT = "Synthetic: these faces were made by a trained model."
Going = Callable[[], bool]


class _TooLong(Exception):
    """A file grows beyond its limit; by about which factor."""

    def __init__(self, factor: float) -> None:
        super().__init__(factor)
        self.factor = factor


def encode(
    frames: Sequence[Run],
    *,
    size: int,
    format: FilmFormat,
    limit: int = LIMIT,
    going: Going = lambda: True,
) -> bytes:
    """Write a loop of `frames`, `RATE` a second, with the synthetic mark; as good as fits into `limit` bytes.

    Args:
        frames: the pictures, sRGB, resized to `size`.
        size: pixels of a side, even.
        format: `mp4` (H.264, 4:2:0, a key frame every half second, index first), `webp` (animated, for ever), or
            `jpeg`, which is the first frame alone.
        limit: the most bytes.
        going: asked before each frame.

    Raises:
        Cancelled: `going` said no.
        InternalError: even the smallest file would have more than `limit` bytes.
    """
    if format == "jpeg":
        return images.encode(frames[0][0], size=size, format="jpeg")
    write = _mp4_within if format == "mp4" else _webp_within
    for side in (size, size // 4 * 2, size // 8 * 2):
        if (data := write(_Frames(frames, side, going), limit)) is not None:
            return data
    raise InternalError("A film does not become small enough.")


def held(pixels: Pixels, size: int) -> Pixels:
    """A frame until its film is written: no larger than it will be, since there are hundreds."""
    return pixels if len(pixels) <= size else np.asarray(_resized(pixels, size))


def _resized(pixels: Pixels, size: int) -> Image.Image:
    picture = Image.fromarray(pixels)
    return picture if picture.size == (size, size) else picture.resize((size, size), Image.Resampling.LANCZOS)


class _Frames:
    """The frames as pictures of the wanted size; what stands still is resized once."""

    def __init__(self, frames: Sequence[Run], size: int, going: Going) -> None:
        self._frames = frames
        self._going = going
        self.size = size

    def __len__(self) -> int:
        return sum(shown for _, shown in self._frames)

    def __iter__(self) -> Iterator[Image.Image]:
        for picture, shown in self.runs():
            for _ in range(shown):
                self._stop()
                yield picture

    def runs(self) -> Iterator[tuple[Image.Image, int]]:
        """Each picture, and for how many frames it is shown."""
        for pixels, shown in self._frames:
            self._stop()
            yield _resized(pixels, self.size), shown

    def _stop(self) -> None:
        if not self._going():
            raise Cancelled


def _mp4_within(frames: _Frames, limit: int) -> bytes | None:
    """The best that fits; None when the worst does not. Six more of the rate factor take half the bytes."""
    factor = float(_BEST)
    while True:
        try:
            return _mp4(frames, limit, round(factor))
        except _TooLong as error:
            if factor >= _WORST:
                return None
            factor = min(_WORST, factor + max(2.0, 6 * math.log2(error.factor)))


def _mp4(frames: _Frames, limit: int, factor: int) -> bytes:
    out, mark = io.BytesIO(), _mark()
    room = {"moov_size": str(4096 + 40 * len(frames))}  # about 24 bytes a frame
    with av.open(out, "w", format="mp4", options=room) as film:
        film.metadata["comment"] = _COMMENT
        stream = _stream(film.add_stream("libx264", rate=RATE), frames.size, factor)
        for number, frame in enumerate(frames, 1):
            film.mux(stream.encode(_yuv(frame)))
            _check(out.tell() + len(mark), limit, number / len(frames))
        film.mux(stream.encode())
    _check(len(out.getvalue()) + len(mark), limit)
    return out.getvalue() + mark


def _stream(stream: VideoStream, size: int, factor: int) -> VideoStream:
    context = stream.codec_context
    context.width = context.height = size
    context.pix_fmt = "yuv420p"
    context.gop_size = _KEYFRAMES
    context.thread_count = 1  # others work beside it
    context.options = {"crf": str(factor), "preset": "faster"}
    context.color_range = 1  # limited, and BT.709 all through; what is not said is guessed by each player
    context.colorspace = context.color_primaries = context.color_trc = 1
    return stream


def _yuv(frame: Image.Image) -> av.VideoFrame:
    rgb = av.VideoFrame.from_ndarray(np.asarray(frame), format="rgb24")
    return rgb.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")


def _check(length: int, limit: int, part: float = 1) -> None:
    """Of a file of which `part` is there."""
    if length > limit:
        raise _TooLong(length / part / limit)


def _mark() -> bytes:
    """The synthetic mark as a box of its own, which may stand at a file's end."""
    mark = _XMP_BOX + images.XMP.encode()
    return (8 + len(mark)).to_bytes(4, "big") + b"uuid" + mark


def _webp_within(frames: _Frames, limit: int) -> bytes | None:
    """The best that fits; None when the worst does not."""
    for quality in _QUALITIES:
        try:
            return _webp(frames, limit, quality)
        except _TooLong:
            continue
    return None


def _webp(frames: _Frames, limit: int, quality: int) -> bytes:
    """Put together by hand from single pictures, so that it can be stopped, and grows no further than it may.

    The format is that of RFC 9649, section 2.7: VP8X, ANIM, an ANMF for each frame, XMP.
    """
    side = (frames.size - 1).to_bytes(3, "little")
    mark = _chunk(b"XMP ", images.XMP.encode())
    head = _chunk(b"VP8X", bytes([_ANIMATED | _WITH_XMP, 0, 0, 0]) + side + side)
    body = bytearray(b"WEBP" + head + _chunk(b"ANIM", bytes(6)))  # for ever, on nothing
    done = 0
    for frame, shown in frames.runs():
        still = io.BytesIO()
        frame.save(still, "WEBP", quality=quality, method=3)
        times = [round(1000 * number / RATE) for number in (done, done + shown)]
        done += shown
        place = bytes(6) + side + side + (times[1] - times[0]).to_bytes(3, "little") + bytes([_NO_BLENDING])
        body += _chunk(b"ANMF", place + still.getvalue()[12:])
        _check(len(body) + len(mark) + 8, limit, done / len(frames))
    return _chunk(b"RIFF", bytes(body) + mark)


def _chunk(name: bytes, data: bytes) -> bytes:
    """A RIFF chunk, of even length."""
    return name + len(data).to_bytes(4, "little") + data + bytes(len(data) % 2)
