"""The run of a pack's further network: saved by the clock, stopped at a number that is none, begun from a folder."""

import itertools
import json
import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from typer.testing import CliRunner

from inference.packs.loader import load
from tests.inference.packs import tiny
from tests.training.test_encoder import NETWORK, SMALL
from training.__main__ import app
from training.datasets.faces import FaceSet
from training.errors import SettingError, TrainingError
from training.export.trained import add_trained
from training.loops import part_run
from training.loops.breaking import Broken
from training.loops.checkpoint import LATEST, CheckpointError, load_checkpoint
from training.loops.encoder import EncoderTrainer
from training.loops.part import Terms
from training.loops.part_run import PartPlan, PartRun, Shown

PICTURES = torch.zeros(2, 3, 32, 32)


class Failing(EncoderTrainer):
    """Fails at its third step."""

    failure: TrainingError | None = None
    loss = 0.5

    def step(self, done: float) -> Terms:
        if self.iteration < 2:
            return super().step(done)
        if self.failure:
            raise self.failure
        return super().step(done) | {"unlike": self.loss}


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def trainer(faces: FaceSet, tmp_path: Path) -> Failing:
    return Failing(replace(SMALL, worn=0.0), load(tiny.write(tmp_path / "tiny")), faces, NETWORK)


def test_it_is_saved_by_the_clock_and_not_only_when_it_is_looked_at(trainer: Failing, out: Path) -> None:
    trainer.failure = TrainingError("a power cut")
    with pytest.raises(TrainingError, match="a power cut"):
        PartRun(trainer, PartPlan(out, kimg=1, checkpoint_minutes=0), Shown(PICTURES)).go()
    assert [path.name for path in out.iterdir()] == [LATEST]
    state = load_checkpoint(out / LATEST)
    assert state["iteration"] == 2 and state["held_out"] is None


def test_what_was_measured_last_goes_with_the_checkpoints(
    trainer: Failing, out: Path, tmp_path: Path
) -> None:
    running = PartRun(trainer, PartPlan(out, kimg=0), Shown(PICTURES), lambda _: None)
    running.go()
    measured = load_checkpoint(out / LATEST)["held_out"]
    again = PartRun(trainer, PartPlan(out, kimg=0), Shown(PICTURES), lambda _: None)
    again.resume()
    again.save()
    assert load_checkpoint(out / LATEST)["held_out"] == measured > 0
    said: list[str] = []
    other = PartRun(trainer, PartPlan(tmp_path / "other", kimg=1), Shown(PICTURES), said.append)
    with pytest.raises(CheckpointError, match="there is no checkpoint"):
        other.resume(tmp_path)
    other.resume(out)
    assert said == ["began with run"]


@pytest.mark.parametrize("where", ["loss", "weight"])
def test_a_number_that_is_none_ends_it_and_the_checkpoint_stays(
    trainer: Failing, out: Path, where: str
) -> None:
    plan = PartPlan(out, kimg=1, checkpoint_minutes=0)
    if where == "loss":
        trainer.loss = math.nan
    else:
        trainer.encoder.mean.fill_(math.inf)
    with pytest.raises(Broken, match="is not a finite number") as caught:
        PartRun(trainer, plan, Shown(PICTURES), lambda _: None).go()
    assert "with another --seed" in str(caught.value)
    if where == "loss":
        assert "latest.pt (0.0 kimg) is the last good checkpoint" in str(caught.value)
        assert load_checkpoint(out / LATEST)["iteration"] == 2
    else:
        assert not (out / LATEST).exists()


def test_a_checkpoint_has_the_names_that_earlier_versions_read_and_wrote(trainer: Failing) -> None:
    names = {"config", "network", "iteration", "encoder", "average", "adam", "random"}
    assert trainer.state_dict().keys() == names
    assert trainer.config.to_dict().keys() >= {"photos", "samples"}, "what a pack is told is counted by these"


def test_a_checkpoint_of_another_network_goes_into_no_pack(
    trainer: Failing, out: Path, tmp_path: Path
) -> None:
    PartRun(trainer, PartPlan(out, kimg=0), Shown(PICTURES), lambda _: None).go()
    with pytest.raises(CheckpointError, match="of another command"):
        add_trained("upscaler", out / LATEST, tmp_path / "tiny")


@pytest.mark.parametrize("command", ["encoder", "upscaler"])
def test_a_run_has_an_end_since_its_rate_follows_it(command: str, tmp_path: Path) -> None:
    options = ["--pack", "none", "--data", "none.zip", "--out", str(tmp_path / "run")]
    result = CliRunner().invoke(app, [command, *options])
    assert result.exit_code == 2 and "say when it ends, with --minutes or --kimg" in result.stderr
    with pytest.raises(SettingError):
        PartPlan(tmp_path)


def test_the_pace_is_of_what_was_shown_since_the_last_line(
    trainer: Failing, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six pictures a step, a second each, whatever the lines are apart: the first one comes after a step alone."""
    clock = itertools.count()
    monkeypatch.setattr(part_run, "time", SimpleNamespace(monotonic=lambda: next(clock) / 2))
    said: list[str] = []
    trainer.iteration = 1
    shown = trainer.images_seen / 1000
    plan = PartPlan(out, kimg=1.9 * shown, tick_kimg=2 * shown - 0.001)
    PartRun(trainer, plan, Shown(PICTURES), said.append).go()
    (line,) = [json.loads(each) for each in said if each.startswith("{")]
    assert line["sec_per_kimg"] == pytest.approx(1 / shown, rel=0.01)
