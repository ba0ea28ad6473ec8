"""`train stylegan2-ada` as people use it: stopped by force, given nonsense, on a full disk."""

import pickle
import resource
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from click.testing import Result
from torch import Tensor
from typer.testing import CliRunner

from tests.golden.vectors import FOLDER
from tests.training import twice
from tests.training.pictures import write_prepared
from tests.training.test_loops import differing
from training.__main__ import app
from training.loops.checkpoint import LATEST, CheckpointError, load_checkpoint, save_checkpoint

ROOT = Path(__file__).resolve().parents[2]
TINY = ["--channel-base", "128", "--channel-max", "8", "--codes", "8", "--batch", "8", "--device", "cpu"]
BATCH = 8


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_prepared(tmp_path_factory.mktemp("data") / "faces.zip")


def arguments(data: Path, out: Path, *more: object) -> list[str]:
    command = ["train", "stylegan2-ada", "--data", str(data), "--out", str(out), *TINY]
    return [*command, *map(str, more)]


def train(data: Path, out: Path, *more: object) -> Result:
    return CliRunner().invoke(app, arguments(data, out, *more))


def steps(n: int) -> list[str]:
    return ["--kimg", str(n * BATCH / 1000)]


@pytest.mark.timeout(400)
def test_a_killed_run_goes_on_to_the_bit(faces: Path, tmp_path: Path) -> None:
    own = ["--cond", "--mirror", "--aug", "fixed", "--p", "0.5"]
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    command = [
        sys.executable,
        "-c",
        f"import torch; torch.set_num_threads({torch.get_num_threads()}); "
        "from training.__main__ import main; main()",
    ]
    # Every step writes, so that the kill may come while one is being written.
    process = subprocess.Popen([*command, *arguments(faces, killed, *own, "--save-minutes", 0)], cwd=ROOT)
    try:
        while not reached(killed / LATEST, 3):
            assert process.poll() is None
            time.sleep(0.05)
    finally:
        process.kill()
        assert process.wait() == -signal.SIGKILL
    done = load_checkpoint(killed / LATEST)["iteration"]
    for out in (killed, whole):
        result = train(faces, out, *own, *steps(done + 3))
        assert result.exit_code == 0, result.output
        assert ("goes on" in result.output) == (out is killed)
    one, other = (load_checkpoint(out / LATEST) for out in (killed, whole))
    assert one["iteration"] == done + 3
    assert differing(learnt(one), learnt(other)) == []


def reached(path: Path, iteration: int) -> bool:
    try:
        return bool(load_checkpoint(path)["iteration"] >= iteration)
    except CheckpointError:
        return False


def learnt(state: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in state.items() if name not in {"seconds", "about"}}


def test_half_precision_trains(faces: Path, tmp_path: Path) -> None:
    for precision in ("fp16", "bf16"):
        out = tmp_path / precision
        result = train(faces, out, "--precision", precision, *steps(5))
        assert result.exit_code == 0, result.output
        state = load_checkpoint(out / LATEST)
        weights: dict[str, Tensor] = state["generator"]
        assert all(bool(value.isfinite().all()) for value in weights.values())
        assert state["config"]["generator"]["conv_clamp"] == 256


def test_the_papers_numbers_go_through_in_parts(faces: Path, tmp_path: Path) -> None:
    command = arguments(faces, tmp_path, "--cfg", "stylegan2", "--kimg", 0.03)
    place = command.index("--batch")
    del command[place : place + 2]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    config = load_checkpoint(tmp_path / LATEST)["config"]
    assert (config["batch"], config["at_once"], config["ema_ramp"]) == (32, 4, None)


def empty(path: Path) -> Path:
    return write_prepared(path, n=0)


def one_photo(path: Path) -> Path:
    return write_prepared(path, n=1)


def truncated(path: Path) -> Path:
    whole = write_prepared(path).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def other_zip(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "nothing")
    return path


def no_file(path: Path) -> Path:
    return path


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (empty, "has no pictures for training"),
        (one_photo, "1 picture cannot train a model; it takes 8, and hundreds to be good"),
        (truncated, "is not a whole zip archive; was its copying interrupted?"),
        (other_zip, "has no pictures, neither of prepare nor any PNG or JPEG"),
        (no_file, "there is no data set set.zip"),
    ],
)
def test_data_that_cannot_be_used(make: Callable[[Path], Path], said: str, tmp_path: Path) -> None:
    refused(train(make(tmp_path / "set.zip"), tmp_path / "run"), said)
    assert not (tmp_path / "run").exists()


def tensorflow(path: Path) -> Path:
    path.write_bytes(b"\x80\x03cdnnlib.tflib.network\nNetwork\n)\x81}b0N.")
    return path


def hostile(path: Path) -> Path:
    class Payload:
        def __reduce__(self) -> tuple[Callable[..., object], tuple[str, str]]:
            return open, (str(path.with_name("canary")), "w")

    path.write_bytes(pickle.dumps({"G_ema": Payload()}))
    return path


