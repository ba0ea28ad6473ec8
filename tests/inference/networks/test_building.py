"""Where kernels come from: compiled once, found in the cache, or not there, which is told once."""

import sys
from pathlib import Path
from shutil import which
from unittest.mock import Mock

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
    monkeypatch.setattr(build, "nvccs", list)
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
    monkeypatch.setattr(build, "nvccs", lambda: [str(compiler)])
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
    monkeypatch.setattr(build, "nvccs", lambda: [str(compiler)])
    cache = tmp_path / "a cache"
    (made,) = build.compiled(cache, ["90"])
    assert isinstance(made, Path)
    assert made.parent.name == "12.9.1"
    assert tries.read_text().count("x") == len(build.SOURCES) + 1
    assert list(build.compiled(cache, ["90"])) == [made]
    monkeypatch.setattr(build, "nvccs", list)
    assert list(build.compiled(cache, ["90"])) == [made]
    assert tries.read_text().count("x") == len(build.SOURCES) + 1
    (none,) = build.compiled(cache, ["80"])
    assert isinstance(none, build.BuildError)
    assert "does not load" in kernels.prepare(cache, gpu.device).reason  # an empty file is no library
    assert len(caplog.messages) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="CUDA is for Linux")
def test_without_a_toolkit_a_package_compiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NVIDIA's own compiler, on any machine; only a GPU runs what it makes."""

    def packaged(name: str, path: str | None = None) -> str | None:
        return which(name, path=path) if path and "/nvidia/cu" in path else None

    monkeypatch.setattr(build.shutil, "which", packaged)
    assert build.nvccs(), "the extra `cuda` is among the developers' packages"
    made = next(build.compiled(tmp_path, ["90"]))
    assert isinstance(made, Path), made
    library = Library(made)
    if not torch.cuda.is_available():
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")  # of a GPU that this torch does not know
        with pytest.raises(KernelError, match=r"CUDA driver version is insufficient|no CUDA-capable device"):
            library.try_out(torch.device("cpu"))


class Picky(Library):
    """A library that runs if its compiler's version is 12.9.3, as a driver judges it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def try_out(self, device: torch.device) -> None:
        if self.path.parent.name != "12.9.3":
            raise KernelError(f"{self.path.parent.name} is too new for the driver")


MAKES = "while [ $1 != -o ]; do shift; done; echo > $2"


def test_the_first_nvcc_whose_kernels_run_is_taken(
    gpu: Gpu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One does not run at all, one is too old for the GPU, one too new for the driver; the last is not needed."""
    monkeypatch.setattr(kernels, "Library", Picky)
    does = {
        "cu11": "exit 1",
        "cu12": "echo 'error: unsupported'; exit 1",
        "cu14": MAKES,
        "cu13": MAKES,
        "cu0": "x",
    }
    places = {}
    for number, (folder, lines) in enumerate(does.items()):
        at = tmp_path / folder / "bin"
        at.mkdir(parents=True)
        places[str(at)] = str(_script(at / "nvcc", lines, version=f"12.9.{number}"))
    (tmp_path / "cu11/bin/nvcc").write_text("#!/bin/sh\nexit 1\n")
    monkeypatch.setattr(build, "_packaged", lambda: [tmp_path / folder for folder in does])
    monkeypatch.setattr(build.shutil, "which", lambda _, path=None: places.get(path))
    assert build.nvccs() == list(places.values())
    found = kernels.prepare(tmp_path / "cache", gpu.device)
    assert found.compiled is not None
    assert found.reason == "compiled by nvcc 12.9.3"
    assert not caplog.messages
    assert not list((tmp_path / "cache").rglob("12.9.4"))


def test_where_none_runs_the_first_one_says_why(
    gpu: Gpu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(kernels, "Library", Picky)
    both = [_script(tmp_path / f"nvcc{n}", MAKES, version=f"13.0.{n}") for n in (1, 2)]
    monkeypatch.setattr(build, "nvccs", lambda: [str(program) for program in both])
    assert kernels.prepare(tmp_path / "cache", gpu.device).reason == "13.0.1 is too new for the driver"
    assert len(caplog.messages) == 1


@pytest.mark.parametrize("trouble", ["broken", "does not compile", "unwritable"])
def test_a_library_of_the_cache_serves_where_none_is_made(
    gpu: Gpu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    monkeypatch.setattr(kernels, "Library", Picky)
    cache = tmp_path / "cache"
    good = _script(tmp_path / "good", MAKES, version="12.9.3")
    monkeypatch.setattr(build, "nvccs", lambda: [str(good)])
    (made,) = build.compiled(cache, ["90"])
    other = _script(tmp_path / "nvcc", MAKES if trouble == "unwritable" else "exit 1", version="13.0.1")
    if trouble == "broken":
        other.write_text("#!/bin/sh\nexit 1\n")
    if trouble == "unwritable":
        monkeypatch.setattr(build, "FileLock", Mock(side_effect=PermissionError(13, "Permission denied")))
    monkeypatch.setattr(build, "nvccs", lambda: [str(other)])
    assert list(build.compiled(cache, ["90"]))[1:] == [made]
    assert kernels.prepare(cache, gpu.device).reason == "compiled by nvcc 12.9.3"


def test_a_library_that_came_with_the_code_needs_neither_compiler_nor_cache(
    gpu: Gpu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in the image for GPUs."""
    monkeypatch.setattr(kernels, "Library", Picky)
    kinds = '[ "$1" = --list-gpu-code ] && { echo sm_90; echo sm_121; exit; }'
    made = _script(tmp_path / "nvcc", f"{kinds}\n{MAKES}", version="12.9.3")
    monkeypatch.setattr(build, "nvccs", lambda: [str(made)])
    assert "for sm_90 (" in build.compile_all(tmp_path / "built")
    monkeypatch.setattr(build, "SHIPPED", tmp_path / "built")
    monkeypatch.setattr(build, "nvccs", list)
    assert kernels.prepare(tmp_path / "cache", gpu.device).reason == "compiled by nvcc 12.9.3"


def _script(path: Path, does: str, version: str = "12.9.1") -> Path:
    """A compiler by that name."""
    path.write_text(f'#!/bin/sh\n[ "$1" = --version ] && {{ echo "release, V{version}"; exit; }}\n{does}\n')
    path.chmod(0o755)
    return path


def test_it_is_said_when_there_is_no_nvcc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "nvccs", list)
    assert "nvcc is not installed" in build.compile_all(tmp_path)
