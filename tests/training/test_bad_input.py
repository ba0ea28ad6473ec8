"""What every command says to data and models that it cannot use, and to a full disk: a sentence, 2, nothing written."""

import json
import os
import pickle
import resource
import shutil
import signal
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from inference.packs.loader import load
from tests.golden.vectors import FOLDER
from tests.inference.packs import tiny
from tests.training.pictures import write_archive, write_prepared
from tests.training.test_averages import CONDITIONS
from tests.training.test_baselines import SMALL
from training.__main__ import app
from training.datasets.faces import FaceSet
from training.loops.baseline import BaselineTrainer
from training.loops.checkpoint import LATEST, save_checkpoint
from training.writing import LOCK

QUICK = ["--device", "cpu", "--minutes", "0"]
STARTER = "inference/starter"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, faces: FaceSet) -> Path:
    """Good and bad files of all kinds."""
    folder = tmp_path_factory.mktemp("files")
    good = write_prepared(folder / "good.zip", n=24)
    write_prepared(folder / "large.zip", n=24, side=64)
    write_prepared(folder / "one.zip", n=1)
    (folder / "half.zip").write_bytes(good.read_bytes()[:5000])
    (folder / "text.zip").write_text("no archive")
    (folder / "empty").mkdir()
    with zipfile.ZipFile(folder / "other.zip", "w") as archive:
        archive.writestr("notes.txt", "nothing")
    write_archive(folder, n=8)  # for its table
    (folder / "tf.pkl").write_bytes(b"\x80\x03cdnnlib.tflib.network\nNetwork\n)\x81}b0N.")
    (folder / "hostile.pkl").write_bytes(pickle.dumps({"G_ema": Payload(folder / "canary")}))
    shutil.copy(folder / "hostile.pkl", folder / "hostile.pt")
    trainer = BaselineTrainer(SMALL["dcgan"], faces)
    about = {"seconds": 1.0, "about": {"recipe": "dcgan"}}
    save_checkpoint(folder / "dcgan" / LATEST, trainer.state_dict() | about)
    (folder / "broken").mkdir()
    (folder / "broken" / LATEST).write_bytes((folder / "dcgan" / LATEST).read_bytes()[:3000])
    tiny.write(folder / "pack", conditions=CONDITIONS)
    shutil.copytree(folder / "pack", folder / "torn")
    (folder / "torn" / "generator.safetensors").write_bytes(b"xx")
    return folder


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests themselves do not give way, as evaluate does."""
    monkeypatch.setattr(os, "nice", lambda step: step)


class Payload:
    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str, str]]:
        return open, (str(self.canary), "w")


def _files(place: Path) -> dict[Path, bytes]:
    """But for the lock, which holds nothing."""
    return {path: path.read_bytes() for path in place.rglob("*") if path.is_file() and path.name != LOCK}


def refused(place: Path, out: Path, line: str) -> str:
    """Runs a command in which `@name` is a file of `place` and `OUT` is to be written; what it said."""
    before = _files(place)
    words = [word.replace("@", f"{place}/").replace("OUT", str(out)) for word in line.split()]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2, (line, result.output, result.exception)
    assert "Traceback" not in result.output and "Warning" not in result.output, line
    assert not out.exists() or not list(out.rglob("*.pt")), line
    assert _files(place) == before, line
    return " ".join(result.output.split())


@pytest.mark.parametrize(
    "command",
    [
        "train stylegan2-ada --out OUT --device cpu --kimg 0 --data @{}",
        "train dcgan --out OUT --device cpu --kimg 0 --data @{}",
        "train vanilla-gan --out OUT --device cpu --kimg 0 --data @{}",
        "train starter --out OUT --device cpu --kimg 0 --manifest @manifest.csv --data @{}",
        "encoder --pack @pack --out OUT --device cpu --minutes 0 --data @{}",
        "identity --out OUT --device cpu --minutes 0 --data @{}",
        "average --pack @pack --out OUT --device cpu --steps 1 --data @{}",
        "directions --pack @pack --device cpu --data @{}",
    ],
)
def test_data_that_cannot_be_used(command: str, place: Path, out: Path) -> None:
    for name, said in (
        ("nowhere.zip", "there is no data set nowhere.zip"),
        ("empty", "pictures"),
        ("one.zip", "photos|picture|px"),
        ("half.zip", "half.zip is not a whole zip archive; was its copying interrupted?"),
        ("text.zip", "text.zip is not a whole zip archive"),
        ("other.zip", "pictures"),
    ):
        told = refused(place, out, command.format(name))
        assert any(part in told for part in said.split("|")), (name, told)


MODELS = {
    "nowhere": "nowhere",
    "empty": "empty",
    "tf.pkl": "this is a TensorFlow checkpoint",
    "hostile.pkl": "the checkpoint names io.open, which is never run or read here",
    "hostile.pt": "hostile.pt",
    "broken": "broken",
    "torn": "torn",
    "dcgan": "dcgan",
}


@pytest.mark.parametrize("name", MODELS)
def test_models_that_cannot_be_used(name: str, place: Path, out: Path) -> None:
    taking_any = [
        "train stylegan2-ada --data @good.zip --out OUT --device cpu --from @{}",
        "train stylegan2-ada --data @large.zip --out OUT --device cpu --grow-from @{}",
    ]
    if name != "dcgan":
        taking_any.append("evaluate @{} --data @good.zip --out OUT/report.html")
    for command in taking_any:
        assert MODELS[name] in refused(place, out, command.format(name))
    for command in (
        "import @{} --licence free --out OUT",
        "export --run @{} --licence free --out OUT",
        "sheet --pack @{} --out OUT/sheet.png",
        "add-encoder --run @{} --pack @pack",
        "average --data @good.zip --pack @{} --out OUT --device cpu",
        "average --data @good.zip --pack @pack --base-male @{} --out OUT --device cpu",
        "directions --pack @{} --numbered 1 --device cpu",
        "encoder --pack @{} --data @good.zip --out OUT --device cpu --minutes 0",
    ):
        assert name.split(".", maxsplit=1)[0] in refused(place, out, command.format(name)), command
    assert not (place / "canary").exists()


@pytest.mark.parametrize("name", ["hostile.pt", "dcgan"])
def test_encoders_that_cannot_be_begun_with(name: str, place: Path, out: Path) -> None:
    command = f"encoder --pack @pack --data @good.zip --from @{name} --out OUT --device cpu --minutes 0"
    assert name in refused(place, out, command)
    assert not (place / "canary").exists()


def test_folders_of_another_command_are_left_alone(place: Path, out: Path) -> None:
    for command in (
        "train stylegan2-ada --data @good.zip --out @dcgan --device cpu",
        "train dcgan --data @large.zip --out @dcgan --device cpu --kimg 1",  # at another size
        "encoder --pack @pack --data @good.zip --out @dcgan --device cpu --minutes 0",
        "identity --data @good.zip --out @dcgan --device cpu --minutes 0",
    ):
        assert "is of another command, or of networks of another size" in refused(place, out, command)


def test_options_and_labels_that_lead_nowhere(place: Path, out: Path) -> None:
    for command, said in (
        ("export --run @dcgan --out OUT --licence free", "a run of dcgan cannot become a pack"),
        ("identity --data @good.zip --resolution 32 --out OUT", "must be a multiple of 64, not 32"),
        ("directions --pack @pack", "nothing to find: give photos (--data), or --numbered"),
        ("directions --pack @pack --data @good.zip --table a.csv --manifest b.csv", "give one of them"),
        (
            "encoder --pack @pack --data @good.zip --manifest @nowhere.csv --out OUT --kimg 1",
            "there is no file",
        ),
        (
            "encoder --pack @pack --data @good.zip --manifest @half.zip --out OUT --kimg 1",
            "cannot be read as a table",
        ),
    ):
        assert said in refused(place, out, command)
    rare = place / "rare.zip"
    with zipfile.ZipFile(place / "good.zip") as good, zipfile.ZipFile(rare, "w") as archive:
        files = [name for name in good.namelist() if name.endswith(".png")]
        for name in files:
            archive.writestr(name, good.read(name))
        labels = [[name, int(place_ < 2)] for place_, name in enumerate(files)]
        archive.writestr("dataset.json", json.dumps({"labels": labels}))
    told = refused(place, out, "train stylegan2-ada --cond --data @rare.zip --out OUT --device cpu")
    assert "these have fewer than 3 pictures to learn from: class-1 (2)" in told
    told = refused(place, out, "average --data @rare.zip --pack @pack --out OUT --device cpu")
    assert "too few photos: class-1 (2)" in told


@contextmanager
def full_disk(free: int) -> Iterator[None]:
    """The limit on a file's size says the same as a full disk, through the same calls."""
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (free, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize(
    "command",
    [
        "train dcgan --data @large.zip --out OUT --device cpu --kimg 0",
        "train vanilla-gan --data @large.zip --out OUT --device cpu --kimg 0",
        "encoder --pack @pack --data @good.zip --out OUT --device cpu --kimg 0",
        "identity --data @good.zip --out OUT --device cpu --minutes 0",
        "average --data @good.zip --pack @pack --out OUT --device cpu --steps 0 --method projection",
        "directions --pack @pack --numbered 1 --people 2 --device cpu",
        "directions --pack @pack --numbered 1 --people 2 --device cpu --no-write --sheet OUT/sheet.png",
        f"import {FOLDER}/official_tiny_nosrc.pkl --licence free --out OUT",
        f"sheet --pack {STARTER} --out OUT/sheet.png",
    ],
)
def test_a_full_disk(command: str, place: Path, out: Path) -> None:
    with full_disk(3000):
        said = refused(place, out, command)
    assert "The disk is full: there is no room left for" in said
    assert not [path for path in out.parent.rglob("*") if path.name.startswith(".") and path.is_file()]
    load(place / "pack")


def test_no_time_is_a_whole_run_of_none(place: Path, out: Path) -> None:
    words: list[Any] = [
        "encoder",
        "--pack",
        place / "pack",
        "--data",
        place / "good.zip",
        "--out",
        out,
        *QUICK,
    ]
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    assert "Nobody is held out: how it does on strangers will not be known." in result.output
    assert "loss on photos it learns from" in result.output
    result = CliRunner().invoke(app, ["add-encoder", "--run", str(out), "--pack", str(place / "pack")])
    assert result.exit_code == 0, result.output
    told = load(place / "pack").manifest.provenance["encoder"]
    assert told["held_out_loss"] is None
    words = ["identity", "--data", place / "good.zip", "--out", out.with_name("who"), *QUICK]
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert (result.exit_code, "24 pictures, 0 held out" in result.output) == (0, True), result.output