def official(path: Path) -> Path:
    path.write_bytes((FOLDER / "official_tiny_nosrc.pkl").read_bytes())
    return path


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (tensorflow, "TensorFlow checkpoint"),
        (hostile, "the checkpoint names"),
        (official, "px, this run of 64"),
        (no_file, "is no run, checkpoint or pack"),
    ],
)
def test_weights_that_cannot_be_used(make: Callable[[Path], Path], said: str, tmp_path: Path) -> None:
    data = write_prepared(tmp_path / "set.zip", n=9, side=64)
    refused(train(data, tmp_path / "run", "--from", make(tmp_path / "weights.pkl")), said)
    assert not (tmp_path / "run").exists()
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--batch 6", "cannot be compared in groups of 4"),
        ("--at-once 3", "do not go through in parts of 3"),
        ("--aug fixed", "--aug fixed needs its probability"),
        ("--augpipe bgc+zoom", "--augpipe: no augmentation 'zoom'"),
        ("--resolution 48", "--resolution takes one of 32, 64"),
        ("--resolution 64", "has pictures of 32 px; 64 were asked for"),
        ("--freeze-d 99", "--freeze-d takes 0 to"),
        ("--freeze-g 5", "--freeze-g takes one of 4, 8, 16 px"),
        ("--manifest nowhere.csv --resolution 32", "there is no file nowhere.csv"),
    ],
)
def test_options_that_do_not_fit(options: str, said: str, faces: Path, tmp_path: Path) -> None:
    refused(train(faces, tmp_path / "run", *options.split()), said)
    assert not (tmp_path / "run").exists()


def test_one_class_is_no_condition(tmp_path: Path) -> None:
    data = write_prepared(tmp_path / "set.zip", classes=1)
    refused(train(data, tmp_path / "run", "--cond"), "all pictures have the same one")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is one")
def test_a_device_that_is_not_there(faces: Path, tmp_path: Path) -> None:
    refused(train(faces, tmp_path / "run", "--device", "cuda"), "torch finds no CUDA device")


def test_a_run_of_another_kind_is_not_gone_on_with(faces: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert train(faces, out, *steps(1)).exit_code == 0
    before = (out / LATEST).read_bytes()
    larger = write_prepared(tmp_path / "set.zip", n=9, side=64)
    refused(train(larger, out), "is of 32 px, and 64 px are asked for")
    refused(train(faces, out, "--cond"), "learns no labels, and 2 are asked for")
    refused(
        train(larger, tmp_path / "new", "--from", out),
        "is of 32 px, this run of 64; --grow-from run doubles it",
    )
    assert (out / LATEST).read_bytes() == before
    (out / LATEST).write_bytes(before[:1000])
    refused(train(faces, out), "is damaged, or no checkpoint of ours")


def test_a_full_disk_ends_in_a_sentence(faces: Path, tmp_path: Path) -> None:
    """The limit on a file's size says the same as a full disk, through the same calls."""
    out = tmp_path / "run"
    assert train(faces, out, *steps(1)).exit_code == 0
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        refused(train(faces, out, *steps(3)), "The disk is full: there is no room left for")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert load_checkpoint(out / LATEST)["iteration"] == 1
    assert not [path for path in out.iterdir() if path.name.startswith(".")]
    assert train(faces, out, *steps(3)).exit_code == 0
    assert load_checkpoint(out / LATEST)["iteration"] == 3


def test_a_run_that_breaks_says_so_once(faces: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert train(faces, out, *steps(1)).exit_code == 0
    state = load_checkpoint(out / LATEST)
    next(iter(state["average"].values())).view(-1)[0] = torch.nan
    save_checkpoint(out / LATEST, state)
    result = train(faces, out, *steps(2))
    refused(result, "Training broke at 0.02 kimg: a weight is not a finite number.")
    assert result.output.count("Training broke") == 1
    assert "not_a_number" in (out / "log.jsonl").read_text()


def refused(result: Result, said: str) -> None:
    """One sentence, exit code 2, no traceback."""
    assert result.exit_code == 2, result.output
    assert said in " ".join(result.output.split())
    assert "Traceback" not in result.output


def test_families_take_the_place_of_ada_s_transforms(faces: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    done = train(
        faces,
        out,
        "--families",
        "flip,clahe",
        "--optimiser",
        "adamp",
        "--aug",
        "fixed",
        "--p",
        "0.5",
        *steps(2),
    )
    assert done.exit_code == 0, done.output
    config = load_checkpoint(out / LATEST)["config"]
    assert (config["augment"], config["optimiser"]) == ("one:flip+clahe", "adamp")
    refused = train(faces, tmp_path / "other", "--families", "flip,sepia")
    assert refused.exit_code == 2
    assert "no family of augmentation 'sepia'" in refused.stderr
    assert not (tmp_path / "other").exists()


def test_what_a_gpu_is_tried_with_runs_here_too(tmp_path: Path) -> None:
    twice.main(tmp_path, 32, [*TINY, "--minutes", "0.02"])
