"""Packs that load when they are asked for, and leave when others need their memory."""

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from inference.engine.engine import Engine
from inference.errors import PackError, UnknownPack
from inference.packs.loader import LoadedPack
from inference.scheduler.orders import Failed, Projected, Rendered, RenderOrder
from inference.scheduler.scheduler import Limits, Scheduler
from inference.worker.engines import Engines, Opened
from inference.worker.worker import Worker
from tests.inference.inbox import PERSON, Inbox, order
from tests.inference.rig import Paced

pytestmark = pytest.mark.usefixtures("one_thread")


class Shop:
    """Opens packs a, b, c of 10 bytes each; `bad` does not load."""

    def __init__(self, pack: LoadedPack) -> None:
        self.pack = pack
        self.opened: list[str] = []

    def open(self, name: str) -> Opened:
        self.opened.append(name)
        if name == "bad":
            raise PackError("weights of another shape")
        if name not in "abc":
            raise UnknownPack
        return Opened(Paced(self.pack, 5), 10)


@pytest.fixture
def shop(tiny_pack: LoadedPack) -> Shop:
    return Shop(tiny_pack)


def test_the_least_recently_used_goes(shop: Shop) -> None:
    engines = Engines(shop.open, budget=20)
    for name in ("a", "b", "a", "c"):
        engines.get(name)
    assert engines.names == ("a", "c")
    engines.get("b")
    assert engines.names == ("c", "b")
    assert shop.opened == ["a", "b", "c", "b"]


def test_what_is_in_use_stays(shop: Shop) -> None:
    engines = Engines(shop.open, budget=10)
    used = engines.get("a")
    engines.get("b", in_use=[used])
    engines.get("c", in_use=[used])
    assert engines.names == ("a", "c")
    assert engines.get("a") is used


def test_memory_is_made_for_a_pack_that_does_not_fit(shop: Shop) -> None:
    engines = Engines(lambda name: crowded(name, engines), budget=None)

    def crowded(name: str, there: Engines) -> Opened:
        if len(there.names) == 2:
            raise MemoryError
        return shop.open(name)

    used = engines.get("a")
    engines.get("b")
    engines.get("c", in_use=[used])
    assert engines.names == ("a", "c")


def test_a_bad_pack_is_told_once_and_not_tried_again(shop: Shop) -> None:
    engines = Engines(shop.open)
    with capture_logs() as logs:
        for _ in range(3):
            with pytest.raises(PackError, match="another shape"):
                engines.get("bad")
    assert shop.opened == ["bad"]
    assert [line["event"] for line in logs] == ["a pack does not load"]
    engines.unload(["bad"])
    with pytest.raises(PackError):
        engines.get("bad")
    assert shop.opened == ["bad", "bad"], "its files have changed"


@pytest.fixture
def worker(shop: Shop) -> Iterator[Worker]:
    engines = Engines(shop.open, budget=20)
    made = Worker(engines, Scheduler(Limits(width=2, fair=True)), threads=1, first=["a"])
    made.start()
    assert made.wait(30), made.broken
    yield made
    made.stop()


def test_packs_share_a_device(worker: Worker, shop: Shop, quick: Engine) -> None:
    assert shop.opened == ["a"], "the first is warm before anybody comes"
    photo = quick.picture(PERSON)
    jobs = {name: Inbox() for name in ("a", "b", "bad", "none")}
    for name, inbox in jobs.items():
        worker.project(order(name, photo, pack=name), inbox)
    ends = {name: inbox.end() for name, inbox in jobs.items()}
    assert ends["a"].face == ends["b"].face
    assert isinstance(ends["a"], Projected)
    for name, kind in (("bad", PackError), ("none", UnknownPack)):
        assert isinstance(ends[name], Failed)
        assert isinstance(ends[name].error, kind)
    picture = Inbox()
    worker.render(RenderOrder("r", "c", (PERSON,)), picture)
    assert isinstance(picture.end(), Rendered)
    assert "c" in worker.loaded
    assert len(worker.loaded) == 2


def test_who_runs_on_a_pack_that_is_gone_goes_on(worker: Worker, shop: Shop, quick: Engine) -> None:
    photo = quick.picture(PERSON)
    running, after = Inbox(), Inbox()
    worker.project(order("x", photo, pack="a", steps=60), running)
    running.wait(object)
    worker.unload(["a"])
    worker.project(order("y", photo, pack="a", steps=1), after)
    assert isinstance(after.end(), Projected)
    assert shop.opened == ["a", "a"]
    assert isinstance(running.end(), Projected)
    assert running.end().steps == 60


def test_a_default_pack_that_does_not_load_is_told(shop: Shop) -> None:
    worker = Worker(Engines(shop.open), Scheduler(Limits()), threads=1, first=["bad"])
    worker.start()
    assert not worker.wait(10)
    assert worker.broken == "bad: weights of another shape"
    worker.stop()
