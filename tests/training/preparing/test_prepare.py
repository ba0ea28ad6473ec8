import json
import os
import resource
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from tests.training.preparing.people import album, as_bytes, astronaut, photo, save
from training.__main__ import app
from training.datasets.prepared import open_prepared
from training.preparing.crew import Crew, Order
from training.preparing.errors import PreparingError, writing
from training.preparing.plan import Look
from training.preparing.tree import Photo
from training.writing import Occupied, alone

# Without the rest of the command line, which loads torch.
COMMAND = [
    sys.executable,
    "-c",
    "import typer; from training.commands.prepare import prepare; typer.run(prepare)",
]
PLACES = [
    "ENFP/female/1.jpg",
    "ENFP/female/셀카 😀.jpg",
    "ENFP/male/1.jpg",
    "한국 사람/1.jpg",
    "한국 사람/2.png",
]


def run(photos: Path, *more: str, out: Path | None = None) -> tuple[int, str]:
    target = out or photos.parent / "set.zip"
    options = ["prepare", str(photos), "--out", str(target), "--size", "64", "--jobs", "1", *more]
    result = CliRunner().invoke(app, options)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def looked_at(folder: Path) -> int:
    """Lines of the journal."""
    return sum(path.read_text("ascii").count("sha") for path in folder.glob("set-work/*.jsonl"))


