"""Each trouble of a run, provoked for real, told in words, and not told where there is none."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from inference.networks.stylegan2.config import DiscriminatorConfig
from inference.networks.stylegan2.discriminator import Discriminator
from tests.training.pictures import write_archive
from training.augment.pipeline import pipe
from training.config import GanConfig
from training.datasets.faces import FaceSet, load_faces
from training.loops.gan import GanTrainer
from training.loops.shown import judged
from training.losses.adversarial import discriminator_terms
from training.watching.diversity import Diversity
from training.watching.examination import Examination
from training.watching.leaking import Leaking
from training.watching.overfitting import Overfitting
from training.watching.seen import Check, Finding, Pictures, Seen, Trouble, drawn, forked


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> FaceSet:
    return load_faces(write_archive(tmp_path_factory.mktemp("many"), n=400), 32)


@pytest.fixture(scope="module")
def photos(many: FaceSet) -> Pictures:
    """Half of the archive; the other half is `others`."""
    return drawn(part(many, 0), 400)


@pytest.fixture(scope="module")
def others(many: FaceSet) -> Pictures:
    return drawn(part(many, 1), 400)


def part(faces: FaceSet, side: int) -> FaceSet:
    chosen = torch.arange(len(faces)) // 2 % 2 == side
    return replace(faces, images=faces.images[chosen], labels=faces.labels[chosen], ages=faces.ages[chosen])


def seen(fakes: Pictures, p: float = 0.5, kimg: float = 50.0) -> Seen:
    def unasked(pictures: Pictures) -> Tensor:
        raise AssertionError("this check needs no discriminator")

    return Seen(kimg, fakes, p, unasked)


def codes(check: Check, look: Seen) -> list[str]:
    return [trouble.code for trouble in check(look).troubles]


def test_drawing_for_a_check_leaves_the_dice_alone(many: FaceSet) -> None:
    torch.manual_seed(3)
    wanted = torch.rand(2)
    torch.manual_seed(3)
    first, second = drawn(many, 8), drawn(many, 8)
    assert torch.equal(torch.rand(2), wanted)
    assert torch.equal(first.images, second.images)


def test_a_generator_that_ignores_z_is_told(config: GanConfig, faces: FaceSet) -> None:
    trainer = GanTrainer(replace(config, precision="float32", noise="none"), faces)
    with torch.no_grad():  # one picture a class, whatever z is
        trainer.average.mapping.fc0.weight[:, : config.generator.z_dim] = 0
    check = Diversity(drawn(faces, 64))
    look = seen(Pictures(*trainer.pictures(64)))
    (trouble,) = check(look).troubles
    assert trouble.code == "mode_collapse"
    assert "Go on from an earlier kimg-*.pt" in trouble.says
    assert check(look).numbers["diversity"] < 0.01
    assert codes(check, replace(look, kimg=1.0)) == []  # young generators draw blurs that look alike


def test_few_pictures_over_and_over_are_told_and_photos_are_not(photos: Pictures, others: Pictures) -> None:
    check = Diversity(photos)
    fresh = check(seen(others))
    assert fresh.troubles == ()
    assert 0.7 < fresh.numbers["diversity_nearest"] < 1.4
    again = torch.arange(len(others)) % 8
    few = Pictures(others.images[again], others.conditions[again])
    found = check(seen(few))
    assert found.numbers["diversity"] > 0.5  # on average they still differ
    assert found.numbers["diversity_nearest"] < 0.01
    assert [trouble.code for trouble in found.troubles] == ["mode_collapse"]


def smaller(pictures: Pictures) -> Pictures:
    return replace(pictures, images=F.avg_pool2d(pictures.images, 2))


def learned(reals: Pictures, fakes: Pictures, steps: int) -> Discriminator:
    torch.manual_seed(0)
    network = Discriminator(DiscriminatorConfig(resolution=16, channel_base=512, channel_max=32))
    adam = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(steps):
        batch = [x.images[torch.randint(len(x), (16,))] for x in (reals, fakes)]
        terms = discriminator_terms(network(batch[0]), network(batch[1]))
        adam.zero_grad()
        torch.autograd.backward(torch.stack(list(terms.values())).sum())
        adam.step()
    return network


@pytest.mark.parametrize(("known", "upside_down", "told"), [(16, False, ["overfitting"]), (400, True, [])])
def test_photos_known_by_heart_are_told(
    known: int, upside_down: bool, told: list[str], photos: Pictures, others: Pictures
) -> None:
    """Sixteen photos against fakes as good as photos can only be learned by heart; upside-down fakes are seen."""
    fakes = Pictures(others.images[192:], others.conditions[192:])
    if upside_down:
        fakes = replace(fakes, images=fakes.images.flip(2))
    reals, fakes, held_out = (smaller(part) for part in (photos.first(known), fakes, others.first(192)))
    network = learned(reals, fakes, 60)
    look = replace(seen(fakes), judged=lambda x: judged(network, x.images, x.conditions[:, :0], 16))
    finding = Overfitting(reals, held_out)(look)
    assert [trouble.code for trouble in finding.troubles] == told
    assert (finding.numbers["r_v"] > 0.5) == bool(told)
    if told:
        assert "--freeze-d 10" in finding.troubles[0].says


def test_nothing_is_said_of_a_discriminator_that_tells_nothing_apart(
    photos: Pictures, others: Pictures
) -> None:
    look = replace(seen(others), judged=lambda x: torch.zeros(len(x)))
    finding = Overfitting(photos, others)(look)
    assert finding.troubles == ()
    assert "r_v" not in finding.numbers


@pytest.fixture(scope="module")
def leaking(photos: Pictures, others: Pictures) -> Leaking:
    return Leaking("bgc", photos, others)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("none", []),
        ("rotate*0.5", ["leak_turned"]),
        ("rotate90*0.5", ["leak_turned"]),
        ("hue*0.7", ["leak_recoloured"]),
    ],
)
def test_changed_samples_are_told(change: str, told: list[str], leaking: Leaking, others: Pictures) -> None:
    """A generator that draws what the augmentation makes: real photos, a share of them turned or recoloured."""
    torch.manual_seed(5)
    fakes = replace(others, images=pipe(change, 1.0)(others.images))
    finding = leaking(seen(fakes))
    assert [trouble.code for trouble in finding.troubles] == told
    assert codes(leaking, seen(fakes, p=0.0)) == []
    if told:
        says = finding.troubles[0].says
        assert "while p is 0.50" in says
        assert ("rotate90 and rotate" if "turned" in told[0] else "hue and lumaflip") in says


def test_only_what_the_augmentation_does_is_looked_for(photos: Pictures, others: Pictures) -> None:
    assert set(Leaking("bgc", photos, others).names) == {"turned", "recoloured"}
    assert Leaking("rotate+cutout", photos, others).names == {"turned": "rotate", "cut_out": "cutout"}
    assert Leaking("one:flip+cutout", photos, others).names == {"cut_out": "cutout"}
    assert Leaking("none", photos, others).names == {}


def test_a_trouble_is_told_when_it_begins(config: GanConfig, faces: FaceSet) -> None:
    present = [True]

    def check(look: Seen) -> Finding:
        return Finding({"x": look.kimg}, (Trouble("odd", "It is odd."),) if present[0] else ())

    examination = Examination([check])
    trainer = GanTrainer(config, faces)
    fakes = drawn(faces, 4)
    assert [t.code for t in examination(trainer, fakes)[1]] == ["odd"]
    assert examination(trainer, fakes) == ({"x": 0.0}, [])
    present[0] = False
    examination(trainer, fakes)
    assert examination.troubles == {}
    present[0] = True
    assert [t.code for t in examination(trainer, fakes)[1]] == ["odd"]


@pytest.mark.parametrize(("device", "kept"), [("cpu", []), ("cuda:1", ["cuda:1"])])
def test_of_many_gpus_one_has_its_dice_back(
    device: str, kept: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them would be a warning of torch's, and a wait for each."""
    asked: list[str] = []
    monkeypatch.setattr(torch.random, "fork_rng", lambda devices: asked.extend(map(str, devices)))
    forked(torch.device(device))
    assert asked == kept
