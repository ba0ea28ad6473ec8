"""The report: made of a pack, a run and a set of photos; and what it says when something is wrong."""

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from rich.console import Console
from typer.testing import CliRunner

from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from tests.inference.networks.test_inception import made_up
from tests.training.test_baselines import SMALL
from training.__main__ import app
from training.config import GanConfig
from training.datasets.faces import FaceSet, FaceSource
from training.datasets.manifest import is_held_out, read_manifest
from training.errors import DataError, SettingError
from training.evaluation.distances import frechet
from training.evaluation.findings import findings
from training.evaluation.judging import Distance, Judge, Judgement, Kernel, Look
from training.evaluation.neighbours import by_heart
from training.evaluation.photos import Photos, open_photos
from training.evaluation.report import Plan, evaluate, untruncated
from training.evaluation.spaces import IdentitySpace, InceptionSpace
from training.evaluation.subjects import open_subjects
from training.loops.baseline import BaselineTrainer
from training.loops.checkpoint import LATEST, save_checkpoint
from training.loops.gan import GanTrainer
from training.loops.samples import to_uint8

STARTER = Path("inference/starter")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, source: FaceSource, faces: FaceSet) -> Path:
    """A run of a network that has learnt nothing."""
    shape = {"c_dim": 2, "resolution": 32, "channel_base": 128, "channel_max": 8}
    generator = GeneratorConfig(z_dim=8, w_dim=8, mapping_layers=2, **shape)
    trainer = GanTrainer(GanConfig(generator, DiscriminatorConfig(**shape), batch=4), faces)
    folder = tmp_path_factory.mktemp("runs") / "blank"
    save_checkpoint(folder / LATEST, trainer.state_dict())
    return folder


@pytest.fixture(scope="module")
def dcgan(tmp_path_factory: pytest.TempPathFactory, faces: FaceSet) -> Path:
    """A run of a baseline that has learnt nothing."""
    folder = tmp_path_factory.mktemp("runs") / "dcgan"
    save_checkpoint(folder / LATEST, BaselineTrainer(SMALL["dcgan"], faces).state_dict())
    return folder


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, run: Path, dcgan: Path, source: FaceSource) -> Path:
    out = tmp_path_factory.mktemp("report") / "한글 report.html"
    subjects = [STARTER, run, run / LATEST, dcgan]
    evaluate(Plan(subjects, source.archive, out, source.manifest, count=10), Console(quiet=True))
    return out


def test_the_page_stands_alone_and_has_every_subject(report: Path) -> None:
    page = report.read_text("utf-8")
    assert not re.search(r'(src|href)="(?!data:)', page) and "<script" not in page
    assert page.count("data:image/jpeg;base64,") == 4 * 2 * (10 + 8)
    for name in ("starter", "blank", "latest.pt", "dcgan", "other photos"):
        assert f">{name}<" in page
    assert page.count("<svg") == 8 and "nan" not in page
    assert sorted(file.name for file in report.parent.iterdir()) == ["한글 report.html", "한글 report.json"]


def test_who_is_held_out_is_asked_of_the_subjects(report: Path, source: FaceSource) -> None:
    how = json.loads(report.with_suffix(".json").read_text("utf-8"))["how"]
    rows = [row for row in read_manifest(source.manifest) if row.gender and row.file != "missing.png"]
    shipped = json.loads((STARTER / "manifest.json").read_bytes())["provenance"]["held_out"]
    assert f"({sum(is_held_out(row.group, shipped) for row in rows)} held out)" in how
    assert shipped < source.held_out


def test_the_numbers_rank_what_has_learnt_nothing_last(report: Path) -> None:
    told = json.loads(report.with_suffix(".json").read_text("utf-8"))
    floor, starter, blank, again, dcgan = told["judgements"]
    assert floor["identity"]["kernel"] < blank["identity"]["kernel"]
    assert floor["identity"]["frechet"] < blank["identity"]["frechet"]
    assert blank["identity"]["precision"] < floor["identity"]["precision"]
    assert blank["identity"] == again["identity"] and starter["side"] == 64
    assert floor["identity"]["frechet"] < dcgan["identity"]["frechet"] and dcgan["side"] == 32
    assert dcgan.keys() == blank.keys() and dcgan["by_heart"] is not None
    assert any("Only" in sentence for sentence in told["findings"])


