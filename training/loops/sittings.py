"""What a run tells of the sittings, and of the runs, that came before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def sat_on(about: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """`about` a run that goes on, `before` being what it told when it stopped: of all hardware, in order."""
    ours, theirs = about.get("hardware"), before.get("hardware")
    if not theirs:
        return dict(about)
    same = not ours or theirs == ours or theirs.endswith(f", then {ours}")
    return {**about, "hardware": theirs if same else f"{theirs}, then {ours}"}


def shown(kimg: object, about: object) -> float:
    """Thousand pictures that a network has seen, and `before` it what it began with; what is no number counts 0."""
    before = about.get("before") if isinstance(about, Mapping) else None
    return round(sum(float(n) for n in (kimg, before) if isinstance(n, int | float)), 1)
