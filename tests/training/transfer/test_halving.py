"""A halved run: small, nearly the same pictures, and the same command goes on with it."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from tests.training.test_baselines import SMALL
from training import __main__ as cli
from training.config import GanConfig
from training.datasets.faces import FaceSet
from training.loops.baseline import BaselineTrainer
from training.loops.checkpoint import LATEST, load_checkpoint, save_checkpoint
from training.loops.gan import MOMENTS, GanTrainer
from training.loops.run import Run, RunPlan


@pytest.fixture
def recipe(config: GanConfig) -> GanConfig:
    return replace(config, precision="float32")


@pytest.fixture
def run(recipe: GanConfig, faces: FaceSet, tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    Run(GanTrainer(recipe, faces), RunPlan(folder, max_kimg=0.02, about={"held_out": 0.13})).go()
    return folder


def halve(run: Path, out: Path) -> tuple[int, str]:
    said = CliRunner().invoke(cli.app, ["halve", "--run", str(run), "--out", str(out)])
    return said.exit_code, said.output


def test_it_is_small_and_draws_nearly_the_same(run: Path, recipe: GanConfig, faces: FaceSet) -> None:
    code, said = halve(run, small := run.parent / "small")
    assert code == 0 and str(small / LATEST) in said
    assert (small / LATEST).stat().st_size < 0.4 * (run / LATEST).stat().st_size
    before, after = GanTrainer(recipe, faces), GanTrainer(recipe, faces)
    before.load_state_dict(load_checkpoint(run / LATEST))
    after.load_state_dict(load_checkpoint(small / LATEST))
    assert after.generator.synthesis.b4.const.dtype == torch.float32
    difference = (before.pictures(8)[0] - after.pictures(8)[0]).abs()
    assert 0 < difference.max() * 127.5 < 2


def test_the_run_goes_on_with_its_counters_and_new_moments(
    run: Path, recipe: GanConfig, faces: FaceSet
) -> None:
    halve(run, small := run.parent / "small")
    trainer = GanTrainer(recipe, faces)
    going = Run(trainer, RunPlan(small, max_kimg=0.028, about={"held_out": 0.13}))
    assert going.resume() and trainer.images_seen == 20
    assert not trainer.g_adam.state and not trainer.d_adam.state
    assert float(trainer.augment.p) == pytest.approx(load_checkpoint(run / LATEST)["augment"]["p"].item())
    going.go()
    after = load_checkpoint(small / LATEST)
    assert after["images"] == 28 and after.keys() >= MOMENTS and after["about"]["held_out"] == 0.13
    assert after["seconds"] > load_checkpoint(run / LATEST)["seconds"]


def test_the_best_stays_behind(run: Path) -> None:
    """The small run has no best.pt, so whatever it finds first is its best."""
    record = {"metric": "sliced", "value": 1.0, "kimg": 0.01}
    save_checkpoint(run / LATEST, load_checkpoint(run / LATEST) | {"best": record})
    halve(run, small := run.parent / "small")
    assert load_checkpoint(small / LATEST)["best"] is None


def test_a_run_that_is_there_is_not_overwritten(run: Path) -> None:
    before = (run / LATEST).read_bytes()
    code, said = halve(run, run)
    assert code == 2 and "has a run already" in said
    assert (run / LATEST).read_bytes() == before
    (other := run.parent / "other").mkdir()
    (other / "best.pt").write_bytes(b"kept")
    assert halve(run, other)[0] == 2


def test_a_baseline_a_broken_file_and_a_weight_too_large_are_refused(
    run: Path, faces: FaceSet, tmp_path: Path
) -> None:
    state = load_checkpoint(run / LATEST)
    state["generator"]["mapping.w_avg"][0] = 1e6
    save_checkpoint(tmp_path / "large" / LATEST, state)
    baseline = BaselineTrainer(SMALL["dcgan"], faces)
    save_checkpoint(tmp_path / "dcgan" / LATEST, baseline.state_dict())
    (tmp_path / "cut").mkdir()
    (tmp_path / "cut" / LATEST).write_bytes((run / LATEST).read_bytes()[:-500])
    for name, what in (("large", "beyond float16"), ("dcgan", "another command"), ("cut", "damaged")):
        code, said = halve(tmp_path / name, tmp_path / f"{name}-small")
        assert code == 2 and what in said, said
        assert not (tmp_path / f"{name}-small").exists()
