"""How projections begin: at the encoder's answer, from one to five photos of a person."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from inference.engine.engine import Engine, ProjectionSettings
from inference.engine.projection import Projection
from inference.networks.encoder.config import EncoderConfig
from inference.networks.encoder.encoder import Encoder
from inference.packs.loader import LoadedPack
from inference.wire import FacePicture, SeedFace
from tests.inference.packs import tiny


@pytest.fixture(scope="module")
def seeing(pack: LoadedPack) -> LoadedPack:
    """The tiny pack with an encoder, which answers each photo differently and none well."""
    torch.manual_seed(5)
    encoder = Encoder(EncoderConfig(32, 8, 16, widths=(8, 12, 16), blocks=(1, 1, 1), pyramid=8, summary=4))
    with torch.no_grad():
        for heads in encoder.heads:
            heads.get_submodule("heads").weight.normal_(std=0.3)
        encoder.mean.copy_(pack.w_avg[0])
        encoder.basis.copy_(torch.diag(tiny.spread(pack)))
    return replace(pack, encoder=encoder.eval().requires_grad_(False))


@pytest.fixture(scope="module")
def encoded(seeing: LoadedPack) -> Engine:
    return Engine(seeing, projection=ProjectionSettings(bank=0))


def _person(engine: Engine, seed: int) -> np.ndarray:
    return engine.picture(FacePicture(face=SeedFace(seed=seed, gender="female", psi=1)))


def _run(engine: Engine, *slots: Projection) -> list[Projection]:
    while not all(slot.done for slot in slots):
        engine.advance(slots)
    return list(slots)


def test_no_step_is_the_encoders_answer(encoded: Engine) -> None:
    photo = _person(encoded, 3)
    slot = encoded.start([photo], steps=0)
    assert slot.done
    assert math.isfinite(slot.loss)
    image = torch.from_numpy(photo.copy()).permute(2, 0, 1).float() / 127.5 - 1
    assert encoded.pack.encoder is not None
    assert torch.allclose(slot.latent(), encoded.pack.encoder(image[None])[0], atol=1e-4)
    assert np.abs(slot.preview().astype(int) - encoded.render(slot.latent()[None])[0]).max() <= 1


def test_without_an_encoder_the_start_is_near_and_has_a_loss(engine: Engine) -> None:
    photo = _person(engine, 3)
    slot = engine.start([photo], steps=0)
    assert slot.done
    mean = engine.render(engine.pack.w_avg[None])[0].astype(float)
    assert np.abs(slot.preview() - photo.astype(float)).mean() < np.abs(mean - photo).mean()
    first = engine.start([photo], steps=1)
    engine.advance([first])
    assert first.loss == pytest.approx(slot.loss, rel=1e-4), "the loss of a step is of where it began"


def test_the_search_goes_on_from_there(encoded: Engine) -> None:
    photo = _person(encoded, 4)
    slot = encoded.start([photo], steps=40)
    first = slot.loss
    _run(encoded, slot)
    assert slot.loss < first / 2


def test_five_photos_share_the_steps_and_make_one_face(encoded: Engine) -> None:
    photos = [_person(encoded, seed) for seed in range(5)]
    slot = encoded.start(photos, steps=13)
    assert (slot.step, slot.steps, slot.done) == (0, 13, False)
    assert len({tuple(search.place.flatten().tolist()) for search in slot.searches}) == 5
    for made in range(1, 14):
        encoded.advance([slot])
        assert slot.step == made
        taken = [search.step for search in slot.searches]
        assert max(taken) - min(taken) <= 1, "whenever it ends, no photo is behind"
    assert slot.done
    assert np.abs(slot.preview().astype(int) - encoded.render(slot.latent()[None])[0]).max() <= 1


def test_the_photo_that_fits_best_counts_most(encoded: Engine) -> None:
    slot = encoded.start([_person(encoded, seed) for seed in range(3)], steps=0)
    losses = [search.loss for search in slot.searches]
    away = [float((slot.place() - search.place).norm()) for search in slot.searches]
    assert np.argmin(losses) == np.argmin(away)
    near = slot.searches[int(np.argmin(losses))]
    plain = torch.stack([search.place for search in slot.searches]).mean(dim=0)
    assert not torch.allclose(slot.place(), plain, atol=1e-3)
    for search in slot.searches:
        search.loss = 0.5
    assert torch.allclose(slot.place(), plain, atol=1e-5)
    near.loss = 1e-3
    assert torch.allclose(slot.place(), near.place, atol=1e-3), "by far the best is as good as alone"


def test_the_same_photo_twice_is_that_photo(encoded: Engine) -> None:
    photo = _person(encoded, 8)
    once, twice = encoded.start([photo], steps=4), encoded.start([photo, photo], steps=8)
    _run(encoded, once, twice)
    assert torch.allclose(once.latent(), twice.latent(), atol=1e-5)


@pytest.mark.parametrize("width", [1, 4])
def test_several_photos_do_not_depend_on_who_shares_the_device(seeing: LoadedPack, width: int) -> None:
    engine = Engine(seeing, width=width, projection=ProjectionSettings(bank=0))
    people = [[_person(engine, seed) for seed in seeds] for seeds in ((1, 2, 3), (4,), (5, 6))]
    alone = [_run(engine, engine.start(photos, steps=7))[0] for photos in people]
    late = [engine.start(photos, steps=7) for photos in people]
    engine.advance(late[1:])
    engine.advance(late[:2])
    _run(engine, *reversed(late))
    for one, other in zip(alone, late, strict=True):
        assert torch.equal(one.latent(), other.latent())
        assert np.array_equal(one.preview(), other.preview())
        assert one.loss == other.loss
