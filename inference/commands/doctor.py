"""`typeface-inference doctor`: what runs here, how, and whether the packs load.

Exit code 0 when every pack loads and draws, 1 when one does not.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table
from rich.text import Text

from inference import settings as configuration
from inference.commands.loading import kernels_of, open_engine
from inference.engine.engine import Engine
from inference.errors import TypefaceError
from inference.networks.ops.cuda import build
from inference.networks.ops.cuda.build import BuildError
from inference.packs import manifest
from inference.settings import MEGABYTE, Settings
from inference.wire import FacePicture, SeedFace

_INSTRUCTIONS = ("avx2", "avx512_f", "avx512_bf16", "amx_bf16", "amx_tile", "neon", "sve", "bf16")


@dataclass(frozen=True)
class Device:
    """What does the work.

    Attributes:
        name: as torch calls it.
        model: as its maker calls it.
        memory_mb: of its own.
        abilities: compute capability of a GPU, instruction sets of a processor.
        kernels: whether the CUDA kernels run there; if not, torch's own operations do.
        why: how they came to be, or why there are none.
    """

    name: str
    model: str
    memory_mb: int
    abilities: str
    kernels: bool
    why: str


@dataclass(frozen=True)
class Pack:
    """A pack at work on the first device; `problem` is a sentence, and the rest is empty, if it does not load."""

    folder: str
    problem: str | None = None
    name: str = ""
    version: str = ""
    resolution: int = 0
    encoder: bool = False
    precision: str = ""
    picture_ms: float | None = None


@dataclass(frozen=True)
class Report:
    """All of it.

    Attributes:
        torch: its version.
        cuda: the version that torch was built for.
        nvcc: version of the compiler for kernels.
        threads: of a device's work on the processor.
        waiting: what idle OpenMP threads do.
    """

    torch: str
    cuda: str | None
    nvcc: str | None
    threads: int
    waiting: str
    devices: list[Device]
    packs: list[Pack]


def run(settings: Settings, *, as_json: bool) -> None:
    """Look, print, and exit with 1 when a pack does not work."""
    torch.set_num_threads(settings.threads)
    found = examine(settings)
    if as_json:
        sys.stdout.write(json.dumps(asdict(found), indent=2) + "\n")
    else:
        Console().print(_table(found))
    if any(pack.problem for pack in found.packs):
        sys.exit(1)


def examine(settings: Settings) -> Report:
    """Look at everything; builds the kernels where there is a GPU that has none yet."""
    names = settings.devices or (settings.device,)
    return Report(
        torch=torch.__version__,
        cuda=torch.version.cuda,
        nvcc=_nvcc(),
        threads=settings.threads,
        waiting=configuration.environment().get("OMP_WAIT_POLICY", "active").lower(),
        devices=[_device(torch.device(name), settings) for name in names],
        packs=[_pack(folder, names[0], settings) for folder in _folders(settings)],
    )


def _folders(settings: Settings) -> list[Path]:
    """Of all packs that a server would have."""
    inside = settings.pack_dir.glob(f"*/{manifest.FILE}") if settings.pack_dir else ()
    return list(dict.fromkeys([*settings.packs, *sorted(path.parent for path in inside)]))


def _nvcc() -> str | None:
    programs = build.nvccs()
    try:
        return build.nvcc_version(programs[0]) if programs else None
    except BuildError as error:
        return str(error)


def _device(device: torch.device, settings: Settings) -> Device:
    found = kernels_of(settings, device)
    model, memory, abilities = _gpu(device) if device.type == "cuda" else _processor()
    runs = found.compiled is not None
    return Device(str(device), model, memory // MEGABYTE, abilities, runs, found.reason)


def _gpu(device: torch.device) -> tuple[str, int, str]:
    about = torch.cuda.get_device_properties(device)
    return about.name, about.total_memory, f"compute capability {about.major}.{about.minor}"


def _processor() -> tuple[str, int, str]:
    can = torch.cpu.get_capabilities()
    abilities = ", ".join(name for name in _INSTRUCTIONS if can.get(name))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return str(can.get("cpu_name") or platform.machine()), memory, abilities or "no vector instructions"


def _pack(folder: Path, device: str, settings: Settings) -> Pack:
    try:
        engine = open_engine(folder, device, settings)
        milliseconds = _picture_ms(engine)
    except TypefaceError as error:
        return Pack(folder.name, error.detail)
    except torch.OutOfMemoryError:
        return Pack(folder.name, "the device has not enough memory for it")
    said = engine.pack.manifest
    return Pack(
        folder.name,
        name=said.name,
        version=said.version,
        resolution=said.resolution,
        encoder=engine.pack.encoder is not None,
        precision=engine.precision,
        picture_ms=round(milliseconds, 1),
    )


def _picture_ms(engine: Engine) -> float:
    """Of one picture, the best of three after one to warm up."""
    times = []
    for _ in range(4):
        began = time.perf_counter()
        engine.picture(FacePicture(face=SeedFace(seed=1)))
        times.append((time.perf_counter() - began) * 1000)
    return min(times[1:])


def _table(report: Report) -> Table:
    table = Table(show_header=False)
    for what, finding in _rows(report):
        table.add_row(Text(what), Text(finding))  # never markup
    return table


def _rows(report: Report) -> Iterator[tuple[str, str]]:
    yield "torch", f"{report.torch}, built {f'for CUDA {report.cuda}' if report.cuda else 'without CUDA'}"
    yield "nvcc", report.nvcc or "not installed"
    yield (
        "threads",
        f"{report.threads}, idle ones wait {'asleep' if report.waiting == 'passive' else 'spinning'}",
    )
    for device in report.devices:
        yield f"device {device.name}", f"{device.model}, {device.memory_mb / 1024:.0f} GB, {device.abilities}"
        which = "the CUDA kernels" if device.kernels else "torch's own"
        yield "  operations", f"{which}: {device.why}"
    for pack in report.packs:
        yield f"pack {pack.folder}", pack.problem or _working(pack)


def _working(pack: Pack) -> str:
    encoder = "with" if pack.encoder else "without"
    return (
        f"{pack.name} {pack.version}: {pack.resolution} px, {encoder} an encoder, {pack.precision}; "
        f"a picture in {pack.picture_ms} ms"
    )
