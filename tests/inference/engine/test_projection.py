import numpy as np
import pytest
import torch
from skimage import data

from inference.engine.effort import step_ms, steps_within
from inference.engine.engine import Engine, ProjectionSettings
from inference.engine.projection import Projection, Schedule
from inference.networks.stylegan2.config import GeneratorConfig
from inference.packs.loader import LoadedPack
from inference.wire import FacePicture, SeedFace

STEPS = 60


def _person(engine: Engine, seed: int) -> np.ndarray:
    return engine.picture(FacePicture(face=SeedFace(seed=seed, gender="female", psi=1)))


def _run(engine: Engine, *slots: Projection) -> list[Projection]:
    while not all(slot.done for slot in slots):
        engine.advance(slots)
    return list(slots)


def _error(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a.astype(float) - b).mean())


def test_the_loss_falls_and_the_face_is_found_again(engine: Engine) -> None:
    photo = _person(engine, 1000)
    slot = engine.start([photo], steps=STEPS)
    engine.advance([slot])
    first = slot.loss
    _run(engine, slot)
    assert slot.loss < first / 3
    found = engine.render(slot.latent()[None])[0]
    means = engine.render(torch.stack(list(engine.pack.means.values())))
    assert _error(found, photo) < 0.5 * min(_error(mean, photo) for mean in means)
    assert _error(slot.preview(), found) < 2


def test_a_photo_that_no_latent_makes_still_gets_nearer(engine: Engine) -> None:
    photo = data.astronaut()[80:176:3, 175:271:3]
    slot = engine.start([photo], steps=STEPS)
    engine.advance([slot])
    first = slot.loss
    _run(engine, slot)
    assert slot.loss < first
    assert torch.isfinite(engine.latent(engine.encode_latent(slot.latent()))).all()


def test_steps_are_counted_and_end(engine: Engine) -> None:
    slot = engine.start([_person(engine, 1)], steps=3)
    assert (slot.step, slot.steps, slot.done) == (0, 3, False)
    assert slot.preview().shape == (32, 32, 3)
    for _ in range(5):
        engine.advance([slot])
    assert (slot.step, slot.done) == (3, True)
    assert engine.start([_person(engine, 1)]).steps == engine.steps


@pytest.mark.parametrize("width", [1, 4])
def test_a_result_never_depends_on_who_shares_the_device(pack: LoadedPack, width: int) -> None:
    engine = Engine(pack, width=width, projection=ProjectionSettings(bank=4))
    photos = [_person(engine, seed) for seed in (1, 2, 3)]
    alone = [_run(engine, engine.start([photo], steps=8))[0] for photo in photos]
    together = _run(engine, *[engine.start([photo], steps=8) for photo in photos])
    late = [engine.start([photo], steps=8) for photo in photos]
    engine.advance(late[:1])
    engine.advance(late[:2])  # others join and leave at any step
    engine.advance(late[1:])
    _run(engine, *reversed(late))
    for index in range(3):
        assert torch.equal(alone[index].latent(), together[index].latent())
        assert torch.equal(alone[index].latent(), late[index].latent())
        assert alone[index].loss == together[index].loss == late[index].loss


def test_a_pull_keeps_the_latent_near_the_mean(pack: LoadedPack) -> None:
    far = []
    for pull in (0, 1.0):
        settings = ProjectionSettings(bank=0, schedule=Schedule(pull=pull))
        engine = Engine(pack, projection=settings)
        slot = _run(engine, engine.start([_person(engine, 77)], steps=20))[0]
        far.append(float(slot.place().square().mean()))
    assert far[1] < far[0] / 2


def test_the_space_takes_latents_there_and_back(engine: Engine) -> None:
    slot = engine.start([_person(engine, 5)], steps=1)
    latent = engine.latent(SeedFace(seed=9))
    places = slot.space.places(latent)
    assert torch.allclose(slot.space.latents(places), latent, atol=1e-4)
    assert 0.1 < places.square().mean() < 2, "in standard deviations"


@pytest.mark.parametrize(
    ("size", "measured"),
    [((64, 2048, 64), 21), ((128, 4096, 256), 60), ((128, 8192, 256), 131), ((256, 8192, 256), 191)],
)
def test_the_effort_of_a_step_is_near_what_was_measured(size: tuple[int, int, int], measured: float) -> None:
    config = GeneratorConfig(resolution=size[0], channel_base=size[1], channel_max=size[2])
    assert step_ms(config, 3) == pytest.approx(measured, rel=0.1)
    assert step_ms(config, 3, lpips=True) > step_ms(config, 3) + 10


def test_steps_fill_the_time_within_bounds() -> None:
    assert steps_within(4500, 20) == 225
    assert steps_within(1e9, 20) == 300
    assert steps_within(1, 20) == 30


def test_the_rate_rises_then_falls_to_nothing() -> None:
    schedule = Schedule()
    rates = [schedule.at(step, 100) for step in range(100)]
    assert max(rates) == pytest.approx(schedule.rate)
    assert 0 < rates[0] < schedule.rate / 2
    assert rates[-1] < schedule.rate / 100
    assert min(schedule.at(0, 1), schedule.at(1, 2)) >= 0
    assert [schedule.pace(steps) for steps in (15, 60, 300)] == [0.5, 1, 1], "few steps are small ones"


def test_a_photo_of_another_size_is_our_own_bug(engine: Engine) -> None:
    with pytest.raises(AssertionError):
        engine.start([np.zeros((16, 16, 3), np.uint8)])
