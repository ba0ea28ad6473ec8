"""`typeface-inference likeness`: how alike the projections of a folder's photos are, on raw renders.

Identity is dlib's distance between aligned faces (about 0.5 between two photos of one person, 0.8 between
strangers; below dlib's own line of 0.6 two are one person): a judge that nothing here trains on or chooses by. It
sees photos at 150 px and renders in the pack's own resolution, enlarged, so that small renders pay for what they
cannot show.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from inference import images
from inference.alignment import cut, identity, locate
from inference.commands.given import album
from inference.commands.loading import open_default
from inference.commands.sheet import page
from inference.engine.engine import Engine
from inference.engine.measures import ms_ssim, psnr
from inference.engine.renderer import to_image
from inference.errors import TypefaceError
from inference.images import Pixels
from inference.networks.vgg import Lpips, read_lpips
from inference.packs import manifest
from inference.settings import Settings, SettingsError
from inference.wire import Face, LabelFace, MixFace

_JUDGED = 150  # px: the side of the faces that dlib's identity network was made for
_PAGE = 132  # characters: the width of a table that goes into a file
_HIGH_IS_GOOD = frozenset({"ms_ssim", "psnr"})
_NOT_RATED = frozenset({"steps", "seconds"})
_LEGEND = (
    "identity is a distance, lower is nearer: below 0.6, dlib's line, two faces count as one person's. So are {begun} "
    "(from the photo to where its projection began) and both of the blend. ↓ the lower the nearer, ↑ the higher the "
    "more alike."
)


@dataclass(frozen=True)
class Asked:
    """What to measure.

    Attributes:
        photos: folder of them, one person each.
        label: of the type that blends are made with; None: the pack's first.
        steps: of each projection; None: the engine's own number.
        sheet: PNG to draw of photo, encoder, projection and blend.
        lpips: weights, to measure LPIPS-VGG as well.
    """

    photos: Path
    label: str | None = None
    steps: int | None = None
    sheet: Path | None = None
    lpips: Path | None = None


@dataclass(frozen=True)
class Figures:
    """Of one photo. Distances: small is alike; `ms_ssim` (luma) and `psnr` (dB): large is.

    Attributes:
        identity: from the photo to its projection.
        begun: from the photo to where the projection began: the encoder's answer, at 0 steps.
        blend_to_photo: from the photo to the half-and-half blend with the type.
        blend_to_type: from the type to that blend.
        steps: that were made.
        seconds: from the aligned photo to the blend's picture.
    """

    identity: float
    begun: float
    blend_to_photo: float
    blend_to_type: float
    ms_ssim: float
    psnr: float
    lpips: float | None
    steps: int
    seconds: float


@dataclass(frozen=True)
class Row:
    """A photo's figures, and its pictures: photo, encoder, projection, blend, all [R, R, 3]."""

    photo: str
    figures: Figures
    pictures: tuple[Pixels, Pixels, Pixels, Pixels]


@dataclass(frozen=True)
class Report:
    """Everything that was measured.

    Attributes:
        pack: its name.
        begin: what projections began with: the pack's encoder, or the nearest of many faces.
        label: what blends were made with.
        left_out: photos and why, as the server's stable codes.
    """

    pack: str
    begin: str
    label: str
    rows: list[Row]
    left_out: list[tuple[str, str]]

    def over_all(self, of: Callable[[list[float]], float]) -> dict[str, float]:
        """Each figure's `of` over all photos."""
        table = [asdict(row.figures) for row in self.rows]
        names = [name for name, value in table[0].items() if value is not None] if table else []
        return {name: of([float(figures[name]) for figures in table]) for name in names}

    def worst(self) -> dict[str, float]:
        low, high = self.over_all(min), self.over_all(max)
        return {name: low[name] if name in _HIGH_IS_GOOD else high[name] for name in high}


def run(settings: Settings, asked: Asked, *, as_json: bool) -> None:
    """Project every photo of a folder, print the figures, draw the sheet.

    Raises:
        SettingsError: no such folder, no usable photo in it, or the sheet cannot be written.
        UnknownLabel: the pack has no such label.
        BadRequest: the LPIPS weights do not fit.
    """
    report = measure(settings, asked, album(asked.photos))
    if asked.sheet is not None:
        _draw(report, asked.sheet)
    if as_json:
        sys.stdout.write(json.dumps(_document(report), indent=1) + "\n")
    else:
        _print(report)


def measure(settings: Settings, asked: Asked, photos: Sequence[Path]) -> Report:
    """The figures of each photo that has one usable face."""
    lpips = None if asked.lpips is None else read_lpips(asked.lpips)
    seen, left_out = _usable(settings, photos)
    engine = open_default(settings)
    label = asked.label or engine.pack.manifest.labels[0].label
    judge = _Judge(engine, LabelFace(label=label), lpips)
    begin = "nearest" if engine.pack.encoder is None else "encoder"
    rows = [judge.row(name, face, chip, asked.steps) for name, face, chip in seen]
    return Report(engine.pack.manifest.name, begin, label, rows, left_out)


