"""A device that has no memory for its width: half as many go on, and nobody is lost."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from structlog.testing import capture_logs

from inference.engine.projection import Projection
from inference.errors import OutOfMemory, TooLate
from inference.images import Pixels
from inference.packs.loader import LoadedPack
from inference.scheduler.orders import Advanced, Failed, Projected, Rendered, RenderOrder, Started
from inference.scheduler.scheduler import Limits, Scheduler
from inference.wire import FacePicture
from inference.worker.engines import Engines, Opened
from inference.worker.worker import Worker
from tests.inference.inbox import PERSON, Inbox, order
from tests.inference.rig import Paced

pytestmark = pytest.mark.usefixtures("one_thread")


class Small(Paced):
    """An engine whose device has memory for passes of `fits`, from the moment it is set."""

    fits = 8

    def _pass(self) -> None:
        if self.width > self.fits:
            raise torch.OutOfMemoryError(f"CUDA out of memory at width {self.width}")

    def pictures(self, pictures: Sequence[FacePicture]) -> Pixels:
        self._pass()
        return super().pictures(pictures)

    def start(self, photos: Sequence[Pixels], steps: int | None = None) -> Projection:
        self._pass()
        return super().start(photos, steps)

    def advance(self, projections: Sequence[Projection]) -> None:
        self._pass()
        super().advance(projections)


class Few(Small):
    """There is never memory for what this person needs."""

    greedy: Any = None

    def advance(self, projections: Sequence[Projection]) -> None:
        if any(one is self.greedy for one in projections):
            raise torch.OutOfMemoryError("CUDA out of memory")
        super().advance(projections)


def told(logs: Sequence[Any], event: str) -> list[Any]:
    return [line for line in logs if line["event"].startswith(event)]


def drain(worker: Worker, names: Sequence[str]) -> None:
    while any(worker.standing(name) for name in names):
        worker.tick()


def test_half_as_many_go_on_from_where_they_were(tiny_pack: LoadedPack) -> None:
    engine = Small(tiny_pack, 9, width=4)
    worker = Worker({"tiny": engine}, Scheduler(Limits(width=4, fair=True)), threads=1)
    photo = engine.picture(PERSON)
    inboxes = {name: Inbox() for name in "abcdef"}
    for name, inbox in inboxes.items():
        worker.project(order(name, photo), inbox)
    for _ in range(3):
        worker.tick()
    engine.fits = 2
    with capture_logs() as logs:
        worker.tick()
        standing = [worker.standing(name) for name in "abcdef"]
        assert [place and place.position for place in standing] == [0, 0, 1, 2, 3, 4]
        drain(worker, "abcdef")
    assert [line["width"] for line in told(logs, "out of memory")] == [2], "once"
    for inbox in inboxes.values():
        (end,) = inbox.ends
        assert isinstance(end, Projected)
        assert end.steps == 9
        assert len(inbox.all(Started)) == 1
        assert [report.step for report in inbox.all(Advanced)] == list(range(1, 9)), "each step once"


def test_it_halves_until_it_fits(tiny_pack: LoadedPack) -> None:
    engine = Small(tiny_pack, 3, width=8)
    worker = Worker({"tiny": engine}, Scheduler(Limits(width=8, fair=True)), threads=1)
    photo = engine.picture(PERSON)
    inboxes = [Inbox() for _ in range(8)]
    for number, inbox in enumerate(inboxes):
        worker.project(order(str(number), photo), inbox)
    worker.tick()
    engine.fits = 1
    drain(worker, [str(number) for number in range(8)])
    assert engine.width == 1
    assert all(isinstance(inbox.ends[0], Projected) for inbox in inboxes)


def test_a_job_that_does_not_fit_alone_fails_alone(tiny_pack: LoadedPack) -> None:
    engine = Few(tiny_pack, 4, width=4)
    worker = Worker({"tiny": engine}, Scheduler(Limits(width=4, fair=True)), threads=1)
    photo = engine.picture(PERSON)
    inboxes = {name: Inbox() for name in "abc"}
    for name, inbox in inboxes.items():
        worker.project(order(name, photo), inbox)
    worker.tick()
    engine.greedy = worker._executor._running["b"].projection
    with capture_logs() as logs:
        drain(worker, "abc")
    (failed,) = inboxes["b"].ends
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, OutOfMemory)
    assert failed.error.retryable
    assert all(isinstance(inboxes[name].ends[0], Projected) for name in "ac")
    assert len(told(logs, "out of memory for one job alone")) == 1


def test_pictures_and_beginnings_narrow_too(tiny_pack: LoadedPack) -> None:
    engine = Small(tiny_pack, 4, width=4)
    worker = Worker({"tiny": engine}, Scheduler(Limits(width=4, fair=True)), threads=1)
    photo = engine.picture(PERSON)
    job, picture = Inbox(), Inbox()
    engine.fits = 2
    worker.project(order("a", photo), job)
    worker.tick()
    assert engine.width == 2
    engine.fits = 1
    worker.render(RenderOrder("r", "tiny", (PERSON,)), picture)
    drain(worker, "a")
    assert engine.width == 1
    assert isinstance(picture.ends[0], Rendered)
    assert isinstance(job.ends[0], Projected)


def test_a_width_that_never_fits_is_found_at_the_start(tiny_pack: LoadedPack) -> None:
    engine = Small(tiny_pack, 4, width=4)
    engine.fits = 1
    worker = Worker({"tiny": engine}, Scheduler(Limits(width=4)), threads=1)
    worker.start()
    try:
        assert worker.wait(30), worker.broken
        assert engine.width == 1
        photo = engine.picture(PERSON)
        inboxes = [Inbox(), Inbox()]
        for number, inbox in enumerate(inboxes):
            worker.project(order(str(number), photo, steps=2), inbox)
        assert all(isinstance(inbox.end(), Projected) for inbox in inboxes)
    finally:
        worker.stop()


class Full(Small):
    """An engine whose device has memory for one of its kind at full width."""

    others: Callable[[], int] = staticmethod(lambda: 0)

    def _pass(self) -> None:
        if self.width > 1 and self.others():
            raise torch.OutOfMemoryError("CUDA out of memory")


@pytest.mark.parametrize("there", ["before", "meanwhile"])
def test_packs_that_nobody_uses_leave_before_anything_narrows(tiny_pack: LoadedPack, there: str) -> None:
    """For good: a narrow device would serve everybody slower ever after."""

    def opened(name: str) -> Opened:
        engine = Full(tiny_pack, 4, width=4)
        if there == "before" or name == "a":
            engine.others = lambda: len(set(engines.names) - {name})
        return Opened(engine, 0)

    engines = Engines(opened)
    worker = Worker(engines, Scheduler(Limits(width=4)), threads=1)
    photo = Small(tiny_pack, 4).picture(PERSON)
    for name in ("a", "b", "a") if there == "meanwhile" else ("a", "b"):
        inbox = Inbox()
        worker.project(order(name, photo, pack=name), inbox)
        drain(worker, [name])
        assert isinstance(inbox.ends[0], Projected)
        assert engines.names[-1] == name
    assert len(engines.names) == 1
    assert worker._mailbox._scheduler.width == 4
    assert engines.get(name).width == 4


@pytest.mark.parametrize("cut", ["picture", "beginning"])
def test_who_loses_the_slot_before_it_begins_waits_for_another(tiny_pack: LoadedPack, cut: str) -> None:
    """A plan gives four slots; its first pass leaves one."""
    engine = Small(tiny_pack, 3, width=4)
    now = 0.0
    worker = Worker({"tiny": engine}, Scheduler(Limits(width=4)), threads=1, clock=lambda: now)
    photo = engine.picture(PERSON)
    jobs = {name: Inbox() for name in "abcd"}
    for name, inbox in jobs.items():
        worker.project(order(name, photo, deadline=9.0 if name == "d" else None), inbox)
    if cut == "picture":
        worker.render(RenderOrder("r", "tiny", (PERSON,)), Inbox())
    engine.fits = 1
    worker.tick()
    assert [bool(inbox.all(Started)) for inbox in jobs.values()] == [True, False, False, False]
    now = 9.0
    worker.tick()
    (late,) = jobs["d"].ends
    assert isinstance(late.error, TooLate), "it never began"
    drain(worker, "abc")
    for name in "abc":
        (end,) = jobs[name].ends
        assert isinstance(end, Projected)
        assert end.steps == 3
