"""Where kernels come from: compiled once, found in the cache, or not there, which is told once."""

import sys
from pathlib import Path
from shutil import which

import pytest
import torch

from inference.networks.ops.cuda import build, kernels
from inference.networks.ops.cuda.binding import KernelError, Library


class Gpu:
    """Torch with a GPU of compute capability 9.0, as far as `kernels.prepare` asks."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(torch.cuda, "get_device_capability", lambda device: (9, 0))
        patch.setattr(kernels, "_found", {})
        self.device = torch.device("cuda", 0)


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Gpu:
    return Gpu(monkeypatch)


def test_without_nvcc_it_is_told_once(
    gpu: Gpu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(build, "nvcc", lambda *_: None)
    for _ in range(3):
        found = kernels.prepare(tmp_path, gpu.device)
        assert found.compiled is None
    (line,) = caplog.messages
    assert "nvcc is not installed" in line


def test_what_does_not_compile_is_tried_once(
    gpu: Gpu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries = tmp_path / "tries"
    compiler = _script(
        tmp_path / "nvcc", f"echo x >> {tries}; echo 'kernels.cu(1): error: no such thing'; exit 2"
    )
    monkeypatch.setattr(build, "nvcc", lambda *_: str(compiler))
    for _ in range(3):
        kernels.prepare(tmp_path / "cache", gpu.device)
    assert tries.read_text().count("x") <= len(build.SOURCES)
    (line,) = caplog.messages
    assert line.endswith("nvcc: kernels.cu(1): error: no such thing")
    assert not list((tmp_path / "cache").rglob("*.so"))


def test_a_library_in_the_cache_needs_no_compiler(
    gpu: Gpu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Built once, by a compiler that counts; then found by others, even without one."""
    tries = tmp_path / "tries"
    compiler = _script(tmp_path / "nvcc", f"echo x >> {tries}; while [ $1 != -o ]; do shift; done; echo > $2")
    monkeypatch.setattr(build, "nvcc", lambda *_: str(compiler))
    cache = tmp_path / "a cache"
    made = build.compiled(cache, ["90"])
    assert made.parent.name == "12.9.1"
    assert tries.read_text().count("x") == len(build.SOURCES) + 1
    assert build.compiled(cache, ["90"]) == made
    monkeypatch.setattr(build, "nvcc", lambda *_: None)
    assert build.compiled(cache, ["90"]) == made
    assert tries.read_text().count("x") == len(build.SOURCES) + 1
    with pytest.raises(build.BuildError):
        build.compiled(cache, ["80"])
    assert "does not load" in kernels.prepare(cache, gpu.device).reason  # an empty file is no library
    assert len(caplog.messages) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="CUDA is for Linux")
def test_without_a_toolkit_a_package_compiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NVIDIA's own compiler, on any machine; only a GPU runs what it makes."""

    def packaged(name: str, path: str | None = None) -> str | None:
        return which(name, path=path) if path and "/nvidia/cu" in path else None

    monkeypatch.setattr(build.shutil, "which", packaged)
    program = build.nvcc()
    assert program is not None, "the extra `cuda` is among the developers' packages"
    library = Library(build.compiled(tmp_path, ["90"]))
    if not torch.cuda.is_available():
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")  # of a GPU that this torch does not know
        with pytest.raises(KernelError, match=r"CUDA driver version is insufficient|no CUDA-capable device"):
            library.try_out(torch.device("cpu"))


def test_an_nvcc_that_is_too_old_or_broken_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    does = {"": "exit 1", "cu12": "echo sm_75 sm_80", "cu13": "echo sm_80 sm_90 sm_100"}
    places = {}
    for folder, lines in does.items():
        at = tmp_path / folder / "bin"
        at.mkdir(parents=True)
        places[str(at) if folder else None] = str(_script(at / "nvcc", lines))
    broken, old, new = places.values()
    monkeypatch.setattr(build, "_packaged", lambda: [tmp_path / "cu12", tmp_path / "cu13"])
    monkeypatch.setattr(build.shutil, "which", lambda _, path=None: places.get(path))
    assert build.nvcc(["80"]) == old
    assert build.nvcc(["90"]) == build.cuda_compiler(["90"]).program == new
    assert build.nvcc(["75", "90"]) == broken, "none knows both: the first says why"


def _script(path: Path, does: str) -> Path:
    """A compiler by that name, of version 12.9.1."""
    path.write_text(f'#!/bin/sh\n[ "$1" = --version ] && {{ echo "release 12.9, V12.9.1"; exit; }}\n{does}\n')
    path.chmod(0o755)
    return path


def test_the_check_says_when_there_is_no_nvcc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "nvcc", lambda *_: None)
    assert "nvcc is not installed" in build.check(tmp_path)
