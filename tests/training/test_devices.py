"""Every loop and every measure puts its tensors where it is told: tried on a device that is pretended."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from inference.networks.identity import IdentityConfig
from inference.networks.registry import build_baseline
from inference.packs.loader import LoadedPack, load
from tests.inference.packs import tiny
from tests.training.elsewhere import ELSEWHERE, elsewhere
from tests.training.test_averages import CONDITIONS
from tests.training.test_baselines import SMALL
from tests.training.test_encoder import NETWORK
from training.averages.groups import Group
from training.averages.making import by_class, drawn
from training.averages.models import Models
from training.commands.train_stylegan2_ada import _Source
from training.config import GanConfig
from training.datasets.opening import Opened
from training.datasets.people import People
from training.datasets.pictures import Kept
from training.datasets.training_set import TrainingSet, Use
from training.directions import finding
from training.directions.reach import learn, reach
from training.evaluation.subjects import BaselineSubject, StyleSubject
from training.loops import machine
from training.loops.baseline import BaselineTrainer
from training.loops.encoder import EncoderTrainer
from training.loops.gan import GanTrainer
from training.loops.identity import IdentityTrainer, told_apart
from training.loops.machine import Machine
from training.loops.upscaler import UpscalerTrainer
from training.recipes.encoder import EncoderTraining
from training.recipes.identity import IdentityTraining
from training.recipes.upscaler import UpscalerTraining
from training.watching.seen import Pictures


def photos(classes: int = 2) -> TrainingSet:
    images = torch.zeros(12, 3, 32, 32, dtype=torch.uint8)
    use = Use(mirror_x=True, mirror_y=True, conditional=classes > 1)
    return TrainingSet(Kept(images), torch.zeros(12, dtype=torch.int64), classes, use, ELSEWHERE)


@pytest.mark.parametrize("native", [True, False])
def test_emulated_bfloat16_is_not_taken(native: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "has_bf16", lambda _: native)
    assert Machine().precision("bfloat16") == ("bfloat16" if native else "float32")
    assert Machine().precision("float32") == "float32"


def test_two_places_do_not_mix() -> None:
    with elsewhere() as place:
        layer, here = torch.nn.Conv2d(3, 3, 1).to(place), torch.zeros(1, 3, 2, 2)
        for wrong in (lambda: layer(here), lambda: here + here.to(place), lambda: here.to(place).numpy()):
            with pytest.raises((RuntimeError, AssertionError, TypeError)):
                wrong()
        assert layer(here.to(place)).device == place


@pytest.mark.parametrize(
    "changes", [{}, {"optimiser": "adamp", "augment": "one:all"}, {"at_once": 2, "augment": "bgcfnc"}]
)
def test_the_adversarial_loop(changes: dict[str, object], config: GanConfig) -> None:
    with elsewhere() as place:
        trainer = GanTrainer(replace(config, precision="float32", **changes), photos(), Machine(place))
        for _ in range(4):
            trainer.step()
        looked_at(trainer.samples(2), trainer.pictures(4), trainer.judged)
        assert {value.device.type for value in trainer.pictures(4)} == {"cpu"}, (
            "the device has room for the networks"
        )
        assert trainer.tables()
        assert {value.device for value in trainer.state_dict()["generator"].values()} == {place}


@pytest.mark.parametrize("family", SMALL)
def test_the_baselines(family: str) -> None:
    with elsewhere() as place:
        trainer = BaselineTrainer(SMALL[family], photos(1), Machine(place))
        trainer.step()
        looked_at(trainer.samples(2), trainer.pictures(4), trainer.judged)
        assert trainer.tables()


def looked_at(samples: Tensor, drawn: tuple[Tensor, Tensor], judged: Callable[..., Tensor]) -> None:
    fakes = Pictures(*drawn)
    assert samples.shape[1:] == fakes.images.shape[1:]
    assert judged(fakes.images, fakes.conditions).dim() == 1
    assert judged(fakes.images.cpu(), fakes.conditions.cpu()).dim() == 1, "photos lie on the CPU"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write(tmp_path_factory.mktemp("packs") / "tiny", conditions=CONDITIONS)


@pytest.fixture
def pack(folder: Path) -> LoadedPack:
    """Of which all lies elsewhere."""
    loaded = load(folder)
    for module in (loaded.generator, loaded.features):
        module.to(ELSEWHERE)
    tables = {name: _moved(getattr(loaded, name)) for name in ("labels", "means", "directions", "w_avg")}
    return replace(loaded, device=ELSEWHERE, looks=[_moved(look) for look in loaded.looks], **tables)


def _moved(value: Any) -> Any:
    return (
        value.to(ELSEWHERE)
        if isinstance(value, Tensor)
        else {name: v.to(ELSEWHERE) for name, v in value.items()}
    )


def test_the_encoder(pack: LoadedPack) -> None:
    small = EncoderTraining(photos=3, samples=2, precision="float32")
    with elsewhere():
        trainer = EncoderTrainer(small, pack, photos(1), NETWORK)
        assert trainer.step(0.5).keys() == {"unlike", "pull", "codes"}
        held_out = torch.zeros(4, 3, 32, 32).to(ELSEWHERE)
        assert trainer.judge(held_out) == 0.5 and trainer.render(held_out).device == ELSEWHERE


def test_the_upscaler(pack: LoadedPack) -> None:
    small = UpscalerTraining(size=64, photos=2, samples=1, patch=16, seen_at=32, alone=0)
    with elsewhere():
        trainer = UpscalerTrainer(small, pack, [photos(1)])
        assert trainer.step(0.5).keys() >= {"photos", "kept", "adversarial", "d_fake", "d_real", "d_r1"}
        held_out = torch.zeros(4, 3, 32, 32).to(ELSEWHERE)
        assert trainer.render(held_out).device == trainer.sheet(held_out).images.device == ELSEWHERE


def test_the_identity_network() -> None:
    people = People(torch.zeros(12, 3, 48, 48, dtype=torch.uint8), torch.arange(12))
    recipe = IdentityTraining(
        IdentityConfig(resolution=32, size=16, widths=(8, 16), squeezed=8, dim=8), batch=4
    )
    with elsewhere() as place:
        trainer = IdentityTrainer(recipe, people, Machine(place))
        assert trainer.step() == 0.5
        assert trainer.embed(people.images.float()).device == place
        assert told_apart(trainer.network, people) >= 0


def test_average_faces_come_to_the_cpu(pack: LoadedPack) -> None:
    group = Group("ENFP", "female", ())
    with elsewhere():
        average = by_class(pack, group)
        assert average is not None
        assert (average.latent.device.type, average.picture.device.type) == ("cpu", "cpu")
        assert drawn(average.latent, group, Models(pack, {}, {})).device.type == "cpu"


def test_directions_come_to_the_cpu(pack: LoadedPack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "_SAMPLES", 8)
    monkeypatch.setattr(finding, "_tried", lambda stage, name, vector, how: (name, vector))
    with elsewhere():
        found = finding.numbered(pack, 1, None, lambda things, _: things, tried=2)
        assert {vector.device.type for _, vector in found} == {"cpu"}  # type: ignore[misc]
        usual = learn(pack.features, [torch.zeros(9, 3, 32, 32)])
        reach(pack, usual, found[0][1], [torch.zeros(2, 8, 16)])  # type: ignore[index]


def test_what_is_evaluated(pack: LoadedPack) -> None:
    network = build_baseline(SMALL["dcgan"].network, "dcgan")[0]
    with elsewhere() as place:
        subjects = [
            StyleSubject("a", pack.generator),
            BaselineSubject("b", network.to(place).eval(), str(place)),
        ]
        for subject in subjects:
            assert len(list(subject.samples(3, (0.5, 0.5), 0.7))) == 3


def test_photos_for_the_checks_stay_on_the_cpu() -> None:
    images, labels = torch.zeros(12, 3, 32, 32, dtype=torch.uint8), torch.zeros(12, dtype=torch.int64)
    opened = Opened(Kept(images), labels, ("all",), 32)
    source = _Source(opened, opened, Use())
    assert source.on(Machine(ELSEWHERE)).device == ELSEWHERE
    assert {side and side.device.type for side in source.watched()} == {"cpu"}