def _usable(
    settings: Settings, photos: Sequence[Path]
) -> tuple[list[tuple[str, Pixels, Pixels]], list[tuple[str, str]]]:
    """Name, face [R, R, 3] and the judge's [150, 150, 3] of each photo with one usable face; the others, and why."""
    framing = manifest.read(settings.packs[0]).cut
    seen: list[tuple[str, Pixels, Pixels]] = []
    left_out: list[tuple[str, str]] = []
    for path in photos:
        try:
            image = images.read(path.read_bytes(), max_bytes=settings.body_bytes)
            landmarks = locate(image, framing)
        except OSError:
            left_out.append((path.name, "unreadable"))
        except TypefaceError as error:
            left_out.append((path.name, error.code))
        else:
            judged = replace(framing, size=_JUDGED)
            seen.append((path.name, cut(image, landmarks, framing), cut(image, landmarks, judged)))
    if not seen:
        why = ", ".join(f"{name} ({code})" for name, code in left_out)
        raise SettingsError(f"No photo shows one usable face: {why}.")
    return seen, left_out


class _Judge:
    """Projects photos with one engine and compares what comes out."""

    def __init__(self, engine: Engine, kind: Face, lpips: Lpips | None) -> None:
        self._engine, self._kind, self._lpips = engine, kind, lpips
        self._type = identity(self._render(kind))
        engine.start([self._render(kind)], 0)  # what is built once is no photo's own time

    def row(self, name: str, seen: Pixels, chip: NDArray[np.uint8], steps: int | None) -> Row:
        """`seen [R, R, 3]` is the photo as the engine gets it, `chip [150, 150, 3]` as the judge does."""
        engine = self._engine
        began = engine.render(engine.start([seen], 0).latent()[None])[0]
        clock = time.perf_counter()
        projection = engine.start([seen], steps)
        while not projection.done:
            engine.advance([projection])
        person = engine.encode_latent(projection.latent())
        blend = self._render(MixFace(a=person, b=self._kind, layers="all", weight=0.5))
        seconds = time.perf_counter() - clock
        found = self._render(person)
        photo, mixed = identity(chip), identity(blend)
        a, b = (to_image(picture)[None] for picture in (seen, found))
        figures = Figures(
            identity=_distance(photo, identity(found)),
            begun=_distance(photo, identity(began)),
            blend_to_photo=_distance(photo, mixed),
            blend_to_type=_distance(self._type, mixed),
            ms_ssim=float(ms_ssim(a / 2 + 0.5, b / 2 + 0.5)),
            psnr=float(psnr(a / 2 + 0.5, b / 2 + 0.5)),
            lpips=None if self._lpips is None else float(self._lpips(a, b)),
            steps=projection.step,
            seconds=seconds,
        )
        return Row(name, figures, (seen, began, found, blend))

    def _render(self, face: Face) -> Pixels:
        pixels: Pixels = self._engine.render(self._engine.latent(face)[None])[0]
        return pixels


def _distance(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    return float(np.linalg.norm(a - b))


def _draw(report: Report, path: Path) -> None:
    rows = [(f"{row.photo}: {_caption(row.figures)}", row.pictures) for row in report.rows]
    pixels = page(("photo", f"{report.begin}, 0 steps", "projection", f"blend with {report.label}"), rows)
    try:
        path.write_bytes(images.encode(pixels, size=max(pixels.shape[:2]), format="png"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}.") from None


def _caption(figures: Figures) -> str:
    return (
        f"identity {figures.begun:.2f}, {figures.identity:.2f}, {figures.blend_to_photo:.2f}; "
        f"MS-SSIM {figures.ms_ssim:.3f}; {figures.psnr:.1f} dB; {figures.steps} steps, {figures.seconds:.1f} s"
    )


def _document(report: Report) -> dict[str, object]:
    rows = [{"photo": row.photo} | _plain(asdict(row.figures)) for row in report.rows]
    return {
        "pack": report.pack,
        "begin": report.begin,
        "label": report.label,
        "photos": rows,
        "left_out": [{"photo": photo, "code": code} for photo, code in report.left_out],
        "mean": _plain(report.over_all(statistics.fmean)),
        "median": _plain(report.over_all(statistics.median)),
        "worst": _plain(report.worst()),
    }


def _plain(figures: dict[str, float]) -> dict[str, float | None]:
    """JSON knows no infinity, which the PSNR of equal pictures is."""
    return {
        name: value if value is not None and math.isfinite(value) else None for name, value in figures.items()
    }


def _print(report: Report) -> None:
    console = Console(width=None if sys.stdout.isatty() else _PAGE)
    table = Table(title=f"typeface-inference likeness, pack {report.pack}, blended with {report.label}")
    names = list(report.worst())
    titles = {"begun": report.begin}
    for name in ("photo", *names):
        title = titles.get(name, name).replace("_", " ") + _arrow(name)
        table.add_column(title, justify="left" if name == "photo" else "right", overflow="fold")
    for row in report.rows:
        figures = asdict(row.figures)
        table.add_row(row.photo, *[_number(name, figures[name]) for name in names])
    summaries = {
        "mean": report.over_all(statistics.fmean),
        "median": report.over_all(statistics.median),
        "worst": report.worst(),
    }
    table.add_section()
    for title, summary in summaries.items():
        if summary:
            table.add_row(title, *[_number(name, summary[name]) for name in names])
    console.print(table)
    console.print(_LEGEND.format(begun=report.begin))
    for photo, code in report.left_out:
        console.print(f"left out: {photo} ({code})")


def _arrow(name: str) -> str:
    """Whether a low or a high figure is the better one."""
    if name == "photo" or name in _NOT_RATED:
        return ""
    return " ↑" if name in _HIGH_IS_GOOD else " ↓"


def _number(name: str, value: float) -> str:
    digits = {"steps": 0, "psnr": 1, "seconds": 1}.get(name, 3)
    return f"{value:.{digits}f}"
