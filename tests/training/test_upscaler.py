"""The upscaler's training on made-up pictures: it learns to draw, goes on where it stopped, and goes into a pack."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor
from typer.testing import CliRunner

from inference.errors import PackError
from inference.networks.upscaler import Upscaler, UpscalerConfig, enlarged
from inference.packs.loader import LoadedPack, load
from tests.inference.packs import tiny
from tests.training.pictures import write_prepared
from tests.training.test_loops import differing
from training.__main__ import app
from training.export.trained import add_trained
from training.loops.checkpoint import LATEST, save_checkpoint
from training.loops.part_run import PartPlan, PartRun, Shown
from training.loops.upscaler import UpscalerTrainer, _Drawn
from training.losses.upscaler import apart, shrunk, softened
from training.recipes.upscaler import UpscalerTraining

SMALL = UpscalerTraining(size=64, photos=4, samples=2, patch=16, seen_at=32, rate=3e-3, ema_kimg=0.02)
NETWORK = UpscalerConfig(resolution=32, width=16, blocks=1, widths=(8,))


class Stripes:
    """Pictures of sharp stripes, which a small picture shows as grey slopes; some are half as large."""

    def __init__(self, side: int = 64) -> None:
        self.side = side

    def batch(self, size: int) -> tuple[Tensor, Tensor]:
        places = torch.arange(self.side) * (64 // self.side)
        phase = 4 * torch.randint(4, (size, 1))
        line = ((places + phase) // 8 % 2).float() * 1.6 - 0.8
        return line[:, None, None].expand(-1, 3, self.side, -1).contiguous(), torch.zeros(size, 0)


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write(tmp_path_factory.mktemp("packs") / "tiny")


@pytest.fixture
def pack(folder: Path) -> LoadedPack:
    return load(folder)


def trained(pack: LoadedPack, steps: int, **changes: Any) -> UpscalerTrainer:
    trainer = UpscalerTrainer(replace(SMALL, **changes), pack, [Stripes(), Stripes(32)], NETWORK)
    for index in range(steps):
        trainer.step(index / max(steps, 1))
    return trainer


def test_a_fresh_one_interpolates() -> None:
    torch.manual_seed(0)
    small = torch.rand(2, 3, 32, 32)
    assert torch.equal(Upscaler(UpscalerConfig.of(32, 128))(small), enlarged(small, 128))


@torch.no_grad()
def test_no_weights_draw_a_grid_onto_what_is_flat() -> None:
    """Sub-pixel convolutions alone do: each of their four phases has weights of its own."""
    torch.manual_seed(0)
    before = UpscalerConfig.from_dict({"resolution": 32, "width": 4, "blocks": 1, "widths": [4, 4]})
    assert UpscalerConfig.of(32, 128).smooth
    grids = []
    for config in (before, replace(before, smooth=True)):
        network = Upscaler(config)
        torch.nn.init.normal_(network.last.weight)
        drawn = network.last(network.doubled(torch.ones(1, 4, 32, 32)))[..., 32:96, 32:96]
        assert drawn.abs().mean() > 0.1
        grids.append(float(drawn.std(dim=(2, 3)).mean()))
    assert grids[0] > 0.01, "what was learnt without the filter is drawn without it"
    assert grids[1] < 1e-4


@pytest.mark.parametrize(("resolution", "size"), [(64, 64), (64, 96), (64, 32), (64, 0)])
def test_sizes_that_doubling_does_not_reach_are_refused(resolution: int, size: int) -> None:
    with pytest.raises(ValueError, match="doubled"):
        UpscalerConfig.of(resolution, size)


def test_it_learns_to_draw_what_a_small_picture_hides(pack: LoadedPack) -> None:
    torch.manual_seed(0)
    photos = Stripes().batch(8)[0]
    before = trained(pack, 0).judge(photos)
    trainer = trained(pack, 100, samples=1, alone=1, rate=1e-2, drawn=0, soft=0, kept=0.1)
    assert trainer.judge(photos) < 0.5 * before
    people = trainer.generated.batch(4, (0.0, 0.5), 0.0)[0]
    again = shrunk(trainer.average(people), 32)
    assert (again - people).abs().mean() < 0.1, "whoever was generated stays the same person"


def test_the_discriminator_begins_late(pack: LoadedPack) -> None:
    trainer = trained(pack, 0, alone=0.5)
    assert trainer.step(0.4).keys() == {"photos", "kept"}
    assert trainer.step(0.5).keys() == {"photos", "kept", "adversarial", "d_fake", "d_real"}


def test_the_discriminator_judges_photos_alone(pack: LoadedPack) -> None:
    """Of a sample it would ask for what no small picture tells: a grid on the skin was the cheapest answer."""
    trainer = trained(pack, 0, alone=0, photos=3, samples=2)
    judged: list[int] = []
    trainer.discriminator.register_forward_hook(lambda *call: judged.append(len(call[1][0])))
    trainer.step(0.5)
    assert set(judged) == {3}


def test_faults_of_a_sample_that_are_a_pixel_wide_may_go(pack: LoadedPack) -> None:
    trainer = trained(pack, 0)
    chequered = ((torch.arange(32)[:, None] + torch.arange(32)) % 2).float().expand(2, 3, -1, -1) - 0.5
    large = torch.zeros(4, 3, 64, 64, requires_grad=True)
    losses = trainer._train(_Drawn(large, torch.zeros(2, 3, 64, 64), chequered), against=False)
    assert losses["kept"] < 0.05, "that is as near as the chequered picture itself"


def test_softening_goes_as_far_as_asked() -> None:
    torch.manual_seed(0)
    sharp = torch.rand(3, 3, 16, 16)
    soft = softened(sharp, torch.tensor([0.0, 0.5, 1.0])[:, None, None, None])
    assert torch.equal(soft[0], sharp[0])
    steps = (soft[..., 1:] - soft[..., :-1]).abs().mean(dim=(1, 2, 3)).tolist()
    assert steps[0] > 1.4 * steps[1] > 1.4 * 1.4 * steps[2]
    flat = torch.full((1, 3, 16, 16), 0.3)
    assert torch.allclose(softened(flat, torch.ones(1, 1, 1, 1)), flat), "edges are not darkened"


@pytest.mark.parametrize(("precision", "dtype"), [("bfloat16", torch.bfloat16), ("float32", torch.float32)])
def test_its_convolutions_compute_as_asked(pack: LoadedPack, precision: str, dtype: torch.dtype) -> None:
    trainer = trained(pack, 0, precision=precision)
    seen: list[torch.dtype] = []
    trainer.upscaler.first.register_forward_hook(lambda *call: seen.append(call[2].dtype))
    trainer.step(0.5)
    assert seen == [dtype]
    assert trainer._draw().large.dtype == torch.float32
    assert all(value.dtype == torch.float32 for value in trainer.upscaler.parameters())


def test_generator_and_encoder_stay_as_they_are(pack: LoadedPack) -> None:
    before = [value.clone() for value in pack.generator.state_dict().values()]
    trained(pack, 2, alone=0)
    assert all(torch.equal(a, b) for a, b in zip(before, pack.generator.state_dict().values(), strict=True))


def test_it_goes_on_where_it_stopped(folder: Path) -> None:
    whole, first, second = (trained(load(folder), 0, alone=0) for _ in range(3))
    torch.manual_seed(5)
    for _ in range(4):
        whole.step(0.5)
    torch.manual_seed(5)
    for _ in range(2):
        first.step(0.5)
    state = first.state_dict()
    assert state.keys() >= {"upscaler", "average", "discriminator", "adam", "d_adam", "iteration", "random"}
    second.load_state_dict(state)
    for _ in range(2):
        second.step(0.5)
    assert differing(whole.state_dict(), second.state_dict()) == []


def test_a_run_writes_what_a_pack_takes(folder: Path, tmp_path: Path) -> None:
    said: list[str] = []
    held_out = Stripes().batch(3)[0]
    plan = PartPlan(tmp_path / "run", kimg=0.018, about={"hardware": "none"})
    PartRun(trained(load(folder), 0), plan, Shown(held_out), said.append).go()
    assert "held-out loss" in said[-1]
    with Image.open(tmp_path / "run" / "sheet-00000.png") as sheet:
        assert sheet.size == (3 * 256, 5 * 256)
    pack = tiny.write(tmp_path / "tiny")
    (pack / "CARD.md").write_text("# tiny 1\n\nA card.\n")
    assert add_trained("upscaler", tmp_path / "run" / LATEST, pack) == "2"
    loaded = load(pack)
    assert loaded.upscaler is not None and loaded.upscaler.config.size == 64
    assert loaded.manifest.provenance["upscaler"]["kimg"] == 0.0
    assert "**Upscaler.** Draws faces at 64 px" in (pack / "CARD.md").read_text()


def test_an_upscaler_of_another_size_leaves_the_pack_as_it_was(folder: Path, tmp_path: Path) -> None:
    trainer = trained(load(folder), 1)
    state = {**trainer.state_dict(), "seconds": 1.0, "held_out": None, "about": {}}
    state["network"] = {**state["network"], "resolution": 64}
    save_checkpoint(tmp_path / "odd.pt", state)
    pack = tiny.write(tmp_path / "tiny")
    before = {path.name: path.read_bytes() for path in pack.iterdir()}
    with pytest.raises(PackError, match="upscaler reads 64 px"):
        add_trained("upscaler", tmp_path / "odd.pt", pack)
    assert {path.name: path.read_bytes() for path in pack.iterdir()} == before


def test_pictures_are_compared_at_the_smaller_size() -> None:
    photo = enlarged(torch.rand(1, 3, 8, 8), 32)
    assert apart(enlarged(photo, 64), photo) < 0.05
    assert apart(torch.zeros(1, 3, 64, 64), torch.ones(1, 3, 32, 32)) == pytest.approx(1, abs=1e-3)


def test_photos_that_would_be_enlarged_teach_nothing(folder: Path, tmp_path: Path) -> None:
    data = write_prepared(tmp_path / "set.zip", n=9, side=128)
    options = ["--pack", str(folder), "--data", str(data), "--out", str(tmp_path / "run"), "--kimg", "1"]
    result = CliRunner().invoke(app, ["upscaler", *options])
    assert result.exit_code == 2, result.output
    assert "set.zip has pictures of 128 px, and what is drawn is judged at 256" in result.stderr


def test_its_own_step_leaves_the_discriminator_without_gradients(pack: LoadedPack) -> None:
    trainer = trained(pack, 0, alone=0)
    trainer._train(trainer._draw(), against=True)
    assert all(p.grad is None and p.requires_grad for p in trainer.discriminator.parameters())
