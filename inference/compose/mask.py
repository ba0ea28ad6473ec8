"""Which part of the photo is the face: an oval for the aligned face, narrowed to the person's own skin.

Hair, hands, glasses and what lies behind differ from the skin of cheeks and nose. The features between brows and
mouth always belong to the face; a guided filter (He, Sun, Tang 2010) lays the edge along the photo's own.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from inference.compose.filters import Planes, blur, smoothstep

# In shares of a chip with the framing's usual padding of 0.25: the eyes lie at y 0.31, the nose's base at 0.585.
_OVAL: Final = (0.490, 0.520, 0.365, 0.420)  # centre, half axes: chin, cheeks and forehead
_CORE: Final = (0.490, 0.500, 0.310, 0.330)  # brows, eyes, nose, mouth
_MOUTH: Final = (0.490, 0.710, 0.270, 0.150)  # from below the nose to the chin, a broad smile's corners too
# Cheeks and the bridge of the nose, and how far around each.
_SAMPLES: Final = ((0.32, 0.52), (0.66, 0.52), (0.49, 0.44), (0.34, 0.60), (0.64, 0.60))
_SAMPLE: Final = 0.05
_PADDING: Final = 0.25


def face(chip: Planes, padding: float) -> Planes:
    """[N, N] in [0, 1] for the photo's aligned face `chip` [3, N, N]; 0 near the chip's border."""
    x, y = _places(chip.shape[-1], padding)
    oval = smoothstep(_inside(x, y, _OVAL), -0.02, 0.42)
    core = smoothstep(_inside(x, y, _CORE), -0.05, 0.35)
    skin = _refine(_skin(chip, x, y), chip.mean(axis=0))
    result: Planes = oval * np.maximum(skin, core)
    return result


def mouth(side: int, padding: float) -> Planes:
    """[side, side] in [0, 1]: where the mouth of an aligned face is."""
    return smoothstep(_inside(*_places(side, padding), _MOUTH), 0, 0.4)


def _places(side: int, padding: float) -> tuple[Planes, Planes]:
    """The x and y of each pixel in shares of a chip with the usual padding."""
    line = (np.arange(side, dtype=np.float32) + 0.5) / side
    line = (line - 0.5) * np.float32((1 + 2 * padding) / (1 + 2 * _PADDING)) + np.float32(0.5)
    return np.tile(line, (side, 1)), np.tile(line[:, None], (1, side))


def _inside(x: Planes, y: Planes, oval: tuple[float, float, float, float]) -> Planes:
    """1 in the middle, 0 on the oval, negative outside."""
    cx, cy, a, b = oval
    result: Planes = 1 - np.sqrt(((x - cx) / a) ** 2 + ((y - cy) / b) ** 2)
    return result


def _skin(chip: Planes, x: Planes, y: Planes) -> Planes:
    """How like the samples' colour: the likelihood of a Gaussian, broad in brightness since light falls unevenly."""
    colours = _colours(chip)
    near = np.zeros(x.shape, bool)
    for cx, cy in _SAMPLES:
        near |= (x - cx) ** 2 + (y - cy) ** 2 < _SAMPLE**2
    known = colours[:, near]
    centre = np.median(known, axis=1)
    spread = 1.48 * np.median(np.abs(known - centre[:, None]), axis=1)
    spread = np.maximum(1.5 * spread, (0.22, 0.035, 0.035))
    away = (((colours - centre[:, None, None]) / spread[:, None, None]) ** 2).sum(axis=0)
    return smoothstep(np.exp(-away / 12).astype(np.float32), 0.15, 0.6)


def _colours(chip: Planes) -> Planes:
    """[3, N, N]: log brightness and two log ratios, which shade and lamp shift but do not stretch."""
    red, green, blue = np.log(chip + 12)
    result: Planes = np.stack([(red + green + blue) / 3, (red - green) / 2, (blue - green) / 2])
    return result


def _refine(mask: Planes, guide: Planes) -> Planes:
    """Guided filter: the mask as a locally linear function of the photo's brightness."""
    sigma, noise = mask.shape[-1] / 40, 60.0
    guide_mean, mask_mean = blur(guide, sigma), blur(mask, sigma)
    slope = (blur(guide * mask, sigma) - guide_mean * mask_mean) / (
        blur(guide * guide, sigma) - guide_mean**2 + noise
    )
    offset = blur(mask_mean - slope * guide_mean, sigma)
    result: Planes = np.clip(blur(slope, sigma) * guide + offset, 0, 1)
    return result
