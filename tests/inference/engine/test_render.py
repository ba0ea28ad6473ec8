from dataclasses import replace

import numpy as np
import torch
from PIL import Image

from inference.engine.engine import Engine
from inference.engine.renderer import to_image, to_pixels
from inference.networks.upscaler import Upscaler, UpscalerConfig
from inference.packs.loader import LoadedPack
from inference.wire import EditFace, FacePicture, SeedFace, UpscalePicture


def _people(engine: Engine, count: int) -> torch.Tensor:
    return torch.stack([engine.latent(SeedFace(seed=seed, psi=1)) for seed in range(count)])


def test_pictures_are_the_same_every_time_and_differ_by_person(engine: Engine) -> None:
    pictures = engine.render(_people(engine, 3))
    assert (pictures.shape, pictures.dtype) == ((3, 32, 32, 3), np.uint8)
    assert np.array_equal(pictures, engine.render(_people(engine, 3)))
    assert not np.array_equal(pictures[0], pictures[1])
    alone = engine.picture(FacePicture(face=SeedFace(seed=1, psi=1)))
    assert np.array_equal(alone, pictures[1])
    few = engine.pictures([FacePicture(face=SeedFace(seed=seed, psi=1)) for seed in range(3)])
    assert np.array_equal(few, pictures)


def test_a_picture_never_depends_on_who_shares_the_pass(pack: LoadedPack) -> None:
    wide = Engine(pack, width=4)
    people = _people(wide, 7)
    together = wide.render(people)
    for index in range(7):
        assert np.array_equal(together[index], wide.render(people[index : index + 1])[0])


def test_bytes_are_those_of_the_network(engine: Engine, pack: LoadedPack) -> None:
    codes = _people(engine, 1)
    with torch.no_grad():
        image = pack.generator.synthesis(codes, noise="const")
    wanted = (image * 127.5 + 128).clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).numpy()
    assert np.array_equal(engine.render(codes), wanted)


def _large(count: int) -> list[UpscalePicture]:
    plain = [FacePicture(face=SeedFace(seed=seed, psi=1)) for seed in range(count)]
    return [UpscalePicture(picture=one) for one in plain]


def test_a_pack_with_an_upscaler_draws_larger(pack: LoadedPack) -> None:
    torch.manual_seed(0)
    upscaler = Upscaler(UpscalerConfig(resolution=32, width=8, blocks=1, widths=(8, 4)))
    torch.nn.init.normal_(upscaler.last.weight, std=0.1)
    engine = Engine(replace(pack, upscaler=upscaler.eval().requires_grad_(False)), width=2)
    large = engine.pictures(_large(3))
    assert large.shape == (3, 128, 128, 3)
    assert all(np.array_equal(engine.picture(one), large[i]) for i, one in enumerate(_large(3)))
    plain = Image.fromarray(engine.picture(_large(1)[0].picture)).resize((128, 128), Image.Resampling.BICUBIC)
    assert 1 < np.abs(np.asarray(plain).astype(int) - large[0]).mean() < 60


def test_a_pack_without_an_upscaler_draws_as_it_does(engine: Engine) -> None:
    assert np.array_equal(engine.picture(_large(1)[0]), engine.picture(_large(1)[0].picture))


def test_far_away_latents_still_give_pixels(engine: Engine) -> None:
    far = EditFace(face=SeedFace(seed=1, psi=2), direction="smile", amount=10)
    for _ in range(10):
        far = EditFace(face=far, direction="smile", amount=10)
    assert engine.picture(FacePicture(face=far)).shape == (32, 32, 3)


def test_pixels_and_images_are_inverse() -> None:
    pixels = np.random.RandomState(0).randint(0, 256, (32, 32, 3)).astype(np.uint8)
    back = to_pixels(to_image(pixels)[None])[0]
    assert np.abs(back.astype(int) - pixels).max() <= 1
    assert to_pixels(torch.full((1, 3, 2, 2), float("nan"))).max() == 0
