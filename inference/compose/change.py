"""A rendered face back in the photo: the photo moved a little, and a smooth correction on top of it.

The photo's own pixels are carried to where the rendered face has its features (`flow`), so that skin, lashes
and grain stay as sharp as all around. What then still differs below the render's resolution is added, but for its
lowest frequencies: those are the photo's light and the person's skin. Where the two disagree in structure (a mouth
that opens a little) the photo's edges give way, and of its detail only as much stays as skin has; a mouth and teeth
that do not go together with the render's stay nearly as they are (`mouths`).

A generator draws nobody's photo exactly. So a face that was made from a projection is compared with that projection's
own picture, its *origin*, and what the generator had missed (glasses, a mole) stays in the photo.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from inference.compose import flow, mouths
from inference.compose.filters import Planes, blur, blur_within, resample, smoothstep

_FLOW_GRID: Final = 64
_ALIKE: Final = 0.4  # correlation with the photo from which an origin is its person
_DOUBT: Final = 0.1  # by how much less than the render an origin may be like the photo
# All chosen by eye, on renders of 64 px; lengths are shares of the side.
_LIGHT: Final = 0.11  # what is smoother than this is light and skin tone, and stays the photo's
_LINE, _FINE = 0.02, 0.5  # the render's finer changes, and how much of them is taken
_PATCH, _COLOUR = 0.03, 0.4  # its changes of colour, and how much of them is taken
_MOST: Final = 2.5  # times the face's own contrast: the largest change of brightness
_TEXTURE: Final = 2.5  # times the median of the detail: more are edges
_STRANGE: Final = 0.8  # of the change is made where no origin tells what the generator misses of the person
_KEPT: Final = 0.85  # of the mouth's look where the render's mouth is another
_WHITE: Final = 246  # levels: overexposed from here on


@dataclass(frozen=True)
class Change:
    """What becomes of the photo's face, on the chip's grid of N pixels.

    Attributes:
        weight: [N, N], the soft mask; where it is 0 nothing changes.
        shift: [2, N, N] in pixels of the grid: the photo is taken from x + shift.
        base: [3, N, N]: the moved photo as far as a render of that resolution could show it.
        add: [3, N, N] in levels of 255.
        fade: [N, N] in [0, 1]: how far the moved photo's detail beyond `base` gives way,
        texture: but for this much, in levels: skin and grain.
    """

    weight: Planes
    shift: Planes
    base: Planes
    add: Planes
    fade: Planes
    texture: float


@dataclass(frozen=True)
class Faces:
    """Aligned faces, [3, side, side] in levels of 255.

    Attributes:
        photo: with side N.
        render: with side R <= N.
        origins: with side R: whom the render was made from; that one counts who is the photo's person.
    """

    photo: Planes
    render: Planes
    origins: Sequence[Planes] = ()


def plan(faces: Faces, weight: Planes, mouth: Planes) -> Change:
    """What to do for the photo to show the render, within the mask `weight` [N, N]; `mouth` is that of the mouth."""
    side, fine = faces.photo.shape[-1], faces.render.shape[-1]
    chosen = _whose(faces, resample(weight, _FLOW_GRID))
    coarse, doubt = _motion(faces, chosen, resample(weight, _FLOW_GRID), resample(mouth, _FLOW_GRID))
    shift = resample(coarse, side) * (side / _FLOW_GRID) * smoothstep(weight, 0, 0.6)
    moved = flow.sample(faces.photo, shift)
    base = resample(resample(moved, fine), side)
    origin = None if chosen is None else flow.sample(resample(faces.origins[chosen], side), shift)
    goal = resample(faces.render, side)
    vivid = min(1.0, _vividness(base, weight) / (_vividness(goal, weight) + 1e-3))
    change = _in_light(_matched(base, goal, origin, weight), base, weight, _COLOUR * vivid)
    change *= 1.0 if chosen is not None else _STRANGE
    free = weight * (1 - np.maximum(_KEPT * resample(doubt, side), mouths.teeth(moved, weight, mouth)))
    fade = free * (1 - _agreement(base.mean(axis=0), (base + change).mean(axis=0)))
    return Change(weight, shift, base, free * change, fade, _texture(moved - base, weight))


def _motion(faces: Faces, chosen: int | None, weight: Planes, mouth: Planes) -> tuple[Planes, Planes]:
    """On the grid of flow: the displacement, and where the mouth is another than the render's."""
    photo, render = _grey(faces.photo), _grey(faces.render)
    shift = flow.find(photo if chosen is None else _grey(faces.origins[chosen]), render, weight)
    doubt = mouths.doubt(flow.sample(photo, shift), render, mouth)
    return mouths.stiffened(shift, doubt), doubt


