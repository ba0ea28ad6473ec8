"""Many people on one engine: a result is to the bit that of the same job alone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from inference.engine.engine import Engine
from inference.engine.projection import Projection
from inference.errors import TooLate
from inference.images import Pixels
from inference.packs.loader import LoadedPack
from inference.scheduler.orders import Advanced, Failed, Glanced, Projected, RenderOrder, Started, Withdrawn
from inference.scheduler.scheduler import Limits, Scheduler
from inference.wire import FacePicture, LatentFace, SeedFace
from inference.worker.worker import Worker
from tests.inference.inbox import PERSON, Inbox, order
from tests.inference.rig import Paced

WIDTHS = (1, 2, 3)


@pytest.fixture(scope="module")
def engines(tiny_pack: LoadedPack) -> dict[int, Engine]:
    return {width: Paced(tiny_pack, 6, width=width) for width in WIDTHS}


@pytest.fixture(scope="module")
def photos(engines: dict[int, Engine]) -> list[Pixels]:
    return [engines[1].picture(FacePicture(face=SeedFace(seed=seed, psi=1))) for seed in range(4)]


@pytest.fixture(scope="module")
def alone(engines: dict[int, Engine], photos: list[Pixels]) -> Callable[..., list[LatentFace]]:
    """The latents of a job that has the engine for itself, after each of its steps."""

    @cache
    def found(width: int, chosen: tuple[int, ...], steps: int) -> list[LatentFace]:
        engine = engines[width]
        projection = engine.start([photos[index] for index in chosen], steps)
        latents = [engine.encode_latent(projection.latent())]
        while not projection.done:
            engine.advance([projection])
            latents.append(engine.encode_latent(projection.latent()))
        return latents

    return found


@dataclass
class Crowd:
    """People who come and go while a worker makes one tick after another."""

    engine: Engine
    photos: list[Pixels]
    now: float = 0.0
    jobs: dict[str, tuple[tuple[int, ...], int, Inbox]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        limits = Limits(width=self.engine.width, queue=100, fair=self.engine.width > 1, quantum=4, patience=8)
        self.worker = Worker({"tiny": self.engine}, Scheduler(limits), threads=1, clock=lambda: self.now)

    def arrive(self, chosen: tuple[int, ...], steps: int, lasts: int | None, ticket: dict[str, Any]) -> None:
        name = f"job {len(self.jobs)}"
        inbox = Inbox()
        until = None if lasts is None else self.now + lasts
        faces = [self.photos[index] for index in chosen]
        self.worker.project(order(name, *faces, steps=steps, deadline=until, **ticket), inbox)
        self.jobs[name] = (chosen, steps, inbox)

    def cancel(self, number: int) -> None:
        self.worker.cancel(f"job {number}")

    def tick(self, count: int = 1) -> None:
        for _ in range(count):
            self.now += 1
            self.worker.tick()

    def drain(self) -> None:
        while any(self.worker.standing(name) for name in self.jobs):
            self.tick()
        self.tick()


PEOPLE = st.tuples(
    st.lists(st.integers(0, 3), min_size=1, max_size=2).map(tuple),
    st.integers(0, 7),
    st.none() | st.integers(1, 12),
    st.fixed_dictionaries(
        {"client": st.sampled_from("ab"), "priority": st.sampled_from(["low", "normal", "high"])}
    ),
)
EVENTS = st.lists(
    st.one_of(
        PEOPLE.map(lambda person: ("arrive", *person)),
        st.integers(0, 12).map(lambda number: ("cancel", number)),
        st.integers(1, 3).map(lambda count: ("tick", count)),
    ),
    min_size=4,
    max_size=24,
)

ANYBODY = {"client": "a", "priority": "normal"}
EVERY_END = [
    *[("arrive", (number,), 3, None, ANYBODY) for number in range(3)],
    ("tick", 1),
    ("cancel", 0),
    ("tick", 6),
    *[("arrive", (number,), 7, 4, ANYBODY) for number in range(4)],
    ("arrive", (0,), 7, 1, ANYBODY),  # too late before anything is found
    ("tick", 5),
]


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("width", WIDTHS)
def test_nobody_changes_anybodys_result(
    width: int,
    engines: dict[int, Engine],
    photos: list[Pixels],
    alone: Callable[..., list[LatentFace]],
) -> None:
    seen = {"done": 0, "short": 0, "late": 0, "cancelled": 0}

    @given(EVENTS)
    @example(EVERY_END)
    @hypothesis_settings(
        max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
    )
    def check(events: list[tuple[Any, ...]]) -> None:
        crowd = Crowd(engines[width], photos)
        for name, *given_ in events:
            getattr(crowd, name)(*given_)
        crowd.drain()
        for chosen, steps, inbox in crowd.jobs.values():
            (end,) = inbox.ends
            if isinstance(end, Projected):
                assert end.face == alone(width, chosen, steps)[end.steps]
                assert inbox.all(Glanced), "a picture before the first step"
                seen["done" if end.steps == steps else "short"] += 1
            elif isinstance(end, Failed):
                assert isinstance(end.error, TooLate)
                assert not inbox.all(Started)
                seen["late"] += 1
            else:
                assert isinstance(end, Withdrawn)
                seen["cancelled"] += 1

    check()
    assert all(seen.values()), seen


@pytest.mark.usefixtures("one_thread")
def test_who_waits_sees_a_first_picture_within_a_tick(
    engines: dict[int, Engine], photos: list[Pixels]
) -> None:
    crowd = Crowd(engines[1], photos)
    for _ in range(4):
        crowd.arrive((0,), 7, None, {})
    crowd.tick()
    first, *waiting = (inbox for _, _, inbox in crowd.jobs.values())
    assert [type(report) for report in first.reports] == [Started, Glanced, Advanced]
    begins = engines[1].start([photos[0]]).preview()
    for inbox in waiting:
        (report,) = inbox.reports
        assert np.array_equal(report.preview, begins)
    crowd.drain()
    assert all(len(inbox.all(Glanced)) <= 2 for _, _, inbox in crowd.jobs.values())


@pytest.mark.usefixtures("one_thread")
def test_the_work_for_many_is_the_work_for_each(engines: dict[int, Engine], photos: list[Pixels]) -> None:
    """On a CPU eight jobs take eight jobs' steps, in the order of arrival; beside them a glance for each who waits."""
    made = {"steps": 0, "glances": 0}

    class Counting(Paced):
        def advance(self, projections: Any) -> None:
            made["steps"] += len(projections)
            super().advance(projections)

        def start(self, photos: Any, steps: int | None = None) -> Projection:
            made["glances"] += steps == 0
            return super().start(photos, steps)

    crowd = Crowd(Counting(engines[1].pack, 6), photos)
    crowd.worker.render(RenderOrder("loads the pack", "tiny", (PERSON,)), Inbox())
    crowd.tick()
    made.update(steps=0, glances=0)
    for number in range(8):
        crowd.arrive((number % 4,), 7, None, {"client": str(number)})
        crowd.tick(2)
    crowd.drain()
    ends = [inbox.ends[0] for _, _, inbox in crowd.jobs.values()]
    assert all(isinstance(end, Projected) for end in ends)
    assert made == {"steps": 8 * 7, "glances": 7}


