"""Files that are whole or not there, on a disk that is full and in a process that is killed."""

import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from training import writing
from training.loops.checkpoint import LATEST, CheckpointError, load_checkpoint, save_checkpoint
from training.writing import NotWritten, in_turn, whole


def test_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "new" / "file"
    with whole(target) as file:
        file.write(b"old")
    with pytest.raises(ZeroDivisionError), whole(target) as file:
        file.write(b"half")
        raise ZeroDivisionError
    assert target.read_bytes() == b"old"
    assert list(target.parent.iterdir()) == [target]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(NotWritten, match=r"latest\.pt cannot be written: "):
        save_checkpoint(tmp_path / "file" / LATEST, {})


def test_a_full_disk_keeps_the_last_checkpoint(tmp_path: Path) -> None:
    """The limit on a file's size says the same as a full disk, through the same calls."""
    save_checkpoint(tmp_path / LATEST, {"step": 1})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    try:
        with pytest.raises(NotWritten, match=r"The disk is full: there is no room left for .*latest\.pt"):
            save_checkpoint(tmp_path / LATEST, {"step": 2, "weights": torch.zeros(100_000)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert load_checkpoint(tmp_path / LATEST) == {"step": 1}
    assert [file.name for file in tmp_path.iterdir()] == [LATEST]


def test_a_kill_while_writing_keeps_the_last_checkpoint(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / LATEST, {"step": 1})
    code = (
        "import os, signal, sys; from pathlib import Path; from training.writing import whole\n"
        "with whole(Path(sys.argv[1])) as file:\n"
        "    file.write(b'half'); file.flush(); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / LATEST)], timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert load_checkpoint(tmp_path / LATEST) == {"step": 1}
    save_checkpoint(tmp_path / LATEST, {"step": 2})  # what was left does not stand in the way
    assert [file.name for file in tmp_path.iterdir()] == [LATEST]


def test_of_two_who_write_at_once_one_waits(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from training.writing import whole\n"
        "with whole(Path(sys.argv[1])) as file:\n"
        "    for _ in range(40): file.write(sys.argv[2].encode()); file.flush(); time.sleep(0.02)\n"
    )
    target = tmp_path / LATEST
    first = subprocess.Popen([sys.executable, "-c", code, str(target), "a"])
    while not any(tmp_path.iterdir()):
        assert first.poll() is None
        time.sleep(0.005)
    both = [first, subprocess.Popen([sys.executable, "-c", code, str(target), "b"])]
    assert [process.wait(60) for process in both] == [0, 0]
    assert target.read_bytes() == b"b" * 40, "the second one is the last"
    assert list(tmp_path.iterdir()) == [target]


def test_one_that_hangs_holds_nobody_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_PATIENCE", 0.1)
    with in_turn(tmp_path) as locked:
        assert locked
        save_checkpoint(tmp_path / LATEST, {"step": 1})
    assert load_checkpoint(tmp_path / LATEST) == {"step": 1}


@pytest.mark.parametrize("content", [b"", b"PK", b"nothing of the kind" * 100])
def test_a_damaged_checkpoint_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / LATEST).write_bytes(content)
    with pytest.raises(CheckpointError, match=r"latest\.pt is damaged, or no checkpoint of ours"):
        load_checkpoint(tmp_path / LATEST)


def test_half_a_checkpoint_is_told(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / LATEST, {"weights": torch.zeros(10_000)})
    data = (tmp_path / LATEST).read_bytes()
    (tmp_path / LATEST).write_bytes(data[: len(data) // 2])
    with pytest.raises(CheckpointError, match="is damaged"):
        load_checkpoint(tmp_path / LATEST)
