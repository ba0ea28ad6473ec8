import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
import torch

from inference.engine.engine import Engine
from inference.errors import AlreadyRunning, InternalError, OutOfMemory, UnknownLabel, UnknownPack
from inference.images import Pixels
from inference.packs.loader import LoadedPack
from inference.scheduler.orders import (
    Advanced,
    Failed,
    Projected,
    ProjectOrder,
    Rendered,
    RenderOrder,
    Report,
    Started,
    Ticket,
    Withdrawn,
)
from inference.scheduler.scheduler import Limits, Scheduler
from inference.wire import FacePicture, LabelFace, Picture, SeedFace
from inference.worker.worker import Worker
from tests.inference.rig import Paced

PERSON = FacePicture(face=SeedFace(seed=3))


class Inbox:
    """A sink that remembers."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self._news = threading.Condition()

    def __call__(self, report: Report) -> None:
        with self._news:
            self.reports.append(report)
            self._news.notify_all()

    def wait(self, *kinds: type) -> Any:
        def found() -> Any:
            return next((report for report in self.reports if isinstance(report, kinds)), None)

        with self._news:
            assert self._news.wait_for(found, 20), f"only {self.reports}"
            return found()

    def end(self) -> Any:
        return self.wait(Projected, Rendered, Failed, Withdrawn)


class Moody(Paced):
    """An engine that can be told to fail: by the photo's first pixel, or for pictures."""

    trouble: Exception | None = None
    spoilt: Any = None

    def picture(self, picture: Picture) -> Any:
        if self.trouble:
            raise self.trouble
        return super().picture(picture)

    def start(self, photo: Pixels, steps: int = 0) -> Any:
        projection = super().start(photo, steps)
        if photo[0, 0, 0] == 255:
            self.spoilt = projection
        return projection

    def advance(self, slots: Any) -> None:
        if any(slot is self.spoilt for slot in slots):
            raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 1 bytes")
        super().advance(slots)


@contextmanager
def working(engine: Engine, width: int = 1) -> Iterator[Worker]:
    worker = Worker({"tiny": engine}, Scheduler(Limits(width=width, queue=8)), threads=1)
    worker.start()
    assert worker.wait(30), worker.broken
    try:
        yield worker
    finally:
        worker.stop()


@pytest.fixture
def moody(tiny_pack: LoadedPack) -> Moody:
    return Moody(tiny_pack, 20, width=2)


@pytest.fixture(scope="module")
def face(quick: Engine) -> Pixels:
    pixels = np.array(quick.picture(PERSON))
    pixels[0, 0, 0] = 0
    return pixels


def order(name: str, photo: Pixels, steps: int = 0) -> ProjectOrder:
    return ProjectOrder(Ticket(name, name, "tiny", steps), photo)


@pytest.mark.usefixtures("one_thread")
def test_a_projection_reports_from_start_to_end(quick: Engine, face: Pixels) -> None:
    inbox = Inbox()
    with working(quick) as worker:
        worker.project(order("a", face), inbox)
        end = inbox.end()
        assert worker.standing("a") is None
    assert inbox.reports[0] == Started(12)
    steps = [report.step for report in inbox.reports[1:-1] if isinstance(report, Advanced)]
    assert steps == list(range(1, 12))
    assert isinstance(end, Projected)
    assert end.steps == 12
    alone = quick.start(face)
    while not alone.done:
        quick.advance([alone])
    assert end.face == quick.encode_latent(alone.latent())


def test_previews_come_at_most_twice_a_second(long: Engine, face: Pixels) -> None:
    inbox = Inbox()
    with working(long) as worker:
        began = time.monotonic()
        worker.project(order("a", face), inbox)
        time.sleep(1.2)
        worker.cancel("a")
        inbox.end()
        took = time.monotonic() - began
    advanced = [report for report in inbox.reports if isinstance(report, Advanced)]
    shown = [report for report in advanced if report.preview is not None]
    assert advanced[0].preview is not None
    assert advanced[0].preview.shape == (32, 32, 3)
    assert 2 <= len(shown) <= took / 0.5 + 1
    assert len(advanced) > len(shown)


@pytest.mark.usefixtures("one_thread")
def test_renders_go_between_steps(long: Engine, face: Pixels) -> None:
    inbox, picture = Inbox(), Inbox()
    with working(long) as worker:
        worker.project(order("a", face), inbox)
        inbox.wait(Advanced)
        worker.render(RenderOrder("r", "tiny", PERSON), picture)
        rendered = picture.end()
        assert not any(isinstance(report, Projected) for report in inbox.reports)
    assert np.array_equal(rendered.pixels, long.picture(PERSON))


def test_what_fails_fails_alone(moody: Moody, face: Pixels) -> None:
    bad = face.copy()
    bad[0, 0, 0] = 255
    good, spoilt, after = Inbox(), Inbox(), Inbox()
    with working(moody, width=2) as worker:
        worker.project(order("good", face), good)
        worker.project(order("bad", bad), spoilt)
        failed = spoilt.end()
        assert isinstance(failed, Failed)
        assert isinstance(failed.error, OutOfMemory)
        assert isinstance(good.end(), Projected)
        worker.project(order("after", face), after)
        assert after.end().face == good.end().face


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (RuntimeError("a bug"), InternalError),
        (MemoryError(), OutOfMemory),
        (torch.OutOfMemoryError("CUDA out of memory"), OutOfMemory),
    ],
)
def test_a_failing_picture_leaves_the_worker_alive(moody: Moody, trouble: Exception, told: type) -> None:
    first, second = Inbox(), Inbox()
    with working(moody) as worker:
        moody.trouble = trouble
        worker.render(RenderOrder("a", "tiny", PERSON), first)
        failed = first.end()
        moody.trouble = None
        worker.render(RenderOrder("b", "tiny", PERSON), second)
        assert isinstance(second.end(), Rendered)
    assert type(failed.error) is told
    assert failed.error.__traceback__ is None, "frames hold pictures"
    assert failed.error.__context__ is None


def test_errors_of_the_contract_come_through(quick: Engine, face: Pixels) -> None:
    inbox = Inbox()
    with working(quick) as worker:
        worker.render(RenderOrder("a", "tiny", FacePicture(face=LabelFace(label="no such"))), inbox)
        assert isinstance(inbox.end().error, UnknownLabel)
        with pytest.raises(UnknownPack):
            worker.render(RenderOrder("a", "other", PERSON), inbox)
        with pytest.raises(UnknownPack):
            worker.project(ProjectOrder(Ticket("a", "a", "other"), face), inbox)


def test_stopping_withdraws_everybody(long: Engine, face: Pixels) -> None:
    first, second = Inbox(), Inbox()
    with working(long) as worker:
        worker.project(order("first", face), first)
        worker.project(order("second", face), second)
        first.wait(Advanced)
        with pytest.raises(AlreadyRunning):
            worker.project(order("first", face), first)
        standing = worker.standing("second")
        assert standing is not None
        assert standing.position == 1
    assert isinstance(first.reports[-1], Withdrawn)
    assert second.reports == [Withdrawn()]
    assert not worker.ready


def test_a_failed_warm_up_is_told(moody: Moody) -> None:
    moody.trouble = RuntimeError("no such kernel")
    worker = Worker({"tiny": moody}, Scheduler(Limits()), threads=1)
    worker.start()
    assert not worker.wait(10)
    assert worker.broken == "RuntimeError: no such kernel"
    worker.stop()
