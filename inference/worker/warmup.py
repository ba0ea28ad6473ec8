"""What a new engine does before anybody waits for it: all that orders will ask of it, once."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import structlog

from inference.wire import FacePicture, SeedFace
from inference.worker.attempts import give_memory_back, out_of_memory
from inference.worker.ports import AnyEngine

_STEPS = 6
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Warmth:
    """What a step of the full width takes at best, and how many steps a projection."""

    step_seconds: float
    steps: int


def warm_up(engine: AnyEngine, *, narrow: bool = True) -> Warmth:
    """A picture, a beginning and a few steps, at full width since an engine fills up its batch; the fastest counts.

    The first steps are slower by what is prepared once, and would have the first visitors told twice too long.

    An engine that has no memory for its width is narrowed until it has, if it may be. Raises whatever it raises else.
    """
    while True:
        try:
            return _first_work(engine)
        except Exception as error:
            if not out_of_memory(error) or engine.width == 1 or not narrow:
                raise
        give_memory_back()
        log.warning("out of memory at the start: narrower from now on", width=engine.narrow())


def _first_work(engine: AnyEngine) -> Warmth:
    photo = engine.picture(FacePicture(face=SeedFace(seed=0)))
    engine.start([photo], 0)
    projection = engine.start([photo])
    seconds = math.inf
    for _ in range(_STEPS):
        began = time.perf_counter()
        engine.advance([projection])
        projection.preview()  # a GPU answers before it has worked; pixels wait for it
        seconds = min(seconds, time.perf_counter() - began)
    return Warmth(seconds, projection.steps)
