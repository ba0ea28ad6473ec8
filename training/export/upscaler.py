"""A trained upscaler goes into a pack."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.export.parts import NewPart, add_part
from training.loops.checkpoint import as_asked, load_checkpoint


def add_upscaler(checkpoint: Path, pack: Path) -> str:
    """Write the averaged upscaler of a checkpoint into a pack, in float16; see `add_part`."""
    state = load_checkpoint(checkpoint)
    with as_asked(checkpoint):
        facts = _facts(state)
        weights = {name: value.half().contiguous() for name, value in state["average"].items()}
        part = NewPart("upscaler", state["network"], weights, facts, _told(facts))
    return add_part(pack, part)


def _told(facts: Mapping[str, Any]) -> str:
    said = (
        "Draws faces at {size} px (after SRGAN, arXiv 1609.04802): {kimg} thousand pictures, {hours} hours on "
        "{hardware}; distance from held-out photos {held_out_loss}. What it draws of hair, skin and eyes is a guess."
    )
    loss = "not measured" if facts["held_out_loss"] is None else facts["held_out_loss"]
    return said.format(**{"hardware": "unknown hardware", **facts, "held_out_loss": loss})


def _facts(state: Mapping[str, Any]) -> dict[str, Any]:
    config = state["config"]
    kimg = state["iteration"] * (config["photos"] + config["samples"]) / 1000
    return {
        "recipe": "upscaler",
        "size": config["size"],
        "kimg": round(kimg, 1),
        "hours": round(state["seconds"] / 3600, 2),
        "held_out_loss": None if state["held_out"] is None else round(state["held_out"], 4),
        **state["about"],
    }
