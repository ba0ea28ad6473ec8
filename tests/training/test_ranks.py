"""Two processes of torchrun, talking by gloo, against one."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.training.two_ranks import Shared, config, known_steps
from training import settings
from training.errors import SettingError
from training.loops import gan
from training.loops.checkpoint import LATEST, load_checkpoint
from training.loops.gan import GanTrainer
from training.loops.machine import Machine, machine
from training.loops.run import Run, RunPlan
from training.loops.world import World
from training.watching.best import BEST


@pytest.fixture(autouse=True)
def _own_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `known_steps` puts in its place is taken away again."""
    monkeypatch.setattr(gan, "image_noise", gan.image_noise)


ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ranks")
    command = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    module = ["-m", "tests.training.two_ranks", str(folder)]
    done = subprocess.run(
        [sys.executable, *command, *module], cwd=ROOT, capture_output=True, text=True, timeout=110
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_two_ranks_have_the_gradients_of_one(out: Path) -> None:
    alone = known_steps(Machine(), config())
    both = [torch.load(out / f"known{rank}.pt", weights_only=True) for rank in range(2)]
    assert len(alone["gradients"]) == len(both[0]["gradients"]) > 60
    for one, first, second in zip(alone["gradients"], *(b["gradients"] for b in both), strict=True):
        assert torch.equal(first, second)
        scale = max(1.0, float(one.abs().max()))
        assert float((one - first).abs().max()) < 1e-5 * scale
    for name in ("path", "p", "w_avg"):
        torch.testing.assert_close(both[0][name], alone[name], rtol=1e-5, atol=1e-6)
    assert both[0]["terms"] == both[1]["terms"]
    assert both[0]["terms"] == pytest.approx(alone["terms"], rel=1e-5)


def test_ranks_stay_alike_and_the_first_writes(out: Path) -> None:
    first, second = (torch.load(out / f"state{rank}.pt", weights_only=True) for rank in range(2))
    for network in ("generator", "discriminator", "average"):
        assert all(torch.equal(first[network][n], second[network][n]) for n in first[network])
    assert not torch.equal(first["random"][0]["cpu"], first["random"][1]["cpu"])
    assert sorted(p.name for p in (out / "run").iterdir() if p.suffix == ".pt") == [BEST, LATEST]
    written = load_checkpoint(out / "run" / LATEST)
    assert (written["iteration"], written["images"], len(written["random"])) == (4, 32, 2)
    assert all(torch.equal(written["average"][n], first["average"][n]) for n in first["average"])


def test_one_process_goes_on_with_the_run_of_two(out: Path) -> None:
    own = replace(config(), lr=0.002, noise="random", augment="bgc", augment_p=0.5)
    trainer = GanTrainer(own, Shared(Machine()))
    run = Run(trainer, RunPlan(out / "run", max_kimg=0.048))
    assert run.resume()
    run.go()
    assert load_checkpoint(out / "run" / LATEST)["images"] == 48


def test_parts_of_a_batch_have_the_gradients_of_the_whole() -> None:
    """Without the deviation within groups, which are other ones: those of a whole batch interleave."""
    plain = replace(config(), path_weight=0.0)
    plain = replace(plain, discriminator=replace(plain.discriminator, mbstd_channels=0))
    whole, parts = (known_steps(Machine(), replace(plain, at_once=n)) for n in (None, 4))
    assert len(whole["gradients"]) == len(parts["gradients"]) > 30
    for one, other in zip(whole["gradients"], parts["gradients"], strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_batches_that_do_not_come_out_even_are_told() -> None:
    with pytest.raises(SettingError, match="a batch of 8 cannot be shared evenly by 3 processes"):
        World(0, 3).share(8)
    with pytest.raises(SettingError, match="8 pictures a process do not go through in parts of 3"):
        known_steps(Machine(), replace(config(), at_once=3))
    uneven = replace(config(), batch=6)
    with pytest.raises(SettingError, match="6 pictures at once cannot be compared in groups of 4"):
        known_steps(Machine(), uneven)


def test_what_torchrun_says() -> None:
    assert settings.ranks({}) == (0, 1, 0)
    assert settings.ranks({"RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1"}) == (5, 8, 1)


def test_a_command_for_one_process_refuses_torchruns_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each would train by itself, and all into one folder."""
    monkeypatch.setattr(settings, "ranks", lambda: (0, 2, 0))
    with pytest.raises(SettingError, match="one process, and torchrun began 2"), machine("cpu"):
        pass