def test_the_card_of_a_pack_gets_the_numbers(tmp_path: Path, run: Path, source: FaceSource) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(STARTER, pack)
    options = [
        "--data",
        source.archive,
        "--manifest",
        source.manifest,
        "--out",
        tmp_path / "r.html",
        "--count",
        10,
    ]
    result = CliRunner().invoke(app, ["evaluate", *map(str, [run, pack, *options, "--card"])])
    assert result.exit_code == 0, result.output
    card, manifest = (pack / "CARD.md").read_text("utf-8"), json.loads((pack / "manifest.json").read_bytes())
    told = json.loads((tmp_path / "r.json").read_text("utf-8"))["judgements"]
    assert card.count("**Measured.**") == 1
    assert f"recall {told[2]['identity']['recall']:.2f} ({told[0]['identity']['recall']:.2f})" in card
    assert manifest["provenance"]["measured"]["samples"]["identity"] == told[2]["identity"]
    assert "as near to one photo" in card and "10 samples against 10 training photos" in card
    with Image.open(pack / "failures.jpg") as sheet:
        assert sheet.size == (6 * 96, 3 * 96)
    assert all("name" not in found for found in manifest["provenance"]["measured"].values())


def test_samples_follow_the_photos_classes_and_are_the_same_each_time() -> None:
    (starter,) = open_subjects([STARTER])
    assert np.bincount(starter.classes(40, (0.25, 0.75))).tolist() == [10, 30]
    assert np.bincount(starter.classes(40, ())).tolist() == [20, 20]
    first, second = (np.stack(list(starter.samples(5, (), 0.7))) for _ in range(2))
    assert first.shape == (5, 64, 64, 3) and np.array_equal(first, second)


def test_baselines_are_drawn_as_they_show_themselves_and_know_no_psi(
    run: Path, dcgan: Path, faces: FaceSet, tmp_path: Path
) -> None:
    vanilla = BaselineTrainer(SMALL["vanilla"], faces)
    save_checkpoint(tmp_path / "kimg-00020.pt", vanilla.state_dict())
    subjects = open_subjects([dcgan, tmp_path / "kimg-00020.pt", run])
    drawn, again = (np.stack(list(subjects[1].samples(48, (), psi))) for psi in (1.0, 0.5))
    assert drawn.shape == (48, 32, 32, 3) and np.array_equal(drawn, again)
    assert np.array_equal(drawn, to_uint8(vanilla.samples(12))), "the same seeds as its sheets"
    said = untruncated(subjects, 0.7)
    assert "dcgan and kimg-00020.pt cannot be truncated" in said and untruncated(subjects, 1.0) == ""


def test_inception_space_is_read_from_a_file(tmp_path: Path) -> None:
    space = InceptionSpace(made_up(tmp_path / "weights.pth"))
    assert space(np.zeros((2, 32, 32, 3), dtype=np.uint8)).shape == (2, 2048)
    with pytest.raises(DataError, match="cannot be read as weights"):
        InceptionSpace(tmp_path / "none.pth")


