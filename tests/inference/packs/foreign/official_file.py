"""Our networks written as an official pickle: objects with their source, by classes that only the writer knows."""

import pickle
import sys
import types
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
from torch import Tensor, nn

from inference.networks.stylegan2.discriminator import Discriminator
from inference.networks.stylegan2.generator import Generator

SOURCE = "raise RuntimeError('embedded source must never be executed')\n"


class Persistent:
    def __init__(self, meta: dict[str, Any]) -> None:
        self.meta = meta

    def __reduce__(self) -> Any:
        return sys.modules["torch_utils.persistence"]._reconstruct_persistent_obj, (self.meta,)


def _reconstruct_persistent_obj(meta: dict[str, Any]) -> None:
    raise RuntimeError("nobody may call this")


def write(path: Path, generator: Generator, discriminator: Discriminator | None = None) -> Path:
    """A snapshot with G, G_ema and, if there is one, D."""
    module = types.ModuleType("torch_utils.persistence")
    _reconstruct_persistent_obj.__module__ = module.__name__
    module._reconstruct_persistent_obj = _reconstruct_persistent_obj  # type: ignore[attr-defined]
    g = stored(generator, "Generator", generator_arguments(generator))
    state: dict[str, Any] = {"G": g, "G_ema": g, "D": None, "training_set_kwargs": None}
    if discriminator is not None:
        state["D"] = stored(discriminator, "Discriminator", discriminator_arguments(discriminator))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "torch_utils", types.ModuleType("torch_utils"))
        patch.setitem(sys.modules, module.__name__, module)
        path.write_bytes(pickle.dumps(state, protocol=4))
    return path


def stored(module: nn.Module, name: str, arguments: dict[str, Any] | None = None) -> Persistent:
    children = {key: stored(child, type(child).__name__) for key, child in module.named_children()}
    buffers: dict[str, Tensor] = dict(module.named_buffers(recurse=False))
    parameters = OrderedDict(module.named_parameters(recurse=False))
    state = {
        "training": False,
        "_parameters": parameters,
        "_buffers": buffers,
        "_modules": children,
        "_non_persistent_buffers_set": set(),
        "_forward_hooks": OrderedDict(),
        "_init_args": (),
        "_init_kwargs": arguments or {},
    }
    return Persistent(
        {"type": "class", "version": 6, "module_src": SOURCE, "class_name": name, "state": state}
    )


def generator_arguments(generator: Generator) -> dict[str, Any]:
    c = generator.config
    return {
        "z_dim": c.z_dim,
        "c_dim": c.c_dim,
        "w_dim": c.w_dim,
        "img_resolution": c.resolution,
        "img_channels": c.channels,
        "mapping_kwargs": {"num_layers": c.mapping_layers},
        "synthesis_kwargs": {"channel_base": c.channel_base, "channel_max": c.channel_max},
    }


def discriminator_arguments(discriminator: Discriminator) -> dict[str, Any]:
    c = discriminator.config
    return {
        "c_dim": c.c_dim,
        "img_resolution": c.resolution,
        "img_channels": c.channels,
        "channel_base": c.channel_base,
        "channel_max": c.channel_max,
        "block_kwargs": {"freeze_layers": 4},
    }
