"""When a morph shows what: each face rests for a while, then turns into the next one, and the last into the first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from inference.wire import Face, FacePicture, MixFace

RATE = 24
"""Frames a second."""
_REST = 0.25
"""The part of a face's time in which it stands still, long enough to be recognised."""


def plan(faces: Sequence[Face], seconds: float) -> list[tuple[FacePicture, int]]:
    """The pictures of a loop of `seconds`, and for how many frames each is shown, `RATE` a second.

    The first is the first face itself; the frame after the last one would be the first again.
    """
    count = round(seconds * RATE)
    shown = [_at(faces, len(faces) * number / count) for number in range(count)]
    return [(FacePicture(face=face), len(list(same))) for face, same in groupby(shown)]


def _at(faces: Sequence[Face], time: float) -> Face:
    """The face at `time`, where each face takes 1."""
    number, passed = int(time), time % 1
    weight = smooth(max(0.0, (passed - _REST) / (1 - _REST)))
    here, following = faces[number], faces[(number + 1) % len(faces)]
    return MixFace(a=here, b=following, weight=weight) if weight else here


def smooth(t: float) -> float:
    """Smoothstep, 3 t^2 - 2 t^3: from 0 to 1, beginning and ending without a jerk."""
    return t * t * (3 - 2 * t)