def _grey(face: Planes) -> Planes:
    return resample(face.mean(axis=0), _FLOW_GRID)


def _whose(faces: Faces, weight: Planes) -> int | None:
    """Which of the origins is the photo's person, if any.

    Measured: projections of the photo itself 0.84 to 0.89, of another photo of the person 0.58, of others -0.1 to 0.5,
    blends of the person and a type 0.4 to 0.75.
    """
    level, *found = (
        flow.levelled(_grey(face), weight) for face in (faces.photo, faces.render, *faces.origins)
    )
    size = float(np.sqrt((level * level).sum())) + 1e-3
    like = [float((level * one).sum() / (np.sqrt((one * one).sum()) + 1e-3)) / size for one in found]
    best = max(range(len(faces.origins)), key=lambda i: like[i + 1], default=None)
    return best if best is not None and like[best + 1] > max(_ALIKE, like[0] - _DOUBT) else None


def _matched(photo: Planes, render: Planes, origin: Planes | None, weight: Planes) -> Planes:
    """[3, N, N]: what to add to the photo to get the render's features in the photo's light and contrast."""
    structure, wanted = _structure(photo, weight), _structure(render, weight)
    known = structure if origin is None else _structure(origin, weight)
    widest = max(_spread(known, weight), _spread(wanted, weight))
    contrast = np.clip(_spread(structure, weight) / (widest + 1e-3), 0.4, 1.3)
    change: Planes = contrast * wanted - (structure if origin is None else contrast * known)
    return change


def _in_light(change: Planes, photo: Planes, weight: Planes, colourful: float) -> Planes:
    """The same change of brightness in the photo's own colours, and without what a small generator makes up.

    Its finest lines and its patches of colour are mostly errors, and so are changes far beyond the face's contrast.
    """
    side = photo.shape[-1]
    brightness = change.mean(axis=0)
    colour = blur(change - brightness, _PATCH * side) * colourful
    brightness = blur(brightness, _LINE * side) * (1 - _FINE) + brightness * _FINE
    most = _MOST * _spread(_structure(photo, weight), weight) + 1
    level = blur(photo, _LINE * side)
    tint = np.clip((level + 8) / (level.mean(axis=0) + 8), 0.5, 1.7)
    burnt = blur((photo.min(axis=0) > _WHITE).astype(np.float32), _LINE * side)  # would turn grey
    result: Planes = (most * np.tanh(brightness / most) * tint + colour) * (1 - burnt)
    return result


def _vividness(face: Planes, weight: Planes) -> float:
    """0 for a grey picture."""
    return float(np.sqrt((weight * (face - face.mean(axis=0)) ** 2).sum() / (weight.sum() + 1e-3)))


def _texture(detail: Planes, weight: Planes) -> float:
    inside = weight > 0.5
    return _TEXTURE * float(np.median(np.abs(detail[:, inside]))) if inside.any() else 0.0


def _structure(face: Planes, weight: Planes) -> Planes:
    result: Planes = face - blur_within(face, weight, _LIGHT * face.shape[-1])
    return result


def _spread(planes: Planes, weight: Planes) -> float:
    return float(np.sqrt((weight * planes.mean(axis=0) ** 2).sum() / (weight.sum() + 1e-3)))


def _agreement(photo: Planes, result: Planes) -> Planes:
    """[N, N] in [0, 1]: local correlation of the structures; 1 where neither has any."""
    side = photo.shape[-1]
    a, b = photo - blur(photo, side / 16), result - blur(result, side / 16)
    near, level = side / 40, 16.0
    alike = (blur(a * b, near) + level) / (np.sqrt(blur(a * a, near) * blur(b * b, near)) + level)
    return smoothstep(alike, 0.1, 0.7)
