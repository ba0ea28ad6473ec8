"""`make gpu` without a GPU: what it would run exists, and what fails is told and holds up nothing."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner

from inference.__main__ import app as inference
from training.__main__ import app as training

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="CUDA is for Linux")
SCRIPT = Path(__file__).with_name("gpu.sh")


def run(python: Path | str, out: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "PYTHON": str(python), "CUDA_VISIBLE_DEVICES": ""}
    return subprocess.run(["sh", SCRIPT, out], env=environment, capture_output=True, text=True, timeout=60)


def test_without_a_gpu_it_says_so(tmp_path: Path) -> None:
    done = run(sys.executable, tmp_path)
    assert done.returncode == 2 and "finds no CUDA device: " in done.stderr


def test_every_step_runs_and_those_that_fail_are_named(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\n[ "$1" = -c ] && exit; echo "$@"; [ "$2" != training ]\n')
    python.chmod(0o755)
    done = run(python, out := tmp_path / "out")
    assert done.returncode == 1 and "training-128 (1) training-256 (1)" in done.stderr
    steps = {path.stem: path.read_text().split()[1:] for path in out.iterdir() if path.stem != "torch"}
    benches = {"bench-256", "bench-starter", "training-128", "training-256"}
    assert steps.keys() == {"doctor", "kernels", "training-twice", *benches}
    assert find_spec(steps.pop("training-twice")[0])
    tests = [Path(word) for word in steps.pop("kernels") if word.endswith(".py")]
    assert len(tests) == 2 and all(path.exists() for path in tests)
    for room, *command in steps.values():
        app = {"inference": inference, "training": training}[room]
        assert CliRunner().invoke(app, [*command, "--help"]).exit_code == 0, command
