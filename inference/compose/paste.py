"""Between the chip's grid and the photo: cutting the face out, and laying a change back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.alignment import chip_to_photo, cut, pillow
from inference.compose import mask
from inference.compose.change import Change, Faces, plan
from inference.compose.filters import Planes, resample, smoothstep
from inference.compose.subject import Subject
from inference.errors import Box
from inference.images import Pixels

_CELL, _CELLS = 8, 40  # of the mesh that moves the photo: px in a cell at least; cells in a line, about
_LEAST_GRID, _MOST_GRID = 256, 512
_BAND: Final = 256  # px
_LEAST = 0.004  # of the mask: under one level of 255
Matrix = NDArray[np.float64]


def put(subject: Subject, render: Pixels, origins: Sequence[Pixels] = ()) -> Pixels:
    """The photo with `render` in place of its face: [H, W, 3] uint8; outside of the face not one byte differs.

    Args:
        subject: the photo, and where its face is.
        render: [R, R, 3] uint8, as the pack draws it.
        origins: [R, R, 3]: whom the render was made from, as the pack draws them.
    """
    grid = replace(subject.framing, size=max(_LEAST_GRID, min(render.shape[0], _MOST_GRID)))
    to_photo = chip_to_photo(subject.landmarks, grid)
    chip, *drawn = (_planes(face) for face in (cut(subject.photo, subject.landmarks, grid), render, *origins))
    fine = [resample(face, min(face.shape[-1], grid.size)) for face in drawn]
    weight = mask.face(chip, grid.padding) * _within(to_photo, grid.size, subject.photo.size)
    mouth = weight * mask.mouth(grid.size, grid.padding)
    return _lay(subject.photo, to_photo, plan(Faces(chip, fine[0], fine[1:]), weight, mouth))


def _planes(pixels: Pixels) -> Planes:
    return np.ascontiguousarray(pixels.transpose(2, 0, 1), dtype=np.float32)


def _within(to_photo: Matrix, side: int, size: tuple[int, int]) -> Planes:
    """[N, N]: 0 outside of the photo and on its border, 1 well inside."""
    line = np.arange(side)
    x, y = _apply(to_photo, *np.meshgrid(line, line))
    inwards = np.minimum(np.minimum(x, size[0] - 1 - x), np.minimum(y, size[1] - 1 - y))
    step = float(np.linalg.norm(to_photo[:, 0]))
    return smoothstep((inwards / step / side).astype(np.float32), 0.01, 0.08)


def _lay(photo: Image.Image, to_photo: Matrix, change: Change) -> Pixels:
    """Band by band, since a face of four megapixels in floats takes half a gigabyte."""
    result = np.array(photo)
    left, top, right, bottom = _box(to_photo, change.weight, photo.size)
    for row in range(top, bottom, _BAND):
        band = (left, row, right, min(row + _BAND, bottom))
        weight, fade, *rest = _spread(to_photo, (change.weight, change.fade, *change.add, *change.base), band)
        moved = np.asarray(_moved(photo, to_photo, change.shift, band), dtype=np.float32)
        detail = moved - np.stack(rest[3:], axis=-1)
        edges = detail - np.clip(detail, -change.texture, change.texture)
        new = moved + np.stack(rest[:3], axis=-1) - fade[..., None] * edges
        part, inside = result[band[1] : band[3], left:right], weight > _LEAST
        part[inside] = np.clip(np.rint(new[inside]), 0, 255).astype(np.uint8)
    return result


def _box(to_photo: Matrix, weight: Planes, size: tuple[int, int]) -> Box:
    """The part of the photo that holds all of the mask."""
    y, x = np.nonzero(weight > _LEAST)
    if not len(x):
        return 0, 0, 0, 0
    x, y = _apply(to_photo, x, y)
    margin = 2 + math.ceil(np.linalg.norm(to_photo[:, 0]))
    left, top = max(0, math.floor(x.min()) - margin), max(0, math.floor(y.min()) - margin)
    right, bottom = min(size[0], math.ceil(x.max()) + margin), min(size[1], math.ceil(y.max()) + margin)
    return left, top, right, bottom


def _spread(to_photo: Matrix, planes: Sequence[Planes], box: Box) -> list[Planes]:
    """Planes of the grid, sampled at the pixels of the photo's `box`."""
    shifted = to_photo - np.array([[0, 0, box[0]], [0, 0, box[1]]])
    coefficients = pillow(_inverse(shifted))
    size = (box[2] - box[0], box[3] - box[1])
    affine, linear = Image.Transform.AFFINE, Image.Resampling.BILINEAR
    return [
        np.asarray(Image.fromarray(plane).transform(size, affine, coefficients, linear)) for plane in planes
    ]


def _moved(photo: Image.Image, to_photo: Matrix, shift: Planes, box: Box) -> Image.Image:
    """The photo's `box`, every pixel taken from where `shift` points to; a mesh of bilinear quadrangles."""
    left, top, right, bottom = box
    cell = max(_CELL, (right - left) // _CELLS)
    columns, rows = [*range(left, right, cell), right], [*range(top, bottom, cell), bottom]
    x, y = np.meshgrid(columns, rows)  # corners of cells: edges of pixels, half a pixel before their middles
    at = np.rint(_apply(_inverse(to_photo), x - 0.5, y - 0.5)).astype(int).clip(0, shift.shape[-1] - 1)
    dx, dy = to_photo[:, :2] @ shift[:, at[1], at[0]].reshape(2, -1)
    source = np.stack([x + dx.reshape(x.shape), y + dy.reshape(y.shape)], axis=-1).tolist()
    mesh = [
        (
            (columns[i] - left, rows[j] - top, columns[i + 1] - left, rows[j + 1] - top),
            (*source[j][i], *source[j + 1][i], *source[j + 1][i + 1], *source[j][i + 1]),
        )
        for j in range(len(rows) - 1)
        for i in range(len(columns) - 1)
    ]
    size = (right - left, bottom - top)
    return photo.transform(size, Image.Transform.MESH, mesh, Image.Resampling.BICUBIC)


def _apply(matrix: Matrix, x: Any, y: Any) -> Any:
    """The places of x and y, in two arrays of their shape."""
    return (
        matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2],
        matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2],
    )


def _inverse(matrix: Matrix) -> Matrix:
    turn = np.linalg.inv(matrix[:, :2])
    return np.column_stack([turn, -turn @ matrix[:, 2]])
