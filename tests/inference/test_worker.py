from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import Mock

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
    Glanced,
    Projected,
    ProjectOrder,
    Rendered,
    RenderOrder,
    Started,
    Ticket,
    Withdrawn,
)
from inference.scheduler.scheduler import Limits, Scheduler
from inference.wire import FacePicture, LabelFace
from inference.worker.worker import Worker
from tests.inference.inbox import PERSON, Inbox, order
from tests.inference.rig import Paced


class Moody(Paced):
    """An engine that can be told to fail: by the photo's first pixel, or for pictures."""

    trouble: Exception | None = None
    spoilt: Any = None

    def pictures(self, pictures: Sequence[FacePicture]) -> Any:
        if self.trouble:
            raise self.trouble
        return super().pictures(pictures)

    def start(self, photos: Any, steps: int | None = None) -> Any:
        projection = super().start(photos, steps)
        if photos[0][0, 0, 0] == 255:
            self.spoilt = projection
        return projection

    def advance(self, slots: Any) -> None:
        if any(slot is self.spoilt for slot in slots):
            raise ZeroDivisionError
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
    alone = quick.start([face])
    while not alone.done:
        quick.advance([alone])
    assert end.face == quick.encode_latent(alone.latent())


def test_a_plateau_teaches_what_projections_take(tiny_pack: LoadedPack, face: Pixels) -> None:
    class Level(Paced):
        def advance(self, projections: Any) -> None:
            super().advance(projections)
            for projection in projections:
                if projection.step >= 5:
                    projection.searches[0].steps = 5

    scheduler = Scheduler(Limits())
    worker = Worker({"tiny": Level(tiny_pack, 12)}, scheduler, threads=1)
    inbox = Inbox()
    worker.project(order("one", face, steps=2000), inbox)
    while not inbox.ends:
        worker.tick()
    assert inbox.end().steps == 5
    assert scheduler.pace.cost(Ticket("a", "a", "tiny", steps=2000)) == 5


@pytest.mark.usefixtures("one_thread")
def test_previews_come_at_most_twice_a_second(
    long: Engine, face: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Mock()
    monkeypatch.setattr("inference.worker.executor.time", clock)
    worker, inbox = Worker({"tiny": long}, Scheduler(Limits()), threads=1), Inbox()
    worker.project(order("a", face), inbox)
    for tick in range(13):
        clock.monotonic.return_value = clock.perf_counter.return_value = tick / 8
        worker.tick()
    shown = [report.preview is not None for report in inbox.all(Advanced)]
    assert shown == [tick % 4 == 0 for tick in range(13)]
    assert inbox.all(Advanced)[0].preview.shape == (32, 32, 3)


@pytest.mark.usefixtures("one_thread")
def test_renders_go_between_steps(long: Engine, face: Pixels) -> None:
    inbox, picture = Inbox(), Inbox()
    with working(long) as worker:
        worker.project(order("a", face), inbox)
        inbox.wait(Advanced)
        worker.render(RenderOrder("r", "tiny", (PERSON,)), picture)
        rendered = picture.end()
        assert not any(isinstance(report, Projected) for report in inbox.reports)
    assert np.array_equal(rendered.pixels, [long.picture(PERSON)])


def test_what_fails_fails_alone(moody: Moody, face: Pixels) -> None:
    bad = face.copy()
    bad[0, 0, 0] = 255
    good, spoilt, after = Inbox(), Inbox(), Inbox()
    with working(moody, width=2) as worker:
        worker.project(order("good", face), good)
        worker.project(order("bad", bad), spoilt)
        failed = spoilt.end()
        assert isinstance(failed, Failed)
        assert isinstance(failed.error, InternalError)
        assert isinstance(good.end(), Projected)
        worker.project(order("after", face), after)
        assert after.end().face == good.end().face


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (RuntimeError("a bug"), InternalError),
        (MemoryError(), OutOfMemory),
        (torch.OutOfMemoryError("CUDA out of memory"), OutOfMemory),
        (torch.AcceleratorError("CUDA error: out of memory"), OutOfMemory),
    ],
)
def test_a_failing_picture_leaves_the_worker_alive(moody: Moody, trouble: Exception, told: type) -> None:
    first, second = Inbox(), Inbox()
    with working(moody) as worker:
        moody.trouble = trouble
        worker.render(RenderOrder("a", "tiny", (PERSON,)), first)
        failed = first.end()
        moody.trouble = None
        worker.render(RenderOrder("b", "tiny", (PERSON,)), second)
        assert isinstance(second.end(), Rendered)
    assert type(failed.error) is told
    assert failed.error.__traceback__ is None, "frames hold pictures"
    assert failed.error.__context__ is None


def test_a_device_that_has_failed_ends_its_worker(moody: Moody, face: Pixels) -> None:
    """It would fail all that comes at once, and so seem to be the quickest of all."""
    picture, job = Inbox(), Inbox()
    with working(moody) as worker:
        worker.project(order("a", face, steps=2000), job)
        job.wait(Advanced)
        moody.trouble = torch.AcceleratorError("CUDA error: an illegal memory access was encountered")
        worker.render(RenderOrder("b", "tiny", (PERSON,)), picture)
        for inbox in (picture, job):
            assert isinstance(inbox.end(), Failed)
            assert type(inbox.end().error) is InternalError
        assert worker.broken
        assert "illegal memory access" in worker.broken
        assert not worker.ready
        with pytest.raises(InternalError):
            worker.render(RenderOrder("c", "tiny", (PERSON,)), Inbox())


def test_errors_of_the_contract_come_through(quick: Engine, face: Pixels) -> None:
    inbox = Inbox()
    with working(quick) as worker:
        worker.render(RenderOrder("a", "tiny", (FacePicture(face=LabelFace(label="no such")),)), inbox)
        assert isinstance(inbox.end().error, UnknownLabel)
        picture, job = Inbox(), Inbox()
        worker.render(RenderOrder("a", "other", (PERSON,)), picture)
        worker.project(ProjectOrder(Ticket("b", "b", "other"), (face,)), job)
        assert isinstance(picture.end().error, UnknownPack)
        assert isinstance(job.end().error, UnknownPack)


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
    assert [report for report in second.reports if not isinstance(report, Glanced)] == [Withdrawn()]
    assert not worker.ready


def test_a_failed_warm_up_is_told(moody: Moody) -> None:
    moody.trouble = RuntimeError("no such kernel")
    worker = Worker({"tiny": moody}, Scheduler(Limits()), threads=1)
    worker.start()
    assert not worker.wait(10)
    assert worker.broken == "RuntimeError: no such kernel"
    worker.stop()
