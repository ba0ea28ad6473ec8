"""People who arrive one by one while others are at work: through the scheduler, and one after another."""

from __future__ import annotations

import math
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial

from inference.commands.bench import configurations
from inference.commands.bench.effort import Effort
from inference.engine.engine import Engine
from inference.errors import InternalError
from inference.images import Pixels
from inference.packs.loader import LoadedPack
from inference.scheduler.orders import (
    Advanced,
    Failed,
    Glanced,
    Projected,
    ProjectOrder,
    Report,
    Ticket,
    Withdrawn,
)
from inference.scheduler.scheduler import Limits, Scheduler
from inference.settings import Settings
from inference.worker.worker import Worker

_APART = 0.25  # of one job's time, between two arrivals
_FEWEST = 2  # steps
_PATIENCE = 600  # seconds for one report


@dataclass
class Journey:
    """When one person arrived, saw a first picture and was done: seconds since the first arrival."""

    arrived: float
    previewed: float = math.inf
    done: float = math.inf


@dataclass(frozen=True)
class Run:
    """All people, one way."""

    journeys: list[Journey]

    def figures(self) -> dict[str, float]:
        """Seconds from arrival to the end and to the first picture, and until all are done."""
        waits = [journey.done - journey.arrived for journey in self.journeys]
        previews = [journey.previewed - journey.arrived for journey in self.journeys]
        return {
            "completion_mean_seconds": statistics.fmean(waits),
            "completion_p95_seconds": quantile(waits, 0.95),
            "first_preview_mean_seconds": statistics.fmean(previews),
            "first_preview_p95_seconds": quantile(previews, 0.95),
            "first_preview_worst_seconds": max(previews),
            "total_seconds": max(journey.done for journey in self.journeys),
        }


@dataclass(frozen=True)
class Staggered:
    """The same people, photos, steps and arrivals, both ways.

    Attributes:
        steps: of each projection.
        engine_steps: what the engine takes where nobody says how many.
        apart_seconds: between two arrivals.
        slots: of the scheduled run; the other has one.
        scheduled: through the scheduler and its worker.
        one_by_one: a lone engine that takes the next person when it is done with the last.
    """

    steps: int
    engine_steps: int
    apart_seconds: float
    slots: int
    scheduled: Run
    one_by_one: Run

    @property
    def slots_named(self) -> str:
        """For a person."""
        return f"{self.slots} slot" + "s" * (self.slots != 1)

    def to_dict(self) -> dict[str, object]:
        """Plain data, with the figures of both and their ratios."""
        ours, theirs = self.scheduled.figures(), self.one_by_one.figures()
        ratios = {name.removesuffix("_seconds") + "_ratio": ours[name] / theirs[name] for name in ours}
        plain = asdict(self)
        plain["scheduled"] |= ours
        plain["one_by_one"] |= theirs
        return plain | ratios


@dataclass(frozen=True)
class _Crowd:
    """Who comes, and when."""

    photos: list[Pixels]
    steps: int
    apart: float

    def arrivals(self) -> list[float]:
        return [self.apart * number for number in range(len(self.photos))]


def measure(pack: LoadedPack, settings: Settings, effort: Effort) -> Staggered:
    """Both ways, one after the other. Raises InternalError when a projection fails."""
    alone = configurations.engine(pack, settings, 1)
    people = [configurations.picture(seed) for seed in range(effort.jobs)]
    crowd = _planned(alone, [alone.picture(person) for person in people], effort)
    one_by_one = _one_by_one(alone, crowd)
    scheduled = _scheduled(configurations.engine(pack, settings), crowd, settings)
    return Staggered(crowd.steps, alone.steps, crowd.apart, settings.width, scheduled, one_by_one)


def _planned(engine: Engine, photos: list[Pixels], effort: Effort) -> _Crowd:
    """As many steps as the engine chooses, or fewer where both runs would take too long."""
    trial = engine.start(photos[:1], 3)
    engine.advance([trial])
    begin = _timed(lambda: engine.start(photos[:1], 3).preview())
    step = min(_timed(partial(engine.advance, [trial])) for _ in range(2))
    room = (effort.jobs_seconds / (2 * len(photos)) - begin) / step
    steps = max(_FEWEST, min(engine.steps, int(room)))
    return _Crowd(photos, steps, _APART * (begin + steps * step))


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _one_by_one(engine: Engine, crowd: _Crowd) -> Run:
    journeys = [Journey(arrived) for arrived in crowd.arrivals()]
    began = time.perf_counter()
    for journey, photo in zip(journeys, crowd.photos, strict=True):
        _sleep_until(began + journey.arrived)
        projection = engine.start([photo], crowd.steps)
        projection.preview()
        journey.previewed = time.perf_counter() - began
        while not projection.done:
            engine.advance([projection])
        engine.encode_latent(projection.latent())
        journey.done = time.perf_counter() - began
    return Run(journeys)


def _scheduled(engine: Engine, crowd: _Crowd, settings: Settings) -> Run:
    limits = Limits(width=engine.width, queue=len(crowd.photos), fair=engine.width > 1)
    name = engine.pack.manifest.name
    worker = Worker({name: engine}, Scheduler(limits), threads=settings.threads)
    worker.start()
    try:
        if not worker.wait(_PATIENCE):
            raise InternalError(f"The worker did not start: {worker.broken}.")
        return _Arrivals(worker, name, crowd).run()
    finally:
        worker.stop()


@dataclass
class _Arrivals:
    """Orders each projection when its person arrives, and notes what is reported when."""

    worker: Worker
    pack: str
    crowd: _Crowd
    failed: list[Report] = field(default_factory=list)
    began: float = 0.0

    def run(self) -> Run:
        journeys = [Journey(arrived) for arrived in self.crowd.arrivals()]
        ends = [threading.Event() for _ in journeys]
        self.began = time.perf_counter()
        for journey, photo, end in zip(journeys, self.crowd.photos, ends, strict=True):
            _sleep_until(self.began + journey.arrived)
            who = f"person {journey.arrived}"
            ticket = Ticket(id=who, owner=who, client=who, pack=self.pack, steps=self.crowd.steps)
            self.worker.project(ProjectOrder(ticket, (photo,)), partial(self._note, journey, end))
        if not all(end.wait(_PATIENCE) for end in ends) or self.failed:
            raise InternalError("A projection of the staggered run failed.")
        return Run(journeys)

    def _note(self, journey: Journey, end: threading.Event, report: Report) -> None:
        now = time.perf_counter() - self.began
        if isinstance(report, Glanced | Advanced) and report.preview is not None:
            journey.previewed = min(now, journey.previewed)
        if isinstance(report, Projected):
            journey.done = now
        if isinstance(report, Failed | Withdrawn):
            self.failed.append(report)
        if isinstance(report, Projected | Failed | Withdrawn):
            end.set()


def _sleep_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.perf_counter()))


def quantile(values: list[float], share: float) -> float:
    """Of measured values, between the two nearest; NaN of none."""
    if len(values) < 2:
        return values[0] if values else math.nan
    return statistics.quantiles(values, n=100, method="inclusive")[round(100 * share) - 1]
