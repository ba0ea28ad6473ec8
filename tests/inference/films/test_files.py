"""Films are written, read back by a decoder, and looked into."""

import io
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image
from skimage import data

from inference import images
from inference.errors import Cancelled, InternalError
from inference.films import files
from inference.films.files import Run
from inference.films.timeline import RATE
from inference.images import Pixels
from inference.wire import FilmFormat

FORMATS: list[FilmFormat] = ["mp4", "webp"]
A, B = np.ascontiguousarray(data.astronaut()[:256, 128:384]), np.ascontiguousarray(data.cat()[:256, :256])
BETWEEN = 30
LOOP: list[Run] = [
    (A, 10),
    *(((A + (B - A.astype(float)) * k / BETWEEN).astype(np.uint8), 1) for k in range(BETWEEN)),
]
LENGTH = 10 + BETWEEN


def decoded(film: bytes) -> list[Pixels]:
    with av.open(io.BytesIO(film)) as opened:
        return [frame.to_ndarray(format="rgb24") for frame in opened.decode(video=0)]


def boxes(film: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 0
    while at < len(film):
        length = int.from_bytes(film[at : at + 4], "big")
        assert length >= 8
        found.append((film[at + 4 : at + 8], film[at + 8 : at + length]))
        at += length
    return found


def noise(count: int, side: int = 128) -> list[Run]:
    random = np.random.default_rng(0)
    return [(random.integers(0, 255, (side, side, 3), np.uint8), 1) for _ in range(count)]


def apart(a: Pixels, b: Pixels) -> float:
    return float(np.abs(a.astype(float) - b).mean())


@pytest.fixture(scope="module")
def mp4() -> bytes:
    return files.encode(LOOP, size=256, format="mp4")


@pytest.fixture(scope="module")
def webp() -> bytes:
    return files.encode(LOOP, size=256, format="webp")


def test_an_mp4_holds_every_frame_in_its_colours(mp4: bytes) -> None:
    found = decoded(mp4)
    assert len(found) == LENGTH
    assert apart(found[0], A) < 5
    assert apart(found[9], A) < 5, "it rests"
    assert apart(found[-1], LOOP[-1][0]) < 5


@pytest.mark.parametrize("colour", [(200, 30, 30), (30, 180, 40), (20, 40, 220), (250, 250, 250), (5, 5, 5)])
def test_colours_stay_what_they_are(colour: tuple[int, int, int]) -> None:
    """By the matrix that the file names; by another they would be off by twenty."""
    flat = np.full((64, 64, 3), colour, np.uint8)
    film = files.encode([(flat, 2)], size=64, format="mp4")
    assert np.abs(decoded(film)[0].astype(int) - flat).max() <= 4


def test_an_mp4_is_what_every_player_takes(mp4: bytes) -> None:
    with av.open(io.BytesIO(mp4)) as opened:
        stream = opened.streams.video[0]
        context = stream.codec_context
        assert (context.name, context.pix_fmt, context.width, context.height) == ("h264", "yuv420p", 256, 256)
        assert (stream.average_rate, stream.frames) == (Fraction(RATE), LENGTH)
        assert (int(context.colorspace), int(context.color_range)) == (1, 1)
        assert stream.duration is not None and stream.time_base is not None
        assert stream.duration * stream.time_base == Fraction(LENGTH, RATE)
        assert len(opened.streams) == 1, "no sound, so that chats loop it"


def test_an_mp4_begins_at_once(mp4: bytes) -> None:
    """The index stands before the frames: a player needs not wait for the end."""
    names = [name for name, _ in boxes(mp4)]
    assert names.index(b"moov") < names.index(b"mdat")
    assert len(mp4) - mp4.index(b"mdat") > 0.8 * len(mp4)


@pytest.mark.parametrize("frame", [0, 5, LENGTH // 2, LENGTH - 1])
def test_an_mp4_is_seekable(mp4: bytes, frame: int) -> None:
    with av.open(io.BytesIO(mp4)) as opened:
        stream = opened.streams.video[0]
        assert stream.time_base is not None
        wanted = round(frame / RATE / stream.time_base)
        opened.seek(wanted, stream=stream)
        came = []
        for picture in opened.decode(stream):
            came.append(picture)
            if picture.pts == wanted:
                break
        assert came[0].key_frame
        assert len(came) <= RATE // 2, "a key frame is never far"
        expected = [pixels for pixels, shown in LOOP for _ in range(shown)][frame]
        assert apart(came[-1].to_ndarray(format="rgb24"), expected) < 5


def test_a_webp_holds_every_frame_and_loops_for_ever(webp: bytes) -> None:
    picture = Image.open(io.BytesIO(webp))
    assert (picture.format, picture.size, picture.n_frames) == ("WEBP", (256, 256), len(LOOP))  # type: ignore[attr-defined]
    assert picture.info["loop"] == 0
    times = []
    for number, (pixels, shown) in enumerate(LOOP):
        picture.seek(number)
        picture.load()
        times.append(picture.info["duration"])
        assert abs(times[-1] - 1000 * shown / RATE) <= 1
        assert apart(np.asarray(picture.convert("RGB")), pixels) < 6
    assert abs(sum(times) - 1000 * LENGTH / RATE) <= 1, "it does not drift from the film"


def test_the_poster_is_the_first_frame(mp4: bytes) -> None:
    poster = files.encode(LOOP, size=256, format="jpeg")
    assert apart(np.asarray(images.read(poster)), A) < 3
    assert images.synthetic(poster)


def test_films_say_that_they_are_synthetic(mp4: bytes, webp: bytes) -> None:
    marks = [content for name, content in boxes(mp4) if name == b"uuid"]
    assert len(marks) == 1
    assert marks[0][16:] == images.XMP.encode()
    with av.open(io.BytesIO(mp4)) as opened:
        assert "Synthetic" in opened.metadata["comment"]
    assert images.synthetic(webp)


def test_frames_are_held_no_larger_than_the_film() -> None:
    assert files.held(A, 64).shape == (64, 64, 3)
    assert files.held(A, 256) is A
    assert files.held(A, 512) is A


@pytest.mark.parametrize("format", FORMATS)
def test_a_small_pack_is_drawn_larger(format: FilmFormat) -> None:
    film = files.encode([(A[::4, ::4].copy(), 3)], size=96, format=format)
    size = decoded(film)[0].shape if format == "mp4" else Image.open(io.BytesIO(film)).size
    assert size[:2] == (96, 96)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("limit", [400_000, 60_000, 25_000])
def test_noise_is_made_worse_until_it_fits(format: FilmFormat, limit: int) -> None:
    film = files.encode(noise(16), size=128, format=format, limit=limit)
    assert limit / 12 < len(film) <= limit
    count = len(decoded(film)) if format == "mp4" else Image.open(io.BytesIO(film)).n_frames  # type: ignore[attr-defined]
    assert count == 16


@pytest.mark.parametrize("format", FORMATS)
def test_what_fits_is_left_as_good_as_it_is(format: FilmFormat, mp4: bytes, webp: bytes) -> None:
    best = mp4 if format == "mp4" else webp
    assert files.encode(LOOP, size=256, format=format, limit=len(best)) == best
    assert len(files.encode(LOOP, size=256, format=format, limit=len(best) - 1)) < len(best)


@pytest.mark.parametrize("format", FORMATS)
def test_what_can_never_fit_is_told(format: FilmFormat) -> None:
    with pytest.raises(InternalError):
        files.encode(noise(4), size=128, format=format, limit=500)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("after", [0, 1, 7])
def test_it_stops_at_any_frame(format: FilmFormat, after: int) -> None:
    asked = 0

    def going() -> bool:
        nonlocal asked
        asked += 1
        return asked <= after

    with pytest.raises(Cancelled):
        files.encode(LOOP, size=256, format=format, going=going)
    assert asked == after + 1
