import numpy as np
import torch

from inference.engine.engine import Engine
from inference.engine.renderer import to_image, to_pixels
from inference.packs.loader import LoadedPack
from inference.wire import EditFace, FacePicture, SeedFace


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
