"""The loss: each of its terms, and all of them."""

import pytest
import torch
from skimage import data
from torch import Tensor
from torch.nn import functional as F

from inference.engine.engine import Engine
from inference.engine.likeness import Likeness, Weights
from inference.engine.projector import ProjectionSettings
from inference.engine.renderer import to_pixels
from inference.networks.identity import Identity, IdentityConfig
from inference.networks.registry import build_features
from inference.networks.vgg import Lpips
from inference.packs.loader import LoadedPack

CPU = torch.device("cpu")
TERMS = {
    "pixels": Weights(pixels=(0, 0, 1.0), structure=0, features=(), identity=0, lpips=0),
    "structure": Weights(pixels=(0, 0), structure=1, features=(), identity=0, lpips=0),
    "features": Weights(pixels=(0, 0), structure=0, features=(0, 1), identity=0, lpips=0),
    "identity": Weights(pixels=(0, 0), structure=0, features=(), identity=1, lpips=0),
    "lpips": Weights(pixels=(0, 0), structure=0, features=(), identity=0, lpips=1),
}


@pytest.fixture(scope="module")
def photos() -> Tensor:
    """[2, 3, 32, 32]: a face, and the same face further away and darker."""
    face = torch.from_numpy(data.astronaut()[20:212:6, 130:322:6].copy()).permute(2, 0, 1).float() / 127.5 - 1
    other = F.interpolate(face[None], size=24, mode="bilinear", antialias=True)
    return torch.stack([face, F.pad(other, (4, 4, 4, 4), mode="replicate")[0] * 0.7 - 0.2])


@pytest.fixture(scope="module")
def networks() -> dict[str, Identity | Lpips]:
    torch.manual_seed(0)
    config = IdentityConfig(resolution=32, size=16, widths=(8, 16), squeezed=8, dim=8)
    return {"identity": Identity(config).requires_grad_(False), "lpips": Lpips().requires_grad_(False)}


def _loss(
    pack: LoadedPack, weights: Weights, networks: dict[str, Identity | Lpips] | None = None
) -> Likeness:
    return Likeness(pack.features, weights, CPU, **(networks or {}))  # type: ignore[arg-type]


@pytest.mark.parametrize("term", TERMS)
def test_each_term_is_nothing_for_the_photo_itself_and_falls_on_the_way_there(
    pack: LoadedPack, photos: Tensor, networks: dict[str, Identity | Lpips], term: str
) -> None:
    loss = _loss(pack, TERMS[term], networks)
    goal = loss.goal(photos[0])
    same, near, far = loss(torch.stack([photos[0], photos[0].lerp(photos[1], 0.2), photos[1]]), [goal] * 3)
    assert same.item() == pytest.approx(0, abs=1e-5)
    assert 0 < near < far


@pytest.mark.parametrize("term", TERMS)
def test_each_term_has_a_gradient(
    pack: LoadedPack, photos: Tensor, networks: dict[str, Identity | Lpips], term: str
) -> None:
    loss = _loss(pack, TERMS[term], networks)
    image = photos[1:].clone().requires_grad_()
    (gradient,) = torch.autograd.grad(loss(image, [loss.goal(photos[0])]).sum(), image)
    assert torch.isfinite(gradient).all()
    assert gradient.abs().sum() > 0


def test_terms_whose_networks_are_not_there_count_nothing(pack: LoadedPack, photos: Tensor) -> None:
    loss = _loss(pack, Weights(pixels=(0, 0), structure=0, features=(), identity=1, lpips=1))
    assert loss(photos[1:], [loss.goal(photos[0])]).item() == 0


def test_structure_minds_blur_more_than_brightness(pack: LoadedPack, photos: Tensor) -> None:
    """Of two faults of the same size in pixels, the one that takes the eyes away is the worse."""
    photo = photos[:1]
    blurred = F.interpolate(F.avg_pool2d(photo, 4), size=32, mode="bilinear")
    brighter = photo + (blurred - photo).square().mean().sqrt()
    loss = _loss(pack, TERMS["structure"])
    faults = loss(torch.cat([blurred, brighter]), [loss.goal(photo[0])] * 2)
    assert faults[0] > 2 * faults[1]


def test_the_face_counts_more_than_the_corners(pack: LoadedPack, photos: Tensor) -> None:
    corner, middle = photos[0].clone(), photos[0].clone()
    corner[:, :8, :8] += 0.5
    middle[:, 12:20, 12:20] += 0.5
    loss = _loss(pack, Weights(structure=0, features=()))
    faults = loss(torch.stack([corner, middle]), [loss.goal(photos[0])] * 2)
    assert faults[1] > 4 * faults[0]


def test_nobody_else_in_the_batch_matters(
    pack: LoadedPack, photos: Tensor, networks: dict[str, Identity | Lpips]
) -> None:
    loss = _loss(pack, Weights(), networks)
    goals = [loss.goal(photo) for photo in photos]
    first = loss(torch.stack([photos[1], photos[1]]), [goals[0], goals[1]])[0]
    second = loss(torch.stack([photos[1], photos[0]]), [goals[0], goals[0]])[0]
    assert first.item() == second.item()


def test_an_engine_takes_the_administrators_weights_and_fewer_steps(
    pack: LoadedPack, photos: Tensor, networks: dict[str, Identity | Lpips]
) -> None:
    lpips = networks["lpips"]
    assert isinstance(lpips, Lpips)
    plain = Engine(pack, projection=ProjectionSettings(bank=0, milliseconds=3000))
    judged = Engine(pack, projection=ProjectionSettings(bank=0, milliseconds=3000, lpips=lpips))
    assert judged.steps < plain.steps
    losses = []
    for engine in (plain, judged):
        slot = engine.start([to_pixels(photos[:1])[0]], 2)
        engine.advance([slot])
        losses.append(slot.loss)
    assert losses[1] > losses[0]


def test_the_smallest_pack_has_a_loss(photos: Tensor) -> None:
    torch.manual_seed(0)
    network = build_features({"c_dim": 0, "resolution": 16, "channel_base": 256, "channel_max": 16}, 2)
    small = F.avg_pool2d(photos, 2)
    loss = Likeness(network.requires_grad_(False), Weights(), CPU)
    assert (
        loss(small, [loss.goal(small[0])] * 2).tolist()[0]
        < 1e-5
        < loss(small, [loss.goal(small[0])] * 2).tolist()[1]
    )