@pytest.mark.usefixtures("one_thread")
def test_pictures_and_steps_take_turns(engines: dict[int, Engine], photos: list[Pixels]) -> None:
    crowd = Crowd(engines[1], photos)
    crowd.arrive((0,), 50, None, {})
    pictures = [Inbox() for _ in range(12)]
    for number, inbox in enumerate(pictures):
        crowd.worker.render(RenderOrder(f"r {number}", "tiny", (PERSON,)), inbox)
    (_, _, job), *_ = crowd.jobs.values()
    drawn, steps = [], []
    for _ in range(3):
        crowd.tick()
        drawn.append(sum(bool(inbox.ends) for inbox in pictures))
        steps.append(len(job.all(Advanced)))
    assert (drawn, steps) == ([4, 8, 12], [1, 2, 3])


@pytest.mark.usefixtures("one_thread")
def test_any_place_in_a_batch_of_eight(tiny_pack: LoadedPack, photos: list[Pixels]) -> None:
    """The latents themselves, not what float16 leaves of them."""
    engine = Paced(tiny_pack, 4, width=8)
    people = [engine.start([photos[number % 4]], 4) for number in range(8)]
    for _ in range(4):
        engine.advance(people)
    for person, photo in zip(people, [*photos, *photos], strict=True):
        single = engine.start([photo], 4)
        while not single.done:
            engine.advance([single])
        assert torch.equal(person.latent(), single.latent())
