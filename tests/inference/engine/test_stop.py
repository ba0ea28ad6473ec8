import pytest
import torch

from inference.engine.engine import Engine, ProjectionSettings
from inference.engine.likeness import Goal
from inference.engine.projection import Projection, Schedule, Search, settle
from inference.packs.loader import LoadedPack
from inference.wire import FacePicture, SeedFace

SCHEDULE = Schedule(cool=0.5, window=5, still=0.01)


def _search(steps: int) -> Search:
    nothing = torch.zeros(1, 1)
    return Search(Goal([], [], None, []), steps, nothing, 1.0, nothing)


def _walk(search: Search, losses: list[float]) -> None:
    for loss in losses:
        settle(search, loss, SCHEDULE)


def test_a_loss_that_falls_is_let_fall() -> None:
    search = _search(100)
    _walk(search, [0.98**step for step in range(99)])
    assert (search.steps, search.done) == (100, False)


def test_a_loss_that_stands_still_brings_the_end_nearer_then_ends_the_search() -> None:
    search = _search(100)
    _walk(search, [0.5] * 10)
    assert search.steps == 20, "the rate falls from here on, over the second half"
    assert SCHEDULE.at(10, search.steps) == pytest.approx(SCHEDULE.rate)
    _walk(search, [0.5] * 6)
    assert not search.done, "the rate is still high"
    _walk(search, [0.5])
    assert search.done
    assert search.step == search.steps == 17


def test_a_search_whose_rate_has_fallen_ends_when_the_loss_stands_still() -> None:
    search = _search(100)
    _walk(search, [0.95**step for step in range(85)])
    _walk(search, [search.loss] * 8)
    assert not search.done
    _walk(search, [search.loss])
    assert search.step == search.steps == 94


def test_it_never_takes_longer_than_was_planned() -> None:
    assert all(Schedule(cool=cool).cut(step, 40) <= 40 for step in range(1, 40) for cool in (0, 0.2, 0.5, 1))


def _run(pack: LoadedPack, seeds: list[int], steps: int, *, together: bool) -> list[Projection]:
    settings = ProjectionSettings(bank=4, schedule=Schedule(window=3, still=0.15))
    engine = Engine(pack, width=4, projection=settings)
    photos = [engine.picture(FacePicture(face=SeedFace(seed=seed, psi=1))) for seed in seeds]
    slots = [engine.start([photo], steps) for photo in photos]
    for group in [slots] if together else [[slot] for slot in slots]:
        while not all(slot.done for slot in group):
            engine.advance(group)
    return slots


def test_who_stops_when_depends_on_nobody_else(pack: LoadedPack) -> None:
    alone = _run(pack, [1, 2, 3], 60, together=False)
    shared = _run(pack, [1, 2, 3], 60, together=True)
    assert any(slot.step < 60 for slot in alone)
    assert len({slot.step for slot in alone}) > 1, "each has its own end"
    for one, other in zip(alone, shared, strict=True):
        assert one.step == one.steps == other.step
        assert torch.equal(one.latent(), other.latent())