class Counting:
    """A slow space that counts what it is shown."""

    name, scale = "slow", 1.0

    def __init__(self) -> None:
        self.seen = 0

    def __call__(self, pictures: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        self.seen += len(pictures)
        return pictures.reshape(len(pictures), -1)[:, :4].astype(np.float32)


def test_a_slow_space_is_shown_only_what_is_compared_in_it(source: FaceSource, run: Path) -> None:
    photos, slow = open_photos(source.archive, source.manifest, 40), Counting()
    _, judged = Judge(photos, [IdentitySpace(), slow], count=64)(open_subjects([run]))
    half = len(photos.training) // 2
    assert half < 64 and slow.seen == len(photos.training) + half
    assert len(judged.samples.numbers["identity"]) == len(judged.samples.thumbs) == 64
    assert len(judged.samples.numbers["slow"]) == half and judged.distances["slow"].frechet > 0


def test_where_enough_are_held_out_samples_are_compared_with_those(source: FaceSource, run: Path) -> None:
    all_of_them, slow = open_photos(source.archive, source.manifest, 40).training, Counting()
    photos = Photos(source.archive, all_of_them[12:], all_of_them[:12])
    floor, judged = Judge(photos, [IdentitySpace(), slow], count=10)(open_subjects([run]))
    assert judged.against == floor.against == "10 held-out photos"
    assert slow.seen == 3 * 10
    held_out, others = (
        Counting()(np.stack(list(photos.read(files[:10], 64))))
        for files in (photos.held_out, photos.training)
    )
    assert floor.distances["slow"].frechet == pytest.approx(frechet(held_out, others))
    assert judged.distances["slow"].frechet == pytest.approx(
        frechet(held_out, judged.samples.numbers["slow"])
    )


def judgement(name: str, **changed: object) -> Judgement:
    numbers = np.random.RandomState(0).randn(30, 3).astype(np.float32)
    look = Look({"identity": numbers}, np.zeros((30, 96, 96, 3), dtype=np.uint8))
    own = {"precision": 0.8, "recall": 0.8, "diversity": 1.0, "heart": None, "kernel": 1.0} | changed
    distance = Distance(0.1, Kernel(own["kernel"], 0.1), own["precision"], own["recall"])  # type: ignore[arg-type]
    return Judgement(name, 64, {"identity": distance}, own["diversity"], own["heart"], look, look)  # type: ignore[arg-type]


def test_what_is_wrong_is_said_in_words() -> None:
    numbers = np.random.RandomState(0).randn(60, 3).astype(np.float32)
    learnt = by_heart(numbers[:30], numbers[30:], numbers[:30])
    floor = judgement("photos")
    for changed, said in (
        ({}, "Nothing stands out"),
        ({"heart": learnt}, "it repeats photos"),
        ({"diversity": 0.3}, "draws few faces"),
        ({"precision": 0.1}, "do not look like faces"),
        ({"recall": 0.1}, "groups of people are missing"),
    ):
        (sentence,) = findings([floor, judgement("a", **changed)], 500)
        assert said in sentence and sentence.startswith("a: ")
    assert "b is nearest" in findings([floor, judgement("a"), judgement("b", kernel=0.5)], 500)[0]


def command(*options: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["evaluate", *map(str, options)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests themselves do not give way."""
    monkeypatch.setattr(os, "nice", lambda step: step)


@pytest.mark.usefixtures("unhurried")
def test_bad_input_is_a_sentence_and_2(tmp_path: Path, source: FaceSource, run: Path) -> None:
    half, empty, text = tmp_path / "half.zip", tmp_path / "empty.zip", tmp_path / "text.pt"
    half.write_bytes(source.archive.read_bytes()[:-100])
    with zipfile.ZipFile(empty, "w"):
        pass
    text.write_text("no checkpoint")
    out = tmp_path / "out" / "report.html"
    good = ("--data", source.archive, "--manifest", source.manifest)
    torch.save({"config": 1}, tmp_path / "foreign.pt")
    for options, said in (
        ((run, "--data", half, "--manifest", source.manifest), "not a whole zip"),
        ((run, "--data", half), "not a whole zip"),
        ((run, "--data", tmp_path / "none.zip"), "no data set none.zip"),
        ((run, "--data", empty), "empty.zip has no pictures"),
        ((run, "--data", empty, "--manifest", source.manifest), "0 photos"),
        ((tmp_path / "nobody", *good), "no run, checkpoint or pack"),
        ((text, *good), "text.pt"),
        ((tmp_path / "foreign.pt", *good), "foreign.pt"),
        ((run, *good, "--inception", text), "cannot be read as weights"),
        ((run, *good, "--count", 3), "not between"),
    ):
        code, output = command(*options, "--out", out)
        assert code == 2 and said in output and "Traceback" not in output, (options, output)
    assert command(run, *good, "--out", tmp_path / "report.pdf") == (
        2,
        f"{tmp_path / 'report.pdf'} must end in .html.\n",
    )
    assert not out.parent.exists()


def test_a_broken_picture_is_a_sentence(tmp_path: Path, source: FaceSource) -> None:
    with zipfile.ZipFile(source.archive) as archive, zipfile.ZipFile(tmp_path / "b.zip", "w") as broken:
        for name in archive.namelist():
            broken.writestr(name, archive.read(name)[:60])
    photos = open_photos(tmp_path / "b.zip", source.manifest)
    with pytest.raises(DataError, match=r"a picture of b\.zip cannot be read"):
        list(photos.read(photos.training, 32))
    with pytest.raises(SettingError, match="between"):
        Plan([], tmp_path, tmp_path / "a.html", count=10**9)


def test_a_full_disk_leaves_nothing(tmp_path: Path, run: Path, source: FaceSource) -> None:
    (tmp_path / "out").mkdir()
    options = (run, "--data", source.archive, "--manifest", source.manifest, "--count", 8)
    options += ("--out", tmp_path / "out" / "report.html")
    done = subprocess.run(
        [sys.executable, "-m", "training", "evaluate", *map(str, options)],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )
    assert done.returncode == 2 and "The disk is full" in done.stderr and "Traceback" not in done.stderr
    assert list((tmp_path / "out").iterdir()) == []
