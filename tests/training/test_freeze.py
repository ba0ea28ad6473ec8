"""FreezeD and FreezeG: which weights, and that nothing moves them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from inference.networks.stylegan2.discriminator import Discriminator
from inference.networks.stylegan2.generator import Generator
from tests.golden.vectors import FOLDER
from training.config import GanConfig
from training.datasets.faces import FaceSet
from training.loops.checkpoint import LATEST, load_checkpoint, save_checkpoint
from training.loops.freezing import freeze, frozen_in_discriminator, frozen_in_generator
from training.loops.gan import GanTrainer

OFFICIAL: dict[str, list[str]] = json.loads((FOLDER / "freezed_names.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("setting", OFFICIAL)
def test_freezed_freezes_what_the_official_one_does(setting: str) -> None:
    side, layers = (int(part.strip("resfz")) for part in setting.split("_"))
    config = DiscriminatorConfig(c_dim=2, resolution=side, channel_base=4 * side, channel_max=4)
    judge = Discriminator(config)
    assert sorted(freeze(judge, frozen_in_discriminator(config, layers))) == OFFICIAL[setting]
    still = {name for name, parameter in judge.named_parameters() if not parameter.requires_grad}
    assert still == set(OFFICIAL[setting])


def test_the_golden_settings_are_many() -> None:
    assert len(OFFICIAL) >= 20
    assert sum(map(bool, OFFICIAL.values())) >= 15


@pytest.mark.parametrize(
    ("architecture", "wanted"),
    [
        ("orig", ["b16.fromrgb.", "b16.conv0.", "b16.conv1.", "b8.conv0."]),
        ("skip", ["b16.fromrgb.", "b16.conv0.", "b16.conv1.", "b8.fromrgb."]),
    ],
)
def test_other_architectures_count_the_layers_that_they_have(architecture: str, wanted: list[str]) -> None:
    config = DiscriminatorConfig(resolution=16, architecture=architecture)  # type: ignore[arg-type]
    assert frozen_in_discriminator(config, 4) == wanted


def test_freezeg_freezes_mapping_and_blocks_up_to_a_resolution() -> None:
    config = GeneratorConfig(
        z_dim=4, w_dim=4, resolution=32, channel_base=64, channel_max=4, mapping_layers=2
    )
    assert frozen_in_generator(config, 0) == []
    maker = Generator(config)
    names = freeze(maker, frozen_in_generator(config, 8))
    assert {name.split(".")[1] for name in names if name.startswith("synthesis")} == {"b4", "b8"}
    assert {"synthesis.b4.const", "synthesis.b8.torgb.weight", "mapping.fc1.bias"} <= set(names)
    assert maker.get_parameter("synthesis.b16.conv0.weight").requires_grad


def test_training_moves_the_rest_alone(config: GanConfig, faces: FaceSet) -> None:
    trainer = GanTrainer(replace(config, freeze_d=4, freeze_g=8), faces)
    before = {
        kind: {name: value.clone() for name, value in getattr(trainer, kind).named_parameters()}
        for kind in ("generator", "discriminator", "average")
    }
    for _ in range(5):
        assert all(torch.isfinite(torch.tensor(list(trainer.step().values()))))
    still_d = frozen_in_discriminator(config.discriminator, 4)
    still_g = frozen_in_generator(config.generator, 8)
    for kind, prefixes in (("generator", still_g), ("discriminator", still_d), ("average", still_g)):
        now = dict(getattr(trainer, kind).named_parameters())
        still = {name for name in now if torch.equal(now[name], before[kind][name])}
        wanted = {name for name in now if name.startswith(tuple(prefixes))}
        assert wanted <= still
        assert len(still - wanted) <= 1, "nearly all of the rest has moved"
    assert not any(
        p.requires_grad for n, p in trainer.discriminator.named_parameters() if n.startswith("b32.")
    )


def test_a_resumed_run_goes_on_frozen_to_the_bit(config: GanConfig, faces: FaceSet, out: Path) -> None:
    config = replace(config, freeze_d=4, freeze_g=8)
    whole = GanTrainer(config, faces)
    for _ in range(6):
        whole.step()
    first = GanTrainer(config, faces)
    for _ in range(3):
        first.step()
    save_checkpoint(out / LATEST, first.state_dict())
    state = load_checkpoint(out / LATEST)
    told = GanConfig.from_dict(state["config"])
    assert (told.freeze_d, told.freeze_g) == (4, 8)
    second = GanTrainer(told, faces)
    second.load_state_dict(state)
    for _ in range(3):
        second.step()
    for kind in ("generator", "discriminator", "average"):
        one, other = getattr(whole, kind).state_dict(), getattr(second, kind).state_dict()
        assert all(torch.equal(one[name], other[name]) for name in one)
