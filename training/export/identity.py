"""A trained identity network goes into a pack."""

from __future__ import annotations

from pathlib import Path

from training.export.parts import NewPart, add_part
from training.loops.checkpoint import as_asked, load_checkpoint


def add_identity(checkpoint: Path, pack: Path) -> str:
    """Write the network of a checkpoint into a pack, in float16; see `add_part`."""
    state = load_checkpoint(checkpoint)
    with as_asked(checkpoint):
        weights = {name: value.half().contiguous() for name, value in state["network"].items()}
        facts = {"recipe": "identity", "iterations": state["iteration"]}
        told = (
            "Tells people apart, so that projections keep who it is: trained by contrast on the same photographs, "
            f"{state['iteration']} iterations."
        )
        part = NewPart("identity", state["config"]["network"], weights, facts, told)
    return add_part(pack, part)
