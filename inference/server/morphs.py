"""Morphs, one after another: the device draws a few frames between two ticks, a thread makes the files.

What a morph has on the device at a time is half of what is drawn between two ticks, so that projections go on, and
other people's pictures find a place beside it.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog

from inference.errors import AlreadyRunning, Busy, InternalError, TypefaceError, from_problem
from inference.films import files, timeline
from inference.films.files import Run
from inference.images import Pixels
from inference.scheduler.orders import Advanced, Failed, Filmed, Report, Sink, Started, Withdrawn
from inference.scheduler.scheduler import Standing
from inference.server.renders import Renders
from inference.wire import FacePicture, FilmFormat, MorphRequest

QUEUE = 16
"""How many morphs may wait or run."""
_AT_ONCE = 2
_PREVIEW_SECONDS = 0.5
_SOON_SECONDS = 0.2
log = structlog.get_logger(__name__)


@dataclass(eq=False)
class _Morph:
    """One that waits or runs. `left` are the frames that are not drawn yet."""

    request: MorphRequest
    pack: str
    sink: Sink
    plan: list[tuple[FacePicture, int]]
    task: asyncio.Task[None] = field(init=False)
    drawn: list[Run] = field(default_factory=list)

    @property
    def left(self) -> int:
        return len(self.plan) - len(self.drawn)


class Morphs:
    """Takes orders and reports on them as a worker does, but on the event loop.

    Args:
        renders: draws the frames.
        width: how many go through the device in one pass.
    """

    def __init__(self, renders: Renders, width: int) -> None:
        self._renders = renders
        self._width = width
        self._morphs: dict[str, _Morph] = {}  # by turn
        self._turn = asyncio.Lock()
        self._frame_seconds = 0.1  # a guess, until one is measured

    def order(self, id: str, request: MorphRequest, pack: str, sink: Sink) -> None:
        """Queue a morph. Raises AlreadyRunning or Busy."""
        if any(morph.request.owner == request.owner for morph in self._morphs.values()):
            raise AlreadyRunning("A morph of this owner waits or runs.")
        if len(self._morphs) >= QUEUE:
            soonest = next(iter(self._morphs.values()))
            raise Busy("Too many morphs wait.", retry_after=max(1.0, self._seconds(soonest)))
        morph = _Morph(request, pack, sink, timeline.plan(request.faces, request.seconds))
        self._morphs[id] = morph
        morph.task = asyncio.create_task(self._run(id, morph))

    def cancel(self, id: str) -> None:
        """Withdraw a morph before its next frame."""
        if morph := self._morphs.get(id):
            morph.task.cancel()
            self._end(id, Withdrawn())  # here, since a task that has not begun tells nothing

    def standing(self, id: str) -> Standing | None:
        """Where a morph stands; None when it neither waits nor runs."""
        if id not in self._morphs:
            return None
        turns = list(self._morphs)[: list(self._morphs).index(id) + 1]
        return Standing(len(turns) - 1, sum(self._seconds(self._morphs[turn]) for turn in turns))

    async def close(self) -> None:
        """Withdraw all."""
        tasks = [morph.task for morph in self._morphs.values()]
        for key in list(self._morphs):
            self.cancel(key)
        await asyncio.gather(*tasks, return_exceptions=True)

    def _seconds(self, morph: _Morph) -> float:
        """What it still takes; files take about as long as frames do."""
        return self._frame_seconds * (morph.left + len(morph.plan))

    def _end(self, id: str, report: Report) -> None:
        if morph := self._morphs.pop(id, None):
            morph.sink(report)

    async def _run(self, id: str, morph: _Morph) -> None:
        try:
            async with self._turn:
                self._end(id, Filmed(await self._film(morph)))
        except TypefaceError as error:
            self._end(
                id, Failed(from_problem(error.problem()))
            )  # the caught one holds frames, and their faces
        except Exception:
            log.exception("a morph failed")
            self._end(id, Failed(InternalError()))

    async def _film(self, morph: _Morph) -> Mapping[FilmFormat, bytes]:
        morph.sink(Started(len(morph.plan)))
        began = time.monotonic()
        await self._draw(morph)
        self._frame_seconds = (time.monotonic() - began) / len(morph.plan)
        return {form: await _file(morph, form) for form in morph.request.formats}

    async def _draw(self, morph: _Morph) -> None:
        """A few frames at a time, as many as two passes take."""
        shown = float("-inf")
        while few := morph.plan[len(morph.drawn) :][: _AT_ONCE * self._width]:
            morph.drawn.extend(await self._few(morph, few))
            fresh = time.monotonic() - shown >= _PREVIEW_SECONDS
            shown = time.monotonic() if fresh else shown
            last = morph.drawn[-1][0] if fresh else None
            morph.sink(Advanced(len(morph.drawn), len(morph.plan), last))

    async def _few(self, morph: _Morph, few: Sequence[tuple[FacePicture, int]]) -> list[Run]:
        passes = [few[first : first + self._width] for first in range(0, len(few), self._width)]
        drawn = await asyncio.gather(
            *(self._patiently(morph.pack, [picture for picture, _ in some]) for some in passes)
        )
        size = morph.request.size
        frames = [await asyncio.to_thread(files.held, frame, size) for some in drawn for frame in some]
        return [(frame, shown) for frame, (_, shown) in zip(frames, few, strict=True)]

    async def _patiently(self, pack: str, pictures: Sequence[FacePicture]) -> Pixels:
        """When others' pictures fill the device's queue, a frame comes later instead of not at all."""
        while True:
            try:
                return await self._renders.pixels(pack, pictures)
            except Busy as busy:
                await asyncio.sleep(min(busy.retry_after, _SOON_SECONDS))


async def _file(morph: _Morph, form: FilmFormat) -> bytes:
    """One file, made in a thread that stops at the next frame when the morph is withdrawn."""
    stop = threading.Event()
    make = partial(files.encode, morph.drawn, size=morph.request.size, format=form)
    try:
        return await asyncio.to_thread(make, going=lambda: not stop.is_set())
    finally:
        stop.set()
