"""Photos of people who do not exist: faces of the starter pack, pasted into larger pictures."""

import functools
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from skimage import data

from inference.packs import loader
from training.export.latents import render
from training.loops.samples import one_condition, seeded_codes

STARTER = Path("inference/starter")


@functools.cache
def faces(count: int = 10) -> tuple[Image.Image, ...]:
    """Nine different people of 64 px, of whom each is found."""
    pack = loader.load(STARTER)
    codes = seeded_codes(5, count, pack.generator.config.z_dim)
    halves = [one_condition(pack.generator, i, count // 2) for i in (0, 1)]
    with torch.no_grad():
        ws = pack.generator.mapping(codes, torch.cat(halves))
        pixels = render(pack.generator, ws)
    pixels = ((pixels + 1) * 127.5).clamp(0, 255).byte().permute(0, 2, 3, 1).numpy()
    return tuple(
        Image.fromarray(face) for i, face in enumerate(pixels) if i != 3
    )  # that one hardly is a face


def photo(index: int, side: int = 240, at: tuple[int, int] = (90, 60)) -> Image.Image:
    """A picture of 420 x 360 with one of them."""
    page = Image.new("RGB", (420, 360), (90 + 10 * index, 120, 160))
    page.paste(faces()[index].resize((side, side), Image.Resampling.BICUBIC), at)
    return page


@functools.cache
def astronaut() -> Image.Image:
    """A real face, 88 px wide (NASA, public domain)."""
    return Image.fromarray(data.astronaut())


def save(picture: Image.Image, path: Path, **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, quality=92, **options)  # type: ignore[arg-type]
    return path


def as_bytes(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


def pixels(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture)


def album(root: Path, places: Sequence[str]) -> Path:
    """A tree with one made-up person in each place."""
    for index, place in enumerate(places):
        save(photo(index), root / place)
    return root
