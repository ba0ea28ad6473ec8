"""Two devices, here two workers on the CPU, as one."""

from collections.abc import Iterator

import pytest

from inference.engine.engine import Engine
from inference.errors import AlreadyRunning, Busy, InternalError, Stopping
from inference.images import Pixels
from inference.packs.loader import LoadedPack
from inference.scheduler.orders import Projected, Rendered, RenderOrder, Withdrawn
from inference.scheduler.scheduler import Limits, Scheduler
from inference.worker.fleet import Fleet
from inference.worker.mailbox import Mailbox
from inference.worker.worker import Worker
from tests.inference.inbox import PERSON, Inbox, order
from tests.inference.rig import Paced

pytestmark = pytest.mark.usefixtures("one_thread")


class Broken(Paced):
    def pictures(self, pictures: object) -> Pixels:
        raise ZeroDivisionError


def worker(engine: Engine, queue: int = 3) -> Worker:
    return Worker({"tiny": engine}, Scheduler(Limits(width=1, queue=queue)), threads=1)


@pytest.fixture
def workers(tiny_pack: LoadedPack) -> list[Worker]:
    return [worker(Paced(tiny_pack, 100_000)) for _ in range(2)]


@pytest.fixture
def fleet(workers: list[Worker]) -> Iterator[Fleet]:
    fleet = Fleet(workers, queue=3)
    fleet.start()
    for each in workers:
        assert each.wait(30), each.broken
    assert fleet.ready
    yield fleet
    fleet.stop()


@pytest.fixture
def face(quick: Engine) -> Pixels:
    return quick.picture(PERSON)


def test_everybody_goes_where_it_ends_first(
    workers: list[Worker], face: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without threads, and without what a tick took: what is expected depends on no measured time."""
    monkeypatch.setattr(Mailbox, "measured", lambda mailbox, seconds: None)
    fleet = Fleet(workers, queue=3)
    inboxes = {name: Inbox() for name in "abcde"}
    for name in "ab":
        fleet.project(order(name, face), inboxes[name])
    for each in workers:
        each.tick()
    assert [each.knows("a") for each in workers] != [each.knows("b") for each in workers], "one each"
    assert fleet.room() == 3
    with pytest.raises(AlreadyRunning):
        fleet.admit("a")
    for name in "cde":
        fleet.project(order(name, face), inboxes[name])
    assert fleet.room() == 0
    assert sorted(each.load()[1] for each in workers) == [2, 3]
    with pytest.raises(Busy) as caught:
        fleet.project(order("f", face), Inbox())
    assert caught.value.retry_after == fleet.place_in(1)
    assert fleet.place_in(1) <= fleet.place_in(2) <= fleet.place_in(3)
    standing = fleet.standing("c")
    assert standing is not None
    assert standing.position == 1
    fleet.cancel("a")
    for each in workers:
        each.tick()
    assert [type(end) for end in inboxes["a"].ends] == [Withdrawn]
    assert fleet.standing("a") is None


def test_pictures_go_to_the_least_busy(fleet: Fleet, workers: list[Worker], face: Pixels) -> None:
    job = Inbox()
    fleet.project(order("a", face), job)
    job.wait(object)
    busy = next(each for each in workers if each.knows("a"))
    asked: list[Worker] = []
    for each in workers:
        render = each.render

        def note(order_: RenderOrder, sink: Inbox, each: Worker = each, render: object = render) -> None:
            asked.append(each)
            render(order_, sink)  # type: ignore[operator]

        each.render = note  # type: ignore[method-assign,assignment]
    picture = Inbox()
    fleet.render(RenderOrder("r", "tiny", (PERSON,)), picture)
    assert isinstance(picture.end(), Rendered)
    assert asked == [each for each in workers if each is not busy]


def test_pictures_of_a_pack_that_one_device_has_spread(
    workers: list[Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without threads: what waits stays. Another device loads the pack once that is quicker than to wait."""
    loaded, other = workers
    monkeypatch.setattr(other._engines, "names", ())
    monkeypatch.setattr(loaded._engines, "names", ("tiny",))
    fleet = Fleet(workers, queue=3)
    for number in range(5):
        fleet.render(RenderOrder(f"few {number}", "tiny", (PERSON,)), Inbox())
    assert [each.load()[0] for each in workers] == [5, 0]
    for number in range(100):
        fleet.render(RenderOrder(f"many {number}", "tiny", (PERSON,)), Inbox())
    assert min(each.load()[0] for each in workers) > 30


def test_results_do_not_depend_on_the_device(tiny_pack: LoadedPack, face: Pixels) -> None:
    engines = [Paced(tiny_pack, 8) for _ in range(2)]
    fleet = Fleet([worker(engine, queue=8) for engine in engines], queue=8)
    fleet.start()
    inboxes = [Inbox() for _ in range(4)]
    for number, inbox in enumerate(inboxes):
        fleet.project(order(str(number), face), inbox)
    ends = [inbox.end() for inbox in inboxes]
    fleet.stop()
    assert all(isinstance(end, Projected) for end in ends)
    assert len({end.face.data for end in ends}) == 1
    with pytest.raises(Stopping):
        fleet.room()


def test_a_device_that_does_not_work_is_left_out(tiny_pack: LoadedPack, face: Pixels) -> None:
    fleet = Fleet([worker(Broken(tiny_pack, 1)), healthy := worker(Paced(tiny_pack, 5))], queue=3)
    fleet.start()
    assert healthy.wait(30)
    inboxes = [Inbox(), Inbox()]
    for number, inbox in enumerate(inboxes):
        fleet.project(order(str(number), face), inbox)
    assert all(isinstance(inbox.end(), Projected) for inbox in inboxes)
    assert fleet.ready
    assert fleet.broken is None
    fleet.stop()


def test_no_device_at_all(tiny_pack: LoadedPack, face: Pixels) -> None:
    fleet = Fleet([sick := worker(Broken(tiny_pack, 1))], queue=3)
    fleet.start()
    assert not sick.wait(30)
    assert fleet.broken == "ZeroDivisionError: "
    assert not fleet.ready
    with pytest.raises(InternalError):
        fleet.project(order("a", face), Inbox())
    fleet.stop()