def leftovers(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.name.endswith(".part")]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set of five people, with a copy, a wall, a truncated photo and a web page among the files."""
    root = album(tmp_path_factory.mktemp("prepare") / "photos", PLACES)
    save(photo(0), root / "ENFP/female/copy.webp")
    save(Image.new("RGB", (200, 200), "teal"), root / "한국 사람/wall.jpg")
    (root / "ENFP/male/half.jpg").write_bytes(as_bytes(photo(5))[:2000])
    (root / "ENFP/male/page.jpg").write_text("<html>404</html>")
    code, output = run(root, "--least", "1", "--validation", "40%")
    assert code == 0, output
    return root.parent


def test_the_set_has_every_person_once(made: Path) -> None:
    prepared = open_prepared(made / "set.zip")
    assert prepared.size == 64 and len(prepared.entries) == 5
    assert prepared.classes == (("ENFP", "female"), ("ENFP", "male"), ("한국 사람", ""))
    assert sorted(entry.label for entry in prepared.entries) == [0, 0, 1, 2, 2]
    assert len({entry.person for entry in prepared.entries}) == 5
    sides = {side: prepared.load(side, 32) for side in ("train", "validation") if prepared.side(side)}
    assert sum(len(pictures) for pictures, _ in sides.values()) == 5
    for pictures, labels in sides.values():
        assert pictures.shape[1:] == (3, 32, 32) and pictures.std() > 20 and len(labels) == len(pictures)


def test_the_archive_is_one_that_usual_tools_read_and_names_nobody(made: Path) -> None:
    with zipfile.ZipFile(made / "set.zip") as archive:
        told = json.loads(archive.read("dataset.json"))
        names = set(archive.namelist())
        assert {name for name, _ in told["labels"]} | {"dataset.json"} == names
        assert all(Image.open(archive.open(name)).size == (64, 64) for name in names - {"dataset.json"})
        assert "셀카" not in archive.read("dataset.json").decode() and str(made) not in str(told)


def test_the_report_says_why(made: Path) -> None:
    told = json.loads((made / "set-report/report.json").read_text("utf-8"))
    reasons = {line["path"]: line["reason"] for line in told["refused"]}
    (copy,) = {"ENFP/female/1.jpg", "ENFP/female/copy.webp"} & set(reasons)
    assert reasons == {
        copy: "duplicate",
        "ENFP/male/half.jpg": "bad_image",
        "ENFP/male/page.jpg": "bad_image",
        "한국 사람/wall.jpg": "no_face",
    }
    page = (made / "set-report/report.html").read_text("utf-8")
    assert "한국 사람/wall.jpg" in page and "<h2>Labels</h2>" in page and str(made) not in page
    assert np.asarray(Image.open(made / "set-report/taken.png")).std() > 10


def test_the_same_photos_give_the_same_bytes_and_nothing_is_done_twice(made: Path, tmp_path: Path) -> None:
    options = ["--least", "1", "--validation", "40%"]
    before = (made / "set.zip").read_bytes()
    assert "Nothing has changed" in run(made / "photos", *options)[1]
    assert "photos looked at" not in run(made / "photos", *options, "--sharp", "0.01")[1]
    code, _ = run(made / "photos", *options, out=made / "again.zip")
    assert code == 0 and (made / "again.zip").read_bytes() == before


def test_a_run_that_was_cut_off_goes_on(made: Path) -> None:
    """Half a line and a lost picture: the two photos are looked at again, and one that came newly."""
    (lines,) = (made / "set-work").glob("*.jsonl")
    text = lines.read_text("ascii").rstrip("\n").splitlines()
    good = [i for i, line in enumerate(text) if '"reason": null' in line]
    cut = text.pop(good[0])
    lines.write_text("\n".join(text) + "\n" + cut[: len(cut) // 2], "ascii")
    next((made / "set-work").glob("pictures-*/*/*.png")).write_bytes(b"")
    save(photo(7), made / "photos/ENFP/male/new.jpg")
    code, output = run(made / "photos", "--least", "1", "--validation", "40%")
    assert code == 0 and len(open_prepared(made / "set.zip").entries) == 6
    assert "of 10 photos were looked at before" in output


def test_one_photo_no_face_and_small_labels_are_sentences(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    save(Image.new("RGB", (120, 120), "teal"), photos / "A/1.png")
    code, output = run(photos, "--detector", "none", "--sharp", "1")
    assert code == 2 and "None of the 1 photos can be used" in output
    code, output = run(photos, "--detector", "none", "--sharp", "0")
    assert code == 2 and "One usable photo" in output
    save(astronaut().crop((0, 0, 200, 200)), photos / "A/2.png")
    code, output = run(photos, "--detector", "none", "--sharp", "0")
    assert code == 2 and "A (2 of 2)" in output
    assert not (tmp_path / "set.zip").exists() and not leftovers(tmp_path)
    assert (tmp_path / "set-report/report.html").exists()
    code, output = run(photos, "--detector", "none", "--sharp", "0", "--least", "2")
    assert code == 0 and open_prepared(tmp_path / "set.zip").classes == (("A", ""),)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--detector", "eyes"], "eyes"),
        (["--detector", "yolo"], "--yolo-model"),
        (["--detector", "yolo", "--yolo-model", "none.onnx"], "no model file none.onnx"),
        (["--size", "100"], "100"),
        (["--validation", "all"], "all"),
    ],
)
def test_wrong_options_end_with_2(made: Path, options: list[str], said: str) -> None:
    code, output = run(made / "photos", *options)
    assert code == 2 and said in output


def test_places_that_cannot_be_written(made: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for out in (tmp_path / "file/set.zip", tmp_path / "set.tar"):
        assert run(made / "photos", out=out)[0] == 2
    (tmp_path / "empty").mkdir()
    assert run(tmp_path / "empty")[0] == 2
    (tmp_path / "folder.zip").mkdir()
    assert "is a folder" in run(made / "photos", out=tmp_path / "folder.zip")[1]


def test_two_runs_do_not_share_a_work_folder(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(Occupied, match="Another run"), alone(tmp_path):
        pass


def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(PreparingError, match="The disk is full"), writing(tmp_path):
        Path("/dev/full").write_text("no room")
    save(astronaut(), tmp_path / "photos/A/1.png")
    save(astronaut().rotate(180), tmp_path / "photos/A/2.png")
    command = [*COMMAND, str(tmp_path / "photos"), "--out"]
    command += [
        str(tmp_path / "set.zip"),
        "--detector",
        "none",
        "--least",
        "0",
        "--size",
        "256",
        "--jobs",
        "1",
    ]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000)),
    )
    assert done.returncode == 2 and "The disk is full" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "set.zip").exists() and not leftovers(tmp_path)


def test_a_worker_that_dies_costs_one_photo(tmp_path: Path) -> None:
    root = album(tmp_path / "photos", ["A/1.jpg", "A/3.jpg"])
    os.mkfifo(root / "A/2.jpg")  # no plain file: told, not waited for
    order = Order(root, tmp_path / "chips", Look(64, identity=False))
    with Crew(order, 1) as crew:
        answers = crew.examine(
            [Photo("A/1.jpg", "A", ""), Photo("A/2.jpg", "A", ""), Photo("A/3.jpg", "A", "")]
        )
        first = next(answers)
        for worker in list(crew._workers):
            worker.kill()
        reasons = [first.verdict.reason] + [answer.verdict.reason for answer in answers]
    assert sorted(map(str, reasons)) in (["None", "None", "crashed"], ["None", "crashed", "unreadable"])


def test_ctrl_c_ends_at_once_and_goes_on_later(tmp_path: Path) -> None:
    for i in range(60):
        save(photo(i % 9, at=(60 + i, 60)), tmp_path / f"photos/A/{i}.jpg")
    command = [*COMMAND, str(tmp_path / "photos"), "--out"]
    command += [str(tmp_path / "set.zip"), "--size", "64", "--jobs", "2"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while looked_at(tmp_path) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130 and said == "Stopped; run it again to go on.\n"
    assert not (tmp_path / "set.zip").exists()
    assert 2 <= looked_at(tmp_path) < 60
