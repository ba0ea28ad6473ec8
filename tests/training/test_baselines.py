"""The baselines: recipes, steps, resuming to the bit, and that they learn what can be learned in seconds."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from typer.testing import CliRunner

from inference.networks.dcgan import DcganConfig
from inference.networks.vanilla import VanillaConfig
from training.__main__ import app
from training.config import BaselineConfig
from training.datasets.faces import FaceSet, FaceSource
from training.loops.baseline import BaselineTrainer
from training.loops.checkpoint import LATEST, load_checkpoint, save_checkpoint
from training.recipes import dcgan, vanilla_gan
from training.watching.journal import read_journal

SMALL: dict[str, BaselineConfig] = {
    "dcgan": BaselineConfig("dcgan", DcganConfig(z_dim=8, resolution=32, width=8).to_dict(), batch=8),
    "vanilla": BaselineConfig(
        "vanilla", VanillaConfig(z_dim=8, resolution=32, widths=(32, 64)).to_dict(), batch=8
    ),
}


@pytest.mark.parametrize("family", SMALL)
def test_resuming_is_bit_identical(family: str, faces: FaceSet, out: Path) -> None:
    whole, first = (BaselineTrainer(SMALL[family], faces) for _ in range(2))
    torch.manual_seed(5)
    for _ in range(2):
        first.step()
    save_checkpoint(out / LATEST, first.state_dict())
    torch.manual_seed(5)
    for _ in range(4):
        terms = whole.step()
    second = BaselineTrainer(SMALL[family], faces)
    second.load_state_dict(load_checkpoint(out / LATEST))
    shown = second.samples(2)  # looking at it changes nothing
    for _ in range(2):
        again = second.step()
    assert terms == again
    assert terms.keys() == {"d_fake", "d_real", "g_fake"}
    for name in ("generator", "discriminator"):
        one, other = getattr(whole, name).state_dict(), getattr(second, name).state_dict()
        assert all(torch.equal(one[key], other[key]) for key in one)
    assert torch.equal(whole.samples(2), second.samples(2))
    assert not torch.equal(shown, second.samples(2))


@pytest.mark.parametrize("family", SMALL)
@pytest.mark.parametrize(("still", "falling"), [("g_adam", ("d_real", "d_fake")), ("d_adam", ("g_fake",))])
def test_each_network_learns_against_one_that_stands_still(
    family: str, still: str, falling: tuple[str, ...], faces: FaceSet
) -> None:
    trainer = BaselineTrainer(replace(SMALL[family], lr=0.002), faces)
    for _ in range(4):
        trainer.step()
    getattr(trainer, still).param_groups[0]["lr"] = 0.0
    losses = [trainer.step() for _ in range(24)]
    early, late = (sum(part[name] for part in p for name in falling) for p in (losses[:4], losses[-4:]))
    assert late < early
    assert trainer.images_seen == 28 * 8


def test_recipes_are_the_papers_sizes() -> None:
    trainers = {"dcgan": dcgan.config(), "vanilla": vanilla_gan.config()}
    assert {config.network["resolution"] for config in trainers.values()} == {64}
    assert DcganConfig.from_dict(trainers["dcgan"].network).widths == (256, 128, 64, 32)
    assert [config.betas for config in trainers.values()] == [(0.5, 0.999)] * 2


@pytest.mark.parametrize(("command", "recipe"), [("dcgan", dcgan), ("vanilla-gan", vanilla_gan)])
def test_the_commands(
    command: str, recipe: Any, source: FaceSource, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = SMALL["dcgan" if command == "dcgan" else "vanilla"]
    monkeypatch.setattr(recipe, "config", lambda: small)
    words = [
        "train",
        command,
        "--data",
        str(source.archive),
        "--manifest",
        str(source.manifest),
        "--out",
        str(out),
    ]
    for kimg in ("0.016", "0.024"):
        done = CliRunner().invoke(app, [*words, "--kimg", kimg, "--device", "cpu"])
        assert done.exit_code == 0, done.output
    assert {LATEST, "best.pt", "README.md", "options.json", "networks.txt"} <= {f.name for f in out.iterdir()}
    assert load_checkpoint(out / LATEST)["iteration"] == 3
    assert json.loads((out / "options.json").read_text())["training"]["family"] == small.family
    assert [
        entry["note"] for entry in read_journal(out / "log.jsonl") if entry.get("note", "").startswith("goes")
    ]
    lost = CliRunner().invoke(app, ["train", command, "--data", "nowhere.zip", "--out", str(out)])
    assert lost.exit_code == 2
    assert len(lost.stderr.strip().splitlines()) == 1
