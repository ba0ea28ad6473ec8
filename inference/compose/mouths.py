"""What the photo keeps of its own mouth.

An open mouth does not become a closed one, nor the other way, by moving it and changing its light: lips double and
teeth turn grey. So teeth keep their light, and a mouth that the render does not resemble moves as one piece and
changes little.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from inference.compose import flow
from inference.compose.filters import Planes, blur, blur_within, smoothstep

# Lengths are shares of the side.
_STIFF: Final = 0.15  # blur of the displacement of a mouth that moves as one piece
_ALIKE: Final = (0.2, 0.6)  # correlation of two mouths: from another state of the mouth to the same
_EDGE: Final = 0.012  # teeth, and what lies so close to them


def doubt(photo: Planes, render: Planes, mouth: Planes) -> Planes:
    """[N, N] in [0, 1]: where the mouth is, as far as the two brightnesses [N, N] differ in its structure."""
    a, b = flow.levelled(photo, mouth), flow.levelled(render, mouth)
    alike = (a * b).sum() / (np.sqrt((a * a).sum() * (b * b).sum()) + 1e-3)
    result: Planes = mouth * (1 - smoothstep(np.asarray(alike, np.float32), *_ALIKE))
    return result


def stiffened(shift: Planes, where: Planes) -> Planes:
    """The displacement [2, N, N], nearly even `where` the mouth shall not be bent."""
    even = blur_within(shift, where, _STIFF * shift.shape[-1])
    result: Planes = shift + where * (even - shift)
    return result


def teeth(face: Planes, weight: Planes, mouth: Planes) -> Planes:
    """[N, N] in [0, 1]: what in the mouth of `face` [3, N, N] is bright, and no redder than the skin of the face."""
    side = face.shape[-1]
    light = face.mean(axis=0)
    area = mouth.sum() + 1e-3
    middle = (mouth * light).sum() / area
    spread = np.sqrt((mouth * (light - middle) ** 2).sum() / area) + 6
    redness = (face[0] + 12) / (face[1] + 12)
    skin = (weight * redness).sum() / (weight.sum() + 1e-3)
    found = mouth * smoothstep((light - middle) / spread, 0.5, 1.3) * smoothstep(skin - redness, 0, 0.1)
    result: Planes = np.minimum(1, 2 * blur(found, _EDGE * side))
    return result
