"""From settings to what is there: devices, and packs with their engines. Imports torch, so commands import it late."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import torch
from torch import nn

from inference import logs
from inference.engine import graphs
from inference.engine.engine import Engine
from inference.engine.projector import ProjectionSettings
from inference.networks.ops.cuda import kernels
from inference.networks.ops.cuda.kernels import Kernels
from inference.networks.vgg import read_lpips
from inference.packs import loader, manifest
from inference.packs.loader import LoadedPack
from inference.settings import MEGABYTE, Settings, SettingsError, cores

GPU_WIDTH = 8
_MANY_THREADS_FROM = 128  # px; a smaller network runs faster on one thread than on two
_COPIES = 2  # the fast path keeps its own, folded form of the weights
_OVERHEAD = 64 * MEGABYTE  # buffers of a step


def settled(settings: Settings) -> Settings:
    """The settings with what nobody told chosen by what is there: devices, width, and threads.

    A GPU's kernels are compiled now if they never were, a minute once, rather than within somebody's request.

    Raises:
        SettingsError: a device is named that is not there.
    """
    devices = find_devices(settings.device if "device" in settings.told else "auto")
    graphs.allowed = settings.cuda == "fast"
    for name in devices:
        kernels_of(settings, torch.device(name))
    on_cpu = devices.count("cpu")
    most = cores() // max(1, on_cpu) or 1  # of each device; with more they wait for one another
    many = on_cpu and _resolution(settings.packs[0]) >= _MANY_THREADS_FROM
    return replace(
        settings,
        device=devices[0],
        devices=devices,
        width=settings.width if "width" in settings.told else 1 if on_cpu else GPU_WIDTH,
        threads=_threads(settings.threads, most) if "threads" in settings.told else most if many else 1,
    )


def _threads(told: int, most: int) -> int:
    if told > most:
        logs.advise(
            "typeface-inference", f"{told} threads would only be slower on {cores()} cores: {most} taken."
        )
    return min(told, most)


def kernels_of(settings: Settings, device: torch.device) -> Kernels:
    """What a device's kernels are, ready to run, or why there are none."""
    if settings.cuda == "plain":
        return Kernels(None, "switched off")
    return kernels.prepare(settings.cache, device)


def find_devices(wanted: str) -> tuple[str, ...]:
    """Names of devices: `auto` is every GPU, or else the CPU; `cuda` every GPU; others by name, parted by commas.

    Raises:
        SettingsError: there is no such device.
    """
    every = tuple(f"cuda:{number}" for number in range(torch.cuda.device_count()))
    if wanted in ("auto", "cuda"):
        if not every and wanted == "cuda":
            raise SettingsError("There is no GPU here that torch can use; take --device cpu.")
        return every or ("cpu",)
    names = tuple(name.strip() for name in wanted.split(","))
    for name in names:
        if name != "cpu" and name not in every:
            raise SettingsError(f"There is no device {name}; take {', '.join(('cpu', *every))}.")
    return names


def open_default(settings: Settings) -> Engine:
    """The first pack's engine on the first device, for one job at a time. Raises as `open_engine` does."""
    torch.set_num_threads(settings.threads)
    return open_engine(settings.packs[0], settings.device, replace(settings, width=1))


def open_engine(folder: Path, device: str, settings: Settings) -> Engine:
    """The engine of one pack, for the calling thread.

    Raises:
        PackError: the pack does not load.
        BadRequest: the file that the settings name holds no LPIPS-VGG weights.
    """
    place = torch.device(device)
    bind(place)
    projection = ProjectionSettings(lpips=None if settings.lpips is None else read_lpips(settings.lpips))
    return Engine(
        loader.load(folder, place), width=settings.width, projection=projection, precision=settings.precision
    )


def bind(device: torch.device) -> None:
    """Let the calling thread work on a device, where results do not depend on chance."""
    if device.type == "cuda":
        torch.backends.cudnn.deterministic = True  # else some gradients are summed in any order
        if device.index is not None:
            torch.cuda.set_device(device)  # of this thread alone: kernels and graphs go to its present device


def weight(pack: LoadedPack) -> int:
    """About the bytes that a pack's engine takes: its networks' parameters, twice, and what a step needs."""
    tensors: list[torch.Tensor] = [t for module in _modules(pack) for t in module.state_dict().values()]
    return _COPIES * sum(tensor.numel() * tensor.element_size() for tensor in tensors) + _OVERHEAD


def _modules(pack: LoadedPack) -> Iterator[nn.Module]:
    for field in fields(pack):
        value = getattr(pack, field.name)
        if isinstance(value, nn.Module):
            yield value


def _resolution(folder: Path) -> int:
    """What a manifest says, unchecked; 0 where it says nothing."""
    try:
        said = json.loads((folder / manifest.FILE).read_bytes())
    except (OSError, ValueError):
        return 0
    resolution = said.get("resolution") if isinstance(said, dict) else None
    return int(resolution) if isinstance(resolution, int) else 0
