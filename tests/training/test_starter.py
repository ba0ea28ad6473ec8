"""What the card of the pack that ships claims, read off its pictures."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from inference.networks.upscaler import enlarged
from inference.packs.loader import LoadedPack, load
from inference.settings import STARTER
from training.__main__ import app
from training.datasets.faces import FaceSource
from training.datasets.manifest import GENDERS
from training.evaluation.probes import skin_colour
from training.evaluation.spaces import IdentitySpace
from training.export.latents import render
from training.export.types import TYPES
from training.loops.checkpoint import LATEST, load_checkpoint
from training.loops.generated import Generated
from training.losses.upscaler import shrunk

CARD = (STARTER / "CARD.md").read_text(encoding="utf-8")


def test_one_command_makes_it_and_says_nothing_wrong() -> None:
    """`make starter-pack`: each of its commands knows the options that it is given."""
    lines = subprocess.run(["make", "--dry-run", "starter-pack"], capture_output=True, text=True, check=True)
    commands = [line.split()[1:] for line in lines.stdout.splitlines() if "typeface-training" in line]
    assert [command[0] for command in commands][:3] == ["train", "train", "export"]
    for command in commands:
        result = CliRunner().invoke(app, [*command, "--help"])
        assert result.exit_code == 0, result.output


@pytest.fixture(scope="module")
def pack() -> LoadedPack:
    """Loading compares the hashes."""
    return load(STARTER)


def pictures(pack: LoadedPack, gender: str) -> torch.Tensor:
    return render(pack.generator, torch.stack([pack.labels[name, gender] for name in TYPES]))


def test_types_can_be_told_apart_as_the_card_says(pack: LoadedPack) -> None:
    found = []
    for gender in (*GENDERS, "either"):
        pixels = ((pictures(pack, gender).clamp(-1, 1) + 1) * 127.5).byte().permute(0, 2, 3, 1).numpy()
        who = IdentitySpace()(pixels)
        found.append(np.linalg.norm(who[:, None] - who[None], axis=2)[np.triu_indices(16, 1)])
    claim = re.search(r"(0\.\d+) at least,\s+(0\.\d+) in\s+the median", CARD)
    assert claim is not None
    claimed, least = [float(number) for number in claim.groups()], float(np.min(found))
    assert [least, float(np.median(found))] == pytest.approx(claimed, abs=0.02)
    assert least >= 0.2


@pytest.mark.parametrize("gender", GENDERS)
def test_types_have_the_skin_of_the_mean_face(pack: LoadedPack, gender: str) -> None:
    mean = skin_colour(render(pack.generator, pack.means[gender][None]))
    assert float((skin_colour(pictures(pack, gender)) - mean).abs().max()) < 0.03


def test_there_are_looks_of_all_skins_and_ages(pack: LoadedPack) -> None:
    worn = torch.stack([look[GENDERS[0]] for look in pack.looks])
    lightness = skin_colour(render(pack.generator, worn)).mean(dim=1)
    assert len(worn) >= 7
    assert float(lightness.max() - lightness.min()) > 0.5


@torch.no_grad()
def test_it_draws_large_pictures_without_a_grid(pack: LoadedPack) -> None:
    """A line with each small pixel would stand out of the spectrum; an earlier upscaler's did, 4 times."""
    assert pack.upscaler is not None and (STARTER / "upscaler.safetensors").stat().st_size <= 6e6
    torch.manual_seed(3)
    people = Generated(pack).batch(6, (0.5, 0.8), 0.0)[0]
    large = pack.upscaler(people)
    assert large.shape == (6, 3, 512, 512)
    assert (shrunk(large, 32) - shrunk(people, 32)).abs().mean() < 0.005
    lines = torch.fft.rfft(large.mean(dim=1)).abs().mean(dim=(0, 1))
    around = lines[[61, 62, 66, 67]].mean()
    assert lines[64] < 2 * around
    plain = torch.fft.rfft(enlarged(people, 512).mean(dim=1)).abs().mean(dim=(0, 1))
    assert lines[20:48].sum() > 1.05 * plain[20:48].sum(), "and they are sharper than plain interpolation"


def test_the_card_is_of_this_version(pack: LoadedPack) -> None:
    assert CARD.startswith(f"# {pack.manifest.name} {pack.manifest.version}\n")
    assert CARD.count("**Types.**") == 1


def test_a_run_that_goes_on_from_the_pack_knows_whom_the_pack_has_not_seen(
    source: FaceSource, tmp_path: Path
) -> None:
    """Photos at 64 px; the pack has seen more people than a new run does."""
    options = [
        "--data",
        source.archive,
        "--manifest",
        source.manifest,
        "--out",
        tmp_path / "run",
        "--threads",
        1,
    ]
    options += ["--gamma", 4, "--rate", 0.0004, "--d-rate", 0.0012]
    for kimg in ("0.016", "0.032"):  # the second time it goes on
        begin = ["--from", STARTER] if kimg == "0.016" else []
        result = CliRunner().invoke(app, ["train", "starter", *map(str, options + begin), "--kimg", kimg])
        assert result.exit_code == 0, result.output
        state = load_checkpoint(tmp_path / "run" / LATEST)
        assert (state["about"]["from"], state["about"]["held_out"]) == ("starter", 0.02)
        assert [state["config"][name] for name in ("r1_gamma", "lr", "d_lr")] == [4, 0.0004, 0.0012]


def test_two_processes_share_its_batches(source: FaceSource, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command += ["-m", "training", "train", "starter", "--kimg", "0.016", "--threads", "1", "--device", "cpu"]
    command += ["--data", str(source.archive), "--manifest", str(source.manifest), "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr
    state = load_checkpoint(tmp_path / LATEST)
    assert (state["images"], len(state["random"])) == (16, 2)
    assert not torch.equal(*(random["cpu"] for random in state["random"]))
    assert done.stdout.count(" pictures: ") == 1


def test_it_learns_two_genders_and_refuses_one(source: FaceSource, tmp_path: Path) -> None:
    lines = source.manifest.read_text().splitlines()
    table = tmp_path / "women.csv"
    table.write_text("\n".join([lines[0], *(line for line in lines if ",female," in line)]))
    options = ["--data", source.archive, "--manifest", table, "--out", tmp_path / "run"]
    result = CliRunner().invoke(app, ["train", "starter", *map(str, options)])
    assert result.exit_code == 2, result.output
    assert "faces.zip shows one gender" in result.stderr and not (tmp_path / "run").exists()
