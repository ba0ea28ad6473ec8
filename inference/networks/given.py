"""Files of weights that somebody gives: read without running anything, and checked name by name."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from inference.errors import BadRequest


def tensors(path: Path) -> Mapping[str, Tensor]:
    """All tensors of a safetensors file, or of what `torch.save` wrote of a state dict.

    Raises:
        BadRequest: the file cannot be read, or is no table.
    """
    try:
        if path.suffix == ".safetensors":
            return dict(load_file(path))
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, ValueError, EOFError, pickle.UnpicklingError, SafetensorError) as error:
        raise BadRequest(f"{path.name} cannot be read as weights") from error
    if not isinstance(state, Mapping):
        raise BadRequest(f"{path.name} holds no table of tensors")
    return {str(name): value for name, value in state.items() if isinstance(value, Tensor)}


def fill(
    network: nn.Module, state: Mapping[str, Tensor], what: tuple[Path, str], named: Callable[[str], str] = str
) -> None:
    """Put weights into a network and end its training; names that it does not have are passed over.

    Args:
        network: keeps its own precision.
        state: by the file's names.
        what: the file, and what its weights should be, for the sentence.
        named: from the network's name of a tensor to the file's.

    Raises:
        BadRequest: the sentence says what is wrong: a name, a shape, a number.
    """
    path, kind = what
    chosen: dict[str, Tensor] = {}
    for name, wanted in network.state_dict().items():
        given, there = state.get(named(name)), named(name)
        if given is None:
            raise BadRequest(f"{path.name} lacks {there}: these are not {kind} weights")
        if given.shape != wanted.shape:
            raise BadRequest(f"{path.name}: {there} is {tuple(given.shape)}, not {tuple(wanted.shape)}")
        if not torch.isfinite(given).all():
            raise BadRequest(f"{path.name} holds numbers that are not finite, in {there}")
        chosen[name] = given.to(wanted.dtype)
    network.load_state_dict(chosen)
    network.eval().requires_grad_(False)
