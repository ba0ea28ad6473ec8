"""Two small drawings as SVG, so that a report is one file and needs no script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

PHOTOS: Final = "#8a8f98"
SAMPLES: Final = "#d9480f"
_WIDE, _HIGH, _FOOT = 460, 200, 22
_BINS = 30
_DOTS = 400


def histogram(photos: Floats, samples: Floats, limit: float) -> str:
    """Shares of held-out photos and of samples by their distance to the nearest training photo."""
    edges = np.linspace(0, max(float(photos.max()), float(samples.max())) * 1.02, _BINS + 1)
    shares = [np.histogram(values, edges)[0] / len(values) for values in (photos, samples)]
    top = max(float(share.max()) for share in shares)
    bars = "".join(
        _bars(share / top, colour) for share, colour in zip(shares, (PHOTOS, SAMPLES), strict=True)
    )
    x = limit / edges[-1] * _WIDE
    mark = (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{_HIGH}" stroke="currentColor" stroke-dasharray="4 3"/>'
    )
    ends = [f'<text x="{x + 4:.1f}" y="12">{limit:.2f}</text>']
    for value, anchor in ((0.0, "start"), (edges[-1], "end")):
        place = value / edges[-1] * _WIDE
        ends.append(f'<text x="{place:.0f}" y="{_HIGH + 16}" text-anchor="{anchor}">{value:.2f}</text>')
    return _drawing(bars + mark + "".join(ends), "distances to the nearest training photo")


def plane(photos: Floats, samples: Floats) -> str:
    """Photos and samples, seen along the two directions in which the photos differ most."""
    middle = photos.mean(axis=0)
    ways = np.linalg.svd(photos[: 4 * _DOTS] - middle, full_matrices=False)[2][:2]
    clouds: Mapping[str, Floats] = {
        PHOTOS: (photos[:_DOTS] - middle) @ ways.T,
        SAMPLES: (samples[:_DOTS] - middle) @ ways.T,
    }
    every = np.concatenate(list(clouds.values()))
    low, size = every.min(axis=0), np.ptp(every, axis=0) + 1e-9
    dots = ""
    for colour, cloud in clouds.items():
        places = (cloud - low) / size * (_WIDE - 12, _HIGH - 12) + 6
        dots += "".join(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}" fill-opacity=".55"/>' for x, y in places
        )
    return _drawing(dots, "photos and samples in the plane of the photos")


def _bars(heights: NDArray[np.float64], colour: str) -> str:
    wide = _WIDE / _BINS
    return "".join(
        f'<rect x="{i * wide:.1f}" y="{_HIGH * (1 - h):.1f}" width="{wide - 1:.1f}" height="{_HIGH * h:.1f}" '
        f'fill="{colour}" fill-opacity=".6"/>'
        for i, h in enumerate(heights.tolist())
        if h
    )


def _drawing(inside: str, title: str) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDE} {_HIGH + _FOOT}" role="img"><title>{title}</title>'
        f'<line x1="0" x2="{_WIDE}" y1="{_HIGH}" y2="{_HIGH}" stroke="currentColor" stroke-opacity=".4"/>'
        f"{inside}</svg>"
    )
