"""From a run that learnt labels to a pack behind a real server."""

import errno
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import Result
from typer.testing import CliRunner

from inference.engine.engine import Engine
from inference.packs import loader
from inference.packs.loader import LoadedPack
from inference.wire import LabelFace
from tests.inference.rig import serving
from tests.training.pictures import write_prepared
from training.__main__ import app
from training.export import packing
from training.export.learned import skew
from training.loops.checkpoint import LATEST, load_checkpoint, save_checkpoint

TINY = ["--channel-base", "128", "--channel-max", "8", "--codes", "8", "--batch", "8", "--device", "cpu"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("learned")
    data = write_prepared(folder / "faces.zip", classes=3)
    command = ["train", "stylegan2-ada", "--data", str(data), "--out", str(folder / "run"), "--cond", *TINY]
    done = CliRunner().invoke(app, [*command, "--kimg", "0.016"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return folder / "run"


def export(run: Path, out: Path, *more: str) -> Result:
    return CliRunner().invoke(
        app, ["export", "--run", str(run), "--out", str(out), *more], catch_exceptions=False
    )


@pytest.fixture(scope="module")
def pack(run: Path, tmp_path_factory: pytest.TempPathFactory) -> LoadedPack:
    out = tmp_path_factory.mktemp("packs") / "ours"
    result = export(run, out, "--licence", "for members", "--attribution", "our club", "--name", "ours")
    assert result.exit_code == 0, result.output
    return loader.load(out)


def test_every_label_is_the_mean_of_its_class_and_is_not_illustrative(run: Path, pack: LoadedPack) -> None:
    counts = load_checkpoint(run / LATEST)["about"]["counts"]
    assert len(pack.manifest.labels) == len(counts) == 3
    assert not pack.manifest.illustrative
    assert pack.manifest.licence == "for members"
    assert pack.manifest.provenance["attribution"] == "our club"
    assert pack.manifest.provenance["counts"] == counts
    z = packing.seeded_codes(packing.SEED, packing.SAMPLES, 8)
    for i, label in enumerate(pack.manifest.labels):
        mean = pack.generator.mapping.codes(z, torch.eye(3)[i].expand(len(z), -1)).mean(dim=0)
        torch.testing.assert_close(pack.labels[label.label, label.gender][0], mean, atol=1e-3, rtol=1e-3)


async def test_a_real_server_draws_every_label_of_it(pack: LoadedPack) -> None:
    async with serving(Engine(pack, width=1)) as rig:
        (told,) = await rig.client.packs()
        assert (told.licence, told.attribution, told.illustrative) == ("for members", "our club", False)
        pictures = [
            await rig.client.render(LabelFace(label=label.label, gender=gender))
            for label in told.labels
            for gender in label.genders
        ]
        assert len(set(pictures)) == len(pictures) >= 3


def test_a_pack_without_a_licence_is_not_made(run: Path, tmp_path: Path) -> None:
    result = export(run, tmp_path / "pack")
    assert result.exit_code == 2
    assert "licence" in result.output
    assert not list(tmp_path.iterdir())


def test_what_is_no_such_run_is_a_sentence(run: Path, tmp_path: Path) -> None:
    assert export(tmp_path / "none", tmp_path / "pack", "--licence", "x").exit_code == 2
    state = load_checkpoint(run / LATEST)
    save_checkpoint(tmp_path / "dcgan" / LATEST, {"about": {}, "config": {"family": "dcgan"}, "average": {}})
    result = export(tmp_path / "dcgan", tmp_path / "pack", "--licence", "x")
    assert (result.exit_code, "another" in result.output) == (2, True)
    names = [option for name in "ab" for option in ("--label", name)]
    result = export(run, tmp_path / "pack", "--licence", "x", *names)
    assert (result.exit_code, "2 labels are given" in result.output) == (2, True)
    assert state["iteration"] == 2
    assert not (tmp_path / "pack").exists()


def test_a_full_disk_leaves_the_old_pack(
    pack: LoadedPack, run: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    out = tmp_path / "pack"
    assert export(run, out, "--licence", "old").exit_code == 0

    def full(*_: object) -> dict[str, str]:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(packing, "write", full)
    result = export(run, out, "--licence", "new")
    assert (result.exit_code, "disk is full" in result.output) == (2, True)
    assert loader.load(out).manifest.licence == "old"
    assert list(tmp_path.iterdir()) == [out]


def test_skew_is_counted() -> None:
    said = skew({"ENFP:female": 30, "ENFP:male": 10, "ISTJ": 60})
    assert "fewest ENFP:male (10), most ISTJ (60)" in said
    assert "female 30%, male 10%" in said
    assert skew({}) == "Not recorded."


def test_what_a_run_began_with_goes_with_it(run: Path, tmp_path: Path) -> None:
    """And pictures are counted as they were shown, whatever the batch is now."""
    state = load_checkpoint(run / LATEST)
    state["about"] |= {"from": "base", "before": 120.0, "held_out": 0.13}
    state["config"]["batch"], state["images"] = 64, 3400
    save_checkpoint(tmp_path / "run" / LATEST, state)
    result = export(tmp_path / "run", tmp_path / "pack", "--licence", "for members", "--attribution", "us")
    assert result.exit_code == 0, result.output
    told = loader.load(tmp_path / "pack").manifest.provenance
    assert [told[name] for name in ("from", "before", "held_out", "kimg")] == ["base", 120.0, 0.13, 3.4]
