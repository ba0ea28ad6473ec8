"""A trained encoder or upscaler goes into a pack: its average in float16, and what its training was."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

from torch import Tensor

from training.export.parts import NewPart, add_part
from training.loops.checkpoint import as_asked, load_checkpoint
from training.loops.part import kimg_shown

Averaged = Literal["encoder", "upscaler"]

_EXACT = ("mean", "basis")  # the coordinates that an encoder's weights answer in stay float32
_TOLD: Final[Mapping[Averaged, str]] = {
    "encoder": (
        "From a photo to its codes in one pass (after pSp, arXiv 2008.00951): {kimg} thousand pictures{after}, "
        "{hours} hours on {hardware}; loss on held-out photos {held_out_loss}."
    ),
    "upscaler": (
        "Draws faces at {size} px (after SRGAN, arXiv 1609.04802): {kimg} thousand pictures{after}, {hours} hours on "
        "{hardware}; distance from held-out photos {held_out_loss}. What it draws of hair, skin and eyes is a guess."
    ),
}


def add_trained(name: Averaged, checkpoint: Path, pack: Path) -> str:
    """Write the averaged network of a checkpoint into a pack; see `add_part`.

    Raises:
        CheckpointError: it cannot be read, or is of another network.
    """
    state = load_checkpoint(checkpoint)
    with as_asked(checkpoint):
        if name not in state:
            raise KeyError(name)
        facts = _facts(name, state)
        part = NewPart(name, state["network"], _weights(state["average"]), facts, _told(name, state, facts))
    return add_part(pack, part)


def _facts(name: Averaged, state: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "recipe": name,
        "kimg": round(kimg_shown(state), 1),
        "hours": round(state["seconds"] / 3600, 2),
        "held_out_loss": None if state["held_out"] is None else round(state["held_out"], 4),
        **state["about"],
    }


def _told(name: Averaged, state: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    loss = "not measured" if facts["held_out_loss"] is None else facts["held_out_loss"]
    after = f" (after {facts['before']} thousand of a run before)" if facts.get("before") else ""
    values = {
        **state["config"],
        "hardware": "unknown hardware",
        **facts,
        "held_out_loss": loss,
        "after": after,
    }
    return _TOLD[name].format(**values)


def _weights(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {
        name: (value.float() if name in _EXACT else value.half()).contiguous().clone()
        for name, value in state.items()
    }
