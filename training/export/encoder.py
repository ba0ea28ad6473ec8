"""A trained encoder goes into a pack."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from training.export.parts import NewPart, add_part
from training.loops.checkpoint import as_asked, load_checkpoint

_EXACT = ("mean", "basis")  # the coordinates that the weights answer in stay float32


def add_encoder(checkpoint: Path, pack: Path) -> str:
    """Write the averaged encoder of a checkpoint into a pack, in float16; see `add_part`."""
    state = load_checkpoint(checkpoint)
    with as_asked(checkpoint):
        facts = _facts(state)
        part = NewPart("encoder", state["network"], _weights(state["average"]), facts, _told(facts))
    return add_part(pack, part)


def _told(facts: Mapping[str, Any]) -> str:
    said = (
        "From a photo to its codes in one pass (after pSp, arXiv 2008.00951): {kimg} thousand pictures, "
        "{hours} hours on {hardware}; loss on held-out photos {held_out_loss}."
    )
    loss = "not measured" if facts["held_out_loss"] is None else facts["held_out_loss"]
    return said.format(**{"hardware": "unknown hardware", **facts, "held_out_loss": loss})


def _weights(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {
        name: (value.float() if name in _EXACT else value.half()).contiguous().clone()
        for name, value in state.items()
    }


def _facts(state: Mapping[str, Any]) -> dict[str, Any]:
    config = state["config"]
    kimg = state["iteration"] * (config["photos"] + config["samples"]) / 1000
    return {
        "recipe": "encoder",
        "kimg": round(kimg, 1),
        "hours": round(state["seconds"] / 3600, 2),
        "held_out_loss": None if state["held_out"] is None else round(state["held_out"], 4),
        **state["about"],
    }
